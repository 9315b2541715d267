"""What nmap prints: its normal output, its greppable one, and pieces of its XML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice

from camscan.codecs import xml
from camscan.codecs.layout import fields as as_fields
from camscan.errors import DecodeError
from camscan.imports.forms import macs
from camscan.imports.forms.base import Answer, answer, named, pairs
from camscan.imports.nmap.host import host_answers, one_maker
from camscan.imports.nmap.scripts import STRINGS, script_answers
from camscan.imports.nmap.servicefp import probe_answers

MAX_HOSTS = 64  # of pasted XML; a whole run is imported as a file
MAX_PORTS = 4096  # lines of open ports that are read; a device has below thirty

_PORT = re.compile(
    r"^[ \t>]{0,8}(\d{1,5})/(?:tcp|udp)[ \t]{1,16}open(?:\|filtered)?"
    r"(?:[ \t]{1,32}([\w./?|:-]{1,64})"
    r"(?:[ \t]{1,32}(?:(?:syn-ack|udp-response)(?: ttl \d{1,3})?[ \t]{0,32})?"
    r"(\S[^\r\n]{0,511})?)?)?",
    re.MULTILINE,
)
"""A line of an open port. The reason, which nmap puts before the product when it is asked for more, is passed over."""
_FOUND = re.compile(r"(?:Discovered )?open port (\d{1,5})/(?:tcp|udp)", re.IGNORECASE)
_GREPPABLE = re.compile(r"(\d{1,5})/open/(?:tcp|udp)/[^/]{0,64}/([^/]{0,64})/[^/]{0,64}/([^/,]{0,512})/")
_GREPPED = re.compile(r"\s*(?:#[^\r\n]{0,512}\s+)?Host: \S{2,64} \([^()\r\n]{0,255}\)[ \t]+(?:Ports|Status): ")
"""How a line of a host begins in greppable output, which would pass for a header."""
_KNOWN = re.compile(r"^Ports:[ \t]*\r?\n(?=[ \t]{1,12}\d{1,5}/)", re.MULTILINE)
_KNOWN_PORT = re.compile(r"^[ \t]{1,12}(\d{1,5})/(?:tcp|udp)[ \t]{1,8}([^\W\d][^\r\n]{1,255})$", re.MULTILINE)
"""What Shodan's client prints of a host: all its ports are open."""
_REPORTED = re.compile(r"^[ \t>]{0,8}Nmap scan report for (?:(\S{1,253}) \([0-9A-Fa-f.:]{3,39}\)|\S)", re.MULTILINE)
"""The head of a host, with its name if it has one."""
_VENDOR = re.compile(r"MAC Address:[ \t]*(\S{6,24})[ \t]*(?:\(([^)\r\n]{1,128})\))?", re.IGNORECASE)
_SCRIPT = re.compile(
    r"^[ \t]{0,8}\|_?(?:[ \t]?(?=[a-z])|[ \t]{2,6}(?=(?:http|rtsp|ssl)-[a-z-]{4,40}:))([a-z][a-z0-9-]{2,40}): ?(.*)$"
)
"""The name of a script stands at the line, or deeper where the results of several hosts are put together by port."""
_OF_SCRIPT = re.compile(
    r"\A\s{0,8}\|_?[ \t]?(?:banner|fingerprint-strings|http|rtsp|ssl|snmp|upnp|ftp|broadcast)[a-z-]{0,40}: ?"
)
_TORN = re.compile(
    r"\A\s{0,8}(?=\| {2,4}(?:\w{2,32}, ){0,32}"
    r"(?:GenericLines|GetRequest|HTTPOptions|FourOhFourRequest|RTSPRequest|SIPOptions)\b[\w, ]{0,512}: ?\r?$)",
    re.MULTILINE,
)
"""Where the answers to nmap's probes begin without the name of the script that prints them."""
_BARE = re.compile(
    r"^(http-(?:headers|title|server-header|auth|favicon)|ssl-cert|rtsp-methods|snmp-sysdescr|upnp-info):?[ \t]*\r?$",
    re.MULTILINE,
)
"""The name of a script by itself, as programs show it that keep nmap's results."""
_MORE = re.compile(r"^[ \t]{0,8}\|_? {1,3}(.*)$")
_SERVICE_MARK = re.compile(r"<(nmaprun|host|ports?|service|script)[\s>]")
_HOST = '<nmaprun><host><address addr="192.0.2.0" addrtype="ipv4"/>{}</host></nmaprun>'
_PORT_ZERO = '<ports><port protocol="tcp" portid="0"><state state="open"/>{}</port></ports>'
_WRAPS = {
    "nmaprun": "{}",
    "host": "<nmaprun>{}</nmaprun>",
    "ports": _HOST,
    "port": _HOST.format("<ports>{}</ports>"),
    "service": _HOST.format(_PORT_ZERO),
    "script": _HOST.format(_PORT_ZERO),
}
"""Element with which a piece of nmap's XML begins -> what makes a run of it."""

