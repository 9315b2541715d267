"""The rows of delimited text. A quote that is never closed affects only its own row."""

from __future__ import annotations

import csv
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence

from camscan.inventory import values
from camscan.inventory.synonyms import TOTALS
from camscan.inventory.tables import CUT, Line, line

_MAX_JOINED = 20
"""Lines that one quoted cell may span."""


def rows(lines: Iterable[tuple[int, str]], delimiter: str, notes: list[str]) -> Iterator[Line]:
    """The rows. A quoted cell may go on in the next lines; where its quote is a stray one, they are read again.

    `notes` has `CUT` then if the last one ends early.
    """
    source = iter(lines)
    ahead = deque[tuple[int, str]]()
    width, is_open, ends = 0, False, True
    before, last, used = Counter[int](), None, 0
    while first := ahead.popleft() if ahead else next(source, None):
        taken = [first]
        cells = _cells(_taking(taken, ahead, source), delimiter)
        to_the_end = cells is None and len(taken) < _MAX_JOINED and sum(text.count('"') for _, text in taken) % 2
        fault = ""
        if cells is None or (len(taken) > 1 and _is_stray(cells, taken, delimiter, width)):
            cells, fault = _plain(first[1], delimiter), "a quote in it is never closed, or a cell is far too long"
            ahead.extendleft(reversed(taken[1:]))
        width = width if fault else max(width, len(cells))
        is_open = bool(to_the_end) or (is_open and len(cells) < width)
        used = max(used, _used(last.cells) if before and last else 0)
        before.update(() if last is None else (len(last.cells),))
        last, ends = line(first[0], cells, fault), taken[0 if fault else -1][1].endswith(("\n", "\r"))
        yield last
    if last is not None and not ends and (is_open or _is_shorter(last.cells, before, used)):
        notes.append(CUT)


def _is_shorter(last: Sequence[str], before: Counter[int], used: int) -> bool:
    """Whether a row has fewer cells than all others, of which there are several; no sum, and no text below a table.

    It may leave out what is blank in all rows below the first: of so many cells in a row, all others are.
    """
    others = max(before) if len(before) == 1 and before.total() > 1 else 0
    is_short = 1 < len(last) < others and len(last) < used
    return is_short and last[0].casefold().strip(" :").replace(" ", "") not in TOTALS


def _used(cells: Sequence[str]) -> int:
    """How many cells a row has up to its last one that is not blank."""
    return max((at for at, cell in enumerate(cells, 1) if cell.strip()), default=0)


def _taking(
    taken: list[tuple[int, str]], ahead: deque[tuple[int, str]], source: Iterator[tuple[int, str]]
) -> Iterator[str]:
    """The texts of the lines in `taken` and of those after them, which are moved there as they are read."""
    yield taken[0][1]
    while len(taken) < _MAX_JOINED and (more := ahead.popleft() if ahead else next(source, None)):
        taken.append(more)
        yield more[1]


def _cells(lines: Iterator[str], delimiter: str) -> list[str] | None:
    """The cells of the first row; None where a quote is left open or a quoted cell is followed by something else."""
    try:
        return next(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return None


def _is_stray(cells: Sequence[str], taken: Sequence[tuple[int, str]], delimiter: str, width: int) -> bool:
    """Whether a row over several lines has swallowed whole other ones, each as wide as the widest row so far."""
    whole = max(width, 2) if width else max(len(cells), 2)  # of names of columns, many may be broken over lines
    first, last = (len(_plain(text, delimiter)) >= whole for _, text in (taken[0], taken[-1]))
    middle = (len(_cells(iter((text,)), delimiter) or ()) >= whole for _, text in taken[1:-1])
    hides = any("\n" in cell and (values.addresses(cell).values or values.macs(cell).values) for cell in cells)
    return any(middle) or (first and last and hides) or len(cells) > width > 1


def _plain(text: str, delimiter: str) -> list[str]:
    """The cells of a line in which quotes mean nothing."""
    return [cell.strip('" \r\n') for cell in text.split(delimiter)]
