"""Updates the register with a scan: devices seen again, new devices, and devices that turned out to be one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from camscan.networks import LEASE
from camscan.records import Level, Verdict
from camscan.register.names import lasting, names
from camscan.sweeps import lifecycle
from camscan.sweeps.coverage import Terms
from camscan.sweeps.memory import Track
from camscan.sweeps.sightings import DeviceSummary, Sighting
from camscan.sweeps.snapshot import Snapshot
from camscan.sweeps.tracks import match, shared

_TERMS = Terms()
_MAX_ALIASES = 32
_HINT = str(Level.HINT)
_SLACK = timedelta(days=1)
"""By how much a lease must be later to count for more, as within one scan: one that runs is dated by its file."""


@dataclass(frozen=True, slots=True)
class RegisterChanges:
    """The changes that a snapshot makes to the register of its site: tracks by their number there, and new ones.

    `joined` are numbers of tracks that are part of another from now on.
    """

    seen: Mapping[int, Track]
    new: tuple[Track, ...]
    joined: tuple[int, ...]


def apply_snapshot(
    tracks: Sequence[Track], snapshot: Snapshot, until: datetime | None = None, counted: datetime | None = None
) -> RegisterChanges:
    """Hold a snapshot, of whatever time, against the tracks of its site.

    What did not show itself only begins there, as never seen (see `register.states.sighted`).

    `counted` is the time of the snapshot of the same scan that was held against them before, if any.

    No time is taken to be later than `until`, which is now: what is dated later was seen by a clock that was ahead, and
    with that date no scan before it could show that the device is gone.
    """
    every = (*snapshot.sightings, *snapshot.unseen)
    found = match(tracks, every, shared(snapshot.sightings), min(snapshot.at, until or snapshot.at))
    seen, joined = {}, list[int]()
    for number, places in found.seen.items():
        parts = [every[place] for place in places if place < len(snapshot.sightings)]
        if parts:
            others = found.joined.get(number, [])
            before = [tracks[number], *(tracks[other] for other in others)]
            seen[number] = _seen(before, parts, _of_when(parts, snapshot, until), until, counted)
            joined += others
    begun = [lifecycle.begun(one, _of_when([one], snapshot, until)) for one in (every[number] for number in found.new)]
    showed = [number < len(snapshot.sightings) for number in found.new]
    new = tuple(one if seen else replace(one, covered=()) for one, seen in zip(begun, showed, strict=True))
    return RegisterChanges(seen, new, tuple(joined))


def _of_when(parts: Iterable[Sighting], snapshot: Snapshot, until: datetime | None) -> Snapshot:
    """A snapshot as of when it saw a device."""
    at = max(snapshot.seen_at(one.device) for one in parts)
    return replace(snapshot, at=min(at, until or at))


def _seen(
    before: Sequence[Track],
    parts: Sequence[Sighting],
    snapshot: Snapshot,
    until: datetime | None,
    counted: datetime | None,
) -> Track:
    """The track of a device, of which there were several where they turned out to be one, after a snapshot."""
    newest, *others = sorted(before, key=lambda track: (bool(track.covered), track.last_seen), reverse=True)
    whole, last_seen = lifecycle.merged(newest, others), newest.last_seen if newest.covered else snapshot.at
    is_late = snapshot.at < last_seen <= (until or last_seen)
    if is_late:
        older = lifecycle.best(parts)
        after = lifecycle.recalled(whole, _placed(_no_less(whole.device, older), older), parts)
    else:
        placed = (_unmoved(_placed(_no_less(one.device, whole.device), whole.device), whole, snapshot) for one in parts)
        sightings = [replace(one, device=device) for one, device in zip(parts, placed, strict=True)]
        after, _ = lifecycle.seen(whole, sightings, snapshot, _TERMS, counted)
    times = (whole.first_seen, min(last_seen, until or last_seen), snapshot.at)
    covered = after.covered or (True,)  # also where a scan that was resumed has only begun it
    last = max(times[1:])
    return replace(after, first_seen=min(times), last_seen=last, covered=covered, aliases=_aliases(before, after))


def _no_less(now: DeviceSummary, before: DeviceSummary) -> DeviceSummary:
    """A device that was listed; what knows less of it, such as a table of MACs, takes nothing back."""
    is_less = now.verdict is Verdict.UNIDENTIFIED or (now.verdict is not Verdict.LISTED and now.level == _HINT)
    if before.verdict is not Verdict.LISTED or not is_less:
        return now
    return replace(now, verdict=Verdict.LISTED, level=None, policies=(), evidence="")


def _placed(now: DeviceSummary, before: DeviceSummary) -> DeviceSummary:
    """A device, at its other known place if here only its MAC is known: a switch that knows it does not move it."""
    if now.address != now.mac:
        return now
    return replace(now, address=before.address, addresses=before.addresses)


def _unmoved(now: DeviceSummary, known: Track, snapshot: Snapshot) -> DeviceSummary:
    """A device, at its known place where that was seen not long before and here only a lease tells of another one.

    A lease outlives its use. At what it leaves free, silence would prove that the device is gone.
    """
    told = (channel for channel, targets in snapshot.answered.items() if not targets.isdisjoint(now.addresses))
    is_leased = {*told} == {LEASE} and bool(known.channels.keys() - {LEASE})
    if not is_leased or snapshot.at - known.last_seen > _SLACK or known.device.address == known.device.mac:
        return now
    return replace(now, address=known.device.address, addresses=known.device.addresses)


def _aliases(before: Sequence[Track], after: Track) -> tuple[str, ...]:
    """The places by which a device was known that tells more of itself by now: what was said of it stays."""
    known = dict.fromkeys(name for track in before for name in (*names(track), *track.aliases))
    own = {*names(after), *lasting(tuple(known))}
    return tuple(name for name in known if name not in own)[:_MAX_ALIASES]
