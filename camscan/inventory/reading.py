"""A file to an inventory: its kind, its sheets, its columns, its rows."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, islice, takewhile
from pathlib import Path

from camscan.errors import UsageError
from camscan.inventory import beside, values
from camscan.inventory.columns import (
    Columns,
    described,
    find_by_content,
    find_columns,
    letters,
    override,
    unplaced,
)
from camscan.inventory.jsontable import read_json
from camscan.inventory.kinds import is_binary, kind_of
from camscan.inventory.recognising import is_exact, recognise
from camscan.inventory.records import Inventory, SheetReading
from camscan.inventory.rows import Row, read_row
from camscan.inventory.synonyms import TOTALS, Field
from camscan.inventory.tables import MAX_ROWS, Line, Sheet
from camscan.inventory.text import Encoding, find_encoding, read_text
from camscan.inventory.workbook import read_workbook

_HEAD = 30
"""Rows in which the header is looked for: titles, logos and legends stand above it."""
_WELL_SPELT = 1_000
"""How much more a field that is named counts than the spelling of its name."""
_NAMED = {Field.IP, Field.MAC}
"""Fields that no row names which has neither: one that does is a header, whatever its other names are."""
_MAX_NAMED = 30
_COUNTED = re.compile(r"\s*[:=]\s*[0-9]{1,7}\Z")
_MAX_SUM = 4
"""Cells of a row that only counts."""


def read_inventory(
    path: Path, chosen: Mapping[Field, str] | None = None, encoding: str | None = None, *, by_label: bool = False
) -> Inventory:
    """Read a list of devices, whatever program wrote it.

    `chosen` places fields in columns by name, letters or number, before all guesses. `encoding` is that of a text file.
    `by_label`: a list will do in which make and model alone say what a row means, also one that has been compared.

    Raises UsageError if the file cannot be read, is no plain one, is no table, is too large, has been compared already,
    no column of it identifies devices, or a chosen column is in none of its sheets. Of one that lacks it, a note tells.
    """
    try:
        kind, sheets, used = _open(path, encoding)
        readings: list[SheetReading] = []
        rows = tuple(_rows(sheets, chosen or {}, readings, by_label=by_label))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}: check its name and permissions") from error
    if not by_label and any(reading.columns.of_comparison for reading in readings):
        raise UsageError(f"{path} is a result of `camscan reconcile`, and names more than the list: give that itself")
    _tell_unplaced(readings, chosen or {})
    if not any(reading.columns.identifies or reading.is_list for reading in readings):
        raise UsageError(_unidentified(path, readings))
    return Inventory(rows, tuple(readings), kind, used)


def _open(path: Path, encoding: str | None) -> tuple[str, Iterable[Sheet], str | None]:
    """The kind of a file, by what stands in it and not by its name; its sheets, and the encoding of a text."""
    if path.exists() and not path.is_file():  # it is read several times from its start, and a pipe has none
        raise UsageError(f"{path} is not a regular file: save its output to one, and give that")
    with path.open("rb") as file:
        head = file.read(512)
    kind = kind_of(path, head)
    if kind == "workbook":
        return kind, read_workbook(path), None
    if kind == "json":
        return kind, read_json(path), None
    used = Encoding(encoding) if encoding else find_encoding(path, _score)
    if not used.is_wide and is_binary(head):
        raise UsageError(f"{path} is neither a text nor a workbook: save the list again as XLSX, ODS, CSV or JSON")
    return kind, [read_text(path, used, _score)], str(used)


def _score(rows: Sequence[Sequence[str]]) -> int:
    """How much the best of some rows tells as names; where two tell as much, the one that is spelt better."""
    return max((find_columns(row).score * _WELL_SPELT + sum(map(is_exact, row)) for row in rows[:_HEAD]), default=0)


def _rows(
    sheets: Iterable[Sheet], chosen: Mapping[Field, str], readings: list[SheetReading], *, by_label: bool
) -> Iterator[Row]:
    """The rows of all sheets; `readings` grows with them."""
    count = 0
    for sheet in sheets:
        reading = SheetReading(sheet.name, notes=sheet.notes, by_label=by_label)
        readings.append(reading)
        for row in _sheet_rows(sheet, chosen, reading):
            count += 1
            if count > MAX_ROWS:
                raise UsageError(f"the inventory has more than {MAX_ROWS:,} rows: split it by site")
            reading.rows += 1
            yield row


def _sheet_rows(sheet: Sheet, chosen: Mapping[Field, str], reading: SheetReading) -> Iterator[Row]:
    head = list(islice(sheet.lines, _HEAD))
    if head and head[0].names is not None:
        yield from _keyed(head, sheet.lines, chosen, reading)
        return
    more = sheet.lines
    if not chosen and (tables := beside.spans(line.cells for line in head)):
        more = beside.apart(chain(head, more), tables)
        head = list(islice(more, _HEAD))
        reading.notes.append(beside.NOTE.format(len(tables)))
    if head:
        at, size, reading.columns = _header(head, chosen)
        reading.headers += [line.number for line in head[at : at + size]]
        lines = chain(head[:at], head[at + size :], more)
        if reading.columns.of_report:
            reading.notes.append("belongs to a report, whose devices are on a sheet of their own")
        if reading.is_list:
            yield from _below_names(lines, chosen, reading)
        else:
            reading.unread = sum(1 for _ in lines)


def _keyed(
    head: Sequence[Line], more: Iterable[Line], chosen: Mapping[Field, str], reading: SheetReading
) -> Iterator[Row]:
    """The rows of a file in which each brings its names with it; later ones may have more of them."""
    sample = [line.cells for line in head]
    reading.columns = _columns(head[-1].names or (), sample, chosen)
    for line in chain(head, more):
        if line.names and len(line.names) > len(reading.columns.names):
            reading.columns = _columns(line.names, [*sample, line.cells], chosen)
        if not line.fault and not reading.is_list:
            reading.unread += 1
        elif line.fault or any(map(str.strip, line.cells)):
            yield read_row(line, reading.columns, reading.sheet)
        else:
            reading.blank += 1


def _below_names(lines: Iterable[Line], chosen: Mapping[Field, str], reading: SheetReading) -> Iterator[Row]:
    """The rows of a table under its header; what stands above it is a title, where it names no device."""
    first_header = min(reading.headers, default=0)
    source, ahead, above = iter(lines), deque[Line](), None
    while line := ahead.popleft() if ahead else next(source, None):
        if not line.fault and not any(map(str.strip, line.cells)):
            reading.blank += 1
            continue
        row = read_row(line, reading.columns, reading.sheet, above)
        if row.addresses or row.macs or row.endpoint:  # any word of a title may pass for a serial or a host name
            above = row
            yield row
        elif line.number < first_header:
            reading.above += 1
        elif _are_names(line.cells, reading.columns):
            reading.headers.append(line.number)
            ahead.extend(islice(source, _HEAD - len(ahead)))
            _turn(line, [*_up_to_names(ahead, reading.columns)], chosen, reading)
        elif not _is_beside(line, row, reading):
            above = row
            yield row


def _is_beside(line: Line, row: Row, reading: SheetReading) -> bool:
    """Whether a line without address or MAC is no row of the list, which is then counted by what it is."""
    is_heading = _is_heading(line.cells, reading.columns)
    is_total = not is_heading and not row.usable and _is_total(line.cells)
    reading.headings += is_heading
    reading.totals += is_total
    return is_heading or is_total


def _up_to_names(lines: Iterable[Line], columns: Columns) -> Iterator[Sequence[str]]:
    """The rows of one table: those below the next header are of another, and a list may have a header in each line."""
    return takewhile(lambda cells: not _are_names(cells, columns), (line.cells for line in lines))


def _turn(header: Line, sample: Sequence[Sequence[str]], chosen: Mapping[Field, str], reading: SheetReading) -> None:
    """Read on under a header further down, where it places fields in other columns (lists that were put together)."""
    found = find_columns(header.cells, sample) if sample else _named(header.cells)
    if found.identifies and found.of != reading.columns.of and not chosen:
        reading.columns = found
        reading.notes.append(f"row {header.number} is another header: from there on, {described(found)}")


@lru_cache(maxsize=64)  # below a header that is repeated in each line, there is nothing to look at
def _named(names: tuple[str, ...]) -> Columns:
    return find_columns(names)


def _columns(names: Sequence[str], sample: Sequence[Sequence[str]], chosen: Mapping[Field, str]) -> Columns:
    return override(find_by_content(sample, find_columns(names, sample)), chosen)


def _header(head: Sequence[Line], chosen: Mapping[Field, str]) -> tuple[int, int, Columns]:
    """Where the header begins, how many rows it takes (0: there is none), and its columns."""
    at, size, exact, found = 0, 0, 0, Columns(())  # exact: names that tell a field all by themselves
    for index, line in enumerate(head):
        if _holds_identifier(line.cells):
            if found.identifies:  # the list has begun; a header below is that of another one
                break
            continue
        height, here = _header_at(head, index)
        # Where no address follows, the row may be one of values: a model is called "IP Camera", too.
        heads = any(_holds_identifier(below.cells) for below in head[index + 1 :])
        names = sum(map(is_exact, line.cells))
        if here.score > found.score and (heads or exact < 2 or names >= exact):
            at, size, exact, found = index, height, names, here
    sample = [line.cells for line in head[at + size :]]
    found = find_by_content(sample, found)
    if size == 0:
        width = max(len(line.cells) for line in head)
        found = Columns(tuple(letters(at) for at in range(width)), found.of)
    return at, size, override(found, chosen)


def _header_at(head: Sequence[Line], index: int) -> tuple[int, Columns]:
    """The columns that a row names, with the row below it where both together name more ("IP" above "Address")."""
    upper, sample = head[index].cells, [line.cells for line in head[index + 1 :]]
    one = find_columns(upper, sample)
    if not sample or _holds_identifier(sample[0]):
        return 1, one
    lower = sample[0]
    width = max(len(upper), len(lower))
    padded = ([*row, *[""] * (width - len(row))] for row in (upper, lower))
    pairs = [(f"{above} {below}".strip(), below.strip()) for above, below in zip(*padded, strict=True)]
    exact = [is_exact(name) for name, below in pairs if below]
    two = find_columns([name for name, _ in pairs], sample[1:])
    # Under names that tell all by themselves stands a row of values, or the header proper under a title.
    if sum(exact) * 2 < max(len(exact), 1) or two.score < one.score or two.score <= find_columns(lower).score:
        return 1, one
    return 2, two


def _are_names(cells: Sequence[str], columns: Columns) -> bool:
    """Whether a row without an address or a MAC repeats the names of the columns, or has others."""
    filled = [cell for cell in cells if cell.strip()]
    if tuple(cells) == columns.names[: len(cells)]:
        return True
    exact = list(filter(is_exact, filled))
    known = map(recognise, exact)
    return len(filled) > 1 and (exact == filled or {found[0] if found else Field.IP for found in known} >= _NAMED)


def _is_heading(cells: Sequence[str], columns: Columns) -> bool:
    """Whether one text stands in the place of several fields: the cell is merged, over more than two columns."""
    filled = [cell for cell in cells if cell.strip()]
    fields = [list(columns.cells(cells, which)) for which in columns.of]
    return len(filled) > 2 and len({*filled}) == 1 and sum(filled[0] in of for of in fields) > 1


def _is_total(cells: Sequence[str]) -> bool:
    """Whether a row that names no device is a sum: "Total" before all else, and beside it numbers and a word or two."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    told = _COUNTED.sub("", filled[0]) if len(filled) == 1 else filled[0] if filled else ""  # "Total: 12" in one cell
    first = told.casefold().rstrip(" :").replace(" ", "")
    return first in TOTALS and len(filled) <= _MAX_SUM and all(any(map(str.isdigit, cell)) for cell in filled[1:])


