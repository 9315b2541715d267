"""Token buckets: in all, for each host, and for what a router on the way has to remember."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, nullcontext

from camscan.net.line import Line

_BURST_SECONDS = 0.01
_BURST = 1.0
"""Packets that a bucket lets through at once, at least."""
_SHORTEST_WAIT = 0.001
_LOOK = 0.05
"""Seconds between looks at what open lines have sent, while somebody waits for room."""


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

    def charge(self, count: float) -> None:
        """Take tokens off, whether or not they are there: those who come later wait for it."""
        self._fill()
        self._tokens -= count

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
    """Seconds between two packets to one host, where each connection may have the kernel send one more by itself."""
    return 1 / max(rate - connections - 1, rate / 2)


class Window:
    """The packets to one host: in any second no more than `rate`, those included that the kernel may yet send.

    What is known to have gone out is held for a second, and what an open line may still send without being asked is
    held for as long as it may. Whoever sends holds `turn` from the look at the window until it has what it needs.
    """

    def __init__(self, rate: int) -> None:
        self._rate = self._limit = rate
        self._sent: deque[float] = deque()
        self._granted = 0
        self._lines: set[Line] = set()
        self._free_at = -math.inf
        self.turn = asyncio.Lock()

    @asynccontextmanager
    async def place(self, count: int, *, ahead: bool = False) -> AsyncIterator[None]:
        """Wait until `count` more packets fit, and keep room for them until the body is over.

        `ahead`: do not wait for those who came before. It is for open lines: what they hold is free once they end.
        """
        async with nullcontext() if ahead else self.turn:
            await self._room(count)
            self._granted += count
            try:
                yield
            finally:
                self._granted -= count

    def fits(self, count: int) -> bool:
        """Whether so many more packets may go out now; where nothing else does, any number."""
        self._look()
        held = len(self._sent) + self._held
        most = self._limit if self._sent else self._rate
        return held + min(count, most) <= most or not held

    def note(self, count: int) -> None:
        """Count packets that have gone out by now."""
        self._sent.extend([_now()] * count)

    def recall(self, times: Iterable[float]) -> None:
        """Count packets that went out at those times, in order, before anything else was known."""
        self._sent.extend(times)

    def add(self, line: Line) -> None:
        """Hold what the line may still send, and count what it sends."""
        self._lines.add(line)

    def settle(self, line: Line) -> None:
        """Count all that a closed line has sent."""
        self._lines.discard(line)
        self._note(line)

    def slow_down(self) -> None:
        """From now on, half as much."""
        self._limit = max(1, self._limit // 2)

    @property
    def _held(self) -> int:
        return self._granted + sum(max(line.charged - line.noted, 0) for line in self._lines)

    async def _room(self, count: int) -> None:
        """Wait for room, and for some time after the one before, so that packets are not all sent at once."""
        await asyncio.sleep(self._free_at - _now())
        while not self.fits(count):  # noqa: ASYNC110 - time itself makes room
            await asyncio.sleep(self._wait())
        self._free_at = _now() + 1 / self._limit

    def _wait(self) -> float:
        oldest = self._sent[0] + 1 - _now() if self._sent else _LOOK
        return min(max(oldest, _SHORTEST_WAIT), _LOOK if self._held else 1.0)

    def _look(self) -> None:
        for line in self._lines:
            line.count()
            self._note(line)
        now = _now()
        while self._sent and self._sent[0] < now - 1:
            self._sent.popleft()

    def _note(self, line: Line) -> None:
        self.note(line.packets - line.noted)
        line.noted = line.packets


class HostLimit:
    """What one host is spared: packets a second, connections at once; and how it bears up."""

    _FADED_AFTER = 3

    def __init__(self, rate: int, connections: int, flows: FlowBudget | None = None) -> None:
        self.window = Window(rate)
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
            self.window.slow_down()


def _now() -> float:
    return asyncio.get_running_loop().time()
