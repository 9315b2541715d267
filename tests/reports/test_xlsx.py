from __future__ import annotations

import errno
import io
import os
import re
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from support.sample import make_report
from support.workbooks import Table, read
from xlsxwriter import Workbook

from camscan.errors import HostError
from camscan.records import Device, Judged, Outcome, Report, Verdict
from camscan.reports import Page, workbook
from camscan.reports.xlsx import render


def written(report: Report) -> bytes:
    return b"".join(render(report, Page()))


def column(table: Table, head: str) -> list[str | float | None]:
    (letter,) = (letter for letter, text in table[0].items() if text == head)
    return [row.get(letter) for row in table[1:]]


def part(report: Report, name: str) -> str:
    return zipfile.ZipFile(io.BytesIO(written(report))).read(name).decode()


def test_one_sheet_a_section(report: Report) -> None:
    always = ["Summary", "Devices", "Evidence", "Coverage", "Networks", "Addresses"]
    assert list(read(written(report))) == [*always, "Inventory", "Burn-down"]
    assert list(read(written(replace(report, reconciled=None, progress=None)))) == always


def test_an_inventory_and_the_burn_down_have_sheets(report: Report) -> None:
    book = read(written(report))
    assert [tuple(row.values()) for row in book["Inventory"]] == [
        ("Class", "Address", "Row", "Reason"),
        ("undeclared", "10.0.0.7", "no row names it"),
    ]
    assert [tuple(row.values()) for row in book["Burn-down"]][1:] == [
        *(("2026-03-01", 9.0), ("2026-09-30", 5.0), ("2026-11-20", 4.0))
    ]
    summary = [tuple(row.values()) for row in book["Summary"]]
    assert ("Inventory", "cameras.xlsx: 4 rows against 3 devices.") in summary
    assert ("2 more undeclared are not shown here: camscan reconcile shows all of them.",) in summary


def test_a_wide_sheet_is_printed_on_several_pages_with_what_tells_the_devices_apart(report: Report) -> None:
    devices = part(report, "xl/worksheets/sheet2.xml")
    assert re.search('<pageSetup[^>]* fitToWidth="4" fitToHeight="0" orientation="landscape"/>', devices)
    assert "Devices!$A:$C,Devices!$1:$1" in part(report, "xl/workbook.xml")


def test_the_summary_holds_findings_coverage_policies_and_method(report: Report) -> None:
    rows = [tuple(row.values()) for row in read(written(report))["Summary"]]
    assert rows[0] == ("2 listed devices found: 1 made by Dahua, 1 by Hikvision",)
    assert rows[1] == (
        "Findings",
        "2 devices are listed (uk-nil: 1, us-ndaa-889: 2), 1 is suspected, 1 is not listed, 1 is unidentified.",
    )
    assert [len(row) for row in rows[2:4]] == [2, 1]  # one label for them all
    assert rows[2][0] == "Urgent"
    assert rows[4] == ("Coverage", "249 addresses asked: 12 answered, 3 refused, 230 silent, 4 unreachable.")
    assert rows[5] == ("7 addresses not asked: 1 excluded, 6 not sent.",)
    assert (
        "Policy uk-nil",
        "Security update; Written statement HCWS386; since 2022-11-24; https://example.org/h?a=1&b",
    ) in rows
    assert ("Made with", "camscan 0.1.0, fingerprints 812 rules") in rows


def test_devices_come_by_rank_with_numbers_as_numbers(report: Report) -> None:
    devices = read(written(report))["Devices"]
    assert column(devices, "Address") == ["10.0.0.7", "10.0.0.25", "10.0.0.9", "10.0.0.101", "fd00::1:2"]
    assert column(devices, "Verdict") == ["listed", "listed", "suspected", "not-listed", "unidentified"]
    assert column(devices, "Attached cameras") == [4.0, None, None, None, None]
    assert column(devices, "Ports")[1] == "80, 554, 8000"
    assert column(devices, "Other addresses")[1] == "fe80::4619:b6ff:fe00:1"
    assert column(devices, "Policies")[1] == "uk-nil, us-ndaa-889"
    assert column(devices, "Conflicts")[2] == "10.0.0.9 answered with two MAC addresses"
    looks = column(devices, "What to look for")
    assert str(looks.pop(2)).startswith("Look at the label for")
    assert looks == [None] * 4


