"""A store that somebody made to do harm is refused by one sentence: no traceback, no wait, nothing half taken."""

from __future__ import annotations

import json
import shlex
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support.command import camscan
from support.nights import night
from support.stores import keep_scan

from camscan.app.judging.criteria import criteria_of
from camscan.app.reporting.registering import update_register
from camscan.cli.db import db
from camscan.errors import StoreError, UsageError
from camscan.records import Scan, ScanStatus
from camscan.store.store import Store

DEEP = "[" * 100_000
FAR = 10**18
"""Microseconds after 1970: no year that there is."""


def run(hub: Path, *words: object) -> Result:
    return CliRunner().invoke(db, ["merge", "--db", str(hub), *map(str, words)], catch_exceptions=False)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store in which every table has something."""
    path = tmp_path_factory.mktemp("whole") / "leeds.db"
    with Store.open(path) as store:
        night(store, 0, {"10.0.0.1": 1}, site="leeds")
        night(store, 1, {}, site="leeds")
        update_register(store, criteria_of((), ()), lambda _: None)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "INSERT INTO states VALUES (1, 'leeds', 'x', '10.0.0.1', 'ticketed', 'Ann', 'CHG-1', 0, '[\"x\"]', '[]')"
        )
        connection.commit()
    return path


def altered(whole: Path, folder: Path, change: str, *values: object) -> Path:
    path = folder / "leeds.db"
    path.write_bytes(whole.read_bytes())
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute(change, values).rowcount
        connection.commit()
    return path


def nothing_is_in(hub: Path) -> bool:
    with Store.open(hub) as store:
        return not (store.scans() or store.states.changes() or store.register.entries())


SCANS = (
    ("targets", "{"),
    ("targets", DEEP),
    ("settings", DEEP),
    ("settings", "[]"),
    ("sent", '{"odd": 1}'),
    ("vantage", "[]"),
    ("status", "odd"),
    ("started_at", FAR),
    ("started_at", "noon"),
    ("finished_at", -FAR),
    ("site", b"\xff"),
)
CHOICES = ("[]", '{"core": 5}', '{"core": ["no network"]}', '{"expect_decoy": 5}', '{"expect_decoy": [5]}')
STATES = (("state", "odd"), ("names", DEEP), ("names", "[]"), ("at", FAR))


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [*(("scans", *one) for one in SCANS), *(("states", *one) for one in STATES), ("registered", "site", b"\xff")],
)
def test_what_camscan_does_not_write_is_told_before_anything_is_taken(
    whole: Path, tmp_path: Path, table: str, column: str, value: object
) -> None:
    leeds, hub = altered(whole, tmp_path, f"UPDATE {table} SET {column} = ?", value), tmp_path / "hub.db"  # noqa: S608
    with pytest.raises(StoreError, match=rf"^{leeds}: (row .+ of {table}|it) holds what this camscan does not write"):
        run(hub, leeds)
    assert not hub.exists()


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("scans", "settings", '{"choices": "' + DEEP + '"}'),
        ("scans", "sent", '{"packets": "many", "bytes": 0}'),
        *(("scans", "settings", json.dumps({"choices": choices})) for choices in CHOICES),
        ("observations", "fields", DEEP),
        ("observations", "fields", '{"http.server": 5}'),
        ("observations", "fields", '{"http.server": [5]}'),
        ("observations", "at", FAR),
        ("observations", "outcome", "odd"),
        ("observations", "port", "eighty"),
        ("observations", "port", 10**12),
        ("observations", "target", b"\xff"),
        ("observations", "raw", "text"),
        ("observations", "raw", bytes(9 << 20)),
        ("ledger", "channels", "? http"),
        ("ledger", "reasons", DEEP),
    ],
)
def test_of_a_scan_that_holds_it_nothing_is_here(
    whole: Path, tmp_path: Path, table: str, column: str, value: object
) -> None:
    leeds, hub = altered(whole, tmp_path, f"UPDATE {table} SET {column} = ?", value), tmp_path / "hub.db"  # noqa: S608
    with pytest.raises(
        StoreError, match=rf"^{leeds}: (row .+ of {table}|scan leeds-000) holds what this camscan does not write"
    ):
        run(hub, leeds)
    assert nothing_is_in(hub)


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("registered", "at", FAR),
        ("register", "state", "odd"),
        ("register", "first_seen", FAR),
        ("register_tracks", "text", DEEP),
        ("register_tracks", "text", "{}"),
    ],
)
def test_a_register_that_holds_it_is_not_taken(
    whole: Path, tmp_path: Path, table: str, column: str, value: object
) -> None:
    leeds, hub = altered(whole, tmp_path, f"UPDATE {table} SET {column} = ?", value), tmp_path / "hub.db"  # noqa: S608
    with pytest.raises(StoreError, match=rf"^{leeds}: row .+ of {table} holds what this camscan does not write"):
        run(hub, leeds)
    with Store.open(hub) as store:
        assert store.register.entries() == ()


def test_times_of_no_zone_are_none(whole: Path, tmp_path: Path) -> None:
    """Compared with others they would end every sweep and every `camscan status` from then on."""
    leeds = altered(whole, tmp_path, """UPDATE register_tracks SET text = replace(text, '+00:00"', '"')""")
    with pytest.raises(StoreError, match="row 1 of register_tracks holds what this camscan does not write"):
        run(tmp_path / "one.db", leeds)
    remembered = '{"scan": "leeds-001", "at": "2026-11-01T00:00:00", "good": "2026-11-01T00:00:00", "version": 1}'
    leeds = altered(whole, tmp_path, "INSERT INTO memories VALUES ('leeds', ?)", remembered)
    run(tmp_path / "two.db", leeds)
    with Store.open(tmp_path / "two.db") as store:
        assert store.outbox.memory("leeds") is None
        assert store.outbox.statuses() == {}


def test_the_name_of_a_site_is_no_command_where_the_remedy_is_copied(whole: Path, tmp_path: Path) -> None:
    hub, leeds = tmp_path / "hub.db", altered(whole, tmp_path, "UPDATE scans SET site = ?", "x'; reboot; '")
    with Store.open(hub) as store:
        night(store, 5, {}, site="x'; reboot; '")
    with pytest.raises(UsageError) as refused:
        run(hub, leeds)
    words = shlex.split(str(refused.value).partition("another name with ")[2].partition(", or")[0])
    assert words == ["--rename", "x'; reboot; '=NAME"]


ENDLESS = "WITH RECURSIVE more(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM more) SELECT n AS number FROM more"
HUGE = "ALTER TABLE observations ADD COLUMN huge BLOB GENERATED ALWAYS AS (zeroblob(900000000))"


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        (("DROP TABLE ledger", f"CREATE VIEW ledger AS {ENDLESS}"), "view ledger"),
        (("CREATE TRIGGER t AFTER UPDATE ON alembic_version BEGIN DELETE FROM scans; END",), "trigger t"),
        (("DROP TABLE ledger", "CREATE VIRTUAL TABLE ledger USING fts5(scan, target)"), "table ledger"),
        ((HUGE,), "column observations.huge"),
    ],
)
@pytest.mark.parametrize("older", [False, True])
def test_a_store_that_would_run_something_as_it_is_read_is_refused(
    whole: Path, tmp_path: Path, changes: tuple[str, ...], what: str, older: bool
) -> None:
    leeds = tmp_path / "leeds.db"
    leeds.write_bytes(whole.read_bytes())
    with closing(sqlite3.connect(leeds)) as connection:
        for change in (*changes, *(["UPDATE alembic_version SET version_num = '0000'"] if older else ())):
            connection.execute(change)
        connection.commit()
    with pytest.raises(StoreError, match=f"leeds.db was not made by camscan: it has a {what}, .* do not open it"):
        run(tmp_path / "hub.db", leeds)


def test_whom_to_ask_is_not_taken_from_another_store(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else who made it would say which networks are asked, public ones too, how fast, and which files are read."""
    leeds, hub, at = tmp_path / "leeds.db", tmp_path / "hub.db", datetime(2026, 11, 1, tzinfo=UTC)
    monkeypatch.setattr("camscan.app.planning.jobs.scope_of", lambda _: pytest.fail("its targets are read"))
    settings = {"choices": '{"allow_public": true}', "specs": "@/etc/passwd", "seed": "1"}
    with Store.open(leeds) as store:
        scan = Scan("5ca0", at, ("203.0.113.0/24",), ("http",), status=ScanStatus.INTERRUPTED, settings=settings)
        keep_scan(store, scan)
    run(hub, leeds)
    done = camscan(capsys, "scan", "--resume", "5ca0", "--db", str(hub))
    assert (done.returncode, done.stdout) == (2, "")
    assert "scan 5ca0 was merged from another store: resume it there, or start a new scan" in done.stderr


def test_what_somebody_has_added_for_himself_is_in_nobodys_way(whole: Path, tmp_path: Path) -> None:
    leeds, hub = tmp_path / "leeds.db", tmp_path / "hub.db"
    leeds.write_bytes(whole.read_bytes())
    with closing(sqlite3.connect(leeds)) as connection:
        connection.execute("CREATE VIEW dashboard AS SELECT count(*) FROM scans")
        connection.execute("CREATE TABLE notes (text, length AS (length(text)))")
        connection.commit()
    run(hub, leeds)
    with Store.open(hub) as store:
        assert len(store.scans()) == 2
