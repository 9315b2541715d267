"""UDP sockets that hear everything: answers by source, ICMP errors by destination, and what the kernel had to drop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass, field

MAX_DATAGRAM = 65_535
MAX_REPLIES = 16
"""Datagrams kept from one source in one inquiry: a forger fills no memory with more."""
_RECEIVE_BUFFER = 4 * 1024 * 1024
_BATCH = 256
"""Datagrams read before other work has its turn again."""
_SO_RXQ_OVFL = 40
_IP_RECVERR, _IPV6_RECVERR = 11, 25
_ERROR = struct.Struct("=IBBBxII")
"""struct sock_extended_err (linux/errqueue.h): errno, origin, type, code, info, data."""

Hear = Callable[[str, int, bytes], None]


class UdpSocket:
    """A non-blocking UDP socket on the event loop. `hear` gets every datagram: source address, source port, data."""

    def __init__(self, sock: socket.socket, hear: Hear, fail: Callable[[str, int], None] | None = None) -> None:
        self.sock = sock
        self.dropped = 0
        self._hear = hear
        self._fail = fail
        self._ipv6 = sock.family == socket.AF_INET6
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
        sock.setsockopt(socket.SOL_SOCKET, _SO_RXQ_OVFL, 1)
        if fail is not None:
            level, option = (socket.IPPROTO_IPV6, _IPV6_RECVERR) if self._ipv6 else (socket.IPPROTO_IP, _IP_RECVERR)
            sock.setsockopt(level, option, 1)
        asyncio.get_running_loop().add_reader(sock.fileno(), self._read)

    def close(self) -> None:
        """Stop listening."""
        if self.sock.fileno() >= 0:
            asyncio.get_running_loop().remove_reader(self.sock.fileno())
            self.sock.close()

    def send(self, data: bytes, address: str, port: int) -> None:
        """Send one datagram.

        Raises:
            OSError: this host did not let it out.
        """
        try:
            self.sock.sendto(data, (address, port))
        except OSError:
            # With error queues on, the next send reports the pending error of another destination: clear it, once.
            self._read_errors()
            self.sock.sendto(data, (address, port))

    def _read(self) -> None:
        self._read_errors()
        for _ in range(_BATCH):
            try:
                data, ancillary, _flags, source = self.sock.recvmsg(MAX_DATAGRAM, 64)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                self._read_errors()
                continue
            for level, kind, value in ancillary:
                if level == socket.SOL_SOCKET and kind == _SO_RXQ_OVFL:
                    self.dropped = int.from_bytes(value[:4], "little")
            self._hear(str(source[0]), int(source[1]), data)

    def _read_errors(self) -> None:
        if self._fail is None:
            return
        for _ in range(_BATCH):
            try:
                _data, ancillary, _flags, destination = self.sock.recvmsg(0, 512, socket.MSG_ERRQUEUE)
            except OSError:
                return
            for _level, kind, value in ancillary:
                if kind in (_IP_RECVERR, _IPV6_RECVERR) and len(value) >= _ERROR.size and destination:
                    self._fail(str(destination[0]), _ERROR.unpack_from(value)[0])


@dataclass(slots=True)
class _Waiter:
    replies: list[bytes] = field(default_factory=list)
    error: int = 0
    event: asyncio.Event = field(default_factory=asyncio.Event)


class Correspondent:
    """One socket that asks many addresses on one port, and sorts what comes back by its source."""

    def __init__(self, family: int) -> None:
        self._waiters: dict[str, _Waiter] = {}
        self.unasked = 0
        sock = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
        self._socket = UdpSocket(sock, self._hear, self._fail)

    @property
    def dropped(self) -> int:
        """Datagrams that the kernel had no room for."""
        return self._socket.dropped

    def expect(self, address: str) -> _Waiter:
        """Gather what comes from an address until `forget`."""
        waiter = self._waiters[address] = _Waiter()
        return waiter

    def forget(self, address: str) -> None:
        """Stop gathering."""
        self._waiters.pop(address, None)

    def send(self, data: bytes, address: str, port: int) -> None:
        """Send one datagram; see `UdpSocket.send`."""
        self._socket.send(data, address, port)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def _hear(self, source: str, _port: int, data: bytes) -> None:
        waiter = self._waiters.get(source)
        if waiter is None or len(waiter.replies) >= MAX_REPLIES:
            self.unasked += 1
            return
        waiter.replies.append(data)
        waiter.event.set()

    def _fail(self, destination: str, number: int) -> None:
        waiter = self._waiters.get(destination)
        if waiter is not None:
            waiter.error = number
            waiter.event.set()
