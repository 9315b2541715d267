"""One sweep of one site: lock, scan or resume, compare, and leave the alerts in the outbox."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import TypeAlias

from camscan.app.judging.criteria import Criteria
from camscan.app.judging.switchports import SwitchPortLookup
from camscan.app.planning.jobs import Job, is_asked_as, job_for_rest, new_job, resume_job
from camscan.app.planning.logins import broker_if
from camscan.app.planning.scope import Choices, scope_of
from camscan.app.reporting.registering import Return, register_devices
from camscan.app.reporting.scanreport import devices_in
from camscan.app.scanning.running import Progress, no_progress
from camscan.app.sweeping.alerting import messages_for
from camscan.app.sweeping.pastsweeps import marked, remember, remembered, sweeps_of
from camscan.app.sweeping.sites import choices, logins, policies
from camscan.credentials.broker import ALERT
from camscan.errors import CamscanError, DamageError
from camscan.identify.library import Library
from camscan.records import Scan, ScanStatus
from camscan.scansettings import MERGED, MISSED, SPECS
from camscan.store.locks import site_held
from camscan.store.store import Store
from camscan.sweeps.changes import ChangeKind, Changes
from camscan.sweeps.compare import advance
from camscan.sweeps.config import Config, Site
from camscan.sweeps.document import About, summary
from camscan.sweeps.eventlog import log_event
from camscan.sweeps.memory import Memory
from camscan.sweeps.selection import Selection
from camscan.sweeps.snapshot import snapshot
from camscan.text.timestamps import utc

_MAX_LINES = 200  # changes of one sweep that are logged one by one; the summary counts them all

Compared: TypeAlias = tuple[Changes, tuple[Return, ...]]
"""What a sweep has changed, and which devices it saw that were said to be gone."""


@dataclass(frozen=True, slots=True)
class SweepContext:
    """What all sites share."""

    config: Config
    store: Store
    rules: Library
    folders: Sequence[Path] = ()
    progress: Progress = no_progress


@dataclass(frozen=True, slots=True)
class Swept:
    """How a sweep of a site ended: as a scan with its changes, or not at all, and why.

    `before` are the changes of earlier sweeps, which ended before they told of them; `returned` is of them all.
    """

    site: str
    scan: Scan | None = None
    changes: Changes | None = None
    why_not: str = ""
    failed: bool = False
    returned: tuple[Return, ...] = ()
    before: tuple[Changes, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether everything was asked, whatever became of the decoys."""
        return self.scan is not None and _is_complete(self.scan)

    @property
    def interrupted(self) -> bool:
        """Whether it was cut off: by the deadline, or by somebody who waits for the end."""
        return self.scan is not None and self.scan.status is ScanStatus.INTERRUPTED


Sweeping: TypeAlias = Generator[Job, Scan, Swept]
"""A sweep of one site; see `sweep`."""


def sweep(context: SweepContext, site: Site) -> Sweeping:
    """Sweep a site, which is held until this ends or is closed. Whoever drives it runs the scan, maybe beside others.

    It yields the job of the scan, to be looked at; then the same once that is begun, to be run; and is sent the scan as
    it ended.

    Raises CamscanError if it cannot be scanned at all.
    """
    criteria = Criteria(context.rules, policies(context.config, site, context.folders))
    with site_held(context.store.locks, site.name) as other:
        if other is not None:
            log_event("site.held", logging.WARNING, site=site.name, by=other)
            return Swept(site.name, why_not=f"held by {other}")
        login = broker_if(choices(context.config, site), logins(context.config, site), site.name, context.rules)
        before = _resumable(context.store, site, choices(context.config, site))
        try:
            job = replace(_job(context, site, before), broker=login)
        except CamscanError:  # which keeps nobody from being told of what was seen before
            _compare_untold(context, site, criteria, before)
            raise
        yield job
        untold, damaged = _compare_untold(context, site, criteria, before)
        job = _begun(context.store, job)
        log_event(
            "scan.begin", site=site.name, scan=job.scan.id, targets=job.scope.asked.count, covered=job.covered or None
        )
        ended = yield job
        level = logging.INFO if ended.status is ScanStatus.COMPLETE else logging.WARNING
        log_event("scan.end", level, site=site.name, scan=ended.id, status=ended.status, packets=ended.sent.packets)
        for note in ended.notes:
            level = logging.WARNING if note.startswith(ALERT) else logging.INFO
            log_event("scan.note", level, site=site.name, scan=ended.id, note=note)
        changes, returned = compare_with_memory(context, site, ended, criteria)
        came_back = (*chain.from_iterable(some for _, some in untold), *returned)
        told_late = tuple(one for one, _ in untold)
        return Swept(site.name, ended, changes, damaged, bool(damaged), came_back, told_late)


def _compare_untold(
    context: SweepContext, site: Site, criteria: Criteria, resumed: Scan | None
) -> tuple[list[Compared], str]:
    """Compare earlier sweeps that nobody was told of, but for the one that goes on; says which of them is damaged.

    Whatever that one saw is seen again: it must not keep the site from being swept until somebody mends it.
    """
    compared, damaged = list[Compared](), ""
    for scan in _untold(context.store, site, remembered(context.store, site.name)):
        try:
            if resumed is None or scan.id != resumed.id:
                compared.append(compare_with_memory(context, site, scan, criteria))
        except DamageError as error:
            if error.scan != scan.id:
                raise
            damaged = f"scan {scan.id} was not compared, because it is damaged: {error}"
            log_event("sweep.damaged", logging.ERROR, site=site.name, reason=damaged)
    return compared, damaged


