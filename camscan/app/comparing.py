"""From stored scans to what comparing needs of those before the two that are compared."""

from __future__ import annotations

from camscan.app.deriving import glimpses
from camscan.identify.library import Library
from camscan.records import Judged, Scan, Verdict
from camscan.reports import select
from camscan.store import Store
from camscan.sweeps.looks import Sighting, distinct, plain, sighting
from camscan.sweeps.returned import Past
from camscan.sweeps.tracks import keys


def past(store: Store, scan: Scan, rules: Library) -> Past:
    """An earlier scan; no record is made of a device in it before it is asked for, and none is judged."""
    found = glimpses(store, scan, rules)

    def made(number: int) -> Sighting | None:
        unjudged = Judged(found[number].open().device, Verdict.UNIDENTIFIED)
        chosen = next(select((unjudged,), all_hosts=False), None)
        return None if chosen is None else sighting(chosen)

    names = [keys(map(plain, one.places), distinct(one.serials), distinct(one.macs)) for one in found]
    return Past(scan.ended_at, names, made)
