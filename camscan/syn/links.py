"""The ways out of this host while a sweep runs: a sender for each, a receive ring for each interface, our own ports."""

from __future__ import annotations

import contextlib
import random
import socket
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from camscan.l2.lines import RefusalError
from camscan.syn import filters
from camscan.syn.arp import MAX_NEIGHBOURS, Gateway, Neighbours, Paced, find
from camscan.syn.order import Numbers, Range
from camscan.syn.packets import BATCH, IPV4, IPV6, RST, SYN, Macs, TcpPackets
from camscan.syn.request import MAX_ROUNDS, Way
from camscan.syn.ring import Ring
from camscan.syn.sending import EthernetSender, RawSender, Sender
from camscan.syn.space import Space, space
from camscan.syn.txring import RingSender, ethernet_sender

SPARE = 2
"""Batches of packets that may wait, or be on their way, while the next is built: one for each process that sends."""
_PORTS = MAX_ROUNDS + 2
"""A port of ours for each round, so that a late answer to one round cannot upset the connection of the next."""
_PORT_TRIES = 256
_LOWEST_PORT, _HIGHEST_PORT = 10_000, 65_000
_LOCAL_PORTS = Path("/proc/sys/net/ipv4/ip_local_port_range")


@dataclass(frozen=True, slots=True)
class Segments:
    """What TCP segments say, one an element; `hosts` are numbers of the space that is asked."""

    hosts: Numbers
    ports: Numbers
    source_ports: Numbers
    sequences: Numbers

    def only(self, which: NDArray[np.bool_] | slice) -> Segments:
        """The segments that a mask or a slice names."""
        return Segments(self.hosts[which], self.ports[which], self.source_ports[which], self.sequences[which])


class _Outlet:
    """Packets of one kind, and what sends them."""

    def __init__(self, way: Way, flags: int, macs: tuple[bytes, bytes]) -> None:
        self._packets = TcpPackets(way.source, *macs, flags=flags)
        self.send_to = self._packets.send_to
        self.sender: EthernetSender | RingSender | RawSender
        if way.frames:
            self.sender = ethernet_sender(way.interface, self._packets.rows, self._packets.length)
        else:
            self.sender = RawSender(self._packets.rows, self._packets.length, way.version)

    def fill(self, asked: Segments, addresses: Numbers, macs: Macs | None) -> int:
        """Make the packets ready; returns how many."""
        if isinstance(self.sender, RawSender):
            self.sender.address(addresses)
        return self._packets.fill(addresses, asked.ports, asked.source_ports, asked.sequences, macs)


class Route:
    """One way while it is open. `usable` is false where its gateway does not answer."""

    def __init__(self, way: Way, asked: Space, paced: Paced, stack: contextlib.ExitStack) -> None:
        self.way = way
        self._space = asked
        self.usable = True
        self._neighbours: Neighbours | None = None
        self._gateway: Gateway | None = None
        macs = (b"", b"")
        if way.frames:
            wanted = way.asked if way.on_link else (_only(way.gateway),)
            found = find(way.interface, way.source, space(way.version, wanted), paced, way.known)
            self._neighbours = found if way.on_link else None
            self.usable = way.on_link or bool(found.known.any())
            macs = found.own_mac, found.macs[0].tobytes() if len(found.macs) else b""
            if self.usable and not way.on_link and not way.known:
                self._gateway = Gateway(way.interface, way.source, found, paced.now(), stack)
        self._syns = deque(_Outlet(way, SYN, macs) for _ in range(1 + SPARE))
        self._resets = _Outlet(way, RST, macs)
        for outlet in (*self._syns, self._resets):
            stack.callback(outlet.sender.close)

    @property
    def sender(self) -> Sender:
        """What sends the packets that `fill` made ready."""
        return self._syns[0].sender

    @property
    def senders(self) -> list[Sender]:
        """All that send what `fill` made ready, as far as a process that is forked from this one may use them too."""
        return [outlet.sender for outlet in self._syns if not isinstance(outlet.sender, RingSender)]

    @property
    def note(self) -> str:
        """What there is to say about it."""
        if self.usable:
            return ""
        where = f"{self.way.gateway} on {self.way.interface}"
        how = "ARP" if self.way.version == 4 else "neighbour solicitations"
        return f"the gateway {where} does not answer {how}: {self.way.hosts:,} addresses were not asked"

    def look_after(self, now: float) -> tuple[int, bool]:
        """Follow the gateway where it gets another MAC; how many packets were sent, and whether it has."""
        if self._gateway is None:
            return 0, False
        if moved := self._gateway.has_changed():
            for outlet in (*self._syns, self._resets):
                outlet.send_to(self._gateway.mac)
        return self._gateway.ask(now), moved

    def fill(self, asked: Segments) -> int:
        """Make SYNs ready, as far as their hosts can be reached; returns how many.

        They overwrite those of the last time but `SPARE`, which must have left.
        """
        self._syns.rotate()
        return self._fill(self._syns[0], asked)

    def reset(self, refused: Segments) -> int:
        """Send RSTs, no more than fit into one batch; returns how many."""
        return self._resets.sender.send(0, self._fill(self._resets, refused.only(slice(BATCH))))[0]

    def _fill(self, outlet: _Outlet, asked: Segments) -> int:
        if not self.usable:
            return 0
        addresses, macs = self._space.addresses(asked.hosts), None
        if self._neighbours is not None:
            known, macs = self._neighbours.of(addresses)
            asked, addresses = asked.only(known), addresses[known]
        return outlet.fill(asked, addresses, macs)


