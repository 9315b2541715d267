"""Every format as it is written, byte for byte.

`CAMSCAN_GOLDEN=write pytest tests/reports/test_golden.py` writes the files anew: read them before you keep them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import workbooks

from camscan.records import Report
from camscan.reports import FORMATS, Page

GOLDEN = Path(__file__).parent / "golden"


OWN_PARTS = re.compile(r"(?s)(?<=<style>).*?(?=</style>)|(?<=<script>).*?(?=</script>)|sha256-[\w+/]{43}=")
"""What the page has from files of its own: their tests are elsewhere."""

FILES = (
    ("table", Page(80), "table-80.txt"),
    ("table", Page(140), "table-140.txt"),
    ("table", Page(80, colour=True), "table-80-colour.txt"),
    ("json", Page(), "report.json"),
    ("jsonl", Page(), "report.jsonl"),
    ("csv", Page(), "report.csv"),
    ("html", Page(), "report.html"),
    ("xlsx", Page(), "report.xlsx.txt"),
    ("markdown", Page(), "report.md"),
    ("sarif", Page(), "report.sarif"),
    ("netbox", Page(), "netbox.csv"),
    ("cyclonedx", Page(), "report.cdx.json"),
)


@pytest.mark.parametrize(("name", "page", "file"), FILES)
def test_a_format_is_written_as_before(report: Report, name: str, page: Page, file: str) -> None:
    written = as_kept(name, FORMATS[name].render(report, page)).encode()
    if os.environ.get("CAMSCAN_GOLDEN") == "write":
        (GOLDEN / file).write_bytes(written)
    assert written.decode() == (GOLDEN / file).read_bytes().decode()


def as_kept(name: str, pieces: Iterator[str] | Iterator[bytes]) -> str:
    """A report as its golden file holds it: a workbook as the cells that it shows, for the bytes hang on zlib."""
    data = b"".join(piece.encode() if isinstance(piece, str) else piece for piece in pieces)
    if name == "xlsx":
        return "".join(
            f"{sheet} {cells!r}\n" for sheet, rows in workbooks.read(data).items() for cells in rows if len(cells)
        )
    return OWN_PARTS.sub("...", data.decode()) if name == "html" else data.decode()


def test_every_format_has_a_golden_file() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == {file for _, _, file in FILES}
    # What makes the PDF of the page is no part of camscan, and writes other bytes in each of its versions.
    assert {*FORMATS} - {name for name, _, _ in FILES} == {"pdf"}
