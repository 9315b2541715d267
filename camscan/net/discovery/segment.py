"""Inquiries to a whole segment: multicast and broadcast, with a socket for each local address."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import random
import socket
import struct
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from camscan.net.base import Datagram, Exchange, Inquiry
from camscan.net.exchange.udp import UdpSocket
from camscan.net.kernel.interfaces import Interface
from camscan.net.outcomes import reason, retry_while_exhausted
from camscan.net.pacing.pace import Pace
from camscan.records import Outcome
from camscan.system.background import in_background

MAX_PER_SOURCE = 64  # datagrams taken from one source in one inquiry
MAX_SOURCES = 20_000  # sources accepted in one inquiry, so that forged ones cannot fill the memory
MAX_WAITING = 16 * 1024 * 1024  # bytes of datagrams that wait for a slow reader
_PATIENCE, _LOOK = 20.0, 0.1
"""Seconds for which another scan on this host may have a fixed port, and between two looks at whether it has."""
_HOPS = 1
_IP_UNICAST_IF = 50  # chooses the interface for broadcasts, too (linux/in.h)
_MEMBERSHIP = struct.Struct("@4s4si")  # struct ip_mreqn (linux/in.h): group, address and index of the interface


@dataclass(frozen=True, slots=True)
class _Sender:
    interface: Interface
    group: str
    socket: UdpSocket


class Segment:
    """One inquiry on the given interfaces. `hears` says whose datagrams are accepted, `asks` whether to ask a group."""

    def __init__(
        self,
        inquiry: Inquiry,
        interfaces: Iterable[Interface],
        hears: Callable[[str], bool],
        asks: Callable[[str], bool] = lambda _: True,
    ) -> None:
        self._inquiry = inquiry
        self._interfaces = tuple(interfaces)
        self._hears = hears
        self._asks = asks
        self._heard: dict[str, int] = {}
        self._queue: asyncio.Queue[Datagram | Exchange | None] = asyncio.Queue()
        self._waiting = 0
        self._sockets: list[UdpSocket] = []
        self._own: set[tuple[str, int]] = set()
        self._noted: set[str] = set()
        self._overflow = 0
        self.sent_packets = 0
        self.sent_bytes = 0

    @property
    def dropped(self) -> int:
        """Datagrams lost: dropped by the kernel, or above the limits for one source and for all."""
        return self._overflow + sum(s.dropped for s in self._sockets)

    async def run(self, pace: Pace) -> AsyncGenerator[Datagram | Exchange, None]:
        """Send all rounds, and yield what is received until the inquiry ends."""
        turn = await self._turn() if self._interfaces else None
        try:
            async with in_background(self._send_rounds(self._open(), pace)):
                while (item := await self._queue.get()) is not None:
                    if isinstance(item, Datagram):
                        self._waiting -= len(item.data)
                    yield item
        finally:
            for sock in self._sockets:
                sock.close()
            if turn is not None:
                turn.close()

    async def _turn(self) -> socket.socket | None:
        """Wait for a turn at a fixed port, to which answers come by unicast: whoever opens it last gets them all.

        It lasts as long as the socket that this gives, whose name no other in this network namespace can have; none
        where no such port is listened on, sockets with names are not allowed, or the wait was in vain.
        """
        port, loop = self._inquiry.listen_port, asyncio.get_running_loop()
        if not port or self._inquiry.listen_groups:
            return None
        end = loop.time() + _PATIENCE
        with contextlib.suppress(OSError), contextlib.ExitStack() as unless_taken:
            sock = unless_taken.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC))
            while not _bound(sock, f"\0camscan-port-{port}"):
                if loop.time() > end:
                    self._note(f"port {port}: another scan on this host listens there")
                    return None
                await asyncio.sleep(_LOOK)
            unless_taken.pop_all()
            return sock
        return None

    def _open(self) -> list[_Sender]:
        if self._inquiry.listen_port:
            with self._noting(f"port {self._inquiry.listen_port}"):
                self._listen(self._inquiry.listen_port)
        senders = []
        for interface in self._interfaces:
            for group in self._inquiry.groups:
                if (":" in group) == (interface.network.version == 6):
                    with self._noting(interface.name):
                        senders.append(_Sender(interface, group, self._sender(interface)))
        return senders

    def _sender(self, interface: Interface) -> UdpSocket:
        with self._opening(interface.network.version) as sock:
            if interface.network.version == 6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, interface.index)
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, _HOPS)
                sock.bind((interface.address, 0, 0, interface.index))
            else:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
                sock.setsockopt(socket.IPPROTO_IP, _IP_UNICAST_IF, struct.pack("!I", interface.index))
                sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, _membership("0.0.0.0", interface))  # noqa: S104
                sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, _HOPS)
                sock.bind((interface.address, 0))
            self._own.add((interface.address, sock.getsockname()[1]))
            return self._add(sock, interface.name)

    def _listen(self, port: int) -> None:
        """Receive answers that are sent to the fixed port or to the group instead of the sender."""
        with self._opening(4) as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind(("", port))
            self._add(sock, "")
        for interface in {i.index: i for i in self._interfaces if i.network.version == 4}.values():
            for group in self._inquiry.listen_groups:
                with self._noting(f"{interface.name}, group {group}"):
                    sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, _membership(group, interface))

    @contextlib.contextmanager
    def _opening(self, version: int) -> Iterator[socket.socket]:
        family = socket.AF_INET6 if version == 6 else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
        try:
            yield sock
        except OSError:
            sock.close()
            raise

    @contextlib.contextmanager
    def _noting(self, where: str) -> Iterator[None]:
        """Report the failure of an interface or port once, as an exchange; the others go on."""
        try:
            yield
        except OSError as error:
            self._note(f"{where}: {reason(error.errno or 0)}")

    def _note(self, text: str) -> None:
        if text not in self._noted:
            self._noted.add(text)
            self._queue.put_nowait(Exchange("", self._inquiry.port, Outcome.NOT_SENT, _now(), reason=text))

    def _add(self, sock: socket.socket, interface: str) -> UdpSocket:
        def hear(source: str, port: int, data: bytes) -> None:
            if (source, port) not in self._own and self._hears(source):
                self._take(Datagram(source, port, data, _now(), interface))

        udp = UdpSocket(sock, hear)
        self._sockets.append(udp)
        return udp

    def _take(self, datagram: Datagram) -> None:
        count = self._heard.get(datagram.source, 0)
        crowded = count >= MAX_PER_SOURCE or (not count and len(self._heard) >= MAX_SOURCES)
        if crowded or self._waiting + len(datagram.data) > MAX_WAITING:
            self._overflow += 1
            return
        self._heard[datagram.source] = count + 1
        self._waiting += len(datagram.data)
        self._queue.put_nowait(datagram)

    async def _send_rounds(self, senders: list[_Sender], pace: Pace) -> None:
        try:
            for number, datagrams in enumerate(self._inquiry.rounds):
                if number:
                    await asyncio.sleep(self._inquiry.pause * random.uniform(0.8, 1.3))  # noqa: S311 - jitter
                for sender in (one for one in senders if self._asks(one.group)):
                    with self._noting(sender.interface.name):
                        for data in datagrams:
                            await self._send(data, sender, pace)
            await asyncio.sleep(self._inquiry.wait if senders else 0)
        finally:
            self._queue.put_nowait(None)

    async def _send(self, data: bytes, sender: _Sender, pace: Pace) -> None:
        async def attempt() -> None:
            await pace.take(1)
            sender.socket.send(data, sender.group, self._inquiry.port)

        await retry_while_exhausted(attempt)
        self.sent_packets += 1
        self.sent_bytes += len(data)


def _bound(sock: socket.socket, name: str) -> bool:
    """Whether a socket has the name now; raises OSError where that is not because another has it."""
    try:
        sock.bind(name)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        return False
    return True


def _membership(group: str, interface: Interface) -> bytes:
    return _MEMBERSHIP.pack(socket.inet_aton(group), socket.inet_aton(interface.address), interface.index)


def _now() -> datetime:
    return datetime.now(UTC)
