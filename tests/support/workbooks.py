"""A workbook as its XML says it, without a program that would compute or mend anything."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TypeAlias
from xml.etree.ElementTree import Element  # for its type alone

from defusedxml.ElementTree import fromstring

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
Table: TypeAlias = list[dict[str, str | float]]
"""Rows, each with its column letters and values: text where the cell is typed as text, else a number."""


def read(data: bytes) -> dict[str, Table]:
    """Sheet name -> rows. Fails where any cell is a formula, or where anything leads out of the workbook."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert not [name for name in archive.namelist() if "external" in name.lower() or "macro" in name.lower()]
        assert not [
            n for n in archive.namelist() if n.endswith(".rels") and b'TargetMode="External"' in archive.read(n)
        ]
        book = fromstring(archive.read("xl/workbook.xml"))
        names = [sheet.attrib["name"] for sheet in book.iter(f"{MAIN}sheet")]
        return {name: _rows(archive.read(f"xl/worksheets/sheet{n}.xml")) for n, name in enumerate(names, 1)}


def _rows(xml: bytes) -> Table:
    sheet = fromstring(xml)
    assert not list(sheet.iter(f"{MAIN}f"))
    assert not list(sheet.iter(f"{MAIN}hyperlink"))
    return [dict(map(_cell, row.iter(f"{MAIN}c"))) for row in sheet.iter(f"{MAIN}row")]


def _cell(cell: Element) -> tuple[str, str | float]:
    column = re.sub(r"\d", "", cell.attrib["r"])
    if cell.get("t") == "inlineStr":
        return column, _unescaped("".join(text.text or "" for text in cell.iter(f"{MAIN}t")))
    assert cell.get("t") is None
    return column, float(cell.findtext(f"{MAIN}v", ""))


def _unescaped(text: str) -> str:
    """`_xHHHH_` is a character (ECMA-376, 22.9.2.19)."""
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), text)
