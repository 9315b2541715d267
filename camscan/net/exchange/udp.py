"""UDP sockets: answers by source, ICMP errors by destination, and the count of datagrams that the kernel dropped."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import socket
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from camscan.net import budget
from camscan.net.base import Exchange
from camscan.net.outcomes import of_answer, remark
from camscan.records import Outcome
from camscan.system.icmperrors import RECVERR, errno_of

_MORE_ROUNDS = 2
MAX_REPLIES = 16  # datagrams kept from one source in one inquiry, so that forged ones cannot fill the memory
_MAX_DATAGRAM = 65_535
_RECEIVE_BUFFER = 4 * 1024 * 1024
_BATCH = 256  # datagrams read before other work has its turn again
_MAX_ERRORS = 10_000  # ICMP errors read in one go; the kernel's queue has room for fewer
_MOST_PENDING = 8
"""Errors of other destinations that one send gets over, where a router reports them as fast as it is sent to.

Nothing tells them from an error of its own, for which it tries as often: without waiting, in 20 microseconds.
"""
_MOST_SOCKETS = 8
"""Sockets that one endpoint has. What is sent to a neighbour stays in the buffer of its socket until the kernel
knows the MAC or, where nobody has the address, has given up after three seconds: some 160 datagrams fill one."""
_SO_MEMINFO = 55
_DROPS = struct.Struct("=32xI")  # SK_MEMINFO_DROPS of the counters that SO_MEMINFO gives (linux/sock_diag.h)
_ERROR_SIZE = 16  # bytes of a struct sock_extended_err (linux/errqueue.h)


def repeats(rounds: int) -> int:
    """How often an inquiry of so many rounds is made again of who is silent while the kernel drops datagrams.

    An answer may be among them, to any of the rounds: some devices answer only one. Once, or until two more were sent.
    """
    return max(1, _MORE_ROUNDS // rounds)


Hear = Callable[[str, int, bytes], None]
Fail = Callable[[str, int], None]


class UdpSocket:
    """A non-blocking UDP socket on the event loop. `hear` is called with source address, source port and data.

    `fail` is called for every ICMP error with the destination address and the errno.
    """

    _buffer = memoryview(bytearray(_MAX_DATAGRAM))  # one for all: what came is copied at once

    def __init__(self, sock: socket.socket, hear: Hear, fail: Fail | None = None) -> None:
        self.sock = sock
        self._hear = hear
        self._fail = fail
        self._dropped = 0
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
        self._error_kind = RECVERR[socket.AddressFamily(sock.family)]
        if fail is not None:
            sock.setsockopt(*self._error_kind, 1)
        asyncio.get_running_loop().add_reader(sock.fileno(), self._read)

    @property
    def dropped(self) -> int:
        """Datagrams that the kernel had no room for."""
        with contextlib.suppress(OSError, struct.error):  # a closed socket, or a kernel before 4.12
            (self._dropped,) = _DROPS.unpack_from(self.sock.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, 64))
        return self._dropped

    def close(self) -> None:
        """Stop listening."""
        if self.sock.fileno() >= 0:
            self._dropped = self.dropped
            asyncio.get_running_loop().remove_reader(self.sock.fileno())
            self.sock.close()

    def send(self, data: bytes, address: str, port: int) -> None:
        """Send one datagram. Raises OSError if this host did not let it out."""
        for _ in range(_MOST_PENDING):
            try:
                self.sock.sendto(data, (address, port))
            except BlockingIOError:  # no room, which no destination is reported to lack
                raise
            except OSError:
                # With error queues on, a send reports the pending error of another destination; more come meanwhile.
                self._read_errors()
            else:
                return
        self.sock.sendto(data, (address, port))

    def _read(self) -> None:
        self._read_errors()
        for _ in range(_BATCH):
            try:
                size, source = self.sock.recvfrom_into(self._buffer)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                self._read_errors()
            else:
                self._hear(source[0], source[1], bytes(self._buffer[:size]))

    def _read_errors(self) -> None:
        if self._fail is None:
            return
        for _ in range(_MAX_ERRORS):
            try:
                _data, ancillary, _flags, destination = self.sock.recvmsg(0, 512, socket.MSG_ERRQUEUE)
            except OSError:
                return
            for level, kind, value in ancillary:
                if (level, kind) == self._error_kind and len(value) >= _ERROR_SIZE and destination:
                    self._fail(destination[0], errno_of(value, destination[0]))


@dataclass(slots=True, eq=False)
class Answers:
    """The answers from one address: datagrams, within the budget, and the last ICMP error."""

    replies: tuple[bytes, ...] = ()
    error: int = 0
    _size: int = 0

    def woken(self) -> None:
        """Called when something was received."""

    def take(self, data: bytes) -> None:
        """Keep a datagram, within the budget."""
        if len(self.replies) < MAX_REPLIES and self._size + len(data) <= budget.MAX_BYTES:
            self.replies += (data,)
            self._size += len(data)
            self.woken()

    def fail(self, number: int) -> None:
        """Note an ICMP error."""
        self.error = number
        self.woken()

    def exchange(self, address: str, port: int, at: datetime) -> Exchange:
        """The inquiry with these answers, as an exchange."""
        if self.replies:
            return Exchange(address, port, Outcome.ANSWERED, at, self.replies)
        if not self.error:
            return Exchange(address, port, Outcome.SILENT, at)
        return Exchange(address, port, of_answer(self.error), at, reason=remark(self.error))


@dataclass(slots=True, eq=False)
class Waiter(Answers):
    """Answers that a coroutine waits for: `event` is set once something was received."""

    event: asyncio.Event = field(default_factory=asyncio.Event)

    def woken(self) -> None:
        """See `Answers.woken`."""
        self.event.set()


class UdpEndpoint:
    """Sends to many addresses on a port; sorts answers by source. Raises OSError if no descriptor or buffer is left."""

    def __init__(self, family: int) -> None:
        self._family = family
        self._waiters: dict[str, tuple[Answers, ...]] = {}
        self._sockets = [self._opened()]

    @property
    def ports(self) -> frozenset[int]:
        """The local ports; 0 before anything was sent."""
        return frozenset(int(one.sock.getsockname()[1]) for one in self._sockets)

    @property
    def dropped(self) -> int:
        """Datagrams that the kernel had no room for."""
        return sum(one.dropped for one in self._sockets)

    @contextlib.contextmanager
    def waiting(self, address: str, waiter: Answers) -> Iterator[None]:
        """Pass datagrams from an address to `waiter`. Several may wait for one address: each gets everything."""
        self.add(address, waiter)
        try:
            yield
        finally:
            self.remove(address, waiter)

    def add(self, address: str, waiter: Answers) -> None:
        """Start to pass datagrams from an address to `waiter`."""
        self._waiters[address] = (*self._waiters.get(address, ()), waiter)

    def remove(self, address: str, waiter: Answers) -> None:
        """Stop to pass datagrams to `waiter`."""
        left = tuple(other for other in self._waiters.pop(address) if other is not waiter)
        if left:
            self._waiters[address] = left

    def send(self, data: bytes, address: str, port: int) -> None:
        """Send one datagram by a socket that has room; see `UdpSocket.send`."""
        for place in range(_MOST_SOCKETS):
            if place == len(self._sockets):
                self._sockets.append(self._opened())
            with contextlib.suppress(BlockingIOError):
                self._sockets[place].send(data, address, port)
                return
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    def close(self) -> None:
        """Close the sockets."""
        for one in self._sockets:
            one.close()

    def _opened(self) -> UdpSocket:
        sock = socket.socket(self._family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
        try:
            if self._family == socket.AF_INET6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            return UdpSocket(sock, self._hear, self._fail)
        except OSError:
            sock.close()
            raise

    def _hear(self, source: str, _port: int, data: bytes) -> None:
        for waiter in self._waiters.get(source, ()):
            waiter.take(data)

    def _fail(self, destination: str, number: int) -> None:
        for waiter in self._waiters.get(destination, ()):
            waiter.fail(number)
