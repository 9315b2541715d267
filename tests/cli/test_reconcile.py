"""`camscan reconcile` and `camscan sample`, from a list and a stored scan to what a user reads."""

from __future__ import annotations

import csv
import errno
import io
import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from support.listed import AT, LIST, answer, store_scan
from support.nights import night, serial
from support.stores import keep_scan
from support.workbooks import read
from xlsxwriter import Workbook

from camscan.app.reporting.reconciling import Reconciliation
from camscan.cli.formats.reconciled import CSV_COLUMNS, FORMATS
from camscan.cli.formats.reconciledtext import findings
from camscan.cli.reconcile import FORMAT_NAMES, reconcile
from camscan.cli.report import report
from camscan.cli.sample import sample
from camscan.cli.terminal.exits import Exit
from camscan.errors import UsageError
from camscan.inventory.completeness import estimate
from camscan.inventory.records import Inventory
from camscan.inventory.summary import summarise
from camscan.records import LedgerEntry, Observation, Outcome, Scan, ScanStatus
from camscan.reports import Page
from camscan.scansettings import SWITCH_PORTS
from camscan.store.store import Store


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "camscan.db"
    store_scan(path)
    return path


@pytest.fixture
def cameras(tmp_path: Path) -> Path:
    path = tmp_path / "cameras.csv"
    path.write_text(LIST)
    return path


def run(db: Path, cameras: Path, *words: str) -> Result:
    return CliRunner().invoke(reconcile, [str(cameras), "--db", str(db), *words])


def document(db: Path, cameras: Path, *words: str) -> dict[str, Any]:
    done = run(db, cameras, "--format", "json", "--quiet", *words)
    assert done.exit_code == Exit.DONE, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_printer_is_no_camera_that_the_list_lacks(db: Path, cameras: Path) -> None:
    page = "<html><head><title>HP Photosmart 5520 series</title></head></html>"
    printer = answer("10.0.0.8", "HP HTTP Server; HP Photosmart 5520 series - CX042A", page)
    with Store.open(db) as store:
        scan = replace(store.scan(), id="5f0c00", started_at=AT + timedelta(days=1))
        keep_scan(store, scan, [printer], [LedgerEntry("10.0.0.8", {"http": Outcome.ANSWERED})])
    without, whole = (document(db, cameras, *words)["summary"] for words in ([], ["--all"]))
    assert (without["classes"]["undeclared"], without["other_devices"]) == (0, 1)
    assert (whole["classes"]["undeclared"], whole["other_devices"]) == (1, 0)
    told = "Not counted is 1 device of other kinds (see --all)."
    assert told in run(db, cameras).stdout
    assert told not in run(db, cameras, "--all").stdout


def test_a_scan_that_goes_on_is_not_called_broken_off(db: Path, cameras: Path) -> None:
    with Store.open(db) as store:
        known = store.scan()
        store.begin(replace(known, id="5f0c00", started_at=AT + timedelta(days=1), status=ScanStatus.RUNNING))
        store.append("5f0c00", [answer("10.0.0.8", "HP", "")], [LedgerEntry("10.0.0.8", {"http": Outcome.ANSWERED})])
        told = run(db, cameras, "--scan", "5f0c00").stdout
    assert "\nScan 5f0c00 is still running: there may be more devices, and rows that it did not reach.\n" in told
    assert "\nScan 5f0c00 is interrupted: " in run(db, cameras, "--scan", "5f0c00").stdout, "it was never finished"


