"""The packets to one host within the last second, and those that sockets and the kernel may yet send."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from camscan.net.exchange.tcp import TcpSocket
from camscan.net.pacing.pace import SHORTEST_WAIT

_LOOK = 0.05  # seconds between checks of what open sockets have sent, while somebody waits for room


def spacing(rate: float, connections: int) -> float:
    """Seconds between two packets to one host; leaves room for one packet of the kernel for each connection."""
    return 1 / max(rate - connections - 1, rate / 2)


class Window:
    """A sliding window over the packets to one host: at most `rate` a second, including what the kernel may yet send.

    A sent packet counts for a second. What an open socket may still send by itself counts for as long as it may.
    A sender holds `turn` from checking the window until its packets are sent. `granted` counts reserved packets (see
    `Reservation`).
    """

    def __init__(self, rate: int) -> None:
        self._rate = self._limit = rate
        self._sent: deque[float] = deque()
        self.granted = 0
        self._sockets: set[TcpSocket] = set()
        self._free_at = -math.inf
        self.turn = asyncio.Lock()

    def reserve(self, count: int, *, ahead: bool = False) -> Reservation:
        """Wait until `count` more packets fit, and reserve them during the body of an `async with`.

        `ahead`: skip the queue. For open sockets, whose reservations are released only when they are done.
        """
        return Reservation(self, count, ahead)

    def fits(self, count: int) -> bool:
        """Whether so many more packets may be sent now; any number if there is nothing else in the window."""
        self._look()
        held = len(self._sent) + self._held
        most = self._limit if self._sent else self._rate
        return held + min(count, most) <= most or not held

    def note(self, count: int) -> None:
        """Count packets as sent just now."""
        self._sent.extend([_now()] * count)

    def recall(self, times: Iterable[float]) -> None:
        """Count packets sent at these times, in order, before anything else was counted."""
        self._sent.extend(times)

    def add(self, sock: TcpSocket) -> None:
        """Reserve what the socket may still send, and count what it sends."""
        self._sockets.add(sock)

    def settle(self, sock: TcpSocket) -> None:
        """Count what a closed socket has sent in all, and what the kernel may yet send for it."""
        self._sockets.discard(sock)
        self._note(sock)
        self.note(sock.afterwards)

    def slow_down(self) -> None:
        """Halve the rate."""
        self._limit = max(1, self._limit // 2)

    @property
    def _held(self) -> int:
        return self.granted + sum(max(sock.charged - sock.noted, 0) for sock in self._sockets)

    async def wait_for_room(self, count: int) -> None:
        """Wait for room, and for the minimum gap after the packet before."""
        if (wait := self._free_at - _now()) > 0:
            await asyncio.sleep(wait)
        while not self.fits(count):  # noqa: ASYNC110 - time itself makes room
            await asyncio.sleep(self._wait())
        self._free_at = _now() + 1 / self._limit

    def _wait(self) -> float:
        oldest = self._sent[0] + 1 - _now() if self._sent else _LOOK
        return min(max(oldest, SHORTEST_WAIT), _LOOK if self._held else 1.0)

    def _look(self) -> None:
        for sock in self._sockets:
            sock.count()
            self._note(sock)
        now = _now()
        while self._sent and self._sent[0] < now - 1:
            self._sent.popleft()

    def _note(self, sock: TcpSocket) -> None:
        self.note(sock.packets - sock.noted)
        sock.noted = sock.packets


@dataclass(frozen=True, slots=True)
class Reservation:
    """See `Window.reserve`. A class, as a generator would cost more than everything else here, for every request."""

    window: Window
    count: int
    ahead: bool

    async def __aenter__(self) -> None:
        if not self.ahead:
            await self.window.turn.acquire()
        try:
            await self.window.wait_for_room(self.count)
        except BaseException:
            self._end_turn()
            raise
        self.window.granted += self.count

    async def __aexit__(self, *_: object) -> None:
        self.window.granted -= self.count
        self._end_turn()

    def _end_turn(self) -> None:
        if not self.ahead:
            self.window.turn.release()


def _now() -> float:
    return asyncio.get_running_loop().time()
