"""Asking for few scans reads few, however many there are."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Row, Select
from sqlalchemy.dialects import sqlite
from support.stores import new_scan

from camscan.errors import UsageError
from camscan.records import Origin, Scan, ScanStatus
from camscan.store import queries, rows
from camscan.store import store as store_module
from camscan.store.store import Store

SITES, SWEEPS = 5, 4


@pytest.fixture
def filled(store: Store) -> Store:
    """Five sites with four scans each, of which the newest of the first was imported; and one scan of no site."""
    for number in range(SITES * SWEEPS):
        site, sweep = number % SITES, number // SITES
        settings = {"origin": Origin.IMPORT} if (site, sweep) == (0, SWEEPS - 1) else {}
        scan = new_scan(f"{sweep}-{site}")
        at = scan.started_at + timedelta(days=sweep, minutes=site)
        store.begin(replace(scan, site=f"site{site}", started_at=at, settings=settings))
    store.begin(replace(new_scan("nowhere"), site=None))
    return store


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The scans of which a record was made."""
    names: list[str] = []
    to_scan = rows.to_scan

    def noted(row: Row[tuple[object, ...]], status: ScanStatus) -> Scan:
        names.append(row.id)
        return to_scan(row, status)

    monkeypatch.setattr(store_module, "to_scan", noted)
    return names


def plan(path: Path, query: Select[tuple[object, ...]]) -> str:
    text = str(query.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))
    with closing(sqlite3.connect(path)) as connection:
        return "; ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {text}"))


def test_the_scans_of_one_site_are_found_by_an_index(filled: Store, path: Path) -> None:
    assert plan(path, queries.newest_first("site1")).startswith("SEARCH scans USING INDEX scans_by_site (site=?)")
    assert [scan.id for scan in filled.scans("site1")] == ["3-1", "2-1", "1-1", "0-1"]
    assert [scan.id for scan in filled.scans("site1", as_stored=True)] == ["3-1", "2-1", "1-1", "0-1"]


def test_the_newest_is_asked_for_without_the_others(
    filled: Store, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "PAGE", 2)
    newest = filled.newest()
    assert [next(newest).id for _ in range(2)] == made == ["3-4", "3-3"]
    assert [scan.id for scan in newest] == [scan.id for scan in filled.scans()][2:]


def test_of_each_site_one_record_is_made(filled: Store, made: list[str]) -> None:
    assert [scan.id for scan in filled.newest_of_each_site()] == ["3-4", "3-3", "3-2", "3-1", "2-0", "nowhere"]
    assert len(made) == SITES + 1


def test_a_scan_by_a_clock_that_was_ahead_is_not_the_latest_until_that_time(filled: Store) -> None:
    """Else every command would show it for years: nothing that was found since."""
    for site in ("site1", None):
        filled.begin(replace(new_scan(f"wrong{site}"), site=site, started_at=datetime.now(UTC) + timedelta(days=4_000)))
    assert filled.scan().id == "3-4"
    assert [scan.id for scan in filled.newest("site1")] == ["3-1", "2-1", "1-1", "0-1", "wrongsite1"]
    assert next(filled.newest()).id == "3-4"
    assert {scan.id for scan in filled.newest_of_each_site()} == {"3-4", "3-3", "3-2", "3-1", "2-0", "nowhere"}


def test_where_all_scans_are_of_a_time_to_come_the_latest_of_them_counts(store: Store) -> None:
    for days in (4_000, 5_000):
        store.begin(replace(new_scan(f"{days}"), site="a", started_at=datetime.now(UTC) + timedelta(days=days)))
    assert store.scan().id == next(store.newest("a")).id == store.newest_of_each_site()[0].id == "5000"


def test_many_sites_are_read_in_pages(filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "_AT_ONCE", 2)
    assert len(filled.newest_of_each_site()) == SITES + 1


def test_a_whole_id_goes_before_those_that_begin_so(store: Store) -> None:
    for name in ("4f", "4f2a", "4f2b"):
        store.begin(new_scan(name))
    assert store.scan("4f").id == "4f"
    assert store.scan("4f2b").id == "4f2b"
    with pytest.raises(UsageError, match="several scans"):
        store.scan("4f2")
