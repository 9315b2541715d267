"""One scan as comparing needs it: the devices it saw, and the addresses and channels it covered."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from camscan.networks import ALL_REFUSE, bystanders
from camscan.records import UNASKED, Judged, LedgerEntry, Outcome, Scan, ScanStatus
from camscan.sweeps.sightings import DeviceSummary, Sighting, is_seen, plain, sighting
from camscan.text.wording import were

BEHIND = "recorder"
"""The channel on which the cameras behind recorders show themselves: only where a recorder tells of its channels."""
SLOT = " #"
"""Separates, in the place of such a camera, the address of its recorder from the number of its channel."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One scan. `asked` holds address -> channels on which it was really asked, `answered` channel -> addresses.

    In `asked` all channels of one recorder stand under one name, see `asked_at`: it tells of all that it has, unless
    the list was cut off.

    `complete` says whether silence means anything; `coverage` counts targets by their most telling outcome,
    `by_channel` by that on each channel; in both, any answer counts as answered. `seconds` is what it took.
    `times` holds when an address was seen, where that may be long before `at`. `unseen` are devices that did not show
    themselves: cameras that do not answer their recorder, which still lists them.
    """

    scan: str
    at: datetime
    complete: bool
    sightings: tuple[Sighting, ...]
    asked: Mapping[str, frozenset[str]]
    answered: Mapping[str, frozenset[str]]
    coverage: Mapping[str, int] = field(default_factory=dict)
    by_channel: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    seconds: float = 0
    dark: str = ""  # why nothing was seen, where none but the host that asked and its gateway showed that it could be
    times: Mapping[str, datetime] = field(default_factory=dict)
    unseen: tuple[Sighting, ...] = ()

    def with_devices(self, devices: Iterable[Judged]) -> Snapshot:
        """A snapshot with these devices, and nothing else changed."""
        every = [(is_seen(judged.device), sighting(judged)) for judged in devices]
        seen, unseen = (tuple(one for is_seen, one in every if is_seen is wanted) for wanted in (True, False))
        return replace(self, sightings=seen, unseen=unseen)

    def asked_at(self, place: str) -> frozenset[str]:
        """The channels on which an address, or the channel of a recorder, was really asked."""
        return self.asked.get(_every_slot(place) if SLOT in place else place, frozenset())

    def seen_at(self, device: DeviceSummary) -> datetime:
        """When a device of it was seen."""
        return max((at for place in device.addresses if (at := self.times.get(place))), default=self.at)


class _Tally:
    """What the ledger of a scan says of its targets, entry by entry."""

    def __init__(self, scan: Scan) -> None:
        self._own, self._aside = scan.vantage.addresses, bystanders(scan)
        self._met_gateway = False
        self._others: Counter[Outcome] = Counter()
        self.asked: dict[str, frozenset[str]] = {}
        self.answered: defaultdict[str, set[str]] = defaultdict(set)
        self.coverage: Counter[str] = Counter()
        self._kinds: dict[int, Mapping[str, Outcome]] = {}  # most entries share one of a few, counted as such
        self._counts: Counter[int] = Counter()
        self._alike: dict[frozenset[str], frozenset[str]] = {}

    def add(self, entry: LedgerEntry) -> None:
        """Count an entry in."""
        channels = frozenset(name for name, outcome in entry.channels.items() if outcome not in UNASKED)
        self.asked[entry.target] = self._alike.setdefault(channels, channels)
        for name, outcome in entry.channels.items():
            if outcome.has_answer:
                self.answered[name].add(entry.target)
        self.coverage[_counted(entry.outcome)] += 1
        if entry.target in self._aside:
            self._met_gateway |= entry.outcome.is_alive and entry.target not in self._own
        elif channels:
            self._others[entry.outcome] += 1
        self._kinds[id(entry.channels)] = entry.channels
        self._counts[id(entry.channels)] += 1

    @property
    def dark(self) -> str:
        """See `Snapshot.dark`."""
        asked = self._others.total()
        refused = self._others[Outcome.REFUSED] + self._others[Outcome.RESET]
        if asked and not any(outcome.is_alive for outcome in self._others):
            which = f"none of the {asked:,} addresses" if asked > 1 else "the only address"
            alone = ", only this host's gateway, which isolated ports reach alone" if self._met_gateway else ""
            return f"{which} that {were(asked)} asked gave {'a' if asked > 1 else 'no'} sign of life{alone}"
        if refused == asked >= ALL_REFUSE:
            return f"all {asked:,} addresses that were asked refused, as a firewall does in the place of devices"
        return ""

    def by_channel(self) -> dict[str, dict[str, int]]:
        """Targets by outcome on each channel."""
        return _by_channel((self._kinds[kind], count) for kind, count in self._counts.items())


def snapshot(scan: Scan, devices: Iterable[Judged], ledger: Iterable[LedgerEntry]) -> Snapshot:
    """What a stored scan saw, from its devices and its ledger."""
    tally = _Tally(scan)
    for entry in ledger:
        tally.add(entry)
    devices = tuple(devices)
    for device in (judged.device for judged in devices):
        if device.slots and not device.slots.cut:
            tally.asked[_every_slot(device.address)] = frozenset((BEHIND,))
        if device.behind and is_seen(device):
            tally.answered[BEHIND].add(plain(device.place))
    found = Snapshot(
        scan=scan.id,
        at=scan.ended_at,
        complete=scan.status is ScanStatus.COMPLETE,
        sightings=(),
        asked=tally.asked,
        answered={name: frozenset(targets) for name, targets in tally.answered.items()},
        coverage=dict(tally.coverage),
        by_channel=tally.by_channel(),
        dark=tally.dark,
        seconds=max((scan.finished_at - scan.started_at).total_seconds(), 0) if scan.finished_at else 0,
    )
    return found.with_devices(devices)


def _counted(outcome: Outcome) -> str:
    """As what an outcome is counted: any answer as answered."""
    return (Outcome.ANSWERED if outcome.has_answer else outcome).value


def _by_channel(kinds: Iterable[tuple[Mapping[str, Outcome], int]]) -> dict[str, dict[str, int]]:
    """Targets by channel and outcome, from how many there are of each kind."""
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for channels, count in kinds:
        for name, outcome in channels.items():
            found[name][_counted(outcome)] += count
    return {name: dict(counts) for name, counts in sorted(found.items())}


def _every_slot(place: str) -> str:
    """What stands for all channels of the recorder at, or with, a place: the numbers may go beyond their count."""
    return f"{plain(place.partition(SLOT)[0])}{SLOT}"
