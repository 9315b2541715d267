"""Reads a workbook (XLSX, XLSM, XLSB, XLS, ODS) and writes its rows as JSON lines; run as a program of its own.

A workbook is somebody else's archive: a few kilobytes of it may unfold to gigabytes, or name one cell at the far end of
a sheet. So it is read here, under limits of memory and time that end this process and no other. Imports nothing of
camscan, so that it can be run by its path.
"""

from __future__ import annotations

import html
import json
import re
import resource
import sys
import zipfile
import zlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import python_calamine

MAX_MEMORY = 1 << 30
"""Bytes of address space: a workbook of 210,000 rows of 12 columns takes about 400 MiB."""
MAX_SECONDS = 120
MAX_PARTS = 10_000
"""Files in one archive: a workbook has about ten, and one a sheet and picture."""
MAX_UNPACKED = 768 << 20
"""Bytes of all files in one archive, as its directory states them."""
MAX_MERGED = 100_000
"""Merged ranges of one sheet that are looked at."""
MAX_LINKED = 64 << 20
"""Bytes of the XML of a sheet in which links are looked for."""
_ATTRIBUTE = re.compile(r'(?<![\w:])([\w:]{1,64})="([^"]{0,2048})"')
_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
_REF = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_LINK = re.compile(r"([A-Za-z]{3,5}://)(?:[^/@\s]{0,64}@)?(\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?)(?=[/?#]|$)")
"""A link to an address; one to a name may lead to a page about the model, or to the database that a list is from.

What else it holds may be a login.
"""
_EXACT = 10**15
"""Numbers below it are kept whole by a spreadsheet."""

_Range = tuple[tuple[int, int], tuple[int, int]]


class RefusedError(Exception):
    """The file is not read; the message says why, and the remedy."""


def main(path: str) -> int:
    """Write every sheet of a workbook to stdout; 0 where all of it could be read."""
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        for item in read(path):
            sys.stdout.write(json.dumps(item) + "\n")
    except MemoryError:
        _end({"error": f"it takes more than {MAX_MEMORY >> 20} MiB of memory: save the list as CSV"})
    except RefusedError as error:
        _end({"error": str(error)})
    else:
        _end({"end": True})
    return 0


def read(path: str) -> Iterator[Any]:
    """`{"sheet": name, "note": text}`, then `[row number, [cell, ...]]` for each row of it that holds anything.

    Raises RefusedError if the file is no workbook, is protected, or unfolds to too much.
    """
    check_archive(path)
    try:
        with open(path, "rb") as file:  # noqa: PTH123  this program imports as little as it can
            book = python_calamine.load_workbook(file)
    except python_calamine.PasswordError as error:
        raise RefusedError("it is protected by a password: save a copy without one") from error
    except Exception as error:  # the reader raises its own errors, ValueError, OSError and panics of its parser alike
        raise RefusedError(f"it cannot be read as a workbook ({error}): save it again, or as CSV") from error
    for index, about in enumerate(book.sheets_metadata):
        if about.typ is not python_calamine.SheetTypeEnum.WorkSheet:
            yield {"sheet": about.name, "note": "it is not a table (but a chart or a macro): not read"}
        elif about.visible is not python_calamine.SheetVisibleEnum.Visible:
            yield {
                "sheet": about.name,
                "note": "it is hidden: not read; show it in the workbook if it is part of the list",
            }
        else:
            yield from _sheet(book, index, about.name, links(path, about.name))


def check_archive(path: str) -> None:
    """Look at an archive's directory before anything in it is unpacked, then at its checksums; no archive passes too.

    Raises RefusedError if it holds too many files, too much, or other than its directory says.
    """
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            _check_size(archive.infolist())
            # A part that is longer than the directory says would be cut by the reader without a word.
            damaged = archive.testzip()
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError) as error:
        raise RefusedError(f"its archive is damaged ({error}): save it again, or as CSV") from error
    if damaged:
        raise RefusedError(f"its archive is damaged (checksum of {damaged}): save it again, or as CSV")


def _check_size(parts: list[zipfile.ZipInfo]) -> None:
    size = sum(part.file_size for part in parts)
    if len(parts) > MAX_PARTS or size > MAX_UNPACKED:
        raise RefusedError(
            f"it would unfold to {len(parts):,} files of {size >> 20:,} MiB in all, "
            f"and {MAX_PARTS:,} and {MAX_UNPACKED >> 20} MiB are allowed: save the list as CSV"
        )


