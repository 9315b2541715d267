"""Whether a store is sound."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from camscan.errors import StoreError
from camscan.store import Store
from camscan.store.check import faults
from camscan.store.schema import REVISION


def to_revision(path: Path, text: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (text,))


def test_a_sound_store(path: Path, store: Store) -> None:
    assert faults(path) == (str(path), [])
    assert faults(f"sqlite:///{path}") == (str(path), [])


def test_an_older_schema_is_told_and_left(path: Path, store: Store) -> None:
    to_revision(path, "0001")
    assert faults(path)[1] == [f"it has schema 0001 of {REVISION}: any command that opens it brings it up to date"]
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
