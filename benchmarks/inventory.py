"""The inventory room at size, and the true coverage of its intervals.

Run: python benchmarks/inventory.py [scale|whole|coverage]

For many sites, each with its own scans, see benchmarks/country.py.
"""

from __future__ import annotations

import csv
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from ipaddress import IPv4Address
from math import isinf
from pathlib import Path
from typing import TypeVar

import xlsxwriter

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from camscan.app.judging import library  # noqa: E402  the checkout is put on the path first
from camscan.app.reconciling import Reconciliation  # noqa: E402
from camscan.cli.formats.reconciled import FORMATS  # noqa: E402
from camscan.inventory.agreement import Found  # noqa: E402
from camscan.inventory.completeness import estimate  # noqa: E402
from camscan.inventory.coverage import Coverage  # noqa: E402
from camscan.inventory.reading import read_inventory  # noqa: E402
from camscan.inventory.reconcile import reconcile  # noqa: E402
from camscan.inventory.rows import Row  # noqa: E402
from camscan.inventory.statistics import MIN_OVERLAP, Size, chao, chapman  # noqa: E402
from camscan.inventory.summary import summarise  # noqa: E402
from camscan.records import (  # noqa: E402
    Device,
    Evidence,
    Identification,
    Judged,
    LedgerEntry,
    Level,
    Observation,
    Outcome,
    Scan,
    ScanStatus,
    Verdict,
)
from camscan.reports import Page  # noqa: E402
from camscan.store import Store  # noqa: E402

T = TypeVar("T")
DEVICES = 210_000
FLEETS = 2_000
"""Simulated fleets for each line of the coverage table: the share is then right to within one point."""
AT = datetime(2026, 11, 24, tzinfo=UTC)
MODELS = ("DS-2CD2385G1-I", "IPC-HFW2431S-S-S2", "P3245-LVE", "XNV-6080R")
SADP = (
    '<?xml version="1.0" encoding="utf-8"?><ProbeMatch><Types>inquiry</Types>'
    "<DeviceDescription>{model}</DeviceDescription><DeviceSN>{serial}</DeviceSN><CommandPort>8000</CommandPort>"
    "<HttpPort>80</HttpPort><MAC>{mac}</MAC><IPv4Address>{address}</IPv4Address>"
    "<IPv4SubnetMask>255.255.255.0</IPv4SubnetMask><IPv4Gateway>10.0.0.1</IPv4Gateway><DHCP>false</DHCP>"
    "<DigitalChannelNum>0</DigitalChannelNum><SoftwareVersion>V5.5.84build 190507</SoftwareVersion>"
    "<DSPVersion>V7.3 build 190507</DSPVersion><BootTime>2026-11-01 10:00:00</BootTime>"
    "<Activated>true</Activated></ProbeMatch>"
)
PAGE = (
    "HTTP/1.1 200 OK\r\nDate: Tue, 24 Nov 2026 10:{minute:02}:{second:02} GMT\r\nServer: webserver\r\n"
    'ETag: "0-{tag:x}-1e0"\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<!doctype html><html><head>'
    '<title></title><script>window.location.href="/doc/page/login.asp?_" + (new Date()).getTime();</script></head>'
)
MAKES = ("Hikvision", "Dahua", "Axis", "Hanwha Vision")


def main() -> None:
    chosen = {*sys.argv[1:]} or {"whole", "scale", "coverage"}
    if "whole" in chosen:  # first: the peak that is read is that of the largest child so far
        whole()
    if "scale" in chosen:
        scale()
    if "coverage" in chosen:
        coverage()


def scale() -> None:
    """Read a list in three formats, hold it against as many devices, write the result."""
    print(f"== {DEVICES:,} rows against {DEVICES:,} devices")
    rules = library()
    with tempfile.TemporaryDirectory() as folder:
        made = timed("make the files", lambda: write_files(Path(folder)))
        for path in made:
            listed = timed(f"read {path.suffix} ({path.stat().st_size >> 20} MiB)", partial(read_inventory, path))
        found = timed("make the devices (not part of reconciling)", devices)
        begin = time.perf_counter()
        listed = timed("read .csv again", lambda: read_inventory(made[0]))
        covered = timed("take in the ledger", lambda: ledger(listed.rows))
        results = timed("match and classify", lambda: reconcile(listed.rows, found, covered, rules.labels.find))
        summary, completeness = summarise(results), timed("estimate", lambda: estimate(results))
        result = Reconciliation(made[0], listed, (scan(),), results, summary, completeness)
        for name in ("json", "csv", "table"):
            timed(f"write {name}", partial(written, name, result))
        print(f"   {time.perf_counter() - begin:9.2f} s    in all, from the CSV file to three reports")
        print(f"   {dict(summary.counts)}")
    own, children = (
        resource.getrusage(who).ru_maxrss >> 10 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(f"   {own:9,} MiB  peak memory, with the devices; {children:,} MiB in the process that unpacks the workbook")


def whole() -> None:
    """The command from start to end: a CSV file against a SQLite store, read, judged, reconciled and written."""
    print(f"== camscan reconcile: {DEVICES:,} rows, a store of {DEVICES:,} devices with two observations each")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        listed, stored = folder / "list.csv", folder / "scans.db"
        with listed.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows((HEAD, *rows()))
        timed("make the store (not part of reconciling)", lambda: fill(stored))
        twice(listed, stored)


def twice(listed: Path, stored: Path) -> None:
    """Run the command at the first look and at the second, and say what both took."""
    command = [sys.executable, "-m", "camscan", "reconcile", str(listed), "--db", str(stored), "--format", "json"]
    for when in ("at the first look, which derives the devices", "again"):
        words = [*command, "-q", "-o", str(stored.with_name("made.json"))]
        timed(f"reconcile {when}", partial(subprocess.run, words, check=True))
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"   {used.ru_utime + used.ru_stime:9.2f} s    of processors, both times together, with all processes")
    print(f"   {used.ru_maxrss >> 10:9,} MiB  peak memory of the largest of its processes")


