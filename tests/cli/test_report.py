"""`camscan report`: what was said and listed stands beside what was found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click import Command
from click.testing import CliRunner
from support.listed import LIST, store_scan
from support.nights import night

from camscan.cli.progress import progress
from camscan.cli.report import report
from camscan.cli.sample import sample
from camscan.cli.scans import scans
from camscan.errors import UsageError
from camscan.records import LedgerEntry, Outcome
from camscan.store.store import Store


@pytest.fixture
def db(tmp_path: Path) -> str:
    store_scan(tmp_path / "camscan.db")
    return str(tmp_path / "camscan.db")


def test_an_inventory_is_held_against_the_scan(db: str, tmp_path: Path) -> None:
    cameras = tmp_path / "cameras.csv"
    cameras.write_text(LIST)
    done = CliRunner().invoke(report, ["--db", db, "--inventory", str(cameras), "--format", "html"])
    assert done.exit_code == 0
    assert "cameras.csv: 8 rows against 3 devices of scan 4f2a00 (North)." in done.stdout
    assert "no row names this device" in done.stdout
    assert "8 of devices" in done.stderr
    without = CliRunner().invoke(report, ["--db", db, "--format", "html"])
    assert "Completeness" not in without.stdout


def test_the_burn_down_of_the_site_is_drawn_once_there_is_history(tmp_path: Path) -> None:
    db = str(tmp_path / "c.db")
    with Store.open(db) as store:
        night(store, 0, {"10.0.0.1": 1, "10.0.0.2": 2})
        night(store, 30, {"10.0.0.1": 1, "10.0.0.2": 2, "10.0.0.3": 3})
    for shape in ("html", "markdown"):
        shown = CliRunner().invoke(report, ["--db", db, "--format", shape]).stdout
        assert "Burn-down" not in shown
        assert "are removed" not in shown
    CliRunner().invoke(progress, ["--db", db])
    assert "0 of 3 listed devices are removed, 3 remain" in (
        CliRunner().invoke(report, ["--db", db, "--format", "html"]).stdout
    )


OURS = """\
id: ours
title: what we do not buy
jurisdiction: XX
citation: a decision
url: https://example.org/decision
since: 2026-01-01
entities:
  - {name: Axis Communications AB, makers: [Axis]}
