"""Answers of the makers' own protocols: the datagrams, and the output of clients."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from html import escape
from itertools import islice

from camscan.codecs import dhip, dvrip, netcommon, opaque, sadp, telnet
from camscan.codecs.registry import decode
from camscan.codecs.text import to_text
from camscan.errors import DecodeError
from camscan.imports.forms import certificate, favicons
from camscan.imports.forms.base import Answer, answer, fields_of, key, pairs
from camscan.records import Fields

_BINARY = ("dhip", "sadp", "netcommon", "mhed", "moi", "dh01", "dvrip", "baichuan", "snmp", "ssdp")
"""Channels of datagrams, those with the clearest magic first. mDNS has none, so it is last and must name a service."""

_SADP_NAMES = frozenset({"devicedescription", "devicesn", "softwareversion", "dspversion", "commandport"})
_SADP_COLUMNS = {"deviceserialno": "devicesn", "macaddress": "mac", "model": "devicedescription", "serial": "devicesn"}
"""Names of elements in the maker's own program, and in others."""
_DHIP_NAMES = frozenset({"DeviceType", "DeviceClass", "SerialNo", "MachineName", "Vendor"})
_FEED = "extra."
"""The prefix of the members of an answer, in lower case, in feeds of Shadowserver."""
_FEED_NAMES = {
    "device_model": "DeviceType",
    "device_serial": "SerialNo",
    "device_vendor": "Vendor",
    "device_version": "Version",
    "mac_address": "mac",
    "method": "method",
}
"""Members that have other names there."""

_NOT_DHIP = frozenset({"ProductModel", "DeviceModel", "FirmwareVersion"})
"""What others, who also say DeviceType and SerialNo, call the model and the firmware."""
_ENOUGH = 3  # members that prove an answer even if it is incomplete
_NOTICE = "client.notifyDevInfo"


def datagram(data: bytes) -> Iterator[Answer]:
    """The fields of the first decoder that accepts the bytes."""
    if found := list(discovered(data)):
        yield from found
    elif realm := fields_of(dvrip.decode_realm, data):
        yield from answer("dvrip", realm, "realm", data)
    elif devices := _decoded("wsd", data) if b"onvif" in data or b"ProbeMatch" in data else ():
        yield from (one for fields in devices for one in answer("wsd", fields, raw=data))
    elif images := list(favicons.icon_bytes(data)):
        yield from images
    elif certificates := list(certificate.der(data)):
        yield from certificates
    else:
        yield from (Answer("mdns", fields, raw=data) for fields in _decoded("mdns", data) if "mdns.service" in fields)


def discovered(data: bytes) -> Iterator[Answer]:
    """The same, of the protocols that have a magic of their own."""
    found = (Answer(channel, fields, raw=data) for channel in _BINARY for fields in _decoded(channel, data) if fields)
    yield from islice(found, 1)


def unread(data: bytes) -> Iterator[Answer]:
    """What no decoder accepts: its bytes, or its text."""
    yield from answer("udp", opaque.fields(data) or telnet.greeting(to_text(data)), raw=data)


def sadp_text(text: str, least: int = 2) -> Iterator[Answer]:
    """SADP: the XML of the protocol, or its elements as a client prints them.

    At least `least` of the typical elements must be there, because other texts have a description as well.
    """
    yield from answer("sadp", fields_of(sadp.decode, text.strip().encode()) or _listed(text, least))


def _listed(text: str, least: int) -> Fields:
    told = {key(name): value for name, value in pairs(text)}
    if len(_SADP_NAMES & told.keys()) < least:
        return {}
    told = {**{_SADP_COLUMNS.get(name, name): value for name, value in told.items()}, **_own(told)}
    if not told.get("devicetype", "0").isdigit():  # the maker's own program calls the model so
        told.setdefault("devicedescription", told["devicetype"])
    elements = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in told.items())
    return fields_of(sadp.decode, f"<ProbeMatch>{elements}</ProbeMatch>".encode())


def _own(told: dict[str, str]) -> dict[str, str]:
    """The elements with the names of the protocol itself, which take precedence."""
    return {name: value for name, value in told.items() if name not in _SADP_COLUMNS}


def dhip_text(text: str, least: int = 2) -> Iterator[Answer]:
    """DHIP: the JSON of the protocol, its device object alone, or a list of its members.

    At least `least` of the typical members must be there, because inverters and others have a DeviceClass as well.
    """
    yield from answer("dhip", fields_of(dhip.decode, text.strip().encode("utf-8", "replace")) or _told(text, least))


def _told(text: str, least: int) -> Fields:
    told = _members(dict(pairs(text)))
    known = _DHIP_NAMES & told.keys()
    is_certain = told.get("method") == _NOTICE or len(known) >= _ENOUGH
    if not is_certain and (not {"DeviceType", "DeviceClass"} & known or len(known) < least):
        return {}
    if known == {"DeviceType"} and told["DeviceType"].isalpha():
        return {}  # a class alone ("IPC"), which other protocols call so, too
    if told.get("DeviceType", "").isdigit() and "DeviceClass" not in known:
        return {}  # a number, by which another protocol tells them apart
    if not is_certain and _NOT_DHIP & told.keys():
        return {}
    device = {**told, "IPv4Address": told, "IPv6Address": {}}
    message = {"method": told.get("method"), "mac": told.get("mac"), "params": {"deviceInfo": device}}
    return fields_of(dhip.decode, json.dumps(message).encode())


def _members(told: dict[str, str]) -> dict[str, str]:
    """The members of an answer by the names of the protocol."""
    if told.get("method") == _NOTICE and "device_model" in told:  # a record of the feed as it is
        told = {f"{_FEED}{name}": value for name, value in told.items()}
    names = _FEED_NAMES
    if f"{_FEED}device_model" in told:  # beside which the type is the class
        names = {**names, "device_type": "DeviceClass"}
    return {_member(name, names): value for name, value in told.items()}


def _member(name: str, names: dict[str, str]) -> str:
    """A name as the protocol spells it: "extra.machine_name" is MachineName."""
    plain = name.removeprefix(_FEED)
    return name if plain == name else names.get(plain) or "".join(part.title() for part in plain.split("_"))


def netcommon_text(text: str) -> Iterator[Answer]:
    """NetCommon as JSON."""
    yield from answer("netcommon", fields_of(netcommon.decode, text.strip().encode("utf-8", "replace")))


def _decoded(channel: str, data: bytes) -> Sequence[Fields]:
    """What the codec of a channel reads; nothing if it refuses."""
    try:
        return decode(channel, data)
    except DecodeError:
        return ()
