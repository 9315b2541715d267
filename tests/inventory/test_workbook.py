from __future__ import annotations

import datetime as dt
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from camscan.errors import UsageError
from camscan.inventory import unpack
from camscan.inventory.workbook import read_workbook

Book = Callable[[Callable[[xlsxwriter.Workbook], None]], Path]

_ODS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 office:version="1.2"><office:body><office:spreadsheet><table:table table:name="Liste">{rows}</table:table>
</office:spreadsheet></office:body></office:document-content>"""


@pytest.fixture
def book(tmp_path: Path) -> Book:
    def write(fill: Callable[[xlsxwriter.Workbook], None]) -> Path:
        path = tmp_path / "list.xlsx"
        with xlsxwriter.Workbook(str(path)) as workbook:
            fill(workbook)
        return path

    return write


def rows(path: Path) -> dict[str, list[tuple[int, tuple[str, ...]]]]:
    return {sheet.name: [(line.number, line.cells) for line in sheet.lines] for sheet in read_workbook(path)}


def test_cells_become_text(book: Book) -> None:
    def fill(workbook: xlsxwriter.Workbook) -> None:
        sheet = workbook.add_worksheet("Cams")
        day = workbook.add_format({"num_format": "dd.mm.yyyy"})
        sheet.write_row("B3", ["Gate", 210235412, 1.5, True, 12345678901234567])
        sheet.write_datetime("B4", dt.datetime(2023, 5, 1), day)
        sheet.write_string("C4", "00012345")

    assert rows(book(fill)) == {
        "Cams": [
            (3, ("", "Gate", "210235412", "1.5", "TRUE", "1.23456789012346E+16")),
            (4, ("", "2023-05-01", "00012345", "", "", "")),
        ]
    }


def test_formulas_give_the_value_that_was_stored_with_them(book: Book) -> None:
    def fill(workbook: xlsxwriter.Workbook) -> None:
        sheet = workbook.add_worksheet("Cams")
        sheet.write_formula("A1", '="10.0.0."&5', None, "10.0.0.5")
        sheet.write_formula("A2", "=1/0", None, "#DIV/0!")
        sheet.write("B2", "Door")

    assert rows(book(fill)) == {"Cams": [(1, ("10.0.0.5", "")), (2, ("", "Door"))]}


def test_a_cell_tells_where_its_link_leads_unless_it_shows_an_address(book: Book) -> None:
    def fill(workbook: xlsxwriter.Workbook) -> None:
        workbook.add_worksheet("Empty")
        sheet = workbook.add_worksheet("A & B")
        sheet.write_row("A1", ["Camera", "IP"])
        sheet.write_url("A2", "http://admin:secret@10.0.0.5/?a=1&b=2", string="Gate")
        sheet.write_url("B2", "http://10.0.0.7/", string="10.0.0.6")
        sheet.write_url("A3", "https://cam.example:8443/x", string="cam.example")
        sheet.write_url("B3", "mailto:a@example.org", string="mail")
        sheet.write_url("A5", "https://maker.example/products/M-1/", string="M-1")
        sheet.write_url("B5", "https://10.0.0.8:8443", string="web")
        sheet.write_url("AB4", "internal:Empty!A1", string="there")

    told = {number: cells[:2] for number, cells in rows(book(fill))["A & B"]}
    assert told == {
        1: ("Camera", "IP"),
        2: ("Gate http://10.0.0.5", "10.0.0.6"),
        3: ("cam.example", "mail"),
        4: ("", ""),
        5: ("M-1", "web https://10.0.0.8:8443"),
    }


def test_merged_cells_count_for_all_rows_and_columns_that_they_span(book: Book) -> None:
    def fill(workbook: xlsxwriter.Workbook) -> None:
        sheet = workbook.add_worksheet("Cams")
        sheet.merge_range("B1:C1", "Network")
        sheet.write_row("A2", ["Site", "IP", "MAC"])
        sheet.merge_range("A3:A5", "Harbour")
        sheet.write("B3", "10.0.0.5")
        sheet.write("B5", "10.0.0.6")

    assert rows(book(fill))["Cams"] == [
        (1, ("", "Network", "Network")),
        (2, ("Site", "IP", "MAC")),
        (3, ("Harbour", "10.0.0.5", "")),
        (5, ("Harbour", "10.0.0.6", "")),
    ]


def test_hidden_sheets_are_named_and_not_read(book: Book) -> None:
    def fill(workbook: xlsxwriter.Workbook) -> None:
        workbook.add_worksheet("One").write("A1", "10.0.0.5")
        hidden = workbook.add_worksheet("Old")
        hidden.write("A1", "10.0.0.6")
        hidden.hide()
        workbook.add_worksheet("Empty")

    sheets = [(sheet.name, [line.cells for line in sheet.lines], sheet.notes) for sheet in read_workbook(book(fill))]
    assert sheets == [
        ("One", [("10.0.0.5",)], []),
        ("Old", [], ["it is hidden: not read; show it in the workbook if it is part of the list"]),
        ("Empty", [], []),
    ]


def test_a_sheet_that_is_left_unread_does_not_spoil_the_next(book: Book) -> None:
    def fill(workbook: xlsxwriter.Workbook) -> None:
        workbook.add_worksheet("One").write_column("A1", ["a", "b", "c"])
        workbook.add_worksheet("Two").write("A1", "d")

    sheets = read_workbook(book(fill))
    next(sheets)
    assert [line.cells for line in next(sheets).lines] == [("d",)]


def test_open_document_sheets_are_read(tmp_path: Path) -> None:
    path = tmp_path / "list.ods"
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    lines = [("IP", "S/N"), ("10.0.0.5", "A1")]
    body = "".join(f"<table:table-row>{''.join(map(cell.format, line))}</table:table-row>" for line in lines)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", _ODS.format(rows=body))
        archive.writestr("META-INF/manifest.xml", "<x/>")
    assert rows(path) == {"Liste": [(1, ("IP", "S/N")), (2, ("10.0.0.5", "A1"))]}


def _bomb(path: Path, size: int) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(size >> 24):
                part.write(bytes(1 << 24))


def test_a_gigabyte_in_an_archive_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    _bomb(path, 1 << 30)
    assert path.stat().st_size < 16 << 20
    with pytest.raises(UsageError) as error:
        list(read_workbook(path))
    assert str(error.value) == (
        f"cannot read {path}: it would unfold to 2 files of 1,024 MiB in all, and 10,000 and 768 MiB are allowed: "
        "save the list as CSV"
    )


def test_an_archive_of_very_many_files_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "MAX_PARTS", 2)
    path = tmp_path / "many.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for name in "abc":
            archive.writestr(name, "")
    with pytest.raises(unpack.RefusedError, match="unfold to 3 files"):
        unpack.check_archive(str(path))


def test_whoever_unpacks_has_bounds_of_memory_and_time(book: Book) -> None:
    path = book(lambda workbook: workbook.add_worksheet("Cams"))
    code = (
        "import resource, runpy, sys\n"
        f"unpack = runpy.run_path({unpack.__file__!r})\n"
        f"unpack['main']({str(path)!r})\n"
        "print(*(resource.getrlimit(what) for what in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_CORE)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    bounds = [(limit, limit) for limit in (unpack.MAX_MEMORY, unpack.MAX_SECONDS, 0)]
    assert done.stdout.splitlines()[-1] == " ".join(map(str, bounds))


def test_a_cell_at_the_far_end_of_a_sheet_ends_the_reader_and_nothing_else(book: Book) -> None:
    def fill(workbook: xlsxwriter.Workbook) -> None:
        sheet = workbook.add_worksheet("Cams")
        sheet.write("A1", "10.0.0.5")
        sheet.write(1_048_575, 16_383, "x")

    path = book(fill)
    with pytest.raises(UsageError) as error:
        rows(path)
    assert str(error.value) == (f"cannot read {path}: unpacking it takes too much memory or time: save the list as CSV")


def test_archives_that_are_no_workbook_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "x")
    with pytest.raises(UsageError, match=r"it cannot be read as a workbook"):
        rows(path)
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(UsageError, match=r"it cannot be read as a workbook"):
        rows(path)
    path.write_bytes(b"PK\x03\x04" + bytes(1000))
    with pytest.raises(UsageError, match=r"it cannot be read as a workbook"):
        rows(path)


def test_a_part_that_is_longer_than_the_directory_says_is_not_cut_in_silence(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    _bomb(path, 1 << 24)
    data = bytearray(path.read_bytes())
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = (1000).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(UsageError, match=r"its archive is damaged \(checksum of xl/worksheets/sheet1.xml\)"):
        rows(path)
