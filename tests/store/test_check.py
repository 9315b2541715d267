"""Whether a store is sound."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import Row
from support.nights import BEGIN

from camscan.errors import StoreError
from camscan.records import Observation, Outcome, Scan
from camscan.store import check
from camscan.store.check import faults
from camscan.store.schema import REVISION
from camscan.store.store import Store


def to_revision(path: Path, text: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (text,))


def test_a_sound_store(path: Path, store: Store) -> None:
    assert faults(path) == (str(path), [])
    assert faults(f"sqlite:///{path}") == (str(path), [])


def test_an_older_schema_is_told_and_left(path: Path, store: Store) -> None:
    to_revision(path, "0000")
    assert faults(path)[1] == [f"it has schema 0000 of {REVISION}: any command that opens it brings it up to date"]
    assert faults(path)[1], "nothing was changed"


def test_a_newer_schema_and_another_programs_database(path: Path, store: Store, tmp_path: Path) -> None:
    to_revision(path, "9999")
    assert "update camscan" in faults(path)[1][0]
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection, connection:
        connection.execute("CREATE TABLE songs (name)")
    assert "another program" in faults(tmp_path / "other.db")[1][0]


def test_nothing_is_made_where_there_is_nothing(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no store"):
        faults(tmp_path / "none.db")
    assert list(tmp_path.iterdir()) == []


def test_what_is_written_meanwhile_waits_for_the_rows_of_one_scan_alone(
    path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a sweep that ran beside it would give up after half a minute: a large store takes longer to read."""
    ids = [f"scan-{number}" for number in range(4)]
    for name in ids:
        store.begin(Scan(name, BEGIN, ("10.0.0.0/24",), ("http",)))
        store.append(name, [Observation("10.0.0.1", "http", Outcome.SILENT, BEGIN)])
    readers = {table.name: (table, query, make) for table, query, make in check._READERS}
    table, query, make = readers["observations"]
    writer = Thread(target=store.append, args=(ids[0], [Observation("10.0.0.2", "http", Outcome.SILENT, BEGIN)]))
    seen: list[int] = []
    waits: list[bool] = []

    def beside(row: Row[Any]) -> object:
        seen.append(row.scan)
        if len(seen) == 1:
            writer.start()
        writer.join(2)  # for as long it waits while a scan is read; it has its turn before the next one
        waits.append(writer.is_alive())
        return make(row)

    monkeypatch.setattr(check, "_READERS", ((table, query, beside),))
    assert faults(path)[1] == []
    assert seen == [1, 2, 3, 4]
    assert not waits[-1]
