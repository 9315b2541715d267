"""The statements over the tables that scans fill, which `Store` runs; see also `reading`."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    case,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    tuple_,
)

from camscan.records import LedgerEntry, Observation, Origin, Outcome, Scan
from camscan.scansettings import ORIGIN
from camscan.store.batches import batched
from camscan.store.damage import FAULTS, opened
from camscan.store.rows import Values, from_time, load_channels, outcome_of, to_time
from camscan.store.schema import ledger, observations, scans
from camscan.store.text import escape, load_map, unescape
from camscan.text.timestamps import latest_past

_AT_ONCE = 500
_REPLACED_AT_ONCE = 200  # rows in one statement
_RecordT = TypeVar("_RecordT", Observation, LedgerEntry)
_log = logging.getLogger(__name__)


END = case((scans.c.finished_at > scans.c.started_at, scans.c.finished_at), else_=scans.c.started_at)
"""When scans ended, or began where they did not, or the clock was set back meanwhile.

It tells which is the newest: an import begins with the oldest of what its files recorded.
"""


def latest_at(scan: Scan) -> datetime:
    """What scans are ordered by, as by `END` in statements."""
    return max(scan.started_at, scan.ended_at)


def newest_first(site: str | None = None, setting: str | None = None) -> Select[Any]:
    """All scans, or those of a site, or with a setting of this name."""
    # The number settles it where the clock was set back between two scans that ended at the same reading.
    query = select(scans).order_by(END.desc(), scans.c.number.desc())
    if setting is not None:
        query = query.where(scans.c.settings.contains(f'"{escape(setting)}":', autoescape=True))
    return query if site is None else query.where(scans.c.site == escape(site))


def by_now(query: Select[Any]) -> tuple[Select[Any], Select[Any]]:
    """The scans of a query in two parts: those of the past, then those of a time to come by a wrong clock.

    Else one of these would be the latest scan of its site until that time has come.
    """
    now = to_time(latest_past())
    return query.where(now >= END), query.where(now < END)


def after_scan(last: Row[Any]) -> ColumnElement[bool]:
    """What comes after a scan, the newest first."""
    end = max(last.started_at, last.finished_at or 0)
    return tuple_(END, scans.c.number) < tuple_(end, last.number)


def holding(query: Select[Any], target: str | None) -> Select[Any]:
    """Those of these scans that hold an answer or an entry in the ledger: any, or one of a target."""
    held = []
    for table in (observations, ledger):
        rows = select(table.c.scan).where(table.c.scan == scans.c.number)
        held.append((rows if target is None else rows.where(table.c.target == escape(target))).exists())
    return query.where(or_(*held))


def has(connection: Connection, row: Values) -> bool:
    """Whether the observation of this row is stored."""
    same = (observations.c[name] == value for name, value in row.items())
    return connection.execute(select(observations.c.sequence).where(*same).limit(1)).first() is not None


def for_update(number: int, scan_id: str) -> Select[Any]:
    """A scan that is to be altered: others wait. The number alone may be another's, where the scan was deleted."""
    return select(scans).where(scans.c.number == number, scans.c.id == escape(scan_id)).with_for_update()


def find_scans(connection: Connection, reference: str | None) -> Sequence[Row[Any]]:
    """The scan of this id, else two of those whose ids begin so; the newest for None."""
    if reference is None:
        found = (connection.execute(part.limit(1)).all() for part in by_now(newest_first()))
        return next(filter(None, found), ())
    start = escape(reference)
    exact = connection.execute(select(scans).where(scans.c.id == start)).all()
    beginning = newest_first().where(func.substr(scans.c.id, 1, len(start)) == start)
    return exact or connection.execute(beginning.limit(2)).all()


def newest_of_each_site(connection: Connection) -> Iterator[Row[Any]]:
    """The newest scan of each site and of none; one that asked goes before what was listened to or imported."""
    table = scans.c
    # Thousands of sites have tens of thousands of scans, most of which nobody asks for.
    order = to_time(latest_past()) < END, END.desc(), table.number.desc()  # see `by_now`
    rows = connection.execute(select(table.number, table.site, table.settings).order_by(*order))
    newest: dict[str | None, tuple[bool, int]] = {}
    for number, site, settings in rows:
        asked = _origin(settings) == Origin.SCAN
        if site not in newest or (asked and not newest[site][0]):
            newest[site] = asked, number
    for some in batched((number for _, number in newest.values()), _AT_ONCE):
        yield from connection.execute(select(scans).where(scans.c.number.in_(some)))


