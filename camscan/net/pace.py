"""How fast: in all, to each host, and for what a router on the way has to remember."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, nullcontext

from camscan.net.line import Line

_BURST_SECONDS = 0.01
_BURST = 1.0
"""Packets that are let through at once, at least."""
_SAVED_SECONDS = 0.03
"""Of a stall of the event loop, what is made up for."""
_TICKS = 500
"""Parts of a second in which packets are counted together."""
_SHORTEST_WAIT = 0.001
_LOOK = 0.05
"""Seconds between looks at what open lines have sent, while somebody waits for room."""


class Pace:
    """The pace of the whole scan: packets wait here, first come, first served.

    No second holds more than `rate`: what is let out is counted when it goes, and two bursts of it are left to packets
    that the kernel sends by itself (see `charge`). Within that second they are spread evenly, but for what a stall of
    the event loop has cost: so much is made up for.
    A count above all that is let out alone, and paid off by those after it.
    """

    def __init__(self, rate: float) -> None:
        burst = max(_BURST, rate * _BURST_SECONDS)
        self._most = max(rate - 2 * burst, rate / 2)
        self._saved = min(max(_BURST, rate * _SAVED_SECONDS), self._most)
        self._tokens = self._saved
        self._at = -math.inf
        self._granted = 0.0
        self._gone: deque[tuple[int, float]] = deque()
        self._gone_in_all = 0.0
        self._waiting: deque[tuple[float, asyncio.Future[None]]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    async def take(self, count: float) -> None:
        """Wait until `count` packets may be sent; they are to be sent at once."""
        if not self._waiting and self._wait(count) <= 0:
            self.charge(count)
            return
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((count, place))
        self._schedule()
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():  # granted, and nobody there to use it
                self._granted -= count
                self._tokens += count
            raise
        self._granted -= count
        self._note(count)

    def charge(self, count: float) -> None:
        """Count packets that have gone out unasked: those who come later wait for it."""
        self._tokens -= count
        self._note(count)

    def _wait(self, count: float) -> float:
        """Seconds until so many may go, as things stand."""
        now = asyncio.get_running_loop().time()
        self._tokens = min(self._saved, self._tokens + (now - self._at) * self._most)
        self._at = now
        while self._gone and self._gone[0][0] < now * _TICKS - _TICKS - 1:
            self._gone_in_all -= self._gone.popleft()[1]
        wait = (min(count, self._saved) - self._tokens) / self._most
        others = self._gone_in_all + self._granted
        if others > 0 and others + count > self._most:
            oldest = (self._gone[0][0] + 1) / _TICKS + 1 - now if self._gone else 0.0
            return max(wait, oldest, _SHORTEST_WAIT)
        return wait

    def _note(self, count: float) -> None:
        tick = int(asyncio.get_running_loop().time() * _TICKS)
        if self._gone and self._gone[-1][0] == tick:
            count_before = self._gone.pop()[1]
            self._gone.append((tick, count_before + count))
        else:
            self._gone.append((tick, count))
        self._gone_in_all += count

    def _schedule(self) -> None:
        if self._timer is None and self._waiting:
            wait = max(self._wait(self._waiting[0][0]), _SHORTEST_WAIT)
            self._timer = asyncio.get_running_loop().call_later(wait, self._release)

    def _release(self) -> None:
        self._timer = None
        while self._waiting and (self._waiting[0][1].done() or self._wait(self._waiting[0][0]) <= 0):
            count, place = self._waiting.popleft()
            if not place.done():
                self._tokens -= count
                self._granted += count
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
