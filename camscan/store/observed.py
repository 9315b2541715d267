"""The observations of a scan as they are read: all that devices follow from, in the order in which they do."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select, tuple_

from camscan.store.rows import Stored
from camscan.store.schema import observations

_COLUMNS = tuple(observations.c[name] for name in Stored._fields)


def by_target(number: int) -> Select[Any]:
    """The observations of a scan in order of target (as text), then as they were stored."""
    return (
        select(*_COLUMNS).where(observations.c.scan == number).order_by(observations.c.target, observations.c.sequence)
    )


def after(last: Row[Any]) -> ColumnElement[bool]:
    """What comes after an observation."""
    table = observations.c
    # The index answers one comparison of pairs at once; for "a later target, or this one and later" all before is read.
    return tuple_(table.target, table.sequence) > tuple_(last.target, last.sequence)
