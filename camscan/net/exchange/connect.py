"""Non-blocking TCP connects in bulk, on one epoll of their own inside the event loop.

asyncio's own connect loses hosts under load: its timers fire before ready sockets have been checked. Here each timeout
starts at its own connect(), and ready sockets are handled before any attempt is timed out.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import select
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from camscan.net.exchange.tcp import TcpSocket
from camscan.system import icmperrors

SENT_AGAIN = 1.0  # seconds after which the kernel sends an unanswered SYN again (RFC 6298, 2.1)
_TICK = 0.02
_EVENTS = 512
_MASK = select.EPOLLOUT | select.EPOLLERR | select.EPOLLHUP


@dataclass(slots=True, eq=False)
class Attempt:
    """A pending connect. `resent` is called just before the kernel retransmits its SYN, `done` with its errno."""

    sock: TcpSocket
    number: int
    started: float
    done: Callable[[int], None]
    resent: Callable[[TcpSocket], None]
    over: bool = False


class Connector:
    """Connects sockets; one per event loop. Each attempt times out `timeout` seconds after its connect()."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._epoll = select.epoll()
        self._reading = False
        self._waiting: set[asyncio.Future[int]] = set()
        self._attempts: dict[int, Attempt] = {}
        self._unsent: deque[Attempt] = deque()
        self._queue: deque[Attempt] = deque()
        self._ticking: asyncio.TimerHandle | None = None

    async def connect(self, sock: TcpSocket, address: str, port: int, resent: Callable[[TcpSocket], None]) -> int:
        """Connect a non-blocking socket, which the caller closes in any case.

        Returns 0, the errno that the network answered with, or ETIMEDOUT. Raises OSError if this host did not let the
        attempt out (no route, no buffer, forbidden).
        """
        ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        def done(number: int) -> None:
            if not ended.done():
                ended.set_result(number)

        attempt = self.start(sock, address, port, done, resent)
        self._waiting.add(ended)
        try:
            return await ended
        finally:
            self._waiting.discard(ended)
            self.forget(attempt)

    def start(
        self, sock: TcpSocket, address: str, port: int, done: Callable[[int], None], resent: Callable[[TcpSocket], None]
    ) -> Attempt:
        """Start to connect a non-blocking socket; `done` is called later, unless the attempt is forgotten before.

        Raises OSError if this host did not let the attempt out (no route, no buffer, forbidden).
        """
        number = sock.connect_ex((address, port))
        loop = asyncio.get_running_loop()
        attempt = Attempt(sock, sock.fileno(), loop.time(), done, resent)
        if number == errno.EINPROGRESS:
            self._add(attempt)
        elif number in (0, errno.ECONNREFUSED):  # loopback answers at once
            loop.call_soon(self._settle, attempt, icmperrors.by_source(sock, number))
        else:
            raise OSError(number, errno.errorcode.get(number, "connect"))
        return attempt

    def forget(self, attempt: Attempt) -> None:
        """Drop an attempt: `done` is not called any more, and its socket may be closed."""
        attempt.over = True
        if self._attempts.get(attempt.number) is attempt:
            del self._attempts[attempt.number]
            self._let_go(attempt.number)

    def close(self) -> None:
        """Close the epoll; pending attempts are cancelled."""
        for ended in self._waiting:
            ended.cancel()
        if self._ticking is not None:
            self._ticking.cancel()
        if self._reading:
            asyncio.get_running_loop().remove_reader(self._epoll.fileno())
            self._reading = False
        self._epoll.close()

    def _add(self, attempt: Attempt) -> None:
        loop = asyncio.get_running_loop()
        if not self._reading:
            loop.add_reader(self._epoll.fileno(), self._read_ready)
            self._reading = True
        self._epoll.register(attempt.number, _MASK)
        self._attempts[attempt.number] = attempt
        self._unsent.append(attempt)
        self._queue.append(attempt)
        if self._ticking is None:
            self._ticking = loop.call_later(_TICK, self._tick)

    def _read_ready(self) -> None:
        """Finish every attempt for which the kernel has a result."""
        more = True
        while more:
            ready = self._epoll.poll(0, _EVENTS)
            more = len(ready) == _EVENTS
            for number, _ in ready:
                attempt = self._attempts.get(number)
                if attempt is None:  # given up because of one before it in this batch, or not let go of at once
                    self._let_go(number)
                elif (result := _ended(attempt.sock)) is not None:
                    self._settle(attempt, result)

    def _let_go(self, number: int) -> None:
        """Unregister a descriptor; if that fails, it is tried again at its next event."""
        if not self._epoll.closed:
            with contextlib.suppress(OSError):
                self._epoll.unregister(number)

    def _settle(self, attempt: Attempt, number: int) -> None:
        if not attempt.over:
            self.forget(attempt)
            attempt.done(number)

    def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        self._read_ready()
        while self._unsent and (self._unsent[0].over or self._unsent[0].started <= now + _TICK - SENT_AGAIN):
            attempt = self._unsent.popleft()
            if not attempt.over:
                attempt.resent(attempt.sock)
        while self._queue and (self._queue[0].over or self._queue[0].started <= now - self._timeout):
            self._settle(self._queue.popleft(), errno.ETIMEDOUT)
        self._ticking = loop.call_later(_TICK, self._tick) if self._queue else None


def _ended(sock: TcpSocket) -> int | None:
    """See `icmperrors.ended`; if it cannot be read, the errno of that."""
    try:
        return icmperrors.ended(sock)
    except OSError as error:
        return error.errno or errno.EIO
