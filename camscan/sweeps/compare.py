"""Compares the look of one sweep with the memory of the sweeps before it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from camscan.sweeps import lifecycle
from camscan.sweeps.changes import Change, Changes, Kind
from camscan.sweeps.coverage import Terms, Visibility, network_of, sight
from camscan.sweeps.looks import Look
from camscan.sweeps.memory import Loss, Memory, Track
from camscan.sweeps.tracks import match

_FORGOTTEN_AFTER = timedelta(days=400)
"""A device that was away for longer is new when it comes back."""
_MAX_UNSEEN = 100
"""Addresses that one loss names."""


def compare(looks: Iterable[Look]) -> Changes:
    """The changes from the last look but one to the last; a new device that an earlier look had is `RETURNED`.

    One sighting is enough, and one silence where it was covered.

    Raises:
        ValueError: there is no look.
    """
    terms, memory, changes = Terms(1, 1), Memory(), None
    for one in looks:
        # The beginning, however much it covered: what is in the next look and not in this one is new.
        begin = memory.good is None
        memory, changes = advance(memory, replace(one, complete=one.complete or begin), terms)
    if changes is None:
        raise ValueError("nothing to compare")
    return changes


def advance(memory: Memory, look: Look, terms: Terms) -> tuple[Memory, Changes]:
    """Take in one more look: the memory from now on, and what changed.

    The first complete look is the beginning: in it, nothing is new. In a look that is not complete silence means
    nothing: nothing is missing or lost, and what usually answers stays as it was.
    """
    seeing = sight(memory, look, terms) if look.complete else None
    tracks, changes = _tracked(memory, look, terms, seeing)
    losses = tuple(_losses(tracks, look, seeing)) if seeing else ()
    verdicts = Counter(one.device.verdict for one in look.sightings)
    after = replace(
        memory,
        scan=look.scan,
        at=look.at,
        tracks=tuple(track for track in tracks if _latest(memory, look) - track.last_seen < _FORGOTTEN_AFTER),
        verdicts=verdicts,
        coverage=look.coverage,
        by_channel=look.by_channel,
        seconds=look.seconds,
    )
    if seeing:
        after = replace(
            after,
            good=look.at,
            channels=seeing.channels,
            networks=seeing.networks,
            short=seeing.short,
            losses=losses,
        )
    first = memory.good is None
    told = () if first else tuple(changes)
    return after, Changes(look.scan, memory.scan, look.at, look.complete, first, told, losses, verdicts)


def _latest(memory: Memory, look: Look) -> datetime:
    """The time of this look, unless only this one says that it is so late: a clock may be wrong for a night."""
    return min(look.at, memory.at or look.at)


def _tracked(memory: Memory, look: Look, terms: Terms, seeing: Visibility | None) -> tuple[list[Track], list[Change]]:
    """The tracks after the look, and what changed with each."""
    found = match(memory.tracks, look.sightings)
    joined = {number for numbers in found.joined.values() for number in numbers}
    tracks: list[Track] = []
    changes: list[Change] = []
    for number, track in enumerate(memory.tracks):
        if number in joined:
            continue
        if number in found.seen:
            parts = [look.sightings[one] for one in found.seen[number]]
            whole = lifecycle.merged(track, [memory.tracks[other] for other in found.joined.get(number, ())])
            after, new = lifecycle.seen(whole, parts, look, terms)
        else:
            after, new = lifecycle.unseen(track, look, terms, seeing)
        tracks.append(after)
        changes += new
    for number in found.new:
        tracks.append(lifecycle.begun(look.sightings[number], look))
        changes.append(Change(Kind.NEW, look.sightings[number].device))
    return tracks, changes


def _losses(tracks: Sequence[Track], look: Look, seeing: Visibility) -> Iterator[Loss]:
    """The losses, each with the devices that are not reported missing because of it."""
    hidden = [track for track in tracks if track.last_seen != look.at and not track.gone]
    for loss in seeing.losses:
        kind, _, name = loss.what.partition(" ")
        behind = {
            "channel": lambda track, name=name: name in track.channels,
            "network": lambda track, name=name: name in map(network_of, track.places),
        }.get(kind)
        unseen = [t for t in hidden if behind and behind(t) and not seeing.could_see(t, look)]
        yield replace(loss, unseen=_addresses(unseen))
    if unasked := [track for track in hidden if track.unasked == 1]:
        text = f"{len(unasked)} devices seen before were not asked: they are excluded, or no longer targets"
        yield Loss("targets", text, _addresses(unasked))


def _addresses(tracks: Sequence[Track]) -> tuple[str, ...]:
    return tuple(track.device.address for track in tracks[:_MAX_UNSEEN])
