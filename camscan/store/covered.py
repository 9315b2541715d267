"""The ledger of a scan as it is read: what became of each target."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from camscan.store.rows import load_channels, outcome_of
from camscan.store.schema import ledger
from camscan.store.text import escape


def by_target(number: int, beginning: str = "") -> Select[Any]:
    """The entries of a scan in order of target (as text), of those with a certain beginning."""
    query = select(ledger).where(ledger.c.scan == number).order_by(ledger.c.target)
    return query.where(ledger.c.target.startswith(escape(beginning), autoescape=True)) if beginning else query


def after(last: Row[Any]) -> ColumnElement[bool]:
    """What comes after an entry."""
    later: ColumnElement[bool] = ledger.c.target > last.target
    return later


def counts(connection: Connection, number: int) -> Mapping[str, Mapping[str, int]]:
    """Channel -> outcome -> count of targets; under "" each target counts once, by its most telling outcome."""
    kind = ledger.c.channels, ledger.c.reasons
    counted: dict[str, Counter[str]] = {"": Counter()}
    for text, reasons, count in connection.execute(
        select(*kind, func.count()).where(ledger.c.scan == number).group_by(*kind)
    ):
        for channel, outcome in (*load_channels(text).items(), ("", outcome_of(text, reasons))):
            counted.setdefault(channel, Counter())[outcome.value] += count
    return {channel: dict(counted[channel]) for channel in sorted(counted)}
