"""Copies are whole while others write, faults are found, and space comes back."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.stores import new_scan, seen

from camscan.errors import StoreError
from camscan.records import LedgerEntry, Scan, ScanStatus
from camscan.store.sqlitefile import backup, faults, shrink
from camscan.store.store import Store


def filled(path: Path, scan: Scan, count: int = 50) -> None:
    with Store.open(path) as store:
        store.begin(scan)
        store.append(scan.id, [seen(f"10.0.0.{number}", raw=os.urandom(20_000)) for number in range(count)])
        store.finish(replace(scan, status=ScanStatus.COMPLETE, finished_at=scan.started_at))


def test_a_copy_is_a_store_and_only_its_owners(path: Path, tmp_path: Path) -> None:
    filled(path, new_scan("one"))
    backup(path, tmp_path / "copy.db")
    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600
    with Store.open(path) as store, Store.open(tmp_path / "copy.db") as copy:
        assert list(copy.observations("one")) == list(store.observations("one"))
    assert sorted(one.name for one in tmp_path.iterdir() if "copy" in one.name) == ["copy.db"]


def test_a_copy_under_writing_is_one_moment_of_the_store(path: Path, tmp_path: Path) -> None:
    """Each batch holds observations and ledger entries of the same targets: a copy never has one without the other."""
    filled(path, new_scan("one"), 500)
    over, batches = threading.Event(), 0

    def write() -> None:
        nonlocal batches
        with Store.open(path) as store:
            store.begin(new_scan("two"))
            while not over.is_set():
                targets = [f"10.1.{batches}.{number}" for number in range(20)]
                store.append("two", [seen(target) for target in targets], [LedgerEntry(t, {}) for t in targets])
                batches += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            backup(path, tmp_path / f"copy{number}.db")
    finally:
        over.set()
        writer.join()
    assert batches > 3, "the writer got on meanwhile"
    for number in range(3):
        assert list(faults(tmp_path / f"copy{number}.db")) == []
        with Store.open(tmp_path / f"copy{number}.db") as copy:
            if len(copy.scans()) == 2:
                assert {one.target for one in copy.observations("two")} == {one.target for one in copy.ledger("two")}
            assert len(list(copy.observations("one"))) == 500


_KILLED = """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA journal_mode=TRUNCATE")
connection.execute("PRAGMA cache_size=1")
connection.execute("BEGIN")
connection.execute("UPDATE observations SET raw = zeroblob(length(raw))")
os._exit(0)
"""
"""A process that ends in the middle of a transaction so large that part of it is in the file already."""


def test_what_a_killed_process_left_beside_an_older_copy_does_not_spoil_the_new_one(path: Path, tmp_path: Path) -> None:
    """SQLite would roll the pages of the older copy back into the new one."""
    copy = tmp_path / "copy.db"
    filled(path, new_scan("one"))
    backup(path, copy)
    subprocess.run([sys.executable, "-c", _KILLED, copy], check=True)
    assert copy.with_name("copy.db-journal").stat().st_size > 0
    with Store.open(path) as store:
        store.append("one", [seen(f"10.0.1.{number}", raw=os.urandom(20_000)) for number in range(50)])
    backup(path, copy)
    assert list(faults(copy)) == []
    with Store.open(path) as store, Store.open(copy) as same:
        assert list(same.observations("one")) == list(store.observations("one"))


def test_a_copy_that_cannot_be_made(path: Path, store: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="create the folder"):
        backup(path, tmp_path / "none" / "copy.db")
    (tmp_path / "text").write_text("no database, " * 1000)
    with pytest.raises(StoreError, match="not a camscan database"):
        backup(tmp_path / "text", tmp_path / "copy.db")
    assert not [one for one in tmp_path.iterdir() if "copy" in one.name]


def test_faults(path: Path) -> None:
    filled(path, new_scan("one"))
    assert list(faults(path)) == []
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE observations SET scan = 7 WHERE sequence = 3")
    assert [fault.split(":")[0] for fault in faults(path)] == ["row 3 of observations belongs to nothing in scans"]
    damaged = bytearray(path.read_bytes())
    damaged[len(damaged) // 2 : len(damaged) // 2 + 40_000] = bytes(40_000)
    path.write_bytes(damaged)
    try:
        found = list(faults(path))
    except StoreError as error:
        found = [str(error)]
    assert found
    assert all("restore" in fault for fault in found)


def changes(path: Path) -> int:
    """How often the file was written to, as its header counts it (https://sqlite.org/fileformat.html, 1.3.7)."""
    return int.from_bytes(path.read_bytes()[24:28], "big")


@pytest.mark.parametrize("kind", ["new", "restored from a dump"])
def test_deleted_rows_give_their_space_back(path: Path, kind: str) -> None:
    filled(path, new_scan("one"))
    if kind != "new":
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA auto_vacuum = NONE")
            connection.execute("VACUUM")
    with Store.open(path) as store:
        store.thin("one", {"10.0.0.1"}, datetime.now(UTC))
    before, commits = path.stat().st_size, changes(path)
    assert before > 1_000_000
    assert shrink(path) == before - path.stat().st_size
    assert changes(path) - commits <= 4, "each commit waits for the disk"
    assert path.stat().st_size < 200_000
    assert list(faults(path)) == []
    assert shrink(path) == 0