def _holds_identifier(cells: Sequence[str]) -> bool:
    return any(values.addresses(cell).values or values.macs(cell).values for cell in cells)


def _tell_unplaced(readings: Sequence[SheetReading], chosen: Mapping[Field, str]) -> None:
    with_names = [reading for reading in readings if reading.columns.names]
    lacking = [(reading, unplaced(reading.columns, chosen)) for reading in with_names]
    for which, column in chosen.items():
        without = [reading for reading, fields in lacking if which in fields]
        if len(without) == len(with_names) > 0:
            known = f"{_shown_names(readings)}: give a name, letter or number"
            raise UsageError(f"--map {which}={column}: no such column among {known}")
        for reading in without:
            if reading.rows:
                reading.notes.append(f"it has no column {column} for --map {which}")


def _shown_names(readings: Sequence[SheetReading]) -> str:
    names = [name for reading in readings for name in reading.columns.names if name.strip()]
    return ", ".join(map(values.shown, names[:_MAX_NAMED])) or "none"


def _unidentified(path: Path, readings: Sequence[SheetReading]) -> str:
    shown = _shown_names(readings)
    notes = "".join(f" (sheet {values.shown(one.sheet)}: {note})" for one in readings for note in one.notes)
    if not notes and not any(reading.lines - len(reading.headers) for reading in readings):
        below = f"has no rows below its column names {shown}" if shown != "none" else "contains no rows"
        return f"{path} {below}: export the list again"
    needed, which = "which device a row means (address, MAC, serial, UUID, host name)", Field.IP
    if any(one.by_label for one in readings):
        needed, which = "make or model", Field.MAKE_MODEL
    return f"no column of {path} says {needed}; its columns are {shown}{notes}: choose one with --map {which}=COLUMN"
