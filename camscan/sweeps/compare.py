"""Compares the snapshot of one sweep with the memory of the sweeps before it. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from camscan.sweeps import lifecycle
from camscan.sweeps.changes import Change, ChangeKind, Changes
from camscan.sweeps.coverage import UNASKED, Terms, Visibility, network_of, visibility_of
from camscan.sweeps.memory import MAX_UNSEEN, Loss, Memory, Track
from camscan.sweeps.snapshot import SLOT, Snapshot
from camscan.sweeps.tracks import match
from camscan.text.wording import plural, were

_FORGOTTEN_AFTER = timedelta(days=400)  # a device that was absent for longer is new when it comes back
MAX_ABSENT = 50_000  # the most absent devices that are remembered of a site: a liar makes up more every night


def compare(snapshots: Iterable[Snapshot]) -> Changes:
    """The changes between the last two snapshots; a new device that an earlier snapshot had is `RETURNED`.

    A device is present if seen once, and missing if it was covered and silent once. Raises ValueError if there is no
    snapshot.
    """
    terms, memory, changes = Terms(1, 1), Memory(), None
    for one in snapshots:
        # The beginning, however much it covered: what is in the next snapshot and not in this one is new.
        begin = memory.good is None
        memory, changes = _advance(memory, replace(one, complete=one.complete or begin), terms, first=begin)
    if changes is None:
        raise ValueError("nothing to compare")
    return changes


def advance(memory: Memory, snapshot: Snapshot, terms: Terms) -> tuple[Memory, Changes]:
    """Update the memory with one more snapshot; returns the new memory and the changes.

    The first complete snapshot that saw anything is the baseline, in which nothing is new. In an incomplete snapshot
    silence means nothing: nothing is missing or lost, and the usual counts are kept. A scan that was resumed after it
    was compared counts once.
    """
    first = memory.good is None or (memory.saw_nothing and not snapshot.dark)
    return _advance(memory, snapshot, terms, first=first)


def _advance(memory: Memory, snapshot: Snapshot, terms: Terms, *, first: bool) -> tuple[Memory, Changes]:
    seeing = visibility_of(memory, snapshot, terms) if snapshot.complete else None
    tracks, changes = _tracked(memory, snapshot, terms, seeing)
    losses = tuple(_losses(tracks, snapshot, seeing)) if seeing else ()
    verdicts = Counter(one.device.verdict for one in snapshot.sightings)
    after = replace(
        memory,
        scan=snapshot.scan,
        at=snapshot.at,
        tracks=_remembered(tracks, _latest(memory, snapshot)),
        verdicts=verdicts,
        coverage=snapshot.coverage,
        by_channel=snapshot.by_channel,
        seconds=snapshot.seconds,
    )
    if seeing:
        after = replace(
            after,
            good=snapshot.at,
            sound=memory.sound if seeing.dark or any(loss.is_blindness for loss in losses) else snapshot.at,
            channels=seeing.channels,
            networks=seeing.networks,
            short=seeing.short,
            losses=losses,
        )
    told, ended = () if first else tuple(changes), seeing.ended if seeing else ()
    return after, Changes(
        snapshot.scan, memory.scan, snapshot.at, snapshot.complete, first, told, losses, verdicts, ended=ended
    )


def _remembered(tracks: Iterable[Track], now: datetime) -> tuple[Track, ...]:
    """The devices without those to be forgotten: absent for very long or, where very many are, the longest."""
    kept = [track for track in tracks if not (_is_absent(track) and now - track.last_seen >= _FORGOTTEN_AFTER)]
    absent = sorted(track.last_seen for track in kept if _is_absent(track))
    if len(absent) <= MAX_ABSENT:
        return tuple(kept)
    return tuple(track for track in kept if not _is_absent(track) or track.last_seen >= absent[-MAX_ABSENT])


def _is_absent(track: Track) -> bool:
    """Whether a device is reported as missing, or no longer asked."""
    return track.gone or track.unasked > 0


def _latest(memory: Memory, snapshot: Snapshot) -> datetime:
    """The time of this snapshot or the one before, whichever is earlier: a clock may be wrong for a night."""
    return min(snapshot.at, memory.at or snapshot.at)


def _tracked(
    memory: Memory, snapshot: Snapshot, terms: Terms, seeing: Visibility | None
) -> tuple[list[Track], list[Change]]:
    """The tracks after the snapshot, and the changes."""
    found = match(memory.tracks, snapshot.sightings)
    counted = memory.at if memory.scan == snapshot.scan else None
    joined = {number for numbers in found.joined.values() for number in numbers}
    tracks: list[Track] = []
    changes: list[Change] = []
    for number, track in enumerate(memory.tracks):
        if number in joined:
            continue
        if number in found.seen:
            parts = [snapshot.sightings[one] for one in found.seen[number]]
            whole = lifecycle.merged(track, [memory.tracks[other] for other in found.joined.get(number, ())])
            after, new = lifecycle.seen(whole, parts, snapshot, terms, counted)
        else:
            after, new = lifecycle.unseen(track, snapshot, terms, seeing)
        tracks.append(after)
        changes += new
    for number in found.new:
        tracks.append(lifecycle.begun(snapshot.sightings[number], snapshot))
        changes.append(Change(ChangeKind.NEW, snapshot.sightings[number].device))
    return tracks, changes


def _losses(tracks: Sequence[Track], snapshot: Snapshot, seeing: Visibility) -> Iterator[Loss]:
    """The losses, each with the devices that it keeps from being reported missing."""
    hidden = [track for track in tracks if track.last_seen != snapshot.at and not track.gone]
    behind: defaultdict[str, list[Track]] = defaultdict(list)
    for track in hidden:
        for what in _may_hide(track) if not (track.unasked or seeing.could_see(track, snapshot)) else ():
            behind[what].append(track)
    for loss in seeing.losses:
        yield replace(loss, unseen=_addresses(behind[loss.what]))
    if unasked := [track for track in hidden if track.unasked == 1]:
        some = f"{plural(len(unasked), 'device')} seen before {were(len(unasked))} not asked"
        yield Loss(UNASKED, f"{some}: {_why_unasked(unasked)}", _addresses(unasked))


def _why_unasked(tracks: Sequence[Track]) -> str:
    """Why devices may not have been asked, by where they are."""
    behind = {SLOT in track.device.address for track in tracks}
    others = ["excluded", "no longer among the targets"] if False in behind else []
    recorder = ["behind a recorder that did not name all cameras, as without a login"] if True in behind else []
    *first, last = others + recorder
    return f"{', '.join(first)}, or {last}" if first else last


def _may_hide(track: Track) -> frozenset[str]:
    """The losses, by what each names, that affect a device."""
    networks = (f"network {network_of(place)}" for place in track.places)
    return frozenset(("site", *networks, *(f"channel {name}" for name in track.channels)))


def _addresses(tracks: Sequence[Track]) -> tuple[str, ...]:
    return tuple(track.device.address for track in tracks[:MAX_UNSEEN])
