"""The MACs of neighbours, by ARP or neighbour discovery.

They are asked for past the kernel's neighbour table: its room is neither a bound nor taken.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from camscan.syn.neighbourrequests import NeighbourRequests, neighbour_requests, reply_ring
from camscan.syn.order import Numbers
from camscan.syn.packets import BATCH, Macs
from camscan.syn.ring import Ring
from camscan.syn.sending import Sender
from camscan.syn.space import Space, words
from camscan.syn.txring import ethernet_sender

MAX_NEIGHBOURS = 1 << 20  # neighbours of one link: a /12, whose MACs take 7 MB
_PATIENCE = (0.25, 0.4)
"""Seconds that each round waits for answers; devices on Wi-Fi that save power take some hundred milliseconds."""
_GLANCE = 0.005
_ASKED_ANEW = 5.0  # seconds after which a router is asked for its MAC again


class Paced(Protocol):
    """Sends at the pace of the whole sweep, and lets time pass in its manner."""

    def send(self, sender: Sender, count: int, interface: str) -> None:
        """Send and count the first rows."""

    def pause(self, seconds: float) -> None:
        """Let some time pass, up to this."""

    def now(self) -> float:
        """The time in seconds."""

    @property
    def stopped(self) -> bool:
        """Whether to give up."""


@dataclass(slots=True)
class Neighbours:
    """What was heard: a MAC for each address of `space` that is `known`."""

    space: Space
    own_mac: bytes
    macs: Macs
    known: NDArray[np.bool_]

    def of(self, addresses: Numbers) -> tuple[NDArray[np.bool_], Macs]:
        """Which of these addresses have a MAC, and the MACs of those."""
        hosts = self.space.hosts(addresses)
        known = self.known[hosts]
        return known, self.macs[hosts[known]]

    def take(self, addresses: Numbers, macs: Macs) -> None:
        """Learn who has which MAC: the first word on an address counts."""
        hosts = self.space.hosts(addresses)
        hosts, first = np.unique(hosts, return_index=True)
        new = (hosts >= 0) & ~self.known[hosts]
        self.macs[hosts[new]] = macs[first[new]]
        self.known[hosts[new]] = True


def find(
    interface: str, source: str, wanted: Space, paced: Paced, written: Sequence[tuple[int, bytes]] = ()
) -> Neighbours:
    """Ask who has these addresses, in rounds, the later ones only for those that have not spoken.

    For some it is `written` down. Raises RefusalError if the interface cannot be used.
    """
    with contextlib.ExitStack() as stack:
        ring = reply_ring(interface, source)
        stack.callback(ring.close)
        packets = neighbour_requests(source, ring.mac)
        sender = ethernet_sender(interface, packets.rows, packets.length)
        stack.callback(sender.close)
        count = len(wanted)
        found = Neighbours(wanted, ring.mac, np.zeros((count, 6), np.uint8), np.zeros(count, np.bool_))
        if written:
            macs = np.frombuffer(b"".join(mac for _, mac in written), np.uint8).reshape(-1, 6)
            found.take(words(wanted.version, [address for address, _ in written]), macs)
        for patience in _PATIENCE:
            unknown = np.flatnonzero(~found.known).astype(np.uint32)
            for begin in range(0, len(unknown), BATCH):
                number = packets.fill(wanted.addresses(unknown[begin : begin + BATCH]))
                paced.send(sender, number, interface)
                _learn(ring, packets, found)
            _wait(ring, packets, found, paced, patience)
            if paced.stopped or found.known.all():
                break
    return found


def _wait(ring: Ring, packets: NeighbourRequests, found: Neighbours, paced: Paced, seconds: float) -> None:
    end = paced.now() + seconds
    while paced.now() < end and not paced.stopped and not found.known.all():
        paced.pause(_GLANCE)
        _learn(ring, packets, found)


def _learn(ring: Ring, asked: NeighbourRequests, found: Neighbours) -> None:
    for packets in ring.batches():
        found.take(*asked.read(packets))


class Gateway:
    """A router's MAC while a sweep runs: it may change, as another router takes the address over.

    Raises RefusalError if the interface cannot be used.
    """

    def __init__(self, interface: str, source: str, known: Neighbours, now: float, stack: contextlib.ExitStack) -> None:
        self._space = known.space
        self.mac: bytes = known.macs[0].tobytes()
        self._ring = reply_ring(interface, source)
        stack.callback(self._ring.close)
        self._packets = neighbour_requests(source, known.own_mac)
        self._sender = ethernet_sender(interface, self._packets.rows, self._packets.length)
        stack.callback(self._sender.close)
        self._packets.fill(self._space.addresses(np.zeros(1, np.uint32)))
        self._asked = now

    def ask(self, now: float) -> int:
        """Ask for it where that is due; returns how many packets were sent."""
        if now - self._asked < _ASKED_ANEW:
            return 0
        self._asked = now
        return self._sender.send(0, 1)[0]

    def has_changed(self) -> bool:
        """Whether another MAC has been heard, which is known from then on."""
        before: bytes = self.mac
        for packets in self._ring.batches():
            addresses, macs = self._packets.read(packets)
            for mac in macs[self._space.hosts(addresses) == 0]:
                self.mac = mac.tobytes()
        return self.mac != before
