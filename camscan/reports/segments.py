"""The coverage statement: what became of the targets, network by network."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from camscan.networks import ALL_REFUSE, Network, network_of
from camscan.records import MOST_TELLING, UNASKED, Device, Judged, LedgerEntry, Outcome, Verdict
from camscan.reports.document import fold
from camscan.summaries import Segment

_Kind: TypeAlias = tuple[Outcome, tuple[tuple[str, Outcome], ...]]  # the outcome of a target, and that on each channel


class Segments:
    """Counts ledger entries by network, as they pass. `aside` are those that show nothing of others (`bystanders`)."""

    def __init__(self, aside: frozenset[str] = frozenset()) -> None:
        self._aside = aside
        self._asked_aside: Counter[Network] = Counter()
        self._counts: defaultdict[Network, Counter[_Kind]] = defaultdict(Counter)
        self._controls: dict[Network, tuple[bool, int, str]] = {}

    def add(self, entry: LedgerEntry, *, is_control: bool = True) -> None:
        """Count one target, of which a sign of life is a control; a name that is no address belongs to no network."""
        place = network_of(entry.target)
        if place is None:
            return
        outcome = entry.outcome
        self._counts[place][outcome, tuple(entry.channels.items())] += 1
        is_aside = entry.target in self._aside
        self._asked_aside[place] += is_aside and outcome not in UNASKED
        if outcome.is_alive and is_control:
            rank = (is_aside, MOST_TELLING[outcome], entry.target)
            self._controls[place] = min(self._controls.get(place, rank), rank)

    def networks(self, devices: Iterable[Judged], missed: Iterable[str] = ()) -> tuple[Segment, ...]:
        """The networks in order of address, with the listed devices in each.

        Where a decoy was `missed`, what else answered there is no positive control.
        """
        blind = set(map(network_of, missed))
        listed = Counter(
            place
            for judged in devices
            if judged.verdict is Verdict.LISTED
            for place in set(map(network_of, _found_at(judged.device)))
        )
        return tuple(
            _segment(place, self._counts[place], "" if place in blind else self._control(place), listed[place])
            for place in sorted(self._counts, key=lambda network: (network.version, network.network_address.packed))
        )

    def _control(self, place: Network) -> str:
        """What shows that it was possible to look there: no bystander, if others were asked."""
        is_aside, rank, control = self._controls.get(place, (False, 0, ""))
        outcomes: Counter[Outcome] = Counter()
        for (outcome, _), count in self._counts[place].items():
            outcomes[outcome] += count
        asked = sum(count for outcome, count in outcomes.items() if outcome not in UNASKED)
        refusals = rank >= MOST_TELLING[Outcome.RESET] and not (
            outcomes[Outcome.SILENT] or outcomes[Outcome.UNREACHABLE]
        )
        return "" if (is_aside and asked > self._asked_aside[place]) or (refusals and asked >= ALL_REFUSE) else control


def _found_at(device: Device) -> tuple[str, ...]:
    """The addresses by which a device is found: of a camera behind a recorder, the recorder's."""
    return (device.behind.address,) if device.behind else device.addresses


def _segment(place: Network, counts: Counter[_Kind], control: str, listed: int) -> Segment:
    outcomes: Counter[str] = Counter()
    channels: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for (telling, pairs), count in counts.items():
        outcomes[fold(telling)] += count
        for channel, outcome in pairs:
            channels[channel][fold(outcome)] += count
    by_channel: Mapping[str, Mapping[str, int]] = {name: dict(channels[name]) for name in sorted(channels)}
    return Segment(str(place), dict(outcomes), by_channel, control, listed, place.num_addresses - 2)
