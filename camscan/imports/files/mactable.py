"""Tables of IP and MAC addresses as CSV, with the column names of switches, controllers and people."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import BinaryIO, NamedTuple

from camscan.codecs.text import to_text
from camscan.imports.files import presence
from camscan.imports.files.base import Summary, address_of, imported, lines, link_fields, names
from camscan.imports.files.cells import address_in, mac_in
from camscan.imports.files.switchports import DELIMITERS, asked_of, is_port, is_service
from camscan.records import Fields, Observation
from camscan.text.columnnames import ADDRESSES, HOST_NAMES, MACS, MODELS
from camscan.text.folding import compact

CHANNELS = ("arp", "dhcp")

_WORDS = {
    "address": f"{ADDRESSES} address host hostip",
    "mac": f"{MACS} ethernet clientid uniqueid eindeutigeid idunique",
    "port": "switchport swport portname destinationport",
    "numbered": "port ports anschluss puerto porta",
    "interface": "interface ifname",
    "switch": "switch switchname switchhostname swname swmac recentdevice recentdevicename",
    "name": f"{HOST_NAMES} name devicename clientname geratename nom nombre nome nazwa naam",
    **presence.COLUMNS,
}
"""Names of columns without accents, blanks and punctuation."""
COLUMN_OF = {compact(word): name for name, words in _WORDS.items() for word in words.split()}
_NOTHING = frozenset(("", "na", "ns", "none", "null", "unknown"))
"""What stands for a name or a port that is not known, as in "[n/a]", "-" and "*"."""


def _is_told(text: str) -> bool:
    return compact(text) not in _NOTHING


def _is_name(text: str) -> bool:
    """Whether a text may be the name of a host: lists repeat the address of one that has none."""
    return _is_told(text) and not address_of(text)


IS: Mapping[str, Callable[[str], object]] = {
    **dict.fromkeys(_WORDS, bool),
    **dict.fromkeys(("port", "numbered", "interface", "switch"), _is_told),
    "address": address_in,
    "mac": mac_in,
    "name": _is_name,
}
"""Whether a cell is what its column holds, as far as that can be told."""
_COMMENT = "#"
"""Before a comment; PowerShell's Export-Csv writes a comment above the header."""
_MODELS = frozenset(map(compact, f"{MODELS} devicetype".split()))
_JUDGED_ELSEWHERE = "a table is no answer of a device: `camscan identify` judges it by the models that it names, too"
_HEAD = 30
"""Lines among which the header stands: titles may be above it."""
_MOST_LINES = 20
"""Lines that a row may take: a quoted cell, such as a note, may hold ends of lines."""


def sniff(head: bytes) -> bool:
    """Whether a line names a column of addresses and one of MAC addresses: the first, or one above a row of them.

    A comment is no line.
    """
    rows = [row for row in to_text(head).strip().splitlines() if row.strip() and not row.startswith(_COMMENT)]
    found = next(((at, header) for at, row in enumerate(rows[:_HEAD]) if (header := _Header.of(row))), None)
    return found is not None and (found[0] == 0 or any(found[1].names_both(row) for row in rows[found[0] + 1 :]))


def names_addresses(head: bytes) -> bool:
    """Whether the first line, or one below titles, names a column of addresses among others."""
    rows = to_text(head).splitlines()[:_HEAD]
    return any("address" in _columns(_cells(row, mark)) for row in rows for mark in DELIMITERS if mark in row)


def read(stream: BinaryIO, at: datetime, summary: Summary) -> Iterator[Observation]:
    """One observation for each row with both addresses; `asked` names the switch port, as do fields.

    Another header may stand further down, of a table that was put below the first.
    """
    header: _Header | None = None
    above = 0
    for row in _rows(lines(stream, summary)):
        cells = header.cells(row) if header else {}
        if not cells.get("address") and (found := _Header.of(row)):
            header = found
            summary.remark = summary.remark or _JUDGED_ELSEWHERE * found.names_models
        elif header:
            yield from entry(cells, at, summary)
        elif not row.startswith(_COMMENT) and (above := above + 1) == _HEAD:
            break
    if not header:
        summary.cut = "its header names no column of addresses, or none of MAC addresses"


