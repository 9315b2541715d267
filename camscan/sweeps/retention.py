"""Decides which stored sweeps of a site are kept whole, and which are thinned. Pure.

A sweep is kept whole for as long as it is among the newest, or young, or something still needs it. After that only the
evidence of listed and suspected devices is kept, of the sweeps that saw them for the first and for the last time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from camscan.records import Judged, Scan, ScanStatus, Verdict
from camscan.sweeps.config import Retention
from camscan.sweeps.memory import Memory
from camscan.sweeps.sightings import is_seen, sighting
from camscan.sweeps.tracks import match

_COMPARED = 2  # complete sweeps that are kept in any case: what `camscan diff` holds against each other
_TELLING = (Verdict.LISTED, Verdict.SUSPECTED)


def expendable(
    sweeps: Sequence[Scan], memory: Memory, waiting: Iterable[str], terms: Retention, now: datetime
) -> tuple[Scan, ...]:
    """The sweeps of a site that need not be kept whole, the oldest first; `sweeps` are the newest first.

    Never among them: what was not compared yet, the last complete ones, what is still running or could be resumed, and
    what an alert speaks of that waits to be told. `waiting` are the ids of such alerts, which begin with their scan's.
    """
    compared = next((place for place, scan in enumerate(sweeps) if scan.id == memory.scan), None)
    if compared is None:
        return ()
    complete = [scan.id for scan in sweeps if scan.status is ScanStatus.COMPLETE][:_COMPARED]
    told_of = {identity.rpartition("-")[0] for identity in waiting}
    young = now - timedelta(days=terms.days)
    return tuple(
        scan
        for place, scan in reversed(tuple(enumerate(sweeps)))
        if place > compared
        and place >= terms.sweeps
        and scan.status is not ScanStatus.RUNNING
        and scan.ended_at < young
        and scan.id not in complete
        and scan.id not in told_of
    )


def worth_keeping(memory: Memory, scan: Scan, devices: Iterable[Judged]) -> frozenset[str]:
    """The addresses whose answers are kept: of devices that this sweep saw for the first or for the last time.

    A device that is not remembered is kept too, as nothing says when else it was seen. One that is remembered as listed
    or suspected is so here, too: by a policy that is not at hand, or by what it told later. A camera behind a recorder
    is known by the recorder's answers; one that the recorder lists and does not reach is not seen.
    """
    ordered = tuple(devices)
    found = match(memory.tracks, tuple(map(sighting, ordered)), at=scan.ended_at)
    track_of = {number: memory.tracks[track] for track, numbers in found.seen.items() for number in numbers}
    begin, end = sorted((scan.started_at, scan.ended_at))
    kept: set[str] = set()
    for number, judged in enumerate(ordered):
        track = track_of.get(number)
        # A sweep that was resumed has several ends, and the first of them is when its devices were first seen.
        ends_here = track is None or track.first_seen >= begin or track.last_seen <= end
        telling = judged.verdict in _TELLING or (track is not None and track.verdict.value in _TELLING)
        if telling and ends_here and is_seen(judged.device):
            device = judged.device
            kept.update((device.behind.address,) if device.behind else device.addresses)
    return frozenset(kept)