def test_every_class_in_one_document(db: Path, cameras: Path) -> None:
    found = document(db, cameras)
    assert found["schema"] == "camscan-reconcile/1"
    assert [(r["class"], r["address"], r["row_number"]) for r in found["results"]] == [
        ("matched", "10.0.0.1", 2),
        ("conflict", "10.0.0.2", 3),
        ("not-found", "10.0.0.3", 4),
        ("not-covered", "10.0.0.4", 5),
        ("not-covered", "10.0.9.9", 6),
        ("unusable", None, 7),
        ("duplicate", "10.0.0.1", 8),
        ("duplicate", "10.0.0.3", 9),
        ("undeclared", "10.0.0.7", None),
    ]
    reasons = {r["row_number"]: r["reason"] for r in found["results"]}
    assert reasons[2] == "serial, address, model, make agree"
    assert reasons[3] == "address agrees; inventory says Axis, device is Hikvision"
    assert reasons[4] == "10.0.0.3 was asked on 2 channels and is silent on all"
    assert reasons[5] == "10.0.0.4 was not covered: excluded"
    assert reasons[6] == "10.0.9.9 is not among the targets of the scan"
    first, *_, last = found["results"]
    assert (first["score"], first["site"], first["sheet"]) == (0.99, "North", None)
    assert first["row"]["cells"]["Camera"] == "Gate"
    assert first["row"]["addresses"] == ["10.0.0.1"]
    assert (first["device"]["maker"], first["device"]["verdict"]) == ("Hikvision", "listed")
    assert (last["row"], last["score"], last["device"]["address"]) == (None, None, "10.0.0.7")


def test_a_list_of_all_sites_is_held_against_the_latest_scan_of_each(db: Path, cameras: Path) -> None:
    with Store.open(db) as store:
        scan = store.scan()
        later = scan.started_at + timedelta(days=1)
        for name, site, when in (("5a00", "South", later), ("5b00", "South", later + timedelta(days=1))):
            answers = [replace(seen, target="10.0.9.9") for seen in store.observations(scan.id)]
            ledger = [LedgerEntry("10.0.9.9", {"http": Outcome.ANSWERED})]
            keep_scan(store, replace(scan, id=name, site=site, started_at=when), answers, ledger)
    assert [one["id"] for one in document(db, cameras)["scans"]] == ["5b00"]
    found = document(db, cameras, "--each-site")
    assert [(one["id"], one["site"]) for one in found["scans"]] == [("5b00", "South"), ("4f2a00", "North")]
    assert {r["row_number"]: r["class"] for r in found["results"]}[2] == "matched"
    for form in ("table", "markdown"):
        lines = run(db, cameras, "--each-site", "-q", "--format", form).stdout.splitlines()
        assert any("10.0.9.9" in line and "South" in line for line in lines)
        assert any("site" in line.split() for line in lines)
    for words in (["--site", "North"], ["--scan", "4f2a"]):
        assert isinstance(run(db, cameras, "--each-site", *words).exception, UsageError)


def test_it_says_at_which_switch_port_to_look(db: Path, cameras: Path) -> None:
    device = next(one["device"] for one in document(db, cameras)["results"] if one["class"] == "undeclared")
    fields = {"mac.address": ("44:19:B6:0A:0B:0C",), "switch.port": ("Gi1/0/7",), "switch.name": ("sw-1",)}
    with Store.open(db) as store:
        scan = replace(store.scan(), id="6a00", settings={SWITCH_PORTS: "named"})
        keep_scan(store, scan, [Observation(device["address"], "arp", Outcome.ANSWERED, AT, fields=fields)])
    words = ("--scan", "4f2a", "-q")
    assert "switch port Gi1/0/7 of sw-1 (table of" in run(db, cameras, *words).stdout
    rows = list(csv.DictReader(io.StringIO(run(db, cameras, *words, "--format", "csv").stdout)))
    found = next(row for row in rows if row["class"] == "undeclared" and row["device_address"] == device["address"])
    assert (found["device_switch_port"], found["device_switch_name"]) == ("Gi1/0/7", "sw-1")


def test_thousands_of_scans_are_not_all_named() -> None:
    scans = tuple(Scan(f"s{number}", AT, (), (), f"site {number}") for number in range(3_000))
    summary = summarise(())
    made = Reconciliation(Path("x.csv"), Inventory((), (), "text"), scans, (), summary, estimate(()))
    first, *_, last = findings(made, str)
    assert first.endswith("s7 (site 7) and 2,992 more.")
    assert last == "2,992 more scans did not complete either."


