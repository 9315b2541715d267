"""On a PostgreSQL server a store holds what it holds in a file, for several hosts at once."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click import Command
from click.testing import CliRunner, Result
from sqlalchemy import Connection, create_engine, text
from support.listed import store_scan
from support.postgres import Postgres, eventually
from support.stores import new_scan, seen

from camscan.cli.db import db
from camscan.cli.devices import devices
from camscan.cli.report import report
from camscan.cli.state import state
from camscan.errors import StoreError
from camscan.records import LedgerEntry, Outcome, ScanStatus
from camscan.store import queries, register
from camscan.store import server as module
from camscan.store.locks import site_held
from camscan.store.outbox import Message
from camscan.store.registered import Entry, Mark
from camscan.store.sessionlocks import SessionLocks
from camscan.store.store import Store

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)

HOLDER = """
import sys
from datetime import UTC, datetime
from camscan.records import LedgerEntry, Outcome, Scan
from camscan.store.store import Store
store = Store.open(sys.argv[1])
store.begin(Scan(id="one", started_at=datetime.now(UTC), targets=(), channels=()))
store.append("one", [], [LedgerEntry("10.0.0.1", {"http": Outcome.ANSWERED})])
print("stored", flush=True)
sys.stdin.read()
"""


def invoke(command: Command, *words: str) -> Result:
    done = CliRunner().invoke(command, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done


def test_a_site_is_swept_by_one_host_at_a_time(url: str) -> None:
    with Store.open(url) as here, Store.open(url) as there:
        with site_held(here.locks, "hq") as other:
            assert other is None
            with site_held(there.locks, "hq") as holder, site_held(there.locks, "branch") as none:
                assert (holder, none) == ("another process, maybe on another host", None)
        with site_held(there.locks, "hq") as other:
            assert other is None


def test_an_alert_that_another_host_is_just_taking_is_not_taken_twice(url: str) -> None:
    message = Message("m", "hq", NOON, b"{}", "webhook")
    with Store.open(url) as store, ThreadPoolExecutor(1) as beside:
        store.outbox.remember("hq", "", [message])
        engine = create_engine(url)
        with engine.begin() as other:
            other.execute(text("SELECT * FROM outbox FOR UPDATE"))
            taking = beside.submit(store.outbox.take, "webhook", NOON, NOON + timedelta(hours=1), 10)
            with suppress(TimeoutError):
                taking.result(1)
        engine.dispose()
        assert taking.result(10) == ()
        assert store.outbox.take("webhook", NOON, NOON + timedelta(hours=1), 10) == (message,)


def test_a_scan_is_kept_as_it_came(url: str) -> None:
    rows = [seen("10.0.0.1", {"http.title": ("a\0b", "\udcff", "\\u0000", "海康")}, bytes(range(256)))]
    rows.append(replace(seen("fd00::1%eth0"), outcome=Outcome.GARBLED, reason="\0"))
    entries = [LedgerEntry(row.target, {"http": row.outcome}, {"http": "why\0"}) for row in rows]
    ended = replace(new_scan("one"), status=ScanStatus.COMPLETE, finished_at=NOON, notes=("\ud83d\ude00",))
    with Store.open(url) as store:
        store.begin(new_scan("one"))
        store.append("one", rows, entries)
        store.finish(ended)
    with Store.open(url) as store:
        assert store.scan("one") == ended
        assert list(store.observations("one")) == rows
        assert list(store.ledger("one")) == entries


@pytest.mark.parametrize("_again", range(3))
def test_many_may_find_an_empty_database_at_once(url: str, _again: int) -> None:
    together = threading.Barrier(4)

    def opened() -> int:
        together.wait()
        with Store.open(url) as store:
            return len(list(store.scans()))

    with ThreadPoolExecutor(4) as pool:
        found = [pool.submit(opened) for _ in range(4)]
        assert [one.result() for one in found] == [0, 0, 0, 0]


def test_a_scan_is_held_by_one_process(url: str) -> None:
    with Store.open(url) as theirs:
        with Store.open(url) as ours:
            ours.begin(new_scan("one"))
            assert theirs.scan("one").status is ScanStatus.RUNNING
            with pytest.raises(StoreError, match="scan one is still running in another process"):
                theirs.resume("one")
        assert theirs.scan("one").status is ScanStatus.INTERRUPTED
        assert theirs.resume("one").status is ScanStatus.RUNNING


def test_what_a_killed_process_was_told_is_stored_is_there(url: str) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLDER, url], stdin=-1, stdout=-1, text=True) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "stored\n"
        with Store.open(url) as store:
            assert store.scan("one").status is ScanStatus.RUNNING
            holder.kill()
            holder.wait()
            eventually(lambda: store.scan("one").status is ScanStatus.INTERRUPTED)
            assert [entry.target for entry in store.ledger("one")] == ["10.0.0.1"]
            store.resume("one")


def test_who_write_at_once_lose_nothing(url: str) -> None:
    def write(name: str) -> None:
        with Store.open(url) as store:
            store.begin(new_scan(name))
            for number in range(30):
                target = f"10.0.0.{number}"
                store.append(name, [seen(target)], [LedgerEntry(target, {"http": Outcome.ANSWERED})])

    names = ("one", "two", "three")
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(write, names))
    with Store.open(url) as store:
        assert [len(list(store.ledger(name))) for name in names] == [30, 30, 30]
        assert [len(list(store.observations(name))) for name in names] == [30, 30, 30]


def test_two_hosts_that_take_in_scans_of_a_site_at_once_do_not_make_devices_twice(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = Entry("hq", "SN-1", "10.0.0.1", "listed", (), NOON, NOON, "{}", ("serial 1",))
    put_all, puts, kept = register._put_all, [], []
    with Store.open(url) as here, Store.open(url) as there, ThreadPoolExecutor(1) as beside:
        before = here.register.standing("hq")

        def beside_another(connection: Connection, entries: Sequence[Entry]) -> None:
            puts.append(entries)
            if len(puts) == 1:
                kept.append(beside.submit(there.register.keep, Mark("b", "hq", NOON, ""), [entry], (), before))
                with suppress(TimeoutError):
                    kept[0].result(1)
            put_all(connection, entries)

        monkeypatch.setattr(register, "_put_all", beside_another)
        assert here.register.keep(Mark("a", "hq", NOON, ""), [entry], (), before)
        assert not kept[0].result(10)
        assert [one.address for one in here.register.entries()] == ["10.0.0.1"]


def test_a_restart_costs_nothing(server: Postgres, url: str) -> None:
    entries = [LedgerEntry(f"10.0.0.{number}", {"http": Outcome.SILENT}) for number in range(2)]
    with Store.open(url) as store, Store.open(url) as other:
        store.begin(new_scan("one"))
        store.append("one", [], entries[:1])
        server.stop()
        again = threading.Timer(1.0, server.start)
        again.start()
        store.append("one", [], entries[1:])
        again.join()
        assert other.scan("one").status is ScanStatus.RUNNING
        with pytest.raises(StoreError, match="still running in another process"):
            other.resume("one")
        store.finish(replace(new_scan("one"), status=ScanStatus.COMPLETE))
        assert list(other.ledger("one")) == entries


def test_what_was_being_stored_as_the_server_went_away_is_stored_once(
    server: Postgres, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_entries, tries = queries.replace_entries, []

    def as_it_goes(connection: Connection, entries: list[dict[str, Any]]) -> None:
        tries.append(entries)
        if len(tries) == 1:
            server.stop()
            server.start()
        replace_entries(connection, entries)

    monkeypatch.setattr(queries, "replace_entries", as_it_goes)
    rows, entries = [seen("10.0.0.1")], [LedgerEntry("10.0.0.1", {"http": Outcome.SILENT})]
    with Store.open(url) as store, Store.open(url) as other:
        store.begin(new_scan("one"))
        assert store.append("one", rows, entries) == 2
        with pytest.raises(StoreError, match="still running in another process"):
            other.resume("one")
        assert (list(store.observations("one")), list(store.ledger("one"))) == (rows, entries)


def test_what_was_committed_as_the_server_went_away_is_not_stored_again(
    server: Postgres, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_entries, tries = queries.replace_entries, []

    def committed(connection: Connection, entries: list[dict[str, Any]]) -> None:
        replace_entries(connection, entries)
        tries.append(entries)
        connection.connection.commit()
        server.stop()
        server.start()

    monkeypatch.setattr(queries, "replace_entries", committed)
    rows, entries = [seen("10.0.0.1")], [LedgerEntry("10.0.0.1", {"http": Outcome.SILENT})]
    with Store.open(url) as store:
        store.begin(new_scan("one"))
        assert store.append("one", rows, entries) == 2
        assert (list(store.observations("one")), list(store.ledger("one"))) == (rows, entries)
    assert len(tries) == 1


def test_a_server_that_stays_away_is_told_and_what_was_stored_is_kept(
    server: Postgres, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.5)
    entries = [LedgerEntry(f"10.0.0.{number}", {"http": Outcome.SILENT}) for number in range(2)]
    with Store.open(url) as store:
        store.begin(new_scan("one"))
        store.append("one", [], entries[:1])
        server.stop()
        try:
            with pytest.raises(StoreError, match=r"cannot be reached: .*: check that the server runs, and the URL"):
                store.append("one", [], entries[1:])
        finally:
            server.start()
    with Store.open(url) as store:
        assert list(store.ledger("one")) == entries[:1]
        assert store.resume("one").status is ScanStatus.RUNNING


def test_who_finds_its_scan_with_another_after_a_restart_stops(server: Postgres, url: str) -> None:
    with Store.open(url) as ours, Store.open(url) as theirs:
        ours.begin(new_scan("one"))
        server.stop()
        server.start()
        theirs.resume("one")
        with pytest.raises(StoreError, match="another process has taken the scan up meanwhile: let that one end it"):
            ours.append("one", [], [LedgerEntry("10.0.0.1", {"http": Outcome.SILENT})])
        assert list(theirs.ledger("one")) == []


def test_a_scan_can_be_ended_though_its_lock_is_gone(server: Postgres, url: str) -> None:
    with Store.open(url) as store:
        store.begin(new_scan("one"))
        server.stop()
        server.start()
        store.finish(replace(new_scan("one"), status=ScanStatus.COMPLETE))
    with Store.open(url) as store:
        assert store.scan("one").status is ScanStatus.COMPLETE


def test_locks_are_let_go(url: str) -> None:
    with Store.open(url) as one, Store.open(url) as other:
        ours, theirs = (SessionLocks(store.database) for store in (one, other))
        assert ours.acquire(3)
        assert ours.acquire(3)
        assert not theirs.acquire(3)
        theirs.release(3)
        assert theirs.is_held(3)
        ours.release(3)
        assert not ours.is_held(3)
        assert theirs.acquire(3)
        theirs.close()
        assert ours.acquire(3)
        ours.close()


@pytest.mark.parametrize(
    ("change", "said"),
    [(("@/camscan", "@/no"), 'database "no[0-9]+" does not exist'), (("host=/", "host=/no/"), "No such file or dir")],
)
def test_what_cannot_be_reached_is_told(url: str, change: tuple[str, str], said: str) -> None:
    with pytest.raises(StoreError, match=f"cannot be reached: .*{said}.*: check that the server runs, and the URL"):
        Store.open(url.replace(*change))


def test_a_user_without_rights_is_told_what_is_missing(url: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("DROP ROLE IF EXISTS guest"))
        connection.execute(text("CREATE ROLE guest LOGIN"))
    engine.dispose()
    with pytest.raises(StoreError, match="may not be used so by this user: let it own the database"):
        Store.open(url.replace("camscan@", "guest@"))


def test_the_database_of_another_program_is_left_alone(url: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CREATE TABLE bills (total int)"))
    engine.dispose()
    with pytest.raises(StoreError, match="is the database of another program: choose another"):
        Store.open(url)


def test_stores_in_files_and_on_servers_are_merged_both_ways(url: str, tmp_path: Path) -> None:
    probe, copy = tmp_path / "probe.db", tmp_path / "copy.db"
    store_scan(probe)
    invoke(state, "10.0.0.1", "ticketed", "--why", "CHG-1", "--db", str(probe))
    invoke(db, "merge", str(probe), "--db", url)
    invoke(db, "merge", str(probe), "--db", url)
    invoke(db, "merge", url, "--db", str(copy))
    exported = [invoke(db, "export", "--db", where).stdout for where in (str(probe), url, str(copy))]
    rows = [[line for line in lines.splitlines() if '"record":"scan"' not in line] for lines in exported]
    assert len(rows[0]) > 5
    assert rows[0] == rows[1] == rows[2]


def test_commands_say_the_same_of_a_server_and_of_a_file(url: str, tmp_path: Path) -> None:
    file = str(tmp_path / "camscan.db")
    store_scan(Path(file))
    invoke(db, "merge", file, "--db", url)
    for command in (devices, report):
        ours, theirs = (invoke(command, "--db", where, "--format", "csv").stdout for where in (file, url))
        assert ours.count("\n") > 2
        assert ours == theirs
    assert invoke(db, "check", "--db", url).exit_code == 0


def test_a_server_that_gives_no_reason_is_told_of_too() -> None:
    silent = type("OperationalError", (Exception,), {})("")
    assert (module.meaning(silent) or "").startswith("cannot be reached: no reason is given: check that")
