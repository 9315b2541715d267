"""Adds to each device what a report says of it beside its verdict: the places that it offends, and its state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

from camscan.policy import Policy, with_offences
from camscan.records import Device, Judged, Scan
from camscan.register.names import key, known_as, lasting, names_there
from camscan.register.states import NEVER, IsOfAnother, Seen, changes_by_key, state_among
from camscan.summaries import State, StateChange, Tag
from camscan.sweeps.lifecycle import begun, merged
from camscan.sweeps.memory import Track
from camscan.sweeps.sightings import is_seen, plain, sighting
from camscan.sweeps.snapshot import snapshot
from camscan.sweeps.tracks import match
from camscan.targets import parse

if TYPE_CHECKING:  # SQLAlchemy takes a quarter of a second
    from camscan.store.store import Store

_Known: TypeAlias = Sequence[tuple[Judged, Sequence[str]]]
"""Devices, each with all names by which something may have been said of it."""


@dataclass(frozen=True, slots=True)
class Tags:
    """What a place is: a sensitive site, and which networks of it are core networks."""

    sensitive: bool
    core: tuple[str, ...]

    def __bool__(self) -> bool:
        """Whether there is any."""
        return self.sensitive or bool(self.core)


def tags_of(scan: Scan) -> Tags:
    """The tags that a scan was made with."""
    return Tags(bool(scan.choices.get("sensitive")), tuple(scan.choices.get("core") or ()))


def decoys_of(scan: Scan) -> tuple[str, ...]:
    """The addresses that had to answer."""
    return tuple(scan.choices.get("expect_decoy") or ())


def check_record(scan: Scan) -> None:
    """See that all which looks at a scan need of its record can be used.

    Raises ValueError, TypeError, AttributeError or UsageError if it is not as camscan writes it.
    """
    _ = scan.origin
    parse(tags_of(scan).core, whole_networks=True)
    if not all(isinstance(text, str) for text in decoys_of(scan)):
        raise TypeError("a decoy is no text")


def with_places(devices: Iterable[Judged], policies: Sequence[Policy], tags: Tags) -> Iterator[Judged]:
    """The devices, each with the sentences that it offends. Raises TargetError if a core network cannot be read."""
    core = parse(tags.core, whole_networks=True) if tags.core else None
    site: set[Tag] = {Tag.SENSITIVE} if tags.sensitive else set()
    for judged in devices:
        on_core = core is not None and any(address in core for address in judged.device.addresses)
        yield with_offences(judged, policies, site | {Tag.CORE} if on_core else site)


def with_states(store: Store, scan: Scan, devices: Iterable[Judged]) -> Iterator[Judged]:
    """The devices, each with what was last said of it; of one that was removed and is there, that it has returned."""
    if store.states.has_no_changes():  # to gather the names of all devices takes as long as to read them
        yield from devices
        return
    from camscan.app.reporting.registering import among, bearers_at, of_another, times_of

    known = [(judged, names_there(sighting(judged))) for judged in devices]
    also = _registered(store, scan, known)
    # Where the register knows a device, it knows its places: another device may have been called by this one.
    known = [(judged, (*lasting(own), *also[at]) if at in also else own) for at, (judged, own) in enumerate(known)]
    changes = store.states.changes_of(key(name) for _, own in known for name in own)
    tracks, times, about = _tracks_of(store, scan, known, changes), times_of(store, scan), changes_by_key(changes)
    finds = among(chain.from_iterable(tracks.values())), bearers_at(store, scan.register_site)
    for at, (judged, own) in enumerate(known):
        if (ones := tracks.get(at)) is None:
            yield judged
            continue
        whole = merged(ones[0], ones[1:])
        seen = Seen(whole.first_seen, _seen_at(scan, judged.device, times))
        another = of_another(whole, lambda said: (one for find in finds for one in find(said) if one not in ones))
        yield _with_state(judged, state_among(own, scan.register_site, seen, about, another))


def _registered(store: Store, scan: Scan, known: _Known) -> Mapping[int, Sequence[str]]:
    """What the register calls devices that it may know by other names, by number.

    These are such as show neither serial nor MAC in this scan, or did so when something was said of them.
    """
    from camscan.app.reporting.registering import track_of

    site = scan.register_site
    told = any(not lasting(change.names) for change in store.states.changes(site))
    open_ = [at for at, (_, own) in enumerate(known) if told or not lasting(own)]
    places = {known[at][0].device.place for at in open_}
    entries = store.register.entries(site) if told else store.register.bearing((), places, site) if places else ()
    tracks = list(map(track_of, entries))
    seen = match(tracks, [sighting(known[at][0]) for at in open_], at=scan.ended_at).seen
    return {open_[part]: known_as(tracks[number]) for number, parts in seen.items() for part in parts}


def _tracks_of(
    store: Store, scan: Scan, known: _Known, changes: Iterable[StateChange]
) -> Mapping[int, Sequence[Track]]:
    """What the register knows of each device, by number; of those alone whose names somebody may have spoken of.

    Of one that is not in it yet, it is what the scan tells. It may know several that this scan shows to be one.
    """
    from camscan.app.reporting.registering import track_of

    said = {key(name) for change in changes for name in change.names}
    asked = [at for at, (_, own) in enumerate(known) if not said.isdisjoint(map(key, own))]
    keys, places = {key(name) for at in asked for name in known[at][1]}, {known[at][0].device.place for at in asked}
    tracks = [track_of(entry) for entry in store.register.bearing(keys, places, scan.register_site)] if asked else []
    sightings, of_scan = [sighting(known[at][0]) for at in asked], snapshot(scan, (), ())
    found = match(tracks, sightings, at=scan.ended_at)
    ones = {number: [tracks[one] for one in (number, *found.joined.get(number, ()))] for number in found.seen}
    of_register = {part: ones[number] for number, parts in found.seen.items() for part in parts}
    return {at: of_register.get(part) or [begun(sightings[part], of_scan)] for part, at in enumerate(asked)}


def with_states_by(
    scan: Scan, devices: Iterable[Judged], changes: Iterable[StateChange], times: Mapping[str, datetime]
) -> Iterator[Judged]:
    """The devices, each with its state by the statements `changes`, without a store; `devices` are read twice.

    Where several bear a name of which something was said, without the register it is the one at that address.
    `times` says of an import when each address was seen.
    """
    about, borne = changes_by_key(changes), Counter[str]()
    spoken = set(lasting(about))
    for judged in devices if spoken else ():
        borne.update(spoken.intersection(map(key, names_there(sighting(judged)))))
    for judged in devices:
        here = {plain(place) for place in (judged.device.place, *judged.device.addresses)}
        seen, another = Seen(scan.ended_at, _seen_at(scan, judged.device, times)), _of_a_copied_one(here, borne)
        own = names_there(sighting(judged))
        yield _with_state(judged, state_among(own, scan.register_site, seen, about, another))


def _of_a_copied_one(here: Collection[str], borne: Mapping[str, int]) -> IsOfAnother:
    """Tells what was said, elsewhere than at these places, of a name that several bear."""
    return lambda said: said.address not in here and any(borne[key(name)] > 1 for name in lasting(said.names))


def _with_state(judged: Judged, found: tuple[State, StateChange | None]) -> Judged:
    state, change = found
    return judged if change is None else replace(judged, state=state, state_change=change)


def _seen_at(scan: Scan, device: Device, times: Mapping[str, datetime]) -> datetime:
    """When a device of a scan was seen; never, where only its recorder still lists it."""
    if not is_seen(device):
        return NEVER
    return max((times[place] for place in device.addresses if place in times), default=scan.ended_at)
