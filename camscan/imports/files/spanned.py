"""Rows of CSV that go over several lines: a quoted cell, such as a note, may hold ends of lines."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

_MOST = 20
"""Lines that a row may take beside its first one."""


class Rows(Iterator[str]):
    """The lines of a table, of which some may be joined to rows."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._ahead = deque[str]()

    def __next__(self) -> str:
        return self._ahead.popleft() if self._ahead else next(self._lines)

    def whole(self, row: str, delimiter: str, is_row: Callable[[str], bool]) -> str:
        """A row with the lines after it in which a quoted cell of it goes on.

        It stays as it is where its quote is a stray one: where that is not closed, or a line after it is a row itself.
        """
        if row.count('"') % 2 == 0:
            return row
        more: list[str] = []
        if _is_closed(_taking(row, self, more), delimiter) and not any(map(is_row, more)):
            return " ".join((row, *more))
        self._ahead.extendleft(reversed(more))
        return row


def _taking(row: str, source: Iterator[str], more: list[str]) -> Iterator[str]:
    yield row
    for line in islice(source, _MOST):
        more.append(line)
        yield line


def _is_closed(lines: Iterator[str], delimiter: str) -> bool:
    """Whether the row that begins there ends well; no more lines are taken than it has."""
    try:
        return bool(next(csv.reader(lines, delimiter=delimiter, strict=True)))
    except csv.Error:
        return False
