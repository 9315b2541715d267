"""Tables of IP and MAC addresses as CSV, with the column names of switches, controllers and people."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import BinaryIO

from camscan.codecs.text import mac, to_text
from camscan.columnnames import ADDRESSES, HOST_NAMES, MACS
from camscan.folding import compact
from camscan.imports.files import presence
from camscan.imports.files.base import Summary, address_of, imported, lines, link_fields, names
from camscan.imports.files.switchports import DELIMITERS, asked_of, is_port, is_service
from camscan.records import Fields, Observation

CHANNELS = ("arp",)

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
IS: Mapping[str, Callable[[str], object]] = {"address": address_of, "mac": mac}
"""Whether a cell is what its column holds, where that can be told."""
_COMMENT = "#"
"""Before a comment; PowerShell's Export-Csv writes a comment above the header."""


def sniff(head: bytes) -> bool:
    """Whether the first line that is no comment names a column of addresses and one of MAC addresses."""
    header = _first_line(head)
    found = _columns(_cells(header, _delimiter(header)))
    return {"address", "mac"} <= found.keys()


def read(stream: BinaryIO, at: datetime, summary: Summary) -> Iterator[Observation]:
    """One observation for each row with both addresses; `asked` names the switch port, as do fields."""
    rows = lines(stream, summary)
    header = next((row for row in rows if not row.startswith(_COMMENT)), "")
    delimiter = _delimiter(header)
    columns = _columns(_cells(header, delimiter))
    if not {"address", "mac"} <= columns.keys():
        summary.cut = "its header names no column of addresses, or none of MAC addresses"
        return
    for row in (_cells(line, delimiter) for line in rows):
        yield from entry({name: _first(name, row, places) for name, places in columns.items()}, at, summary)


def entry(cell: Mapping[str, str], at: datetime, summary: Summary) -> Iterator[Observation]:
    """What a row with an `address` and a `mac` tells, by its columns; it is left out where one of them is none.

    So is a lease that no device has.
    """
    target, link = address_of(cell["address"]), link_fields(cell["mac"])
    if not (target and link):
        summary.skip("row without an address" if not target else "row without a MAC")
        return
    if presence.is_over(cell):
        summary.skip("lease that is not active")
        return
    summary.whole += 1
    hung, when = _hung(cell), presence.seen_at(cell, at)
    yield imported(target, "arp", when, {**link, **names(host__name=cell.get("name", "")), **hung}, asked_of(hung))


def _hung(cell: Mapping[str, str]) -> Fields:
    """Where the device of a row is connected. An interface may also be the router's own, such as "Vlan10"."""
    interface, numbered, switch = (cell.get(name, "") for name in ("interface", "numbered", "switch"))
    port = cell.get("port", "") or ("" if is_service(numbered) and not switch else numbered)
    port = port or (interface if is_port(interface) else "")
    return names(switch__port=port[:64], switch__name=switch[:64]) if port else {}


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


def _first(name: str, row: Sequence[str], places: Sequence[int]) -> str:
    """The first of these cells of a row that is what its column holds; "" where none is."""
    cells = (row[place].strip() for place in places if place < len(row))
    return next((cell for cell in cells if IS.get(name, bool)(cell)), "")


def _delimiter(header: str) -> str:
    return max(DELIMITERS, key=header.count)


def _first_line(head: bytes) -> str:
    rows = to_text(head).strip().splitlines()
    return next((row.strip() for row in rows if not row.startswith(_COMMENT)), "")
