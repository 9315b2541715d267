"""A list against a store, at size: reading, matching, classifying and writing, and the command as a whole.

Run: python benchmarks/inventory.py [scale|whole]

For many sites, each with its own scans, see benchmarks/country.py; for the intervals, benchmarks/intervals.py.
"""

from __future__ import annotations

import csv
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.inventory_made import DEVICES, HEAD, devices, fill, ledger, rows, scan, write_files
from camscan.app.judging.criteria import library
from camscan.app.reporting.reconciling import Reconciliation
from camscan.cli.formats.reconciled import FORMATS
from camscan.inventory.completeness import estimate
from camscan.inventory.reading import read_inventory
from camscan.inventory.reconcile import reconcile
from camscan.inventory.summary import summarise
from camscan.reports import Page

T = TypeVar("T")


def main() -> None:
    chosen = {*sys.argv[1:]} or {"whole", "scale"}
    if "whole" in chosen:  # first: the peak that is read is that of the largest child so far
        whole()
    if "scale" in chosen:
        scale()


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


def written(name: str, made: Reconciliation) -> int:
    return sum(map(len, FORMATS[name](made, Page())))


def timed(what: str, call: Callable[[], T]) -> T:
    begin = time.perf_counter()
    result = call()
    print(f"   {time.perf_counter() - begin:9.2f} s    {what}")
    return result


if __name__ == "__main__":
    main()
