"""Updates the register with a scan: devices seen again, new devices, and devices that turned out to be one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from camscan.sweeps import lifecycle
from camscan.sweeps.coverage import Terms
from camscan.sweeps.looks import Look
from camscan.sweeps.memory import Track
from camscan.sweeps.tracks import match

_TERMS = Terms()


@dataclass(frozen=True, slots=True)
class RegisterChanges:
    """The changes that a look makes to the register of its site: tracks by their number there, and new ones.

    `joined` are numbers of tracks that are part of another from now on.
    """

    seen: Mapping[int, Track]
    new: tuple[Track, ...]
    joined: tuple[int, ...]


def take_in(tracks: Sequence[Track], look: Look) -> RegisterChanges:
    """Hold a look, of whatever time, against the tracks of its site."""
    found = match(tracks, look.sightings)
    seen = {}
    for number, parts in found.seen.items():
        whole = lifecycle.merged(tracks[number], [tracks[other] for other in found.joined.get(number, ())])
        after, _ = lifecycle.seen(whole, [look.sightings[part] for part in parts], look, _TERMS)
        times = (tracks[number].first_seen, tracks[number].last_seen, look.at)
        seen[number] = replace(after, first_seen=min(times), last_seen=max(times))
    joined = tuple(other for others in found.joined.values() for other in others)
    return RegisterChanges(seen, tuple(lifecycle.begun(look.sightings[number], look) for number in found.new), joined)
