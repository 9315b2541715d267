"""Migrations: from nothing, twice, cut off, and from the future."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from support.stores import keep_scan, make_older, new_scan

from camscan.errors import StoreError
from camscan.store import migrate
from camscan.store.schema import REVISION, metadata
from camscan.store.store import Store


def names(path: Path) -> set[str]:
    connection = sqlite3.connect(path)
    found = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    connection.close()
    return found


def test_an_empty_file_gets_todays_tables(path: Path) -> None:
    path.touch()
    Store.open(path).close()
    assert names(path) == {"alembic_version", *metadata.tables}


def test_todays_schema_needs_no_step(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Store.open(path).close()
    monkeypatch.setattr(migrate, "_run", None)
    monkeypatch.setattr(migrate, "_make", None)
    Store.open(path).close()


def test_an_empty_store_needs_no_alembic(path: Path) -> None:
    use = f"Store.open({str(path)!r}).close()"
    script = f"import sys; from camscan.store.store import Store; {use}; assert 'alembic' not in sys.modules"
    subprocess.run([sys.executable, "-c", script], check=True)


def test_cut_off_step_leaves_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make = migrate._make

    def cut_off(connection: Connection) -> None:
        make(connection)
        raise KeyboardInterrupt

    monkeypatch.setattr(migrate, "_make", cut_off)
    with pytest.raises(KeyboardInterrupt):
        Store.open(path)
    assert names(path) == set()
    monkeypatch.undo()
    Store.open(path).close()
    assert "observations" in names(path)


def test_step_that_another_process_took_is_not_taken_again(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    revisions = iter([None, REVISION])
    monkeypatch.setattr(migrate, "_revision", lambda *_: next(revisions))
    monkeypatch.setattr(migrate, "_run", None)
    monkeypatch.setattr(migrate, "_make", None)
    Store.open(path).close()


@pytest.mark.parametrize("version", [f"{int(REVISION) + 1:04}", "9999"])
def test_newer_schema_is_refused(path: Path, version: str) -> None:
    Store.open(path).close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (version,))
    connection.close()
    with pytest.raises(StoreError) as error:
        Store.open(path)
    assert str(error.value) == (
        f"{path} has schema {version}, which this camscan does not know (its own is {REVISION}): it was written by a "
        "newer one, or by one from before the first release: update camscan, or name another file"
    )


def test_an_older_store_takes_the_step_that_it_lacks(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store.open(path) as store:
        keep_scan(store, new_scan("old"))
    make_older(path, tmp_path, monkeypatch)
    with Store.open(path) as store:
        assert store.scan().id == "old"
        store.outbox.remember("hq", "", status="shown")
        assert store.outbox.statuses() == {"hq": "shown"}


def test_a_step_that_is_cut_off_leaves_the_older_schema(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Store.open(path).close()
    make_older(path, tmp_path, monkeypatch)
    run = migrate._run

    def cut_off(connection: Connection, found: str) -> None:
        run(connection, found)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(migrate, "_run", cut_off)
        with pytest.raises(KeyboardInterrupt):
            Store.open(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("0000",)]
    assert "statuses" not in names(path)
    Store.open(path).close()
    assert "statuses" in names(path)


def test_steps_are_loaded_from_the_package() -> None:
    assert ScriptDirectory(migrate.STEPS, version_locations=[migrate.STEPS]).get_heads() == [REVISION]
