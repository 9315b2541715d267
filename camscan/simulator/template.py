"""Fills the placeholders in a persona's texts.

A placeholder is a name in braces: a fact of the device (`{address}`, `{mac}`, `{serial}`, ...), something from the
request (`{cseq}`, `{asker}`, `{relates}`, ...), or one of `{port:80}` and `{authority:80}` (where port 80 of the device
can really be found), `{padding:1000}` (so many letters), `{again:1000}` (the persona's value `again` so many times),
`{nonce}` and `{date}`. Braces around anything else stay.
"""

from __future__ import annotations

import html
import json
import re
import secrets
import uuid
from collections.abc import Callable, Iterator, Mapping
from email.utils import formatdate
from ipaddress import IPv4Address

from camscan.simulator.schema import Answer, ChannelCamera, Persona

_PLACE = re.compile(r"\{([a-z_]+)(?::([0-9]+))?\}")
_BOM = "\ufeff"
_DEFAULT_PORTS = (80, 443)


class Filler:
    """Fills the placeholders for one device. `ports` maps its true TCP ports to the actual ones."""

    def __init__(self, persona: Persona, address: str, ports: Mapping[int, int]) -> None:
        self._address = address
        self._cameras_behind = persona.cameras
        self._ports = ports
        self._facts = _facts(persona, address)
        self._makers: Mapping[str, Callable[[int], str]] = {
            "port": lambda port: str(ports.get(port, port)),
            "authority": self._authority,
            "padding": lambda size: "A" * size,
            "again": lambda count: persona.values.get("again", "") * count,
        }
        for name, value in persona.values.items():
            self._facts |= _escaped(name, self.fill(value))

    def fill(self, text: str, values: Mapping[str, str] | None = None) -> str:
        """The text with its placeholders filled; `values` are those of the request, and stay as they came."""
        later = values or {}
        filled = _PLACE.sub(lambda match: match[0] if match[0][1:-1] in later else self._filled(match), text)
        return _PLACE.sub(lambda match: later.get(match[0][1:-1], match[0]), filled) if later else filled

    def _filled(self, match: re.Match[str]) -> str:
        name, number = match.groups()
        if number is not None:
            make = self._makers.get(name)
            return make(int(number)) if make else match[0]
        return _MOMENTARY[name]() if name in _MOMENTARY else self._facts.get(name, match[0])

    def answer(self, answer: Answer, values: Mapping[str, str] | None = None, *, with_body: bool = True) -> bytes:
        """The bytes of an answer; `{length}` in its head is the length of its body in bytes."""
        if answer.each:
            values = {**(values or {}), "cameras": answer.between.join(self._cameras(answer.each))}
        body = self.fill(answer.body, values).encode(answer.encoding)
        head = self.fill(answer.head, {**(values or {}), "length": str(len(body))}).rstrip("\n") + "\n\n"
        if answer.crlf:
            head = head.replace("\n", "\r\n")
        return head.encode(answer.encoding) + (body if with_body else b"")

    def _cameras(self, each: str) -> Iterator[str]:
        """The text, filled for each channel."""
        for camera in self._cameras_behind:
            for number in range(camera.at, camera.at + camera.count):
                yield self.fill(each, _camera_facts(camera, number))

    def _authority(self, port: int) -> str:
        real = self._ports.get(port, port)
        return self._address if real == port and port in _DEFAULT_PORTS else f"{self._address}:{real}"


_MOMENTARY: Mapping[str, Callable[[], str]] = {
    "nonce": lambda: secrets.token_hex(16),
    "date": lambda: formatdate(usegmt=True),
    "message_id": lambda: str(uuid.uuid4()),
}


def _facts(persona: Persona, address: str) -> dict[str, str]:
    plain = persona.mac.replace(":", "")
    return {
        "address": address,
        "address_hex": f"0x{IPv4Address(address).packed[::-1].hex().upper()}",
        "mac": persona.mac,
        "mac_lower": persona.mac.lower(),
        "mac_dashed": persona.mac.lower().replace(":", "-"),
        "mac_plain": plain,
        "mac_plain_lower": plain.lower(),
        "serial": persona.serial,
        "model": persona.truth.model or "",
        "firmware": persona.truth.firmware or "",
        "uuid": str(uuid.uuid5(uuid.NAMESPACE_DNS, persona.name)),
        "bom": _BOM,
    }


def _camera_facts(camera: ChannelCamera, number: int) -> dict[str, str]:
    facts = {
        "camera_number": str(number),
        "camera_index": str(number - 1),
        "camera_online": "true" if camera.online else "false",
        "camera_status": "1" if camera.online else "0",
        "camera_enabled": "true" if camera.address else "false",
        "camera_state": ("Connected" if camera.online else "Unconnect") if camera.address else "Empty",
    }
    for name in ("address", "protocol", "vendor", "model", "firmware", "serial", "mac", "name"):
        facts |= _escaped(f"camera_{name}", getattr(camera, name).replace("{n}", str(number)))
    return facts


def _escaped(name: str, value: str) -> dict[str, str]:
    """A value of the persona: as it is, as XML text, and as the content of a JSON string."""
    return {name: value, f"{name}_xml": html.escape(value), f"{name}_json": json.dumps(value)[1:-1]}
