"""Neighbour tables as text: `ip neigh`, `ip -json neigh`, `arp`, `ndp`, /proc/net/arp, arp-scan, and of routers.

So are the leases that routers show, and what switches have learned of them (DHCP snooping).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import BinaryIO

from camscan.imports.files import presence
from camscan.imports.files.base import IP, IPV4, SNIFFED, Summary, address_of, lines, link_fields, names
from camscan.imports.files.jsonitems import items
from camscan.imports.files.jsonlines import listed
from camscan.imports.files.switchports import CELL, asked_of, is_port, prompted
from camscan.imports.forms.base import Answer, observed
from camscan.records import Fields, Observation

CHANNELS = ("arp", "dhcp")

_HEX = "[0-9A-Fa-f]"
_MAC = rf"(?:{_HEX}{{1,2}}[:-]){{5}}{_HEX}{{1,2}}|{_HEX}{{4}}[.-]{_HEX}{{4}}[.-]{_HEX}{{4}}|{_HEX}{{6}}-{_HEX}{{6}}"
_CLIENT_ID = rf"01{_HEX}{{2}}\.{_HEX}{{4}}\.{_HEX}{{4}}\.{_HEX}{{2}}"
"""A MAC address behind the type of hardware, as Cisco shows who has a lease."""
_LINE = re.compile(
    rf"(?:[0-9]{{1,6}}[ \t]{{1,16}}[A-Z]{{1,8}}[ \t]{{1,16}}|index=[0-9]{{1,6}} ifname=\S{{1,32}} )?"
    rf"(?:(?:Internet|IP|dynamic|(?P<tracked>ARP|ND|DH[46]|S|L|PKT|API)"
    rf"|(?!(?:{IP})[ \t]{{1,16}}[^(\s])(?P<name>[^\s()]{{1,255}}))[ \t]{{1,16}})?"
    rf"\(?(?<![\w.:])(?P<ip>{IP})(?![\w.:])(?:%[\w.-]{{1,32}})?\)?"
    rf"(?:[ \t]{{1,64}}(?!{_MAC})\S{{1,64}}){{0,8}}?[ \t]{{1,64}}(?P<mac>{_MAC}|{_CLIENT_ID})(?![\w:.-])(?P<rest>.*)"
)
_KEYED = re.compile(
    rf"(?:.{{0,255}}[ \t])?address=(?P<ip>{IPV4})[ \t].{{0,255}}?(?<![\w-])mac-address=(?P<mac>{_MAC})(?![\w:.-]).*"
)
"""A line of a configuration of RouterOS, or of a list that it shows as "terse"."""
_SNOOPED = re.compile(rf"(?P<mac>{_MAC})[ \t]{{1,64}}(?P<ip>{IP})(?![\w.:/])(?P<rest>.*)")
"""A binding that a switch has learned from DHCP: the MAC address comes first, and the port follows."""
_SCANNED = re.compile(rf"(?P<ip>{IPV4});[^;]{{0,255}};(?P<state>up|down);(?:[^;]{{0,255}};){{2}}(?P<mac>{_MAC});.*")
"""A line of the table that Fing writes as CSV, without a header."""
_GOES_ON = re.compile(r"[ \t]+[a-z][a-z0-9-]{1,31}=")
"""How a line begins that goes on with the settings of the entry above it, as RouterOS shows them as "detail"."""
_HOST = re.compile(r'(?<!\S)host-name=(?:"([^"]{1,255})"|([^\s"]{1,255}))')
_MAX_LINE = 4096
"""Characters of a line that goes on in others."""
_MAX_NAMED = 4096
"""Lines with a name of which it is seen whether several have it."""
_NEIGH = re.compile(rb"^[0-9A-Fa-f.:]{2,45} dev \S+ (?:lladdr|[A-Z]+)|\A\s*\[\s*\{\s*\"dst\"\s*:", re.MULTILINE)
_DEAD = re.compile(r"\b(?:FAILED|INCOMPLETE|[Ii]ncomplete)\b")
_OVER = re.compile(
    r"(?<!\S)(?:waiting|InactiveReservation|Expired|Declined|INACTIVE|DOWN|(?i:failed|incomplete|unreachable))(?!\S)"
    r"|(?<!\S)(?:status=(?:waiting|failed)|disabled=yes|state=000000(?:01|20))(?!\S)"
    r"|\A[0-9]{1,6}[ \t]{1,16}[A-Z]{0,4}X[A-Z]{0,4}(?!\S)"
)
"""What a lease or an entry says that no device has: of RouterOS, also flagged as disabled, of Windows, Cisco, Linux."""
_LEASED = re.compile(
    rf"(?<!\S)(?:bound|Active(?:Reservation)?|dhcp-snooping|{_CLIENT_ID})(?!\S)"
    r"|(?<!\S)(?:status=bound|(?:server|client-id|active-mac-address|expires-after)=)"
)
"""What a line says of which a DHCP server, or a switch that listens to it, knows: of RouterOS, Windows, Cisco."""
_LEASES = re.compile(
    r"(?!.*(?:;;;|\barp\b)).*(?:\blease|\bdhcp[ -]|clientid\b|\blast-seen\b|\bexpires\b)", re.IGNORECASE
)
"""A title or header of leases; in a comment, it would say nothing."""
_EXPIRE = re.compile("expir", re.IGNORECASE)
"""In a header, the name of the column that tells when leases end."""
_BETWEEN_CELLS = re.compile(r"\t|[ ]{2,}(?![0-9] )| - ")
"""Between the cells of a line. Before a day of one digit, C writes two blanks."""
_NO_LEASES = re.compile(
    r"(?!.*;;;).*(?:\barp\b|\bneigh|\binterface\b| --- 0x[0-9a-f]|\bhw_?addr|[\w)\]] ?[#>])", re.IGNORECASE
)
"""One of another table, which Windows heads in its own language, or another command in the log of a terminal."""
_HEADER = re.compile(r"^(?:Address|IP address|Protocol|Interface:|Internet Address|#|Starting|Ending)", re.IGNORECASE)


def sniff_neigh(head: bytes) -> bool:
    """Whether it has a line of `ip neigh`."""
    return _NEIGH.search(head) is not None


def sniff_arp(head: bytes) -> bool:
    """Whether some line holds an address and a MAC address, in an order and with names as tables have them."""
    return any(map(_entry_in, _whole(head.decode("latin_1").splitlines())))


def read(stream: BinaryIO, at: datetime, summary: Summary) -> Iterator[Observation]:
    """One observation for each line with an address and a MAC address; entries that never answered are left out."""
    switch, shared, channel, has_ends = "", _shared(stream), "arp", False
    for line in _whole(lines(stream, summary)):
        switch = prompted(line) or switch
        match = _entry_in(line)
        if not match:
            channel = _channel_below(line, channel)
            has_ends = channel == "dhcp" and (has_ends or _EXPIRE.search(line) is not None)
        if match and (_is_over(match) or (channel == "dhcp" and presence.is_over_lease(_cells(match)))):
            summary.skip("lease or entry that is not in use")
        elif match:
            told = _told(match, shared, switch)
            answer = Answer("dhcp" if _is_leased(match) else channel, told, asked_of(told))
            when = presence.running(_cells(match), at) if has_ends else at
            yield from _entry(match["ip"], match["mac"], answer, when, summary)
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
        link = entry.get("lladdr") if isinstance(entry, dict) and "FAILED" not in listed(entry.get("state")) else None
        if isinstance(entry, dict) and isinstance(link, str):
            yield from _entry(str(entry.get("dst", "")), link, Answer("arp", {}), at, summary)
        else:
            summary.skip("entry that never answered")


def _entry(address: str, mac: str, told: Answer, at: datetime, summary: Summary) -> Iterator[Observation]:
    target, link = address_of(address), link_fields(_link_in(mac))
    if not (target and link):
        summary.skip("group or broadcast address")
        return
    summary.whole += 1
    yield observed(target, told._replace(fields={**link, **told.fields}), at)


def _whole(rows: Iterable[str]) -> Iterator[str]:
    """The lines, each with those that go on with it: after a backslash, or with more settings of an entry."""
    begun = ""
    for row in rows:
        goes_on = len(begun) < _MAX_LINE and (begun.endswith("\\") or (begun and _GOES_ON.match(row)))
        if not goes_on:
            yield from filter(None, [begun])
        begun = f"{_joined(begun)}{row.strip()}" if goes_on else row.strip()
    yield from filter(None, [begun])


def _joined(line: str) -> str:
    """A line that goes on, up to what comes next: a backslash may stand within a word."""
    return line[:-1] if line.endswith("\\") else f"{line} "


def _shared(stream: BinaryIO) -> Collection[str]:
    """What stands before several addresses: an interface or a table of routes, as firewalls list them, and no host."""
    first: dict[str, str] = {}
    entries = (match for line in _whole(lines(stream, Summary())) if (match := _LINE.match(line)) and match["name"])
    told = ((match["name"], match["ip"]) for match in islice(entries, _MAX_NAMED))
    shared = {name for name, address in told if first.setdefault(name, address) != address}
    stream.seek(0)
    return shared


def _name_in(entry: re.Match[str], shared: Collection[str]) -> Fields:
    """The name of the host before its address; in brackets stands the address of one, whichever others it has."""
    if entry.re is _KEYED and (told := _HOST.search(entry.string)):
        return names(dhcp__hostname=told[1] or told[2])
    name = entry.groupdict("").get("name", "")
    in_brackets = entry.string[: entry.start("ip")].endswith("(")
    is_other = name == "?" or name.isdecimal() or address_of(name)
    return {} if is_other or (not in_brackets and (name in shared or is_port(name))) else names(host__name=name)


def _told(entry: re.Match[str], shared: Collection[str], switch: str) -> Fields:
    """What else a line tells: the name of the host, and, after its addresses, the port of the switch."""
    is_of_switch = entry.groupdict("").get("tracked") or entry.re is _SNOOPED
    port = next(filter(is_port, CELL.split(entry["rest"])), "") if is_of_switch else ""
    return {**_name_in(entry, shared), **(names(switch__port=port, switch__name=switch) if port else {})}


def _entry_in(line: str) -> re.Match[str] | None:
    return _LINE.match(line) or _SNOOPED.match(line) or _KEYED.match(line) or _SCANNED.match(line)


def _cells(entry: re.Match[str]) -> list[str]:
    """What stands behind the addresses of a line."""
    return _BETWEEN_CELLS.split(entry.string[max(entry.end("mac"), entry.end("ip")) :])


def _is_over(entry: re.Match[str]) -> bool:
    """Whether nobody is at the address of a line."""
    return entry.groupdict("").get("state") == "down" or _says(_OVER, entry)


def _is_leased(entry: re.Match[str]) -> bool:
    """Whether a line tells of a lease; of one by which a switch tracks a device, it may also say that this answers."""
    told = entry.groupdict("")
    return _says(_LEASED, entry) or (told.get("tracked", "").startswith("DH") and "REACHABLE" not in told["rest"])


def _channel_below(line: str, otherwise: str) -> str:
    """The channel of what stands below a line that is no entry."""
    return "dhcp" if _LEASES.match(line) else "arp" if _NO_LEASES.match(line) else otherwise


def _says(mark: re.Pattern[str], entry: re.Match[str]) -> bool:
    """Whether a line has a mark: before its addresses, only a setting or a flag is one, for a name may look like it."""
    return any(
        found.start() > entry.end("mac") or "=" in found[0] or found[0][0].isdecimal()
        for found in mark.finditer(entry.string)
    )


def _link_in(told: str) -> str:
    return told.replace(".", "")[2:] if re.fullmatch(_CLIENT_ID, told) else told
