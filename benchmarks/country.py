"""A store at the size of a country: 210,000 devices at 3,000 sites, twelve sweeps of each.

    python benchmarks/country.py make FOLDER [--sites N] [--seconds S]    go on making it, for so long at most
    python benchmarks/country.py check FOLDER                             hold some of it against what it should be
    python benchmarks/country.py stamp FOLDER                             after a change that changes no device
    python benchmarks/asked.py FOLDER                                     what the commands take on it

Each site is a /24 with 70 devices of one fleet, of which each gives two answers; in the course of the year some are
removed, replaced, moved and updated. `make` writes the rows that twelve sweeps leave, answers, devices, register and
memory, each made by the program's own functions, but without a transaction for each sweep: for `KINDS` sites that stand
nowhere, of which the others are copies with names, numbers, addresses, digests and times of their own. `check` derives
a hundred sweeps again from their answers, and makes some sites directly, and holds all rows of theirs against them.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import re
import sqlite3
import sys
import time
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.estate import entry as register_entry  # noqa: E402  the checkout is put on the path first
from benchmarks.inventory import HEAD, PAGE, SADP  # noqa: E402
from camscan.app.deriving import basis as derived_basis  # noqa: E402
from camscan.app.deriving import merged  # noqa: E402
from camscan.app.history import MARK  # noqa: E402
from camscan.app.identifying import derived  # noqa: E402
from camscan.app.judging import library  # noqa: E402
from camscan.app.registering import basis as register_basis  # noqa: E402
from camscan.app.registering import widened  # noqa: E402
from camscan.codecs.registry import read_again  # noqa: E402
from camscan.policy import judge_all  # noqa: E402
from camscan.records import LedgerEntry, Observation, Outcome, Scan, ScanStatus, Sent, Vantage  # noqa: E402
from camscan.register.entries import take_in  # noqa: E402
from camscan.register.names import key, names  # noqa: E402
from camscan.register.standing import among, by_key  # noqa: E402
from camscan.reports import select  # noqa: E402
from camscan.store import Store  # noqa: E402
from camscan.store.derived import Extent, rows_of  # noqa: E402
from camscan.store.packed import Merged, in_parts  # noqa: E402
from camscan.store.registered import Mark, change_values, entry_values, mark_values  # noqa: E402
from camscan.store.rows import Stored, Values, ledger_values, observation_values, scan_values  # noqa: E402
from camscan.summaries import State, StateChange  # noqa: E402
from camscan.sweeps import memory as memories  # noqa: E402
from camscan.sweeps.compare import advance  # noqa: E402
from camscan.sweeps.coverage import Terms  # noqa: E402
from camscan.sweeps.looks import Look, Sighting, look, sighting  # noqa: E402
from camscan.sweeps.memory import Memory, Track  # noqa: E402

SITES, AT_SITE, SWEEPS, KINDS = 3_000, 70, 12, 10
GOING = 4
"""Devices of a site beside these that are removed in the course of the year."""
EVENTS = 6
"""Devices of a site that are replaced, moved or updated in the course of the year."""
ROOM = {"scans": SWEEPS, "observations": 2_000, "register": 200, "states": 200}
"""Numbers that a site has for itself, in each table that has some."""
BEGIN = datetime(2025, 12, 1, 1, tzinfo=UTC)
MODELS = ("DS-2CD2385G1-I", "DS-2CD2143G0-I", "DS-2CD2T47G2-L", "DS-2DE4425IW-DE")
FIRMWARES = ("V5.5.84build 190507", "V5.6.3build 190923")
GATEWAY = "10.0.0.1<"
CHANNELS = ("arp", "dhip", "dvrip", "http", "mdns", "netcommon", "onvif", "rtsp", "sadp", "ssdp", "tls", "wsd")
AT_ONCE = 20
"""Sites in one transaction."""
TRACKS = TypeAdapter(Track)
_DIGEST = "[0-9a-f]{64}"
_SILENT = dict.fromkeys(CHANNELS, Outcome.SILENT)
_LIVING = dict.fromkeys(CHANNELS, Outcome.REFUSED) | {"sadp": Outcome.ANSWERED, "http": Outcome.ANSWERED}

Rows = dict[str, list[Values]]
"""Table -> rows; their numbers begin at one for each site."""


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
    return Scan(
        at.scan(month),
        when,
        (f"{at.network}0/24",),
        CHANNELS,
        at.name,
        when + timedelta(minutes=3),
        ScanStatus.COMPLETE,
        vantage=Vantage("probe", ("eth0",), (("eth0", f"{at.network}253"),)),
        settings={MARK: "yes", "profile": "normal", "rate": "1000", "policies": ""},
        sent=Sent(7_430),
    )


class Maker:
    """Makes all rows of a site by the program's own functions."""

    def __init__(self) -> None:
        self.rules = library()
        self.lists = widened(())
        self.stamp, self.basis = derived_basis(self.rules), register_basis(self.rules, self.lists)

    def rows(self, at: Place) -> Rows:
        units, rows = units_of(at.kind), defaultdict[str, list[Values]](list)
        months = ([units[number] for number in present(units, month)] for month in range(SWEEPS))
        looks = [self._sweep(at, month, there, rows) for month, there in enumerate(months)]
        self._remember(at, looks, rows)
        return rows

    def _sweep(self, at: Place, month: int, units: Sequence[Unit], rows: Rows) -> Look:
        number, scan = month + 1, scan_of(at, month)
        seen = [read_again(one) for unit in units for one in answers(at, unit, month)]
        ledger, before = ledger_of(at, units), len(rows["observations"])
        rows["scans"].append({**scan_values(scan), "number": number})
        numbered = enumerate((observation_values(number, one) for one in seen), before + 1)
        stored = [{**one, "sequence": sequence} for sequence, one in numbered]
        devices = derived([Stored(**one) for one in stored], self.rules)
        rows["observations"] += stored
        rows["ledger"] += [ledger_values(number, entry) for entry in ledger]
        extent = Extent(scan.id, number, len(seen), len(rows["observations"]))
        head, parts = rows_of(extent, self.stamp, in_parts(devices))
        rows["derived"].append(head)
        rows["derived_parts"] += parts
        found = replace(look(scan, (), ledger), sightings=tuple(self._sightings(devices)))
        rows["registered"].append(mark_values(Mark(scan.id, at.name, found.at, self.basis)))
        return found

    def _sightings(self, devices: Sequence[Merged]) -> Iterator[Sighting]:
        found = judge_all((one.device for one in devices), self.lists)
        return map(sighting, select(found, all_hosts=False))

    def _remember(self, at: Place, looks: Sequence[Look], rows: Rows) -> None:
        """The register and the memory that the looks leave, with what was said of the devices in the end."""
        tracks: list[Track] = []
        memory = Memory()
        for one in looks:
            taken = take_in(tracks, one)
            kept = (taken.seen.get(n, track) for n, track in enumerate(tracks) if n not in taken.joined)
            tracks = [*kept, *taken.new]
            memory, _ = advance(memory, one, Terms())
        shown = memories.dump_glance(memories.glance(memory))
        rows["memories"], rows["glances"] = (
            [{"site": at.name, "text": text}] for text in (memories.dump(memory), shown)
        )
        changes = [replace(change, number=number) for number, change in enumerate(said(at, tracks), 1)]
        for change in changes:
            rows["states"].append({**change_values(change), "number": change.number})
            rows["state_keys"] += [{"key": key(one), "state": change.number} for one in change.names]
        about = by_key(changes)
        for number, track in enumerate(tracks, 1):
            state, last = among(names(track), at.name, track.last_seen, about)
            entry = register_entry(at.name, track, state, last.at if last else None, TRACKS.dump_json(track).decode())
            rows["register"].append({**entry_values(entry), "number": number})
            rows["register_tracks"].append({"entry": number, "text": entry.track})
            rows["register_keys"] += [{"key": one, "entry": number} for one in sorted({*map(key, names(track))})]


