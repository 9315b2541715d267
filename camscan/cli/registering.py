"""Keeping the register: which scans are in it, what a new one changes, and which device has come back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import click

from camscan.cli.judging import chosen_policies
from camscan.identify.library import Library
from camscan.policy import Policy
from camscan.records import ScanStatus
from camscan.register.entries import take_in
from camscan.register.names import key, names
from camscan.register.standing import standing
from camscan.store import Store
from camscan.store.registered import Entry, Mark
from camscan.summaries import State, StateChange
from camscan.sweeps.looks import Look
from camscan.sweeps.memory import Track

if TYPE_CHECKING:
    from pydantic import TypeAdapter


@dataclass(frozen=True, slots=True)
class Return:
    """A device that was said to be gone and was seen after that; `change` is what was said, here or at another site."""

    device: str
    address: str
    site: str
    label: str
    change: StateChange

    @property
    def text(self) -> str:
        """What everybody is to hear."""
        where = f" at site {self.change.site}" if self.change.site not in ("", self.site) else ""
        said = f"{self.change.state} on {self.change.at:%Y-%m-%d}{where} by {self.change.who}"
        return f"RETURNED: {self.label} {self.device} is at {self.address}, and was called {said}"


def widened(policies: Sequence[Policy]) -> tuple[Policy, ...]:
    """All policies that come with camscan, and these: the register is to answer for each of them."""
    chosen = {policy.id: policy for policy in (*chosen_policies(()), *policies)}
    return tuple(chosen.values())


def basis(rules: Library, policies: Sequence[Policy]) -> str:
    """What verdicts rest on, in one line: where it differs, they may too."""
    return f"{len(rules.rules)} rules; {' '.join(sorted(policy.id for policy in policies))}"


def bring_up(store: Store, rules: Library, policies: Sequence[Policy], *, quiet: bool = False) -> list[Return]:
    """Take in every scan that has ended and is not in the register, or has gone on since; the oldest first."""
    from camscan.cli.sweeping import look_at

    wide = widened(policies)
    due = [scan for scan in map(store.scan, store.register.due()) if scan.status is not ScanStatus.RUNNING]
    if len(due) > 1 and not quiet:
        click.echo(f"Taking {len(due)} stored scans into the register of devices.", err=True)
    stamp = basis(rules, wide)
    return [found for scan in due for found in register(store, look_at(store, scan, rules, wide), scan.site, stamp)]


def register(store: Store, look: Look, site: str | None, stamp: str) -> list[Return]:
    """Take a look into the register; returns the devices in it that were said to be gone."""
    place = site or ""
    before = store.register.entries(place)
    taken = take_in([track_of(entry) for entry in before], look)
    changed = [(before[number], track) for number, track in taken.seen.items()]
    pairs = [*changed, *((None, track) for track in taken.new)]
    told = store.register.changes_of(key(name) for _, track in pairs for name in names(track))
    about = by_key(told)
    entries, returns = [], []
    for entry, track in pairs:
        known = names(track)
        changes = {one.number: one for name in known for one in about.get(key(name), ())}
        state, change = standing(known, place, track.last_seen, changes.values())
        entries.append(_entry(place, track, entry, state, change))
        if state is State.RETURNED and change is not None and track.last_seen == look.at:
            device = track.device
            returns.append(Return(device.id, device.address, place, device.label, change))
    gone = [number for other in taken.joined if (number := before[other].number) is not None]
    store.register.keep(Mark(look.scan, place, look.at, stamp), entries, gone)
    return returns


def track_of(entry: Entry) -> Track:
    """All that is known of a device of the register."""
    return _adapter().validate_json(entry.track)


def _entry(site: str, track: Track, before: Entry | None, state: State, change: StateChange | None) -> Entry:
    device = track.device
    since = None if change is None else track.last_seen if state is State.RETURNED else change.at
    if before is not None and before.state is state is State.RETURNED:
        since = before.state_at  # it has come back once, not with every scan that sees it
    return Entry(
        site=site,
        device=device.id,
        address=device.address,
        verdict=device.verdict.value,
        policies=device.policies,
        first_seen=track.first_seen,
        last_seen=track.last_seen,
        track=_adapter().dump_json(track).decode(),
        keys=tuple(map(key, names(track))),
        state=state,
        state_at=since,
        number=None if before is None else before.number,
    )


def by_key(changes: Sequence[StateChange]) -> Mapping[str, list[StateChange]]:
    """Changes by the keys of the names that they are about."""
    found: dict[str, list[StateChange]] = {}
    for change in changes:
        for name in change.names:
            found.setdefault(key(name), []).append(change)
    return found


@cache
def _adapter() -> TypeAdapter[Track]:
    from pydantic import TypeAdapter

    return TypeAdapter(Track)
