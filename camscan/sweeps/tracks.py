"""Matches the devices of a snapshot with the remembered ones (tracks).

An address alone proves nothing, as it may be reassigned. Two are the same device if they share, in this order,

1. serial and address, or MAC and address;
2. the serial elsewhere, or the MAC elsewhere: the device has moved;
3. the address, where nothing else contradicts: serials, MACs, models or makers that are known on both sides. Of
   several that have stood there, it is the last.

Two that are remembered are one device where a third turns out to be both: at an address of each, or by the serial of
one and the MAC of the other, which were never seen at the same time.

Makers of clones copy serials and MACs. A value that several devices of one snapshot have is ignored, and a device that
answers at its old address is not taken for one that has moved.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum

from camscan.sweeps.memory import Track
from camscan.sweeps.sightings import Sighting
from camscan.text.serials import end_of, same_serial

_END = "end "  # how the key of the end of a serial begins
_CROWD = 64
"""Devices whose serials end alike, from which on only whole serials are compared: no maker repeats so many short forms,
but a liar can make each device look like every other."""
_MIN_AKIN = 4  # the shortest model that may match as the beginning of another


class MatchReason(IntEnum):
    """The reason for a match, the strongest first."""

    SERIAL_HERE = 0
    MAC_HERE = 1
    SERIAL_ELSEWHERE = 2
    MAC_ELSEWHERE = 3
    MODEL_HERE = 4
    ONLY_HERE = 5

    @property
    def moved(self) -> bool:
        """Whether the device is at another address than before."""
        return self in (MatchReason.SERIAL_ELSEWHERE, MatchReason.MAC_ELSEWHERE)


@dataclass(slots=True)
class Matches:
    """Sightings by track, and new ones without a track; all by number.

    `joined` holds, for a track, other tracks that turned out to be the same device.
    """

    seen: dict[int, list[int]] = field(default_factory=dict)
    moved: set[int] = field(default_factory=set)
    joined: dict[int, list[int]] = field(default_factory=dict)
    new: list[int] = field(default_factory=list)


def match(
    tracks: Sequence[Track],
    sightings: Sequence[Sighting],
    common: frozenset[str] | None = None,
    at: datetime | None = None,
) -> Matches:
    """Find the track of every sighting.

    `common` are the ambiguous serials and MACs, if these sightings are only a part of a snapshot. Of several tracks for
    which the same speaks, it is the one that was last seen or, where it is known `at` what time the sightings were
    made, the one that was seen next to that.
    """
    common = shared(sightings) if common is None else common
    at = at or max((track.last_seen for track in tracks), default=None)
    found = Matches()
    owner: dict[int, tuple[int, MatchReason]] = {}
    absorbed: set[int] = set()
    for link, number, _, track in sorted(_pairs(tracks, sightings, common, at)):
        if track in absorbed or _barred(found, link, track, sightings, number):
            continue
        if number not in owner:
            owner[number] = track, link
            found.seen.setdefault(track, []).append(number)
            if link.moved:
                found.moved.add(track)
        elif track not in found.seen and _are_one(tracks[owner[number][0]], tracks[track], owner[number][1], link):
            absorbed.add(track)
            found.joined.setdefault(owner[number][0], []).append(track)
    found.new = [number for number in range(len(sightings)) if number not in owner]
    return found


def _barred(found: Matches, link: MatchReason, track: int, sightings: Sequence[Sighting], number: int) -> bool:
    """Whether a stronger match rules this one out.

    A device that was matched at its address has not moved, the old address of one that has moved belongs to another
    device now, and of two devices at one address only one can be the old one.
    """
    others = found.seen.get(track, ())
    if link.moved:
        return bool(others)
    if link in (MatchReason.MODEL_HERE, MatchReason.ONLY_HERE):
        here = set(sightings[number].device.addresses)
        return track in found.moved or any(not here.isdisjoint(sightings[other].device.addresses) for other in others)
    return False


def _are_one(one: Track, other: Track, own: MatchReason, link: MatchReason) -> bool:
    """Whether both tracks are one device: the sighting belongs to one, and is at an address of the other.

    Or one was known by its serial alone, and the other by its MAC alone and never while that one was: it bears both.
    """
    if not link.moved:
        return not own.moved and one.places.keys().isdisjoint(other.places)
    is_apart = one.last_seen < other.first_seen or other.last_seen < one.first_seen
    return is_apart and not (one.serials and other.serials) and not (one.macs and other.macs)


def _pairs(
    tracks: Sequence[Track], sightings: Sequence[Sighting], common: frozenset[str], at: datetime | None
) -> Iterator[tuple[MatchReason, int, timedelta, int]]:
    index = bearers(keys(track.places, track.serials, track.macs) for track in tracks)
    for number, one in enumerate(sightings):
        # What clones share leads only from one to all others: who is at its old address is found by that.
        own = keys(one.device.addresses, one.serials - common, one.macs - common)
        for candidate in sorted({candidate for key in own for candidate in index.get(key, ())}):
            link = _link(one, tracks[candidate], common)
            if link is not None:
                yield link, number, _away(tracks[candidate], at), candidate


def _away(track: Track, at: datetime | None) -> timedelta:
    """How long before or after that a device was not seen."""
    none = timedelta()
    return none if at is None else max(at - track.last_seen, track.first_seen - at, none)


def keys(places: Iterable[str], serials: Iterable[str], macs: Iterable[str]) -> frozenset[str]:
    """The keys of which two must share one to be the same device: addresses, serials and their ends, MACs."""
    known = tuple(serials)
    ends = (f"{_END}{end_of(serial)}" for serial in known)
    return frozenset((*places, *ends, *(f"serial {serial}" for serial in known), *(f"mac {mac}" for mac in macs)))


def bearers(devices: Iterable[frozenset[str]]) -> Mapping[str, Sequence[int]]:
    """The devices, by number, that have each of these keys, without the ends of serials that a crowd has."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for number, own in enumerate(devices):
        for key in own:
            found[key].append(number)
    return {key: some for key, some in found.items() if len(some) <= _CROWD or not key.startswith(_END)}


