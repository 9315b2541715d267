"""What sweeps know beyond two scans that are compared: who is reported as missing, and who was there long before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from camscan.app.history import is_sweep, remembered, statuses
from camscan.errors import DamageError
from camscan.records import Scan
from camscan.store import Store
from camscan.sweeps.changes import ChangeKind, Changes
from camscan.sweeps.memory import Track
from camscan.sweeps.snapshot import Sighting
from camscan.sweeps.tracks import match
from camscan.wording import joined, plural, were

_MAX_NAMED = 8


def absent_from(store: Store, before: Scan, after: Scan) -> Iterator[str]:
    """Of the latest sweep of a site, in a sentence: who is reported as missing and was not in the scan before either.

    That takes several silent sweeps, so that two scans may show nothing of what an alert tells.
    """
    with suppress(DamageError):  # to be told of by the next sweep
        for known in statuses(store, [after.site]) if after.site and is_sweep(after) else ():
            named = [one for one in known.absent if one.last_seen < before.started_at]
            count = known.missing - (len(known.absent) - len(named))
            if known.scan == after.id and count:
                told = f"{plural(count, 'device')} that sweeps report as missing {were(count)} in neither scan"
                which = f" ({joined([one.address for one in named], _MAX_NAMED)})" if count == len(named) else ""
                yield f"{told}{which}: `camscan status` tells when each was last seen"


def with_known(store: Store, before: Scan, after: Scan, changes: Changes, now: Sequence[Sighting]) -> Changes:
    """Changes since a scan, in which what is new there has returned if sweeps had seen it earlier, however long ago.

    When that was is not known any more: they remember the last time alone, which may be this one.
    """
    new = {change.device for change in changes.of(ChangeKind.NEW)}
    if not (new and after.site and before.site == after.site and before.started_at < after.started_at):
        return changes
    tracks = _tracks(store, after.site)
    seen = match(tracks, now).seen
    earlier = {number for number in seen if tracks[number].first_seen < before.started_at}
    back = new.intersection(now[part].device for number in earlier for part in seen[number])
    told = [replace(one, kind=ChangeKind.RETURNED) if one.device in back else one for one in changes.changes]
    return replace(changes, changes=tuple(told))


def _tracks(store: Store, site: str) -> Sequence[Track]:
    try:
        return remembered(store, site).tracks
    except DamageError:  # as above
        return ()
