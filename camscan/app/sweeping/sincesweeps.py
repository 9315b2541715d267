"""What sweeps know beyond two scans that are compared: who is reported as missing, and who was there long before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import chain

from camscan.app.sweeping.pastsweeps import is_sweep, remembered, statuses
from camscan.errors import DamageError
from camscan.records import Scan
from camscan.store.queries import latest_at
from camscan.store.store import Store
from camscan.sweeps.changes import ChangeKind, Changes
from camscan.sweeps.memory import Memory
from camscan.sweeps.sightings import Sighting
from camscan.sweeps.tracks import match
from camscan.text.wording import joined, plural, were

_MAX_NAMED = 8


def absent_from(store: Store, before: Scan, after: Scan, seen: Sequence[Sighting]) -> Iterator[str]:
    """Of the latest sweep of a site, in a sentence: who is reported as missing and was not in the scan before either.

    `seen` is what that scan saw. A report takes several silent sweeps, so that two scans may show nothing of it.
    """
    if not after.site or before.site != after.site or not is_sweep(after):
        return
    with suppress(DamageError):  # to be told of by the next sweep
        if not any(one.missing and one.scan == after.id for one in statuses(store, [after.site])):
            return  # as nearly always, which is known at a glance
    memory = _memory(store, after.site)
    found = match(memory.tracks, seen)
    there = {*found.seen, *chain.from_iterable(found.joined.values())}
    absent = [one.device.address for number, one in enumerate(memory.tracks) if one.gone and number not in there]
    if count := len(absent):
        told = f"{plural(count, 'device')} that sweeps report as missing {were(count)} in neither scan"
        yield f"{told} ({joined(absent, _MAX_NAMED)}): `camscan status` tells when each was last seen"


def with_known(store: Store, before: Scan, after: Scan, changes: Changes, now: Sequence[Sighting]) -> Changes:
    """Changes since a scan, in which what is new there has returned if sweeps had seen it earlier, however long ago.

    When that was is not known any more: they remember the last time alone, which may be this one.
    """
    new = {change.device for change in changes.of(ChangeKind.NEW)}
    if not (new and after.site and before.site == after.site and latest_at(before) < latest_at(after)):
        return changes
    tracks = _memory(store, after.site).tracks
    seen = match(tracks, now).seen
    earlier = {number for number in seen if tracks[number].first_seen < latest_at(before)}
    back = new.intersection(now[part].device for number in earlier for part in seen[number])
    told = [replace(one, kind=ChangeKind.RETURNED) if one.device in back else one for one in changes.changes]
    return replace(changes, changes=tuple(told))


def _memory(store: Store, site: str) -> Memory:
    try:
        return remembered(store, site)
    except DamageError:  # to be told of by the next sweep
        return Memory()
