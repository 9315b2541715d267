"""From stored scans and an inventory to a reconciliation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from camscan.app.judging.criteria import Criteria
from camscan.app.judging.manyscans import merged_each
from camscan.app.judging.switchports import SwitchPortLookup
from camscan.app.reporting.lastseen import with_last_seen
from camscan.identify.library import Library
from camscan.inventory.agreement import Found
from camscan.inventory.completeness import Completeness, estimate
from camscan.inventory.coverage import Coverage
from camscan.inventory.matching import SiteScope
from camscan.inventory.reconcile import Class, Result, reconcile
from camscan.inventory.records import Inventory
from camscan.inventory.summary import Summary, summarise
from camscan.policy import judge_all
from camscan.records import Judged, Scan, Verdict
from camscan.reports import is_shown
from camscan.store.store import Store
from camscan.sweeps.lifecycle import begun
from camscan.sweeps.memory import Track
from camscan.sweeps.sightings import sighting
from camscan.sweeps.snapshot import snapshot
from camscan.sweeps.tracks import match
from camscan.system import gctuning


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Everything that a format may print about an inventory and the scans that it was held against.

    `beside` counts the devices that a report on the scans shows and a list of cameras need not name.
    `elsewhere` is the scan that knows most of the rows that these do not cover, and of how many, if they are many.
    """

    file: Path
    inventory: Inventory
    scans: tuple[Scan, ...]
    results: tuple[Result, ...]
    summary: Summary
    completeness: Completeness
    beside: int = 0
    elsewhere: tuple[str, int] | None = None


def reconciled(
    store: Store,
    scans: tuple[Scan, ...],
    listed: tuple[Path, Inventory],
    found: Sequence[Found],
    rules: Library,
    *,
    narrow: bool,
) -> Reconciliation:
    """Hold an inventory, `listed` with its path, against what was found in scans; `narrow` as in `SiteScope`."""
    path, inventory = listed
    scope = SiteScope(store.sites(), narrow)
    coverage = Coverage({address for row in inventory.rows for address in row.addresses})
    for scan in scans:
        coverage.add(scan, store.ledger(scan.id))
    with gctuning.relaxed():
        results = reconcile(inventory.rows, found, coverage, rules.labels.find, scope)
        results = with_last_seen(store, scans, results)
        beside = sum(not one.counts and is_shown(one.judged.device) for one in found)
        summary = summarise(results)
        elsewhere = knowing_most(store, scans, results) if summary.is_mostly_elsewhere else None
        return Reconciliation(path, inventory, scans, results, summary, estimate(results), beside, elsewhere)


def found_in(store: Store, scans: Iterable[Scan], criteria: Criteria, *, all_hosts: bool) -> list[Found]:
    """The devices of all scans, the newest first; of a device in several scans of one site, its newest sighting."""
    found: list[Found] = []
    ordered, ports = tuple(scans), SwitchPortLookup(store)
    sites = Counter(scan.site for scan in ordered)
    known = {site: list[Track]() for site, count in sites.items() if count > 1}
    with gctuning.paused():
        for scan, seen in zip(ordered, merged_each(store, ordered, criteria.rules), strict=True):
            devices = tuple(ports.with_ports(scan, judge_all((one.device for one in seen), criteria.policies)))
            new = _unknown(scan, devices, known[scan.site]) if scan.site in known else range(len(devices))
            for number in new:
                judged, one = devices[number], seen[number]
                counts = all_hosts or _is_wanted(judged)
                found.append(Found(judged, scan.site, one.endpoints, one.channels, counts=counts))
    return found


def _unknown(scan: Scan, devices: Iterable[Judged], known: list[Track]) -> Sequence[int]:
    """Which devices of a scan are none of those that are known, by their numbers; they are known from then on."""
    seen, of_scan = tuple(map(sighting, devices)), snapshot(scan, (), ())
    new = match(known, seen).new
    known += [begun(seen[number], of_scan) for number in new]
    return new


def _is_wanted(judged: Judged) -> bool:
    """Whether a list of cameras should name this device: a printer or a router only if it may be on a policy."""
    is_other = judged.device.kind == "other" and judged.verdict is Verdict.NOT_LISTED
    return not is_other and is_shown(judged.device)


_SAMPLED = 300  # addresses that are looked for: what knows most of so many knows most of all
_LOOKED_AT = 30  # the newest scans that know an address, of which one is to be of the right site


def knowing_most(store: Store, scans: Sequence[Scan], results: Sequence[Result]) -> tuple[str, int] | None:
    """The scan, beside these, that knows most of the addresses which they do not cover, and how many of them it knows.

    It is of a site of these scans, since addresses repeat from site to site, or of the one that a row names.
    """
    sites, taken = {scan.site for scan in scans}, {scan.id for scan in scans}
    missing = (one for one in results if one.cls is Class.NOT_COVERED and one.address)
    known = Counter[str]()
    for one in islice(missing, _SAMPLED):
        there = islice(store.holding(one.site, one.address), _LOOKED_AT)
        of_site = (scan.id for scan in there if scan.site in sites | {one.site} and scan.id not in taken)
        known.update(islice(of_site, 1))
    return next(iter(known.most_common(1)), None)
