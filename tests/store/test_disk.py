"""A disk that is full from the k-th write on, for each k: what was confirmed is there, and the store goes on later."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from support.filling import batches_stored
from support.needs import needs

from camscan.records import ScanStatus
from camscan.store.store import Store

pytestmark = pytest.mark.slow

BATCHES, ROWS = 12, 20


def fill(path: Path, under: tuple[str, ...]) -> tuple[int, str]:
    """Store batches in a process; how many were confirmed, and what was said at the end."""
    needs(*under[:1])
    command = [*under, sys.executable, "-m", "support.filling", str(path), str(BATCHES), str(ROWS)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=environment)
    assert (done.returncode == 0) == (done.stdout.count("stored") == BATCHES), done.stderr
    return done.stdout.count("stored"), done.stderr


def stored(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    with Store.open(path) as store:
        scans = [(scan.id, scan.status) for scan in store.scans()]
        assert scans in ([], [("one", ScanStatus.INTERRUPTED)])
        targets = [one.target for one in store.observations("one")] if scans else []
        assert store.covered("one").keys() == set(targets) if scans else True
        return targets


@pytest.mark.parametrize("calls", ["pwrite64", "fdatasync,fsync", "pwrite64,fdatasync,fsync,ftruncate,write"])
@pytest.mark.parametrize("first", [1, 7, 45, *(pytest.param(k, marks=pytest.mark.torture) for k in range(2, 120, 3))])
@pytest.mark.parametrize("lasting", [True, False], ids=["for good", "once"])
def test_a_disk_that_is_full_from_some_write_on(calls: str, first: int, lasting: bool, tmp_path: Path) -> None:
    path, trace = tmp_path / "s.db", tmp_path / "trace"
    when = f"{first}+" if lasting else f"{first}"
    filter_ = ["-P", str(path), "-P", f"{path}-journal"]  # the program's own output has room
    how = ["-e", f"trace={calls}", "-e", f"inject={calls}:error=ENOSPC:when={when}"]
    confirmed, said = fill(path, ("strace", "-f", "-qq", "--seccomp-bpf", "-o", str(trace), *filter_, *how))
    failed = trace.read_text().count("(INJECTED)")
    if failed:
        assert confirmed < BATCHES
        assert re.match("StoreError: .*(disk is full|check its disk and the free space)", said), said
    assert "Traceback" not in said
    there = stored(path) if path.exists() and path.stat().st_size else []
    assert len(there) in {confirmed * ROWS, (confirmed + 1) * ROWS}
    again = sum(1 for _ in batches_stored(str(path), BATCHES, ROWS, again=True))
    assert again == BATCHES, "there is room again"
    assert len(stored(path)) == len(there) + BATCHES * ROWS


_CALL = re.compile(r'(pwrite64|fdatasync|fsync|ftruncate|write)\(\d+<([^>]*)>(?:, "(stored))?')
_SYNCS = {"fdatasync", "fsync"}


def test_what_is_confirmed_is_on_the_disk_before(tmp_path: Path) -> None:
    """In the order that a loss of power bears: what was, what is new, and that what was is needed no more."""
    path, trace = tmp_path / "s.db", tmp_path / "trace"
    calls = "trace=pwrite64,fdatasync,fsync,ftruncate,write"
    confirmed, _ = fill(path, ("strace", "-f", "-y", "-qq", "--seccomp-bpf", "-o", str(trace), "-e", calls))
    assert confirmed == BATCHES
    names = {str(path): "db", f"{path}-journal": "journal"}
    batches, since = [], list[tuple[str, str]]()
    for call, file, told in _CALL.findall(trace.read_text()):
        if told:
            batches.append(since)
            since = []
        elif file in names:
            since.append(("sync" if call in _SYNCS else call, names[file]))
    assert len(batches) == BATCHES
    for since in batches:
        first = since.index(("pwrite64", "db"))
        assert ("sync", "journal") in since[:first]
        last = len(since) - 1 - since[::-1].index(("pwrite64", "db"))
        then = since[last + 1 :]
        assert [event for event in then if event[0] != "pwrite64"] == [
            ("sync", "db"),
            ("ftruncate", "journal"),
            ("sync", "journal"),
        ], then
