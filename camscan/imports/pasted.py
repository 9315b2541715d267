"""Turns one answer that was copied as text into observations, by the hinted channel or by what the text looks like.

Whatever the notation, the fields come from the codecs, so that rules see what they see in a scan. Nothing is asked of
any network, and no clock is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from types import MappingProxyType
from uuid import RFC_4122, UUID

from camscan.codecs.layout import FORMED_FIELDS, mac_in_address
from camscan.codecs.layout import fields as as_fields
from camscan.codecs.text import to_text
from camscan.imports.forms import certificate, datagrams, hardware, interfaces, leases, soap, tables, web, wrapped
from camscan.imports.forms.base import MAX_TEXT, Answer, Form, answer, observed
from camscan.imports.forms.sent import sent
from camscan.imports.nmap import text as nmap_text
from camscan.records import MAC_FIELDS, Fields, Observation

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""The time of an answer whose time is not known."""

MAX_WRAPPINGS = 2  # as in a quoted string of hex digits
_TEXT_SAMPLE = 512  # characters by which text is told from bytes

_NODE_FIELDS = ("wsd.endpoint", "upnp.udn")
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_NAMED = re.compile(r"^[ \t*_-]{0,16}Manufacturer\b.{0,4}:", re.MULTILINE | re.IGNORECASE)
_SENT = re.compile(rb"(?:RTSP|HTTP)/1\.[01] \d{3} [\t\n\r -~]++")  # behind the headers of the packet that carried it
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x80-\x9f\ufffd]")


def read(raw: str | bytes, channel: str = "", at: datetime = EPOCH) -> tuple[Observation, ...]:
    """The observations in one answer, one for each channel that it belongs to; none for a blank text.

    `channel` is a hint: a channel of camscan, or a word of the labelled corpora ("mac_oui", "html_title"). A hint that
    does not fit is ignored. Text that no form recognises is a banner. MAC addresses also give their registered block.
    """
    data = raw.encode("utf-8", "replace") if isinstance(raw, str) else raw
    data = data[:MAX_TEXT]
    found = list(_answers(data, channel.strip().lower()))
    found += _blocks(found)
    return tuple(observed("", one if one.raw else one._replace(raw=data), at) for one in found)


def _answers(data: bytes, channel: str) -> Iterator[Answer]:
    text = to_text(data)
    if not text.strip():
        return
    if _is_binary(text) and (found := list(datagrams.datagram(data))):
        yield from found
        return
    if text.lstrip().startswith("SF-Port") and (found := list(nmap_text.scanned(text))):  # in nmap's own escapes
        yield from found
        return
    yield from _of_text(sent(text), channel)
    yield from web.noted_icons(text)


def _of_text(text: str, channel: str, depth: int = 0) -> list[Answer]:
    """Decodes wrapped text first; then tries hinted forms, forms that the text looks like, and loose guesses."""
    inner = wrapped.unwrapped(text) if depth < MAX_WRAPPINGS else b""
    if inner:
        if found := list(datagrams.datagram(inner)):
            return found
        if unwrapped := _readable(inner):
            return _of_text(sent(unwrapped), channel, depth + 1)
    for form in chain(_HINTED.get(channel, ()), (form for marked, form in _MARKS if marked(text))):
        if found := list(form(text)):
            return found
    loose = _LOOSE.get(channel, ())
    return next(filter(None, (list(form(text)) for form in loose)), []) or list(_anything(text))


def _headers(text: str) -> Iterator[Answer]:
    """Header lines that do not say whose they are: read as both HTTP and RTSP, since a Server names itself.

    What looks like them may be lines about a device.
    """
    if web.is_headed(text):
        yield from web.web(text)
        yield from map(_guessed, web.stream(text))
        yield from soap.described(text)


def _document(text: str) -> Iterator[Answer]:
    """JSON: the body of a page, or what somebody wrote down of a device."""
    yield from web.web(text)
    yield from soap.described(text)


def _announced(text: str) -> Iterator[Answer]:
    """Services, and who built the device where lines of their own say it."""
    found = list(tables.announced(text))
    yield from found
    if found and _NAMED.search(text):
        yield from soap.described(text)


