"""Devices of many scans are those that each scan gives by itself, whether kept, derived here or in other processes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import event
from support.listed import AT, answer
from support.stores import keep_scan

from camscan.app.judging import manyscans, workers
from camscan.app.judging.criteria import library
from camscan.app.judging.identifying import derived
from camscan.app.judging.keptdevices import basis
from camscan.app.judging.manyscans import merged_each, rederive
from camscan.errors import StoreError
from camscan.records import LedgerEntry, Outcome, Scan, ScanStatus
from camscan.store.derived import PackedDevices
from camscan.store.packed import in_parts
from camscan.store.store import Store

RULES = library()
SITES, HOSTS = 9, 4


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Nine scans of sites that use the same addresses; of the last of them nothing answered."""
    with Store.open(tmp_path / "c.db") as opened:
        for site in range(SITES):
            scan = Scan(f"scan{site}", AT, ("10.0.0.0/24",), ("http",), f"site{site}")
            hosts = range(HOSTS if site < SITES - 1 else 0)
            seen = [answer(f"10.0.0.{host}", "App-webs/", f"site {site}") for host in hosts]
            keep_scan(opened, scan, seen, [LedgerEntry("10.0.0.9", {"http": Outcome.SILENT})])
        yield opened


def asked(store: Store, beginning: str) -> list[str]:
    """The statements with this beginning from now on."""
    found: list[str] = []

    def noted(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith(beginning):
            found.append(statement)

    event.listen(store.database._engine, "before_cursor_execute", noted)
    return found


def writes(store: Store) -> list[str]:
    """The transactions that write from now on."""
    return asked(store, "BEGIN IMMEDIATE")


@pytest.mark.parametrize("processors", [1, 2])
def test_they_are_those_of_each_scan(store: Store, monkeypatch: pytest.MonkeyPatch, processors: int) -> None:
    monkeypatch.setattr(manyscans, "ALONE", 2)
    monkeypatch.setattr(manyscans, "CHUNK", HOSTS)
    monkeypatch.setattr(workers, "_processors", lambda: processors)
    scans = store.scans()
    expected = [derived(store.stored(scan.id), RULES) for scan in scans]
    assert len({repr(found) for found in expected}) == SITES
    written = writes(store)
    assert list(merged_each(store, scans, RULES)) == expected
    assert len(written) == 1, "those of all scans are kept at once"
    assert [store.derived.read(scan.id, basis(RULES)) for scan in scans] == expected
    monkeypatch.setattr(manyscans, "_packed", None)
    assert list(merged_each(store, scans, RULES)) == expected


@pytest.mark.parametrize("processors", [1, 2])
def test_what_is_brought_up_is_kept_and_nothing_else_is_derived(
    store: Store, monkeypatch: pytest.MonkeyPatch, processors: int
) -> None:
    monkeypatch.setattr(manyscans, "ALONE", 2)
    monkeypatch.setattr(manyscans, "CHUNK", HOSTS)
    monkeypatch.setattr(workers, "_processors", lambda: processors)
    scans = store.scans()
    list(merged_each(store, scans[:3], RULES))
    written, later = writes(store), time.monotonic() + 600
    assert list(rederive(store, scans, RULES, later)) == list(scans[3:])
    assert len(written) == 1
    expected = [derived(store.stored(scan.id), RULES) for scan in scans]
    assert [store.derived.read(scan.id, basis(RULES)) for scan in scans] == expected


def test_what_is_brought_up_before_the_end_comes_is_kept(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(100))
    monkeypatch.setattr("camscan.app.judging.manyscans.time", SimpleNamespace(monotonic=lambda: next(clock)))
    scans = store.scans()
    assert list(rederive(store, scans, RULES, 4)) == list(scans[:4])
    assert [store.derived.holds(scan.id, basis(RULES)) for scan in scans] == [True] * 4 + [False] * (SITES - 4)


def test_kept_and_new_ones_come_in_the_order_of_the_scans(store: Store) -> None:
    scans = store.scans()
    list(merged_each(store, scans[::2], RULES))
    assert list(merged_each(store, scans, RULES)) == [derived(store.stored(scan.id), RULES) for scan in scans]


def test_a_large_scan_is_parted_and_not_handed_over_as_a_whole(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manyscans, "SMALL", HOSTS - 1)
    monkeypatch.setattr(manyscans, "_packed", lambda _rules, stored: [] if not stored else pytest.fail("handed over"))
    scans = store.scans()
    assert list(merged_each(store, scans, RULES)) == [derived(store.stored(scan.id), RULES) for scan in scans]


def test_they_are_kept_some_scans_at_a_time(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manyscans, "AT_ONCE", 4)
    written = writes(store)
    list(merged_each(store, store.scans(), RULES))
    assert len(written) == 3


def test_a_store_that_cannot_be_written_is_read_all_the_same(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise StoreError("its disk is full")

    monkeypatch.setattr(store.derived, "keep", refuse)
    scans = store.scans()
    assert list(merged_each(store, scans, RULES)) == [derived(store.stored(scan.id), RULES) for scan in scans]


def test_what_is_still_running_is_not_kept(store: Store) -> None:
    scan = replace(store.scan("scan0"), id="now", status=ScanStatus.RUNNING, finished_at=None)
    store.begin(scan)
    store.append(scan.id, [answer("10.0.0.1", "App-webs/")])
    assert [len(found) for found in merged_each(store, [scan], RULES)] == [1]
    assert store.derived.read(scan.id, basis(RULES)) is None


def test_what_was_derived_is_kept_where_the_rest_is_not_asked_for(store: Store) -> None:
    scans = store.scans()
    some = merged_each(store, scans, RULES)
    next(some), next(some)
    some.close()
    assert [store.derived.read(scan.id, basis(RULES)) is None for scan in scans[:3]] == [False, False, True]


def test_what_was_derived_of_many_sites_is_kept_in_a_few_statements(store: Store) -> None:
    scans = store.scans()
    made = [
        PackedDevices(store.derived.extent(scan.id), in_parts(derived(store.stored(scan.id), RULES))) for scan in scans
    ]
    with Store.open(store.file) as fresh:
        statements = asked(fresh, "")
        fresh.derived.keep(made, "this basis")
        assert len(statements) <= 8
    expected = [derived(store.stored(scan.id), RULES) for scan in scans]
    assert [store.derived.read(scan.id, "this basis") for scan in scans] == expected


def test_each_site_takes_a_few_statements_however_many_there_are(store: Store) -> None:
    list(merged_each(store, store.scans(), RULES))
    with Store.open(store.file) as fresh:
        statements = asked(fresh, "SELECT")
        scans = fresh.newest_of_each_site()
        assert len(statements) == 2
        assert len(list(merged_each(fresh, scans, RULES))) == SITES
        assert len(statements) == 2 + 3 * SITES
        assert [len(list(fresh.ledger(scan.id))) for scan in scans] == [1] * SITES
        assert len(statements) == 2 + 4 * SITES
        assert not any("substr" in statement for statement in statements)
