"""Whether what is new between two snapshots was there earlier, and has therefore returned. Pure.

Of the devices of earlier ones only those matter that may be one of the new ones, or that such a one may be taken for:
all others are left alone, because making a thousand of them takes longer than to compare.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from camscan.sweeps.changes import Change, ChangeKind, Changes
from camscan.sweeps.lifecycle import begun
from camscan.sweeps.sightings import Sighting
from camscan.sweeps.snapshot import Snapshot
from camscan.sweeps.tracks import bearers, keys, match, shared

Keys = Sequence[frozenset[str]]


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier snapshot: the keys of its devices, and each of them on demand; None where it is a mere host."""

    at: datetime
    keys: Keys
    sighting: Callable[[int], Sighting | None]


def with_returned(changes: Changes, now: Sequence[Sighting], past: Iterable[Past]) -> Changes:
    """The changes that a snapshot, which saw `now`, shows; what is new and was in an earlier one has returned.

    `past` is the newest first, and read no further than until all have been found.
    """
    wanted = {change.device for change in changes.of(ChangeKind.NEW)}
    new = {number for number, one in enumerate(now) if one.device in wanted}
    common = shared(now)
    own = [keys(one.device.addresses, one.serials - common, one.macs - common) for one in now]
    last_seen = {}
    for snapshot in past if new else ():
        here, there = _kin(new, own, snapshot.keys)
        found = _seen([now[number] for number in here], snapshot, there, common)
        found = {here[number] for number in found}.intersection(new)
        last_seen.update(dict.fromkeys((now[number].device for number in found), snapshot.at))
        new -= found
        if not new:
            break

    def told(change: Change) -> Change:
        at = last_seen.get(change.device) if change.kind is ChangeKind.NEW else None
        return replace(change, kind=ChangeKind.RETURNED, last_seen=at) if at else change

    return replace(changes, changes=tuple(map(told, changes.changes)))


def _seen(now: Sequence[Sighting], snapshot: Past, there: Iterable[int], common: frozenset[str]) -> set[int]:
    """Which devices of today, by their numbers, an earlier snapshot saw among some of its own."""
    empty = Snapshot("", snapshot.at, complete=False, sightings=(), asked={}, answered={})
    tracks = [begun(one, empty) for one in map(snapshot.sighting, there) if one is not None]
    return {number for numbers in match(tracks, now, common).seen.values() for number in numbers}


def _kin(start: Iterable[int], today: Keys, earlier: Keys) -> tuple[list[int], list[int]]:
    """The devices of today and of an earlier snapshot that are bound to the first by keys: from one to the other."""
    sides = (today, earlier)
    having = tuple(map(bearers, sides))
    waiting = [(0, number) for number in start]
    found = set(waiting)
    while waiting:
        side, number = waiting.pop()
        over = 1 - side
        fresh = {(over, one) for key in sides[side][number] for one in having[over].get(key, ())} - found
        found |= fresh
        waiting += fresh
    return sorted(number for side, number in found if not side), sorted(number for side, number in found if side)
