"""Neighbour tables as text: `ip neigh`, `ip -json neigh`, `arp`, `ndp`, /proc/net/arp, arp-scan, and of routers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO

from camscan.imports.files.base import SNIFFED, Summary, address_of, imported, lines, link_fields, names
from camscan.imports.files.jsonitems import items
from camscan.records import Observation

CHANNELS = ("arp",)

_HEX = "[0-9A-Fa-f]"
_MAC = rf"(?:{_HEX}{{1,2}}[:-]){{5}}{_HEX}{{1,2}}|{_HEX}{{4}}[.-]{_HEX}{{4}}[.-]{_HEX}{{4}}|{_HEX}{{6}}-{_HEX}{{6}}"
_IPV4 = r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}"
_IP = rf"{_IPV4}|[0-9A-Fa-f]{{0,4}}(?::[0-9A-Fa-f]{{0,4}}){{2,7}}"
_LINE = re.compile(
    rf"(?:[0-9]{{1,6}}[ \t]{{1,16}}[A-Z]{{1,8}}[ \t]{{1,16}})?"  # number and flags of RouterOS
    rf"(?:(?:Internet|IP|dynamic|(?P<name>[^\s()]{{1,255}}))[ \t]{{1,16}})?"
    rf"\(?(?<![\w.:])(?P<ip>{_IP})(?![\w.:])(?:%[\w.-]{{1,32}})?\)?"
    rf"(?:[ \t]{{1,64}}(?!{_MAC})\S{{1,64}}){{0,8}}?[ \t]{{1,64}}(?P<mac>{_MAC})(?![\w:.-]).*"
)
_NEIGH = re.compile(rb"^[0-9A-Fa-f.:]{2,45} dev \S+ (?:lladdr|[A-Z]+)|\A\s*\[\s*\{\s*\"dst\"\s*:", re.MULTILINE)
_DEAD = re.compile(r"\b(?:FAILED|INCOMPLETE|incomplete)\b")
_HEADER = re.compile(r"^(?:Address|IP address|Protocol|Interface:|Internet Address|#|Starting|Ending)", re.IGNORECASE)


def sniff_neigh(head: bytes) -> bool:
    """Whether it has a line of `ip neigh`."""
    return _NEIGH.search(head) is not None


def sniff_arp(head: bytes) -> bool:
    """Whether some line begins with an address, perhaps behind a name, and holds a MAC address further on."""
    return any(_LINE.match(line.strip()) for line in head.decode("latin_1").splitlines())


def read(stream: BinaryIO, at: datetime, summary: Summary) -> Iterator[Observation]:
    """One observation for each line with an address and a MAC address; entries that never answered are left out."""
    for line in map(str.strip, lines(stream, summary)):
        match = _LINE.match(line)
        if match:
            yield from _entry(match["ip"], match["mac"], match["name"] or "", at, summary)
        elif _DEAD.search(line):
            summary.skip("entry that never answered")
        elif not _HEADER.match(line):
            summary.skip("line without an address and a MAC")


def read_neigh(stream: BinaryIO, at: datetime, summary: Summary) -> Iterator[Observation]:
    """The same of `ip neigh`, which writes lines or, with -json, an array."""
    is_json = stream.read(SNIFFED).lstrip().startswith(b"[")
    stream.seek(0)
    if not is_json:
        yield from read(stream, at, summary)
        return
    for entry in items(stream, summary):
        if isinstance(entry, dict) and isinstance(entry.get("lladdr"), str):
            yield from _entry(str(entry.get("dst", "")), entry["lladdr"], "", at, summary)
        else:
            summary.skip("entry that never answered")


def _entry(address: str, mac: str, name: str, at: datetime, summary: Summary) -> Iterator[Observation]:
    target, link = address_of(address), link_fields(mac)
    if not (target and link):
        summary.skip("group or broadcast address")
        return
    summary.whole += 1
    named = {} if name == "?" or address_of(name) or name.isdecimal() else names(host__name=name)
    yield imported(target, "arp", at, {**link, **named})