def _anything(text: str) -> Iterator[Answer]:
    """Text without any mark of its origin: a banner, perhaps with what the device is in words.

    A single line is also tried as a server name, title or product.
    """
    yield from answer("banner", as_fields([("banner.text", text)]))
    for protocol in ("http", "rtsp"):
        yield from web.challenge(protocol, text)
    yield from answer("http", interfaces.challenged(text))
    yield from soap.described(text)
    if "\n" not in text.strip():
        for form in (
            partial(web.server, "http"),
            partial(web.server, "rtsp"),
            web.title,
            tables.walk,
            nmap_text.product,
        ):
            yield from map(_guessed, form(text))


def _guessed(one: Answer) -> Answer:
    """An answer of which nothing says that it came by RTSP: only cameras speak that, and it is no sign of one."""
    return one._replace(channel="banner") if one.channel == "rtsp" else one


def _page(text: str) -> Iterator[Answer]:
    """Several lines that a web server is said to have sent and that have no mark of a head: the body of an answer."""
    if "\n" in text.strip():
        yield from web.page(text)
        yield from _anything(text)


def _has(*patterns: str) -> Callable[[str], bool]:
    """Whether one of the patterns is found in the first part of a text."""
    compiled = re.compile("|".join(patterns), re.MULTILINE | re.IGNORECASE)
    return lambda text: compiled.search(text[:16_384]) is not None


_MARKS: tuple[tuple[Callable[[str], bool], Form], ...] = (
    (hardware.is_address, hardware.addresses),
    (_has(r"^RTSP/\d"), web.stream),
    (_has(r"^NOTIFY \*", r"^[{ \t\"']*(?:ST|NT|USN)[\"']?[ \t]*:", r"[\"']USN[\"']\s*:"), web.upnp),
    (_has(r"^HTTP/\d", r"^ICY ", r"\A\d{3} [A-Z][a-z]+\r?$"), web.web),
    (nmap_text.is_listing, nmap_text.scanned),
    (leases.is_lease, leases.leased),
    (_has(r"(?-i:<ProbeMatch>(?!\s*<\w+:)|<DeviceSN>|<DeviceDescription>)"), datagrams.searched),
    (_has(r"onvif://", r"<(?:[\w.-]+:)?(?:Probe|Resolve)Match(?:es)?[\s>]", r"<(?:[\w.-]+:)?XAddrs"), soap.discovery),
    (_has(r"www\.onvif\.org/ver\d", r"GetDeviceInformationResponse", r"^\w*DeviceInfo(?:rmation)?\("), soap.service),
    (_has(r"\(\s*(?:type|hardware|name|Profile)='[^']*',"), soap.discovery),
    (_has(r"schemas-upnp-org:device", r"<modelName>"), web.upnp),
    (interfaces.is_envelope, interfaces.envelope),
    (
        _has(
            r"[\"']deviceInfo[\"']",
            r"DHDiscover|notifyDevInfo",
            r"extra\.device_(?:class|type)",
            r"[\"']DeviceClass[\"']",
        ),
        datagrams.notified,
    ),
    (_has(r"NetWork\.NetCommon"), datagrams.common),
    (interfaces.is_lines, interfaces.lines),
    (_has(r"(?-i:\bDevice(?:SN|Description)[\"']?\s*[:=])"), datagrams.searched),
    (_has(r"(?-i:\bDevice(?:Class|Type)[\"']?\s*[:=])"), datagrams.notified),
    (_has(r"(?-i:\b(?:friendlyName|modelName)[\"']?\s*[:=])"), web.upnp),
    (_has(r"\bmanufacturer[\"']?\s*[:=][^\0]{0,256}\bmodel[\"']?\s*[:=]"), soap.service),
    (_has(r"^v=0\s*$", r"^[aosm]=\S[^\r\n]*\r?\n[aosmcbt]="), web.stream),
    (_has(r"\A(?:md5|mmh3|favicon|http\.favicon\.hash|icon_hash)\b", r"\A(?:[0-9a-f]{32}|-?\d{7,10})\Z"), web.icon),
    (certificate.is_named, certificate.names),
    (tables.is_walk, tables.walk),
    (_has(r"_\w[\w-]{0,62}\._(?:tcp|udp)\b"), _announced),
    (_has(r"\A\ufeff?\s*<[!?a-z]"), web.web),
    (_has(r"\A\ufeff?\s*(?:\{|\[\s*\{)"), _document),
    (_has(r"\A\s*(?:var \w{1,32} ?= ?\S|(?:window|document|top|parent|self)\.location\b)"), web.page),
    (web.is_headed, _headers),
)
"""What a text looks like, the surest first, and the form that reads it."""

