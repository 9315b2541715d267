"""A process that is killed at any moment loses nothing that it was told is stored."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from camscan.records import ScanStatus
from camscan.store import Store

BATCH = 20

# Forks after the slow imports, so that a round takes milliseconds. A child says so for every batch that is confirmed.
PROGRAM = """
import os, sys
from datetime import UTC, datetime
import alembic.operations, alembic.runtime.migration, alembic.script
from camscan.records import LedgerEntry, Observation, Outcome, Scan
from camscan.store import Store

BATCH = int(sys.argv[1])

def write(path, name):
    now = datetime.now(UTC)
    store = Store.open(path)
    store.begin(Scan(id=name, started_at=now, targets=(), channels=()))
    for batch in range(10000):
        targets = [f"10.0.{batch}.{number}" for number in range(BATCH)]
        seen = [Observation(target, "http", Outcome.ANSWERED, now, 80, raw=bytes(1500)) for target in targets]
        store.append(name, seen, [LedgerEntry(target, {"http": Outcome.ANSWERED}) for target in targets])
        os.write(1, b"stored\\n")

for line in sys.stdin:
    child = os.fork()
    if not child:
        try:
            write(*line.split())
        finally:
            os._exit(1)
    os.write(1, f"{child}\\n".encode())
    os.waitpid(child, 0)
    os.write(1, b"gone\\n")
"""


def kill_one(parent: subprocess.Popen[str], path: Path, name: str, chance: random.Random) -> int:
    """Let a child store some batches, kill it during a later one; how many batches it was told are stored."""
    assert parent.stdin
    assert parent.stdout
    parent.stdin.write(f"{path} {name}\n")
    parent.stdin.flush()
    lines: list[str] = []
    least = chance.randrange(4)
    while not (pids := [line for line in lines if line.strip().isdigit()]) or lines.count("stored\n") < least:
        lines.append(parent.stdout.readline())
    time.sleep(chance.uniform(0, 0.03))
    os.kill(int(pids[0]), signal.SIGKILL)
    while lines[-1] != "gone\n":
        lines.append(parent.stdout.readline())
    return lines.count("stored\n")


def check(path: Path, name: str, confirmed: int) -> None:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    with Store.open(path) as store:
        found = [scan.status for scan in store.scans() if scan.id == name]
        if not found:
            assert confirmed == 0
            return
        assert found == [ScanStatus.INTERRUPTED]
        targets = [observation.target for observation in store.observations(name)]
        assert len(targets) in {confirmed * BATCH, (confirmed + 1) * BATCH}
        assert store.covered(name) == set(targets)


@pytest.mark.parametrize("rounds", [30, pytest.param(10_000, marks=pytest.mark.torture)])
def test_killed_at_any_moment(tmp_path: Path, rounds: int, figure: Callable[[str, object], None]) -> None:
    chance = random.Random(20261001)
    command = [sys.executable, "-c", PROGRAM, str(BATCH)]
    confirmed = []
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        for number in range(rounds):
            path = tmp_path / f"{number % 10}.db"
            confirmed.append(kill_one(parent, path, f"scan{number}", chance))
            check(path, f"scan{number}", confirmed[-1])
        assert parent.stdin
        parent.stdin.close()
        parent.wait(10)
    assert sum(confirmed) >= rounds
    figure("kills", rounds)
