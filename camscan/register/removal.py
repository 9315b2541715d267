"""Decides whether a removal is accepted: after enough scans that would have seen the device, and did not.

A scan counts where it was complete, began after the device was last seen, asked the address on a channel on which the
device used to answer, or by ARP, and saw something else alive in the same network, other than the host that asked and
its gateway: else a cut cable would remove a camera. An address that only refuses shows nothing: its ports were closed,
or a firewall refuses for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from camscan.networks import HEARSAY, LEASE, bystanders, speaks
from camscan.records import REJECTION, UNASKED, LedgerEntry, Outcome, Scan, ScanStatus
from camscan.sweeps.coverage import network_of
from camscan.sweeps.memory import Track
from camscan.sweeps.snapshot import BEHIND, SLOT, Snapshot

_OF_ALL = "arp"
"""The channel on which whatever uses an address answers, also what is known from a table or a lease alone."""
_NO_PROOF = (
    "no scan can show that it is gone, as scans ask IP addresses. Find out which one it had (import the router's ARP "
    "table or the DHCP leases) and scan that network; or call it `disconnected`, and say with --why who looked"
)


@dataclass(frozen=True, slots=True)
class Proof:
    """Whether one scan counts as proof that a device is gone; `why_not` says why it does not.

    `answers`: something answers at its address, which the scan takes for another device.
    """

    scan: str
    why_not: str = ""
    answers: bool = False


def candidates(track: Track, scans: Iterable[Scan]) -> list[Scan]:
    """Of some scans, newest first, those since the device was last seen that have ended."""
    ended = (scan for scan in scans if scan.status is not ScanStatus.RUNNING)
    # A scan in which the clock was set back ends before it begins.
    return [scan for scan in ended if min(scan.started_at, scan.ended_at) > track.last_seen]


def proof(track: Track, scan: Scan, neighbours: Iterable[LedgerEntry], now: datetime) -> Proof:
    """What a scan says; `neighbours` are ledger entries that hold those of the device's network."""
    if flaw := _flaw(scan, now):
        return Proof(scan.id, flaw)
    address = track.device.address
    network, own, alive = network_of(address), None, False
    for entry in neighbours:
        if entry.target == address:
            own = entry
        else:
            alive = alive or _is_control(entry, network, scan)
    if own is None:
        return Proof(scan.id, f"{address} was not among its targets")
    asked = {name for name, outcome in own.channels.items() if outcome not in UNASKED and name != LEASE}
    if not asked or (track.channels and asked.isdisjoint((*track.channels, _OF_ALL))):
        used = ", ".join(sorted(track.channels)) or "any"
        return Proof(scan.id, f"it did not ask {address} on a channel on which the device used to answer: {used}")
    answered = {name for name, outcome in own.channels.items() if outcome.has_answer}
    is_told = not answered <= HEARSAY
    if not is_told and (refusal := _refusal(own)):
        return Proof(scan.id, refusal)
    if not alive and not is_told:
        return Proof(scan.id, f"nothing in {network} answered, so silence proves nothing")
    return Proof(scan.id, answers=bool(answered))


def _refusal(entry: LedgerEntry) -> str:
    """Why what is at an address that has not answered may be the device all the same; "" where it is not."""
    if speaks(entry):
        return f"{entry.target} refused to answer, as the device does with its ports closed, or a firewall"
    lost = (name for name, outcome in entry.channels.items() if outcome is Outcome.UNREACHABLE)
    if any(entry.reasons.get(name, "").startswith(REJECTION) for name in lost):
        return f"a router or firewall rejects what is for {entry.target}, whoever is there"
    return ""


def proof_by_recorder(track: Track, scan: Scan, seen: Snapshot, now: datetime) -> Proof:
    """What a scan, of which `seen` is the snapshot, says of a camera behind a recorder.

    A recorder that tells of a channel is the positive control of it.
    """
    if flaw := _flaw(scan, now):
        return Proof(scan.id, flaw)
    address = track.device.address
    if BEHIND not in seen.asked_at(address):
        return Proof(scan.id, f"no recorder reported on {address}: that requires a login to it, and a whole list")
    return Proof(scan.id)


def witnesses(address: str, scan: Scan, neighbours: Iterable[LedgerEntry]) -> Iterator[str]:
    """The targets by which a scan proves that the device at an address is gone: this one, and one that lives beside it.

    Of a camera behind a recorder, it is the recorder.
    """
    if SLOT in address:
        yield address.partition(SLOT)[0]
        return
    network, control = network_of(address), ""
    for entry in neighbours:
        if entry.target == address:
            yield address
        elif not control and _is_control(entry, network, scan):
            control = entry.target
            yield control


def beginning(address: str) -> str:
    """How the addresses in the network of one begin, as far as that can be told by their text."""
    return f"{address.rpartition('.')[0]}." if "." in address and SLOT not in address else ""


def _is_control(entry: LedgerEntry, network: str, scan: Scan) -> bool:
    """Whether another address of a network gave a sign of life, so that silence in it means something."""
    return network_of(entry.target) == network and speaks(entry) and entry.target not in bystanders(scan)


def _has_no_ip(address: str) -> bool:
    """Whether a device is known by its MAC address alone: it belongs to no network."""
    return SLOT not in address and network_of(address) == address


def _flaw(scan: Scan, now: datetime) -> str:
    """Why a scan proves nothing, whatever it saw."""
    if scan.status is not ScanStatus.COMPLETE:
        return f"it is {scan.status}"
    if scan.ended_at > now:
        return f"it is dated {scan.ended_at:%Y-%m-%d %H:%M} UTC, which is yet to come: the clock was wrong"
    return ""


def objection(track: Track, proofs: Sequence[Proof], needed: int) -> str:
    """Why a device cannot be called gone yet, and what is to be done; "" where it can."""
    clean = [one for one in proofs if not one.why_not]
    if len(clean) >= needed:
        return ""
    when = f"{track.device.id} was last seen on {track.last_seen:%Y-%m-%d %H:%M} UTC"
    if _has_no_ip(track.device.address):
        return f"{when}, by its MAC address alone: {_NO_PROOF}"
    so_far = f"{when}, and {track.device.address} has had {len(clean)} of {needed} clean scans since"
    return "; ".join((f"{so_far}: scan again, and call it `disconnected` until then", *_reasons(proofs)))


def _reasons(proofs: Iterable[Proof]) -> Iterator[str]:
    yield from (f"scan {one.scan} does not count: {one.why_not}" for one in list(proofs)[:3] if one.why_not)
