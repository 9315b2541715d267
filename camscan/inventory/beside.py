"""Tables that stand beside each other on one sheet, under the same names: read one after another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from camscan.inventory.columns import MANY, find_columns
from camscan.inventory.tables import Line
from camscan.text.folding import compact

NOTE = "holds {} tables beside each other, which are read one after another"


def spans(rows: Iterable[Sequence[str]]) -> tuple[slice, ...]:
    """Where the tables stand whose names are in one of these rows; none where that is one table."""
    return next(filter(None, map(_groups, rows)), ())


def apart(lines: Iterable[Line], tables: Sequence[slice]) -> Iterator[Line]:
    """Each line as one of each table, with its cells alone."""
    return (line._replace(cells=line.cells[table]) for line in lines for table in tables)


def _groups(names: Sequence[str]) -> tuple[slice, ...]:
    """The tables of which these are the names: those of each are the same, and tell which device a row means.

    What may be several cards of one device, with addresses alone, are two tables if there is a gap between them.
    """
    known = list(map(compact, names))
    first = next(filter(None, known), "")
    starts = [at for at, name in enumerate(known) if name == first]
    if len(starts) < 2:
        return ()
    tables = [slice(one, other) for one, other in pairwise((*starts, len(known)))]
    told = [[name for name in known[table] if name] for table in tables]
    columns = find_columns(told[0])
    has_gap = not known[starts[1] - 1]
    is_whole = columns.identifies and len(told[0]) > 1 and (has_gap or not MANY.issuperset(columns.of))
    return tuple(tables) if is_whole and told.count(told[0]) == len(told) else ()
