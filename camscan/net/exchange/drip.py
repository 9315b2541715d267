"""Protects from peers that send a few bytes now and then, for as long as somebody reads."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable

from camscan.net import budget
from camscan.net.exchange.tcp import TcpSocket

_SHORTEST = 0.02  # seconds between two looks, at least


class DripGuard:
    """Calls `give_up` with a reason if a peer, once it has begun to answer, sends too few bytes in too long a time.

    Time during which reading is held for our own pace does not count.
    """

    def __init__(self, sock: TcpSocket, give_up: Callable[[str], None]) -> None:
        self._sock = sock
        self._give_up = give_up
        self._came = 0
        self._held = 0.0
        self._due = math.inf
        self._timer: asyncio.TimerHandle | None = None
        sock.at_overrun = self._overrun

    def came(self, count: int) -> None:
        """Count received bytes; the first start the watch."""
        self._came += count
        if self._due == math.inf:
            self._wait()

    def stop(self) -> None:
        """Stop watching until bytes are received again."""
        self._due = math.inf

    def close(self) -> None:
        """Cancel the timer, which `stop` leaves alone because most answers are complete long before it fires.

        `give_up` is dropped as well: with its owner, it would be a cycle that only the garbage collector frees.
        """
        self.stop()
        self._give_up = _tell_nobody
        self._sock.at_overrun = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _overrun(self, why: str) -> None:
        self.stop()
        self._give_up(why)

    def _wait(self) -> None:
        self._came, self._held = 0, self._sock.held_in_all
        self._look_in(budget.SILENCE)

    def _look_in(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        self._due = loop.time() + seconds
        if self._timer is None:
            self._timer = loop.call_at(self._due, self._ring)

    def _ring(self) -> None:
        """Check now, or set the timer again if it was meant for something that is over."""
        loop, self._timer = asyncio.get_running_loop(), None
        if self._due <= loop.time():
            self._look()
        elif self._due < math.inf:
            self._timer = loop.call_at(self._due, self._ring)

    def _look(self) -> None:
        held = self._sock.held_in_all - self._held
        if self._came >= budget.LEAST_BYTES:
            self._wait()
        elif held > 0:
            self._held += held
            self._look_in(max(held, _SHORTEST))
        else:
            self._due = math.inf
            what = f"gave less than {budget.LEAST_BYTES} bytes in" if self._came else "said nothing for"
            self._give_up(f"{what} {budget.SILENCE:g} s")


def _tell_nobody(_why: str) -> None:
    pass
