"""The register at the size of a country: how long progress and one more scan of a site take.

Run: python benchmarks/estate.py [DATABASE]

The estate has 3,000 sites with 70 listed devices each, swept twelve times. Its scans stand in the store, and its
register is as the sweeps leave it: every second device has been removed, one in fifty is exempt, some have come back.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter
from sqlalchemy import Table, create_engine, insert

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from support.estate import Camera, sweep  # noqa: E402  the checkout is put on the path first

from camscan.app.reporting.registering import register  # noqa: E402
from camscan.records import Scan, ScanStatus  # noqa: E402
from camscan.register.names import key, names  # noqa: E402
from camscan.store.registered import Entry, Mark, change_values, entry_values, mark_values  # noqa: E402
from camscan.store.rows import Values, scan_values  # noqa: E402
from camscan.store.schema import register as register_table  # noqa: E402
from camscan.store.schema import register_keys, register_tracks, registered, scans, state_keys, states  # noqa: E402
from camscan.store.store import Store  # noqa: E402
from camscan.summaries import State, StateChange  # noqa: E402
from camscan.sweeps.lifecycle import begun  # noqa: E402
from camscan.sweeps.memory import Track  # noqa: E402
from camscan.sweeps.snapshot import Snapshot  # noqa: E402

T = TypeVar("T")
SITES, DEVICES, SWEEPS = 3_000, 70, 12
BEGIN = datetime.now(UTC) - timedelta(days=365)
BASIS = "the estate of a benchmark"
TRACKS = TypeAdapter(Track)


def main() -> None:
    """Make an estate, unless a database is named that holds one, and ask it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(sys.argv[1]) if sys.argv[1:] else Path(folder) / "estate.db"
        if not path.exists():
            timed("make the estate (not part of anything)", lambda: make(path))
        print(f"   {path.stat().st_size >> 20:9,} MiB  the store")
        words = [sys.executable, "-m", "camscan", "progress", "--db", str(path), "--deadline", "2026-12-31"]
        for format_ in ("csv", "json", "table"):
            done = timed(f"camscan progress --format {format_}", partial(command, [*words, "--format", format_]))
        print("   " + done.splitlines()[0].decode())
        timed("camscan progress --site", partial(command, [*words, "--site", site(7)]))
        with Store.open(path) as store:
            for number in range(3):
                more = partial(register, store, snapshot(number, SWEEPS), site(number), BASIS)
                timed("take one more sweep of a site in", more)
    own = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10
    print(f"   {own:9,} MiB  peak memory of the command")


def timed(what: str, call: Callable[[], T]) -> T:
    begin = time.perf_counter()
    result = call()
    print(f"   {time.perf_counter() - begin:9.2f} s    {what}")
    return result


def command(words: list[str]) -> bytes:
    return subprocess.run(words, check=True, capture_output=True).stdout


def site(number: int) -> str:
    return f"site-{number:04}"


def cameras(number: int) -> list[Camera]:
    """The devices of a site, at addresses that every site has."""
    numbers = range(number * DEVICES + 1, (number + 1) * DEVICES + 1)
    return [
        Camera(f"10.0.0.{at}", f"DS-2CD2385G1-I20190507AAWRD{serial:09}", mac(serial))
        for at, serial in enumerate(numbers, 1)
    ]


def mac(number: int) -> str:
    return "02:00:00:" + ":".join(f"{number >> shift & 255:02x}" for shift in (16, 8, 0))


def snapshot(number: int, month: int) -> Snapshot:
    """What a sweep of a site sees in a month: everything."""
    seen = sweep(0, cameras(number))
    return Snapshot(
        f"{site(number)}-{month}",
        BEGIN + timedelta(days=30 * month),
        True,
        seen.sightings,
        seen.asked,
        seen.answered,
    )


def make(path: Path) -> None:
    """Write the rows that the sweeps of the year and what was said of their devices come to."""
    Store.open(path).close()
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        for number in range(SITES):
            for table, rows in rows_of(number).items():
                connection.execute(insert(table), rows)
    engine.dispose()


def rows_of(number: int) -> dict[Table, list[Values]]:
    """All rows of a site."""
    first = snapshot(number, 0)
    rows: defaultdict[Table, list[Values]] = defaultdict(list)
    for month in range(SWEEPS):
        end = BEGIN + timedelta(days=30 * month)
        scan = Scan(f"{site(number)}-{month}", end, ("10.0.0.0/24",), ("http",), site(number), end, ScanStatus.COMPLETE)
        rows[scans].append(scan_values(scan))
        rows[registered].append(mark_values(Mark(scan.id, site(number), end, BASIS)))
    for at, seen in enumerate(first.sightings, number * DEVICES + 1):
        track = begun(seen, first)
        change = said(at, site(number), track)
        state = State.RETURNED if at % 500 == 1 else change.state
        rows[register_table].append({**entry_values(entry(site(number), track, state, change.at)), "number": at})
        rows[register_tracks].append({"entry": at, "text": TRACKS.dump_json(track).decode()})
        rows[states].append({**change_values(change), "number": at})
        rows[register_keys] += [{"key": key(name), "entry": at} for name in names(track)]
        rows[state_keys] += [{"key": key(name), "state": at} for name in names(track)]
    return rows


def said(number: int, place: str, track: Track) -> StateChange:
    """What has become of a device, at some day of the year."""
    state = State.REMOVED if number % 2 else State.EXEMPT if number % 50 == 0 else State.TICKETED
    when = BEGIN + timedelta(days=number % 360 + 1)
    return StateChange(place, track.device.id, track.device.address, state, "benchmark", "planned", when, names(track))


def entry(place: str, track: Track, state: State, since: datetime | None, text: str = "") -> Entry:
    """A device in the register; `text` is its track, where the row is to hold it."""
    device = track.device
    return Entry(
        place,
        device.id,
        device.address,
        device.verdict.value,
        device.policies,
        track.first_seen,
        track.last_seen,
        text,
        state=state,
        state_at=since,
    )


if __name__ == "__main__":
    main()
