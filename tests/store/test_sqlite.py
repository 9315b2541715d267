"""Safety of the file: journal, locks and a full disk."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from support.stores import new_scan, seen, silent

from camscan.errors import StoreError
from camscan.store import sqlite
from camscan.store.store import Store

PRAGMAS = sqlite.PRAGMAS  # as they are outside of tests, in which no commit waits for the disk


def test_every_connection_is_safe(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "PRAGMAS", PRAGMAS)
    with Store.open(path) as store, store.database.reading() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {"journal_mode": "truncate", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30000}


def test_opening_writes_nothing(path: Path, store: Store) -> None:
    before = path.stat().st_mtime_ns
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("BEGIN IMMEDIATE")  # one that opens must not have to wait for this
        with Store.open(path) as again:
            assert again.scans() == ()
    other.close()
    assert path.stat().st_mtime_ns == before


def test_write_ahead_log_is_turned_back(path: Path) -> None:
    Store.open(path).close()
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA journal_mode=WAL").fetchone() == ("wal",)
    connection.close()
    with Store.open(path) as store:
        assert store.scans() == ()
    assert path.read_bytes()[18:20] == b"\x01\x01"  # file format: 1 is rollback journal, 2 write-ahead log


def test_locked_by_another_program(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.05)
    with Store.open(path) as store:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(
            StoreError, match=r"camscan\.db has been locked by another program for 0 s: end that program"
        ):
            store.begin(new_scan("one"))
        other.execute("ROLLBACK")
        other.close()
        store.begin(new_scan("one"))
        assert [scan.id for scan in store.scans()] == ["one"]


def test_full_disk_keeps_what_was_stored(store: Store) -> None:
    store.begin(new_scan("one"))
    with store.database.writing() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=60")
    batch = [seen(f"10.0.0.{number}", raw=bytes(500)) for number in range(20)]
    stored: list[int] = []
    with pytest.raises(StoreError, match="cannot grow, its disk is full: free some space"):
        stored.extend(store.append("one", batch) for _ in range(100))
    assert len(stored) >= 5
    assert sum(1 for _ in store.observations("one")) == sum(stored)
    with store.database.writing() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=100000")
    assert store.append("one", batch) == 20


def test_reader_beside_a_writer(path: Path, store: Store) -> None:
    store.begin(new_scan("one"))
    done = threading.Event()
    counts: list[int] = []

    def read() -> None:
        with Store.open(path) as reader:
            while not done.is_set():
                counts.append(reader.ledger_counts("one")[""].get("silent", 0))
                targets = [observation.target for observation in reader.observations("one")]
                assert targets == sorted(targets)

    thread = threading.Thread(target=read)
    thread.start()
    for batch in range(60):
        while len(counts) < batch // 20 and thread.is_alive():
            time.sleep(0.001)
        targets = [f"10.0.{batch}.{number}" for number in range(25)]
        assert store.append("one", [seen(t, raw=bytes(2000)) for t in targets], [silent(t) for t in targets]) == 50
    done.set()
    thread.join()
    assert len(counts) >= 2
    assert counts == sorted(counts)
    assert all(count % 25 == 0 for count in counts)  # a batch is seen whole or not at all
    assert store.ledger_counts("one")[""] == {"silent": 1500}
