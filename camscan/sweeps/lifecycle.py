"""Updates the track of one device after each sweep: begun, seen, changed, not seen, gone, returned.

A lost answer must not look like a change. So firmware is compared rule by rule, an address has changed only if none of
the recent ones answers, and a name or verdict that differs without new evidence must do so several times.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from camscan.records import Level, Verdict
from camscan.sweeps.changes import RANKS, Change, ChangeKind
from camscan.sweeps.coverage import Terms, Visibility
from camscan.sweeps.memory import Debounced, Track
from camscan.sweeps.sightings import DeviceSummary, Sighting, Traits
from camscan.sweeps.snapshot import Snapshot

_RECENT = 3  # sightings for which an address or channel is kept although it did not answer
_MAX_KEPT = 32  # the most serials, MACs or models that are remembered of one device
_LASTING = (
    *("maker", "brand", "model", "firmware", "name", "kind", "level", "policies", "evidence"),
    *("mac", "switch_port", "switch_name"),
)
"""What is told of a device as it was before, where nothing is known of it now."""
_WEIGHTS = {str(level): level.value for level in Level}  # how much the levels weigh; none weighs nothing


def begun(one: Sighting, snapshot: Snapshot) -> Track:
    """The track of a new device."""
    return Track(
        device=one.device,
        first_seen=snapshot.at,
        last_seen=snapshot.at,
        places=dict.fromkeys(one.device.addresses, 0),
        channels=dict.fromkeys(_channels([one], snapshot), 0),
        verdict=Debounced(one.device.verdict.value),
        name=Debounced(one.device.name),
        serials=one.serials,
        macs=one.macs,
        models=one.models,
        makers=one.makers,
        rules=one.rules,
        firmwares=one.firmwares,
        covered=(True,),
    )


def merged(track: Track, others: Sequence[Track]) -> Track:
    """One track from several that are the same device, such as one for each network card."""
    if not others:
        return track
    for other in others:
        track = replace(
            track,
            first_seen=min(track.first_seen, other.first_seen),
            places={**other.places, **track.places},
            channels={**other.channels, **track.channels},
            firmwares={**other.firmwares, **track.firmwares},
        )
    return _with_traits(track, others)


def seen(
    track: Track, parts: Sequence[Sighting], snapshot: Snapshot, terms: Terms, counted: datetime | None = None
) -> tuple[Track, list[Change]]:
    """The track and changes of a device that was seen, possibly as several sightings.

    `counted`: the time of a snapshot of the same scan, before it was resumed. If that saw the device, both are one.
    """
    again = track.last_seen == counted
    known = best(parts)
    addresses = tuple(dict.fromkeys(address for one in parts for address in one.device.addresses))
    moved = track.places.keys().isdisjoint(addresses)
    rules = frozenset().union(*(one.rules for one in parts))
    at_once = not rules <= track.rules and _outweighs(known, track.device)
    verdict, judged = _settled(track.verdict, known.verdict.value, terms, again, at_once=at_once)
    name, renamed = _settled(track.name, known.name, terms, again)
    device = _filled(known, track.device, addresses, verdict)
    firmware = _other_firmware(track, parts)
    after = replace(
        _with_traits(track, parts),
        device=device,
        last_seen=snapshot.at,
        places=_aged({} if moved else track.places, addresses, again),
        channels=_aged(track.channels, _channels(parts, snapshot), again),
        verdict=verdict,
        name=name,
        # Once one rule has told of another firmware, what the others read before is out of date.
        firmwares={**({} if firmware else track.firmwares), **_firmwares(parts)},
        covered=track.covered if again else terms.add(track.covered, True),  # it was there, however much was covered
        gone=False,
        unasked=0,
    )
    return after, list(_changes(track, after, firmware, moved=moved, judged=judged, renamed=renamed))


def recalled(track: Track, device: DeviceSummary, parts: Sequence[Sighting]) -> Track:
    """The track of a device that an older snapshot saw, too: it adds what was not known. `device` is how it is now."""
    older = best(parts)
    verdict = Debounced(device.verdict.value)
    filled = _filled(device, older, device.addresses, verdict)
    identified = next((one.id for one in (device, older) if one.id not in one.addresses), device.id)
    return replace(
        _with_traits(track, parts),
        device=replace(filled, id=identified),
        verdict=verdict,
        name=track.name if track.name.value else Debounced(filled.name),
        firmwares={**_firmwares(parts), **track.firmwares},
    )


def unseen(track: Track, snapshot: Snapshot, terms: Terms, visibility: Visibility | None) -> tuple[Track, list[Change]]:
    """The track and changes of a device that was not seen. `visibility` is None if the snapshot is incomplete."""
    if visibility is None:
        return track, []
    if not any(map(snapshot.asked_at, track.places)):
        return replace(track, unasked=track.unasked + 1), []
    if not visibility.could_see(track, snapshot):
        return track, []
    covered = terms.add(track.covered, False)
    gone = track.gone or terms.met(tuple(not was_seen for was_seen in covered))
    after = replace(track, covered=covered, gone=gone, unasked=0)
    if gone and not track.gone:
        return after, [Change(ChangeKind.MISSING, track.device, last_seen=track.last_seen)]
    return after, []


def _changes(
    before: Track, after: Track, firmware: tuple[str, str] | None, *, moved: bool, judged: bool, renamed: bool
) -> Iterator[Change]:
    device = after.device
    if before.gone:
        yield Change(ChangeKind.RETURNED, device, last_seen=before.last_seen)
    if moved:
        yield Change(ChangeKind.CHANGED, device, "address", before.device.address, device.address)
    if firmware:
        yield Change(ChangeKind.CHANGED, device, "firmware", *firmware)
    if judged:
        yield Change(ChangeKind.CHANGED, device, "verdict", before.verdict.value or "", after.verdict.value or "")
    if renamed:
        yield Change(ChangeKind.CHANGED, device, "name", before.name.value or "", after.name.value or "")


def _settled(
    held: Debounced, now: str | None, terms: Terms, again: bool, *, at_once: bool = False
) -> tuple[Debounced, bool]:
    """The debounced value, and whether it changed. `again`: the last mark is of the same scan, and takes its place.

    `at_once`: there is new evidence, so do not wait.
    """
    if now is None:
        return held, False
    if held.value is None:
        return Debounced(now), False
    odd = terms.add(held.odd[:-1] if again else held.odd, now != held.value)
    if now != held.value and (at_once or terms.met(odd)):
        return Debounced(now), True
    return Debounced(held.value, odd), False


def _outweighs(now: DeviceSummary, before: DeviceSummary) -> bool:
    """Whether new evidence counts at once: not where it says less than what was known, and is weaker than that."""
    rises = RANKS.index(now.verdict) >= RANKS.index(before.verdict)
    return rises or _WEIGHTS.get(now.level or "", 0) >= _WEIGHTS.get(before.level or "", 0)


def best(parts: Iterable[Sighting]) -> DeviceSummary:
    """The device as the sighting shows it whose verdict matters most."""
    return max((one.device for one in parts), key=lambda known: RANKS.index(known.verdict))


def _filled(now: DeviceSummary, before: DeviceSummary, addresses: tuple[str, ...], verdict: Debounced) -> DeviceSummary:
    """The device as it is now, with unknown attributes as they were before."""
    kept = {name: getattr(now, name) or getattr(before, name) for name in _LASTING}
    identified = before.id if before.id not in before.addresses else now.id
    return replace(now, id=identified, addresses=addresses, verdict=Verdict(verdict.value or now.verdict), **kept)


def _other_firmware(track: Track, parts: Sequence[Sighting]) -> tuple[str, str] | None:
    """The firmware before and now, if a rule reads another one than before."""
    for rule, now in _firmwares(parts).items():
        before = track.firmwares.get(rule)
        if before and before.isdisjoint(now):
            return ", ".join(sorted(before)), ", ".join(sorted(now))
    return None


def _firmwares(parts: Iterable[Sighting]) -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for one in parts:
        for rule, values in one.firmwares.items():
            found[rule] = found.get(rule, frozenset()) | values
    return found


def _channels(parts: Iterable[Sighting], snapshot: Snapshot) -> Iterator[str]:
    """The channels on which the device answered."""
    addresses = {address for one in parts for address in one.device.addresses}
    return (channel for channel, targets in snapshot.answered.items() if not targets.isdisjoint(addresses))


def _aged(before: Mapping[str, int], now: Iterable[str], again: bool) -> Mapping[str, int]:
    """What answered now or recently, with the number of sightings since; one more, but for the same scan `again`."""
    more = 0 if again else 1
    older = {name: age + more for name, age in before.items() if age + more < _RECENT}
    return {**older, **dict.fromkeys(now, 0)}


def _with_traits(track: Track, found: Sequence[Traits]) -> Track:
    """The track with the traits found added, except firmware, of which only the newest counts."""
    serials = _more(track.serials, [one.serials for one in found])
    macs = _more(track.macs, [one.macs for one in found])
    models = _more(track.models, [one.models for one in found])
    makers = track.makers.union(*(one.makers for one in found))
    rules = track.rules.union(*(one.rules for one in found))
    if (serials, macs, models, makers, rules) == (track.serials, track.macs, track.models, track.makers, track.rules):
        return track
    return replace(track, serials=serials, macs=macs, models=models, makers=makers, rules=rules)


def _more(known: frozenset[str], found: Iterable[frozenset[str]]) -> frozenset[str]:
    """The union, within the limit."""
    new = frozenset().union(*found) - known
    return known | frozenset(sorted(new)[: max(_MAX_KEPT - len(known), 0)]) if new else known