_HINTED: MappingProxyType[str, tuple[Form, ...]] = MappingProxyType(
    {
        **dict.fromkeys(("http", "https"), (web.web,)),
        "rtsp": (web.stream,),
        **dict.fromkeys(("html_title", "title"), (web.title,)),
        **dict.fromkeys(("favicon_hash", "favicon"), (web.icon,)),
        **dict.fromkeys(("mac_oui", "mac", "arp", "oui"), (hardware.addresses,)),
        **dict.fromkeys(("ssdp", "upnp"), (web.upnp,)),
        **dict.fromkeys(("ws_discovery", "wsd"), (soap.discovery,)),
        **dict.fromkeys(("onvif_device_info", "onvif"), (soap.service, soap.discovery)),
        **dict.fromkeys(("nmap_xml_service", "nmap"), (nmap_text.scanned,)),
        "sadp": (datagrams.search_answer,),
        "dhip": (datagrams.notification,),
        "netcommon": (datagrams.common,),
        "mdns": (_announced,),
        "dhcp": (leases.leased,),
        "snmp": (tables.described,),
        **dict.fromkeys(("https_cert", "tls", "cert"), (certificate.named,)),
    }
)
"""Channel -> forms that are tried first."""

_LOOSE: MappingProxyType[str, tuple[Form, ...]] = MappingProxyType(
    {
        **dict.fromkeys(("http", "https"), (partial(web.challenge, "http"), partial(web.server, "http"), _page)),
        "rtsp": (partial(web.challenge, "rtsp"), partial(web.server, "rtsp")),
        **dict.fromkeys(("https_cert", "tls", "cert"), (certificate.names,)),
        "snmp": (tables.walk,),
        "mdns": (tables.properties,),
        **dict.fromkeys(("onvif_device_info", "onvif", "ws_discovery", "wsd"), (soap.service,)),
        "nmap_xml_service": (nmap_text.product,),
        "nmap": (nmap_text.product,),
    }
)
"""Channel -> forms that take almost any text, tried when nothing else fits."""


def _is_binary(text: str) -> bool:
    """Whether more than one in eight of the first characters are control characters."""
    sample = text[:_TEXT_SAMPLE]
    return 8 * len(_CONTROL.findall(sample)) > len(sample)


def _readable(data: bytes) -> str:
    """Decoded bytes as text, or the answer in them; "" where they are not text, such as those of a hash."""
    carried = _SENT.search(data)
    text = data.decode("utf-8", "replace")  # whose mark for what is no text counts as a control character
    if not _CONTROL.search(text):
        return text
    return carried[0].decode() if carried else ""


def _blocks(found: Iterable[Answer]) -> list[Answer]:
    """The registered block of each MAC that an answer names as its own, or of which its UUID or IPv6 address is."""
    named = (one.fields for one in found if "mac.organization" in one.fields)
    seen = {address for fields in named for address in fields.get("mac.address", ())}
    blocks: list[Answer] = []
    for one in found:
        for address in _own_addresses(one.fields):
            if address not in seen:
                seen.add(address)
                blocks += hardware.registered(address, one.channel)
    return blocks


def _own_addresses(fields: Fields) -> Iterator[str]:
    for name in MAC_FIELDS:
        yield from fields.get(name, ())
    for name in FORMED_FIELDS:
        yield from filter(None, map(mac_in_address, fields.get(name, ())))
    for name in _NODE_FIELDS:
        for value in fields.get(name, ()):
            match = _UUID.search(value)
            uuid = UUID(match[0]) if match else None
            if uuid is not None and uuid.variant == RFC_4122 and uuid.version == 1:  # its last octets are the node
                digits = uuid.hex[-12:].upper()
                yield ":".join(digits[at : at + 2] for at in range(0, 12, 2))