def _job(context: SweepContext, site: Site, before: Scan | None) -> Job:
    """The rest of today's interrupted sweep `before`, or a new one."""
    chosen = choices(context.config, site)
    if before is not None:
        return job_for_rest(before, replace(chosen, targets=()))
    job = new_job(chosen, site.name)
    return replace(job, scan=marked(job.scan))


def _begun(store: Store, job: Job) -> Job:
    """The job once its scan stands in the store as one that runs."""
    if job.resumed:
        return resume_job(store, job)
    job = replace(job, scan=replace(job.scan, started_at=datetime.now(UTC)))
    store.begin(job.scan)
    return job


def _resumable(store: Store, site: Site, chosen: Choices) -> Scan | None:
    """The newest sweep, where it began today and here, was interrupted, and was to ask the same in the same way."""
    newest = next(iter(sweeps_of(store, site.name)), None)
    if (
        newest is None
        or MERGED in newest.settings
        or newest.status is not ScanStatus.INTERRUPTED
        or newest.settings.get(SPECS) != "\n".join(scope_of(chosen).specs)
        or not is_asked_as(newest, chosen)
    ):
        return None
    return newest if newest.started_at.astimezone().date() == datetime.now().astimezone().date() else None


def _untold(store: Store, site: Site, memory: Memory) -> Iterator[Scan]:
    """Sweeps that ended here, or were killed, before they were compared; the oldest first."""
    sweeps = sweeps_of(store, site.name)
    known = next((place for place, scan in enumerate(sweeps) if scan.id == memory.scan), None)
    if known is None:
        return
    # The last one that was compared may have been resumed after that.
    last = sweeps[known]
    newer = sweeps[:known] if memory.at == last.ended_at else sweeps[: known + 1]
    yield from reversed([scan for scan in newer if not (scan.status is ScanStatus.RUNNING or MERGED in scan.settings)])


def compare_with_memory(context: SweepContext, site: Site, scan: Scan, criteria: Criteria) -> Compared:
    """Compare a scan with what is remembered, and keep both the new memory and the alerts."""
    devices = tuple(SwitchPortLookup(context.store).with_ports(scan, devices_in(context.store, scan, criteria)))
    seen = replace(snapshot(scan, devices, context.store.ledger(scan.id)), complete=_is_complete(scan))
    returned = tuple(register_devices(context.store, seen, site.name, devices, criteria))
    before = remembered(context.store, site.name)
    memory, changes = advance(before, seen, context.config.terms(site))
    fresh = tuple(one.text for one in returned if one.fresh or _is_untold(one, before))
    identity = f"{scan.id}-{seen.at:%Y%m%dT%H%M%S%f}"
    alarms = tuple(note.removeprefix(ALERT) for note in scan.notes if note.startswith(ALERT))
    about = About(site.name, site.sensitive, core=bool(site.core), alarms=alarms, returned=fresh)
    told = tuple(messages_for(context.config, changes, about, identity))
    remember(context.store, site.name, memory, told)
    _log(site.name, changes, context.config.sweep)
    for one in returned:
        log_event("device.returned-after-removal", logging.ERROR, site=site.name, text=one.text)
    return changes, returned


def _is_untold(one: Return, memory: Memory) -> bool:
    """Whether no sweep has seen it since: of what a scan by hand or an import saw, only whoever made that was told.

    What an import tells may be older than the last sweep, which did not see it.
    """
    if memory.at is None or one.since > memory.at:
        return True
    return any(track.device.id == one.device and track.last_seen < one.since for track in memory.tracks)


def _is_complete(scan: Scan) -> bool:
    """Whether a scan can be compared: here a missed decoy is a loss among others, and must not hide them."""
    return scan.status is ScanStatus.COMPLETE or (scan.status is ScanStatus.PARTIAL and MISSED in scan.settings)


def _log(site: str, changes: Changes, warned_of: Selection) -> None:
    """What is selected, and the first complete sweep, as warnings."""
    warned = warned_of.of(changes)
    told = (changes.first and changes.complete) or warned.changes or warned.losses or warned.ended
    level = logging.WARNING if told else logging.INFO
    log_event("sweep.changes", level, site=site, scan=changes.scan, summary=summary(changes))
    level = logging.WARNING if warned.losses else logging.INFO
    for loss in changes.losses:
        log_event("coverage.loss", level, site=site, what=loss.what, text=loss.text, unseen=len(loss.unseen))
    level = logging.WARNING if warned.ended else logging.INFO
    for loss in changes.ended:
        log_event("coverage.loss-ended", level, site=site, what=loss.what, text=loss.text)
    for change in [change for kind in ChangeKind for change in changes.of(kind)][:_MAX_LINES]:
        device = change.device
        log_event(
            f"device.{change.kind}",
            logging.WARNING if warned_of.has(change) else logging.INFO,
            site=site,
            address=device.address,
            verdict=device.verdict,
            device=device.label,
            id=device.id,
            mac=device.mac,
            connected_to=device.switch_port_text or None,
            what=change.what or None,
            before=change.before if change.what else None,
            after=change.after if change.what else None,
            last_seen=utc(change.last_seen, "seconds") if change.last_seen else None,
            evidence=device.evidence or None,
        )