def fill(path: Path) -> None:
    """Store a scan in which each device gave an answer of a maker's own protocol, and a web page."""
    done = scan()
    with Store.open(path) as store:
        store.begin(replace(done, status=ScanStatus.RUNNING, finished_at=None))
        for start in range(0, DEVICES, 1_000):
            numbers = range(start, min(start + 1_000, DEVICES))
            seen = [one for number in numbers for one in answers(number)]
            outcomes = dict.fromkeys(done.channels, Outcome.ANSWERED)
            store.append(done.id, seen, [LedgerEntry(address(number), outcomes) for number in numbers])
        store.finish(done)


def answers(number: int) -> Iterator[Observation]:
    minute, second = divmod(number % 3_600, 60)
    said = SADP.format(model=MODELS[number % 4], serial=serial(number), mac=mac(number), address=address(number))
    page = PAGE.format(minute=minute, second=second, tag=number % 997)
    yield Observation(address(number), "sadp", Outcome.ANSWERED, AT, 37020, "inquiry", raw=said.encode())
    yield Observation(address(number), "http", Outcome.ANSWERED, AT, 80, "GET /", raw=page.encode())


def written(name: str, made: Reconciliation) -> int:
    return sum(map(len, FORMATS[name](made, Page())))


def timed(what: str, call: Callable[[], T]) -> T:
    begin = time.perf_counter()
    result = call()
    print(f"   {time.perf_counter() - begin:9.2f} s    {what}")
    return result


def address(number: int) -> str:
    return str(IPv4Address((10 << 24) + number))


def mac(number: int) -> str:
    return "44:19:B6:" + ":".join(f"{number >> shift & 255:02X}" for shift in (16, 8, 0))


def serial(number: int) -> str:
    return f"{MODELS[number % 4]}20190507AAWRD{number:09d}"


def devices() -> list[Found]:
    """Every twentieth has no serial, and is known by its MAC; every fiftieth has neither."""
    return [device(number) for number in range(DEVICES)]


def device(number: int) -> Found:
    proofs = tuple(Evidence(channel, 80, "x", "x", "0" * 64) for channel in ("sadp", "http", "onvif"))
    maker, model = MAKES[number % 4], MODELS[number % 4]
    attributes = {"model": model, "firmware": "V5.5.84"}
    rules = (Identification("some-rule", Level.CERTAIN, maker, None, attributes, proofs[: 1 + number % 3]),)
    known = number % 50 != 0
    made = Device(
        address(number),
        (address(number),),
        (80, 554),
        mac=mac(number) if known else None,
        serial=serial(number) if known and number % 20 else None,
        maker=maker,
        model=model,
        level=Level.CERTAIN,
        identifications=rules,
        camera_like=True,
    )
    return Found(Judged(made, Verdict.NOT_LISTED), None, (), frozenset(("http", "rtsp")))


def rows() -> Iterator[tuple[str, ...]]:
    """Of a hundred rows 90 are right, 3 have moved, 2 name another make, 3 are gone, 1 stands twice, 1 says nothing."""
    draw = random.Random(7)
    for number in range(DEVICES):
        kind = number % 100
        at = number if kind < 90 or kind >= 93 else number + 300_000
        who = number + 400_000 if 95 <= kind < 98 else number - 50 if kind == 98 else number
        make = "Bosch" if kind in {93, 94} else MAKES[who % 4]
        row = (
            f"Camera {number}",
            address(at if who == number else who),
            mac(who),
            serial(who)[-9:],
            make,
            MODELS[who % 4],
        )
        place = f"Building {draw.randrange(99)}, floor {draw.randrange(9)}"
        yield ("Lamp", "", "", "", "", "", place, "") if kind == 99 else (*row, place, "checked in May")


HEAD = ("Name", "IP Addr.", "MAC-Adresse", "S/N", "Hersteller", "Model", "Location", "Remarks")


