"""What `camscan reconcile` says of a device that was not found and that an earlier scan has seen."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.listed import AT, LIST, answer, silent, store_scan
from support.stores import keep_scan

from camscan.app.judging.criteria import Criteria, library
from camscan.app.reporting.registering import update_register
from camscan.cli.reconcile import reconcile
from camscan.records import LedgerEntry, Outcome, Scan
from camscan.store.store import Store

SERIAL = "DS-2CD2385G1-I20190507AAWRD12345678"
SILENT = "was asked on 2 channels and is silent on all"
SEEN = "2026-11-24 00:00 UTC"


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "camscan.db"
    store_scan(path)
    store_scan(path, "South", "5a00")
    with Store.open(path) as store:
        update_register(store, Criteria(library()), lambda _: None)
    for site in ("North", "East"):
        store_silence(path, site, AT + timedelta(days=1))
    return path


def store_silence(path: Path, site: str, at: datetime) -> None:
    with Store.open(path) as store:
        scan = Scan(f"9c{site}", at, ("10.0.0.0/24",), ("http", "sadp"), site)
        other = answer("10.0.0.200", "thttpd")
        entries = [silent(f"10.0.0.{last}") for last in range(1, 10)]
        keep_scan(store, scan, [other], [*entries, LedgerEntry(other.target, {"http": Outcome.ANSWERED})])


def reasons(db: Path, table: str, *words: str) -> list[str]:
    listed = db.with_name("cameras.csv")
    listed.write_text(table)
    told = [str(listed), "--db", str(db), "--format", "json", "--quiet", *words]
    done = CliRunner().invoke(reconcile, told)
    results = json.loads(done.stdout)["results"]
    return [one["reason"] for one in results if one["class"] in ("not-found", "not-covered")]


def test_by_its_serial_or_else_by_its_address(db: Path) -> None:
    assert reasons(db, LIST, "--site", "North")[:3] == [
        f"10.0.0.1 {SILENT}; it was last seen on {SEEN}, at 10.0.0.1",
        f"10.0.0.2 {SILENT}; a device (listed) was last seen at 10.0.0.2 on {SEEN}",
        f"10.0.0.3 {SILENT}",
    ]


def test_a_row_that_names_no_address_can_be_located(db: Path) -> None:
    [known] = reasons(db, f"IP;S/N\n;{SERIAL}\n", "--site", "North")
    assert known.endswith(f"it cannot be located; it was last seen on {SEEN}, at 10.0.0.1")


def test_a_serial_is_known_from_any_site_and_an_address_from_its_own(db: Path) -> None:
    known, unknown = reasons(db, f"IP;S/N\n10.0.0.9;{SERIAL[-9:]}\n10.0.0.2;\n", "--site", "East")
    assert known.startswith(f"10.0.0.9 {SILENT}; it was last seen on {SEEN}, at 10.0.0.1 of site ")
    assert unknown == f"10.0.0.2 {SILENT}"


def test_what_only_a_later_scan_saw_is_not_told(db: Path) -> None:
    store_silence(db, "South", AT - timedelta(days=1))
    assert reasons(db, "IP\n10.0.0.2\n", "--scan", "9cSouth") == [f"10.0.0.2 {SILENT}"]
