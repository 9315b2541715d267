"""`camscan devices`: what is left out is never said to be absent."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.listed import AT, store_scan
from support.stores import keep_scan
from support.workbooks import Table, read

from camscan.app.judging.criteria import Criteria, library
from camscan.app.reporting.registering import update_register
from camscan.cli.devices import Wanted, devices
from camscan.cli.fingerprints import explain
from camscan.cli.import_ import import_
from camscan.errors import UsageError
from camscan.records import Device, Judged, LedgerEntry, Observation, Origin, Outcome, Scan, ScanStatus, Verdict
from camscan.store.store import Store


@pytest.fixture
def db(tmp_path: Path) -> str:
    store_scan(tmp_path / "camscan.db")
    return str(tmp_path / "camscan.db")


@pytest.mark.parametrize(
    "words", [("--maker", "Axis"), ("10.9.9.9",), ("--verdict", "unidentified"), ("--brand", "Annke")]
)
def test_where_nothing_fits_the_scan_is_not_said_to_have_found_nothing(db: str, words: tuple[str, ...]) -> None:
    done = CliRunner().invoke(devices, ["--db", db, *words])
    assert done.exit_code == 0
    assert done.stdout.startswith("None of the 3 devices in the scan is among those asked for.")
    assert "None found" not in done.stdout


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("dahuaa", "did you mean 'Dahua'?"),
        ("Xyzzy", "`camscan fingerprints coverage` lists the makers"),
        ("annke", "that is a brand: `camscan fingerprints brands 'Annke'` says who builds for it"),
    ],
)
def test_a_name_that_is_no_makers_is_not_taken_for_one_without_devices(db: str, name: str, remedy: str) -> None:
    done = CliRunner().invoke(devices, ["--db", db, "--maker", name])
    assert isinstance(done.exception, UsageError)
    assert str(done.exception) == f"unknown maker {name!r}: {remedy}"
    beside = CliRunner().invoke(devices, ["--db", db, "--maker", "Hikvision", "--maker", name])
    assert (beside.stdout, str(beside.exception)) == ("", str(done.exception))
    assert done.stdout == ""


def test_verdicts_formats_and_policies_are_known_in_whatever_case(db: str) -> None:
    usual, loud = (
        CliRunner().invoke(devices, ["--db", db, "--verdict", verdict, "--format", form, "--policy", policy])
        for verdict, form, policy in (("listed", "csv", "uk-nil"), ("Listed", "CSV", "UK-NIL"))
    )
    assert usual.exit_code == 0
    assert (loud.stdout, loud.stderr) == (usual.stdout, usual.stderr)


def test_addresses_that_were_not_asked_are_told_from_those_without_devices(db: str) -> None:
    told = "Note: that scan knows nothing of 10.9.9.0/24: it was not among its targets.\n"
    assert CliRunner().invoke(devices, ["--db", db, "10.9.9.0/24"]).stderr.endswith(told)
    for words in (["10.9.9.0/24", "--quiet"], ["10.0.0.0/30"]):
        assert "Note" not in CliRunner().invoke(devices, ["--db", db, *words]).stderr


@pytest.mark.parametrize(
    ("where", "told"), [("10.0.0.4", "excluded"), ("10.0.0.3", "silent"), ("10.0.0.3-6", "1 silent, 1 excluded")]
)
def test_of_addresses_without_a_device_it_says_what_became_of_them(db: str, where: str, told: str) -> None:
    done = CliRunner().invoke(devices, ["--db", db, where])
    assert done.stderr.endswith(f"Note: {where} in that scan: {told}.\n")


def test_of_what_answered_and_is_no_device_it_says_how_to_see_it(tmp_path: Path) -> None:
    answers = tmp_path / "answers.jsonl"
    answers.write_text('{"ip": "10.0.0.7", "port": 80, "banner": "HTTP/1.1 200 OK\\r\\nServer: nginx\\r\\n\\r\\n"}')
    db = str(tmp_path / "c.db")
    assert CliRunner().invoke(import_, [str(answers), "--db", db]).exit_code == 0
    told = "Note: 10.0.0.7 in that scan: answered; --all shows what is no surveillance device, too.\n"
    assert CliRunner().invoke(devices, ["--db", db, "10.0.0.7"]).stderr.endswith(told)
    assert "10.0.0.7 " in CliRunner().invoke(devices, ["--db", db, "10.0.0.7", "--all"]).stdout


def test_of_several_addresses_it_is_said_of_each_that_has_no_device(db: str) -> None:
    done = CliRunner().invoke(devices, ["--db", db, "10.0.0.1", "10.9.9.9", "10.0.0.3", "10.0.0.0/24"])
    assert "10.0.0.1" in done.stdout
    told = "Note: that scan knows nothing of 10.9.9.9: it was not among its targets.\n"
    assert done.stderr.endswith(f"{told}Note: 10.0.0.3 in that scan: silent.\n")


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("10.0.0.4", "10.0.0.4 is excluded in that scan: "),
        ("10.0.0.3", "10.0.0.3 is silent (on http, sadp) in that scan: "),
        ("10.0.0.5", "that scan knows nothing of 10.0.0.5: "),
    ],
)
def test_who_is_not_explained_is_told_apart_by_what_became_of_it(db: str, address: str, told: str) -> None:
    done = CliRunner().invoke(explain, ["--db", db, address])
    assert isinstance(done.exception, UsageError)
    assert str(done.exception).startswith(told)


def test_each_of_several_devices_at_one_address_is_explained(tmp_path: Path) -> None:
    """As makers give one address to all that is new, and each answers by multicast."""
    home, db = "192.168.1.64", tmp_path / "new.db"
    seen = []
    for number in (1, 2):
        told = {"sadp.mac": f"44:19:B6:00:00:0{number}", "sadp.device_sn": f"DS-2CD2385G1-I00{number}"}
        fields = {name: (text,) for name, text in told.items()}
        seen.append(Observation(home, "sadp", Outcome.ANSWERED, AT, 37020, "inquiry", fields))
    with Store.open(db) as store:
        scan = Scan("4f2a01", AT, ("eth0",), ("sadp",))
        keep_scan(store, scan, seen, [LedgerEntry(home, {"sadp": Outcome.ANSWERED})])
    both = CliRunner().invoke(explain, ["--db", str(db), home, "--answers"]).stdout
    assert both.count(f"device {home}\n") == 2
    for number in (1, 2):
        mac = f"44:19:B6:00:00:0{number}"
        assert f"sadp.mac = '{mac}'" in CliRunner().invoke(explain, ["--db", str(db), mac, "--answers"]).stdout
    listed = CliRunner().invoke(devices, ["--db", str(db), home, "--format", "jsonl"]).stdout
    assert [json.loads(line)["mac"][-1] for line in listed.splitlines()] == ["1", "2"]


@pytest.mark.parametrize(("address", "there"), [("10.0.0.1", True), ("10.0.0.3", False), ("10.0.0.1-2", False)])
def test_where_something_answered_of_which_the_register_knows_nothing_that_is_told(
    db: str, address: str, there: bool
) -> None:
    later = Scan("9c0100", AT + timedelta(days=1), ("10.0.0.0/24",), ("http",), "North")
    with Store.open(Path(db)) as store:
        keep_scan(store, later, entries=[LedgerEntry("10.0.0.1", {"http": Outcome.SILENT})])
    done = CliRunner().invoke(devices, ["--db", db, address, "--scan", "9c01"])
    told = "Note: something answered there on 2026-11-24 00:00 UTC: add --scan 4f2a00 to see it.\n"
    assert done.stderr.endswith(told) is there
    assert "add --scan" in done.stderr or not there


def test_of_a_device_that_is_gone_it_tells_which_scan_saw_it_last(db: str) -> None:
    later = Scan("9c0100", AT + timedelta(days=1), ("10.0.0.0/24",), ("http",), "North")
    with Store.open(Path(db)) as store:
        update_register(store, Criteria(library()), lambda _: None)
        keep_scan(store, later, entries=[LedgerEntry("10.0.0.1", {"http": Outcome.SILENT})])
    told = (
        "DS-2CD2385G1-I20190507AAWRD12345678 (listed) was last seen there on 2026-11-24 00:00 UTC: "
        "add --scan 4f2a00 to see it"
    )
    done = CliRunner().invoke(devices, ["--db", db, "10.0.0.1"])
    assert done.stderr.endswith(f"Note: 10.0.0.1 in that scan: silent.\nNote: {told}.\n")
    refused = CliRunner().invoke(explain, ["--db", db, "10.0.0.1"]).exception
    assert str(refused) == f"10.0.0.1 is silent (on http) in that scan: {told}"
    before = CliRunner().invoke(devices, ["--db", db, "10.0.0.1", "--scan", "4f2a"])
    assert "last seen" not in before.stderr
    assert "DS-2CD2385G1-I" in before.stdout


def test_of_what_an_import_that_goes_back_for_years_lacks_the_scan_before_it_is_named(db: str) -> None:
    """It began with the oldest of its records, and was none the less the last to tell of the site."""
    with Store.open(Path(db)) as store:
        update_register(store, Criteria(library()), lambda _: None)
        began = AT - timedelta(days=2_000)
        late = Scan("9c0100", began, ("leases.csv",), ("dhcp",), "North", AT + timedelta(days=1))
        late = replace(late, settings={"origin": Origin.IMPORT})
        seen = [Observation("10.0.0.9", "dhcp", Outcome.ANSWERED, AT, fields={"mac.address": ("44:19:B6:00:00:09",)})]
        keep_scan(store, late, seen, [LedgerEntry("10.0.0.9", {"dhcp": Outcome.ANSWERED})])
    done = CliRunner().invoke(devices, ["--db", db, "10.0.0.1", "--scan", "9c01"])
    assert "(listed) was last seen there on 2026-11-24 00:00 UTC: add --scan 4f2a00 to see it" in done.stderr


def test_a_part_says_that_it_is_one(db: str) -> None:
    shown = CliRunner().invoke(devices, ["--db", db, "10.0.0.1"]).stdout
    assert shown.startswith("Of those asked for, 1 device is listed")
    assert "; 2 others left out." in shown
    assert "10.0.0.7" not in shown
    assert CliRunner().invoke(devices, ["--db", db]).stdout.startswith("3 devices are listed")


@pytest.mark.parametrize("format_", ["json", "sarif", "cyclonedx", "html", "markdown"])
def test_a_file_of_some_devices_says_so_whoever_reads_it(db: str, format_: str) -> None:
    shown, whole = (
        CliRunner().invoke(devices, ["--db", db, "--format", format_, "--quiet", *words]).stdout
        for words in (["10.0.0.1"], [])
    )
    part = re.compile(r'"left_out": 2|2 other devices of the scan are left out|2 others left out')
    assert part.search(shown)
    assert not part.search(whole)


def test_each_filter_can_be_given_more_than_once(db: str) -> None:
    def addresses(*words: str) -> list[str]:
        done = CliRunner().invoke(devices, ["--db", db, "--format", "jsonl", "--quiet", *words])
        return sorted(json.loads(line)["address"] for line in done.stdout.splitlines())

    every = addresses()
    assert len(every) == 3
    assert addresses("--verdict", "suspected", "--verdict", "listed") == every
    assert addresses("10.0.0.1", "10.0.0.7") == ["10.0.0.1", "10.0.0.7"]
    assert addresses("--maker", "hikvision", "--maker", "dahua") == every
    assert addresses("--brand", "Annke", "--brand", "lorex") == []


def test_a_label_is_looked_for_as_it_is_written_on_the_device() -> None:
    wanted = Wanted(brands=frozenset({"annke"}))
    assert wanted(Judged(Device("10.0.0.1", (), brand="Annke"), Verdict.LISTED))
    assert not wanted(Judged(Device("10.0.0.1", (), maker="Annke"), Verdict.LISTED))


def test_quiet_leaves_stderr_empty(db: str) -> None:
    told, quiet = (CliRunner().invoke(devices, ["--db", db, *words]) for words in ((), ("--quiet",)))
    assert told.stderr.startswith("Using scan ")
    assert quiet.stderr == ""
    assert quiet.stdout == told.stdout


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), 0),
        (("--fail-on", "returned"), 0),
        (("--fail-on", "listed"), 3),
        (("--fail-on", "listed", "--verdict", "not-listed"), 0),
    ],
)
def test_a_check_of_a_stored_scan_fails_on_the_devices_that_are_shown(
    db: str, words: tuple[str, ...], code: int
) -> None:
    assert CliRunner().invoke(devices, ["--db", db, *words]).exit_code == code


@pytest.fixture
def estate(tmp_path: Path) -> str:
    """Two sites, the newest scan of each with three devices."""
    for site in ("depot", "yard"):
        store_scan(tmp_path / "estate.db", site, f"5ca{site}")
    return str(tmp_path / "estate.db")


def test_of_each_site_the_latest_scan_is_told(estate: str) -> None:
    run = CliRunner()
    words = ["--db", estate, "--each-site", "--verdict", "listed"]
    rows = list(csv.DictReader(run.invoke(devices, [*words, "--format", "csv"]).stdout.splitlines()))
    lines = [json.loads(line) for line in run.invoke(devices, [*words, "--format", "jsonl"]).stdout.splitlines()]
    assert {row["site"] for row in rows} == {line["site"] for line in lines} == {"depot", "yard"}
    assert [row["address"] for row in rows] == [line["address"] for line in lines]
    table = run.invoke(devices, words).stdout
    assert table.count("3 devices are listed") == 2
    assert table.count("\n\n3 devices are listed") == 1


def test_sites_stand_in_the_order_of_their_names(tmp_path: Path) -> None:
    for site in ("Yard", "attic", "depot"):
        store_scan(tmp_path / "estate.db", site, f"5ca{site}")
    words = ["--db", str(tmp_path / "estate.db"), "--each-site", "--format", "csv"]
    rows = csv.DictReader(CliRunner().invoke(devices, words).stdout.splitlines())
    assert list(dict.fromkeys(row["site"] for row in rows)) == ["attic", "depot", "Yard"]


def test_of_each_site_it_is_told_where_nobody_could_look(estate: str) -> None:
    """Else an estate would lose a site whose tunnel is down for a night, and no line would say so."""
    with Store.open(estate) as store:
        at = datetime.now(UTC)
        for site, status in (("yard", ScanStatus.COMPLETE), ("attic", ScanStatus.PARTIAL)):
            made = Scan(site, at, ("10.9.0.0/30",), ("http",), site, at, status)
            alive = Outcome.REFUSED if site == "attic" else Outcome.SILENT
            keep_scan(store, made, entries=[LedgerEntry("10.9.0.1", {"http": alive})])
    done = CliRunner().invoke(devices, ["--db", estate, "--each-site", "--format", "csv"])
    assert {row["site"] for row in csv.DictReader(done.stdout.splitlines())} == {"depot"}
    assert done.stderr.splitlines() == [
        "Note: the latest scans of these sites could not look, so none of their devices is listed: yard.",
        "Note: the latest scans of these sites could not look at all of it, so there may be more devices: attic.",
    ]
    assert CliRunner().invoke(devices, ["--db", estate, "--each-site", "--quiet"]).stderr == ""


def test_a_check_of_each_site_fails_where_one_could_not_be_looked_at(estate: str) -> None:
    def codes() -> list[int]:
        words = ["--db", estate, "--each-site"]
        wanted = ((), ("--fail-on", "listed"), ("--fail-on", "returned"))
        return [CliRunner().invoke(devices, [*words, *more]).exit_code for more in wanted]

    assert codes() == [0, 3, 0]
    with Store.open(estate) as store:
        at = datetime.now(UTC)
        made = Scan("5cabl1nd", at, ("10.9.0.0/30",), ("http",), "yard", at, ScanStatus.COMPLETE)
        keep_scan(store, made, entries=[LedgerEntry("10.9.0.1", {"http": Outcome.SILENT})])
    assert codes() == [0, 4, 4]


def test_a_workbook_holds_a_row_for_each_site_then_all_their_devices(estate: str, tmp_path: Path) -> None:
    file = tmp_path / "estate.xlsx"
    at = AT + timedelta(days=1)
    with Store.open(estate) as store:
        update_register(store, Criteria(library()), lambda _: None)
        attic = Scan("a77c", at, ("10.9.0.0/30",), ("http",), "attic")
        ledger = [LedgerEntry("10.9.0.1", {"http": Outcome.SILENT})]
        keep_scan(store, attic, entries=ledger)
        store.begin(replace(attic, id="ce11", site="cellar"))
        store.append("ce11", entries=ledger)
        done = CliRunner().invoke(devices, ["--db", estate, "--each-site", "-o", str(file)])  # while a scan is running
    assert done.exit_code == 0, done.output
    book = read(file.read_bytes())
    assert list(book) == ["Sites", "Devices", "Evidence"]
    told = named(book["Sites"])
    assert {site: row["Status"] for site, row in told.items()} == {
        "cellar": "still running",
        "attic": "could not look",
        "yard": "complete",
        "depot": "complete",
        "All": "4 sites",
    }
    assert {site: row.get("Listed") for site, row in told.items()} == {
        "cellar": None,
        "attic": None,
        "yard": 3,
        "depot": 3,
        "All": 6,
    }
    yard = told["yard"]
    assert [yard[head] for head in ("Asked", "Answered", "Not asked", "Removed", "Exempt")] == [4, 3, 1, 0, 0]
    assert [yard["Last scan (UTC)"], yard["Scan"]] == ["2026-11-24 00:00", "5cayard"]
    assert str(yard["In words"]).startswith("3 devices are listed")
    assert told["All"]["In words"] == "2 complete, 1 could not look, 1 still running"
    found = [(row["A"], row["D"]) for row in book["Devices"][1:]]
    assert sorted(found) == [(site, f"10.0.0.{n}") for site in ("depot", "yard") for n in (1, 2, 7)]
    assert {row["A"] for row in book["Evidence"][1:]} == {"depot", "yard"}


def test_a_workbook_of_some_devices_says_how_many_are_left_out_of_each_site(estate: str, tmp_path: Path) -> None:
    """Else a 0 would be read as if there were none."""
    file = tmp_path / "estate.xlsx"
    words = ["--db", estate, "--each-site", "--verdict", "suspected", "-o", str(file)]
    assert CliRunner().invoke(devices, words).exit_code == 0
    told = named(read(file.read_bytes())["Sites"])
    assert {site: row["Left out"] for site, row in told.items()} == {"depot": 3, "yard": 3, "All": 6}
    assert str(told["yard"]["In words"]).startswith("None of the 3 devices in the scan is among those asked for.")


def named(table: Table) -> dict[str, dict[str, str | float]]:
    """The rows of a sheet by what stands first in them, each by the heads of its columns."""
    heads, *rows = table
    return {str(row["A"]): {str(heads[letter]): value for letter, value in row.items()} for row in rows}


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--format", "json"], "json holds one scan only: use --each-site with table, jsonl, csv, html, xlsx"),
        (["--site", "depot"], "do not give --site or --scan"),
        (["--scan", "5"], "do not give --site or --scan"),
        (["--maker", "dahuaa"], "unknown maker 'dahuaa'"),
    ],
)
def test_what_does_not_go_with_each_site_is_wrong_use(estate: str, words: list[str], why: str) -> None:
    done = CliRunner().invoke(devices, ["--db", estate, "--each-site", *words])
    assert isinstance(done.exception, UsageError)
    assert why in str(done.exception)
    assert done.stdout == ""
