"""Which scan a command takes where none is named, and that it says so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.quiet import quietly

from camscan.app.sweeping import configuration
from camscan.cli.parameters.stored import open_store, scan_of
from camscan.cli.scans import scans
from camscan.errors import CamscanError, StoreError, UsageError
from camscan.records import LedgerEntry, Observation, Origin, Outcome, Scan, ScanStatus
from camscan.store.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(str(tmp_path / "store.db")) as store:
        yield store


def keep(
    store: Store,
    number: int,
    origin: Origin,
    site: str | None = None,
    *,
    answering: tuple[str, ...] = ("10.0.0.1",),
    silent: tuple[str, ...] = (),
    target: str = "10.0.0.0/24",
    channels: tuple[str, ...] = ("http",),
) -> None:
    targets = ("site.xml",) if origin is Origin.IMPORT else (target, "10.9.0.1", "...")
    specs = "" if origin is Origin.IMPORT else f"{target}\n10.9.0.1\n10.9.0.7"
    at = datetime(2026, 11, number, 8, 30, tzinfo=UTC)
    store.begin(Scan(f"scan{number}", at, targets, channels, site, settings={"origin": origin, "specs": specs}))
    seen = [Observation(address, "http", Outcome.ANSWERED, at) for address in answering]
    store.append(f"scan{number}", seen, [LedgerEntry(address, {"http": Outcome.SILENT}) for address in silent])


def test_the_latest_is_taken_and_named(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    keep(store, 1, Origin.SCAN)
    keep(store, 2, Origin.IMPORT)
    assert scan_of(store, None).id == "scan2"
    assert capsys.readouterr().err == (
        "Using scan scan2: the latest, 2026-11-02 08:30 UTC, an import, site.xml.\n"
        "Note: the latest that asked addresses without a site is of 2026-11-01 08:30 UTC: add --scan scan1 to use it.\n"
    )


@pytest.mark.parametrize("about", [None, "10.0.0.1"])
def test_imported_tables_alone_go_behind_what_devices_have_answered(
    store: Store, capsys: pytest.CaptureFixture[str], about: str | None
) -> None:
    """Else a report that a script writes each night lists nothing any more once somebody has imported an ARP table."""
    keep(store, 1, Origin.IMPORT, "depot", channels=("arp",))
    assert scan_of(store, None, about=about).id == "scan1"
    keep(store, 2, Origin.SCAN, "depot")
    keep(store, 3, Origin.IMPORT, "depot", channels=("arp", "dhcp"), answering=("10.0.0.1", "10.0.0.9"))
    assert scan_of(store, None, about=about).id == "scan2"
    assert capsys.readouterr().err.endswith(
        "Note: tables of 2026-11-03 08:30 UTC may know of more: see --scan scan3.\n"
    )
    assert scan_of(store, None, "depot", about="10.0.0.9").id == "scan3"
    keep(store, 4, Origin.IMPORT, "depot", channels=("dhcp",), answering=())
    scan_of(store, None, about=about)
    assert capsys.readouterr().err.endswith(" may know of more: see --scan scan3.\n"), "an empty table knows nothing"
    keep(store, 5, Origin.IMPORT, "depot", channels=("arp", "http"))
    assert scan_of(store, None, about=about).id == "scan5"


def test_of_another_site_than_the_import_none_is_told(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    keep(store, 1, Origin.SCAN)
    keep(store, 2, Origin.SCAN, "yard")
    keep(store, 3, Origin.IMPORT, "depot")
    assert scan_of(store, None).id == "scan3"
    assert "that asked" not in capsys.readouterr().err


def test_what_holds_nothing_is_passed_over(store: Store) -> None:
    keep(store, 1, Origin.SCAN, answering=(), silent=("10.0.0.1",))
    keep(store, 2, Origin.LISTEN, answering=())
    keep(store, 3, Origin.SCAN, answering=())
    assert scan_of(store, None).id == "scan1"
    keep(store, 4, Origin.LISTEN)
    assert scan_of(store, None).id == "scan4"


def test_where_nothing_holds_anything_it_is_the_latest(store: Store) -> None:
    keep(store, 1, Origin.SCAN, answering=())
    keep(store, 2, Origin.LISTEN, answering=())
    assert scan_of(store, None).id == "scan2"


def test_who_names_no_site_is_told_that_there_are_others(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    keep(store, 1, Origin.SCAN, "depot")
    keep(store, 2, Origin.SCAN, "yard")
    keep(store, 3, Origin.SCAN)
    told = "Note: 2 other sites in this store: `camscan devices --each-site` shows all.\n"
    assert scan_of(store, None).id == "scan3"
    assert capsys.readouterr().err.endswith(told)
    for site, about in (("yard", None), (None, "10.0.0.1")):
        scan_of(store, None, site, about=about)
        assert "other site" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("address", "taken"), [("10.0.0.1", "scan1"), ("10.0.0.2", "scan2"), ("10.0.0.9", "scan3"), ("a%_", "scan3")]
)
def test_one_that_knows_an_address_goes_before_others(store: Store, address: str, taken: str) -> None:
    keep(store, 1, Origin.SCAN, "depot", answering=("10.0.0.1", "10.0.0.2"))
    keep(store, 2, Origin.SCAN, "depot", answering=(), silent=("10.0.0.2",))
    keep(store, 3, Origin.SCAN, "yard", answering=("10.0.0.11",))
    assert scan_of(store, None, about=address).id == taken
    assert scan_of(store, None, "yard", about=address).id == "scan3"


@pytest.mark.parametrize("about", ["10.0.0.0/24", "10.0.0.0/28", "10.0.0.200-210", "10.0.0.0/8"])
def test_of_a_network_or_a_range_it_is_one_that_asked_there(store: Store, about: str) -> None:
    keep(store, 1, Origin.SCAN, "depot")
    keep(store, 2, Origin.SCAN, "yard", target="10.1.0.0/24")
    keep(store, 3, Origin.IMPORT)
    taken = "scan2" if about == "10.0.0.0/8" else "scan1"
    assert scan_of(store, None, about=about).id == taken
    assert scan_of(store, None, about="10.9.0.4-9").id == "scan2"
    assert scan_of(store, None, about="10.7.0.0/24").id == "scan3"


def test_many_targets_are_named_in_part(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    keep(store, 1, Origin.SCAN)
    scan_of(store, None)
    assert capsys.readouterr().err.endswith(" UTC, 10.0.0.0/24 10.9.0.1 and others.\n")


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
    with quietly():
        assert scan_of(store, None).id == "scan1"
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


def test_of_a_bundle_in_place_of_a_store_it_is_told_what_takes_it(tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.zip"
    bundle.write_bytes(b"PK\x03\x04" + bytes(600))
    with pytest.raises(
        StoreError,
        match=r"is an archive, not a store: if it is a bundle of evidence, .* `camscan db merge .*bundle\.zip`",
    ):
        open_store(str(bundle))


def test_where_no_store_is_named_and_none_is_there_that_of_sweeps_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CAMSCAN_CONFIG", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    site = '[[site]]\nname = "hq"\nnetworks = ["10.0.0.0/24"]\n'

    def told(target: str | None = None) -> str:
        with pytest.raises(StoreError) as caught:
            open_store(target)
        return str(caught.value).partition(": ")[2]

    usual = "choose one with --db, or create one with `camscan scan`"
    assert told() == usual
    (tmp_path / "camscan.toml").write_text(f'[store]\nurl = "swept.db"\n{site}')
    assert told() == usual  # no sweep has made it yet
    Store.open(str(tmp_path / "swept.db")).close()
    assert told() == "add --db swept.db, where sweeps store theirs"
    assert told("other.db") == usual
    url = "postgresql://camscan@/camscan?host=/run&user=me"
    (tmp_path / "camscan.toml").write_text(f'[store]\nurl = "{url}"\n{site}')
    assert told() == f"add --db '{url}', where sweeps store theirs"
    for other in (site, "[store"):
        (tmp_path / "camscan.toml").write_text(other)
        assert told() == usual
    closed = (tmp_path / ("x" * 300),)  # at which looking fails, as in a closed folder
    monkeypatch.setattr(configuration, "PLACES", closed)
    assert told() == usual


def test_a_scan_of_a_network_that_was_written_with_its_mask_knows_its_addresses(store: Store) -> None:
    keep(store, 1, Origin.SCAN, target="10.0.0.0 255.255.255.0", answering=())
    keep(store, 2, Origin.SCAN, target="10.5.0.0/24", answering=())
    assert scan_of(store, None, about="10.0.0.64/26").id == "scan1"


def test_of_a_site_without_scans_it_is_said_that_it_has_none(store: Store) -> None:
    keep(store, 1, Origin.SCAN, "depot")
    for how in ((), ("--format", "json")):
        done = CliRunner().invoke(scans, ["--db", str(store.file), "--site", "depo", *how])
        assert isinstance(done.exception, UsageError)
        assert str(done.exception) == "no scan of site 'depo' is stored: did you mean 'depot'?"
        assert done.stdout == ""


def test_scans_are_listed_by_their_ends_which_are_shown(store: Store) -> None:
    """An import began with the oldest of its records: by that, it would stand in the wrong place."""
    keep(store, 2, Origin.SCAN)
    keep(store, 1, Origin.IMPORT)
    at = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
    store.finish(replace(store.scan("scan1"), finished_at=at, status=ScanStatus.COMPLETE))
    head, *rows = CliRunner().invoke(scans, ["--db", str(store.file)]).stdout.splitlines()
    assert head.split()[:3] == ["scan", "started", "ended"]
    assert [row.split("  ")[:3] for row in rows] == [
        ["scan1", "2026-11-01 08:30 UTC", "2026-11-03 09:00 UTC"],
        ["scan2", "2026-11-02 08:30 UTC", "-"],
    ]
