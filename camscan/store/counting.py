"""The questions by which the register is counted."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, FromClause, Select, and_, func, literal, or_, select, true

from camscan.store.queries import END
from camscan.store.rows import to_time
from camscan.store.schema import register, register_keys, registered, scans
from camscan.store.text import escape
from camscan.summaries import State
from camscan.text.timestamps import latest_past

_DAY = 86_400_000_000  # microseconds
_LISTED, _OPEN = "listed", ("suspected", "unidentified")
_SAID = tuple(state.value for state in State if state is not State.FOUND)
"""States in which a device counts as listed though its evidence leaves that open: a person has looked."""
_OVER = tuple(state.value for state in State if state.is_gone or state is State.EXEMPT)

Names: TypeAlias = Collection[str]


def tallied(sites: Names, policies: Names) -> Select[Any]:
    """See `Register.tallies`."""
    first, since = register.c.first_seen // _DAY, register.c.state_at // _DAY
    columns = (register.c.site, register.c.state, first.label("first"), since.label("since"))
    one = func.min(register.c.number).label("number")
    query = select(*columns, one, func.count().label("devices")).where(_counts(register, policies)).group_by(*columns)
    return _at(query, sites)


def unseen(key: str, days: int, sites: Names, policies: Names) -> Select[Any]:
    """See `Register.unseen`."""
    newest = select(registered.c.site, func.max(registered.c.at).label("at")).group_by(registered.c.site)
    latest = newest.where(registered.c.at <= to_time(latest_past())).subquery()
    own = select(register_keys.c.key).where(register_keys.c.entry == register.c.number)
    query = select(func.count()).select_from(register).join(latest, latest.c.site == register.c.site)
    query = query.where(
        _listed(register, policies),
        register.c.state == State.FOUND.value,
        register.c.last_seen < latest.c.at - days * _DAY,
        own.where(register_keys.c.key.startswith(escape(key), autoescape=True)).exists(),
    )
    return _at(query, sites)


def moved(key: str, sites: Names, policies: Names) -> Select[Any]:
    """See `Register.moved`."""
    there, their_keys = register.alias(), register_keys.alias()
    query = select(func.count(register.c.number.distinct())).join_from(register, register_keys)
    query = query.join(their_keys, their_keys.c.key == register_keys.c.key)
    query = query.join(there, there.c.number == their_keys.c.entry).where(
        there.c.site != register.c.site,
        there.c.last_seen > register.c.last_seen,
        register_keys.c.key.not_like(f"{escape(key)}%"),
        *(_counts(one, policies) for one in (register, there)),
        *(one.c.state.not_in(_OVER) for one in (register, there)),
    )
    return _at(query, sites)


def due() -> Select[Any]:
    """See `Register.due`."""
    end = func.coalesce(scans.c.finished_at, scans.c.started_at)
    query = select(scans.c.id).outerjoin(registered, registered.c.scan == scans.c.id)
    query = query.where(or_(registered.c.scan.is_(None), registered.c.at != end))
    return query.order_by(END, scans.c.number)


def lost() -> Select[Any]:
    """See `Register.lost`."""
    query = select(func.count()).select_from(registered).outerjoin(scans, registered.c.scan == scans.c.id)
    return query.where(scans.c.id.is_(None))


def unsighted(scan: str, since: datetime, site: str, policies: Names) -> Select[Any]:
    """See `Register.unsighted`."""
    taken_in = select(registered.c.scan).where(registered.c.scan == escape(scan)).exists()
    query = (
        select(func.count())
        .select_from(register)
        .where(_counts(register, policies), register.c.state.not_in(_OVER))
        .where(register.c.last_seen < to_time(since), taken_in)
    )
    return _at(query, [site])


def _at(query: Select[Any], sites: Names) -> Select[Any]:
    return query.where(register.c.site.in_(list(map(escape, sites)))) if sites else query


def _counts(entries: FromClause, policies: Names) -> ColumnElement[bool]:
    """Whether devices count as listed: by these policies, or by any; or since somebody has spoken of them.

    The latter where the evidence leaves that open, unless it is only the maker of another policy that it hints at.
    """
    said = and_(entries.c.verdict.in_(_OPEN), entries.c.state.in_(_SAID))
    return or_(_listed(entries, policies), and_(said, or_(entries.c.policies == "", _named_by(entries, policies))))


def _listed(entries: FromClause, policies: Names) -> ColumnElement[bool]:
    return and_(entries.c.verdict == _LISTED, _named_by(entries, policies))


def _named_by(entries: FromClause, policies: Names) -> ColumnElement[bool]:
    """Whether one of these policies names the makers of devices; true where none is given."""
    if not policies:
        return true()
    padded = literal(" ") + entries.c.policies + " "
    return or_(*(padded.contains(f" {escape(policy)} ", autoescape=True) for policy in policies))
