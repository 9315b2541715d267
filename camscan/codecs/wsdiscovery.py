"""WS-Discovery (April 2005 and OASIS 1.1) over UDP 3702: Probes for ONVIF devices, their answers and announcements.

Elements are matched by local name, because devices mix the namespaces of both versions. What is not well-formed XML
(undeclared prefixes, a truncated head, the output of another tool) is read tag by tag or line by line.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from types import MappingProxyType
from xml.etree.ElementTree import Element

from camscan.codecs import layout, scopes, xml
from camscan.codecs.text import to_text
from camscan.errors import DecodeError, UsageError

FIELDS = (
    "wsd.action",
    "wsd.endpoint",
    "wsd.types",
    "wsd.xaddr",
    "wsd.relates_to",
    "wsd.unsolicited",
    "wsd.extension",
    *scopes.FIELDS,
)

DIALECTS = ("dn:NetworkVideoTransmitter", "tds:Device", "")
"""The types of the Probes worth sending: some devices answer only one of them, and some only a Probe without types."""

MAX_DATAGRAM = 65_535  # bytes; no UDP datagram is longer
MAX_MATCHES = 64  # devices of one datagram; a proxy may name several, a camera names itself
MAX_ITEMS = 16  # types and addresses of one device; the richest seen has 4
MAX_PREFIXES = 64  # namespace prefixes that are looked at; gSOAP declares about 30

_PROBE = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
    ' xmlns:wsd="http://schemas.xmlsoap.org/ws/2005/04/discovery"'
    ' xmlns:dn="http://www.onvif.org/ver10/network/wsdl"'
    ' xmlns:tds="http://www.onvif.org/ver10/device/wsdl">'
    "<s:Header><wsa:MessageID>urn:uuid:%s</wsa:MessageID>"
    "<wsa:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</wsa:To>"
    "<wsa:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</wsa:Action>"
    "</s:Header><s:Body><wsd:Probe>%s</wsd:Probe></s:Body></s:Envelope>"
)
"""With the usual prefixes and bare tags: some responders compare text instead of parsing XML (wsdd2 1.8)."""
_MESSAGE_ID = re.compile(r"(?:urn:)?(?:uuid:)?([0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})")

_QUESTIONS = ("Probe", "Resolve")
_ANSWERS = ("ProbeMatches", "ResolveMatches", "Hello", "Bye")
_MATCHES = ("ProbeMatch", "ResolveMatch")
_PARTS = frozenset({"EndpointReference", "Types", "Scopes", "XAddrs"})
_EXTENSION = "Extension"  # what a maker adds to a match for its own programs, as text
_PREFIX = re.compile(r"""xmlns:([\w.-]{1,64})\s{0,8}=\s{0,8}["']([^"'<>]{1,256})["']""")
_FORBIDDEN = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_TAG = re.compile(
    r"<(?:[\w.-]{1,64}:)?((?:Probe|Resolve)(?:Match(?:es)?)?|Hello|Bye|Action|RelatesTo|Address|Types|Scopes|XAddrs|Extension)"
    r"(?:\s[^<>]{0,512})?>([^<]*+)(?=(<?))"
)
_LINE = re.compile(r"^[ \t]{0,64}(Types|Scopes|XAddrs)[ \t]{0,8}[:=]([^\r\n]*+)", re.MULTILINE)


@dataclass(slots=True)
class _Message:
    """A parsed datagram: its header, and the elements of each device by local name."""

    action: str = ""
    relates_to: str = ""
    devices: list[dict[str, str]] = field(default_factory=list)


def encode_probe(message_id: str, types: str) -> bytes:
    """A Probe for one of `DIALECTS`, on one line: some devices answer a unicast Probe only without line breaks in it.

    `message_id` is a UUID, with or without "urn:uuid:". Raises UsageError for anything else.
    """
    match = _MESSAGE_ID.fullmatch(message_id)
    if match is None:
        raise UsageError(f"message id {message_id[:64]!r} cannot be sent: it must be a UUID")
    if types not in DIALECTS:
        raise UsageError(f"a Probe for {types[:64]!r} cannot be sent: the types must be one of {DIALECTS}")
    return (_PROBE % (match[1], f"<wsd:Types>{types}</wsd:Types>" if types else "")).encode("ascii")


def decode(data: bytes, asked: Collection[str] = ()) -> tuple[dict[str, tuple[str, ...]], ...]:
    """The devices of a ProbeMatches, ResolveMatches, Hello or Bye, one mapping each; none for a question.

    `asked` holds the message ids that were sent: a device that answers none of them is marked unsolicited.
    Raises DecodeError where the datagram is no WS-Discovery.
    """
    data = data[:MAX_DATAGRAM]
    text = to_text(data)
    try:
        message = _from_xml(xml.parse(data))
    except DecodeError:
        message = _from_text(text)
    prefixes = MappingProxyType({match[1]: match[2] for match in islice(_PREFIX.finditer(text), MAX_PREFIXES)})
    unsolicited = bool(asked) and _bare(message.relates_to) not in {_bare(sent) for sent in asked}
    common = [
        ("wsd.action", message.action.rstrip("/").rpartition("/")[2]),
        ("wsd.relates_to", message.relates_to),
        ("wsd.unsolicited", "true" if unsolicited else ""),
    ]
    return tuple(
        layout.fields([*common, *_pairs(device, prefixes)]) | scopes.decode(scopes.split(device.get("Scopes", "")))
        for device in message.devices
    )


def _pairs(device: Mapping[str, str], prefixes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield "wsd.endpoint", device.get("Address", "")
    for name in device.get("Types", "").split()[:MAX_ITEMS]:
        prefix, _, local = name.rpartition(":")
        namespace = prefixes.get(prefix)
        yield "wsd.types", f"{namespace} {local}" if namespace else name
    for address in device.get("XAddrs", "").split()[:MAX_ITEMS]:
        yield "wsd.xaddr", address
    yield "wsd.extension", device.get(_EXTENSION, "")


def _bare(message_id: str) -> str:
    """A message id without its scheme: devices echo "urn:uuid:" as "uuid:", and change the case."""
    return message_id.strip().lower().rpartition(":")[2]


def _from_xml(root: Element) -> _Message:
    names = {xml.local(element.tag) for element in root.iter()}
    message = _Message(
        action=xml.find_text(root, "Action") or next((name for name in _ANSWERS if name in names), ""),
        relates_to=xml.find_text(root, "RelatesTo"),
    )
    for element in root.iter():
        parts = {xml.local(child.tag): child for child in element}
        if _PARTS & parts.keys() and xml.local(element.tag) not in _QUESTIONS:
            told = (_PARTS | {_EXTENSION}) & parts.keys()
            device = {name: (parts[name].text or "").strip() for name in told}
            if "EndpointReference" in parts:
                device["Address"] = xml.find_text(parts["EndpointReference"], "Address")
            message.devices.append(device)
            if len(message.devices) == MAX_MATCHES:
                break
    if not message.devices and xml.local(root.tag) != "Envelope":
        raise DecodeError("no WS-Discovery: XML without an envelope and without a device")
    return message


def _from_text(text: str) -> _Message:
    """As `_from_xml`, for what is no well-formed XML."""
    if _FORBIDDEN.search(text):
        raise DecodeError("XML with a DOCTYPE or entity, which no device needs")
    message = _from_tags(text)
    if not (message.devices or message.action.endswith(_QUESTIONS)):
        message.devices = _from_lines(text)
    return message


def _from_tags(text: str) -> _Message:
    message = _Message()
    device: dict[str, str] = {}
    for name, raw, end in _TAG.findall(text):
        value = xml.unescape(raw if end else xml.in_part(name, raw)).strip()
        if name in _QUESTIONS:
            return _Message(action=name)
        if name in _ANSWERS or name in _MATCHES:
            message.action = message.action or (name if name in _ANSWERS else f"{name}es")
            device = {}
        elif name == "Action":
            message.action = message.action or value
        elif name == "RelatesTo":
            message.relates_to = message.relates_to or value
        elif value and name not in device:
            if not device:
                message.devices.append(device)
            device[name] = value
    # An address alone may be the one in the header that answers go to.
    message.devices = [found for found in message.devices if found.keys() != {"Address"}][:MAX_MATCHES]
    return message


def _from_lines(text: str) -> list[dict[str, str]]:
    """The device of a listing: lines "Types: ...", "Scopes: ...", "XAddrs: ...", or nothing but scopes."""
    listed = {match[1]: match[2].strip() for match in _LINE.finditer(text)}
    start = text.find(scopes.PREFIX)
    if not listed and start < 0:
        raise DecodeError("no WS-Discovery: neither types nor scopes nor addresses of a device")
    return [listed or {"Scopes": text[start:]}]