def said(at: Place, tracks: Iterable[Track]) -> Iterator[StateChange]:
    """What people said in the year: that what has gone was removed, and of a few what is planned."""
    last = at.when(SWEEPS - 1)
    for number, track in enumerate(tracks):
        device = track.device
        if track.last_seen < last:
            state, day, why = State.REMOVED, track.last_seen + timedelta(days=9), "taken down"
        elif number % 7 == 0:
            state, day, why = State.TICKETED, last - timedelta(days=number), "planned"
        else:
            continue
        yield StateChange(at.name, device.id, device.address, state, "facilities", why, day, names(track))


class Copier:
    """Makes the rows of a site from those of the pattern of its kind."""

    def __init__(self, rows: Rows, of: Place) -> None:
        self._rows, self._of = rows, of
        self._parts = [zlib.decompress(row["data"]).decode() for row in rows["derived_parts"]]
        self._digests = [sha256(row["raw"]).hexdigest() for row in rows["observations"]]

    def rows(self, at: Place) -> Rows:
        names = self._names(at)
        change = _changing(names)
        made = {table: [_changed(row, change) for row in some] for table, some in self._rows.items()}
        digests = (sha256(row["raw"]).hexdigest() for row in made["observations"])
        change = _changing({**names, **dict(zip(self._digests, digests, strict=True))}, _DIGEST)
        for row, text in zip(made["derived_parts"], self._parts, strict=True):
            row["data"] = zlib.compress(change(text).encode(), 1)
        return made

    def _names(self, at: Place) -> Mapping[str, str]:
        """All that tells the pattern, by what tells the site."""
        of = self._of
        pairs = [(of.network, at.network), (of.serials, at.serials), (of.name, at.name), (of.macs, at.macs)]
        scans = [(of.scan(month), at.scan(month)) for month in range(SWEEPS)]
        return dict([*pairs, (of.macs.lower(), at.macs.lower()), *scans])