class Links:
    """All ways; enter `opened` to use them."""

    def __init__(self, ways: Sequence[Way]) -> None:
        owned = sorted((span, number) for number, way in enumerate(ways) for span in way.ranges)
        if any(before[1] >= after[0] for (before, _), (after, _) in pairwise(owned)):
            raise RefusalError("the ranges of two ways overlap")
        if any(way.on_link and way.hosts > MAX_NEIGHBOURS for way in ways):
            raise RefusalError(f"more than {MAX_NEIGHBOURS:,} neighbours on one link: sweep in parts")
        self._version = ways[0].version
        self.space = space(self._version, [span for span, _ in owned])
        self._ways = ways
        self._way_of_range = np.array([number for _, number in owned])
        self._first_port = 0
        self.routes: list[Route] = []
        self.rings: list[Ring] = []

    @contextlib.contextmanager
    def opened(self, paced: Paced, note: Callable[[str], None]) -> Iterator[None]:
        """Open all ways; what cannot be used of them is noted."""
        with contextlib.ExitStack() as stack:
            self._first_port = _reserved_ports(stack, self._version)
            last_port = self._first_port + _PORTS - 1
            for interface, source in dict.fromkeys((way.interface, way.source) for way in self._ways):
                ring = Ring(
                    interface,
                    IPV4 if self._version == 4 else IPV6,
                    filters.answers(source, self._first_port, last_port),
                )
                stack.callback(ring.close)
                self.rings.append(ring)
            for way in self._ways:
                self.routes.append(Route(way, self.space, paced, stack))
                if text := self.routes[-1].note:
                    note(text)
            yield

    @property
    def senders(self) -> list[Sender]:
        """See `Route.senders`."""
        return [sender for route in self.routes for sender in route.senders]

    def source_port(self, round_: int) -> int:
        """Our port of a round."""
        return self._first_port + round_ % _PORTS

    def split(self, hosts: Numbers) -> Iterator[tuple[Route, NDArray[np.bool_] | None]]:
        """The ways to these hosts, each with a mask of those that it leads to; None stands for all."""
        if len(self.routes) == 1:
            yield self.routes[0], None
            return
        ways = self._way_of_range[self.space.ranges_of(hosts)]
        for number, route in enumerate(self.routes):
            mask = ways == number
            if mask.any():
                yield route, mask

    def dropped(self) -> int:
        """Answers that the rings had no room for since the last call."""
        return sum(ring.dropped() for ring in self.rings)


def _only(address: str) -> Range:
    number = int(ip_address(address))
    return number, number


def _reserved_ports(stack: contextlib.ExitStack, version: int) -> int:
    """The first of some adjacent TCP ports that nobody else has, nor gets while the stack is open.

    They are bound and do not listen, so that the kernel resets what comes to them. They lie outside the range that it
    takes ports from by itself, where that leaves any.
    """
    low, high = map(int, _LOCAL_PORTS.read_text(encoding="ascii").split())
    family = socket.AF_INET if version == 4 else socket.AF_INET6  # of which the second takes both
    firsts = range(_LOWEST_PORT, _HIGHEST_PORT - _PORTS)
    outside = [first for first in firsts if first + _PORTS <= low or first > high]
    for _ in range(_PORT_TRIES):
        first = random.choice(outside or firsts)  # noqa: S311 - it hides nothing
        with contextlib.ExitStack() as bound:
            try:
                for port in range(first, first + _PORTS):
                    sock = bound.enter_context(socket.socket(family, socket.SOCK_STREAM))
                    sock.bind(("", port))
            except OSError:
                continue
            stack.enter_context(bound.pop_all())
            return first
    raise RefusalError("no range of TCP ports is free on this host: sweep by --sweep connect")
