"""The forms of answers: which of them a text looks like, is hinted to be, or might be at a pinch."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from types import MappingProxyType

from camscan.codecs.layout import fields as as_fields
from camscan.imports.forms import (
    certificate,
    datagrams,
    hardware,
    icons,
    interfaces,
    leases,
    mdns,
    singles,
    snmp,
    soap,
    web,
)
from camscan.imports.forms.base import Answer, Form, answer
from camscan.imports.nmap import text as nmap_text

_MEMBER = re.compile(r"\s*'[\w-]{1,40}'\s*:")
"""How a piece of a mapping begins in the source of a program."""
_NAMED = re.compile(r"^[ \t*_-]{0,16}Manufacturer\b.{0,4}:", re.MULTILINE | re.IGNORECASE)


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
    found = list(mdns.announced(text))
    yield from found
    if found and _NAMED.search(text):
        yield from soap.described(text)


def anything(text: str) -> Iterator[Answer]:
    """Text without any mark of its origin: a banner, perhaps with what the device is in words.

    A single line is also tried as a server name, title or product.
    """
    yield from answer("banner", as_fields([("banner.text", text)]))
    for protocol in ("http", "rtsp"):
        yield from singles.challenge(protocol, text)
    yield from answer("http", interfaces.challenged(text))
    yield from soap.described(text)
    if "\n" not in text.strip():
        for form in (
            partial(singles.server, "http"),
            partial(singles.server, "rtsp"),
            web.title,
            singles.path,
            snmp.walk,
            nmap_text.product,
        ):
            yield from map(_guessed, form(text))


def _guessed(one: Answer) -> Answer:
    """An answer of which nothing says that it came by RTSP: only cameras speak that, and it is no sign of one."""
    return one._replace(channel="banner") if one.channel == "rtsp" else one


def _page(text: str) -> Iterator[Answer]:
    """Several lines that a web server is said to have sent, and that are no code: the body of an answer."""
    if "\n" in text.strip() and not _MEMBER.match(text):
        yield from web.page(text)
        yield from anything(text)


def _has(*patterns: str) -> Callable[[str], bool]:
    """Whether one of the patterns is found in the first part of a text."""
    compiled = re.compile("|".join(patterns), re.MULTILINE | re.IGNORECASE)
    return lambda text: compiled.search(text[:16_384]) is not None


MARKS: tuple[tuple[Callable[[str], bool], Form], ...] = (
    (hardware.is_address, hardware.written),
    (_has(r"^RTSP/\d"), web.stream),
    (_has(r"^NOTIFY \*", r"^[{ \t\"']*(?:ST|NT|USN)[\"']?[ \t]*:", r"[\"']USN[\"']\s*:"), web.upnp),
    (_has(r"^HTTP/\d", r"^ICY ", r"\A\d{3} [A-Z][a-z]+\r?$"), web.web),
    (nmap_text.is_listing, nmap_text.scanned),
    (leases.is_lease, leases.leased),
    (_has(r"(?-i:<ProbeMatch>(?!\s*<\w+:)|<DeviceSN>|<DeviceDescription>)"), datagrams.searched),
    (_has(r"onvif://", r"<(?:[\w.-]+:)?(?:Probe|Resolve)Match(?:es)?[\s>]", r"<(?:[\w.-]+:)?XAddrs"), soap.discovery),
    (_has(r"www\.onvif\.org/ver\d", r"GetDeviceInformationResponse", r"^\w*DeviceInfo(?:rmation)?\("), soap.service),
    (_has(r"\(\s*(?:type|hardware|name|Profile)='[^']*',"), soap.discovery),
    (_has(r"schemas-upnp-org:device", r"<modelName>", r"(?-i:<(?:manufacturerURL|modelDescription)>)"), web.upnp),
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
    (icons.is_icon, icons.icon),
    (certificate.is_named, certificate.names),
    (snmp.is_walk, snmp.walk),
    (_has(r"_\w[\w-]{0,62}\._(?:tcp|udp)\b"), _announced),
    (_has(r"\A\ufeff?\s*<[!?a-z]"), web.web),
    (_has(r"\A\ufeff?\s*(?:\{|\[\s*\{)"), _document),
    (_has(r"\ACode=\w{1,64};action=\w{1,16};index=\d"), web.page),
    (_has(r"\A\s*(?:var \w{1,32} ?= ?\S|(?:(?:#|//) ?)?(?:window|document|top|parent|self)\.location\b)"), web.page),
    (web.is_headed, _headers),
)
"""What a text looks like, the surest first, and the form that reads it."""

HINTED: MappingProxyType[str, tuple[Form, ...]] = MappingProxyType(
    {
        **dict.fromkeys(("http", "https"), (web.web,)),
        "rtsp": (web.stream,),
        **dict.fromkeys(("html_title", "title"), (web.title,)),
        **dict.fromkeys(("favicon_hash", "favicon"), (icons.icon,)),
        **dict.fromkeys(("mac_oui", "mac", "arp", "oui"), (hardware.written,)),
        **dict.fromkeys(("ssdp", "upnp"), (web.upnp,)),
        **dict.fromkeys(("ws_discovery", "wsd"), (soap.discovery,)),
        **dict.fromkeys(("onvif_device_info", "onvif"), (soap.service, soap.discovery)),
        **dict.fromkeys(("nmap_xml_service", "nmap"), (nmap_text.scanned,)),
        "sadp": (partial(datagrams.searched, least=1),),
        "dhip": (partial(datagrams.notified, least=1),),
        "netcommon": (datagrams.common,),
        "mdns": (_announced,),
        "dhcp": (leases.leased,),
        "snmp": (snmp.described,),
        **dict.fromkeys(("https_cert", "tls", "cert"), (certificate.named,)),
    }
)
"""Channel -> forms that are tried first."""

BESIDE: tuple[Form, ...] = (
    icons.noted_icons,
    certificate.shown,
    nmap_text.noted,
)
"""What a text may tell beside the answer that it holds."""

LOOSE: MappingProxyType[str, tuple[Form, ...]] = MappingProxyType(
    {
        **dict.fromkeys(
            ("http", "https"),
            (singles.path, partial(singles.challenge, "http"), partial(singles.server, "http"), _page),
        ),
        "rtsp": (partial(singles.challenge, "rtsp"), partial(singles.server, "rtsp")),
        **dict.fromkeys(("https_cert", "tls", "cert"), (certificate.names,)),
        "snmp": (snmp.walk,),
        "mdns": (mdns.properties,),
        **dict.fromkeys(("ws_discovery", "wsd"), (soap.service,)),
        **dict.fromkeys(("onvif_device_info", "onvif"), (soap.service,)),
        "nmap_xml_service": (nmap_text.product,),
        "nmap": (nmap_text.product,),
    }
)
"""Channel -> forms that take almost any text, tried when nothing else fits."""
