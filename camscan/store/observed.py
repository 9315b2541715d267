"""The observations of a scan as they are read: all that devices follow from, in the order in which they do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select, tuple_

from camscan.records import Outcome
from camscan.store.engine import Database
from camscan.store.rows import Stored, from_time
from camscan.store.schema import observations, scans
from camscan.store.text import escape, unescape

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


def last_answers(database: Database, scan_id: str) -> Mapping[str, datetime]:
    """When each target of a scan answered last."""
    answers = [outcome.value for outcome in Outcome if outcome.has_answer]
    query = select(observations.c.target, func.max(observations.c.at)).join(scans).where(scans.c.id == escape(scan_id))
    query = query.where(observations.c.outcome.in_(answers)).group_by(observations.c.target)
    with database.reading() as connection:
        return {unescape(target): from_time(at) for target, at in connection.execute(query)}
