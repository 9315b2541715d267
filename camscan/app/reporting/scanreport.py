"""From stored observations to a report: fingerprints, merge, policies."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from camscan.app.judging.criteria import Criteria
from camscan.app.judging.switchports import SwitchPortLookup
from camscan.app.reporting.annotating import Tags, decoys_of, tags_of, with_places, with_states
from camscan.identify.library import Library
from camscan.networks import LEASE, bystanders, speaks
from camscan.policy import judge_all
from camscan.records import UNCALLED, Judged, LedgerEntry, Origin, Outcome, Report, Scan, ScanStatus, Verdict
from camscan.reports import is_shown, select
from camscan.reports.outcomes import Outcomes
from camscan.reports.segments import Segments
from camscan.scansettings import SPECS
from camscan.sweeps.sightings import Sighting, distinct, is_seen, plain, sighting
from camscan.sweeps.snapshot import Snapshot, snapshot
from camscan.system import gctuning

if TYPE_CHECKING:  # SQLAlchemy takes a quarter of a second
    from camscan.store.store import Store
    from camscan.sweeps.returned import Past

DOUBT = "only datagrams came from there, and anybody may have sent them: no TCP port answered or refused"
_TOUCHES = ("tcp", "arp")  # channels that nobody who cannot hear the answers can speak on, or nobody beyond the link

_UNSENT = (Outcome.NOT_SENT, Outcome.CRASHED)

_log = logging.getLogger("camscan")


def snapshot_of(store: Store, scan: Scan, criteria: Criteria) -> Snapshot:
    """A stored scan as comparing sees it, judged by today's rules."""
    devices = SwitchPortLookup(store).with_ports(scan, devices_in(store, scan, criteria))
    return snapshot(scan, devices, store.ledger(scan.id))


def past(store: Store, scan: Scan, rules: Library) -> Past:
    """An earlier scan for comparing; no record is made of a device in it before it is asked for, and none is judged."""
    from camscan.app.judging.keptdevices import merged_lazily
    from camscan.sweeps.returned import Past
    from camscan.sweeps.tracks import keys

    found = merged_lazily(store, scan, rules)

    def made(number: int) -> Sighting | None:
        device = found[number].open().device
        return sighting(Judged(device, Verdict.UNIDENTIFIED)) if is_shown(device) and is_seen(device) else None

    names = [keys(map(plain, one.places), distinct(one.serials), distinct(one.macs)) for one in found]
    return Past(scan.ended_at, names, made)


def devices_in(store: Store, scan: Scan, criteria: Criteria) -> tuple[Judged, ...]:
    """The devices of a stored scan that are no mere hosts."""
    return tuple(select(all_devices_in(store, scan, criteria), all_hosts=False))


def all_devices_in(store: Store, scan: Scan, criteria: Criteria) -> tuple[Judged, ...]:
    """The devices of a stored scan, by today's codecs and rules."""
    from camscan.app.judging.keptdevices import merged  # with the store, which what is pasted does not need

    with gctuning.relaxed():
        return judge_all((one.device for one in merged(store, scan, criteria.rules)), criteria.policies)


def report_of(
    store: Store,
    scan: Scan,
    criteria: Criteria,
    *,
    all_hosts: bool = False,
    tags: Tags | None = None,
    ports: SwitchPortLookup | None = None,
) -> Report:
    """Everything that a format may print about a stored scan, by today's codecs and rules.

    `tags` say what the place is, else what was said at the scan; `ports`, one for many, what is connected where.
    """
    counts, policies = store.ledger_counts(scan.id), criteria.policies
    everyone = all_devices_in(store, scan, criteria)
    contested = {address for one in everyone if one.device.conflicts for address in one.device.addresses}
    outcomes, segments, alone, unasked = Outcomes(), Segments(bystanders(scan)), set(), Counter[str]()
    for entry in store.ledger(scan.id):
        outcomes.add(entry.target, entry.outcome)
        segments.add(entry, is_control=speaks(entry) or not (entry.target in contested or LEASE in entry.channels))
        unasked.update(_why_unasked(entry))
        if by_datagram_alone(entry):
            alone.add(entry.target)
    shown = with_doubts(with_places(select(everyone, all_hosts=all_hosts), policies, tags or tags_of(scan)), alone)
    devices = tuple((ports or SwitchPortLookup(store)).with_ports(scan, tuple(with_states(store, scan, shown))))
    missed = tuple(decoy for decoy in decoys_of(scan) if not outcomes.get(decoy, Outcome.NOT_SENT).has_answer)
    return Report(
        scan,
        devices,
        criteria.policy_ids,
        counts,
        max(sum(counts.get("", {}).values()), _left_at(scan)),
        outcomes=outcomes,
        citations=criteria.citations,
        tools=criteria.tools,
        networks=segments.networks(devices, missed),
        missed=missed,
        others=len(everyone) - len(devices),
        unasked=unasked,
    )


def _left_at(scan: Scan) -> int:
    """How many addresses a scan that has not come to its end was to cover; those of host names are not counted."""
    if scan.status not in (ScanStatus.RUNNING, ScanStatus.INTERRUPTED) or scan.origin is not Origin.SCAN:
        return 0
    from camscan.targets import known_addresses

    return known_addresses(scan.settings.get(SPECS, "").splitlines()).count


def _why_unasked(entry: LedgerEntry) -> list[str]:
    """The most frequent reason of a target that was not asked; none of any other, or where none was recorded."""
    if entry.outcome not in _UNSENT:
        return []
    failed = [why for name, why in entry.reasons.items() if why != UNCALLED and entry.channels.get(name) in _UNSENT]
    return [why for why, _ in Counter(failed).most_common(1)]


def by_datagram_alone(entry: LedgerEntry) -> bool:
    """Whether a target was asked by TCP, and only datagrams came back."""
    if entry.channels.get("tcp") is not Outcome.SILENT or not entry.outcome.has_answer:
        return False
    return not any(entry.channels.get(name, Outcome.SILENT).is_alive for name in _TOUCHES)


def with_doubts(devices: Iterable[Judged], alone: Collection[str]) -> Iterator[Judged]:
    """The devices; those of which every address is among these say so."""
    for judged in devices:
        device = judged.device
        if device.addresses and all(address in alone for address in device.addresses):
            yield replace(judged, device=replace(device, conflicts=(*device.conflicts, DOUBT)))
        else:
            yield judged
