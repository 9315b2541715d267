"""A row for each site: a count says only what the scan could see."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest
from support.sample import make_report
from support.workbooks import read

from camscan.records import Origin, Outcome, Report, ScanStatus, Verdict
from camscan.reports import FORMATS, Page, workbook
from camscan.reports.sites import COLUMNS, Overview
from camscan.reports.workbook import Cell

VERDICTS = ("Listed", "Suspected", "Not listed", "Unidentified")


def row(report: Report) -> dict[str, Cell]:
    return {head: cell for (head, _), cell in zip(COLUMNS, Overview().row(report), strict=True)}


def joined(reports: Iterable[Report]) -> bytes:
    return b"".join(piece for piece in FORMATS["xlsx"].render_each(reports, Page()) if isinstance(piece, bytes))


def test_a_row_counts_what_the_report_counts(report: Report) -> None:
    made = row(report)
    assert [made[head] for head in VERDICTS] == [2, 1, 1, 1]
    assert [made[head] for head in ("Asked", "Answered", "Not asked")] == [249, 12, 7]
    assert report.progress is not None
    assert [made[head] for head in ("Removed", "Exempt")] == [report.progress.removed, report.progress.exempt]
    words = str(made["In words"])
    assert words.startswith("2 devices are listed (uk-nil: 1, us-ndaa-889: 2), 1 is suspected, ")
    assert "RETURNED: " in words
    assert "249 addresses asked: 12 answered, " in words
    assert f"{report.progress.removed} of {report.progress.known} listed devices" in words


@pytest.mark.parametrize(
    ("ended", "status"),
    [
        (ScanStatus.COMPLETE, "complete"),
        (ScanStatus.PARTIAL, "partial"),
        (ScanStatus.INTERRUPTED, "interrupted"),
        (ScanStatus.RUNNING, "still running"),
    ],
)
def test_how_a_scan_ended_stands_beside_what_it_found(report: Report, ended: ScanStatus, status: str) -> None:
    made = row(replace(report, scan=replace(report.scan, status=ended)))
    assert (made["Status"], made["Listed"]) == (status, 2)


@pytest.mark.parametrize(
    ("alive", "ended", "status", "counts"),
    [
        (Outcome.REFUSED, ScanStatus.COMPLETE, "complete", {0}),
        (Outcome.SILENT, ScanStatus.COMPLETE, "could not look", {None}),
        (Outcome.NOT_SENT, ScanStatus.PARTIAL, "could not look", {None}),
        (Outcome.SILENT, ScanStatus.RUNNING, "still running", {None}),
    ],
)
def test_where_nothing_could_be_seen_no_count_says_that_there_is_none(
    report: Report, alive: Outcome, ended: ScanStatus, status: str, counts: set[int | None]
) -> None:
    scan = replace(report.scan, status=ended)
    none = replace(report, scan=scan, devices=(), ledger={"": {alive.value: 9}}, targets=9, networks=())
    made = row(none)
    assert made["Status"] == status
    assert {made[head] for head in VERDICTS} == counts


def test_a_decoy_that_did_not_answer_makes_a_site_blind(report: Report) -> None:
    made = row(replace(report, devices=(), missed=("10.0.0.99",)))
    assert (made["Status"], made["Listed"]) == ("could not look", None)


def test_of_what_was_read_or_heard_nobody_says_that_addresses_were_asked(report: Report) -> None:
    for origin, status in ((Origin.IMPORT, "imported"), (Origin.LISTEN, "listened")):
        made = row(replace(report, scan=replace(report.scan, settings={"origin": origin.value})))
        assert [made[head] for head in ("Status", "Asked", "Not asked", "Listed")] == [status, None, None, 2]
        assert made["Answered"] == 12


def test_a_scan_of_no_site_and_a_site_without_a_burn_down_have_a_row_too(report: Report) -> None:
    made = row(replace(report, scan=replace(report.scan, site=None), progress=None))
    assert [made["Site"], made["Removed"], made["Exempt"]] == ["(no site)", None, None]


def test_the_sum_stands_below_the_rows_and_out_of_reach_of_the_filters(report: Report) -> None:
    blind = replace(report, devices=(), ledger={"": {"silent": 9}}, networks=(), progress=None)
    some = Overview()
    some.row(report)
    some.row(blind)
    whole = {head: cell for (head, _), cell in zip(COLUMNS, some.whole, strict=True)}
    assert [whole[head] for head in ("Site", "Status", "Listed")] == ["All", "2 sites", 2]
    assert whole["In words"] == "1 could not look, 1 partial"
    assert whole["Left out"] is None
    book = joined([report, blind])
    assert [one["A"] for one in read(book)["Sites"]] == ["Site", report.scan.site, report.scan.site, "All"]
    sheet = zipfile.ZipFile(io.BytesIO(book)).read("xl/worksheets/sheet1.xml").decode()
    assert '<autoFilter ref="A1:P3"/>' in sheet
    assert '<row r="5"><c r="A5"' in sheet


def test_reports_are_taken_one_after_the_other(report: Report) -> None:
    """Of thousands of sites, only the last one is to be held while the next is made."""
    held: list[int] = []

    class Told(tuple[object, ...]):
        def __del__(self) -> None:
            held.append(-1)

    def reports() -> Iterator[Report]:
        for _ in range(4):
            held.append(1)
            yield replace(report, policies=Told(report.policies))  # type: ignore[arg-type]

    joined(reports())
    assert max(sum(held[: at + 1]) for at in range(len(held))) <= 2


def test_the_same_reports_are_the_same_file(report: Report) -> None:
    assert joined([report, report]) == joined([report, report])


def test_a_sheet_of_several_sites_ends_where_a_sheet_must_and_says_so(
    monkeypatch: pytest.MonkeyPatch, report: Report
) -> None:
    monkeypatch.setattr(workbook, "_MAX_ROWS", 3)
    listed = tuple(one for one in report.devices if one.verdict is Verdict.LISTED)
    rows = read(joined([make_report(devices=listed), make_report(devices=listed)]))["Devices"]
    assert len(rows) == 5
    assert rows[-1] == {"A": "More rows than a sheet can hold: write the report in another format for the rest."}


def test_the_name_of_a_site_is_no_more_than_text(report: Report) -> None:
    for name in ("=HYPERLINK(1)", "<r></is></c>", "@SUM(1)", "_x0041_"):
        book = read(joined([replace(report, scan=replace(report.scan, site=name))]))  # which fails at a formula
        shown = name.replace("_x", "\\x5fx", 1)
        assert [row["A"] for row in book["Sites"]] == ["Site", shown, "All"]
        assert {row["A"] for sheet in ("Devices", "Evidence") for row in book[sheet][1:]} == {shown}
