"""What stands at each site of the country, and what its devices answer in each month: see `country.py`."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from benchmarks.inventory_made import PAGE, SADP
from camscan.app.sweeping.pastsweeps import marked
from camscan.records import LedgerEntry, Observation, Outcome, Scan, ScanStatus, Sent, Vantage

SITES, AT_SITE, SWEEPS, KINDS = 3_000, 70, 12, 10
GOING = 4
"""Devices of a site beside these that are removed in the course of the year."""
EVENTS = 6
"""Devices of a site that are replaced, moved or updated in the course of the year."""
BEGIN = datetime(2025, 12, 1, 1, tzinfo=UTC)
MODELS = ("DS-2CD2385G1-I", "DS-2CD2143G0-I", "DS-2CD2T47G2-L", "DS-2DE4425IW-DE")
FIRMWARES = ("V5.5.84build 190507", "V5.6.3build 190923")
GATEWAY = "10.0.0.1<"
CHANNELS = ("arp", "dhip", "dvrip", "http", "mdns", "netcommon", "onvif", "rtsp", "sadp", "ssdp", "tls", "wsd")
_SILENT = dict.fromkeys(CHANNELS, Outcome.SILENT)
_LIVING = dict.fromkeys(CHANNELS, Outcome.REFUSED) | {"sadp": Outcome.ANSWERED, "http": Outcome.ANSWERED}


@dataclass(frozen=True)
class Place:
    """A site, and how its devices are named. `kind` says what happens there."""

    number: int
    kind: int

    @property
    def name(self) -> str:
        return f"site-{self.number:04}"

    @property
    def network(self) -> str:
        return f"10.{self.number >> 8}.{self.number & 255}."

    @property
    def serials(self) -> str:
        """What stands before the four digits of a device in its serial."""
        return f"{self.number * 7919 % 100_000:05}"

    @property
    def macs(self) -> str:
        return f"44:19:B6:{self.number >> 4:02X}:{(self.number & 15) << 4:02X}:"

    def scan(self, month: int) -> str:
        return sha256(f"{self.name} {month}".encode()).hexdigest()[:8]

    def when(self, month: int) -> datetime:
        return BEGIN + timedelta(days=30 * month, minutes=7 * self.kind)


def place(number: int) -> Place:
    return Place(number, number % KINDS)


def pattern(kind: int) -> Place:
    """A site that stands nowhere. What is its own occurs in no other text."""
    return Place(4095, kind)


@dataclass(frozen=True)
class Unit:
    """A device from one month to another, in which nothing about it changes."""

    number: int
    host: int
    firmware: str
    begin: int
    end: int

    @property
    def model(self) -> str:
        return MODELS[self.number % len(MODELS)]

    def serial(self, at: Place) -> str:
        return f"{self.model}20190507AAWRD{at.serials}{self.number:04}"

    def mac(self, at: Place) -> str:
        return f"{at.macs}{self.number:02X}"

    def address(self, at: Place) -> str:
        return f"{at.network}{self.host}"


def units_of(kind: int) -> list[Unit]:
    """What becomes of the devices of a site in a year."""
    draw = random.Random(kind)
    now = {number: Unit(number, number + 1, FIRMWARES[0], 0, SWEEPS) for number in range(AT_SITE + GOING)}
    going = range(AT_SITE, AT_SITE + GOING)
    past = [replace(now.pop(number), end=draw.randrange(2, SWEEPS)) for number in going]
    for event, number in enumerate(draw.sample(range(AT_SITE), EVENTS)):
        unit, month = now[number], draw.randrange(1, SWEEPS)
        past.append(replace(unit, end=month))
        after = replace(unit, begin=month)
        other = ({"number": number + 100}, {"host": number + 100}, {"firmware": FIRMWARES[1]})[event % 3]
        now[number] = replace(after, **other)
    return [*past, *now.values()]


def present(units: Sequence[Unit], month: int) -> list[int]:
    """The units that are there in a month, in order of address."""
    there = (at for at, unit in enumerate(units) if unit.begin <= month < unit.end)
    return sorted(there, key=lambda at: units[at].host)


def last_units(kind: int) -> list[Unit]:
    units = units_of(kind)
    return [units[at] for at in present(units, SWEEPS - 1)]


def answers(at: Place, unit: Unit, month: int) -> tuple[Observation, Observation]:
    """What a device answers in a month."""
    when, own = at.when(month), unit.address(at)
    said = SADP.replace(GATEWAY, f"{at.network}254<").replace(
        FIRMWARES[0], unit.firmware
    )  # before an address may look so
    said = said.format(model=unit.model, serial=unit.serial(at), mac=unit.mac(at), address=own)
    page = PAGE.format(minute=at.kind, second=unit.host % 60, tag=unit.number * 13 + at.kind)
    page = page.replace("Tue, 24 Nov 2026 10", f"{when:%a, %d %b %Y 10}")
    return (
        Observation(own, "http", Outcome.ANSWERED, when, 80, "GET /", raw=page.encode()),
        Observation(own, "sadp", Outcome.ANSWERED, when, 37020, "inquiry", raw=said.encode()),
    )


def ledger_of(at: Place, units: Iterable[Unit]) -> list[LedgerEntry]:
    """What was said of each address of a site."""
    hosts = {unit.host for unit in units}
    return [LedgerEntry(f"{at.network}{host}", _LIVING if host in hosts else _SILENT) for host in range(1, 255)]


def scan_of(at: Place, month: int) -> Scan:
    when = at.when(month)
    made = Scan(
        at.scan(month),
        when,
        (f"{at.network}0/24",),
        CHANNELS,
        at.name,
        when + timedelta(minutes=3),
        ScanStatus.COMPLETE,
        vantage=Vantage("probe", ("eth0",), (("eth0", f"{at.network}253"),)),
        settings={"profile": "normal", "rate": "1000", "policies": ""},
        sent=Sent(7_430),
    )
    return marked(made)