def test_the_figures_add_up(db: Path, cameras: Path) -> None:
    found = document(db, cameras)
    summary = found["summary"]
    assert summary["classes"] == {
        **dict.fromkeys(("matched", "undeclared", "not-found", "conflict", "unusable"), 1),
        "moved": 0,
        "retired": 0,
        "other-site": 0,
        "not-covered": 2,
        "duplicate": 2,
    }
    assert Counter(r["class"] for r in found["results"]) == Counter(summary["classes"])
    assert (summary["rows"], summary["devices"]) == (8, 3)
    assert (summary["recall"]["count"], summary["recall"]["total"]) == (2, 3)
    [sheet] = found["inventory"]["sheets"]
    assert sheet["columns"] == {
        "ip": ["IP Addr."],
        "mac": ["MAC-Adresse"],
        "make-model": ["Make/Model"],
        "name": ["Camera"],
        "serial": ["S/N"],
        "site": ["Site"],
    }
    assert (sheet["lines"], sheet["rows"], sheet["headers"]) == (9, 8, [1])
    assert [scan["id"] for scan in found["scans"]] == ["4f2a00"]
    completeness = found["completeness"]
    assert completeness["overlap"]["inventory"]["inventory"] == 3
    assert completeness["estimates"][0]["estimate"] is None
    assert completeness["estimates"][0]["refused"].startswith("the overlap is too small: 2 devices")
    assert completeness["assumptions"] == []  # of no estimate


def test_the_mapping_is_told_on_stderr(db: Path, cameras: Path) -> None:
    done = run(db, cameras, "--format", "jsonl")
    assert done.stderr == (
        "Read as utf-8.\n"
        'Columns: ip = "IP Addr.", mac = "MAC-Adresse", make-model = "Make/Model", name = "Camera", serial = "S/N", '
        'site = "Site".\n'
        "9 lines: 8 of devices, 1 of column names.\n"
        "Using scan 4f2a00: the latest of site North, 2026-11-24 00:00 UTC, 10.0.0.0/24.\n"
    )
    assert len(done.stdout.splitlines()) == 9
    assert json.loads(done.stdout.splitlines()[0])["class"] == "matched"


def test_a_csv_computes_nothing(db: Path, cameras: Path) -> None:
    lines = list(csv.DictReader(run(db, cameras, "--format", "csv", "--quiet").stdout.splitlines()))
    assert tuple(lines[0]) == CSV_COLUMNS
    assert lines[7]["row_name"] == "'=cmd|' /C calc'!A0"
    assert (lines[0]["class"], lines[0]["row_addresses"], lines[0]["device_maker"]) == (
        "matched",
        "10.0.0.1",
        "Hikvision",
    )


def test_a_table_begins_with_what_needs_somebody(db: Path, cameras: Path) -> None:
    text = run(db, cameras, "--quiet").stdout
    assert text.startswith(
        "cameras.csv: 8 rows against 3 devices of scan 4f2a00 (North).\n"
        "Of these: 1 undeclared, 1 conflict, 1 not-found, 2 not-covered, 2 duplicate, 1 unusable, 1 matched.\n"
        "Recall: 2 of 3 devices found are in the list as in use: 66.7% (95% interval 20.8% to 93.9%).\n"
    )
    assert " rows that could be checked name a device that was found, and that no row above names: " in text
    assert "Completeness: how many devices has neither the list nor the scan seen?\nNo estimate" in text
    listed = text[text.index("class ") :].splitlines()
    assert [line.split()[0] for line in listed[2::2]] == [
        *("undeclared", "conflict", "not-found", "not-covered", "not-covered", "duplicate", "duplicate", "unusable"),
        "matched",
    ]
    assert listed[4].split()[:3] == ["conflict", "10.0.0.2", "3"]
    assert listed[5].strip() == "address agrees; inventory says Axis, device is Hikvision"