def _origin(settings: str) -> str | None:
    """How a scan came about, as its settings say; None where these cannot be read."""
    with suppress(*FAULTS):
        return load_map(settings).get(ORIGIN, Origin.SCAN)
    return None


def last_answers(connection: Connection, scan_id: str) -> Mapping[str, datetime]:
    """When each target of a scan answered last."""
    answers = [outcome.value for outcome in Outcome if outcome.has_answer]
    query = select(observations.c.target, func.max(observations.c.at)).join(scans).where(scans.c.id == escape(scan_id))
    query = query.where(observations.c.outcome.in_(answers)).group_by(observations.c.target)
    return {unescape(target): from_time(at) for target, at in connection.execute(query)}


def ledger_of(number: int, beginning: str) -> Select[Any]:
    """The ledger of a scan in order of target (as text), of those with a certain beginning."""
    query = select(ledger).where(ledger.c.scan == number).order_by(ledger.c.target)
    return query.where(ledger.c.target.startswith(escape(beginning), autoescape=True)) if beginning else query


def after_entry(last: Row[Any]) -> ColumnElement[bool]:
    """What comes after a ledger entry."""
    later: ColumnElement[bool] = ledger.c.target > last.target
    return later


def ledger_counts(connection: Connection, number: int, where: str) -> Mapping[str, Mapping[str, int]]:
    """Channel -> outcome -> count of targets; under "" each target counts once, by its most telling outcome.

    `where` is the name of the store.
    """
    kind = ledger.c.channels, ledger.c.reasons
    counted: dict[str, Counter[str]] = {"": Counter()}
    one = literal(number).label("scan"), func.min(ledger.c.target).label("target")
    query = select(*kind, *one, func.count().label("targets")).where(ledger.c.scan == number).group_by(*kind)
    for row in connection.execute(query):
        for channel, outcome in opened(where, ledger, row, _outcomes):
            counted.setdefault(channel, Counter())[outcome.value] += row.targets
    return {channel: dict(counted[channel]) for channel in sorted(counted)}


def _outcomes(row: Row[Any]) -> Sequence[tuple[str, Outcome]]:
    """The outcome on each channel, and in all under ""."""
    return (*load_channels(row.channels).items(), ("", outcome_of(row.channels, row.reasons)))


def covered(connection: Connection, number: int) -> Iterator[tuple[str, bool]]:
    """The targets that need not be asked again, as their ledger entries say, and whether each shows a sign of life.

    Not those of which nothing could be asked, nor those that have answered though the entry shows no sign of life.
    """
    answers = [outcome.value for outcome in Outcome if outcome.has_answer]
    heard = select(observations.c.target).where(observations.c.scan == number, observations.c.outcome.in_(answers))
    entries = select(ledger.c.target, ledger.c.channels, ledger.c.reasons).where(ledger.c.scan == number)
    late = {
        target
        for target, channels, _ in connection.execute(entries.where(ledger.c.target.in_(heard)))
        if not any(outcome.is_alive for outcome in load_channels(channels).values())
    }
    was_asked = cache(lambda *kind: not kind[0] or outcome_of(*kind) is not Outcome.NOT_SENT)
    is_alive = cache(lambda channels: any(outcome.is_alive for outcome in load_channels(channels).values()))
    for target, *kind in connection.execute(entries):
        if target not in late and was_asked(*kind):
            yield unescape(target), is_alive(kind[0])


def storable(number: int, records: Iterable[_RecordT], values: Callable[[int, _RecordT], Values]) -> Iterator[Values]:
    """The rows of some records; one that no database could hold is logged and left out."""
    for record in records:
        try:
            yield values(number, record)
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            _log.warning("not stored, of target %r: %s: %s", record.target, type(error).__name__, error)


def replace_entries(connection: Connection, rows: Sequence[Values]) -> None:
    """Put ledger rows of one scan in place of those that it has of the same targets."""
    for some in batched(rows, _REPLACED_AT_ONCE):
        same = and_(ledger.c.scan == some[0]["scan"], ledger.c.target.in_([row["target"] for row in some]))
        connection.execute(delete(ledger).where(same))
    connection.execute(insert(ledger), rows)