class _Header(NamedTuple):
    """The names of the columns of a table: where each of its columns stands, and which kind of table has such."""

    delimiter: str
    columns: Mapping[str, Sequence[int]]
    kind: str
    names_models: bool

    @classmethod
    def of(cls, row: str) -> _Header | None:
        """That in a row, if it names a column of addresses and one of MAC addresses; other names may hold commas."""
        for delimiter in (mark for mark in DELIMITERS if mark in row):
            columns = _columns(cells := _cells(row, delimiter))
            if {"address", "mac"} <= columns.keys():
                names_models = not _MODELS.isdisjoint(map(compact, cells))
                return cls(delimiter, columns, presence.kind_of(cells), names_models)
        return None

    def cells(self, row: str) -> dict[str, str]:
        """The cells of a row by the names of their columns, and of which kind its table is."""
        texts = [cell.strip() for cell in _cells(row, self.delimiter)]
        some = {name: [texts[at] for at in places if at < len(texts)] for name, places in self.columns.items()}
        first = {name: next(filter(IS[name], cells), "") for name, cells in some.items()}
        return {**first, "state": presence.states(some.get("state", ())), presence.KIND: self.kind}

    def names_both(self, row: str) -> bool:
        """Whether a row has both addresses where the header says."""
        cells = self.cells(row)
        return bool(cells["address"] and cells["mac"])


def entry(cell: Mapping[str, str], at: datetime, summary: Summary) -> Iterator[Observation]:
    """What a row with an `address` and a `mac` tells, by its columns; it is left out where one of them is none.

    So is a lease that no device has.
    """
    target, link = address_in(cell["address"]), link_fields(mac_in(cell["mac"]) or "")
    if not (target and link):
        summary.skip("row without an address" if not target else "row without a MAC")
        return
    if presence.is_over(cell):
        summary.skip("lease that is not active")
        return
    summary.whole += 1
    port, when, name = _switch_port(cell), presence.seen_at(cell, at, summary), cell.get("name", "")
    told = names(dhcp__hostname=name) if presence.is_lease(cell) else names(host__name=name)
    yield imported(target, presence.channel_of(cell), when, {**link, **told, **port}, asked_of(port))


def _switch_port(cell: Mapping[str, str]) -> Fields:
    """Where the device of a row is connected. An interface may also be the router's own, such as "Vlan10"."""
    interface, numbered, switch = (cell.get(name, "") for name in ("interface", "numbered", "switch"))
    port = cell.get("port", "") or ("" if is_service(numbered) and not switch else numbered)
    port = port or (interface if is_port(interface) else "")
    return names(switch__port=port[:64], switch__name=switch[:64]) if port else {}


def _rows(source: Iterable[str]) -> Iterator[str]:
    """The lines, those of a row as one whose quoted cell goes on in them; a stray quote leaves all as they are."""
    held: list[str] = []
    for one in source:
        held.append(one)
        is_stray = len(held) == _MOST_LINES or (len(held) > 1 and address_in(one) and mac_in(one))
        if is_stray or "".join(held).count('"') % 2 == 0:
            yield from held if is_stray else [" ".join(held)]
            held = []
    yield from held


def _cells(row: str, delimiter: str) -> list[str]:
    """The cells of a row; an unclosed quote ends with the row, and does not affect others."""
    return next(csv.reader([row.replace("\r", " ")], delimiter=delimiter), [])


def _columns(header: Sequence[str]) -> dict[str, list[int]]:
    """Column -> places of the cells that one of its words names."""
    found: dict[str, list[int]] = {}
    for place, cell in enumerate(header):
        if name := COLUMN_OF.get(compact(cell)):
            found.setdefault(name, []).append(place)
    return found
