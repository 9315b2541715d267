"""The forms of answers: by what a text looks like, by the hint, and as a last resort."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from types import MappingProxyType

from camscan.codecs import telnet
from camscan.imports.forms import (
    certificate,
    datagrams,
    favicons,
    interfaces,
    lldp,
    macs,
    mdns,
    messages,
    onvif,
    requests,
    single_values,
    sip,
    snmp,
)
from camscan.imports.forms.base import Answer, Form, answer
from camscan.imports.nmap import text as nmap_text

_PROMPT = re.compile(r"(?i)\blogin: ?$")
"""The end of a greeting that asks for a name: such a line is no title and no description."""
_NAMED = re.compile(r"^[ \t*_-]{0,16}Manufacturer\b.{0,4}:", re.MULTILINE | re.IGNORECASE)


def _headers(text: str) -> Iterator[Answer]:
    """Header lines of HTTP or RTSP, read as both; they may also be lines about a device."""
    if messages.is_headed(text):
        yield from messages.over_http(text)
        yield from map(_guessed, messages.over_rtsp(text))
        yield from onvif.described(text)


def _document(text: str) -> Iterator[Answer]:
    """JSON: the body of a page, or notes about a device."""
    yield from messages.over_http(text)
    yield from onvif.described(text)


def _announced(text: str) -> Iterator[Answer]:
    """Services, and the manufacturer if it has a line of its own."""
    found = list(mdns.announced(text))
    yield from found
    if found and _NAMED.search(text):
        yield from onvif.described(text)


def anything(text: str) -> Iterator[Answer]:
    """Text of unknown origin: a banner, perhaps with a description of the device.

    A single line is also tried as a server name, title or product.
    """
    yield from answer("banner", telnet.greeting(requests.without_failed(text)))
    for protocol in ("http", "rtsp"):
        yield from single_values.challenge(protocol, text)
    yield from answer("http", interfaces.challenged(text))
    yield from onvif.described(text)
    if "\n" not in text.strip() and not _PROMPT.search(text):
        for form in (
            partial(single_values.server, "http"),
            partial(single_values.server, "rtsp"),
            messages.title,
            single_values.path,
            snmp.walk,
            nmap_text.product,
        ):
            yield from map(_guessed, form(text))


def _guessed(one: Answer) -> Answer:
    """An RTSP answer as a banner: only cameras use RTSP, and here nothing proves that it was RTSP."""
    return one._replace(channel="banner") if one.channel == "rtsp" else one


def _page(text: str) -> Iterator[Answer]:
    """Lines that a web server is said to have sent, and that are no code: the body of an answer."""
    if "\n" in text.strip() or single_values.is_setting(text):
        yield from messages.page(text)
        yield from anything(text)


def _has(*patterns: str) -> Callable[[str], bool]:
    """Whether one of the patterns is found in the first part of a text."""
    compiled = re.compile("|".join(patterns), re.MULTILINE | re.IGNORECASE)
    return lambda text: compiled.search(text[:16_384]) is not None


MARKS: tuple[tuple[Callable[[str], bool], Form], ...] = (
    (macs.is_address, macs.written),
    (_has(r"^RTSP/\d"), messages.over_rtsp),
    (
        _has(
            r"^NOTIFY \*",
            r"^[{ \t\"']*(?:ST[\"']?[ \t]*:[ \t\"']*[\w.-]+:|(?:NT|USN)[\"']?[ \t]*:)",
            r"[\"']USN[\"']\s*:",
        ),
        messages.upnp,
    ),
    (_has(r"^HTTP/\d", r"^ICY ", r"\A\d{3} [A-Z][a-z]+\r?$"), messages.over_http),
    (nmap_text.is_listing, nmap_text.scanned),
    (sip.is_sip, sip.sip_message),
    (macs.is_lent, macs.lent),
    (lldp.is_neighbour, lldp.neighbour),
    (_has(r"(?-i:<ProbeMatch>(?!\s*<\w+:)|<DeviceSN>|<DeviceDescription>)"), datagrams.sadp_text),
    (
        _has(r"onvif:\\?/\\?/", r"<(?:[\w.-]+:)?(?:Probe|Resolve)Match(?:es)?[\s>]", r"<(?:[\w.-]+:)?XAddrs"),
        onvif.discovery,
    ),
    (_has(r"www\.onvif\.org/ver\d", r"GetDeviceInformationResponse", r"^\w*DeviceInfo(?:rmation)?\("), onvif.service),
    (_has(r"\(\s*(?:type|hardware|name|Profile)='[^']*',"), onvif.discovery),
    (_has(r"schemas-upnp-org:device", r"<modelName>", r"(?-i:<(?:manufacturerURL|modelDescription)>)"), messages.upnp),
    (interfaces.is_envelope, interfaces.envelope),
    (
        _has(
            r"[\"']deviceInfo[\"']",
            r"DHDiscover|notifyDevInfo",
            r"extra\.device_(?:class|type)",
            r"[\"']DeviceClass[\"']",
        ),
        datagrams.dhip_text,
    ),
    (_has(r"NetWork\.NetCommon"), datagrams.netcommon_text),
    (interfaces.is_lines, interfaces.lines),
    (_has(r"(?-i:\bDevice(?:SN|Description)[\"']?\s*[:=])"), datagrams.sadp_text),
    (_has(r"(?-i:\bDevice(?:Class|Type)[\"']?\s*[:=])"), datagrams.dhip_text),
    (_has(r"(?-i:\b(?:friendlyName|modelName)[\"']?\s*[:=])"), messages.upnp),
    (_has(r"\bmanufacturer[\"']?\s*[:=][^\0]{0,256}\bmodel[\"']?\s*[:=]"), onvif.service),
    (_has(r"^v=0\s*$", r"^[aosm]=\S[^\r\n]*\r?\n[aosmcbt]="), messages.over_rtsp),
    (favicons.is_icon, favicons.icon),
    (certificate.is_named, certificate.names),
    (snmp.is_walk, snmp.walk),
    (_has(r"_\w[\w-]{0,62}\._(?:tcp|udp)\b", r"^[+=-] +\S+ +IPv[46] +\S.* +local[ \t]*$"), _announced),
    (_has(r"\A\ufeff?\s*<[!?a-z]"), messages.over_http),
    (_has(r"\A\ufeff?\s*(?:\{|\[\s*\{)"), _document),
    (_has(r"\ACode=\w{1,64};action=\w{1,16};index=\d"), messages.page),
    (
        _has(r"\A\s*(?:var \w{1,32} ?= ?\S|(?:(?:#|//) ?)?(?:window|document|top|parent|self)\.location\b)"),
        messages.page,
    ),
    (messages.is_headed, _headers),
)
"""Tests of what a text looks like, the most certain first, and the form that reads it."""

HINTED: MappingProxyType[str, tuple[Form, ...]] = MappingProxyType(
    {
        **dict.fromkeys(("http", "https"), (messages.over_http,)),
        "rtsp": (messages.over_rtsp,),
        **dict.fromkeys(("html_title", "title"), (messages.title,)),
        **dict.fromkeys(("favicon_hash", "favicon"), (favicons.icon,)),
        **dict.fromkeys(("mac_oui", "mac", "arp", "oui"), (macs.written,)),
        **dict.fromkeys(("ssdp", "upnp"), (messages.upnp,)),
        **dict.fromkeys(("ws_discovery", "wsd"), (onvif.discovery,)),
        **dict.fromkeys(("onvif_device_info", "onvif"), (onvif.service, onvif.discovery)),
        **dict.fromkeys(("nmap_xml_service", "nmap"), (nmap_text.scanned,)),
        "sadp": (partial(datagrams.sadp_text, least=1),),
        "dhip": (partial(datagrams.dhip_text, least=1),),
        "netcommon": (datagrams.netcommon_text,),
        "mdns": (_announced,),
        "snmp": (snmp.described,),
        **dict.fromkeys(("https_cert", "tls", "cert"), (certificate.named,)),
    }
)
"""Channel -> forms that are tried first."""

BESIDE: tuple[Form, ...] = (
    favicons.noted_icons,
    certificate.shown,
    nmap_text.noted,
    interfaces.carried,
)
"""Forms for what a text may contain besides the answer."""

LOOSE: MappingProxyType[str, tuple[Form, ...]] = MappingProxyType(
    {
        **dict.fromkeys(
            ("http", "https"),
            (
                single_values.path,
                partial(single_values.challenge, "http"),
                partial(single_values.server, "http"),
                _page,
            ),
        ),
        "rtsp": (partial(single_values.challenge, "rtsp"), partial(single_values.server, "rtsp")),
        **dict.fromkeys(("https_cert", "tls", "cert"), (certificate.names,)),
        "snmp": (snmp.walk,),
        "mdns": (mdns.properties,),
        **dict.fromkeys(("ws_discovery", "wsd"), (onvif.service,)),
        **dict.fromkeys(("onvif_device_info", "onvif"), (onvif.service,)),
        "nmap_xml_service": (nmap_text.product,),
        "nmap": (nmap_text.product,),
    }
)
"""Channel -> forms that take almost any text, tried when nothing else fits."""
