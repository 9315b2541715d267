"""Listings of mDNS: services with their names and properties, as the usual tools and libraries print them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from camscan.codecs.layout import address
from camscan.codecs.layout import fields as as_fields
from camscan.codecs.mdns import mac_of
from camscan.codecs.text import to_text
from camscan.imports.forms.base import Answer, answer, pairs

MAX_LINES = 2048  # of a listing that are read

_SERVICE = re.compile(r"(?:(.{1,200}?)\.)?(_[A-Za-z0-9-]{1,63}\._(?:tcp|udp))\b", re.IGNORECASE)
_BARE_SERVICE = re.compile(r"(?<![\w.])_[A-Za-z0-9-]{1,63}\._(?:tcp|udp)\b", re.IGNORECASE)
_RECORD = re.compile(
    r"^(?:(\S{1,255}|\S.{0,200}?\._(?:tcp|udp)(?:\.\S{0,64})?)[ \t]+)?(?:[0-9]{1,10}[ \t]+)?(?:IN[ \t]+)?"
    r"(PTR|SRV|TXT|AAAA|A)\b[ \t]*:?[ \t]*(.*)$"
)
_SRV = re.compile(r"(?:[0-9]+[ \t]+){0,3}([A-Za-z0-9._-]{1,253})(?::[0-9]{1,5})?")
_TEXT = re.compile(r'"((?:[^"\\]|\\.){1,255})"|([^\s",;\[\]{}]{1,255})')
_TYPED = re.compile(r"\._(?:tcp|udp)\b", re.IGNORECASE)
_TOLD = re.compile(r"(?<=\s)[A-Za-z][\w-]{0,31}=[^\s\",;\[\]{}]{1,255}")
_DESCRIBED = {
    "Web Site": "_http._tcp",
    "Secure Web Site": "_https._tcp",
    "RTSP Realtime Streaming Server": "_rtsp._tcp",
    "FTP File Transfer": "_ftp._tcp",
    "Telnet Remote Terminal": "_telnet._tcp",
    "SSH Remote Terminal": "_ssh._tcp",
    "SFTP File Transfer": "_sftp-ssh._tcp",
    "Workstation": "_workstation._tcp",
    "Device Info": "_device-info._tcp",
    "Microsoft Windows Network": "_smb._tcp",
    "Network File System": "_nfs._tcp",
    "VNC Remote Access": "_rfb._tcp",
    "Internet Printer": "_ipp._tcp",
    "Secure Internet Printer": "_ipps._tcp",
    "UNIX Printer": "_printer._tcp",
    "PDL Printer": "_pdl-datastream._tcp",
    "AirPlay Remote Video": "_airplay._tcp",
    "AirTunes Remote Audio": "_raop._tcp",
    "iTunes Audio Access": "_daap._tcp",
}
"""What avahi-browse calls services in words."""
_BROWSED = re.compile(
    r"^[+=-][ \t]{1,8}\S{1,32}[ \t]{1,8}IPv[46][ \t]{1,8}(\S.{0,250}?)\s{2,64}"
    rf"(_[\w-]{{1,63}}\._(?:tcp|udp)\b|(?:{'|'.join(_DESCRIBED)})(?=\s{{1,64}}local\b)).*$",
    re.MULTILINE,
)
_PARSABLE = re.compile(
    r"^[=+];[^;\r\n]*;[^;\r\n]*;([^;\r\n]*);([^;\r\n]*);[^;\r\n]*"
    r"(?:;([^;\r\n]*);([^;\r\n]*);[^;\r\n]*(.*))?$",
    re.MULTILINE,
)
"""A line of avahi-browse with --parsable."""
_AVAHI = (
    (re.compile(r"^[ \t]{0,16}hostname = \[(.*)\]", re.MULTILINE), r"SRV \1"),
    (re.compile(r"^[ \t]{0,16}address = \[(.*)\]", re.MULTILINE), r"A \1"),
    (re.compile(r"^[ \t]{0,16}txt = \[(.*)\]", re.MULTILINE), r"TXT \1"),
)
"""Lines of avahi-browse without --parsable, and the records that say the same."""
_LISTED = re.compile(
    r"\A(?:(?:instance|(?:service )?name):[ \t]{0,8}(\S[^\r\n]{0,250})\r?\n[ \t]{0,8}"
    r"(?:service |reg)?type:[ \t]{0,8}(_[\w-]{1,63}\._(?:tcp|udp))"
    r"|(_[\w-]{1,63}\._(?:tcp|udp))[\w.]{0,8}:[ \t]{1,8}(\S[^\r\n]{0,250}))",
    re.IGNORECASE,
)
_DECIMAL = re.compile(r"(?:\\[0-9]{3})+")


def announced(text: str) -> Iterator[Answer]:
    """Records of mDNS: "PTR type -> instance", zone file lines, avahi-browse, or a service's properties."""
    lines = _in_records(text).splitlines()[:MAX_LINES]
    if listed := _LISTED.match(text):
        found = [("mdns.service", listed[2] or listed[3]), ("mdns.instance", listed[1] or listed[4])]
        yield from answer("mdns", as_fields(found))
        return
    for found in (
        [pair for line in lines for pair in _of_line(line.strip())],
        list(_of_mapping(text)),
        [pair for line in lines for pair in (*_of_service(line), *_further(line))] + _above(lines),
    ):
        if any(name == "mdns.service" for name, _ in found):
            yield from answer("mdns", as_fields(found))
            return