"""


def test_the_burn_down_counts_what_the_chosen_policies_list(tmp_path: Path) -> None:
    uniview = {"onvif.manufacturer": ("UNIVIEW",), "onvif.model": ("IPC322LR3-VSPF28-D",)}
    (tmp_path / "ours.yaml").write_text(OURS)
    with Store.open(tmp_path / "c.db") as store:
        scan = night(store, 0, {"10.0.0.1": 1})
        seen = replace(next(store.observations(scan.id)), target="10.0.0.2", channel="onvif", fields=uniview)
        store.append(scan.id, [seen], [LedgerEntry("10.0.0.2", {"onvif": Outcome.ANSWERED})])
    db = ["--db", str(tmp_path / "c.db")]

    def told(*words: str) -> str:
        return CliRunner().invoke(report, [*db, "--format", "markdown", *words]).stdout

    CliRunner().invoke(progress, db)
    assert "0 of 2 listed devices are removed" in told()
    assert "0 of 1 listed device is removed, 1 remains;" in told("--policy", "us-ndaa-889")
    assert "removed" not in told("--policy", str(tmp_path / "ours.yaml"))
    with Store.open(tmp_path / "c.db") as store:
        night(store, 1, {}, silent=("10.0.0.1", "10.0.0.2"))
    CliRunner().invoke(progress, db)
    assert "2 remain (2 not seen since this scan began)" in told()
    assert "1 remains (1 not seen since this scan began)" in told("--policy", "us-ndaa-889")


@pytest.mark.parametrize(
    ("command", "words", "why"),
    [
        (report, ["--map", "ip=A"], "--map says how to read --inventory"),
        (report, ["--encoding", "cp1252"], "--encoding says how"),
        (
            report,
            ["--inventory", "LIST", "--format", "json"],
            "json cannot show --inventory: use html, xlsx, markdown, pdf",
        ),
        (sample, ["10.0.0.0/24", "--map", "ip=A"], "--map says how"),
    ],
)
def test_what_would_change_nothing_is_wrong_use(
    db: str, tmp_path: Path, command: Command, words: list[str], why: str
) -> None:
    (tmp_path / "cameras.csv").write_text(LIST)
    words = [str(tmp_path / "cameras.csv") if word == "LIST" else word for word in words]
    done = CliRunner(env={"CAMSCAN_DB": db}).invoke(command, words)
    assert isinstance(done.exception, UsageError)
    assert why in str(done.exception)
    assert done.stdout == ""


def test_a_byte_order_mark_is_for_csv(db: str, tmp_path: Path) -> None:
    file = tmp_path / "excel.csv"
    assert CliRunner().invoke(report, ["--db", db, "--format", "csv", "--bom", "-o", str(file)]).exit_code == 0
    assert file.read_bytes().startswith(b"\xef\xbb\xbfid,address,")
    plain = CliRunner().invoke(report, ["--db", db, "--format", "csv"])
    assert plain.stdout_bytes == file.read_bytes().removeprefix(b"\xef\xbb\xbf")
    wrong = CliRunner().invoke(report, ["--db", db, "--format", "netbox", "--bom"])
    assert isinstance(wrong.exception, UsageError)
    assert "--bom is for csv" in str(wrong.exception)


@pytest.mark.parametrize("name", ["site.xls", "SITE.DOCX", "site.xml", "site.html.gz"])
def test_a_file_that_would_not_be_what_its_name_says_is_refused(db: str, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    wrong = CliRunner().invoke(report, ["--db", db, "-o", str(file)])
    assert isinstance(wrong.exception, UsageError)
    assert f"cannot write {file.suffix} files here: choose one of table, json, " in str(wrong.exception)
    assert not file.exists()
    assert CliRunner().invoke(report, ["--db", db, "-o", str(file), "--format", "table"]).exit_code == 0


@pytest.mark.parametrize(
    ("name", "right"), [("a.hmtl", ".html"), ("a.XSLX", ".xlsx"), ("a.cvs", ".csv"), ("a.jsno", ".json")]
)
def test_an_ending_with_its_letters_in_another_order_is_taken_for_misspelt(
    db: str, tmp_path: Path, name: str, right: str
) -> None:
    wrong = CliRunner().invoke(report, ["--db", db, "-o", str(tmp_path / name)])
    assert f"files here: write {right}, or choose one of table, json, " in str(wrong.exception)
    assert list(tmp_path.glob("a.*")) == []


def test_all_evidence_is_printed_on_request(db: str) -> None:
    for flag, body in (([], "<body>"), (["--all-evidence"], '<body class="whole">')):
        assert body in CliRunner().invoke(report, ["--db", db, "--format", "html", *flag]).stdout
    wrong = CliRunner().invoke(report, ["--db", db, "--format", "csv", "--all-evidence"])
    assert isinstance(wrong.exception, UsageError)
    assert "--all-evidence is for html and pdf" in str(wrong.exception)


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("site.html", b"<!doctype html>"),
        ("site.HTM", b"<!doctype html>"),
        ("site.json", b'{"schema": "camscan/1"'),
        ("site.cdx.json", b'{"$schema": "http://cyclonedx.org/'),
        ("SITE.CDX.JSON", b'{"$schema": "http://cyclonedx.org/'),
        ("site.csv", b"id,address,"),
        ("site.xlsx", b"PK"),
        ("site.md", b"# "),
        ("site.txt", b"3 devices are listed"),
        ("site", b"3 devices are listed"),
    ],
)
def test_a_file_is_written_as_its_name_ends(db: str, tmp_path: Path, name: str, begins: bytes) -> None:
    assert CliRunner().invoke(report, ["-o", str(tmp_path / name), "--db", db]).exit_code == 0
    assert (tmp_path / name).read_bytes().startswith(begins)


def test_a_format_that_is_named_goes_before_the_ending(db: str, tmp_path: Path) -> None:
    file = tmp_path / "site.html"
    assert CliRunner().invoke(report, ["--format", "csv", "--db", db, "-o", str(file)]).exit_code == 0
    assert file.read_bytes().startswith(b"id,address,")


def test_an_ending_that_a_command_cannot_serve_is_wrong_use(db: str, tmp_path: Path) -> None:
    file = tmp_path / "scans.xlsx"
    done = CliRunner().invoke(scans, ["--db", db, "-o", str(file)])
    assert isinstance(done.exception, UsageError)
    assert "as xlsx here: choose another file name, or --format table or json" in str(done.exception)
    assert not file.exists()
