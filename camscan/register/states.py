"""The state of a device: the last that a person gave it, unless a later sighting contradicts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple, TypeAlias

from camscan.register.names import key, lasting, shared
from camscan.summaries import State, StateChange
from camscan.sweeps.memory import Track

NEVER = datetime.min.replace(tzinfo=UTC)  # when a device was seen that a recorder only lists, as offline


class Seen(NamedTuple):
    """When a device became known, and when it was last seen."""

    first: datetime
    last: datetime


IsOfAnother: TypeAlias = Callable[[StateChange], bool]
"""Whether what was said before a device became known was said of another one, whose names it copies."""


def sighted(track: Track) -> Seen:
    """When a device was seen."""
    return Seen(track.first_seen, track.last_seen if track.covered else NEVER)


def is_copy(change: StateChange, places: Collection[str], others: Iterable[Track]) -> bool:
    """Whether something was said of one of some others that bear the name, and not of a device that is at these places.

    That is one that was known then; where none was, as where a store has not all scans, the one at that address.
    """
    is_there = change.address in places
    return any(not is_there or one.first_seen <= change.at for one in others)


def state_of(
    names: Collection[str], site: str, seen: Seen, changes: Iterable[StateChange], is_of_another: IsOfAnother
) -> tuple[State, StateChange | None]:
    """The state of a device that bears these names and was seen at a site then, and the change that it rests on.

    What was said at the site counts; of what was said elsewhere, only that the device was removed, unless something
    else was said there since, and only if it has been seen here since. A device that was removed and is seen after
    that is `RETURNED`, until somebody says otherwise: of what was said of another one, that alone counts.
    """
    here: list[StateChange] = []
    elsewhere: dict[str, list[StateChange]] = {}
    for change in sorted(changes, key=statement_order):
        if change.site == site:
            here += [change] if shared(names, change.names) else []
        elif shared(lasting(names), change.names):
            elsewhere[change.site] = [*elsewhere.get(change.site, ()), change] if change.state.is_gone else []
    came = [change for gone in elsewhere.values() for change in gone if seen.last > change.at]
    last = max((*here[-1:], *came), key=statement_order, default=None)
    if last is None or (last.at < seen.first and not last.state.is_gone and is_of_another(last)):
        return State.FOUND, None
    return (State.RETURNED if last.state.is_gone and seen.last > last.at else last.state), last


def statement_order(change: StateChange) -> tuple[datetime, int]:
    """Where a statement stands among others: by when it was made, for it may have been taken from another store."""
    return change.at, change.number


def state_among(
    names: Collection[str],
    site: str,
    seen: Seen,
    changes: Mapping[str, Sequence[StateChange]],
    is_of_another: IsOfAnother,
) -> tuple[State, StateChange | None]:
    """As `state_of`, by those of all changes that may be about the device; see `changes_by_key`."""
    about = {change.number: change for name in names for change in changes.get(key(name), ())}
    return state_of(names, site, seen, about.values(), is_of_another)


def changes_by_key(changes: Iterable[StateChange]) -> Mapping[str, list[StateChange]]:
    """Changes by the keys of the names that they are about."""
    found: dict[str, list[StateChange]] = {}
    for change in changes:
        for name in change.names:
            found.setdefault(key(name), []).append(change)
    return found