def _changing(table: Mapping[str, str], first: str = "") -> Callable[[str], str]:
    found = re.compile("|".join([*filter(None, [first]), *(re.escape(name) for name in table if len(name) < 64)]))
    return lambda text: found.sub(lambda match: table[match[0]], text)


def _changed(row: Values, change: Callable[[str], str]) -> Values:
    made = {name: change(value) if type(value) is str else value for name, value in row.items()}
    if "raw" in row:
        made["raw"] = change(row["raw"].decode()).encode()
    return made


def numbered(rows: Rows, at: Place, stamp: str) -> Rows:
    """The rows with numbers that no other site has, and what is kept of each scan with a digest over them."""
    base = {table: at.number * room for table, room in ROOM.items()}
    of_scan, of_entry = [("scan", "scans")], [("entry", "register")]
    columns = dict.fromkeys(("observations", "ledger", "derived", "derived_parts"), of_scan)
    columns |= dict.fromkeys(("register_tracks", "register_keys"), of_entry)
    columns |= {table: [("number", table)] for table in ("scans", "register", "states")}
    columns |= {"state_keys": [("state", "states")]}
    columns["observations"] = [*of_scan, ("sequence", "observations")]
    made = {
        table: [{**row, **{name: row[name] + base[of] for name, of in columns.get(table, ())}} for row in some]
        for table, some in rows.items()
    }
    last = {row["scan"]: (row["sequence"], count) for count, row in _counted(made["observations"])}
    made["derived"], made["derived_parts"] = [], []
    for scan, part in zip(made["scans"], rows["derived_parts"], strict=True):
        sequence, count = last[scan["number"]]
        head, parts = rows_of(Extent(scan["id"], scan["number"], count, sequence), stamp, [part["data"]])
        made["derived"].append(head)
        made["derived_parts"] += parts
    return made


def _counted(rows: Iterable[Values]) -> Iterator[tuple[int, Values]]:
    """Each row, and which one of its scan it is."""
    counts: defaultdict[int, int] = defaultdict(int)
    for row in rows:
        counts[row["scan"]] += 1
        yield counts[row["scan"]], row


def insert(connection: sqlite3.Connection, rows: Rows) -> None:
    for table, some in rows.items():
        columns = list(some[0])
        words = f"INSERT INTO {table} ({','.join(columns)}) VALUES ({','.join('?' * len(columns))})"  # noqa: S608 ours
        connection.executemany(words, [tuple(row.values()) for row in some])


def make(folder: Path, sites: int, seconds: float) -> None:
    """Go on with the site after the last that was written as a whole."""
    folder.mkdir(exist_ok=True)
    began, file, maker = time.monotonic(), folder / "estate.db", Maker()
    Store.open(file).close()
    copiers = [Copier(maker.rows(pattern(kind)), pattern(kind)) for kind in range(KINDS)]
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA cache_size=-400000")
    first = done = connection.execute("SELECT count(*) FROM memories").fetchone()[0]
    while done < sites and time.monotonic() - began < seconds:
        for number in range(done, min(done + AT_ONCE, sites)):
            at = place(number)
            insert(connection, numbered(copiers[at.kind].rows(at), at, maker.stamp))
            done = number + 1
        connection.commit()
    took, size = time.monotonic() - began, file.stat().st_size
    print(f"{done:,} of {sites:,} sites; {done - first} in {took:.0f} s; {size / 1e9:.2f} GB", flush=True)
    if done == sites:
        write_list(folder, sites)
        write_config(folder, sites)


def write_list(folder: Path, sites: int) -> None:
    """Write an inventory of the estate: of a hundred rows 90 are right; see `row`."""
    there = ((place(site), unit) for site in range(sites) for unit in last_units(site % KINDS))
    with (folder / "list.csv").open("w", newline="", encoding="utf-8") as file:
        rows = (row(number, at, unit) for number, (at, unit) in enumerate(there))
        csv.writer(file).writerows(((*HEAD, "Site"), *rows))


def last_units(kind: int) -> list[Unit]:
    units = units_of(kind)
    return [units[at] for at in present(units, SWEEPS - 1)]


