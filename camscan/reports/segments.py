"""The coverage statement: what became of the targets, network by network."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import TypeAlias

from camscan.records import MOST_TELLING, Judged, LedgerEntry, Outcome, Verdict
from camscan.reports.document import fold
from camscan.summaries import Segment

_PREFIX = {4: 24, 6: 64}
"""Bits of a network, by version: what hangs together behind one router port."""
_NOWHERE = (9, 0)

_Key: TypeAlias = tuple[int, int]
_Channels: TypeAlias = tuple[tuple[str, Outcome], ...]


class Segments:
    """Counts ledger entries by network, as they pass."""

    def __init__(self) -> None:
        self._counts: defaultdict[_Key, Counter[_Channels]] = defaultdict(Counter)
        self._controls: dict[_Key, tuple[int, str]] = {}

    def add(self, entry: LedgerEntry) -> None:
        """Count one target; a name that is no address belongs to no network."""
        place = _key(entry.target)
        if place == _NOWHERE:
            return
        self._counts[place][tuple(entry.channels.items())] += 1
        if entry.outcome.is_alive:
            rank = MOST_TELLING[entry.outcome]
            self._controls[place] = min(self._controls.get(place, (rank, entry.target)), (rank, entry.target))

    def networks(self, devices: Iterable[Judged], missed: Iterable[str] = ()) -> tuple[Segment, ...]:
        """The networks in order of address, with the listed devices in each.

        Where a decoy was `missed`, what else answered there is no positive control.
        """
        blind = set(map(_key, missed))
        listed = Counter(
            place
            for judged in devices
            if judged.verdict is Verdict.LISTED
            for place in {_key(address) for address in judged.device.addresses}
        )
        return tuple(
            _segment(place, self._counts[place], "" if place in blind else self._control(place), listed[place])
            for place in sorted(self._counts)
        )

    def _control(self, place: _Key) -> str:
        return self._controls.get(place, (0, ""))[1]


def _segment(place: _Key, counts: Counter[_Channels], control: str, listed: int) -> Segment:
    outcomes: Counter[str] = Counter()
    channels: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for pairs, count in counts.items():
        outcomes[fold(LedgerEntry("", dict(pairs)).outcome)] += count
        for channel, outcome in pairs:
            channels[channel][fold(outcome)] += count
    by_channel: Mapping[str, Mapping[str, int]] = {name: dict(channels[name]) for name in sorted(channels)}
    network = _network(place)
    return Segment(str(network), dict(outcomes), by_channel, control, listed, network.num_addresses - 2)


def _key(target: str) -> _Key:
    """Version and number of the network; a scope of IPv6 is left out."""
    bare, _, _ = target.partition("%")
    try:
        address = ip_address(bare)
    except ValueError:
        return _NOWHERE
    return address.version, int(address) >> (address.max_prefixlen - _PREFIX[address.version])


def _network(place: _Key) -> IPv4Network | IPv6Network:
    version, number = place
    kind, bits = (IPv4Network, 32) if version == 4 else (IPv6Network, 128)
    return kind((number << (bits - _PREFIX[version]), _PREFIX[version]))