def test_of_the_wrong_scan_it_says_that_others_may_tell_more(db: Path, tmp_path: Path) -> None:
    cameras = tmp_path / "elsewhere.csv"
    told = "More than half of the rows could not be checked: other scans may tell more (--scan, --each-site).\n"
    cameras.write_text("IP\n10.0.0.1\n10.0.9.1\n")
    assert told not in run(db, cameras, "--quiet").stdout
    cameras.write_text("IP\n10.0.0.1\n10.0.9.1\n10.0.9.2\n")
    assert told in run(db, cameras, "--quiet").stdout


def test_of_the_wrong_scan_it_names_the_right_one(db: Path, tmp_path: Path) -> None:
    rows = ["10.0.9.1", "10.0.9.2", "10.0.9.3", "10.0.8.1"]
    cameras = tmp_path / "elsewhere.csv"
    cameras.write_text("IP\n10.0.0.1\n" + "\n".join(rows))
    with Store.open(db) as store:
        of_site = store.scan()
        others = (("aaaa00", of_site.site, rows[:3]), ("bbbb00", of_site.site, rows[3:]), ("cccc00", "South", rows))
        for days, (name, site, asked) in enumerate(others, 2):
            scan = replace(of_site, id=name, site=site, targets=tuple(asked), started_at=AT - timedelta(days=days))
            store.begin(scan)
            silent = [LedgerEntry(address, {"http": Outcome.SILENT}) for address in asked]
            store.append(scan.id, [], [*silent, LedgerEntry("10.0.9.99", {"http": Outcome.REFUSED})])
            store.finish(replace(scan, status=ScanStatus.COMPLETE, finished_at=scan.started_at))
    ours = ("--quiet", "--scan", of_site.id)
    assert (
        "More than half of the rows could not be checked: scan aaaa00 knows 3 of them"
        " (--scan aaaa00; repeat --scan for each scan to be used)."
    ) in " ".join(run(db, cameras, *ours).stdout.split())
    assert "could not be checked" not in run(db, cameras, *ours, "--scan", "aaaa00").stdout


def test_markdown_keeps_the_texts_of_others_in_code(db: Path, cameras: Path) -> None:
    text = run(db, cameras, "--format", "markdown", "--quiet").stdout
    assert text.startswith("# Inventory against network\n\n- `cameras.csv`: 8 rows against 3 devices of scan `4f2a00`")
    assert "\n## Undeclared: 1\n\nFound, but not in the list.\n\n| address | row |" in text
    assert "| seen by | inventory |" in text
    assert "=cmd" not in text.replace("`=cmd\\x7c' /C calc'!A0`", "")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), Exit.DONE),
        (("--fail-on", "moved"), Exit.DONE),
        (("--fail-on", "undeclared"), Exit.FOUND),
        (("--fail-on", "moved", "--fail-on", "conflict"), Exit.FOUND),
        (("--fail-on", "not-found"), Exit.FOUND),
    ],
)
def test_what_fail_on_names_gives_exit_code_three(db: Path, cameras: Path, words: tuple[str, ...], code: Exit) -> None:
    assert run(db, cameras, "--quiet", "--format", "csv", *words).exit_code == code


def test_a_file_is_written_whole(db: Path, cameras: Path, tmp_path: Path) -> None:
    done = run(db, cameras, "--quiet", "--format", "json", "--output", str(tmp_path / "out.json"))
    assert (done.exit_code, done.stdout) == (Exit.DONE, "")
    assert json.loads((tmp_path / "out.json").read_text())["schema"] == "camscan-reconcile/1"