def row(number: int, at: Place, unit: Unit) -> tuple[str, ...]:
    """Of a hundred 3 have moved, 2 name another make, 3 are gone, 1 stands twice, 1 says nothing."""
    kind = number % 100
    who = replace(unit, number=unit.number + 200) if 95 <= kind < 98 else unit
    if kind == 99:
        return ("Lamp", "", "", "", "", "", "", "", at.name)
    where = f"{at.network}{240 + number % 10}" if 90 <= kind < 93 or 95 <= kind < 98 else unit.address(at)
    make = "Bosch" if kind in {93, 94} else "Hikvision"
    told = (f"Camera {number}", where, who.mac(at), who.serial(at)[-9:], make, who.model, f"Room {number % 99}")
    return (*told, "twice" if kind == 98 else "checked in May", at.name)


def write_config(folder: Path, sites: int) -> None:
    """Write the configuration by which the estate is swept."""
    places = (f'[[site]]\nname = "{at.name}"\nnetworks = ["{at.network}0/24"]\n' for at in map(place, range(sites)))
    head = f'[store]\nurl = "estate.db"\n[retention]\nsweeps = {SWEEPS}\ndays = 0\n'
    (folder / "camscan.toml").write_text(head + "".join(places))


def check(folder: Path, sweeps: int = 100, sites: int = 10) -> None:
    """Hold some sweeps against what is derived of their answers, and some sites against all that makes them."""
    maker, draw = Maker(), random.Random()
    with Store.open(folder / "estate.db") as store:
        scans = store.scans()
        for scan in draw.sample(scans, sweeps):
            if derived(store.stored(scan.id), maker.rules) != list(merged(store, scan, maker.rules)):
                sys.exit(f"scan {scan.id} of {scan.site} is not as it is derived")
    connection = sqlite3.connect(folder / "estate.db")
    connection.row_factory = sqlite3.Row
    for number in [0, *draw.sample(range(len(scans) // SWEEPS), sites)]:  # in the first, addresses are like the gateway
        at = place(number)
        for table, rows in numbered(maker.rows(at), at, maker.stamp).items():
            if (found := stored(connection, table, at)) != plain(rows):
                sys.exit(f"{at.name}: {len(plain(rows) ^ found)} rows of {table} are not as they are made")
    print(f"{sweeps} sweeps are as they are derived, {sites} sites as they are made")


def stored(connection: sqlite3.Connection, table: str, at: Place) -> set[str]:
    """The rows of a site in the store."""
    of = {"observations": "scan", "ledger": "scan", "derived": "scan", "derived_parts": "scan", "scans": "number"}
    of |= {"register": "number", "register_tracks": "entry", "register_keys": "entry"}
    of |= {"states": "number", "state_keys": "state"}
    column = of.get(table, "site")
    room = ROOM["scans" if column == "scan" or table == "scans" else "states" if "state" in table else "register"]
    low, high = at.number * room + 1, (at.number + 1) * room
    where = "site = ?" if column == "site" else f"{column} BETWEEN ? AND ?"
    values = (at.name,) if column == "site" else (low, high)
    return plain(map(dict, connection.execute(f"SELECT * FROM {table} WHERE {where}", values)))  # noqa: S608 ours


def plain(rows: Iterable[Mapping[str, Any]]) -> set[str]:
    return {repr([(name, unordered(row[name])) for name in sorted(row)]) for row in rows}


def unordered(value: Any) -> Any:
    """The same value, with what was a set in it in an order of its own."""
    if isinstance(value, str) and value.startswith("{"):
        return unordered(json.loads(value))
    if isinstance(value, dict):
        return {name: unordered(one) for name, one in value.items()}
    return sorted(map(unordered, value), key=repr) if isinstance(value, list) else value


def stamp(folder: Path) -> None:
    """Say of all that is kept that code and rules of today made it, once `check` would find no difference but that."""
    rules = library()
    now = derived_basis(rules)
    connection = sqlite3.connect(folder / "estate.db")
    connection.execute("PRAGMA synchronous=OFF")
    query = (
        "SELECT s.id, d.scan, d.extent, p.data FROM derived d JOIN scans s ON s.number = d.scan JOIN derived_parts p"
    )
    for scan, number, extent, data in connection.execute(f"{query} ON p.scan = d.scan").fetchall():
        count, last = map(int, extent.split(" to "))
        _, (part,) = rows_of(Extent(scan, number, count, last), now, [data])
        connection.execute("UPDATE derived_parts SET digest = ? WHERE scan = ?", (part["digest"], number))
    connection.execute("UPDATE derived SET basis = ?", (now,))
    connection.execute("UPDATE registered SET basis = ?", (register_basis(rules, widened(())),))
    connection.commit()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("make", "check", "stamp"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sites", type=int, default=SITES)
    parser.add_argument("--seconds", type=float, default=3600)
    words = parser.parse_args()
    if words.what == "make":
        make(words.folder, words.sites, words.seconds)
    elif words.what == "check":
        check(words.folder)
    else:
        stamp(words.folder)


if __name__ == "__main__":
    main()
