"""Lists of banners: a line for each port, with its address and what it said, ends of lines in it written as escapes.

As JSON, in lines or a list: objects with the members `ip` (or `address`, `addr`, `host`), `banner`, and maybe `port`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import BinaryIO, NamedTuple

from camscan.imports import pasted
from camscan.imports.files.base import IP, Summary, address_of, lines
from camscan.imports.files.jsonitems import items
from camscan.imports.files.jsonlines import Record, by_transport, host, port_of, text, time
from camscan.records import Observation

CHANNELS = ("http", "tls", "rtsp", "ssdp", "snmp", "onvif", "banner", "udp")


class _Parts(NamedTuple):
    """What one line or object tells."""

    address: str
    port: int | None
    transport: str
    said: str


_LINE = re.compile(
    rf'"?(?:\[(?P<v6>[0-9A-Fa-f:.]{{2,45}})\]|(?P<ip>{IP}))"?'
    r'(?:(?::|[\s,;|]+"?)(?P<port>[0-9]{1,5})(?:/(?P<transport>tcp|udp))?"?(?=[\s,;|]|$))?[\s,;|]*(?P<said>.*)'
)
_PROTOCOL = re.compile(r"(?:HTTP|RTSP)/1\.[01] [0-9]{3}|\b(?:Server|WWW-Authenticate)\s*:|\brealm=", re.IGNORECASE)
"""What nobody writes into a list of devices: taken for banners, that would be evidence of what its writer believes."""
_TRANSPORTS = ("transport", "protocol", "proto")
_ADDRESSES = ("ip", "address", "addr", "host")
_MEMBER = rb'"(?:[^"\\]|\\.)*+"\s*+:\s*+(?:"(?:[^"\\]|\\.)*+"|[^\s"{}\[\],]++|\[\s*\])'
_JSON = re.compile(rb"[\s\[]*\{\s*+(?:" + _MEMBER + rb'\s*+,\s*+)*?"banner"\s*+:\s*+"', re.DOTALL)
_JSON_ADDRESS = re.compile(rb'"(?:' + "|".join(_ADDRESSES).encode() + rb')"\s*:\s*"[0-9A-Fa-f.:]{2,45}"')


def sniff(head: bytes) -> bool:
    """Whether every line has an address, and one of them what only a device says."""
    text = head.decode("utf-8", "replace")
    parts = _table(text.rpartition("\n")[0] or text)
    return any(_PROTOCOL.search(part.said) for part in parts)


def addresses(text: str) -> int:
    """Of how many addresses a text tells where each of its lines begins with one; 0 of any other text."""
    return len({part.address for part in _table(text)})


def read(stream: BinaryIO, at: datetime, summary: Summary) -> Iterator[Observation]:
    """What each line says, read as if it had been pasted by itself.

    Text that somebody has written into a list is not the bytes that came over the wire, so that none are kept.
    """
    for line in filter(_counts, lines(stream, summary)):
        if not (parts := _parts(line)):
            summary.skip("line without an address")
        elif not parts.said:
            summary.skip("address without a banner")
        else:
            summary.whole += 1
            yield from _said(parts, at)


def sniff_json(head: bytes) -> bool:
    """Whether the first object has a banner, and an address stands there."""
    return bool(_JSON.match(head) and _JSON_ADDRESS.search(head))


def read_json(stream: BinaryIO, at: datetime, summary: Summary) -> Iterator[Observation]:
    """What each object says, read as a line of a list is."""
    for record in items(stream, summary):
        if not isinstance(record, dict):
            summary.broken += 1
        elif address := host(record, summary, *_ADDRESSES):
            if said := text(record, "banner").strip():
                summary.whole += 1
                parts = _Parts(address, port_of(text(record, "port")), _transport(record), said)
                yield from _said(parts, time(text(record, "timestamp"), at))
            else:
                summary.skip("address without a banner")


def _transport(record: Record) -> str:
    """What one of the members that usually name the transport says, if that is UDP."""
    return "udp" if "udp" in (text(record, name).lower() for name in _TRANSPORTS) else ""


def _said(parts: _Parts, at: datetime) -> Iterator[Observation]:
    kept = (one for one in pasted.read(parts.said, at=at, whole=True) if one.channel in CHANNELS)
    found = (replace(one, target=parts.address, port=parts.port, raw=b"") for one in kept)
    return by_transport(parts.transport, found)


def _counts(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _table(text: str) -> list[_Parts]:
    """The parts of all lines, but for the names of columns; none where a line has no address."""
    parts = [_parts(line) for line in text.splitlines() if _counts(line)]
    kept = [part for part in parts if part]
    return kept if kept and parts[parts[0] is None :] == kept else []


def _parts(line: str) -> _Parts | None:
    """The address, the port and the banner of a line; None where it begins with no address."""
    match = _LINE.fullmatch(line.strip())
    address = address_of(match["v6"] or match["ip"]) if match else ""
    if not match or not address:
        return None
    said = match["said"].strip().strip('"').replace('""', '"')
    return _Parts(address, port_of(match["port"] or ""), match["transport"] or "", said)
