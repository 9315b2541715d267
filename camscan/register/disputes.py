"""Statements about one device that were made in two places, neither of which knew of the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from camscan.register.names import key, shared
from camscan.register.states import changes_by_key, statement_order
from camscan.summaries import StateChange


@dataclass(frozen=True, slots=True)
class Dispute:
    """Two statements that give one device two states; the later one counts."""

    earlier: StateChange
    later: StateChange


def missing_from(some: Iterable[StateChange], others: Iterable[StateChange]) -> list[StateChange]:
    """Of some statements, those that are not among the others, whatever their numbers."""
    known = {_content(one) for one in others}
    return [one for one in some if _content(one) not in known]


def disputes(new: Sequence[StateChange], own: Iterable[StateChange]) -> Iterator[Dispute]:
    """Where the last of what is new differs from the last of one's own about a device, and neither knew the other."""
    ours, theirs = changes_by_key(own), changes_by_key(new)
    for one in new:
        last = _last(one, theirs)
        before = _last(one, ours)
        if last is one and before is not None and before.state is not one.state:
            earlier, later = sorted((before, one), key=statement_order)
            yield Dispute(earlier, later)


def _last(about: StateChange, changes: Mapping[str, Sequence[StateChange]]) -> StateChange | None:
    """The last of some statements about the device of another one."""
    found = (change for name in about.names for change in changes.get(key(name), ()))
    same = (change for change in found if change.site == about.site and shared(about.names, change.names))
    return max(same, key=statement_order, default=None)


def _content(change: StateChange) -> StateChange:
    return replace(change, number=0)
