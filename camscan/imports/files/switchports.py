"""Tables of switches that list MAC addresses at ports, without IP addresses: where devices hang that others tell of."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import BinaryIO, NamedTuple

from camscan.codecs.text import mac
from camscan.imports.files.base import Reader, Summary, lines
from camscan.records import Fields, Observation

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
_PROMPT = re.compile(
    r"\s*<?(?:[\w.-]{1,64}@)?(?P<name>\w[\w.-]{0,63})(?:\(.{0,40}\))?[#>]\s*(?:do\s+)?(?:sh|dis)[a-z]*\s+(?:mac|eth|bridge).*",
    re.IGNORECASE,
)
"""The command in the log of a terminal, after the name of the switch: "sw-hall-1#show mac address-table"."""
HAS_IP = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])")
_UNJOINED = "MAC address without an IP address in the other files"


def sniff(head: bytes) -> bool:
    """Whether some line holds a MAC address and a port, and no such line an IP address."""
    rows = [line for line in head.decode("latin_1").splitlines() if _entry(line)]
    return bool(rows) and not any(map(HAS_IP.search, rows))


def read(_stream: BinaryIO, _at: datetime, _summary: Summary) -> Iterator[Observation]:
    """Nothing: without an IP address, a line tells of no target; see `SwitchPorts`."""
    return iter(())


READER = Reader(NAME, sniff, read, ())


class Place(NamedTuple):
    """A port of the switch of that `name`, which is that of its file if it is not known; so many `macs` are there."""

    macs: int
    port: str
    name: str

    @property
    def fields(self) -> Fields:
        """What it says of a device."""
        return {"switch.port": (self.port,), "switch.name": (self.name,), "switch.macs": (str(self.macs),)}

    def __str__(self) -> str:
        return f"switch port {self.port} in {self.name}"


class SwitchPorts:
    """Where devices hang, by their MAC address, as the tables that were added say.

    A switch lists what is behind other switches too, at the port that leads there: of several ports, the one with the
    fewest addresses is the nearest.
    """

    def __init__(self) -> None:
        self._places: dict[str, Place] = {}
        self._tables: list[tuple[Summary, frozenset[str]]] = []
        self._joined: set[str] = set()

    def add(self, name: str, stream: BinaryIO, summary: Summary) -> None:
        """Add the table in a file of that name."""
        found = dict(_entries(stream, summary))
        crowd = Counter(found.values())
        for address, (switch, port) in found.items():
            place = Place(crowd[switch, port], port, switch or name)
            self._places[address] = min(place, self._places.get(address, place))
        self._tables.append((summary, frozenset(found)))

    def of(self, addresses: Iterable[str]) -> Place | None:
        """Where the device hangs that has these MAC addresses; None where that is not known, or not of one alone."""
        known = {address for address in addresses if address in self._places}
        if len(known) != 1:
            return None
        self._joined |= known
        return self._places[known.pop()]

    def count(self) -> None:
        """Count, for the summary of each table, the lines that belong to a device and the others."""
        for summary, addresses in self._tables:
            summary.whole += len(addresses & self._joined)
            for _ in addresses - self._joined:
                summary.skip(_UNJOINED)


def is_port(text: str) -> bool:
    """Whether this is what a switch calls one of its ports."""
    return _PORT.fullmatch(text) is not None


def _entries(stream: BinaryIO, summary: Summary) -> Iterator[tuple[str, tuple[str, str]]]:
    """MAC address, then switch and port, of each line that holds both; the addresses of groups are left out.

    The switch is called as the prompt above says, "" where there is none.
    """
    switch = ""
    for number, line in enumerate(lines(stream, summary)):
        if number >= _MAX_ENTRIES:
            summary.cut = f"it has more than {_MAX_ENTRIES:,} lines"
            return
        if prompt := _PROMPT.fullmatch(line[:_MAX_LINE]):
            switch = prompt["name"]
        elif (entry := _entry(line)) and not int(entry[0][1], 16) & 1:
            yield entry[0], (switch, entry[1])


def _entry(line: str) -> tuple[str, str] | None:
    """The first MAC address and the first port in a line."""
    cells = _CELL.split(line[:_MAX_LINE])
    address = next(filter(None, map(mac, cells)), None)
    port = next(filter(is_port, cells), None)
    return (address, port) if address and port else None
