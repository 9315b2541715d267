"""Merges other stores into one: which site of theirs is which of ours, and what becomes of each of their scans.

Address space repeats from site to site, so two sites of one name are one only where something says so: a scan that both
stores know, or the user.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from shlex import quote

from camscan.app.reporting.annotating import check_record
from camscan.app.reporting.registering import restated, track_of
from camscan.app.sweeping.pastsweeps import remember, remembered
from camscan.errors import UsageError
from camscan.records import Scan, ScanStatus
from camscan.register.disputes import Dispute, disputes, missing_from
from camscan.register.names import key, names
from camscan.scansettings import MERGED, MERGING, THINNED
from camscan.store.batches import batched
from camscan.store.locks import site_held
from camscan.store.merge import faults_of_store, known_scans, known_sites, merge_scan, observation_count, sites_of
from camscan.store.store import Store
from camscan.text.timestamps import utc

SiteMap = Mapping[str | None, str | None]
"""How a site of another store is called here; None stands for scans of no site."""
_AT_ONCE = 500  # scans that are looked up, and statements that are stored, together


class MergeResult(StrEnum):
    """What becomes of a scan of another store."""

    TAKEN = "taken"
    KNOWN = "known"
    RUNNING = "running"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True)
class SiteChoices:
    """How the user wants sites called, what has none included, and whether one name is one place."""

    site: str | None
    renamed: Mapping[str, str]
    same: bool


@dataclass(slots=True)
class MergedSite:
    """What was merged of one site of another store, or would be; `called` is its name there."""

    called: str | None
    site: str | None
    scans: Counter[MergeResult] = field(default_factory=Counter)
    observations: int = 0
    states: int = 0
    left: dict[str, MergeResult] = field(default_factory=dict)
    """The scans that were left there, though they are not here as they are there."""
    disputes: list[Dispute] = field(default_factory=list)

    @property
    def is_news(self) -> bool:
        """Whether there was anything that is not here already."""
        return bool(self.scans[MergeResult.TAKEN] or self.left or self.states)

    def note(self, scan_id: str, result: MergeResult) -> None:
        """Note what became of a scan."""
        self.scans[result] += 1
        if result in (MergeResult.RUNNING, MergeResult.DIFFERS):
            self.left[scan_id] = result


def map_sites(store: Store, others: Sequence[Store], choices: SiteChoices) -> list[SiteMap]:
    """How the sites of each of some stores are called here.

    Raises UsageError if it cannot be told whether two sites of one name are one, or where one belongs.
    """
    done: list[tuple[Store, SiteMap]] = []
    ours, faults = known_sites(store), _unknown_renames(others, choices)
    for other in others:
        known = _known_as([(store, {}), *done], other)
        beside = {site for _, sites in done for site in sites.values()}
        sites = {}
        for site in known_sites(other):
            chosen = choices.site if site is None else choices.renamed.get(site)
            here = known.get(site, set())
            wanted = chosen if chosen is not None else next(iter(here), site)
            if len(here) > 1 or (here and here != {wanted}):
                places = " and ".join(sorted(map(shown, here)))
                faults.append(
                    f"{other.where}: scans of {shown(site)} are here already, as {places}: do not give another name"
                )
            elif not here and not choices.same and wanted in (beside if chosen is not None else ours | beside):
                faults.append(_unclear(other, site, wanted))
            sites[site] = wanted
        done.append((other, sites))
    if faults:
        raise UsageError("\n".join(faults))
    return [sites for _, sites in done]


def shown(site: str | None) -> str:
    """A site in a sentence."""
    return "no site" if site is None else f"site {site}"


def _unknown_renames(others: Sequence[Store], choices: SiteChoices) -> list[str]:
    """What is wrong with names that were given to sites."""
    there = frozenset[str | None]().union(*map(known_sites, others))
    return [
        f"nothing to be merged is from site {site}: see `camscan scans`"
        for site in choices.renamed
        if site not in there
    ]


def _known_as(stores: Sequence[tuple[Store, SiteMap]], other: Store) -> Mapping[str | None, set[str | None]]:
    """Site of another store -> the sites of scans that are there and in one of some stores, as they are called here."""
    found: dict[str | None, set[str | None]] = {}
    for some in batched(known_scans(other), _AT_ONCE):
        for store, called in stores:
            known = sites_of(store, {scan for scan, _ in some})
            for scan, site in some:
                if scan in known:
                    found.setdefault(site, set()).add(called.get(known[scan], known[scan]))
    return found


def _unclear(other: Store, site: str | None, wanted: str | None) -> str:
    has = "scans without a site" if wanted is None else f"a site {wanted}"
    name = "a name with --site NAME" if site is None else f"another name with --rename {quote(f'{site}=NAME')}"
    both = f"{other.where}: another store has {has} too, and nothing shows whether it is the same place"
    return f"{both}: give it {name}, or use --same-sites if it is the same"


def merge_result(there: Scan, here: Scan | None) -> MergeResult:
    """What becomes of a scan, which may be here already: what is here is only ever added to."""
    if there.status is ScanStatus.RUNNING or MERGING in there.settings:
        return MergeResult.RUNNING
    if here is None or (MERGING in here.settings and here.status is not ScanStatus.RUNNING):
        return MergeResult.TAKEN
    if here.started_at != there.started_at:
        return MergeResult.DIFFERS
    has_grown = MERGED in here.settings and here.status is not ScanStatus.COMPLETE and there.ended_at > here.ended_at
    return MergeResult.TAKEN if has_grown and THINNED not in {*here.settings, *there.settings} else MergeResult.KNOWN


def merge(
    store: Store, other: Store, sites: SiteMap, *, name: str, dry_run: bool, progress: Callable[[int, int], None]
) -> list[MergedSite]:
    """Merge another store, which is told of as `name`, into this one; `sites` are as `map_sites` gives them.

    `progress` hears how many scans are done, of how many. What was merged when this is cut off stays, and the rest is
    merged the next time. Raises StoreError if one of both cannot be read, or this one not be written.
    """
    merged = {site: MergedSite(site, called) for site, called in sites.items()}
    mark = f"{utc(datetime.now(UTC), 'seconds')} from {name}"
    wanted = []
    for there, result in _results(store, other):
        if result is MergeResult.TAKEN:
            wanted.append(there.id)
        elif there.site in merged:  # one of a site that has come to be since waits for the next time
            merged[there.site].note(there.id, result)
    for done, scan_id in enumerate(reversed(wanted), start=1):  # the oldest first, as if they had been made here
        for there in other.found([scan_id]).values():
            if there.site in merged:
                _merge_scan(store, other, there, merged[there.site], mark, dry_run=dry_run)
        progress(done, len(wanted))
    _merge_states(store, other, merged, dry_run=dry_run)
    if not dry_run:
        for site, called in sites.items():
            _merge_register(store, other, site or "", called or "")
            _merge_memory(store, other, site or "", called or "")
    return sorted(merged.values(), key=lambda one: (one.site or "", one.called or ""))


def _results(store: Store, other: Store) -> Iterator[tuple[Scan, MergeResult]]:
    """The scans of another store, the newest first, and what becomes of each."""
    for some in batched(other.newest(), _AT_ONCE):
        here = store.found(scan.id for scan in some)
        yield from ((scan, merge_result(scan, here.get(scan.id))) for scan in some)


def _merge_scan(store: Store, other: Store, there: Scan, merged: MergedSite, mark: str, *, dry_run: bool) -> None:
    with faults_of_store(other.where, f"scan {there.id}"):
        check_record(there)
    if dry_run:
        added: int | None = observation_count(other, there.id) - observation_count(store, there.id)
    else:
        added = merge_scan(store, other, replace(there, site=merged.site), mark)
    merged.observations += added or 0
    merged.note(there.id, MergeResult.DIFFERS if added is None else MergeResult.TAKEN)


def _merge_states(store: Store, other: Store, merged: Mapping[str | None, MergedSite], *, dry_run: bool) -> None:
    """Merge what people said there and not here, and let the register show what follows from it."""
    said = (one for one in other.states.changes() if (one.site or None) in merged)
    theirs = [replace(one, site=merged[one.site or None].site or "") for one in said]
    ours = store.states.changes()
    new = missing_from(theirs, ours)
    by_site = {one.site or "": one for one in merged.values()}
    for one in new:
        by_site[one.site].states += 1
    for dispute in disputes(new, missing_from(ours, theirs)):
        by_site[dispute.later.site].disputes.append(dispute)
    if not dry_run:
        for some in batched(new, _AT_ONCE):
            store.states.add((one, {key(name) for name in one.names}) for one in some)
            about = store.register.bearing(key(name) for one in some for name in one.names)
            store.register.restate(restated(store, about))


def _merge_register(store: Store, other: Store, site: str, called: str) -> None:
    """Merge what is known of the devices of a site, where nothing is here: to derive it anew takes long.

    Where something is, the scans that were merged are merged into it as any others are.
    """
    if store.register.taken(called):
        return
    with faults_of_store(other.where, "its register of devices"):
        marks = [replace(mark, site=called) for mark in other.register.taken(site)]
        entries = [
            replace(entry, site=called, number=None, keys=tuple(map(key, names(track_of(entry)))))
            for entry in other.register.entries(site)
        ]
    if store.register.adopt(marks, entries):
        store.register.restate(restated(store, store.register.entries(called)))


def _merge_memory(store: Store, other: Store, site: str, called: str) -> None:
    """Merge what sweeps remember of a site, if it has gone on from what is remembered here; it follows from scans."""
    theirs = remembered(other, site)
    if theirs.at is None:
        return
    with site_held(store.locks, called) as sweep:
        ours = remembered(store, called)
        follows = ours.at is None or (ours.at < theirs.at and bool(sites_of(other, [ours.scan])))
        if sweep is None and follows:
            remember(store, called, theirs)
