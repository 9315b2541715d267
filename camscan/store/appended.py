"""Records made rows, and rows put into the tables that scans fill."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from sqlalchemy import Connection, and_, delete, insert

from camscan.records import LedgerEntry, Observation
from camscan.store.rows import Values
from camscan.store.schema import ledger

_PAGE = 200
"""Rows in one statement."""
_RecordT = TypeVar("_RecordT", Observation, LedgerEntry)
_log = logging.getLogger(__name__)


def storable(number: int, records: Iterable[_RecordT], values: Callable[[int, _RecordT], Values]) -> Iterator[Values]:
    """The rows of some records; one that no database could hold is logged and left out."""
    for record in records:
        try:
            yield values(number, record)
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            _log.warning("not stored, of target %r: %s: %s", record.target, type(error).__name__, error)


def replaced(connection: Connection, rows: Sequence[Values]) -> None:
    """Put ledger rows of one scan in place of those that it has of the same targets."""
    for start in range(0, len(rows), _PAGE):
        page = rows[start : start + _PAGE]
        same = and_(ledger.c.scan == page[0]["scan"], ledger.c.target.in_([row["target"] for row in page]))
        connection.execute(delete(ledger).where(same))
    connection.execute(insert(ledger), rows)
