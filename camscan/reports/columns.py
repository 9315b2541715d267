"""Lays out columns of text for a terminal: their widths, what is cut, and the lines."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence

from rich.cells import cell_len, set_cell_size

GAP = "  "
_WIDEST, _NARROWEST = 24, 6


def widths(rows: Iterable[Sequence[str]]) -> list[int]:
    """The width that each column of these rows takes, in cells of a terminal."""
    return [max(map(cell_len, column)) for column in zip(*rows, strict=True)]


def fitted(natural: Sequence[int], room: int, flexible: Sequence[int], most: int = _WIDEST) -> list[int]:
    """Column widths that fit into `room` as far as cutting the `flexible` ones goes, the widest of them first."""
    chosen = [min(width, most) if column in flexible else width for column, width in enumerate(natural)]
    excess = sum(chosen) + len(GAP) * (len(chosen) - 1) - room
    while excess > 0:
        widest = max(flexible, key=chosen.__getitem__)
        if chosen[widest] <= _NARROWEST:
            break
        chosen[widest] -= 1
        excess -= 1
    return chosen


def line(cells: Sequence[str], chosen: Sequence[int], last: str = "") -> str:
    """A row, each cell in its column; `last` stands behind them as it is."""
    shown = [set_cell_size(cut(text, width), width) for text, width in zip(cells, chosen, strict=True)]
    return GAP.join([*shown, last]).rstrip()


def lines(rows: Sequence[Sequence[str]], right: Container[int] = ()) -> Iterator[str]:
    """All rows, each column as wide as it takes; those in `right` hold numbers, and are aligned so."""
    chosen = widths(rows)
    for row in rows:
        placed = enumerate(zip(row, chosen, strict=True))
        cells = [text.rjust(width) if at in right else text for at, (text, width) in placed]
        yield f"{line(cells, chosen)}\n"


def cut(text: str, width: int) -> str:
    """A text that takes no more than `width` cells; dots stand for what is missing."""
    return text if cell_len(text) <= width else set_cell_size(text, width - 1).rstrip() + "…"
