"""What it takes to merge stores: 50 scans of 1,000 devices, and one scan of 20,000.

    python benchmarks/merging.py FOLDER

Each device gives seven answers of 600 random bytes. For each store: seconds, seconds of the processor, and the most
memory of the process that merges; then the same where all of it is there already.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from camscan.records import LedgerEntry, Observation, Outcome, Scan, ScanStatus
from camscan.store.store import Store

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
STORES = (("one-small", 1, 1_000), ("fifty", 50, 1_000), ("one-large", 1, 20_000))
_AT_ONCE = 250
"""Devices in one transaction."""


def make(file: Path, scans: int, devices: int) -> None:
    """Make a store, if it is not there yet."""
    if file.exists():
        return
    with Store.open(file) as store:
        for number in range(scans):
            scan = Scan(f"{file.stem}-{number}", BEGIN + timedelta(days=number), ("10.0.0.0/8",), ("http",), file.stem)
            store.begin(scan)
            for first in range(0, devices, _AT_ONCE):
                targets = [f"10.0.{at >> 8}.{at & 255}" for at in range(first, min(first + _AT_ONCE, devices))]
                entries = [LedgerEntry(target, {"http": Outcome.ANSWERED}) for target in targets]
                store.append(scan.id, [seen for target in targets for seen in answers(target, scan)], entries)
            store.finish(replace(scan, finished_at=scan.started_at, status=ScanStatus.COMPLETE))


def answers(target: str, scan: Scan) -> Iterator[Observation]:
    for port in range(80, 87):
        fields = {"http.server": (f"{target} {port}",), "http.title": ("x" * 100,)}
        yield Observation(target, "http", Outcome.ANSWERED, scan.started_at, port, "GET /", fields, os.urandom(600))


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(exist_ok=True)
    print(f"{'store':<18}{'seconds':>9}{'CPU s':>9}{'MiB':>8}")
    for name, scans, devices in STORES:
        make(file := folder / f"{name}.db", scans, devices)
        (hub := folder / "hub.db").unlink(missing_ok=True)
        for again in ("", " again"):
            command = [sys.executable, "-m", "camscan", "db", "merge", "--db", str(hub), str(file), "--quiet"]
            began = time.perf_counter()
            child = subprocess.Popen([*command, "-o", os.devnull])
            _, status, used = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            took = time.perf_counter() - began
            print(f"{name + again:<18}{took:>9.1f}{used.ru_utime + used.ru_stime:>9.1f}{used.ru_maxrss / 1024:>8.0f}")


if __name__ == "__main__":
    main()
