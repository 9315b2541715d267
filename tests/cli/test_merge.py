"""`camscan db merge`: nothing is lost, mixed or half done, whatever happens on the way."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from support.nights import BEGIN, night
from support.schemas import validator
from support.stores import keep_scan, make_older
from support.world import World, camera, configured

from camscan.app.archiving import merging
from camscan.app.judging import criteria
from camscan.app.reporting import statements
from camscan.app.reporting.registering import update_register
from camscan.app.sweeping import alerting
from camscan.app.sweeping.pastsweeps import marked, remembered, sweeps_of
from camscan.cli.db import db
from camscan.cli.evidence import evidence
from camscan.cli.import_ import import_
from camscan.cli.sweep import sweep
from camscan.cli.terminal.exits import Exit
from camscan.errors import EvidenceError, StoreError, UsageError
from camscan.identify.library import Library
from camscan.policy import Policy
from camscan.records import LedgerEntry, Observation, Scan, ScanStatus
from camscan.scansettings import MERGED, MERGING
from camscan.store import merge, sqlite
from camscan.store.store import Store
from camscan.summaries import State
from camscan.sweeps import memory as memories

ONE, TWO = "10.0.0.1", "10.0.0.2"


def _unheard(_text: str) -> None:
    """Nobody listens."""


@pytest.fixture(scope="module")
def lists() -> tuple[Policy, ...]:
    return criteria.chosen_policies(())


@pytest.fixture
def hub(tmp_path: Path) -> Path:
    """The store that others are taken into."""
    return tmp_path / "hub.db"


def probe(path: Path, site: str | None, nights: int = 2, first: int = 0) -> Path:
    """A store with some scans of a site."""
    with Store.open(path) as store:
        for number in range(first, first + nights):
            night(store, number, {ONE: 1, TWO: 2}, site=site)
    return path


def run(hub: Path, *words: object) -> Result:
    return CliRunner().invoke(db, ["merge", "--db", str(hub), *map(str, words)], catch_exceptions=False)


def document(hub: Path, *words: object) -> Any:
    found = json.loads(run(hub, *words, "--format", "json", "--quiet").stdout)
    validator("camscan-merge-1").validate(found)
    return found


def held(path: Path) -> dict[str, tuple[Scan, list[Observation], list[LedgerEntry]]]:
    """All that a store holds of its scans, without that they were taken from another."""
    with Store.open(path) as store:
        return {
            scan.id: (bare(scan), list(store.observations(scan.id)), list(store.ledger(scan.id)))
            for scan in store.scans()
        }


def bare(scan: Scan) -> Scan:
    return replace(scan, settings={name: text for name, text in scan.settings.items() if name != MERGED})


def test_all_of_every_scan_is_taken_and_the_other_store_stays_as_it_is(hub: Path, tmp_path: Path) -> None:
    leeds, york = probe(tmp_path / "leeds.db", "leeds"), probe(tmp_path / "york.db", "york", 3)
    before = leeds.read_bytes()
    done = run(hub, leeds, york)
    assert done.exit_code == Exit.DONE
    assert held(hub) == held(leeds) | held(york)
    assert leeds.read_bytes() == before
    with Store.open(hub) as store:
        assert all(scan.settings[MERGED].endswith(f"from {scan.site}.db") for scan in store.scans())


def test_what_is_here_is_left_out_and_what_is_new_is_taken(hub: Path, tmp_path: Path) -> None:
    leeds = probe(tmp_path / "leeds.db", "leeds")
    run(hub, leeds)
    before = hub.read_bytes()
    [site] = document(hub, leeds)["stores"][0]["sites"]
    assert (site["taken"], site["known"], site["observations"]) == (0, 2, 0)
    assert hub.read_bytes() == before
    probe(leeds, "leeds", nights=1, first=2)
    [site] = document(hub, leeds)["stores"][0]["sites"]
    assert (site["taken"], site["known"], site["observations"]) == (1, 2, 2)
    assert held(hub) == held(leeds)


def test_the_table_holds_what_is_new(hub: Path, tmp_path: Path) -> None:
    leeds, york = probe(tmp_path / "leeds.db", "leeds"), probe(tmp_path / "york.db", "york", 3)
    run(hub, leeds)
    done = run(hub, leeds, york)
    assert [line.split()[1:] for line in done.stdout.splitlines()[1:]] == [["york", "york", "3", "0", "0", "6", "0"]]
    assert done.stderr == f"{leeds}: of 1 site everything is here already.\n"
    Store.open(tmp_path / "empty.db").close()
    assert run(hub, tmp_path / "empty.db").stderr == f"{tmp_path / 'empty.db'}: nothing is stored there.\n"


def test_a_dry_run_says_the_same_and_makes_nothing(hub: Path, tmp_path: Path) -> None:
    leeds = probe(tmp_path / "leeds.db", "leeds")
    told = document(hub, leeds, "--dry-run")
    assert not hub.exists()
    assert told == document(hub, leeds) | {"dry_run": True}
    probe(leeds, "leeds", nights=1, first=2)
    before = hub.read_bytes()
    told = document(hub, leeds, "--dry-run")
    assert hub.read_bytes() == before
    assert told == document(hub, leeds) | {"dry_run": True}


@pytest.mark.parametrize("site", ["office", None])
def test_places_that_nothing_shows_to_be_one_are_not_mixed(hub: Path, tmp_path: Path, site: str | None) -> None:
    first, second = probe(tmp_path / "a.db", site), tmp_path / "b.db"
    with Store.open(second) as store:
        keep_scan(store, Scan("b-0", BEGIN, ("10.0.0.0/24",), ("sadp",), site))
    with pytest.raises(UsageError, match=r"another store has (scans without a site|a site office) too, and nothing"):
        run(hub, first, second)
    assert held(hub) == {}
    run(hub, first)
    before = hub.read_bytes()
    with pytest.raises(UsageError, match=r"give it (a name with --site NAME|another name with --rename office=NAME)"):
        run(hub, second)
    assert hub.read_bytes() == before
    other = ("--rename", "office=leeds") if site else ("--site", "leeds")
    [told] = document(hub, second, *other)["stores"][0]["sites"]
    assert (told["called"], told["site"], told["taken"]) == (site, "leeds", 1)
    with Store.open(hub) as store:
        assert {scan.id: scan.site for scan in store.scans(None)}["b-0"] == "leeds"


def test_once_named_a_site_keeps_its_name_here(hub: Path, tmp_path: Path) -> None:
    first, second = probe(tmp_path / "a.db", "office"), tmp_path / "b.db"
    with Store.open(second) as store:
        night(store, 0, {ONE: 7}, site=None)
    run(hub, first)
    run(hub, second, "--site", "leeds")
    with Store.open(second) as store:
        night(store, 1, {ONE: 7}, site=None)
    [told] = document(hub, second)["stores"][0]["sites"]
    assert (told["site"], told["taken"], told["known"]) == ("leeds", 1, 1)
    with pytest.raises(UsageError, match="scans of no site are here already, as site leeds"):
        run(hub, second, "--site", "york")


def test_two_copies_of_one_store_are_of_one_place(hub: Path, tmp_path: Path) -> None:
    old = probe(tmp_path / "old.db", "office")
    new = tmp_path / "new.db"
    shutil.copy(old, new)
    probe(new, "office", nights=1, first=2)
    run(hub, old, new)
    assert held(hub) == held(new)


def test_the_user_may_say_that_it_is_one_place(hub: Path, tmp_path: Path) -> None:
    first, second = probe(tmp_path / "a.db", "office"), probe(tmp_path / "b.db", "office", first=2)
    run(hub, first, second, "--same-sites")
    assert held(hub) == held(first) | held(second)


def test_a_site_that_is_nowhere_is_not_renamed(hub: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing to be merged is from site offcie"):
        run(hub, probe(tmp_path / "a.db", "office"), "--rename", "offcie=leeds")
    with pytest.raises(UsageError, match="lacks the new name"):
        run(hub, tmp_path / "a.db", "--rename", "office=")


def test_a_running_scan_is_left_there_and_taken_when_it_has_ended(hub: Path, tmp_path: Path) -> None:
    leeds = probe(tmp_path / "leeds.db", "leeds")
    with Store.open(leeds) as store:
        store.begin(scan := Scan("now", BEGIN + timedelta(days=9), ("10.0.0.0/24",), ("sadp",), "leeds"))
        done = run(hub, leeds)
        assert done.exit_code == Exit.INCOMPLETE
        assert f"{leeds}: scan now is not complete there: merge again when it has ended.\n" in done.stderr
        store.finish(replace(scan, finished_at=scan.started_at, status=ScanStatus.COMPLETE))
    assert run(hub, leeds).exit_code == Exit.DONE
    assert held(hub) == held(leeds)


def test_a_site_that_comes_to_be_meanwhile_waits_for_the_next_time(
    hub: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leeds, real = probe(tmp_path / "leeds.db", "leeds"), merging.map_sites

    def placed(*given: Any) -> Any:
        sites = real(*given)
        probe(leeds, "york")
        return sites

    monkeypatch.setattr(merging, "map_sites", placed)
    assert set(held_sites(hub, leeds)) == {"leeds"}
    monkeypatch.undo()
    assert set(held_sites(hub, leeds)) == {"leeds", "york"}


def held_sites(hub: Path, other: Path) -> list[str | None]:
    assert run(hub, other).exit_code == Exit.DONE
    return [scan.site for scan, _, _ in held(hub).values()]


def test_a_scan_that_was_cut_short_and_went_on_is_completed(hub: Path, tmp_path: Path) -> None:
    leeds = tmp_path / "leeds.db"
    with Store.open(leeds) as store:
        scan = night(store, 0, {ONE: 1}, site="leeds", status=ScanStatus.INTERRUPTED)
    run(hub, leeds)
    with Store.open(leeds) as store:
        store.resume(scan.id)
        seen = list(store.observations(scan.id))
        late = [replace(one, target=target) for one in seen for target in (ONE, "10.0.0.0")]
        store.append(scan.id, late, [LedgerEntry(TWO, {"sadp": late[0].outcome})])
        store.finish(replace(scan, status=ScanStatus.COMPLETE, finished_at=BEGIN + timedelta(hours=2)))
    [site] = document(hub, leeds)["stores"][0]["sites"]
    assert (site["taken"], site["observations"]) == (1, 2)
    assert held(hub) == held(leeds)


def test_another_scan_of_the_same_id_is_told_and_neither_is_touched(hub: Path, tmp_path: Path) -> None:
    first, second = probe(tmp_path / "a.db", "office", nights=1), tmp_path / "b.db"
    with Store.open(second) as store:
        keep_scan(store, Scan("office-000", BEGIN - timedelta(days=1), (), (), "office"))
    run(hub, first)
    before = hub.read_bytes()
    done = run(hub, second)
    assert done.exit_code == Exit.INCOMPLETE
    assert "scan office-000 differs from the scan here with the same ID, which stays as it is" in done.stderr
    assert hub.read_bytes() == before


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches so small that a scan takes several."""
    monkeypatch.setattr(merge, "_ROWS", 5)