def write_files(folder: Path) -> list[Path]:
    text, book = folder / "list.csv", folder / "list.xlsx"
    with text.open("w", newline="", encoding="cp1252") as file:
        csv.writer(file, delimiter=";").writerows((HEAD, *rows()))
    with xlsxwriter.Workbook(str(book), {"constant_memory": True, "strings_to_numbers": False}) as workbook:
        sheet = workbook.add_worksheet("Cameras")
        for at, row in enumerate((HEAD, *rows())):
            sheet.write_row(at, 0, row)
    lines = folder / "list.json"
    with lines.open("w", encoding="utf-8") as file:
        json.dump([dict(zip(HEAD, row, strict=True)) for row in rows()], file)
    return [text, book, lines]


def scan() -> Scan:
    return Scan("4f2a", AT, ("10.0.0.0/8",), ("http", "sadp", "onvif"), None, AT, ScanStatus.COMPLETE)


def ledger(listed: Iterable[Row]) -> Coverage:
    covered = Coverage({address for row in listed for address in row.addresses})
    answered, silent = (dict.fromkeys(scan().channels, outcome) for outcome in (Outcome.ANSWERED, Outcome.SILENT))
    entries = (LedgerEntry(address(number), answered if number < DEVICES else silent) for number in range(650_000))
    covered.add(scan(), entries)
    return covered


@dataclass(frozen=True)
class Fleet:
    """So many devices, and how likely each source is to see one. `hidden` of them are seen by the sources `weakened`
    only `left` as often: they have their protocols switched off, or stand behind a filter."""

    name: str
    size: int
    sources: tuple[float, ...]
    hidden: float = 0.0
    left: float = 0.1
    weakened: tuple[int, ...] = ()

    def seen(self, draw: random.Random) -> list[tuple[bool, ...]]:
        """A capture history for each device that any source sees; the inventory is the first source."""
        found = []
        for _ in range(self.size):
            hides = draw.random() < self.hidden
            odds = (p * self.left if hides and at in self.weakened else p for at, p in enumerate(self.sources))
            found.append(tuple(draw.random() < p for p in odds))
        return [history for history in found if any(history)]


NETWORK = (1, 2, 3)
FLEET = (
    *(Fleet("two sources, independent", size, (0.9, 0.8)) for size in (30, 100, 1_000)),
    *(Fleet("two sources, both nearly complete", size, (0.97, 0.97)) for size in (30, 100, 1_000)),
    *(Fleet("two sources, both poor", size, (0.4, 0.5)) for size in (100, 1_000)),
    *(Fleet("four sources, independent", size, (0.85, 0.7, 0.6, 0.8)) for size in (30, 100, 1_000)),
    *(Fleet("four sources, poor, independent", size, (0.4, 0.3, 0.3, 0.3)) for size in (100, 1_000)),
    *(
        Fleet("a fifth hides from all channels", size, (0.85, 0.7, 0.6, 0.8), 0.2, 0.1, NETWORK)
        for size in (100, 1_000)
    ),
    *(
        Fleet("a fifth hides from channels and list", size, (0.85, 0.7, 0.6, 0.8), 0.2, 0.3, (0, *NETWORK))
        for size in (100, 1_000)
    ),
)


def coverage() -> None:
    """How often the 95 % interval holds the true size, over many fleets of known size."""
    print(f"== true coverage of the 95 % intervals, {FLEETS:,} fleets each")
    print(f"   {'fleet':<38}{'size':>6}  {'estimate':<30}{'refused':>8}{'holds':>8}{'low<=':>8}{'median':>8}")
    for fleet in FLEET:
        draw = random.Random(7)
        histories = [fleet.seen(draw) for _ in range(FLEETS)]
        for name, method in methods(fleet):
            report(fleet, name, [method(seen) for seen in histories])


def methods(fleet: Fleet) -> Iterator[tuple[str, Callable[[list[tuple[bool, ...]]], Size | None]]]:
    if len(fleet.sources) > 2:
        yield "Chao, all sources", by_chao
    yield "Chapman, inventory and network", by_chapman


def by_chao(seen: list[tuple[bool, ...]]) -> Size | None:
    counts = Counter(map(sum, seen))
    only = [sum(history[at] for history in seen if sum(history) == 1) for at in range(len(seen[0]))]
    return chao(only, counts[2], len(seen)) if len(seen) - counts[1] >= MIN_OVERLAP else None


def by_chapman(seen: list[tuple[bool, ...]]) -> Size | None:
    first, second = sum(history[0] for history in seen), sum(any(history[1:]) for history in seen)
    both = first + second - len(seen)
    return chapman(first, second, both) if both >= MIN_OVERLAP else None


def report(fleet: Fleet, name: str, sizes: list[Size | None]) -> None:
    made = [size for size in sizes if size]
    refused = 1 - len(made) / len(sizes)
    # The true size is a whole number, and so is what the interval is shown as.
    holds = sum(round(size.low) <= fleet.size and (isinf(size.high) or fleet.size <= round(size.high)) for size in made)
    below = sum(round(size.low) <= fleet.size for size in made)
    median = sorted(size.value for size in made)[len(made) // 2] / fleet.size if made else 0.0
    shares = "".join(f"{part / max(len(made), 1):>8.1%}" for part in (holds, below))
    print(f"   {fleet.name:<38}{fleet.size:>6,}  {name:<30}{refused:>8.1%}{shares}{median:>8.3f}")


if __name__ == "__main__":
    main()
