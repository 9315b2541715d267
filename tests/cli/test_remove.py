"""`camscan db remove`: a mistake can be taken out of the store, evidence cannot."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support.nights import night

from camscan.app.sweeping.pastsweeps import marked
from camscan.cli.db import db
from camscan.cli.progress import progress
from camscan.errors import UsageError
from camscan.records import Scan, ScanStatus
from camscan.store.store import Store
from camscan.summaries import State, StateChange

ONE, TWO, THREE = "10.0.0.1", "10.0.0.2", "10.0.0.3"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "camscan.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store.open(path) as opened:
        night(opened, 0, {ONE: 1, TWO: 2})
        night(opened, 1, {THREE: 3})
        night(opened, 2, {THREE: 3}, site="hp")
        yield opened


def remove(path: Path, *words: str, stdin: str = "") -> Result:
    return CliRunner().invoke(db, ["remove", *words, "--db", str(path)], input=stdin)


def known(path: Path) -> dict[str, int]:
    done = CliRunner().invoke(progress, ["--db", str(path), "--format", "json"])
    assert done.exit_code == 0, done.output
    return {one["site"]: one["known"] for one in json.loads(done.stdout)["sites"]}


def test_what_a_scan_showed_is_gone_from_the_store_and_from_the_burn_down(path: Path, store: Store) -> None:
    assert known(path) == {"hq": 3, "hp": 1}
    done = remove(path, "hq-001", "hp-002", "--yes")
    assert done.exit_code == 0, done.output
    assert done.stderr.splitlines() == [
        "Removed scan hp-002 with 1 observation.",
        "Removed scan hq-001 with 1 observation.",
    ]
    assert [scan.id for scan in store.scans()] == ["hq-000"]
    assert known(path) == {"hq": 2}
    assert CliRunner().invoke(db, ["check", "--db", str(path)]).exit_code == 0


def test_what_the_others_showed_is_in_the_register_at_once(path: Path, store: Store) -> None:
    """Else a report on the next scan would count what that alone has seen, and its devices would return once more."""
    known(path)
    remove(path, "hq-001", "--yes")
    assert [entry.address for entry in store.register.entries("hq")] == [ONE, TWO]


@pytest.mark.parametrize(("answer", "left"), [("y\n", 2), ("n\n", 3), ("", 3)])
def test_it_asks_first_and_where_nobody_answers_nothing_is_deleted(
    path: Path, store: Store, answer: str, left: int
) -> None:
    done = remove(path, "hp", stdin=answer)
    assert "hp-002 of hp, " in done.stderr
    assert "Delete 1 scan with all that was seen?" in done.stderr
    assert (done.exit_code, len(store.scans())) == (0 if left == 2 else 1, left)


@pytest.mark.parametrize(
    ("change", "status", "told"),
    [(marked, ScanStatus.COMPLETE, "is a sweep"), (replace, ScanStatus.RUNNING, "is still running")],
)
def test_what_others_rest_on_stays(
    path: Path, store: Store, change: Callable[[Scan], Scan], status: ScanStatus, told: str
) -> None:
    scan = change(Scan("4f2a", datetime(2026, 10, 9, tzinfo=UTC), ("10.0.0.0/24",), ("http",), "hq"))
    store.begin(scan)
    if status is not ScanStatus.RUNNING:
        store.finish(replace(scan, status=status))
    done = remove(path, "hq-000", "4f2a", "--yes")
    assert isinstance(done.exception, UsageError)
    assert str(done.exception).startswith(f"scan 4f2a {told}")
    assert len(store.scans()) == 4


def test_a_scan_that_supports_a_removal_stays(path: Path, store: Store) -> None:
    at = datetime(2026, 10, 9, tzinfo=UTC)
    said = StateChange("hq", "ABC-1", ONE, State.REMOVED, "Ann", "CHG-1", at, ("serial:abc-1",), ("hq-001",))
    store.states.add([(said, said.names)])
    done = remove(path, "hq-001", "-y")
    assert str(done.exception) == "scan hq-001 supports that ABC-1 was recorded as removed: it stays"


def test_where_the_register_cannot_be_derived_again_it_stays_and_that_is_said(path: Path, store: Store) -> None:
    assert known(path) == {"hq": 3, "hp": 1}
    store.thin("hq-000", [ONE], datetime.now(UTC) + timedelta(days=1))
    done = remove(path, "hq-001", "--yes")
    assert "Note: `camscan progress` still counts what they showed at hq: " in done.stderr
    assert known(path) == {"hq": 3, "hp": 1}
