from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from support.listed import store_scan

from camscan.store.completion import scan_ids, site_names
from camscan.store.store import Store


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A store with three scans, the newest of no site."""
    store_scan(tmp_path / "c.db")
    with Store.open(tmp_path / "c.db") as store:
        first = store.scan()
        for number, (name, site) in enumerate((("9c01", "depot\\u"), ("4f99", None)), 1):
            store.begin(replace(first, id=name, site=site, started_at=first.started_at + timedelta(days=number)))
    return tmp_path / "c.db"


def test_the_newest_scans_come_first_with_their_sites(file: Path) -> None:
    assert scan_ids(file, "") == [("4f99", ""), ("9c01", "depot\\u"), ("4f2a00", "North")]
    assert scan_ids(file, "4f") == [("4f99", ""), ("4f2a00", "North")]
    assert scan_ids(file, "%") == []
    assert site_names(file) == ["North", "depot\\u"]


def test_scans_come_in_the_order_of_the_list_of_scans(file: Path) -> None:
    with Store.open(file) as store:
        first = store.scan("4f2a00")
        old, now = first.started_at - timedelta(days=900), first.started_at + timedelta(days=9)
        store.begin(replace(first, id="77aa", started_at=old, finished_at=now))
        assert [name for name, _ in scan_ids(file, "")] == [scan.id for scan in store.scans()]
    assert scan_ids(file, "")[0] == ("77aa", "North")


def test_what_is_no_store_has_nothing_to_offer_and_is_not_made(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("not a database")
    with closing(sqlite3.connect(tmp_path / "other.db")) as other:
        other.execute("CREATE TABLE x (y)")
    for name in ("missing.db", "text", "other.db", "no/such/folder.db", "."):
        assert scan_ids(tmp_path / name, "") == []
        assert site_names(tmp_path / name) == []
    assert not (tmp_path / "missing.db").exists()


def test_a_hostile_store_does_not_hold_up_who_types(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "endless.db")) as made:
        made.execute(
            "CREATE VIEW scans AS WITH RECURSIVE more(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM more) "
            "SELECT id, 'x' AS site, id AS started_at, id AS finished_at, id AS number FROM more"
        )
    assert scan_ids(tmp_path / "endless.db", "") == []
    assert site_names(tmp_path / "endless.db") == []
