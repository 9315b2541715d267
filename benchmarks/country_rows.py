"""The rows that twelve sweeps of a site leave in a store: made, or copied from another site's; see `country.py`."""

from __future__ import annotations

import re
import sqlite3
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

from pydantic import TypeAdapter

from benchmarks.country_sites import SWEEPS, Place, Unit, answers, ledger_of, present, scan_of, units_of
from benchmarks.estate import entry as register_entry
from camscan.app.judging.criteria import Criteria, library
from camscan.app.judging.identifying import derived
from camscan.app.judging.keptdevices import basis as derived_basis
from camscan.app.reporting.registering import basis as register_basis
from camscan.app.reporting.registering import with_builtin
from camscan.codecs.registry import read_again
from camscan.policy import judge_all
from camscan.register.entries import apply_snapshot
from camscan.register.names import key, names
from camscan.register.states import changes_by_key, sighted, state_among
from camscan.reports import select
from camscan.store.derived import Extent, rows_of
from camscan.store.packed import Merged, in_parts
from camscan.store.registered import Mark, change_values, entry_values, mark_values
from camscan.store.rows import Stored, Values, ledger_values, observation_values, scan_values
from camscan.summaries import State, StateChange
from camscan.sweeps import memory as memories
from camscan.sweeps.compare import advance
from camscan.sweeps.coverage import Terms
from camscan.sweeps.memory import Memory, Track
from camscan.sweeps.sightings import Sighting, sighting
from camscan.sweeps.snapshot import Snapshot, snapshot

ROOM = {"scans": SWEEPS, "observations": 2_000, "register": 200, "states": 200}
"""Numbers that a site has for itself, in each table that has some."""
TRACKS = TypeAdapter(Track)
_DIGEST = "[0-9a-f]{64}"

Rows = dict[str, list[Values]]
"""Table -> rows; their numbers begin at one for each site."""


class Maker:
    """Makes all rows of a site by the program's own functions."""

    def __init__(self) -> None:
        self.rules = library()
        self.criteria = with_builtin(Criteria(self.rules))
        self.stamp, self.basis = derived_basis(self.rules), register_basis(self.criteria)

    def rows(self, at: Place) -> Rows:
        units, rows = units_of(at.kind), defaultdict[str, list[Values]](list)
        months = ([units[number] for number in present(units, month)] for month in range(SWEEPS))
        snapshots = [self._sweep(at, month, there, rows) for month, there in enumerate(months)]
        self._remember(at, snapshots, rows)
        return rows

    def _sweep(self, at: Place, month: int, units: Sequence[Unit], rows: Rows) -> Snapshot:
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
        found = replace(snapshot(scan, (), ledger), sightings=tuple(self._sightings(devices)))
        rows["registered"].append(mark_values(Mark(scan.id, at.name, found.at, self.basis)))
        return found

    def _sightings(self, devices: Sequence[Merged]) -> Iterator[Sighting]:
        found = judge_all((one.device for one in devices), self.criteria.policies)
        return map(sighting, select(found, all_hosts=False))

    def _remember(self, at: Place, snapshots: Sequence[Snapshot], rows: Rows) -> None:
        """The register and the memory that the snapshots leave, with what was said of the devices in the end."""
        tracks: list[Track] = []
        memory = Memory()
        for one in snapshots:
            taken = apply_snapshot(tracks, one)
            kept = (taken.seen.get(n, track) for n, track in enumerate(tracks) if n not in taken.joined)
            tracks = [*kept, *taken.new]
            memory, _ = advance(memory, one, Terms())
        shown = memories.dump(memories.status_of(memory))
        rows["memories"], rows["statuses"] = (
            [{"site": at.name, "text": text}] for text in (memories.dump(memory), shown)
        )
        changes = [replace(change, number=number) for number, change in enumerate(said(at, tracks), 1)]
        for change in changes:
            rows["states"].append({**change_values(change), "number": change.number})
            rows["state_keys"] += [{"key": key(one), "state": change.number} for one in change.names]
        about = changes_by_key(changes)
        for number, track in enumerate(tracks, 1):
            state, last = state_among(names(track), at.name, sighted(track), about, lambda _: False)
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
