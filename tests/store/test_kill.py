"""A process that is killed at any moment loses nothing that it was told is stored."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager
from itertools import count, repeat
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from support.postgres import eventually, postgres

from camscan.records import ScanStatus
from camscan.store.store import Store

NewStore = Callable[[], AbstractContextManager[str]]

BATCH = 20
AT_ONCE = 2
SCANS = 20
"""Into one store: what a kill has left behind is where the next scan begins, and no check reads much."""

# Forks once all is loaded and was used, so that a round takes milliseconds. A child says so for every batch that is
# confirmed.
PROGRAM = """
import contextlib, gc, os, sys, tempfile
from datetime import UTC, datetime
import alembic.operations, alembic.runtime.migration, alembic.script
from camscan.records import LedgerEntry, Observation, Outcome, Scan
from camscan.store.store import Store

BATCH = int(sys.argv[1])

def written(path, name):
    now = datetime.now(UTC)
    with Store.open(path) as store:
        store.begin(Scan(id=name, started_at=now, targets=(), channels=()))
        for batch in range(10000):
            targets = [f"10.0.{batch}.{number}" for number in range(BATCH)]
            seen = [Observation(target, "http", Outcome.ANSWERED, now, 80, raw=bytes(1500)) for target in targets]
            store.append(name, seen, [LedgerEntry(target, {"http": Outcome.ANSWERED}) for target in targets])
            yield

with tempfile.TemporaryDirectory() as folder, contextlib.closing(written(folder + "/first.db", "first")) as first:
    next(first)
gc.freeze()
for line in sys.stdin:
    child = os.fork()
    if not child:
        try:
            for _ in written(*line.split()):
                os.write(1, b"stored\\n")
        finally:
            os._exit(1)
    os.write(1, f"{child}\\n".encode())
    os.waitpid(child, 0)
    os.write(1, b"gone\\n")
"""


def kill_one(parent: subprocess.Popen[str], store: str, name: str, chance: random.Random) -> int:
    """Let a child store some batches, kill it during a later one; how many batches it was told are stored."""
    assert parent.stdin
    assert parent.stdout
    parent.stdin.write(f"{store} {name}\n")
    parent.stdin.flush()
    lines: list[str] = []
    least = chance.randrange(4)
    while not (pids := [line for line in lines if line.strip().isdigit()]) or lines.count("stored\n") < least:
        lines.append(parent.stdout.readline())
        assert lines[-1] not in ("gone\n", ""), "it ended by itself"
    time.sleep(chance.uniform(0, 0.03))
    os.kill(int(pids[0]), signal.SIGKILL)
    while lines[-1] != "gone\n":
        lines.append(parent.stdout.readline())
        assert lines[-1], "what forks ended by itself"
    return lines.count("stored\n")


def check(where: str, name: str, confirmed: int) -> int:
    """Hold a store to what was confirmed of its latest scan; how many observations of that there are."""
    with Store.open(where) as store:
        if store.file:
            with closing(sqlite3.connect(store.file)) as connection:
                assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        if not any(scan.id == name for scan in store.scans()):
            assert confirmed == 0
            return 0
        eventually(lambda: store.scan(name).status is ScanStatus.INTERRUPTED)
        targets = [observation.target for observation in store.observations(name)]
        assert len(targets) in {confirmed * BATCH, (confirmed + 1) * BATCH}
        assert store.covered(name).keys() == set(targets)
        return len(targets)


def kill_many(new_store: NewStore, rounds: int, seed: int) -> int:
    """Kill so many, store by store, and hold each to it; how many batches were confirmed."""
    chance, confirmed = random.Random(seed), 0
    command = [sys.executable, "-c", PROGRAM, str(BATCH)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        for first in range(0, rounds, SCANS):
            with new_store() as where:
                confirmed += kill_into_one(parent, where, min(SCANS, rounds - first), chance)
        assert parent.stdin
        parent.stdin.close()
        parent.wait(60)
    return confirmed


def kill_into_one(parent: subprocess.Popen[str], where: str, scans: int, chance: random.Random) -> int:
    """Kill so many scans into one store; how many batches were confirmed."""
    confirmed, stored = 0, Counter[str]()
    for number in range(scans):
        told = kill_one(parent, where, f"scan{number}", chance)
        stored[f"scan{number}"] = check(where, f"scan{number}", told)
        confirmed += told
    with Store.open(where) as store:  # no kill has harmed what was there before
        assert Counter(scan.id for scan in store.scans() for _ in store.observations(scan.id)) == +stored
    return confirmed


def kill_some_at_once(new_store: NewStore, rounds: int) -> int:
    """Some at once: most of a round is waiting."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        each = repeat(rounds // AT_ONCE)
        return sum(pool.map(kill_many, repeat(new_store, AT_ONCE), each, count(20261001)))


@contextmanager
def file_in(folder: Path) -> Iterator[str]:
    """The file of a store, which is gone at the end."""
    with TemporaryDirectory(dir=folder) as own:
        yield f"{own}/scans.db"


ROUNDS = pytest.mark.parametrize("rounds", [30, pytest.param(10_000, marks=pytest.mark.torture)])


@ROUNDS
def test_killed_at_any_moment(tmp_path: Path, rounds: int, figure: Callable[[str, object], None]) -> None:
    assert kill_some_at_once(lambda: file_in(tmp_path), rounds) >= rounds
    figure("kills", rounds)


@ROUNDS
def test_killed_at_any_moment_beside_a_server(rounds: int, figure: Callable[[str, object], None]) -> None:
    with postgres() as server:
        assert kill_some_at_once(server.database, rounds) >= rounds
    figure("kills.server", rounds)
