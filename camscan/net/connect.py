"""Non-blocking TCP connects in bulk, on one epoll of their own inside the event loop.

A sweep through asyncio's own connect loses hosts under load: its timers fire before starved sockets have been looked
at. Here each deadline starts at its own connect(), and sockets that are ready are read before any is expired.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import select
import socket
import struct
from collections import deque
from dataclasses import dataclass

_TICK = 0.02
_EVENTS = 512
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass(slots=True)
class _Attempt:
    sock: socket.socket
    deadline: float
    done: asyncio.Future[int]


class Connector:
    """Connects sockets; one per event loop. `timeout` seconds is the time that each attempt has from its connect()."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._epoll: select.epoll | None = None
        self._attempts: dict[int, _Attempt] = {}
        self._queue: deque[_Attempt] = deque()
        self._ticking: asyncio.TimerHandle | None = None

    async def connect(self, sock: socket.socket, address: str, port: int) -> int:
        """Connect a non-blocking socket.

        Returns 0, the errno that the network answered with, or ETIMEDOUT.

        Raises:
            OSError: this host did not let the attempt out (no route, no buffer, forbidden).
        """
        number = sock.connect_ex((address, port))
        if number == 0:
            return 0
        if number != errno.EINPROGRESS:
            return _at_once(number)
        attempt = self._add(sock)
        try:
            return await attempt.done
        finally:
            self._forget(attempt)

    def close(self) -> None:
        """Let go of the epoll; attempts still under way are cancelled."""
        for attempt in list(self._attempts.values()):
            attempt.done.cancel()
        if self._ticking is not None:
            self._ticking.cancel()
        if self._epoll is not None:
            with contextlib.suppress(RuntimeError):
                asyncio.get_running_loop().remove_reader(self._epoll.fileno())
            self._epoll.close()
            self._epoll = None

    def _add(self, sock: socket.socket) -> _Attempt:
        loop = asyncio.get_running_loop()
        if self._epoll is None:
            self._epoll = select.epoll()
            loop.add_reader(self._epoll.fileno(), self._read_ready)
        attempt = _Attempt(sock, loop.time() + self._timeout, loop.create_future())
        self._attempts[sock.fileno()] = attempt
        self._queue.append(attempt)
        self._epoll.register(sock.fileno(), select.EPOLLOUT | select.EPOLLERR | select.EPOLLHUP)
        if self._ticking is None:
            self._ticking = loop.call_later(_TICK, self._tick)
        return attempt

    def _forget(self, attempt: _Attempt) -> None:
        number = attempt.sock.fileno()
        if self._attempts.get(number) is attempt:
            del self._attempts[number]
            if self._epoll is not None:
                with contextlib.suppress(OSError):
                    self._epoll.unregister(number)

    def _read_ready(self) -> None:
        """Settle every attempt that the kernel has an answer for."""
        while self._epoll is not None and (ready := self._epoll.poll(0, _EVENTS)):
            for number, _ in ready:
                attempt = self._attempts[number]
                self._settle(attempt, attempt.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))

    def _settle(self, attempt: _Attempt, number: int) -> None:
        self._forget(attempt)
        if not attempt.done.done():
            attempt.done.set_result(number)

    def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        self._read_ready()
        while self._queue and (self._queue[0].done.done() or self._queue[0].deadline <= now):
            attempt = self._queue.popleft()
            if not attempt.done.done():
                self._settle(attempt, errno.ETIMEDOUT)
        self._ticking = loop.call_later(_TICK, self._tick) if self._queue else None


def _at_once(number: int) -> int:
    """What connect() gave immediately: loopback answers at once, all else means that nothing left this host."""
    if number == errno.ECONNREFUSED:
        return number
    raise OSError(number, errno.errorcode.get(number, "connect"))


def tcp_socket(address: str) -> socket.socket:
    """A non-blocking TCP socket of the address' family.

    Raises:
        OSError: no descriptor or buffer is left.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def reset(sock: socket.socket) -> None:
    """Close at once with a reset: one packet, and the peer keeps no state."""
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    sock.close()
