"""`camscan diff`: any two scans, in three formats."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support.estate import cameras, sweep
from support.stores import keep_scan
from support.world import camera

from camscan.app.judging.criteria import criteria_of
from camscan.app.reporting.scanreport import snapshot_of
from camscan.app.sweeping.pastsweeps import marked, remember, remembered
from camscan.cli.diff import diff
from camscan.cli.formats.changes import render
from camscan.errors import StoreError, UsageError
from camscan.records import LedgerEntry, Observation, Outcome, Scan, ScanStatus
from camscan.store.store import Store
from camscan.sweeps.changes import Changes
from camscan.sweeps.compare import advance, compare
from camscan.sweeps.coverage import Terms

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
HOSTS = tuple(f"10.0.0.{number}" for number in range(1, 15))
NINTH = "44:19:B6:00:00:09"
FIVE = {f"10.0.0.{number}": camera(number) for number in range(1, 6)}


def keep(
    path: Path,
    number: int,
    answers: Mapping[str, Mapping[str, tuple[str, ...]]],
    *,
    site: str | None = "hq",
    status: ScanStatus = ScanStatus.COMPLETE,
    targets: tuple[str, ...] = ("10.0.0.0/28",),
    lasted: timedelta = timedelta(),
    swept: bool = False,
    asked: Iterable[str] = HOSTS,
) -> None:
    """Store a scan; one of a sweep is compared with what is remembered of the site, too."""
    at = NOON + timedelta(hours=number)
    scan = Scan(f"scan{number}", at, targets, ("sadp",), site, at + lasted, status)
    scan = marked(scan) if swept else scan
    outcomes = dict.fromkeys(asked, Outcome.SILENT) | dict.fromkeys(answers, Outcome.ANSWERED)
    with Store.open(path) as store:
        seen = [Observation(a, "sadp", Outcome.ANSWERED, at, 37020, fields=fields) for a, fields in answers.items()]
        keep_scan(store, scan, seen, [LedgerEntry(a, {"sadp": outcome}) for a, outcome in outcomes.items()])
        if swept and site:
            seen_now = snapshot_of(store, scan, criteria_of(["uk-nil"], []))
            remember(store, site, advance(remembered(store, site), seen_now, Terms())[0])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "c.db"


def run(path: Path, *words: str) -> Result:
    return CliRunner().invoke(diff, ["--db", str(path), "--policy", "uk-nil", *words])


def test_the_latest_two_of_the_site_in_a_table(path: Path) -> None:
    keep(path, 1, FIVE)
    keep(path, 2, {}, site="other")
    without = {address: fields for address, fields in FIVE.items() if address != "10.0.0.1"}
    keep(path, 3, {**without, "10.0.0.2": camera(2, "V5.5.0"), "10.0.0.9": camera(9)})
    done = run(path)
    assert done.exit_code == 0
    lines = [line.split(maxsplit=3) for line in done.stdout.splitlines()]
    assert done.stdout.startswith("hq: scan scan3 since scan scan1: 1 new (1 listed), 1 changed (1 listed), 1 missing")
    assert lines[2][:3] == ["new", "listed", "10.0.0.9"]
    assert lines[3][:3] == ["changed", "listed", "10.0.0.2"]
    assert lines[3][3].endswith("firmware: V5.4.5 -> V5.5.0")
    assert lines[4][:3] == ["missing", "listed", "10.0.0.1"]
    assert lines[4][3].endswith("last seen 2026-10-01T13:00:00Z")


def test_any_two_by_name(path: Path) -> None:
    keep(path, 1, FIVE)
    keep(path, 2, FIVE, site="other")
    keep(path, 3, {**FIVE, "10.0.0.9": camera(9)}, site="other")
    assert "nothing changed" in run(path, "scan1", "scan2").stdout
    assert "1 new" in run(path, "scan2").stdout
    assert "1 missing" in run(path, "scan3", "scan1").stdout


def test_what_makes_a_comparison_mean_something_else_is_told(path: Path) -> None:
    for number, site in ((1, "hq"), (2, "hq"), (3, "branch"), (4, None)):
        keep(path, number, FIVE, site=site)
    assert run(path, "scan1", "scan2").stderr == ""
    assert run(path, "scan2", "scan1").stderr.startswith("Note: scan scan2 is the later one: ")
    other = "the same address may be another device.\n"
    assert run(path, "scan2", "scan3").stderr == f"Note: scan scan2 is of hq, scan scan3 of branch: {other}"
    assert run(path, "scan3", "scan4").stderr == f"Note: scan scan3 is of branch, scan scan4 of no site: {other}"
    assert "scan scan2 since scan scan1" in run(path, "scan1").stdout  # although a scan of another site is the latest
    same = run(path, "scan1", "scan1")
    assert isinstance(same.exception, UsageError)
    assert "both are scan scan1" in str(same.exception)


def test_the_two_that_are_chosen_are_in_the_order_of_the_list_also_where_the_clock_was_set_back(path: Path) -> None:
    keep(path, 1, FIVE)
    keep(path, 2, FIVE, lasted=timedelta(hours=-3))
    done = run(path)
    assert done.stdout.startswith("hq: scan scan2 since scan scan1: ")
    assert "is the later one" not in done.stderr


def test_an_earlier_scan_shows_what_has_returned(path: Path) -> None:
    keep(path, 1, FIVE)
    keep(path, 2, {address: fields for address, fields in FIVE.items() if address != "10.0.0.1"})
    keep(path, 3, FIVE)
    done = run(path, "--fail-on", "returned")
    assert done.exit_code == 3
    assert "1 returned (1 listed)" in done.stdout


def test_what_sweeps_report_as_missing_is_told_though_neither_scan_has_it(path: Path) -> None:
    """An alert says so after three silent sweeps; the last two of them show no difference."""
    four = {address: fields for address, fields in FIVE.items() if address != "10.0.0.1"}
    for number, there in enumerate((FIVE, four, four, four), start=1):
        keep(path, number, there, swept=True)
        told = run(path).stderr if number > 1 else ""
        assert ("report as missing" in told) == (number == 4)
    assert "scan scan4 since scan scan3: nothing changed" in run(path).stdout
    which = "1 device that sweeps report as missing was in neither scan (10.0.0.1)"
    assert told.endswith(f"\nNote: {which}: `camscan status` tells when each was last seen.\n")
    assert "report as missing" not in run(path, "scan1", "scan4").stderr  # which is shown
    assert "report as missing" not in run(path, "scan2", "scan3").stderr  # when it was not yet


def test_what_a_scan_by_hand_saw_was_not_in_neither_scan(path: Path) -> None:
    """Sweeps remember what sweeps saw: what else somebody has found is among what is missing."""
    four = {address: fields for address, fields in FIVE.items() if address != "10.0.0.1"}
    keep(path, 1, FIVE, swept=True)
    keep(path, 2, four, swept=True)
    keep(path, 3, FIVE)
    for number in (4, 5, 6):
        keep(path, number, four, swept=True)
    assert "report as missing" in run(path).stderr
    done = run(path, "scan3", "scan6")
    assert "1 missing" in done.stdout
    assert "report as missing" not in done.stderr


def test_what_comes_back_has_returned_however_many_sweeps_were_without_it(path: Path) -> None:
    four = {address: fields for address, fields in FIVE.items() if address != "10.0.0.1"}
    for number, there in enumerate((FIVE, *[four] * 8, {**FIVE, "10.0.0.9": camera(9)}), start=1):
        keep(path, number, there, swept=True)
    done = run(path, "--format", "json")
    [site] = json.loads(done.stdout)["sites"]
    assert [one["address"] for one in site["new"]] == ["10.0.0.9"]
    assert [one["address"] for one in site["returned"]] == ["10.0.0.1"]
    [site] = json.loads(run(path, "scan10", "scan9", "--format", "json").stdout)["sites"]
    assert not site["returned"]


def test_a_sweep_is_compared_with_the_sweep_before_and_not_with_a_scan_by_hand(path: Path) -> None:
    keep(path, 1, FIVE, swept=True)
    keep(path, 2, {"10.0.0.3": camera(3)}, targets=("10.0.0.3",), asked=())
    keep(path, 3, FIVE, swept=True)
    done = run(path)
    assert "scan scan3 since scan scan1: nothing changed" in done.stdout
    assert done.stderr.count("\n") == 1
    keep(path, 4, {"10.0.0.3": camera(3)}, targets=("10.0.0.3",), asked=())
    assert "scan scan4 since scan scan3: coverage lost: targets" in run(path).stdout
    done = run(path, "scan2", "scan3")
    assert "4 returned" in done.stdout
    told = "4 devices that were not seen before were not asked in scan scan2, which had other targets"
    assert done.stderr.endswith(f"Note: {told}: they may have been there.\n")


@pytest.mark.parametrize(("fail_on", "code"), [("coverage-loss", 3), ("new", 0), ("listed", 0)])
def test_a_scan_that_was_blind(path: Path, fail_on: str, code: int) -> None:
    keep(path, 1, FIVE)
    keep(path, 2, {})
    done = run(path, "--fail-on", fail_on)
    assert done.exit_code == code
    assert "coverage-loss  10.0.0.0/24 showed 5 devices before and 0 now: is it cut off?" in done.stdout
    assert "(5 devices are not reported missing: " in done.stdout
    assert "missing " not in done.stdout


def test_json_and_markdown(path: Path) -> None:
    keep(path, 1, {})
    evil = {**camera(9), "sadp.device_description": ("| <b>`x`\n# [a](http://b)\x1b",)}
    keep(path, 2, {"10.0.0.9": evil})
    found = json.loads(run(path, "--format", "json").stdout)
    [site] = found["sites"]
    assert (site["before"], site["scan"], [one["address"] for one in site["new"]]) == ("scan1", "scan2", ["10.0.0.9"])
    page = run(path, "--format", "markdown").stdout
    assert page.startswith(
        "## `hq`: scan `scan2` since scan `scan1`: `1 new (1 listed), no longer lost: the whole site`\n\n| change |"
    )
    [row] = [line for line in page.splitlines() if "10.0.0.9" in line]
    assert row.startswith("| `new` | `listed` | `10.0.0.9` | ")
    assert row.count("|") == 6
    assert "\x1b" not in page


def test_csv_has_a_row_for_each_change_and_each_loss(path: Path) -> None:
    keep(path, 1, FIVE)
    keep(path, 2, {"10.0.0.9": {**camera(9), "sadp.device_description": ("=1+1",), "sadp.mac": (NINTH,)}})
    keep(path, 3, {**FIVE, "10.0.0.9": camera(9)})
    found = list(csv.DictReader(io.StringIO(run(path, "scan2", "scan1", "--format", "csv").stdout, newline="")))
    assert {(row["change"], row["address"]) for row in found} >= {("missing", "10.0.0.9"), ("new", "10.0.0.1")}
    assert {(row["site"], row["before"], row["scan"]) for row in found} == {("hq", "scan2", "scan1")}
    assert all(row["maker"] and row["verdict"] and row["detail"] for row in found if row["change"] == "new")
    assert "'=1+1" in {row["model"] for row in found}
    (gone,) = (row for row in found if row["change"] == "missing")
    assert (gone["mac"], gone["switch_port"]) == (NINTH, "")
    keep(path, 4, {})
    (loss,) = csv.DictReader(io.StringIO(run(path, "--format", "csv").stdout, newline=""))
    assert (loss["change"], loss["address"]) == ("coverage-loss", "")
    assert "is it cut off?" in loss["detail"]


def test_incomplete_scans_say_so(path: Path) -> None:
    keep(path, 1, {}, status=ScanStatus.PARTIAL)
    keep(path, 2, FIVE)
    done = run(path)
    assert done.stderr.endswith("\nNote: scan scan1 is partial: some of what is new may have been there.\n")
    keep(path, 3, {}, status=ScanStatus.INTERRUPTED)
    done = run(path)
    assert "nothing changed; the scan is incomplete, so what is missing cannot be said" in done.stdout


def test_scans_without_a_site_are_compared_by_their_targets(path: Path) -> None:
    keep(path, 1, FIVE, site=None)
    keep(path, 2, {}, site=None, targets=("10.0.9.0/28",))
    keep(path, 3, FIVE, site=None)
    assert "scan scan3 since scan scan1: nothing changed" in run(path).stdout
    done = run(path, "--site", "x")
    assert isinstance(done.exception, UsageError)


def test_one_scan_without_a_site_is_compared_with_the_latest_of_its_targets(path: Path) -> None:
    keep(path, 1, FIVE, site=None)
    keep(path, 2, {**FIVE, "10.0.0.9": camera(9)}, site=None)
    keep(path, 3, FIVE, site=None, targets=("10.0.1.0/28",))
    keep(path, 4, FIVE, site="branch")
    done = run(path, "scan1")
    assert "scan scan2 since scan scan1: 1 new" in done.stdout
    assert done.stderr == ""


def test_one_scan_alone_and_none(path: Path) -> None:
    assert isinstance(run(path).exception, StoreError)
    keep(path, 1, FIVE)
    done = run(path)
    assert str(done.exception) == "there is only one scan of site 'hq': scan again, or choose two from `camscan scans`"


def test_a_scan_that_ends_while_it_is_looked_for_is_still_found(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = Store.scans

    def ended(store: Store, site: str | None = None, *, as_stored: bool = False) -> tuple[Scan, ...]:
        """The newest has ended between two looks."""
        newest, *others = listed(store, site, as_stored=as_stored)
        return (replace(newest, notes=(*newest.notes, f"look {next(looks)}")), *others)

    keep(path, 1, FIVE)
    keep(path, 2, FIVE)
    looks = count()
    monkeypatch.setattr(Store, "scans", ended)
    assert run(path).exit_code == 0


def test_csv_tells_where_a_device_is_connected_as_json_does() -> None:
    changes = compare([sweep(0, cameras(1)), sweep(1, cameras(2))])
    (new,) = changes.changes
    changes = replace(changes, changes=(replace(new, device=replace(new.device, switch_port="7", switch_name="sw-1")),))
    (row,) = csv.DictReader(io.StringIO("".join(render("csv", [(None, changes)])), newline=""))
    (told,) = json.loads("".join(render("json", [(None, changes)])))["sites"][0]["new"]
    names = ("mac", "hostname", "switch_port", "switch_name")
    assert [row[name] for name in names] == [told[name] or "" for name in names]
    assert (row["switch_port"], row["switch_name"]) == ("7", "sw-1")


def test_what_was_resumed_is_not_compared_with_itself_by_name() -> None:
    at = datetime(2026, 11, 24, tzinfo=UTC)
    again = Changes("scan2", "scan2", at, complete=True, first=False, changes=(), losses=(), verdicts={})
    assert "".join(render("table", [("hq", again)])).startswith(
        "hq: scan scan2 since it was interrupted: nothing changed"
    )


def test_of_very_many_devices_behind_a_loss_it_is_not_said_how_many_there_are() -> None:
    """Only the first are named, and their number is not that of all."""
    site = [*cameras(200), *cameras(1, "10.0.9.")]
    changes = compare([sweep(0, site), sweep(1, site, dead=["10.0.0."])])
    assert "10.0.0.0/24 showed 200 devices before and 0 now" in (shown := "".join(render("table", [(None, changes)])))
    assert "(at least 100 devices are not reported missing: 10.0.0.1, " in shown