_NAMED = {"name": "nmap.service", "service": "nmap.service", "product": "nmap.product", "port": "tcp.port"}
_KIND = re.compile(
    r"^(?:Service Info:(?:[^\r\n]{0,200};)? Device|Device type): ([\w -]{2,32})(?:;|[ \t]*\r?$)", re.MULTILINE
)
"""What sort of device a service or a host is; a list of several says nothing."""
_EXTRA = re.compile(r"\(([^()]{4,200})\)$")  # often names the device that a server of wide use runs on
_WITHOUT_SERVICE = frozenset({"unknown", "tcpwrapped"})
_FINGERPRINT = re.compile(r"^SF-Port.*(?:\r?\nSF:.*)*", re.MULTILINE)
_WITH_PAGES = (_PORT, _OF_SCRIPT, _FINGERPRINT)
"""Listings that quote pages, in which scripts may stand."""
_RECORDED = re.compile(r"""["'](?:(?:data|banner|raw)["']\s?:\s?["'](?:HTTP|RTSP)/\d\.\d \d{3}|port["']\s?:\s?\d)""")
_PRODUCT = re.compile(r"""["']product["']\s?:\s?["']([^"'\\\r\n]{3,96})["']""")
_SORT = re.compile(r"""["']devicetype["']\s?:\s?["']([a-z][a-z -]{2,32})["']""")


def scanned(text: str) -> Iterator[Answer]:
    """Open ports, services, scripts and the MAC address in anything that nmap prints."""
    mark = _SERVICE_MARK.search(text)
    if _BARE.match(text.lstrip()):
        _, *told = _BARE.split(text)
        for name, output in zip(told[::2], told[1::2], strict=True):
            yield from script_answers(name, output.strip("\r\n"))
    elif mark and not any(form.search(text) for form in _WITH_PAGES):
        yield from _of_xml(text, mark[1])
    else:
        yield from _of_text(text)


def grepped(text: str) -> Iterator[Answer]:
    """The ports of a host in greppable output; nothing for any other text."""
    if _GREPPED.match(text):
        yield from _of_text(text)


def noted(text: str) -> Iterator[Answer]:
    """The product, and the sort of device, that the record of a search engine names at a port or beside an answer."""
    if _RECORDED.search(text):
        named = [("nmap.product", match[1]) for match in islice(_PRODUCT.finditer(text), MAX_HOSTS)]
        kinds = [("nmap.device_type", match[1]) for match in islice(_SORT.finditer(text), MAX_HOSTS)]
        yield from answer("nmap", as_fields(named + kinds))


def product(text: str) -> Iterator[Answer]:
    """A single line that is none of nmap's: the product that it gives for a service."""
    if "\n" not in text.strip():
        yield from answer("nmap", as_fields([("nmap.product", one_maker(text.strip()))]))


def is_listing(text: str) -> bool:
    """Whether a text has lines of open ports, begins with what a script printed, or is nmap's XML."""
    return (
        any(pattern.search(text) for pattern in (_PORT, _FOUND, _GREPPABLE, _KNOWN, _OF_SCRIPT, _TORN, _FINGERPRINT))
        or "<nmaprun" in text
        or _BARE.match(text.lstrip()) is not None
    )


def _of_text(text: str) -> Iterator[Answer]:
    rows = [match.groups() for match in _PORT.finditer(text)] + [match.groups() for match in _GREPPABLE.finditer(text)]
    hosts = _REPORTED.findall(text)
    found = [("host.name", hosts[0])] if len(hosts) == 1 and hosts[0] else []  # of several, which had the ports?
    found += [("tcp.port", port) for port in _FOUND.findall(text)[:MAX_PORTS]]
    if known := _KNOWN.search(text):
        rows += [(port, "", product) for port, product in _KNOWN_PORT.findall(text, known.end())]
    for port, service, product in rows[:MAX_PORTS]:
        if int(port):
            found.append(("tcp.port", port))
        if service and service not in _WITHOUT_SERVICE and not service.endswith("?"):
            found.append(("nmap.service", service))
        if product:
            found += [
                ("nmap.product", one_maker(product)),
                *(("nmap.product", extra) for extra in _EXTRA.findall(product)),
            ]
    found += [("nmap.device_type", kind) for kind in _KIND.findall(text)[:MAX_PORTS]]
    if not found:
        found = named(pairs(text), _NAMED)
    yield from answer("nmap", as_fields(found))
    probed = [one for fingerprint in _FINGERPRINT.findall(text)[:MAX_HOSTS] for one in probe_answers(fingerprint)]
    yield from probed
    for name, output in _scripts(text):
        if not (probed and name == STRINGS):
            yield from script_answers(name, output)
    vendor = _VENDOR.search(text)
    if vendor:
        yield from macs.linked(vendor[1], vendor[2] or "")
    else:
        yield from macs.addresses(text)


def _scripts(text: str) -> Iterator[tuple[str, str]]:
    """(name, output) of every script whose output stands below a port."""
    name, lines = STRINGS if _TORN.match(text) else "", list[str]()
    for line in text.splitlines():
        head = _SCRIPT.match(line)
        more = None if head else _MORE.match(line)
        if more and name:
            lines.append(more[1])
            continue
        if name:
            yield name, "\n".join(lines)
        name, lines = (head[1], [head[2]]) if head else ("", [])
    if name:
        yield name, "\n".join(lines)


def _of_xml(text: str, mark: str) -> Iterator[Answer]:
    text = re.sub(r"<!DOCTYPE nmaprun>", "", text[text.index(f"<{mark}") :])
    try:
        root = xml.parse(_WRAPS[mark].format(text).encode(), partial=True)
    except DecodeError:
        return
    for host in islice(root.iter("host"), MAX_HOSTS):
        with suppress(DecodeError):
            yield from (one for one in host_answers(host) if one.fields)
