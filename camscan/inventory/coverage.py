"""Whether scans covered an address of the inventory, and with which outcome, according to their ledgers."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from camscan.inventory.keys import address_key
from camscan.networks import Network, bystanders, network_of, speaks
from camscan.records import MOST_TELLING, REJECTION, LedgerEntry, Outcome, Scan, ScanStatus

_KINDS = 256
"""Ways in which addresses were covered that are remembered at once."""


class CoverageStatus(Enum):
    """How well an address was covered, best first."""

    ALIVE = "alive"
    SILENT = "silent"
    MISSED = "missed"


class AddressCoverage(NamedTuple):
    """How well an address was covered, and why that is so."""

    status: CoverageStatus
    reason: str


class _Seen(NamedTuple):
    outcome: Outcome
    channels: int
    reason: str
    doubt: str
    """Why silence in the scan proves nothing; "" where it may."""


@dataclass(slots=True)
class Coverage:
    """The ledgers of scans, for the addresses that matter (`wanted`)."""

    wanted: Container[str]
    _seen: dict[tuple[str | None, str], _Seen] = field(default_factory=dict)
    _living: set[tuple[str | None, Network | None]] = field(default_factory=set)
    """Networks in which something but the host that asked and its gateway gave a sign of life; elsewhere, silence means
    nothing."""
    _unfinished: dict[str | None, str] = field(default_factory=dict)
    _sites: set[str | None] = field(default_factory=set)

    def add(self, scan: Scan, ledger: Iterable[LedgerEntry]) -> None:
        """Take in the ledger of a scan; of an address in several scans of a site, the most telling outcome counts."""
        self._sites.add(scan.site)
        if scan.status is not ScanStatus.COMPLETE:
            self._unfinished[scan.site] = scan.id
        outcome_of, aside = _Outcomes(), bystanders(scan)
        # An interrupted one has asked in full whom it covers.
        doubt = f"scan {scan.id} is partial" if scan.status is ScanStatus.PARTIAL else ""
        for entry in ledger:
            address, outcome = address_key(entry.target), outcome_of(entry)
            if outcome.is_alive and entry.target not in aside and speaks(entry):
                self._living.add((scan.site, network_of(address)))
            if address in self.wanted:
                known = self._seen.get((scan.site, address))
                rank = MOST_TELLING[outcome], bool(doubt)
                if known is None or rank < (MOST_TELLING[known.outcome], bool(known.doubt)):
                    seen = _Seen(outcome, _asked(entry.channels), _reason(entry, outcome), doubt)
                    self._seen[scan.site, address] = seen

    @property
    def spots(self) -> Collection[tuple[str | None, str]]:
        """The sites and addresses that a ledger told of, as far as these are wanted."""
        return self._seen.keys()

    @property
    def sites(self) -> frozenset[str | None]:
        """The sites that were scanned."""
        return frozenset(self._sites)

    def look(self, site: str | None, address: str) -> AddressCoverage:
        """How well an address of a site was covered."""
        seen = self._seen.get((site, address))
        if seen is None:
            scan = self._unfinished.get(site)
            late = f", or scan {scan} ended before it" if scan else ""
            return AddressCoverage(CoverageStatus.MISSED, f"{address} is not among the targets of the scan{late}")
        if seen.outcome.is_alive:
            return AddressCoverage(
                CoverageStatus.ALIVE, f"something at {address} lives, and answers no question ({seen.outcome})"
            )
        network = network_of(address)
        is_controlled = bool(network) and (site, network) in self._living
        doubt = seen.doubt or ("" if is_controlled else f"nothing in {network} answered")
        why = f": {seen.reason}" if seen.reason else ""
        if seen.outcome is Outcome.SILENT:
            on = "1 channel and is silent" if seen.channels == 1 else f"{seen.channels} channels and is silent on all"
            silent = f"{address} was asked on {on}"
        elif seen.outcome is Outcome.UNREACHABLE and is_controlled and not seen.reason.startswith(REJECTION):
            # Whoever is on the same segment has answered: there is a way, and nobody at its end.
            silent = f"nobody is at {address} (unreachable{why}), while others in {network} answer"
        else:
            return AddressCoverage(CoverageStatus.MISSED, f"{address} was not covered: {seen.outcome}{why}")
        if doubt:
            return AddressCoverage(CoverageStatus.MISSED, f"{silent}, but {doubt}, so that proves nothing")
        return AddressCoverage(CoverageStatus.SILENT, silent)


class _Outcomes:
    """The outcomes of ledger entries. Of thousands of equal coverage the channels are one object: it is asked once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Mapping[str, Outcome], Outcome]] = {}

    def __call__(self, entry: LedgerEntry) -> Outcome:
        """The outcome of an entry."""
        if entry.reasons:
            return entry.outcome
        known = self._known.get(id(entry.channels))
        if known is None:
            if len(self._known) >= _KINDS:
                self._known.clear()
            # The channels are held, so that their id stays theirs.
            known = self._known[id(entry.channels)] = entry.channels, entry.outcome
        return known[1]


def _asked(channels: Mapping[str, Outcome]) -> int:
    return sum(outcome is Outcome.SILENT for outcome in channels.values())


def _reason(entry: LedgerEntry, outcome: Outcome) -> str:
    """The reason of the outcome that counts, else any."""
    if not entry.reasons:
        return ""
    telling = (entry.reasons.get(channel) for channel, one in entry.channels.items() if one is outcome)
    return next(filter(None, (*telling, *entry.reasons.values())), "")
