"""Queries over the scans alone: thousands of sites have tens of thousands, of which mostly few are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, or_, select, tuple_

from camscan.records import Origin
from camscan.store.schema import ledger, observations, scans
from camscan.store.text import escape, load_map

_AT_ONCE = 500


def newest_first(site: str | None = None) -> Select[Any]:
    """All scans, or those of a site."""
    # The number settles it where the clock was set back between two scans that began at the same reading.
    query = select(scans).order_by(scans.c.started_at.desc(), scans.c.number.desc())
    return query if site is None else query.where(scans.c.site == escape(site))


def holding(query: Select[Any], target: str | None) -> Select[Any]:
    """Those of these scans that hold an answer or an entry in the ledger: any, or one of a target."""
    held = []
    for table in (observations, ledger):
        rows = select(table.c.scan).where(table.c.scan == scans.c.number)
        held.append((rows if target is None else rows.where(table.c.target == escape(target))).exists())
    return query.where(or_(*held))


def older(last: Row[Any]) -> ColumnElement[bool]:
    """What comes after a scan, the newest first."""
    return tuple_(scans.c.started_at, scans.c.number) < tuple_(last.started_at, last.number)


def meant(connection: Connection, reference: str | None) -> Sequence[Row[Any]]:
    """The scan of this id, else two of those whose ids begin so; the newest for None."""
    if reference is None:
        return connection.execute(newest_first().limit(1)).all()
    start = escape(reference)
    exact = connection.execute(select(scans).where(scans.c.id == start)).all()
    beginning = newest_first().where(func.substr(scans.c.id, 1, len(start)) == start)
    return exact or connection.execute(beginning.limit(2)).all()


def newest_of_each_site(connection: Connection) -> Iterator[Row[Any]]:
    """The newest scan of each site and of none; one that asked goes before what was listened to or imported."""
    table = scans.c
    light = select(table.number, table.site, table.settings).order_by(table.started_at.desc(), table.number.desc())
    newest: dict[str | None, tuple[bool, int]] = {}
    for number, site, settings in connection.execute(light):
        asked = load_map(settings).get("origin", Origin.SCAN) == Origin.SCAN
        if site not in newest or (asked and not newest[site][0]):
            newest[site] = asked, number
    yield from _numbered(connection, [number for _, number in newest.values()])


def _numbered(connection: Connection, numbers: Sequence[int]) -> Iterable[Row[Any]]:
    for start in range(0, len(numbers), _AT_ONCE):
        yield from connection.execute(select(scans).where(scans.c.number.in_(numbers[start : start + _AT_ONCE])))
