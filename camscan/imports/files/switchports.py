"""Tables of switches that list MAC addresses at ports, without IP addresses."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import BinaryIO, NamedTuple

from camscan.codecs.text import mac
from camscan.imports.files.base import Reader, Summary, imported, lines, link_fields
from camscan.records import Fields, Observation

NAME = "switch-ports"
CHANNELS = ("arp",)
"""As of other tables of MAC addresses that were seen in frames."""
_MAX_ENTRIES = 1_000_000
_MAX_LINE = 512
"""Characters of a line that may belong to a table."""
CELL = re.compile(r'[\s,;|"]+')
_PORT = re.compile(
    r"(?!\d{1,2}/\d{1,2}/(?:19|20)\d\d\Z|\d\d/\d\d/\d\d\Z|1/\d\.\d\Z)"  # dates, and the size of a sensor
    r"(?:[a-z][a-z-]{0,24})?\d{1,3}(?:/\d{1,4}){1,3}(?:[.:]\d{1,4})?"  # Gi1/0/7, ge-0/0/7.0, 1/1/7
    r"|(?:eth|ether|ethernet|fa|gi|ge|te|xe|swp|(?:sfp-)?q?sfp(?:plus|28)?|combo|lan|port|po|ae|bridge-aggregation)"
    r"-?\d{1,4}(?:\.\d{1,4})?",
    re.IGNORECASE,
)
_HEAD = re.compile(r"(?i)\b(?:(?:located on )?ports?|interface|anschluss|puerto)\b")
_NAMES_MACS = re.compile(r"(?i)\bmac\b|\bmac[ -]?addr|\bhw ?addr|\bphysical addr")
_UNDER_HEAD = re.compile(r"(?:[A-Za-z]{1,8}-?)?\d{1,3}(?:[/:.-]\d{1,4}){0,3}")
"""What a port is called below its heading: also a bare number, or "A3"."""
DELIMITERS = ",;\t|"
_PROMPT = re.compile(
    r"\s*<?(?:[\w.-]{1,64}@)?(?P<name>\w[\w.-]{0,63})(?:\(.{0,40}\))?[#>]\s*(?:do\s+)?(?:sh|dis)[a-z]*\s+"
    r"(?:mac|eth|bridge|(?:ip\s+)?(?:dhcp|device-track|source)).*",
    re.IGNORECASE,
)
"""The command in the log of a terminal, after the name of the switch: "sw-hall-1#show mac address-table"."""
_SERVICES = re.compile(r"\d{1,5}(?:/(?:tcp|udp))?(?:[\s,;|]+\d{1,5}(?:/(?:tcp|udp))?)*", re.ASCII | re.IGNORECASE)
_MOST_PORTS = 64
"""The last port of a switch whose ports have but numbers; larger ones are of services, as 8000 in lists of SADP."""
HAS_IP = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])")


def sniff(head: bytes) -> bool:
    """Whether some line holds a MAC address and a port, and no such line an IP address."""
    rows = [line for line, _ in _rows(head.decode("latin_1").splitlines())]
    return bool(rows) and not any(map(HAS_IP.search, rows))


def read(_stream: BinaryIO, _at: datetime, _summary: Summary) -> Iterator[Observation]:
    """Nothing: what a line tells of depends on the other files; see `SwitchPorts`."""
    return iter(())


READER = Reader(NAME, sniff, read, CHANNELS)


class _Head(NamedTuple):
    """Where the heading of the ports stands: at which place in its line or, if there is a delimiter, in which cell."""

    start: int
    end: int
    delimiter: str
    cell: int

    def port(self, line: str) -> str:
        """What stands below it in a line: the cell, or the word that begins or ends under the heading."""
        if self.delimiter:
            cells = line.split(self.delimiter)
            return cells[self.cell].strip(' "') if self.cell < len(cells) else ""
        words = (word[0] for word in re.finditer(r"\S+", line) if word.start() < self.end and word.end() > self.start)
        return next(words, "")


class Place(NamedTuple):
    """A port of the switch of that `name`, which is that of its file if it is not known; so many `macs` are there."""

    macs: int
    port: str
    name: str
    file: str

    @property
    def fields(self) -> Fields:
        """What it says of a device."""
        return {"switch.port": (self.port,), "switch.name": (self.name,), "switch.macs": (str(self.macs),)}

    def __str__(self) -> str:
        return f"switch port {self.port} in {self.name}"


class SwitchPorts:
    """Where devices are connected, by their MAC address, as the tables that were added say.

    A switch lists what is behind other switches too, at the port that leads there: of several ports, the one with the
    fewest addresses is the nearest.
    """

    def __init__(self) -> None:
        self._places: dict[str, Place] = {}
        self._tables: dict[str, tuple[Summary, Iterable[str]]] = {}
        self._told: set[str] = set()

    def add(self, name: str, stream: BinaryIO, summary: Summary) -> None:
        """Add the tables in a file of that name; the log of a terminal may hold those of several switches."""
        found = dict.fromkeys(_entries(stream, summary))
        crowd = Counter(place for _, place in found)
        for address, (switch, port) in found:
            place = Place(crowd[switch, port], port, switch or name, name)
            self._places[address] = min(place, self._places.get(address, place))
        self._tables[name] = summary, tuple(dict.fromkeys(address for address, _ in found))

    def of(self, addresses: Iterable[str]) -> Place | None:
        """The port of the device that has these MAC addresses; None where that is not known, or not of one alone."""
        known = {address for address in addresses if address in self._places}
        self._told |= known
        return self._places[known.pop()] if len(known) == 1 else None

    def untold(self, name: str, at: datetime) -> Iterator[Observation]:
        """The devices that no other file told of by then, each with its port by the table in the file of that name.

        Without an IP address, the MAC address is its target.
        """
        for address in self._tables[name][1]:
            place = self._places[address]
            if place.file == name and address not in self._told and (fields := link_fields(address)):
                yield imported(address, "arp", at, {**fields, **place.fields}, str(place))

    def count(self) -> None:
        """Count, for the summary of each table, the devices in it, and those of which no other file tells."""
        for summary, addresses in self._tables.values():
            found = set(addresses)
            summary.whole += len(found)
            summary.without_ip += len(found - self._told)


def is_port(text: str) -> bool:
    """Whether this is what a switch calls one of its ports."""
    return _PORT.fullmatch(text) is not None


def is_service(text: str) -> bool:
    """Whether these are ports of TCP or UDP, at which a device answers, and not the one of a switch that it is at."""
    return bool(_SERVICES.fullmatch(text)) and not (text.isdecimal() and int(text) <= _MOST_PORTS)


def prompted(line: str) -> str:
    """The name of the switch in a line of the log of a terminal that asks it for a table; "" in any other line."""
    prompt = _PROMPT.fullmatch(line)
    return prompt["name"] if prompt else ""


def asked_of(fields: Fields) -> str:
    """The switch port of a device by its fields, in words; "" where they do not tell."""
    told = [text for name in ("switch.port", "switch.name") for text in fields.get(name, ())]
    return f"switch port {' in '.join(told)}" if told else ""


def _entries(stream: BinaryIO, summary: Summary) -> Iterator[tuple[str, tuple[str, str]]]:
    """MAC address, then switch and port, of each line that holds both; the addresses of groups are left out.

    The switch is called as the prompt above says, "" where there is none.
    """
    return (entry for _, entry in _rows(_bounded(stream, summary)) if not int(entry[0][1], 16) & 1)


def _bounded(stream: BinaryIO, summary: Summary) -> Iterator[str]:
    for number, line in enumerate(lines(stream, summary)):
        if number >= _MAX_ENTRIES:
            summary.cut = f"it has more than {_MAX_ENTRIES:,} lines"
            return
        yield line


def _rows(text: Iterable[str]) -> Iterator[tuple[str, tuple[str, tuple[str, str]]]]:
    """Each line that holds a MAC address and a port, with both, and the switch of the prompt above."""
    switch, head = "", None
    for line in (one[:_MAX_LINE] for one in text):
        cells = CELL.split(line)
        address = next(filter(None, map(mac, cells)), None)
        if name := prompted(line):
            switch, head = name, None
        elif address and (port := next(filter(is_port, cells), "") or _below(head, line)):
            yield line, (address, (switch, port))
        elif not address and _NAMES_MACS.search(line) and (found := _HEAD.search(line)):
            delimiter = max(DELIMITERS, key=line.count)
            delimiter = delimiter if delimiter in line else ""
            head = _Head(*found.span(), delimiter, line[: found.start()].count(delimiter) if delimiter else 0)


def _below(head: _Head | None, line: str) -> str:
    """What stands below the heading of the ports, if it may be one."""
    port = head.port(line) if head else ""
    is_other = head and head.delimiter and is_service(port)  # people list all kinds of ports as CSV
    return port if _UNDER_HEAD.fullmatch(port) and not is_other else ""
