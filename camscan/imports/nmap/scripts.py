"""Output of nmap's scripts -> fields of the codecs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from xml.etree.ElementTree import Element

from camscan.codecs import http, mdns, rtsp, ssdp, telnet
from camscan.codecs.layout import address
from camscan.codecs.layout import fields as as_fields
from camscan.imports.forms import certificate, messages, single_values, snmp
from camscan.imports.forms.base import Answer, answer, fields_of
from camscan.imports.notations.base import with_octets
from camscan.records import Fields

STRINGS = "fingerprint-strings"
"""The script that prints what service fingerprints hold, without their exact bytes."""

_NO_TITLE = re.compile(r"Site doesn't have a title")
_REDIRECT = re.compile(r"(?:Did not follow redirect to|Requested resource was)\s{1,8}(\S{1,512})")
_HASH = re.compile(r"\b[0-9A-Fa-f]{32}\b")
_SCHEME = re.compile(r"^[ \t]*((?:Basic|Digest|NTLM|Negotiate)\b[^\r\n]{0,1024})", re.MULTILINE | re.IGNORECASE)
_STATUS = re.compile(r"HTTP/1\.[01] \d{3}[^\r\n]{0,64}")
_HEADER = re.compile(r"^[ \t]*([A-Za-z][\w-]{0,63}:[ \t]*\S[^\r\n]{0,1024})", re.MULTILINE)
_ANSWERED = re.compile(r"(?:HTTP|RTSP)/1\.[01] \d{3}\b")
_PROBED = re.compile(r"^([ \t]*)[A-Za-z][\w-]{1,32}(?:, [\w-]{1,32}){0,64}:[ \t]*\n(?=\1[ \t])", re.MULTILINE)
"""The line with the probes that got the same answer; the answer is indented more."""
_PRODUCT = re.compile(r"^[ \t]*\[([^\]\r\n]{3,96})\] at /", re.MULTILINE)
_METHODS = re.compile(r"[A-Z_]{4,16}(?:,\s*[A-Z_]{4,16})*")


_SERVICE = re.compile(r"\d{1,5}/(tcp|udp) ([A-Za-z0-9-]{1,63})")
_MAX_LINES = 512  # of announced services that are read; a device announces about five


def script_answers(name: str, output: str, element: Element | None = None) -> Iterator[Answer]:
    """What one script's output says; `element` holds its structured output, where there is any."""
    read = _SCRIPTS.get(name)
    if read is not None:
        text = with_octets(output).replace("\r\n", "\n")
        yield from (found._replace(asked=f"nmap {name}") for found in read(text, element))


def _elem(element: Element | None, name: str) -> str:
    """The text of a script's structured element with that key."""
    found = (item.text or "" for item in element.iter("elem") if item.get("key") == name) if element is not None else ()
    return next(iter(found), "")


def _title(text: str, element: Element | None) -> Iterator[Answer]:
    target = _REDIRECT.search(text)
    title = _elem(element, "title") or ("" if _NO_TITLE.match(text) or target else text)
    fields = dict(single_values.title_fields(title)) if title.strip() else {}
    if target:
        fields["http.location"] = (target[1],)
    yield from answer("http", fields)


def _server(text: str, _: Element | None) -> Iterator[Answer]:
    for line in filter(None, map(str.strip, text.splitlines())):
        yield from single_values.server("http", line)


def _challenges(text: str, _: Element | None) -> Iterator[Answer]:
    lines = [*_STATUS.findall(text)[:1], *(f"WWW-Authenticate: {value}" for value in _SCHEME.findall(text)[:8])]
    yield from answer("http", fields_of(http.decode_headers, "\r\n".join(lines)))


def _headers(text: str, _: Element | None) -> Iterator[Answer]:
    yield from answer("http", fields_of(http.decode_headers, "\r\n".join(_HEADER.findall(text))))


def _favicon(text: str, _: Element | None) -> Iterator[Answer]:
    yield from answer("http", as_fields(("http.favicon.md5", digest.lower()) for digest in _HASH.findall(text)))


def _certificate(text: str, element: Element | None) -> Iterator[Answer]:
    yield from certificate.names(_elem(element, "pem") or text)


def _methods(text: str, _: Element | None) -> Iterator[Answer]:
    found = _METHODS.search(text)
    if found:
        yield from answer("rtsp", fields_of(rtsp.decode_headers, f"Public: {found[0]}"))


def _description(text: str, _: Element | None) -> Iterator[Answer]:
    yield from snmp.walk("\n".join(line.strip() for line in text.splitlines() if "System uptime" not in line))


def _banner(text: str, element: Element | None) -> Iterator[Answer]:
    """What a service sends first, or answers at once."""
    if _ANSWERED.match(text.lstrip()):
        yield from _strings(text, element)
    else:
        yield from answer("banner", telnet.greeting(text))


def _accounts(text: str, _: Element | None) -> Iterator[Answer]:
    """The products whose login page was found, whether or not a login succeeded."""
    yield from answer("nmap", as_fields(("nmap.product", name) for name in _PRODUCT.findall(text)[:8]))


def _upnp(text: str, _: Element | None) -> Iterator[Answer]:
    """Lines of an SSDP answer, then those of a description in other words ("Manufacturer: ...")."""
    yield from answer("ssdp", {**_upnp_headers(text), **messages.described(text)})


def _upnp_headers(text: str) -> Fields:
    lines = [line.strip() for line in text.splitlines() if line.strip().lower().startswith(("server:", "location:"))]
    fields = fields_of(ssdp.decode, "\r\n".join(["ST: -", *lines]).encode())
    return {name: values for name, values in fields.items() if name != "ssdp.st"}


def _services(text: str, _: Element | None) -> Iterator[Answer]:
    """The services that a device announces, with its addresses and the strings beside them."""
    found: list[tuple[str, str]] = []
    for line in map(str.strip, text.splitlines()[:_MAX_LINES]):
        if service := _SERVICE.fullmatch(line):
            found.append(("mdns.service", f"_{service[2]}._{service[1]}"))
        elif line.startswith("Address="):
            found += [("mdns.address", address(part)) for part in line.removeprefix("Address=").split()]
        elif "=" in line:
            found += [("mdns.txt", line), ("mac.address", mdns.mac_of(line))]
    yield from answer("mdns", as_fields(found))


def _strings(text: str, _: Element | None) -> Iterator[Answer]:
    """The HTTP and RTSP answers among what a service answered to nmap's probes; else what it said, once each."""
    if _ANSWERED.search(text):
        lines = "\n".join(line.strip() for line in text.splitlines())
        yield from messages.over_http(lines)
        yield from messages.over_rtsp(lines)
    else:
        said = dict.fromkeys(map(str.strip, _PROBED.sub("", text).splitlines()))
        yield from answer("banner", telnet.greeting("\n".join(said)))


_SCRIPTS: Mapping[str, Callable[[str, Element | None], Iterator[Answer]]] = MappingProxyType(
    {
        "http-title": _title,
        "http-server-header": _server,
        "http-auth": _challenges,
        "http-headers": _headers,
        "http-favicon": _favicon,
        "ssl-cert": _certificate,
        "rtsp-methods": _methods,
        "snmp-sysdescr": _description,
        "dns-service-discovery": _services,
        "banner": _banner,
        "http-default-accounts": _accounts,
        "upnp-info": _upnp,
        "broadcast-upnp-info": _upnp,
        STRINGS: _strings,
    }
)
"""Scripts whose output says what a device answered, and how it is read."""
