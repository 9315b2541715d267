"""Takes out of a store what was put there by mistake: a scan of the wrong network, an import of the wrong file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from camscan.app.sweeping.pastsweeps import is_sweep
from camscan.errors import UsageError
from camscan.records import Scan, ScanStatus
from camscan.scansettings import THINNED
from camscan.store.store import Store
from camscan.text.wording import plural


def check(store: Store, scans: Sequence[Scan]) -> None:
    """See that nothing rests on these scans. Raises UsageError if one is a sweep, is running, or supports a removal."""
    proofs = {scan: change for change in store.states.changes() for scan in change.proof}
    for scan in scans:
        if is_sweep(scan):
            raise UsageError(f"scan {scan.id} is a sweep, which others rest on: `camscan db prune` thins those")
        if scan.status is ScanStatus.RUNNING:
            raise UsageError(f"scan {scan.id} is still running: wait until it ends")
        if said := proofs.get(scan.id):
            raise UsageError(f"scan {scan.id} supports that {said.device} was recorded as {said.state}: it stays")


def remove(store: Store, scans: Sequence[Scan], at: datetime) -> Iterator[str]:
    """Delete scans with all that was seen in them, and what the register has from them; what came of each, in words.

    The register goes first, and is to be derived again at the end: a run that is broken off in between leaves scans
    from which that can be done.
    """
    gone = {scan.id for scan in scans}
    sites = sorted({scan.register_site for scan in scans})
    lacking = [site for site in sites if _lacks(store, site, gone)]
    store.register.clear([site for site in sites if site not in lacking])
    for scan in scans:
        thinned = store.thin(scan.id, (), at)
        yield f"Removed scan {scan.id} with {plural(thinned.deleted, 'observation')}."
    for site in lacking:
        yield (
            f"Note: `camscan progress` still counts what they showed at {site or 'no site'}: the register of that "
            "site cannot be derived again, since other scans of it are no longer stored in full."
        )


def _lacks(store: Store, site: str, removed: set[str]) -> bool:
    """Whether any other scan that the register of a site rests on is thinned or gone."""
    rests_on = {mark.scan for mark in store.register.taken(site)} - removed
    there = store.found(rests_on)
    return len(there) < len(rests_on) or any(THINNED in scan.settings for scan in there.values())
