"""Token buckets: in all, for each host, and for what a router on the way has to remember."""

from __future__ import annotations

import asyncio
import math
from collections import deque

_BURST_SECONDS = 0.01
_BURST = 1.0
"""Packets that a bucket lets through at once, at least."""
_UNASKED = 2
_SHORTEST_WAIT = 0.001


class Bucket:
    """Tokens that come back at a steady rate, `rate` a second at most in any window of one second.

    What the bucket may hold is taken off its refill, so that a full bucket and a second's refill stay within the rate;
    `refill` is what then comes back each second.
    A count above the burst is let through once the bucket is full, and paid off by those after it.
    """

    def __init__(self, rate: float, burst: float) -> None:
        self._burst = min(burst, rate)
        self.refill = max(rate - self._burst, rate / 2)
        self._tokens = self._burst
        self._at = -math.inf

    async def ready(self, count: float) -> None:
        """Wait until `count` tokens are there; nothing is taken. For one waiter at a time."""
        while True:
            missing = self._missing(count)
            if missing <= 0:
                return
            await asyncio.sleep(max(missing / self.refill, _SHORTEST_WAIT))

    def charge(self, count: float) -> None:
        """Take tokens off, whether or not they are there: those who come later wait for it."""
        self._fill()
        self._tokens -= count

    def slow_down(self) -> None:
        """From now on, refill half as fast."""
        self._fill()
        self.refill /= 2

    def _missing(self, count: float) -> float:
        self._fill()
        return min(count, self._burst) - self._tokens

    def _fill(self) -> None:
        now = asyncio.get_running_loop().time()
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self.refill)
        self._at = now


class Pace(Bucket):
    """A bucket with a first-come-first-served queue: the pace of the whole scan.

    Two more bursts are taken off the rate: one that was granted just before the event loop stalled and goes out with
    the next, and one of packets that the kernel sends by itself (see `charge`) after the last that was let through.
    """

    def __init__(self, rate: float) -> None:
        burst = max(_BURST, rate * _BURST_SECONDS)
        super().__init__(max(rate - 2 * burst, rate / 2), burst)
        self._waiting: deque[tuple[float, asyncio.Future[None]]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    async def take(self, count: float) -> None:
        """Wait until `count` packets may be sent."""
        if not self._waiting and self._missing(count) <= 0:
            self._tokens -= count
            return
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((count, place))
        self._schedule()
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():  # granted, and nobody there to use it
                self._tokens += count
            raise

    def _schedule(self) -> None:
        if self._timer is None and self._waiting:
            wait = max(self._missing(self._waiting[0][0]) / self.refill, _SHORTEST_WAIT)
            self._timer = asyncio.get_running_loop().call_later(wait, self._release)

    def _release(self) -> None:
        self._timer = None
        while self._waiting and (self._waiting[0][1].done() or self._missing(self._waiting[0][0]) <= 0):
            count, place = self._waiting.popleft()
            if not place.done():
                self._tokens -= count
                place.set_result(None)
        self._schedule()


class FlowBudget:
    """Bounds the connections that a router on the way tracks for us, each until its time-out has run out."""

    TCP_SECONDS = 122.0
    """Linux' default for a half-open and for a closed connection (nf_conntrack_tcp_timeout_syn_sent, _time_wait) is two
    minutes; a SYN that is sent again after a second begins them anew."""
    UDP_SECONDS = 120.0
    """Linux' default for an answered UDP stream; an unanswered one is dropped after 30 s."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._ends: deque[float] = deque()
        self._queue = asyncio.Lock()

    async def take(self, seconds: float) -> None:
        """Wait until the router has forgotten enough of our flows to track one more for `seconds`."""
        async with self._queue:
            wait = self.wait()
            while wait > 0:
                await asyncio.sleep(max(wait, _SHORTEST_WAIT))
                wait = self.wait()
            self.note(seconds)

    def wait(self) -> float:
        """Seconds until the router has room for one more flow, as things stand."""
        now = asyncio.get_running_loop().time()
        while self._ends and self._ends[0] <= now:
            self._ends.popleft()
        return self._ends[0] - now if len(self._ends) >= self._limit else 0.0

    def note(self, seconds: float) -> None:
        """Count one more flow, tracked for `seconds`."""
        self._ends.append(asyncio.get_running_loop().time() + seconds)


def spacing(rate: float, connections: int) -> float:
    """Seconds between two packets to one host, where nothing may be saved up."""
    return 1 / _host_bucket(rate, connections).refill


def _host_bucket(rate: float, connections: int) -> Bucket:
    """A bucket whose rate leaves room for what goes out unasked.

    That is a packet of each connection under way, and what an exchange sends above it.
    """
    return Bucket(max(rate - connections - _UNASKED, rate / 2), _BURST)


class HostLimit:
    """What one host is spared: packets a second, connections at once; and how it bears up.

    Whoever sends holds `turn` from the look at `bucket` until the packet is out, so that no wait for the pace of the
    whole scan can push a host's packets together.
    """

    _FADED_AFTER = 3

    def __init__(self, rate: float, connections: int, flows: FlowBudget | None = None) -> None:
        self.bucket = _host_bucket(rate, connections)
        self.turn = asyncio.Lock()
        self.slots = asyncio.Semaphore(connections)
        self.flows = flows
        self.attending = 0
        self.faded = False
        self._spoke: set[int] = set()
        self._silences = 0
        self._connects: deque[float] = deque()

    def note_connect(self) -> int:
        """Note a connection attempt; returns how many there were within the last second."""
        now = asyncio.get_running_loop().time()
        self._connects.append(now)
        while self._connects[0] <= now - 1:
            self._connects.popleft()
        return len(self._connects)

    def heard(self, port: int) -> None:
        """Note that an exchange on the port was answered."""
        self._spoke.add(port)
        self._silences = 0

    def missed(self, port: int, *, connected: bool) -> None:
        """Note that an exchange on an open port was not; a host that has spoken and then stops is asked half as fast.

        A port that accepts but has never spoken says nothing about its host.
        """
        if not self._spoke or (connected and port not in self._spoke):
            return
        self._silences += 1
        if self._silences == self._FADED_AFTER and not self.faded:
            self.faded = True
            self.bucket.slow_down()
