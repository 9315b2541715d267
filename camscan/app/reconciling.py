"""From stored scans and an inventory to a reconciliation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from camscan.app import collector
from camscan.app.judging import hosts_in, judged_hosts
from camscan.app.spreading import spread
from camscan.codecs.registry import read_again
from camscan.devices import Host
from camscan.devices.identity import FIELDS_OF, Kind, to_endpoint
from camscan.identify.library import Library
from camscan.inventory.agreement import Found
from camscan.inventory.completeness import Completeness, estimate
from camscan.inventory.coverage import Coverage
from camscan.inventory.reading import Inventory
from camscan.inventory.reconcile import Result, reconcile
from camscan.inventory.summary import Summary, summarise
from camscan.policy import Policy
from camscan.records import Judged, Observation, Scan
from camscan.reports import select
from camscan.store import Store

_ENDPOINT_FIELDS = FIELDS_OF[Kind.ENDPOINT]


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Everything that a format may print about an inventory and the scans that it was held against."""

    file: Path
    inventory: Inventory
    scans: tuple[Scan, ...]
    results: tuple[Result, ...]
    summary: Summary
    completeness: Completeness


def reconciled(
    store: Store, scans: tuple[Scan, ...], listed: tuple[Path, Inventory], found: Sequence[Found], rules: Library
) -> Reconciliation:
    """Hold an inventory, `listed` with its path, against what was found in scans."""
    path, inventory = listed
    coverage = Coverage({address for row in inventory.rows for address in row.addresses})
    for scan in scans:
        coverage.add(scan, store.ledger(scan.id))
    with collector.seldom():
        results = reconcile(inventory.rows, found, coverage, rules.labels.find)
        return Reconciliation(path, inventory, scans, results, summarise(results), estimate(results))


def found_in(
    store: Store, scans: Iterable[Scan], rules: Library, policies: Sequence[Policy], *, all_hosts: bool
) -> list[Found]:
    """The devices of all scans, the newest first; of a device in several scans of one site, its newest sighting."""
    found: list[Found] = []
    known: set[tuple[str | None, str]] = set()
    for scan in scans:
        notes = _Notes()
        parts = spread(store.observations(scan.id), rules, _noted_hosts)
        devices = judged_hosts((host for hosts, noted in parts for host in notes.joined(hosts, noted)), policies)
        new = [one for one in devices if known.isdisjoint((scan.site, name) for name in _names(one))]
        known.update((scan.site, name) for one in devices for name in _names(one))
        found += [notes.found(one, scan.site, all_hosts=all_hosts) for one in new]
    return found


def _noted_hosts(rules: Library, stored: Sequence[Observation]) -> tuple[tuple[Host, ...], _Notes]:
    notes = _Notes()
    return tuple(hosts_in(rules, notes.taken(map(read_again, stored)))), notes


def _names(one: Judged) -> tuple[str, ...]:
    return (one.device.id, *one.device.addresses)


class _Notes:
    """What reconciling needs of observations beside the devices: which channels answered, and the endpoints."""

    def __init__(self) -> None:
        self._channels: dict[str, frozenset[str]] = {}
        self._endpoints: dict[str, tuple[str, ...]] = {}
        self._shared: dict[frozenset[str], frozenset[str]] = {}

    def taken(self, observations: Iterable[Observation]) -> Iterator[Observation]:
        """The same observations, noted as they pass."""
        for one in observations:
            if one.outcome.has_answer:
                channels = self._channels.get(one.target, frozenset()) | {one.channel}
                self._channels[one.target] = self._shared.setdefault(channels, channels)
                texts = (text for name in _ENDPOINT_FIELDS for text in one.fields.get(name, ()))
                if endpoints := tuple(filter(None, map(to_endpoint, texts))):
                    self._endpoints[one.target] = (*self._endpoints.get(one.target, ()), *endpoints)
            yield one

    def joined(self, hosts: tuple[Host, ...], noted: _Notes) -> tuple[Host, ...]:
        """The same hosts, with what was noted at other addresses taken in."""
        for target, channels in noted._channels.items():
            self._channels[target] = self._shared.setdefault(channels, channels)
        self._endpoints |= noted._endpoints
        return hosts

    def found(self, one: Judged, site: str | None, *, all_hosts: bool) -> Found:
        """A device with what was noted at its addresses."""
        addresses = one.device.addresses
        channels = frozenset[str]().union(*(self._channels.get(address, ()) for address in addresses))
        return Found(
            one,
            site,
            tuple(dict.fromkeys(e for address in addresses for e in self._endpoints.get(address, ()))),
            self._shared.setdefault(channels, channels),
            counts=next(select((one,), all_hosts=all_hosts), None) is not None,
        )