def test_where_the_table_is_not_on_stdout_it_says_on_stderr_what_it_came_to(
    db: Path, cameras: Path, tmp_path: Path
) -> None:
    file = tmp_path / "audit.xlsx"
    words = [str(cameras), "--db", str(db), "-o", str(file)]
    told = CliRunner().invoke(reconcile, words).stderr.splitlines()
    shown = CliRunner().invoke(reconcile, words[:-2]).stdout.splitlines()
    assert [line for line in told if line.startswith("Of these: ")] == [shown[1]]
    assert told[-1] == f"{file} is written."
    assert CliRunner().invoke(reconcile, [*words, "--quiet"]).stderr == ""


def test_columns_can_be_placed(db: Path, cameras: Path) -> None:
    found = document(db, cameras, "--map", "model=Camera", "--map", "name=6")
    [sheet] = found["inventory"]["sheets"]
    assert (sheet["columns"]["model"], sheet["columns"]["name"]) == (["Camera"], ["Site"])


def test_a_scan_of_another_site_is_refused(db: Path, cameras: Path) -> None:
    assert document(db, cameras, "--scan", "4f", "--site", "North")["scans"][0]["site"] == "North"
    for words in (("--scan", "4f", "--site", "South"), ("--site", "South")):
        done = run(db, cameras, *words)
        assert isinstance(done.exception, UsageError)


def test_who_wants_a_page_is_told_which_command_writes_it(db: Path, cameras: Path, tmp_path: Path) -> None:
    done = run(db, cameras, "-o", str(tmp_path / "audit.html"))
    assert isinstance(done.exception, UsageError)
    assert "audit.html as html here: use `camscan report --inventory FILE`, or choose" in str(done.exception)


def test_of_two_scans_of_a_site_the_newer_sighting_counts(db: Path, cameras: Path) -> None:
    with Store.open(db) as store:
        later = Scan("5b", AT.replace(hour=9), ("10.0.0.0/24",), ("http",), "North")
        store.begin(later)
        entries = [LedgerEntry("10.0.0.3", {"http": Outcome.ANSWERED})]
        store.append(later.id, [answer("10.0.0.2", "App-webs/"), answer("10.0.0.3", "App-webs/")], entries)
    found = document(db, cameras, "--scan", "4f", "--scan", "5b")
    assert [(scan["id"], scan["status"]) for scan in found["scans"]] == [("5b", "interrupted"), ("4f2a00", "complete")]
    assert [(r["class"], r["address"]) for r in found["results"] if r["device"]] == [
        ("matched", "10.0.0.1"),
        ("conflict", "10.0.0.2"),
        ("matched", "10.0.0.3"),
        ("undeclared", "10.0.0.7"),
    ]


def test_a_device_whose_address_another_one_has_in_a_newer_scan_is_found_all_the_same(tmp_path: Path) -> None:
    """Two scans are named where some devices are off at times; those that have leases move meanwhile."""
    with Store.open(tmp_path / "c.db") as store:
        for number, there in enumerate(({"10.0.0.1": 1, "10.0.0.2": 2}, {"10.0.0.1": 2})):
            night(store, number, there)
    listed = tmp_path / "list.csv"
    listed.write_text(f"IP,Serial\n10.0.0.1,{serial(1)}\n10.0.0.2,{serial(2)}\n")
    found = document(tmp_path / "c.db", listed, "--scan", "hq-000", "--scan", "hq-001")["results"]
    assert [(r["class"], r["device"]["address"]) for r in found] == [("matched", "10.0.0.1"), ("moved", "10.0.0.1")]


def test_a_duplicate_does_not_hide_what_it_says_otherwise(db: Path, cameras: Path) -> None:
    with Store.open(db) as store:
        later = Scan("5b", AT.replace(hour=9), ("10.0.0.0/24",), ("http",))
        store.begin(later)
        store.append(later.id, [answer("10.0.0.3", "App-webs/")])
    results = document(db, cameras, "--scan", "5b")["results"]
    assert [(r["class"], r["reason"]) for r in results if r["row_number"] in {4, 9}] == [
        ("duplicate", "it names the same device as row 9: same address; inventory says Axis, device is Hikvision"),
        ("matched", "address agrees"),
    ]