def links(path: str, sheet: str) -> dict[int, list[tuple[int, str]]]:
    """Row -> column and address of each link in a sheet of XLSX: the reader tells alone what cells show."""
    found: dict[int, list[tuple[int, str]]] = {}
    if not zipfile.is_zipfile(path):
        return found
    with zipfile.ZipFile(path) as archive:
        parts = {one.get("name"): one.get("r:id") for one in _tags(archive, "xl/workbook.xml", "sheet")}
        file = _targets(archive, "xl/_rels/workbook.xml.rels").get(parts.get(sheet), "").rpartition("/")[2]
        targets = _targets(archive, f"xl/worksheets/_rels/{file}.rels")
        for one in _tags(archive, f"xl/worksheets/{file}", "hyperlink") if targets else ():
            if (target := targets.get(one.get("r:id"))) and (ref := _REF.match(one.get("ref", ""))):
                column = sum((ord(letter) - 64) * 26**place for place, letter in enumerate(reversed(ref[1])))
                found.setdefault(int(ref[2]), []).append((column - 1, target))
    return found


def _targets(archive: zipfile.ZipFile, part: str) -> dict[str | None, str]:
    return {one.get("Id"): one.get("Target", "") for one in _tags(archive, part, "Relationship")}


def _tags(archive: zipfile.ZipFile, part: str, name: str) -> Iterator[dict[str, str]]:
    """The attributes of each tag of that name in a part of an archive; none of a part that is not there, or large."""
    known = {one.filename: one.file_size for one in archive.infolist()}
    text = archive.read(part).decode("utf-8", "replace") if known.get(part, MAX_LINKED) < MAX_LINKED else ""
    for tag in re.findall(rf"<(?:\w{{1,8}}:)?{name}\s([^<>]{{1,4096}})>", text):
        yield {key: html.unescape(value) for key, value in _ATTRIBUTE.findall(tag)}


def _linked(cells: list[str], targets: list[tuple[int, str]]) -> list[str]:
    """The cells of a row, each with the address to which it leads, unless it shows one: what is shown counts."""
    for at, target in targets:
        link = _LINK.match(target)
        if link and at < len(cells) and not _ADDRESS.search(cells[at]):
            cells[at] = f"{cells[at]} {link[1]}{link[2]}"
    return cells


def _sheet(book: Any, index: int, name: str, targets: dict[int, list[tuple[int, str]]]) -> Iterator[Any]:
    try:
        sheet = book.get_sheet_by_index(index)
        merged = sorted(sheet.merged_cell_ranges or ())[:MAX_MERGED]
    except MemoryError:
        raise
    except Exception as error:  # as above
        yield {"sheet": name, "note": f"it cannot be read ({error}): not read"}
        return
    yield {"sheet": name, "note": ""}
    left = [""] * (sheet.start or (0, 0))[1]  # rows come from the first on, columns only from the first that is used
    rows = (left + [_text(value) for value in row] for row in sheet.iter_rows())
    for number, cells in enumerate(_filled(rows, merged), start=1):
        if cells:
            yield [number, _linked(cells, targets.get(number, []))]


def _filled(rows: Iterator[list[str]], merged: list[_Range]) -> Iterator[list[str]]:
    """The rows, [] for those without a cell of their own, and merged cells repeated all over their range."""
    waiting = merged[::-1]
    active: list[tuple[_Range, str]] = []
    for at, cells in enumerate(rows):
        own = any(cells)
        while waiting and waiting[-1][0][0] <= at:
            found = waiting.pop()
            if found[0][0] == at and found[0][1] < len(cells):
                active.append((found, cells[found[0][1]]))
        active = [entry for entry in active if entry[0][1][0] >= at][: len(cells)]  # more would overlap
        for ((_, left), (_, right)), text in active:
            for column in range(left, min(right + 1, len(cells))):
                cells[column] = cells[column] or text
        yield cells if own else []


def _text(value: Any) -> str:
    """A cell as it would be written in CSV; a date in ISO 8601, so that it shows that it is one."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _EXACT else f"{value:.15G}"
    return value.isoformat(" ") if isinstance(value, datetime) else str(value)


def _end(item: Any) -> None:
    sys.stdout.write(json.dumps(item) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