def shared(sightings: Sequence[Sighting]) -> frozenset[str]:
    """Serials and MACs that several devices have, so that they identify none."""
    counts = Counter(value for one in sightings for value in one.serials | one.macs)
    return frozenset(value for value, count in counts.items() if count > 1)


def _link(one: Sighting, track: Track, common: frozenset[str]) -> MatchReason | None:
    if not track.places.keys().isdisjoint(one.device.addresses):
        return _link_here(one, track)
    if _meet(one.serials - common, track.serials, same_serial):
        return MatchReason.SERIAL_ELSEWHERE
    if (one.macs - common) & track.macs and not (one.serials and track.serials):
        return MatchReason.MAC_ELSEWHERE
    return None


def _link_here(one: Sighting, track: Track) -> MatchReason | None:
    """The match of a sighting at an address of the track."""
    if _meet(one.serials, track.serials, same_serial):
        return MatchReason.SERIAL_HERE
    if one.macs & track.macs:
        return MatchReason.MAC_HERE
    if (one.serials and track.serials) or (one.macs and track.macs):
        return None
    akin = _meet(one.models, track.models, _akin)
    if one.models and track.models and not akin:
        return None
    if one.makers and track.makers and one.makers.isdisjoint(track.makers):
        return None
    return MatchReason.MODEL_HERE if akin else MatchReason.ONLY_HERE


def _meet(some: Iterable[str], others: Collection[str], same: Callable[[str, str], bool]) -> bool:
    """Whether any pair from both is the same."""
    return any(same(one, other) for one in some for other in others)


def _akin(one: str, other: str) -> bool:
    """Whether two models are the same: equal, or one is the other with a variant appended."""
    long, short = sorted((one, other), key=len, reverse=True)
    return long == short or (len(short) >= _MIN_AKIN and long.startswith(short))
