"""Which scan a command takes where none is named, and that it says so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from camscan.cli.stored import scan_of
from camscan.errors import CamscanError, UsageError
from camscan.records import Origin, Scan
from camscan.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(str(tmp_path / "store.db")) as store:
        yield store


def keep(store: Store, number: int, origin: Origin, site: str | None = None) -> None:
    targets = ("site.xml",) if origin is Origin.IMPORT else ("10.0.0.0/24",)
    at = datetime(2026, 11, number, 8, 30, tzinfo=UTC)
    store.begin(Scan(f"scan{number}", at, targets, ("http",), site, settings={"origin": origin}))


def test_the_latest_is_taken_and_named(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    keep(store, 1, Origin.SCAN)
    keep(store, 2, Origin.IMPORT)
    assert scan_of(store, None).id == "scan2"
    assert capsys.readouterr().err == "Taking scan scan2: the latest, 2026-11-02 08:30 UTC, an import, site.xml.\n"


def test_one_that_asked_goes_before_what_was_imported_or_heard(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(store, 1, Origin.SCAN, "depot")
    keep(store, 2, Origin.IMPORT, "depot")
    keep(store, 3, Origin.LISTEN, "yard")
    assert scan_of(store, None, asking=True).id == "scan1"
    assert scan_of(store, None, "depot", asking=True).id == "scan1"
    assert scan_of(store, None, "yard", asking=True).id == "scan3"
    assert "the latest of site yard, 2026-11-03 08:30 UTC, listened to" in capsys.readouterr().err


def test_a_quiet_command_does_not_tell_it(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    keep(store, 1, Origin.SCAN)
    assert scan_of(store, None, quiet=True).id == "scan1"
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("reference", ["zzz", "scan"])
def test_a_scan_that_cannot_be_meant_is_wrong_use(store: Store, reference: str) -> None:
    keep(store, 1, Origin.SCAN)
    keep(store, 2, Origin.SCAN)
    with pytest.raises(UsageError, match=reference):
        scan_of(store, reference)


def test_a_named_scan_is_taken_without_a_word(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    keep(store, 1, Origin.SCAN)
    keep(store, 2, Origin.SCAN)
    assert scan_of(store, "scan1").id == "scan1"
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("site", [None, "depot"])
@pytest.mark.parametrize("asking", [True, False])
def test_no_scan_is_said(store: Store, site: str | None, *, asking: bool) -> None:
    with pytest.raises(CamscanError, match="no scan"):
        scan_of(store, None, site, asking=asking)


def test_a_scan_of_another_site_than_the_one_that_is_named_is_wrong_use(store: Store) -> None:
    keep(store, 1, Origin.SCAN, "depot")
    keep(store, 2, Origin.SCAN)
    assert scan_of(store, "scan1", "depot").id == "scan1"
    with pytest.raises(UsageError, match=r"scan1 is of site 'depot', not of 'yard'"):
        scan_of(store, "scan1", "yard")
    with pytest.raises(UsageError, match="scan2 is of no site, not of 'depot'"):
        scan_of(store, "scan2", "depot")
