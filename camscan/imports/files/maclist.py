"""Lists of MAC addresses without IP addresses: what a switch has learned, or a column of a spreadsheet.

They tell of no target, so that nothing imports them; but the block of an address tells who made its network card.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import BinaryIO

from camscan.codecs.text import mac
from camscan.imports.files import switchports
from camscan.imports.files.base import SNIFFED, Reader, Summary, imported, lines, link_fields
from camscan.records import Observation

CHANNELS = ("mac",)
_OWN = 2
"""A device may name so many addresses of its own, each behind a word."""


def sniff(head: bytes) -> bool:
    """Whether a switch lists MAC addresses at its ports, or most of the lines hold one, or nothing but them."""
    rows = [line for line in head.decode("latin_1").splitlines() if line.strip()]
    if switchports.sniff(head):
        return True
    if len(head) >= SNIFFED:
        del rows[-1:]  # it may be cut
    found = [_addresses(row) for row in rows]
    count = len({address for some in found for address in some})
    if count < 2 or any(map(switchports.HAS_IP.search, rows)):
        return False
    below = rows[1:] or rows  # names may stand above
    bare = all(len(_cells(row)) == len(_addresses(row)) for row in below)
    is_list = bare or _are_table(rows) or count > _OWN
    return is_list and 2 * sum(map(bool, found)) > len(rows)


def read(stream: BinaryIO, at: datetime, summary: Summary) -> Iterator[Observation]:
    """Each address once, as if it were a target, with the port of the switch where the list names one."""
    ports = switchports.SwitchPorts()
    ports.add("", stream, Summary())
    stream.seek(0)
    seen: set[str] = set()
    for line in lines(stream, summary):
        for address in _addresses(line):
            fields = link_fields(address)
            if address in seen or not fields:
                summary.skip("MAC address listed twice" if fields else "MAC address of a group")
                continue
            seen.add(address)
            summary.whole += 1
            place = ports.of((address,))
            yield imported(address, "mac", at, {**fields, **(place.fields if place else {})})


READER = Reader("mac-list", sniff, read, CHANNELS)


def _are_table(rows: Sequence[str]) -> bool:
    """Whether all rows have the same number of cells, and more than one."""
    return len(rows) > 1 and any(
        rows[0].count(mark) and len({row.count(mark) for row in rows}) == 1 for mark in switchports.DELIMITERS
    )


def _cells(line: str) -> list[str]:
    return [cell for cell in switchports.CELL.split(line) if cell]


def _addresses(line: str) -> list[str]:
    return list(filter(None, map(mac, _cells(line))))
