"""From a device and the chosen policies to a verdict."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from camscan.policy.policies import Policy
from camscan.records import Device, Identification, Judged, Level, Listing, Verdict


def judge_all(devices: Iterable[Device], policies: Sequence[Policy]) -> tuple[Judged, ...]:
    """The verdict on each device, in their order; that on a recorder also counts the cameras on its channels."""
    every = [judge(device, policies) for device in devices]
    named = {one.device.id: one for one in every}
    behind: defaultdict[str, list[Judged]] = defaultdict(list)
    for one in every:
        if one.device.behind:
            behind[one.device.behind.address].append(one)
    return tuple(_counted(one, behind[one.device.address], named) for one in every)


def _counted(recorder: Judged, behind: Iterable[Judged], by_id: dict[str, Judged]) -> Judged:
    slots = recorder.device.slots
    if slots is None:
        return recorder
    cameras = [*behind, *(by_id[name] for name in slots.elsewhere if name in by_id)]
    named = [camera for camera in cameras if camera.device.maker]
    slots = replace(slots, named=len(named), listed=sum(one.verdict is Verdict.LISTED for one in named))
    return replace(recorder, device=replace(recorder.device, slots=slots))


def judge(device: Device, policies: Sequence[Policy]) -> Judged:
    """The verdict on a device, with the entries that name its maker (where suspected: the makers that it may have).

    - `listed`: its maker is on a policy, at `likely` or `certain`, and nothing as strong names another.
    - `suspected`: its maker is on a policy by hints alone, or as much speaks for another maker; or a maker on a policy
      is named at `likely` or `certain` and was outweighed.
    - `not-listed`: it has a maker, and none of the above.
    - `unidentified`: it has no maker, and none of the above.
    """
    makers = {device.maker} if device.maker else set()
    rivals = _rivals(device, strongest=True)
    own = _listings(makers, policies)
    if own and not rivals:
        sure = device.level is not None and device.level >= Level.LIKELY
        return Judged(device, Verdict.LISTED if sure else Verdict.SUSPECTED, own)
    possible = _listings(makers | rivals | _rivals(device, strongest=False), policies)
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
    labels = {_key(found.brand) for found in named if found.brand and found.maker == device.maker}
    yield from (found.maker for found in named if found.maker and _key(found.maker) in labels)
    if device.maker:
        yield device.maker


def _key(name: str) -> str:
    """A name without case, spaces and punctuation."""
    return "".join(filter(str.isalnum, name.casefold()))


def _listings(makers: Collection[str], policies: Sequence[Policy]) -> tuple[Listing, ...]:
    return tuple(
        Listing(policy.id, entity.name, (entity.since or policy.since).isoformat())
        for policy in policies
        for entity in policy.entities
        if not frozenset(makers).isdisjoint(entity.makers)
    )
