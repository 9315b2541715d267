"""The common form of all inventory files: sheets of numbered rows of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

MAX_ROWS = 2_000_000
"""Rows of one file: twice what a sheet holds, ten times the largest estate that we know of."""
CUT = "its end seems to be missing: if the file was cut off, what came after that is unknown"
"""The note of a sheet that has no end."""
_MAX_CELL = 1_000
"""Characters of one cell that are kept; names and notes are far shorter."""


class Line(NamedTuple):
    """One row. `number` is the line of a text file or the row of a sheet, from 1; `fault` says what is broken in it."""

    number: int
    cells: tuple[str, ...]
    fault: str
    names: tuple[str, ...] | None
    """The names of the cells, where the row brings them itself (JSON)."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a file. `lines` can be read once; `notes` says what is not read, and is whole after that."""

    name: str
    lines: Iterator[Line]
    notes: list[str] = field(default_factory=list)


def line(number: int, cells: Sequence[str], fault: str = "", names: tuple[str, ...] | None = None) -> Line:
    """A row; its cells lose the formula (="0012") that keeps spreadsheets from changing them, and what is too long."""
    if max(map(len, cells), default=0) > _MAX_CELL:
        fault = fault or f"a cell in it is cut at {_MAX_CELL:,} characters"
    elif '="' not in "\n".join(cells):
        return Line(number, tuple(cells), fault, names)
    return Line(number, tuple(map(_unwrapped, cells)), fault, names)


def _unwrapped(cell: str) -> str:
    if cell[:2] == '="' and cell[-1] == '"' and len(cell) > 3:
        cell = cell[2:-1]
    return cell[:_MAX_CELL]
