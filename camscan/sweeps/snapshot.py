"""One scan reduced to what comparing needs: the devices it saw, and the addresses and channels it covered."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from camscan.networks import ALL_REFUSE, bystanders
from camscan.records import UNASKED, Device, Judged, LedgerEntry, Outcome, Scan, ScanStatus, Verdict
from camscan.text.wording import shortened, were

MAX_TEXT = 200  # characters of one text that a peer gave, in what is remembered and told of it
_MAX_VALUES = 16  # values of one kind that are kept of one device: a liar must not fill the memory

BEHIND = "recorder"
"""The channel on which the cameras behind recorders show themselves: only where a recorder tells of its channels."""
SLOT = " #"
"""Separates, in the place of such a camera, the address of its recorder from the number of its channel."""


@dataclass(frozen=True, slots=True)
class DeviceSummary:
    """A device as alerts and reports show it. `evidence` is the best evidence in one line.

    A camera behind a recorder is at its channel: "10.0.4.9 #3" stands for its address.
    """

    id: str
    address: str
    addresses: tuple[str, ...]
    verdict: Verdict
    maker: str | None = None
    brand: str | None = None
    model: str | None = None
    firmware: str | None = None
    name: str | None = None
    kind: str | None = None
    level: str | None = None
    policies: tuple[str, ...] = ()
    evidence: str = ""
    mac: str | None = None
    switch_port: str | None = None
    switch_name: str | None = None

    @property
    def switch_port_text(self) -> str:
        """At which port of which switch, as "switch port Gi1/0/7 of sw-hall-1"; "" where that is not known."""
        return switch_port_text(self.switch_port, self.switch_name)

    @property
    def label(self) -> str:
        """Maker, brand and model, each once."""
        return " ".join(dict.fromkeys(filter(None, (self.maker, self.brand, self.model)))) or "unidentified"


def switch_port_text(port: str | None, switch: str | None) -> str:
    """A port and a switch, as "switch port Gi1/0/7 of sw-hall-1"."""
    return " of ".join(filter(None, (port and f"switch port {port}", switch)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What tells a device from others. `makers`, `rules` and `firmwares` are those of all its identifications.

    `firmwares` holds rule -> what that rule read as firmware: two answers of one device may word it differently.
    """

    serials: frozenset[str] = frozenset()
    macs: frozenset[str] = frozenset()
    models: frozenset[str] = frozenset()
    makers: frozenset[str] = frozenset()
    rules: frozenset[str] = frozenset()
    firmwares: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sighting(Traits):
    """A device as one scan saw it."""

    device: DeviceSummary


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


def is_seen(device: Device) -> bool:
    """Whether a device showed itself: a camera did not that does not answer its recorder, which still lists it."""
    return device.behind is None or device.behind.online is not False


def sighting(judged: Judged) -> Sighting:
    """A device of a scan as comparing needs it; texts from the peer are cut and made storable (see `plain`)."""
    device = judged.device
    firmwares: defaultdict[str, set[str]] = defaultdict(set)
    for found in device.identifications:
        if value := found.attributes.get("firmware"):
            firmwares[found.rule].add(plain(value))
    return Sighting(
        device=_known(judged),
        serials=distinct((device.serial, *_attributes(device, "serial"))),
        macs=distinct((device.mac,)),
        models=distinct((device.model, *_attributes(device, "model"))),
        makers=frozenset(found.maker for found in device.identifications if found.maker),
        rules=frozenset(found.rule for found in device.identifications),
        firmwares={rule: frozenset(sorted(values)[:_MAX_VALUES]) for rule, values in firmwares.items()},
    )


def plain(text: str) -> str:
    """`text`, cut, with what no database and no JSON parser takes (NUL, half a surrogate pair) replaced."""
    if len(text) <= MAX_TEXT and text.isascii() and "\0" not in text:  # as nearly all are
        return text
    return shortened(text, MAX_TEXT).replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def _known(judged: Judged) -> DeviceSummary:
    device = judged.device

    def text(value: str | None) -> str | None:
        return None if value is None else plain(value)

    return DeviceSummary(
        id=plain(device.id),
        address=plain(device.place),
        addresses=tuple(map(plain, device.addresses[:_MAX_VALUES] or (device.place,))),
        verdict=judged.verdict,
        maker=device.maker,
        brand=text(device.brand),
        model=text(device.model),
        firmware=text(device.firmware),
        name=text(device.hostname),
        kind=device.kind,
        level=None if device.level is None else str(device.level),
        policies=tuple(dict.fromkeys(by.policy for by in judged.listed_by)),
        evidence=_evidence(device),
        mac=device.mac,
        switch_port=text(judged.switch_port.port) if judged.switch_port else None,
        switch_name=text(judged.switch_port.switch) if judged.switch_port else None,
    )


def _evidence(device: Device) -> str:
    """The best proof, as "http.server: App-webs/ (likely, rule acme-http-server)"."""
    proofs = [(rule, proof) for rule in device.identifications for proof in rule.evidence]
    if not proofs:
        return "answers like a camera" if device.camera_like else ""
    rule, best = max(proofs, key=lambda pair: pair[0].level)
    return f"{best.field}: {plain(best.value)} ({rule.level}, rule {rule.rule})"


def _attributes(device: Device, name: str) -> Iterator[str]:
    return (found.attributes[name] for found in device.identifications if name in found.attributes)


def distinct(values: Iterable[str | None]) -> frozenset[str]:
    """The values by which devices are told apart, in lower case.

    Placeholders are none of them: too short ones, and those of one repeated character.
    """
    usable = (value.strip().casefold() for value in values if value)
    kept = dict.fromkeys(plain(value) for value in usable if len(value) >= 3 and len(set(value)) > 1)
    return frozenset(list(kept)[:_MAX_VALUES])