def test_a_list_of_many_sites_may_call_them_places(db: Path, tmp_path: Path) -> None:
    with Store.open(db) as store:
        other = Scan("5c", AT.replace(hour=9), ("10.0.0.0/24",), ("http",), "South")
        store.begin(other)
        store.append(other.id, [answer("10.0.0.1", "App-webs/")])
    path = tmp_path / "list.csv"
    path.write_text("ip,Standort\n10.0.0.1,north\n10.0.0.1,South\n")
    done = run(db, path, "--each-site", "--format", "json")
    assert "Taking 'Standort' as the site of a row: 2 of 2 rows hold a site of the store there." in done.stderr
    results = json.loads(done.stdout)["results"]
    assert [(one["class"], one["site"]) for one in results if one["row_number"]] == [
        ("matched", "North"),
        ("matched", "South"),
    ]
    left = json.loads(run(db, path, "--each-site", "--format", "json", "--map", "location=Standort").stdout)["results"]
    assert [one["class"] for one in left if one["row_number"]] == ["not-covered", "duplicate"]


def test_rows_of_sites_that_were_not_asked_about_are_counted_apart(db: Path, tmp_path: Path) -> None:
    with Store.open(db) as store:
        store.begin(Scan("5c", AT.replace(hour=9), ("10.0.0.0/24",), ("http",), "South"))
    path = tmp_path / "list.csv"
    path.write_text("ip,site\n10.0.0.1,North\n10.0.0.1,South\n10.0.0.2,West\n")
    found = document(db, path, "--site", "North")
    assert [one["class"] for one in found["results"] if one["row_number"]] == ["matched", "other-site", "other-site"]
    assert (found["summary"]["rows"], found["summary"]["classes"]["other-site"]) == (3, 2)
    for name in ("table", "markdown"):
        told = run(db, path, "--site", "North", "--format", name).stdout
        assert "1 row against 3 devices" in told
        assert "Not counted are 2 rows of other sites." in told
        assert "West" not in told
    every = document(db, path, "--each-site")["results"]
    assert [one["class"] for one in every if one["row_number"]] == ["matched", "not-covered", "not-covered"]


def test_the_formats_of_the_help_are_those_that_exist() -> None:
    assert tuple(FORMATS) == FORMAT_NAMES


