"""Token buckets: in all, for each host, and for what a router on the way has to remember."""

from __future__ import annotations

import asyncio
from collections import deque

_BURST_SECONDS = 0.02
_HOST_BURST = 4


class Pace:
    """A strict token bucket with a first-come-first-served queue.

    In no window of one second does it let through more than `rate`: what the bucket may hold is taken off the refill.
    """

    def __init__(self, rate: int, *, burst: float | None = None) -> None:
        self._burst = burst if burst is not None else max(1.0, rate * _BURST_SECONDS)
        self._refill = max(rate - self._burst, rate * 0.5)
        self._tokens = self._burst
        self._at = 0.0
        self._waiting: deque[tuple[float, asyncio.Future[None]]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    async def take(self, count: float) -> None:
        """Wait until `count` packets may be sent."""
        loop = asyncio.get_running_loop()
        self._fill(loop.time())
        if not self._waiting and self._enough(count):
            self._tokens -= count
            return
        place: asyncio.Future[None] = loop.create_future()
        self._waiting.append((count, place))
        self._schedule(loop)
        await place

    def charge(self, count: float) -> None:
        """Account for packets that were sent without asking first, such as acknowledgements; later ones wait for it."""
        self._tokens -= count

    def _enough(self, count: float) -> bool:
        return self._tokens >= min(count, self._burst)

    def _fill(self, now: float) -> None:
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._refill)
        self._at = now

    def _schedule(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._timer is None and self._waiting:
            missing = min(self._waiting[0][0], self._burst) - self._tokens
            self._timer = loop.call_later(max(missing / self._refill, 0.001), self._release, loop)

    def _release(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        self._fill(loop.time())
        while self._waiting and (self._waiting[0][1].done() or self._enough(self._waiting[0][0])):
            count, place = self._waiting.popleft()
            if not place.done():
                self._tokens -= count
                place.set_result(None)
        self._schedule(loop)


class HostLimit:
    """What one host is spared: packets a second, connections at once; and how it bears up."""

    _FADED_AFTER = 3

    def __init__(self, rate: int, connections: int) -> None:
        self._rate = rate
        self.pace = Pace(rate, burst=min(_HOST_BURST, rate / 4))
        self.slots = asyncio.Semaphore(connections)
        self.attending = 0
        self.answered = False
        self._silences = 0
        self.faded = False

    def record(self, *, answered: bool) -> None:
        """Note how an exchange on an open port ended; a host that answered and then stops is asked at half the pace."""
        if answered:
            self.answered, self._silences = True, 0
            return
        self._silences += 1
        if self.answered and self._silences == self._FADED_AFTER:
            self.faded = True
            self._rate = max(1, self._rate // 2)
            self.pace = Pace(self._rate, burst=1)


class FlowBudget:
    """Bounds the connections that a router on the way tracks for us, each until its time-out has run out."""

    TCP_SECONDS = 120.0
    """Linux' default for a half-open and for a closed connection (nf_conntrack_tcp_timeout_syn_sent, _time_wait)."""
    UDP_SECONDS = 120.0
    """Linux' default for an answered UDP stream; an unanswered one is dropped after 30 s."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._ends: deque[float] = deque()
        self._queue = asyncio.Lock()

    async def take(self, seconds: float) -> None:
        """Wait until the router has forgotten enough of our flows to track one more for `seconds`."""
        loop = asyncio.get_running_loop()
        async with self._queue:
            while len(self._ends) >= self._limit:
                wait = self._ends[0] - loop.time()
                if wait <= 0:
                    self._ends.popleft()
                else:
                    await asyncio.sleep(wait)
            self._ends.append(max(loop.time() + seconds, self._ends[-1] if self._ends else 0.0))
