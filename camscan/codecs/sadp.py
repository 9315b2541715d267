"""SADP version 2: Hikvision's discovery over UDP, XML in one datagram each way.

Devices answer by unicast to the asker and again to the group, so whoever joined the group on port 37020 also hears the
answers to others, their questions, and the Hello of a device that starts. Answers are a flat list of elements and often
not well-formed (a bare "&", stray text, no declaration, GBK), so elements are taken one by one rather than through an
XML parser: one way for the good and the bad.

Layout: UniversalScanner, hikvision-tooling, and captures or reports, unnamed.
"""

from __future__ import annotations

import html
import re
from itertools import islice
from types import MappingProxyType

from camscan.codecs.layout import address, fields, hardware_address
from camscan.codecs.text import to_text
from camscan.codecs.xml import in_part
from camscan.errors import DecodeError, UsageError

PORT = 37020
GROUPS = ("239.255.255.250", "255.255.255.255")

REQUESTS = (
    b'<?xml version="1.0" encoding="utf-8"?><Probe><Uuid>%s</Uuid><Types>inquiry</Types></Probe>',
    b'<?xml version="1.0" encoding="utf-8"?><Probe><Uuid>%s</Uuid><Types>inquiry_v32</Types></Probe>',
)
"""All that may be sent; %s is the asker's UUID. Every other value of Types changes the device or starts a reset."""

MAX_ANSWER = 16 * 1024  # bytes; answers have 0.7 to 2.5 KB
MAX_ELEMENTS = 256  # that are read; the richest answer seen has 43
MAX_TEXT = 1024  # characters of one element that are read; html.unescape raises ValueError on numbers of 4,300 digits

_TYPES = MappingProxyType(dict(zip(("inquiry", "inquiry_v32"), REQUESTS, strict=True)))
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")

_ENCODING = re.compile(rb"<\?xml[^<>]{0,64}?encoding=[\"']([A-Za-z0-9_-]{1,32})")
_ROOT = re.compile(r"<(ProbeMatch|Hello|Bye|Probe)[\s>]", re.IGNORECASE)
_ELEMENT = re.compile(r"<([A-Za-z0-9]{2,32})(?:\s[^<>]{0,128})?>([^<]*+)(</|\Z)")

_FIELDS = MappingProxyType(
    {
        "uuid": "sadp.uuid",
        "types": "sadp.types",
        "devicetype": "sadp.device_type",
        "devicedescription": "sadp.device_description",
        "devicesn": "sadp.device_sn",
        "mac": "sadp.mac",
        "ipv4address": "sadp.ipv4_address",
        "ipv4subnetmask": "sadp.ipv4_subnet_mask",
        "ipv4gateway": "sadp.ipv4_gateway",
        "ipv6address": "sadp.ipv6_address",
        "dhcp": "sadp.dhcp",
        "commandport": "sadp.command_port",
        "httpport": "sadp.http_port",
        "sdkovertlsport": "sadp.sdk_over_tls_port",
        "analogchannelnum": "sadp.analog_channel_num",
        "digitalchannelnum": "sadp.digital_channel_num",
        "softwareversion": "sadp.software_version",
        "dspversion": "sadp.dsp_version",
        "boottime": "sadp.boot_time",
        "activated": "sadp.activated",
        "oeminfo": "sadp.oem_info",
        "detailoemcode": "sadp.detail_oem_code",
    }
)
"""Element, in lower case because devices disagree on it, -> field."""

FIELDS = ("sadp.root", *_FIELDS.values())

_ABOUT_DEVICE = frozenset(_FIELDS.values()) - {"sadp.uuid", "sadp.types"}
_ADDRESSES = frozenset({"sadp.ipv4_address", "sadp.ipv4_gateway", "sadp.ipv6_address"})
_FLAGS = frozenset({"sadp.dhcp", "sadp.activated"})
_BUILD = re.compile(r"(\S)build")
"""Versions lack the blank before "build" here, and have it in every other answer of the same device."""


def encode_inquiry(uuid: str, types: str = "inquiry") -> bytes:
    """The question "who is there?". Devices echo `uuid`, mostly.

    Raises UsageError if `uuid` is not written as RFC 4122 has it, or `types` is neither "inquiry" nor "inquiry_v32".
    """
    if types not in _TYPES:
        raise UsageError(f"SADP types {types!r} is never sent: only {' and '.join(_TYPES)} change nothing")
    if not _UUID.fullmatch(uuid):
        raise UsageError(f"{uuid!r} is not a UUID: write it as RFC 4122 does, like str(uuid.uuid4())")
    return _TYPES[types] % uuid.encode()


def decode(data: bytes) -> dict[str, tuple[str, ...]]:
    """The fields of a ProbeMatch, Hello or Bye; of each element its first value. The UUID may be anybody's.

    Raises DecodeError if it is none of these (a Probe is a question), says nothing about a device, or breaks a bound.
    """
    if len(data) > MAX_ANSWER:
        raise DecodeError(f"SADP answer of {len(data)} bytes is larger than {MAX_ANSWER}")
    encoding = _ENCODING.match(data)
    text = to_text(data, encoding[1].decode() if encoding else "")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise DecodeError("SADP answer with a DOCTYPE or entity, which no device needs")
    root = _ROOT.search(text)
    if root is None or root[1].lower() == "probe":
        raise DecodeError("no SADP answer: neither ProbeMatch nor Hello nor Bye")
    found = _elements(text, root.end())
    if _ABOUT_DEVICE.isdisjoint(found):
        raise DecodeError(f"SADP {root[1]} that says nothing about a device")
    return fields([("sadp.root", root[1]), *found.items()])


def _elements(text: str, start: int) -> dict[str, str]:
    """Field -> first value that is not empty, from the elements behind `start`."""
    found: dict[str, str] = {}
    for element in islice(_ELEMENT.finditer(text, start), MAX_ELEMENTS):
        name = _FIELDS.get(element[1].lower())
        told = element[2] if element[3] else in_part(element[1], "" if element[2].isdigit() else element[2])
        if name is not None and name not in found and (value := _value(name, told)):
            found[name] = value
    return found


def _value(name: str, text: str) -> str:
    value = html.unescape(text[:MAX_TEXT]).strip()
    if name in _ADDRESSES:
        return address(value)
    if name in _FLAGS:
        return "false" if value.lower() == "flase" else value.lower()
    if name == "sadp.mac":
        return hardware_address(value)
    if name == "sadp.software_version":
        return _BUILD.sub(r"\1 build", value)
    return value.lower() if name == "sadp.uuid" else value
