"""From a device and the chosen policies to a verdict."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import groupby

from camscan.policy.policies import Entity, Policy
from camscan.records import Device, Identification, Judged, Level, Verdict
from camscan.summaries import Listing, Offence, Tag
from camscan.text.folding import normalised


def judge_all(devices: Iterable[Device], policies: Sequence[Policy]) -> tuple[Judged, ...]:
    """As `judge_each`, of devices that are all there."""
    every = tuple(devices)
    return tuple(judge_each(every, policies, {device.id: device for device in every}.get))


def judge_each(
    devices: Iterable[Device], policies: Sequence[Policy], find: Callable[[str], Device | None]
) -> Iterator[Judged]:
    """The verdict on each device, as they come: after each recorder the cameras on its channels, which it counts too.

    `find` gives the device of an id, as of a camera that answers itself and is on a channel.
    """
    lists = _Lists(policies)

    def found(name: str) -> Judged | None:
        device = find(name)
        return None if device is None else _judge(device, lists)

    for _, group in groupby(devices, key=lambda device: device.behind.address if device.behind else device.address):
        every = [_judge(device, lists) for device in group]
        behind = [one for one in every if one.device.behind]
        yield from (_counted(one, behind, found) for one in every)


def with_offences(judged: Judged, policies: Sequence[Policy], tags: Collection[Tag]) -> Judged:
    """A device with the sentences that it offends, at a place with these tags; only a listed one offends any."""
    if judged.verdict is not Verdict.LISTED or not tags:
        return judged
    listing = {by.policy for by in judged.listed_by}
    offends = tuple(
        Offence(policy.id, tag, told.text, told.citation, told.url, (told.since or policy.since).isoformat())
        for tag in Tag
        if tag in tags
        for policy in policies
        if policy.id in listing
        for told in policy.directions
        if told.applies == tag
    )
    return replace(judged, offends=offends)


def _counted(recorder: Judged, behind: Iterable[Judged], find: Callable[[str], Judged | None]) -> Judged:
    slots = recorder.device.slots
    if slots is None:
        return recorder
    cameras = [*behind, *filter(None, map(find, slots.elsewhere))]
    named = [camera for camera in cameras if camera.device.maker]
    slots = replace(slots, named=len(named), listed=sum(one.verdict is Verdict.LISTED for one in named))
    return replace(recorder, device=replace(recorder.device, slots=slots))


class _Lists:
    """The entries of the chosen policies by the makers that they name, made once for all devices."""

    def __init__(self, policies: Iterable[Policy]) -> None:
        self._entries = [
            (entity, Listing(policy.id, entity.name, (entity.since or policy.since).isoformat()))
            for policy in policies
            for entity in policy.entities
        ]
        self.naming = lru_cache(maxsize=1024)(self._naming)
        """The entries that name one of these makers and may mean a device of a kind, in the order of the policies."""
        self.meaning = lru_cache(maxsize=1024)(self._meaning)
        """Those of them that mean it for certain: whoever means cameras alone may not mean what nobody knows."""

    def _naming(self, makers: frozenset[str], kind: str | None) -> tuple[Listing, ...]:
        return tuple(listing for entity, listing in self._named(makers) if kind is None or _means(entity, kind))

    def _meaning(self, makers: frozenset[str], kind: str | None) -> tuple[Listing, ...]:
        return tuple(listing for entity, listing in self._named(makers) if _means(entity, kind))

    def _named(self, makers: frozenset[str]) -> Iterator[tuple[Entity, Listing]]:
        return (entry for entry in self._entries if not makers.isdisjoint(entry[0].makers))


def _means(entity: Entity, kind: str | None) -> bool:
    return not entity.kinds or kind in entity.kinds


def _judge(device: Device, lists: _Lists) -> Judged:
    """The verdict on a device, with the entries that name its maker (where suspected: the makers that it may have).

    - `listed`: its maker is on a policy, at `likely` or `certain`, and nothing as strong names another.
    - `suspected`: its maker is on a policy by hints alone, or for kinds of devices alone while its own is not known, or
      as much speaks for another maker; or a maker on a policy is named at `likely` or `certain` and was outweighed.
    - `not-listed`: it has a maker, and none of the above.
    - `unidentified`: it has no maker, and none of the above.
    """
    makers = frozenset({device.maker} if device.maker else ())
    rivals = _rivals(device, strongest=True)
    own = lists.naming(makers, device.kind)
    if own and not rivals:
        sure = device.level is not None and device.level >= Level.LIKELY
        if sure and (meant := lists.meaning(makers, device.kind)):
            return Judged(device, Verdict.LISTED, meant)
        return Judged(device, Verdict.SUSPECTED, own)
    possible = lists.naming(makers | rivals | _rivals(device, strongest=False), device.kind)
    if possible:
        return Judged(device, Verdict.SUSPECTED, possible)
    return Judged(device, Verdict.NOT_LISTED if makers else Verdict.UNIDENTIFIED)


def _rivals(device: Device, *, strongest: bool) -> set[str]:
    """Makers beside the device's own: those named as strongly as any, or those that evidence of weight names at all."""
    named = [found for found in device.identifications if found.maker]
    top = max((found.level for found in named), default=Level.HINT)
    least = top if strongest else Level.LIKELY
    return {found.maker for found in named if found.maker and found.level >= least} - set(_own_names(device, named))


def _own_names(device: Device, named: Sequence[Identification]) -> Iterator[str]:
    """The device's maker, and makers that are only labels on what it builds."""
    labels = {normalised(found.brand) for found in named if found.brand and found.maker == device.maker}
    yield from (found.maker for found in named if found.maker and normalised(found.maker) in labels)
    if device.maker:
        yield device.maker
