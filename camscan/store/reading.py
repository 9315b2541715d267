"""Reads what is too much for one transaction a page at a time, and of a scan everything or nothing.

Devices follow from observations in the order in which they are read here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, Select, Table, select, tuple_

from camscan.errors import DamageError
from camscan.store.damage import OnDamage
from camscan.store.engine import Database
from camscan.store.rows import Stored
from camscan.store.schema import observations

PAGE, OBSERVATIONS_PAGE, LEDGER_PAGE = 200, 64, 2_000
"""Rows read at once; a commit waits while a page is read. An observation may hold 100 KB; entries of a ledger are
small, and a site of a /24 or two is read as a whole."""

T = TypeVar("T")

_COLUMNS = tuple(observations.c[name] for name in Stored._fields)


def pages(
    database: Database, query: Select[Any], after: Callable[[Row[Any]], ColumnElement[bool]], size: int = PAGE
) -> Iterator[Row[Any]]:
    """The rows of a query in their order; `after` is what comes after one of them."""
    page = query.limit(size)
    while True:
        with database.reading() as connection:
            rows = connection.execute(page).all()
        yield from rows
        if len(rows) < size:
            return
        page = query.where(after(rows[-1])).limit(size)


def of_scan(
    database: Database, scan: str, table: Table, rows: Iterable[Row[Any]], make: Callable[[Any], T]
) -> Iterator[T]:
    """The records of a scan, with none left out, unless damaged rows are to be skipped: it would be taken for not seen.

    Raises DamageError if one cannot be made.
    """
    if database.on_damage is OnDamage.SKIP:
        yield from database.whole(table, rows, make)
        return
    try:
        for row in rows:
            yield database.opened(table, row, make)
    except DamageError as error:
        error.scan = scan
        raise


def by_target(number: int) -> Select[Any]:
    """The observations of a scan in order of target (as text), then as they were stored."""
    return (
        select(*_COLUMNS).where(observations.c.scan == number).order_by(observations.c.target, observations.c.sequence)
    )


def after_observation(last: Row[Any]) -> ColumnElement[bool]:
    """What comes after an observation."""
    table = observations.c
    # The index answers one comparison of pairs at once; for "a later target, or this one and later" all before is read.
    return tuple_(table.target, table.sequence) > tuple_(last.target, last.sequence)