def test_hostile_texts_do_not_reach_the_terminal(db: Path, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text('\x1b[2JName,IP,S/N\n"\x1b]0;x\x07|<b>@all",10.0.0.1,\x1b[31mA1\n')
    for name in FORMAT_NAMES:
        done = run(db, path, "--format", name)
        assert done.exit_code == Exit.DONE
        shown = repr(read(done.stdout_bytes)) if name == "xlsx" else done.stdout
        assert "\x1b" not in shown + done.stderr
        assert "\x07" not in shown + done.stderr


@pytest.mark.parametrize("name", ["audit.xlsx", "audit.csv", "audit.json"])
def test_a_result_is_no_list(db: Path, cameras: Path, tmp_path: Path, name: str) -> None:
    """It names every device that was found, so that no list would seem more complete."""
    file = tmp_path / name
    assert run(db, cameras, "-o", str(file)).exit_code == Exit.DONE
    done = run(db, file)
    assert isinstance(done.exception, UsageError)
    assert f"{file} is a result of `camscan reconcile`" in str(done.exception)


def test_a_workbook_says_what_the_csv_file_says_and_what_came_of_it(db: Path, cameras: Path, tmp_path: Path) -> None:
    """It opens alike in every language of a spreadsheet, where a CSV file needs its own delimiter in each."""
    file = tmp_path / "audit.xlsx"
    assert run(db, cameras, "-o", str(file)).exit_code == Exit.DONE
    book = read(file.read_bytes())
    table = list(csv.reader(run(db, cameras, "--format", "csv").stdout.splitlines()))
    sheet = [[row.get(letter) or "" for letter in book["Results"][0]] for row in book["Results"]]
    rows = [line[table[0].index("row_number")] for line in sheet[1:]]
    assert all(isinstance(number, float) for number in rows if number), "a column of numbers is sorted as such"
    sheet = [[f"{one:.0f}" if isinstance(one, float) else one for one in row] for row in sheet]
    assert len(sheet) == len(table) > 8
    assert [[text.removeprefix("'") for text in row] for row in table] == sheet
    said = [str(text) for row in book["Summary"] for text in row.values()]
    assert said[0].startswith(f"{cameras.name}: 8 rows against 3 devices")
    assert any(text.startswith("Recall: ") for text in said)


def drawn(*words: str) -> dict[str, Any]:
    done = CliRunner().invoke(sample, [*words, "--format", "json", "--quiet"])
    assert done.exit_code == Exit.DONE, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_sample_of_addresses_is_drawn_again_by_its_seed() -> None:
    first = drawn("10.0.0.0/24", "--seed", "7")
    assert (first["schema"], first["population"], first["size"], first["seed"]) == ("camscan-sample/1", 254, 154, 7)
    addresses = [item["address"] for item in first["sample"]]
    assert len(set(addresses)) == 154
    assert addresses[:3] == [item["address"] for item in drawn("10.0.0.0/24", "--seed", "7")["sample"]][:3]
    assert drawn("10.0.0.0/24", "--seed", "8")["sample"] != first["sample"]
    assert drawn("10.0.0.0/24", "--seed", "7", "--tolerance", "10", "--confidence", "90")["size"] == 54


def test_every_address_is_drawn_as_often_as_any_other() -> None:
    """Over many seeds; the bound is that of a binomial share at six standard deviations."""
    counts = Counter(
        i["address"] for n in range(100) for i in drawn("10.0.0.1-20", "--tolerance", "25", "--seed", str(n))["sample"]
    )
    size = drawn("10.0.0.1-20", "--tolerance", "25", "--seed", "0")["size"]
    expected = 100 * size / 20
    spread = (100 * size / 20 * (1 - size / 20)) ** 0.5
    assert len(counts) == 20
    assert all(abs(count - expected) < 6 * spread for count in counts.values())


def test_each_row_keeps_what_the_list_calls_it_by(db: Path, tmp_path: Path) -> None:
    cameras = tmp_path / "tagged.csv"
    cameras.write_text("Asset tag,IP,Make\nC-0042,10.0.0.1,Hikvision\n,10.0.0.2,Axis\n")
    assert " 2 (C-0042)  " in run(db, cameras).stdout
    tagged = csv.DictReader(run(db, cameras, "--format", "csv").stdout.splitlines())
    assert {one["row_number"]: one["row_asset"] for one in tagged} == {"2": "C-0042", "3": "", "": ""}
    first, *_ = json.loads(run(db, cameras, "--format", "json").stdout)["results"]
    assert first["row"]["asset"] == "C-0042"


def test_a_sample_of_rows_names_them(cameras: Path) -> None:
    found = drawn("--inventory", str(cameras), "--seed", "1", "--tolerance", "50")
    assert (found["population"], found["size"]) == (8, 3)
    item = found["sample"][0]
    line = LIST.splitlines()[item["row_number"] - 1]
    assert line.split(";")[0].strip('"') == item["row"]["Camera"]
    done = CliRunner().invoke(sample, ["--inventory", str(cameras), "--seed", "1", "--format", "csv"])
    assert done.stdout.splitlines()[0] == "row_number,Camera,IP Addr.,MAC-Adresse,S/N,Make/Model,Site"
    assert len(done.stdout.splitlines()) == 9
    assert "All 8 drawn with --seed 1: so few that none can be left out" in done.stderr
    few = CliRunner().invoke(sample, ["--inventory", str(cameras), "--seed", "1", "--tolerance", "50"])
    assert "3 of 8 drawn with --seed 1: a share found among these is right to within 50 points" in few.stdout
    book = CliRunner().invoke(sample, ["--inventory", str(cameras), "--seed", "1", "--format", "xlsx", "-o", "-"])
    heads = read(book.stdout_bytes)["Sample"][0]
    assert [*heads.values()] == done.stdout.splitlines()[0].split(",")


def test_a_random_seed_is_told() -> None:
    done = CliRunner().invoke(sample, ["10.0.0.1-10.0.0.4"])
    [seed] = [
        word.rstrip(":")
        for word, before in zip(done.stdout.split()[1:], done.stdout.split(), strict=False)
        if before == "--seed"
    ]
    again = CliRunner().invoke(sample, ["10.0.0.1-10.0.0.4", "--seed", seed])
    assert again.stdout == done.stdout
    assert sorted(line for line in done.stdout.splitlines()[1:]) == [f"10.0.0.{n}" for n in range(1, 5)]


def test_a_sample_is_drawn_from_one_thing(cameras: Path) -> None:
    for words in ([], ["10.0.0.1", "--inventory", str(cameras)]):
        done = CliRunner().invoke(sample, words)
        assert isinstance(done.exception, UsageError)


def test_on_a_narrow_terminal_nothing_runs_over(db: Path, cameras: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cameras.write_text(f"ip,make,model\n10.0.0.1,Hikvision,{'long name ' * 9}\n10.9.9.9,Axis,\n")
    wide = run(db, cameras, "--quiet").stdout
    monkeypatch.setattr("camscan.cli.terminal.output.page", lambda **_: Page(60))
    narrow = run(db, cameras, "--quiet").stdout
    assert max(map(len, narrow.splitlines())) <= 60 < max(map(len, wide.splitlines()))
    assert len(narrow.split("\n\n")) == len(wide.split("\n\n"))
    whole = f"inventory: Hikvision {'long name ' * 9}".strip()
    assert all(whole in " ".join(shown.split()) for shown in (narrow, wide)), "what a column cuts off follows below it"


@pytest.mark.parametrize("count", [1, 2])
def test_a_report_with_a_device_a_line_is_a_list_however_many_it_has(db: Path, tmp_path: Path, count: int) -> None:
    written = CliRunner().invoke(report, ["--db", str(db), "--format", "jsonl"]).stdout
    lines = tmp_path / "found.jsonl"
    lines.write_text("".join(written.splitlines(keepends=True)[:count]))
    assert document(db, lines)["summary"]["classes"]["matched"] == count


def test_of_sheets_that_hold_nothing_no_lines_are_counted(db: Path, tmp_path: Path) -> None:
    file = tmp_path / "sheets.xlsx"
    with Workbook(file) as book:
        book.add_worksheet("List").write_column(0, 0, ["IP", "10.0.0.1"])
        book.add_worksheet("Sheet2")
        book.add_worksheet("Old").hide()
    done = CliRunner().invoke(reconcile, [str(file), "--db", str(db)])
    told = [line for line in done.stderr.splitlines() if line.startswith(("Sheet 'Sheet2'", "Sheet 'Old'"))]
    assert told == [
        "Sheet 'Sheet2': empty.",
        "Sheet 'Old': it is hidden: not read; show it in the workbook if it is part of the list.",
    ]


def test_that_the_list_was_cut_off_is_told_and_nothing_passes_for_complete(db: Path, tmp_path: Path) -> None:
    path = tmp_path / "cameras.json"
    path.write_text('[{"ip": "10.0.0.1", "make": "Axis"}, {"ip": "10.0')
    done = run(db, path, "--fail-on", "undeclared")
    assert "The list seems to be cut off: " in done.stdout
    assert done.exit_code == Exit.INCOMPLETE


def test_a_list_in_a_folder_that_is_closed_is_not_said_to_be_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "stat", refuse)
    done = CliRunner().invoke(reconcile, [str(tmp_path / "list.csv")])
    assert done.exit_code == 2
    assert "list.csv: Permission denied: check who may read it and the folders above it" in done.output
