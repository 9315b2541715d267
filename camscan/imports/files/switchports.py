"""Tables of switches that list MAC addresses at ports, without IP addresses: where devices hang that others tell of."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import BinaryIO

from camscan.codecs.text import mac
from camscan.imports.files.base import Reader, Summary, lines
from camscan.records import Observation

NAME = "switch-ports"
_MAX_ENTRIES = 1_000_000
_MAX_LINE = 512
"""Characters of a line that may belong to a table."""
_CELL = re.compile(r'[\s,;|"]+')
_PORT = re.compile(
    r"(?:[a-z][a-z-]{0,24})?\d{1,3}(?:/\d{1,4}){1,3}(?:[.:]\d{1,4})?"  # Gi1/0/7, ge-0/0/7.0, 1/1/7
    r"|(?:eth|ether|ethernet|fa|gi|ge|te|xe|swp|sfp|lan|port|po|ae|bridge-aggregation)-?\d{1,4}",
    re.IGNORECASE,
)
_HAS_IP = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])")
_UNJOINED = "MAC address without an IP address in the other files"


def sniff(head: bytes) -> bool:
    """Whether some line holds a MAC address and a port, and no such line an IP address."""
    rows = [line for line in head.decode("latin_1").splitlines() if _entry(line)]
    return bool(rows) and not any(map(_HAS_IP.search, rows))


def read(_stream: BinaryIO, _at: datetime, _summary: Summary) -> Iterator[Observation]:
    """Nothing: without an IP address, a line tells of no target; see `SwitchPorts`."""
    return iter(())


READER = Reader(NAME, sniff, read, ())


class SwitchPorts:
    """Where devices hang, by their MAC address, as the tables that were added say.

    A switch lists what is behind other switches too, at the port that leads there: of several ports, the one with the
    fewest addresses is the nearest.
    """

    def __init__(self) -> None:
        self._places: dict[str, tuple[int, str]] = {}
        self._tables: list[tuple[Summary, frozenset[str]]] = []
        self._joined: set[str] = set()

    def add(self, name: str, stream: BinaryIO, summary: Summary) -> None:
        """Add the table in a file of that name."""
        found = dict(_entries(stream, summary))
        crowd = Counter(found.values())
        for address, port in found.items():
            place = crowd[port], f"switch port {port} in {name}"
            self._places[address] = min(place, self._places.get(address, place))
        self._tables.append((summary, frozenset(found)))

    def of(self, addresses: Iterable[str]) -> str:
        """Where the device hangs that has these MAC addresses; "" where that is not known, or not of one alone."""
        known = {address for address in addresses if address in self._places}
        if len(known) != 1:
            return ""
        self._joined |= known
        return self._places[known.pop()][1]

    def count(self) -> None:
        """Count, for the summary of each table, the lines that belong to a device and the others."""
        for summary, addresses in self._tables:
            summary.whole += len(addresses & self._joined)
            for _ in addresses - self._joined:
                summary.skip(_UNJOINED)


def _entries(stream: BinaryIO, summary: Summary) -> Iterator[tuple[str, str]]:
    """MAC address and port of each line that holds both; the addresses of groups are left out."""
    for number, line in enumerate(lines(stream, summary)):
        if number >= _MAX_ENTRIES:
            summary.cut = f"it has more than {_MAX_ENTRIES:,} lines"
            return
        if (entry := _entry(line)) and not int(entry[0][1], 16) & 1:
            yield entry


def _entry(line: str) -> tuple[str, str] | None:
    """The first MAC address and the first port in a line."""
    cells = _CELL.split(line[:_MAX_LINE])
    address = next(filter(None, map(mac, cells)), None)
    port = next((cell for cell in cells if _PORT.fullmatch(cell)), None)
    return (address, port) if address and port else None
