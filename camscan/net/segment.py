"""Inquiries to a whole segment: multicast and broadcast on every eligible interface, each on its own."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import struct
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from datetime import UTC, datetime

from camscan.net.base import BROADCAST, Datagram, Exchange, Inquiry
from camscan.net.interfaces import Interface
from camscan.net.outcomes import reason
from camscan.net.pace import Pace
from camscan.net.udp import UdpSocket
from camscan.records import Outcome

MAX_PER_SOURCE = 64
"""Datagrams taken from one source in one inquiry."""
MAX_SOURCES = 20_000
"""Sources listened to in one inquiry: forged ones must not fill the memory."""
_HOPS = 1
_MULTICAST_IF_INDEX = struct.Struct("@4s4si")


class Segment:
    """One inquiry under way on the given interfaces."""

    def __init__(self, inquiry: Inquiry, interfaces: Iterable[Interface], hears: Callable[[str], bool]) -> None:
        self._inquiry = inquiry
        self._interfaces = tuple(interfaces)
        self._hears = hears
        self._heard: dict[str, int] = {}
        self._queue: asyncio.Queue[Datagram | Exchange | None] = asyncio.Queue()
        self._sockets: list[UdpSocket] = []
        self.sent_packets = 0
        self.sent_bytes = 0
        self.overflow = 0

    @property
    def dropped(self) -> int:
        """Datagrams lost: by the kernel for want of room, or over the caps on one source and on all."""
        return self.overflow + sum(s.dropped for s in self._sockets)

    async def run(self, pace: Pace) -> AsyncIterator[Datagram | Exchange]:
        """Send all rounds, and yield what comes until the inquiry's wait is over."""
        senders = self._open()
        sending = asyncio.create_task(self._send_rounds(senders, pace))
        try:
            while (item := await self._queue.get()) is not None:
                yield item
        finally:
            sending.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await sending
            for sock in self._sockets:
                sock.close()

    def _open(self) -> list[tuple[Interface, str, UdpSocket]]:
        if self._inquiry.listen_port:
            self._listen()
        senders = []
        for interface in self._interfaces:
            for group in self._inquiry.groups:
                if (":" in group) == (interface.network.version == 6):
                    with self._noting(interface.name):
                        senders.append((interface, group, self._sender(interface)))
        return senders

    def _sender(self, interface: Interface) -> UdpSocket:
        ipv6 = interface.network.version == 6
        sock = socket.socket(
            socket.AF_INET6 if ipv6 else socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC
        )
        try:
            if ipv6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, interface.index)
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, _HOPS)
                sock.bind((interface.address, 0, 0, interface.index))
            else:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
                sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, _membership("0.0.0.0", interface))  # noqa: S104
                sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, _HOPS)
                sock.bind((interface.address, 0))
        except OSError:
            sock.close()
            raise
        return self._add(sock, interface.name)

    def _listen(self) -> None:
        """Hear answers that go to the fixed port or to the group instead of to the asker."""
        port = self._inquiry.listen_port
        with self._noting(f"port {port}"):
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
            try:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                sock.bind(("", port))
            except OSError:
                sock.close()
                raise
            listener = self._add(sock, "")
            for interface in self._interfaces:
                for group in self._inquiry.listen_groups:
                    if interface.network.version == 4 and ":" not in group:
                        with self._noting(f"{interface.name}, group {group}"):
                            membership = _membership(group, interface)
                            listener.sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)

    @contextlib.contextmanager
    def _noting(self, where: str) -> Iterator[None]:
        """Turn the failure of one interface or port into a note; the others go on."""
        try:
            yield
        except OSError as error:
            text = f"{where}: {reason(error.errno or 0)}"
            self._queue.put_nowait(Exchange("", self._inquiry.port, Outcome.NOT_SENT, _now(), reason=text))

    def _add(self, sock: socket.socket, interface: str) -> UdpSocket:
        def hear(source: str, port: int, data: bytes) -> None:
            self._take(Datagram(source, port, data, _now(), interface))

        udp = UdpSocket(sock, hear)
        self._sockets.append(udp)
        return udp

    def _take(self, datagram: Datagram) -> None:
        if not self._hears(datagram.source):
            return
        count = self._heard.get(datagram.source, 0)
        if count >= MAX_PER_SOURCE or (not count and len(self._heard) >= MAX_SOURCES):
            self.overflow += 1
            return
        self._heard[datagram.source] = count + 1
        self._queue.put_nowait(datagram)

    async def _send_rounds(self, senders: list[tuple[Interface, str, UdpSocket]], pace: Pace) -> None:
        try:
            for number, datagrams in enumerate(self._inquiry.rounds):
                if number:
                    await asyncio.sleep(self._inquiry.pause * random.uniform(0.8, 1.3))  # noqa: S311 - jitter
                for interface, group, sock in senders:
                    await pace.take(len(datagrams))
                    with self._noting(interface.name):
                        self._send(datagrams, interface, group, sock)
            await asyncio.sleep(self._inquiry.wait if senders else 0)
        finally:
            self._queue.put_nowait(None)

    def _send(self, datagrams: Iterable[bytes], interface: Interface, group: str, sock: UdpSocket) -> None:
        target = str(interface.network.broadcast_address) if group == BROADCAST else group
        for data in datagrams:
            sock.send(data, target, self._inquiry.port)
            self.sent_packets += 1
            self.sent_bytes += len(data)


def _membership(group: str, interface: Interface) -> bytes:
    """A struct ip_mreqn: group, address and index of the interface."""
    return _MULTICAST_IF_INDEX.pack(socket.inet_aton(group), socket.inet_aton(interface.address), interface.index)


def _now() -> datetime:
    return datetime.now(UTC)