def _above(lines: list[str]) -> list[tuple[str, str]]:
    """The name of a service in the line above its type."""
    named = pairwise(lines)
    return [("mdns.instance", name.strip()) for name, line in named if _BARE_SERVICE.fullmatch(line.strip())][:1]


def _in_records(text: str) -> str:
    """A text with the lines of avahi-browse as records."""
    text = _BROWSED.sub(lambda found: f"PTR -> {found[1]}.{_DESCRIBED.get(found[2], found[2])}", text)
    text = _PARSABLE.sub(_of_parsable, text)
    for line, record in _AVAHI:
        text = line.sub(record, text)
    return text


def _of_parsable(found: re.Match[str]) -> str:
    name, kind, host, at, texts = (part or "" for part in found.groups())
    return f"PTR -> {name}.{_DESCRIBED.get(kind, kind)}\nSRV {host}\nA {at}\nTXT {texts}"


def _of_line(line: str) -> Iterator[tuple[str, str]]:
    if record := _RECORD.match(line):
        yield from _of_record(*record.groups())


def _of_record(owner: str | None, kind: str, rest: str) -> Iterator[tuple[str, str]]:
    if kind == "PTR":
        for part in (owner or "", *rest.split("->")):
            yield from _of_service(part)
    elif kind == "SRV":
        yield from _of_service(owner or "")
        *left, last = rest.split("->")
        yield from (pair for part in left for pair in _of_service(part))
        if host := _SRV.fullmatch(last.strip()):
            yield "mdns.host", host[1].rstrip(".")
    elif kind == "TXT":
        yield from _of_service(owner or "")
        yield from _texts(rest)
    else:
        yield "mdns.address", address(rest.rpartition("->")[2])


def _of_service(name: str) -> Iterator[tuple[str, str]]:
    match = _SERVICE.search(_DECIMAL.sub(_characters, name.strip()))
    if match:
        yield "mdns.service", match[2]
        yield "mdns.instance", (match[1] or "").replace("\\", "").strip(" \"'>")


def _further(line: str) -> Iterator[tuple[str, str]]:
    """The services after the first in a line that lists several, and the strings behind the last."""
    yield from (("mdns.service", name) for name in _BARE_SERVICE.findall(line)[1:])
    _, *behind = _TYPED.split(line)
    if behind:
        yield from (pair for text in _TOLD.findall(behind[-1]) for pair in _texts(text))


def _characters(match: re.Match[str]) -> str:
    """What some bytes spell that are written in decimal."""
    return to_text(bytes(byte for digits in match[0].split("\\")[1:] if (byte := int(digits)) < 256))


def _texts(written: str) -> Iterator[tuple[str, str]]:
    """The strings of a TXT record, and the MAC that one of them names."""
    for quoted, bare in _TEXT.findall(written)[:32]:
        yield "mdns.txt", quoted or bare
        yield "mac.address", mac_of(quoted or bare)


def properties(text: str) -> Iterator[Answer]:
    """The strings of a TXT record if all are key=value; else nothing."""
    found = list(_texts(text))
    if all("=" in value for name, value in found if name == "mdns.txt"):
        yield from answer("mdns", as_fields(found))


def _of_mapping(text: str) -> Iterator[tuple[str, str]]:
    """What zeroconf libraries print: name='..._type._tcp.local.', hostname='...', properties={...}."""
    for name, value in pairs(text):
        word = name.lower()
        if word in ("name", "type", "service", "instance", "fullname"):
            yield from _of_service(value) if _SERVICE.search(value) else [("mdns.instance", value)]
        elif word in ("hostname", "server", "host") and not address(value):
            yield "mdns.host", value.rstrip(".")
        elif word in ("ip", "ip_address", "address", "host", "addresses"):
            yield "mdns.address", address(value)
        elif word not in ("port", "weight", "priority", "ttl"):
            yield "mdns.txt", f"{name}={value}"
            yield "mac.address", mac_of(f"{name}={value}")
