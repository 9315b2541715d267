"""Non-blocking TCP connects in bulk, on one epoll of their own inside the event loop.

A sweep through asyncio's own connect loses hosts under load: its timers fire before starved sockets have been looked
at. Here each deadline starts at its own connect(), and sockets that are ready are read before any is expired.
"""

from __future__ import annotations

import asyncio
import errno
import select
import socket
from collections import deque
from dataclasses import dataclass

_TICK = 0.02
_EVENTS = 512
_MASK = select.EPOLLOUT | select.EPOLLERR | select.EPOLLHUP


@dataclass(slots=True)
class _Attempt:
    sock: socket.socket
    number: int
    deadline: float
    done: asyncio.Future[int]


class Connector:
    """Connects sockets; one per event loop. `timeout` seconds is the time that each attempt has from its connect()."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._epoll = select.epoll()
        self._reading = False
        self._attempts: dict[int, _Attempt] = {}
        self._queue: deque[_Attempt] = deque()
        self._ticking: asyncio.TimerHandle | None = None

    async def connect(self, sock: socket.socket, address: str, port: int) -> int:
        """Connect a non-blocking socket; the caller closes it, whatever comes of it.

        Returns 0, the errno that the network answered with, or ETIMEDOUT.

        Raises:
            OSError: this host did not let the attempt out (no route, no buffer, forbidden).
        """
        number = sock.connect_ex((address, port))
        if number == errno.EINPROGRESS:
            attempt = self._add(sock)
            try:
                return await attempt.done
            finally:
                self._forget(attempt)
        if number in (0, errno.ECONNREFUSED):  # loopback answers at once
            return number
        raise OSError(number, errno.errorcode.get(number, "connect"))

    def close(self) -> None:
        """Let go of the epoll; attempts still under way are cancelled."""
        for attempt in list(self._attempts.values()):
            attempt.done.cancel()
        if self._ticking is not None:
            self._ticking.cancel()
        if self._reading:
            asyncio.get_running_loop().remove_reader(self._epoll.fileno())
            self._reading = False
        self._epoll.close()

    def _add(self, sock: socket.socket) -> _Attempt:
        loop = asyncio.get_running_loop()
        if not self._reading:
            loop.add_reader(self._epoll.fileno(), self._read_ready)
            self._reading = True
        number = sock.fileno()
        self._epoll.register(number, _MASK)
        attempt = _Attempt(sock, number, loop.time() + self._timeout, loop.create_future())
        self._attempts[number] = attempt
        self._queue.append(attempt)
        if self._ticking is None:
            self._ticking = loop.call_later(_TICK, self._tick)
        return attempt

    def _forget(self, attempt: _Attempt) -> None:
        if self._attempts.get(attempt.number) is attempt:
            del self._attempts[attempt.number]
            if not self._epoll.closed:
                self._epoll.unregister(attempt.number)

    def _read_ready(self) -> None:
        """Settle every attempt that the kernel has an answer for."""
        while ready := self._epoll.poll(0, _EVENTS):
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
