"""Pairs of names and values in a table about one device: below the names of its columns, or one in each row."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from contextlib import suppress
from itertools import islice

MAX_ROWS = 64  # of a table about one device
_FEWEST = 3  # columns, so that it is a table and no sentence

_MARKS = ("|", "\t", ";", ",")
_RULE = re.compile(r"[|+:=\s-]{3,}")
"""The line that Markdown and consoles put below the names."""
_NAME = re.compile(r"[^\W\d_][\w ./#()%-]{0,31}")


def of_table(text: str) -> list[tuple[str, str]]:
    """The pairs of a table that is all there is and about a single device; none if the text is anything else."""
    shown = [line.strip() for line in islice(text.splitlines(), MAX_ROWS + 1) if line.strip()]
    lines = [line for line in shown if not _RULE.fullmatch(line)]
    mark = next((mark for mark in _MARKS if lines and mark in lines[0].strip("|")), "")
    if not mark or not 2 <= len(lines) <= MAX_ROWS:
        return []
    rows = _cells(lines, mark)
    columns = {len(row) for row in rows}
    if columns == {2} and mark == "|" and all(_NAME.fullmatch(name) for name, _ in rows):
        return [(name, value) for name, value in rows if value]
    if len(rows) == 2 and len(columns) == 1 and len(rows[0]) >= _FEWEST and all(map(_NAME.fullmatch, rows[0])):
        return [(name, value) for name, value in zip(*rows, strict=True) if value]
    return []


def _cells(lines: Sequence[str], mark: str) -> list[list[str]]:
    """The cells of all rows, without the bars around a row and Markdown's marks around a value."""
    bare = [line.strip("|") if mark == "|" else line for line in lines]
    with suppress(csv.Error):
        return [[cell.strip().strip("`*").strip() for cell in row] for row in csv.reader(bare, delimiter=mark)]
    return []