def test_evidence_has_a_row_for_each_value(report: Report) -> None:
    evidence = read(written(report))["Evidence"]
    assert column(evidence, "Rules") == [
        *("dahua-dhip", "hikvision-sadp", "hikvision-http-server", "hikvision-oui", "axis-vapix")
    ]
    assert column(evidence, "Port") == [37810.0, 37020.0, 80.0, None, 443.0]
    assert str(column(evidence, "Value")[4]).startswith("\\x1b]0;owned\\x07=1+1 <b>[red]")


def test_coverage_by_channel_and_by_address(report: Report) -> None:
    book = read(written(report))
    assert [tuple(row.values()) for row in book["Coverage"]] == [
        ("Channel", "Answered", "Auth required", "Refused", "Not sent", "Crashed"),
        ("arp", 0.0, 0.0, 0.0, 254.0, 0.0),
        ("http", 10.0, 2.0, 3.0, 0.0, 1.0),
    ]
    addresses = [tuple(row.values()) for row in book["Addresses"]]
    assert len(addresses) == 1 + len(report.outcomes)
    assert ("10.0.0.25", "answered", "answered", "listed") in addresses
    assert ("10.0.0.63", "crashed", "not-sent") in addresses
    assert ("10.0.0.1", "silent", "silent") in addresses


def test_addresses_stand_in_the_order_of_their_numbers() -> None:
    given = ("10.0.0.1", "10.0.0.10", "10.0.0.9", "9.0.0.1", "fd00::10", "fd00::9")
    rows = read(written(make_report(outcomes=dict.fromkeys(given, Outcome.SILENT))))["Addresses"]
    assert [row["A"] for row in rows[1:]] == [*("9.0.0.1", "10.0.0.1", "10.0.0.9", "10.0.0.10", "fd00::9", "fd00::10")]


def test_text_that_looks_like_a_formula_or_a_link_is_text() -> None:
    texts = [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "{=1}",
        "https://x.example",
        "mailto:x",
        "_x0041_",
        " lead",
        "1e9",
        "\x00\x0b",
        "<r>&</r>",
    ]
    devices = tuple(Judged(Device(f"10.0.0.{n}", (), model=text), Verdict.LISTED) for n, text in enumerate(texts, 1))
    models = column(read(written(make_report(devices=devices)))["Devices"], "Model")
    assert models == [*texts[:7], "\\x5fx0041_", " lead", "1e9", "\\x00\\x0b", "<r>&</r>"]


def test_where_temporary_files_find_no_room_it_is_told_and_none_is_left(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Workbook._store_workbook

    def full(made: Workbook) -> None:
        store(made)  # which closes the files of its sheets
        os.close(tempfile.mkstemp(dir=made.tmpdir)[0])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Workbook, "_store_workbook", full)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(HostError, match=f"temporary files in {tmp_path}: .*No space left on device: free some space"):
        [*render(report, Page())]
    assert [*tmp_path.iterdir()] == []


def test_no_sentence_of_the_summary_is_markup() -> None:
    file = io.BytesIO()
    with workbook.new_workbook(file) as made:
        made.summary("<r><b></r>", [("<r>&</r>", "<r></is></c></r>")])
    rows = [tuple(row.values()) for row in read(file.getvalue())["Summary"]]
    assert rows == [("<r><b></r>",), ("<r>&</r>", "<r></is></c></r>")]


def test_heads_stay_in_view_and_every_column_filters(report: Report) -> None:
    sheet = part(report, "xl/worksheets/sheet2.xml")
    assert '<pane xSplit="1" ySplit="1" topLeftCell="B2" activePane="bottomRight" state="frozen"/>' in sheet
    assert '<autoFilter ref="A1:AC6"/>' in sheet
    assert '<dimension ref="A1:AC6"/>' in sheet


def test_the_same_report_is_the_same_file_and_holds_the_scans_time(report: Report) -> None:
    assert written(report) == written(report)
    assert "2026-11-24T01:00:00Z</dcterms:created>" in part(report, "docProps/core.xml")


@pytest.mark.parametrize(
    ("count", "more"),
    [(3, []), (4, ["More rows than a sheet can hold: write the report in another format for the rest."])],
)
def test_a_sheet_ends_where_a_sheet_must_and_says_so(
    monkeypatch: pytest.MonkeyPatch, count: int, more: list[str]
) -> None:
    outcomes = {f"10.0.0.{n}": Outcome.SILENT for n in range(1, count + 1)}
    monkeypatch.setattr(workbook, "_MAX_ROWS", 3)
    rows = read(written(make_report(outcomes=outcomes)))["Addresses"]
    assert [row["A"] for row in rows] == ["Address", "10.0.0.1", "10.0.0.2", "10.0.0.3", *more]
