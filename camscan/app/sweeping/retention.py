"""Thins old sweeps, one after the other, as far as they need not be kept whole."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import groupby

from camscan.app.judging.criteria import Criteria
from camscan.app.judging.manyscans import rederive
from camscan.app.reporting.scanreport import devices_in
from camscan.app.sweeping.onesite import SweepContext
from camscan.app.sweeping.pastsweeps import remembered, sweeps_of
from camscan.app.sweeping.sites import policies
from camscan.errors import DamageError
from camscan.identify.library import Library
from camscan.policy import Policy
from camscan.records import Scan
from camscan.register.removal import beginning, witnesses
from camscan.reports.escape import terminal
from camscan.scansettings import THINNED
from camscan.store.prune import Thinned
from camscan.store.store import Store
from camscan.summaries import StateChange
from camscan.sweeps.config import Config, Retention, Site
from camscan.sweeps.eventlog import log_event
from camscan.sweeps.retention import expendable, worth_keeping
from camscan.text.wording import joined, plural

_AFTER_A_SWEEP = 3
"""Sweeps of each site that are thinned after a new one: one a night is due, and what has piled up goes bit by bit."""
_LOOKED_AT = 7  # the newest sweeps of a site: `camscan diff` compares two and looks at five before them
_MAX_NAMED = 20
_MIN_TOLD_DAYS = 1  # days for which a delivered alert is kept in any case


@dataclass(frozen=True, slots=True)
class Pruned:
    """One sweep that was thinned, or would be: what of it goes."""

    site: str
    scan: Scan
    result: Thinned


def prune(
    store: Store,
    rules: Library,
    site: str,
    listing: Callable[[], Sequence[Policy]],
    terms: Retention,
    *,
    dry_run: bool = False,
) -> Iterator[Pruned]:
    """Thin what may go of a site, the oldest first; `listing` loads the policies by which devices are worth keeping.

    No lock is needed: nobody writes to what may go. Raises StoreError if the store cannot be read or written; of a
    sweep that is damaged, once all others are thinned.
    """
    now, sweeps = datetime.now(UTC), sweeps_of(store, site)
    if all(THINNED in scan.settings for scan in sweeps[terms.sweeps :]):
        return  # as of nearly every site of thousands: what is remembered of one takes longer to read than its scans
    memory, said, damaged = remembered(store, site), store.states.changes(site), None
    criteria = Criteria(rules, listing())
    for scan in expendable(sweeps, memory, store.outbox.waiting(), terms, now):
        if THINNED in scan.settings:
            continue
        try:
            keep = worth_keeping(memory, scan, devices_in(store, scan, criteria)) | _proving(store, scan, said)
        except DamageError as error:
            damaged = damaged or error
            continue
        result = store.would_thin(scan.id, keep) if dry_run else store.thin(scan.id, keep, now)
        yield Pruned(site, scan, result)
    if damaged:
        raise damaged


def _proving(store: Store, scan: Scan, said: Iterable[StateChange]) -> frozenset[str]:
    """The targets of a scan that show of devices which people called removed, by this scan, that they are."""
    gone = {change.address for change in said if scan.id in change.proof}
    entries = ((address, store.ledger(scan.id, beginning(address))) for address in gone)
    return frozenset(target for address, beside in entries for target in witnesses(address, scan, beside))


def prune_after_sweep(context: SweepContext, site: Site, end: float) -> None:
    """Thin a few old sweeps of a site that was just swept, if the configuration has a retention and time is left."""
    retention = context.config.retention
    if retention is None:
        return
    forget(context.store, retention)
    listing = partial(policies, context.config, site, context.folders)
    pruned = prune(context.store, context.rules, site.name, listing, retention)
    for number, one in enumerate(pruned, start=1):
        log_event("scan.thinned", site=site.name, scan=one.scan.id, deleted=one.result.deleted, kept=one.result.kept)
        if number >= _AFTER_A_SWEEP or time.monotonic() >= end:
            break


def derive_after_sweeps(context: SweepContext, sites: Iterable[str], end: float) -> None:
    """Derive anew, after an update, the sweeps that people look at: they shall not have to wait for it.

    Raises StoreError if the store cannot be read.
    """
    newest = (scan for site in sites for scan in sweeps_of(context.store, site)[:_LOOKED_AT])
    derived = rederive(context.store, newest, context.rules, end)
    for site, scans in groupby(derived, key=lambda scan: scan.site):
        log_event("scans.derived", site=site, scans=sum(1 for _ in scans))


def unconfigured(store: Store, config: Config, terms: Retention) -> str:
    """The names of the sites with more sweeps than are kept whole that no configuration thins: renamed, or closed."""
    known = {site.name for site in config.site}
    names = (name for name in store.sites() if name and name not in known)
    return joined([terminal(name) for name in names if len(sweeps_of(store, name)) > terms.sweeps], _MAX_NAMED)


def forget(store: Store, terms: Retention) -> int:
    """Delete the alerts that were delivered long ago, and say how many."""
    return store.outbox.forget(datetime.now(UTC) - timedelta(days=max(terms.days, _MIN_TOLD_DAYS)))


def summed(site: str, pruned: Iterable[Pruned], *, dry_run: bool) -> str:
    """What became of the old sweeps of a site, in one line; "" where none was thinned."""
    results = [one.result for one in pruned]
    if not results:
        return ""
    gone = sum(result.gone for result in results)
    deleted, kept = (sum(getattr(result, name) for result in results) for name in ("deleted", "kept"))
    would = "would be " if dry_run else ""
    return (
        f"{terminal(site)}: {plural(len(results), 'sweep')} {would}thinned, {gone} of them deleted completely; "
        f"{plural(deleted, 'observation')} {would}deleted, {kept:,} kept as evidence"
    )
