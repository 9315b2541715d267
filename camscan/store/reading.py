"""Reads what is too much for one transaction a page at a time, and of a scan everything or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, Select, Table

from camscan.errors import DamageError
from camscan.store.damage import OnDamage
from camscan.store.engine import Database

PAGE, OBSERVATIONS_PAGE, LEDGER_PAGE = 200, 64, 2_000
"""Rows read at once; a commit waits while a page is read. An observation may hold 100 KB; entries of a ledger are
small, and a site of a /24 or two is read as a whole."""

T = TypeVar("T")


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