def large(path: Path) -> Path:
    with Store.open(path) as store:
        night(store, 0, {f"10.0.0.{number}": number for number in range(1, 12)}, site="leeds")
        night(store, 1, {ONE: 1}, site="leeds")
    return path


def killed_at(hub: Path, other: Path, write: int) -> bool:
    """Merge in a process that ends, without another word, in its `write`th transaction; whether it came so far."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    from camscan.store.engine import Database  # noqa: PLC0415

    begun, writing = 0, Database.writing

    def counted(database: Database) -> Any:
        nonlocal begun
        begun += 1
        context = writing(database)
        if begun == write:
            connection = context.__enter__()
            connection.exec_driver_sql("PRAGMA user_version = 7")
            os._exit(9)
        return context

    Database.writing = counted  # type: ignore[method-assign, assignment]
    try:
        run(hub, other)
    finally:
        os._exit(0)


@pytest.mark.usefixtures("small")
def test_killed_in_any_transaction_the_next_time_does_the_rest(tmp_path: Path) -> None:
    leeds = large(tmp_path / "leeds.db")
    with Store.open(leeds) as store:
        update_register(store, criteria.Criteria(criteria.library()), _unheard)
    whole, write = held(leeds), 0
    while killed_at(hub := tmp_path / f"hub{write}.db", leeds, write := write + 1):
        for scan in held(hub).values():
            half = scan[0].status is ScanStatus.INTERRUPTED and MERGING in scan[0].settings
            assert half or scan == whole[scan[0].id]
        assert run(hub, leeds).exit_code == Exit.DONE
        assert held(hub) == whole
        assert registered(hub) == registered(leeds)
    assert write > 8


@pytest.mark.usefixtures("small")
def test_a_half_of_what_is_no_longer_there_is_taken_anew(tmp_path: Path) -> None:
    leeds, hub = large(tmp_path / "leeds.db"), tmp_path / "hub.db"
    assert killed_at(hub, leeds, 4)
    with Store.open(hub) as store, pytest.raises(StoreError, match="half taken from another store"):
        store.resume("leeds-000")
    with Store.open(leeds) as store:
        store.thin("leeds-000", {"10.0.0.9"}, BEGIN)
    assert run(hub, leeds).exit_code == Exit.DONE
    assert held(hub) == held(leeds)


@pytest.mark.usefixtures("small")
def test_on_a_full_disk_nothing_is_half_done(hub: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    leeds = large(tmp_path / "leeds.db")
    with closing(sqlite3.connect(leeds)) as connection:
        connection.execute("UPDATE observations SET raw = zeroblob(20000)")
        connection.commit()
    Store.open(hub).close()
    pages = hub.stat().st_size // 4096 + 30
    monkeypatch.setattr(sqlite, "PRAGMAS", (*sqlite.PRAGMAS, f"max_page_count={pages}"))
    with pytest.raises(StoreError, match=r"hub\.db cannot grow, its disk is full: free some space"):
        run(hub, leeds)
    monkeypatch.undo()
    assert held(hub) == {}
    run(hub, leeds)
    assert held(hub) == held(leeds)


def test_what_is_no_store_is_refused_before_anything_is_taken(hub: Path, tmp_path: Path) -> None:
    good = probe(tmp_path / "good.db", "leeds")
    for name, why in {
        "newer.db": "written by a newer one, or by one from before",
        "foreign.db": "is the database of another program",
        "text.db": "is not a camscan database",
        "missing.db": "cannot be read: No such file",
    }.items():
        other = made(tmp_path / name)
        with pytest.raises((StoreError, UsageError), match=why):
            run(hub, good, other)
        assert not hub.exists()


def made(path: Path) -> Path:
    if path.stem == "text":
        path.write_text("no store\n" * 1000)
    elif path.stem != "missing":
        if path.stem == "newer":
            probe(path, "york")
        with closing(sqlite3.connect(path)) as connection:
            change = "UPDATE alembic_version SET version_num = '9999'"
            connection.execute(change if path.stem == "newer" else "CREATE TABLE things (name)")
            connection.commit()
    return path


def test_a_row_that_camscan_does_not_write_ends_it_and_its_scan_is_not_half_here(hub: Path, tmp_path: Path) -> None:
    leeds = large(tmp_path / "leeds.db")
    with closing(sqlite3.connect(leeds)) as connection:
        connection.execute("UPDATE observations SET fields = '{' WHERE target = '10.0.0.9'")
        connection.commit()
    with pytest.raises(StoreError, match=r"leeds\.db: row 9 of observations holds what this camscan does not write"):
        run(hub, leeds)
    assert held(hub) == {}


@pytest.mark.parametrize("setting", ['{"origin": "satellite"}', '{"choices": "{"}'])
def test_a_scan_that_every_look_would_stumble_over_is_not_taken(hub: Path, tmp_path: Path, setting: str) -> None:
    leeds = probe(tmp_path / "leeds.db", "leeds")
    with closing(sqlite3.connect(leeds)) as connection:
        connection.execute("UPDATE scans SET settings = ? WHERE id = 'leeds-001'", (setting,))
        connection.commit()
    with pytest.raises(StoreError, match=r"leeds\.db: scan leeds-001 holds what this camscan does not write"):
        run(hub, leeds)
    assert set(held(hub)) == {"leeds-000"}


def test_a_damaged_store_is_told_and_its_scan_is_not_half_here(hub: Path, tmp_path: Path) -> None:
    leeds = tmp_path / "leeds.db"
    with Store.open(leeds) as store:
        night(store, 0, {ONE: 1}, site="leeds")
        scan = night(store, 1, {}, site="leeds")
        store.append(
            scan.id,
            [replace(next(store.observations("leeds-000")), raw=bytes(90_000), target=f"10.0.1.{n}") for n in range(9)],
        )
    data = bytearray(leeds.read_bytes())
    at = data.rindex(b"10.0.1.8sadp") & ~4095
    data[at : at + 64] = b"\xff" * 64
    leeds.write_bytes(data)
    with pytest.raises(StoreError, match=r"leeds\.db is damaged: restore a copy of it"):
        run(hub, leeds)
    assert set(held(hub)) == {"leeds-000"}


def test_an_older_store_is_read_without_being_changed(
    hub: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = probe(tmp_path / "old.db", "leeds", nights=1)
    Store.open(hub).close()
    make_older(old, tmp_path, monkeypatch)
    before = old.read_bytes()
    run(hub, old)
    assert old.read_bytes() == before
    assert set(held(hub)) == {"leeds-000"}


def test_a_store_is_not_taken_into_itself(hub: Path, tmp_path: Path) -> None:
    probe(hub, "leeds")
    (tmp_path / "link.db").symlink_to(hub)
    with pytest.raises(UsageError, match="is the store to merge into"):
        run(hub, tmp_path / "link.db")


def registered(path: Path) -> list[Any]:
    with Store.open(path) as store:
        return [replace(entry, number=None) for entry in store.register.entries()]


def say(path: Path, rules: Library, state: State, why: str, who: str) -> None:
    """Say of the first camera of Leeds."""
    with Store.open(path) as store:
        entry = statements.find_device(store, ONE, "leeds")
        statements.record_state(store, entry, statements.Statement(state, why, who, 1), rules, print)


def test_the_register_is_taken_as_it_is_and_what_was_said_with_it(
    hub: Path, tmp_path: Path, rules: Library, lists: tuple[Policy, ...]
) -> None:
    leeds = probe(tmp_path / "leeds.db", "leeds", nights=3)
    with Store.open(leeds) as store:
        update_register(store, criteria.Criteria(rules, lists), _unheard)
        store.thin("leeds-000", (), BEGIN)  # what it has shown is known to the register alone
    say(leeds, rules, State.TICKETED, "CHG-1", "Ann")
    [site] = document(hub, leeds, "--rename", "leeds=leeds-1")["stores"][0]["sites"]
    assert (site["taken"], site["statements"], site["disputes"]) == (2, 1, [])
    found = registered(hub)
    assert found == [replace(entry, site="leeds-1") for entry in registered(leeds)]
    assert {entry.state for entry in found} == {State.FOUND, State.TICKETED}
    with Store.open(hub) as store:
        assert store.register.due() == ()
        assert statements.find_device(store, TWO, "leeds-1").first_seen == BEGIN + timedelta(hours=1)
        entry = statements.find_device(store, ONE, "leeds-1")
        assert [one.why for one in statements.history(store, entry)] == ["CHG-1"]
    assert document(hub, leeds)["stores"][0]["sites"][0]["statements"] == 0


def test_of_two_statements_the_later_counts_and_both_are_told(
    hub: Path, tmp_path: Path, rules: Library, lists: tuple[Policy, ...]
) -> None:
    leeds = probe(tmp_path / "leeds.db", "leeds")
    with Store.open(leeds) as store:
        update_register(store, criteria.Criteria(rules, lists), _unheard)
    run(hub, leeds)
    say(leeds, rules, State.TICKETED, "CHG-1", "Ann")
    say(hub, rules, State.EXEMPT, "a museum piece", "Bob")
    done = run(hub, leeds)
    assert "is exempt (Bob, " in done.stderr
    assert ", no longer ticketed (Ann, " in done.stderr
    assert {entry.state for entry in registered(hub)} == {State.FOUND, State.EXEMPT}
    say(leeds, rules, State.CONFIRMED, "looked at it", "Ann")
    [site] = document(hub, leeds)["stores"][0]["sites"]
    [dispute] = site["disputes"]
    assert (dispute["earlier"]["state"], dispute["later"]["state"]) == ("exempt", "confirmed")
    assert {entry.state for entry in registered(hub)} == {State.FOUND, State.CONFIRMED}


def test_what_was_removed_at_one_site_and_stands_at_another_has_returned(
    hub: Path, tmp_path: Path, rules: Library, lists: tuple[Policy, ...]
) -> None:
    leeds, york = tmp_path / "leeds.db", probe(tmp_path / "york.db", "york", first=9_999)
    with Store.open(leeds) as store:
        night(store, 0, {ONE: 1}, site="leeds")
        night(store, 1, {TWO: 2}, silent=(ONE,), site="leeds")
    for path in (leeds, york):
        with Store.open(path) as store:
            update_register(store, criteria.Criteria(rules, lists), _unheard)
    say(leeds, rules, State.REMOVED, "taken down", "Ann")
    run(hub, york, leeds)
    assert {(entry.site, entry.address): entry.state for entry in registered(hub)} == {
        ("leeds", ONE): State.REMOVED,
        ("leeds", TWO): State.FOUND,
        ("york", ONE): State.RETURNED,
        ("york", TWO): State.FOUND,
    }


def remember(path: Path, scan: str, day: int) -> None:
    memory = memories.Memory(scan=scan, at=BEGIN + timedelta(days=day))
    with Store.open(path) as store:
        store.outbox.remember("leeds", memories.dump(memory))


def what_is_remembered(path: Path) -> str:
    with Store.open(path) as store:
        return remembered(store, "leeds").scan


def test_what_sweeps_remember_is_taken_where_it_goes_on_from_what_is_here(hub: Path, tmp_path: Path) -> None:
    leeds = probe(tmp_path / "leeds.db", "leeds", nights=3)
    remember(leeds, "leeds-001", 1)
    run(hub, leeds)
    assert what_is_remembered(hub) == "leeds-001"
    remember(leeds, "leeds-002", 2)
    run(hub, leeds)
    assert what_is_remembered(hub) == "leeds-002"
    remember(hub, "its own sweep", 1)
    run(hub, leeds)
    assert what_is_remembered(hub) == "its own sweep"


def test_sweeps_that_were_taken_stand_among_those_made_here_by_their_time(hub: Path, tmp_path: Path) -> None:
    leeds = tmp_path / "leeds.db"
    for path, numbers in ((leeds, (0, 2)), (hub, (1, 3))):
        with Store.open(path) as store:
            for number in numbers:
                keep_scan(store, marked(Scan(f"s{number}", BEGIN + timedelta(days=number), (), (), "leeds")))
    run(hub, leeds, "--same-sites")
    with Store.open(hub) as store:
        assert [scan.id for scan in sweeps_of(store, "leeds")] == ["s3", "s2", "s1", "s0"]


@pytest.fixture(autouse=True)
def untold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alerting.Dispatcher, "deliver", lambda _: None)  # what is to be told stays


def swept(folder: Path, nights: int = 1) -> Path:
    """The store of a site that was swept."""
    folder.mkdir(exist_ok=True)
    config = configured(folder, WEBHOOK)
    (folder / "secret").write_text("a secret that is long enough")
    (folder / "secret").chmod(0o600)
    for _ in range(nights):
        assert CliRunner().invoke(sweep, ["--config", str(config)]).exit_code in {0, 4}
    return folder / "c.db"


WEBHOOK = """
[notify]
webhook = "http://127.0.0.1:9"
allow_private = true
secret_file = "secret"
timeout = "1s"
"""


def test_of_sweeps_that_were_taken_nothing_is_told_again(tmp_path: Path, world: World) -> None:
    hub, probe_store = swept(tmp_path / "hub"), swept(tmp_path / "probe", nights=2)
    world.answers["10.0.0.9"] = camera(9)
    swept(tmp_path / "probe")
    del world.answers["10.0.0.9"]
    run(hub, probe_store, "--same-sites")
    with Store.open(hub) as store:
        assert len(store.outbox.waiting()) == 1
    swept(tmp_path / "hub")
    with Store.open(hub) as store:
        assert len(store.outbox.waiting()) == 1, "the site is as this store saw it before"
        assert len(sweeps_of(store, "hq")) == 5


def test_a_new_store_goes_on_where_the_old_one_ended(tmp_path: Path, world: World) -> None:
    old, new = swept(tmp_path / "old", nights=2), tmp_path / "new" / "c.db"
    new.parent.mkdir()
    run(new, old)
    world.answers["10.0.0.9"] = camera(9)
    swept(new.parent)
    with Store.open(new) as store:
        assert len(store.outbox.waiting()) == 1
        assert [len(track.covered) for track in remembered(store, "hq").tracks] == [3] * 5 + [1]


def test_a_sweep_of_another_probe_that_was_cut_short_is_not_gone_on_with(tmp_path: Path, world: World) -> None:
    world.cut_after = 3
    cut = swept(tmp_path / "probe")
    world.cut_after = None
    hub = tmp_path / "hub" / "c.db"
    hub.parent.mkdir()
    run(hub, cut)
    swept(hub.parent)
    with Store.open(hub) as store:
        assert [scan.status for scan in store.scans("hq")] == [ScanStatus.COMPLETE, ScanStatus.INTERRUPTED]


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    leeds, key = probe(tmp_path / "leeds.db", "leeds", nights=1), tmp_path / "evidence.key"
    for words in (["keygen", "-o", key], ["export", "--db", leeds, "-o", tmp_path / "bundle.zip", "--key", key]):
        assert CliRunner().invoke(evidence, [*map(str, words)]).exit_code == 0
    return tmp_path / "bundle.zip"


def test_a_bundle_that_holds_is_taken_like_a_store(hub: Path, tmp_path: Path, bundle: Path) -> None:
    done = run(hub, bundle)
    assert "anybody can sign: give --key" in done.stderr
    [(scan, seen, entries)] = held(hub).values()
    [(there, seen_there, entries_there)] = held(tmp_path / "leeds.db").values()
    assert (scan, entries) == (there, entries_there)
    assert [replace(one, fields={}) for one in seen] == [replace(one, fields={}) for one in seen_there]
    assert document(hub, bundle, "--key", tmp_path / "evidence.key.pub")["stores"][0]["sites"][0]["known"] == 1


def test_what_is_unclear_of_a_bundle_is_told_by_its_own_name(hub: Path, tmp_path: Path, bundle: Path) -> None:
    run(hub, probe(tmp_path / "other.db", "leeds", nights=1, first=5))
    with pytest.raises(UsageError, match=f"^{bundle}: another store has a site leeds too"):
        run(hub, bundle)


def test_that_a_key_says_nothing_of_a_store_is_told(hub: Path, tmp_path: Path, bundle: Path) -> None:
    done = run(hub, bundle, tmp_path / "leeds.db", "--key", tmp_path / "evidence.key.pub")
    [told] = [line for line in done.stderr.splitlines() if "was not checked" in line]
    assert told == f"{tmp_path}/leeds.db was not checked against the key, as nobody signs a store: ask for a bundle."


def test_a_bundle_that_does_not_hold_is_refused(hub: Path, bundle: Path) -> None:
    with pytest.raises(EvidenceError, match=r"was not merged, because it fails verification: key\.pem: is key"):
        run(hub, bundle, "--key", "0" * 64)
    data = bytearray(bundle.read_bytes())
    data[len(data) // 2] ^= 1
    bundle.write_bytes(data)
    with pytest.raises(EvidenceError, match="was not merged, because it fails verification"):
        run(hub, bundle)
    assert not hub.exists()


def test_import_says_where_a_bundle_goes(hub: Path, bundle: Path) -> None:
    done = CliRunner().invoke(import_, [str(bundle), "--db", str(hub)])
    assert isinstance(done.exception, UsageError)
    assert "and `camscan db merge` takes it into the store" in str(done.exception)
