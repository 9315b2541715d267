"""MACs of targets on our links: an ARP sweep, and the kernel's neighbour table."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from functools import partial
from ipaddress import IPv4Address, IPv4Network
from typing import TypeAlias

from camscan.errors import HostError
from camscan.net.base import Datagram, Exchange
from camscan.net.kernel.interfaces import Interface, has_arp
from camscan.net.kernel.neighbours import Neighbours
from camscan.net.pacing.pace import Pace
from camscan.net.programs.l2 import L2Program, sweep
from camscan.records import Outcome
from camscan.system.background import in_background

Range: TypeAlias = tuple[int, int]  # first and last IPv4 address as numbers, both included

_ROUNDS = 2
_PACKET = 28
_SHARE = 0.95
"""Of the scan's pace, what a sweep sends: what others send before they are told of a request is made up for."""
_CUT = "broken off as exclusions were added; from then on, the MACs are those that the kernel knows"


class Link:
    """The links of a scan. `targets` are what may be asked, exclusions taken off; ranges above IPv4 are left alone."""

    def __init__(self, interfaces: Iterable[Interface], targets: Sequence[Range]) -> None:
        self._neighbours = Neighbours()
        self._shares: dict[str, list[Range]] = {}
        self._without_arp: set[str] = set()
        # However many addresses of this host are in a network, the sweep asks it once.
        networks = {(interface.name, interface.network) for interface in interfaces if not interface.loopback}
        for name, network in sorted(networks, key=str):
            if not isinstance(network, IPv4Network) or network.num_addresses == 1:
                continue
            if (ranges := list(_within(network, targets))) and has_arp(name):
                self._shares.setdefault(name, []).extend(ranges)
            elif ranges:
                self._without_arp.add(name)
        self.sent_packets = 0
        self.dropped = 0
        self._stopped = False
        self._sweeping: L2Program | None = None

    @property
    def sent_bytes(self) -> int:
        """Bytes of the ARP packets sent, without what Ethernet adds."""
        return self.sent_packets * _PACKET

    @property
    def most_frames(self) -> int:
        """The most ARP requests that a sweep sends; an address that answers the first is not asked again."""
        return sum(_frames(ranges) for ranges in self._shares.values())

    def mac(self, address: str) -> str:
        """The MAC of an address in the kernel's neighbour table, or ""."""
        return self._neighbours.mac(address)

    def stop(self) -> None:
        """End the sweep soon; answers received until then are still yielded."""
        self._shares.clear()
        self._stopped = True
        if self._sweeping is not None:
            self._sweeping.stop()

    async def sweep(self, pace: Pace, rate: int) -> AsyncGenerator[Datagram | Exchange, None]:
        """Ask each target on a link for its MAC, and yield the ARP packets of the answers.

        Requests are sent at nearly `rate`, the whole of the scan's pace: other sends wait. If an interface cannot be
        used, as a tunnel, or the sweep is stopped, an exchange says so; if the privilege is missing, there is one for
        all interfaces.
        """
        said = set()
        for name in sorted(self._without_arp):
            yield _unasked(f"{name} uses no ARP, so nobody there was asked for a MAC")
        for name, ranges in tuple(self._shares.items()):
            if name not in self._shares:
                continue
            try:
                async with aclosing(self._swept(name, ranges, pace, rate)) as swept:
                    async for datagram in swept:
                        yield datagram
            except HostError as error:
                if str(error) not in said:
                    said.add(str(error))
                    yield _unasked(str(error))
        if self._stopped:
            yield _unasked(_CUT)

    async def _swept(self, name: str, ranges: Sequence[Range], pace: Pace, rate: int) -> AsyncGenerator[Datagram, None]:
        texts = [(str(IPv4Address(first)), str(IPv4Address(last))) for first, last in ranges]
        found: asyncio.Queue[Datagram | HostError | None] = asyncio.Queue()
        most, told = max(1, int(rate * _SHARE)), partial(self._pay, pace, self.sent_packets)
        async with sweep(name, texts, most, told) as program:
            self._sweeping = program
            if name not in self._shares:  # it was to stop while the program was starting
                program.stop()
            async with in_background(self._read(program, name, found)):
                while (item := await found.get()) is not None:
                    if isinstance(item, HostError):
                        raise item
                    yield item

    async def _read(self, program: L2Program, name: str, found: asyncio.Queue[Datagram | HostError | None]) -> None:
        """Read the output of a sweep independently of the consumer: what it sends is paid for at once."""
        try:
            async for heard in program:
                found.put_nowait(Datagram(heard.source, 0, heard.data, heard.at, name))
            self.dropped += program.counters.get("dropped", 0)  # it may have been stopped before it began
        except HostError as error:  # for the consumer, who may have left
            found.put_nowait(error)
        finally:
            found.put_nowait(None)

    def _pay(self, pace: Pace, before: int, sent: int) -> None:
        """Charge the scan's pace for what a sweep has sent, beside what others sent `before` it."""
        pace.charge(before + sent - self.sent_packets)
        self.sent_packets = before + sent


def _unasked(why: str) -> Exchange:
    return Exchange("", 0, Outcome.NOT_SENT, datetime.now(UTC), reason=why)


def _frames(ranges: Sequence[Range]) -> int:
    return _ROUNDS * sum(last - first + 1 for first, last in ranges)


def _within(network: IPv4Network, targets: Iterable[Range]) -> Iterator[Range]:
    for first, last in targets:
        low, high = max(first, int(network.network_address)), min(last, int(network.broadcast_address))
        if low <= high:
            yield low, high
