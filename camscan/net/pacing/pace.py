"""How fast in all, and for what a router on the way has to remember."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from typing import TypeAlias

_BURST_SECONDS = 0.01
_BURST = 1.0
"""Packets that are let through at once, at least."""
_SAVED_SECONDS = 0.03
"""Of a stall of the event loop, what is made up for."""
_AT_ONCE = 1.5
"""Bursts that may go at once after it; the rest of what it cost follows at `_CATCHING_UP` times the pace."""
_CATCHING_UP = 1.25
_TICKS = 500
"""Parts of a second in which packets are counted together."""
SHORTEST_WAIT = 0.001
_KERNEL_LATE = 0.064
"""Seconds by which the kernel's timers of a second may be late: 8 ticks of its clock at 250 Hz, 64 at 1,000 Hz."""


_Place: TypeAlias = tuple[float, asyncio.Future[None]]
"""Packets that are waited for, and who waits."""


class Pace:
    """The pace of the whole scan: packets wait here, first come, first served, in two queues that share it.

    No second holds more than `rate`: what is let out is counted when it goes, and two bursts of it are left to packets
    that the kernel sends by itself (see `charge`). Within that second they are spread evenly, but for what a stall of
    the event loop has cost: so much is made up for, bit by bit. Those that wait go by the burst, unless a scout waits,
    which asks for one after the other: an idle event loop that is woken for each costs a fifth more.
    A count above all that is let out alone, and paid off by those after it.
    """

    def __init__(self, rate: float) -> None:
        burst = max(_BURST, rate * _BURST_SECONDS)
        self._most = max(rate - 2 * burst, rate / 2)
        self._saved = min(max(_BURST, rate * _SAVED_SECONDS), self._most)
        self._tokens = self._saved
        self._most_at_once = min(burst * _AT_ONCE, self._saved)
        self._room = self._most_at_once
        self._at = -math.inf
        self._granted = 0.0
        self._gone: deque[tuple[int, float]] = deque()
        self._going: deque[tuple[int, float]] = deque()
        """What has gone out, and what may have: with the tick at which it had at the latest."""
        self._gone_in_all = 0.0
        self._waiting: deque[_Place] = deque()
        self._scouting: deque[_Place] = deque()
        self._scouted = 0.0
        """What the one queue was let out while the other waited, and that has not had as much since."""
        self._timer: asyncio.TimerHandle | None = None

    async def take(self, count: float, *, scouting: bool = False) -> None:
        """Wait until `count` packets may be sent; they are to be sent at once.

        `scouting`: what asks many addresses for a sign of life waits in a queue of its own, which gets half of the
        pace. Else each of the hosts that are being covered would have as many turns as all other addresses together.
        """
        if not self._waiting and not self._scouting and self._wait(count) <= 0:
            self.charge(count)
            return
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        (self._scouting if scouting else self._waiting).append((count, place))
        if scouting and len(self._scouting) == 1 and self._timer is not None:  # it may be set for a burst
            self._timer.cancel()
            self._timer = None
        self._schedule()
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():  # granted, and nobody there to use it
                self._granted -= count
                self._spend(-count)
            raise
        self._granted -= count
        self._note(count)

    def charge(self, count: float, *, due: bool = False) -> None:
        """Count packets that have gone out unasked, or that the kernel's timer is `due` to send.

        Those who come later wait for it.
        """
        self._spend(count)
        self._note(count, due=due)

    def _spend(self, count: float) -> None:
        self._tokens -= count
        self._room -= count

    def give_back(self, count: float) -> None:
        """Take back what was granted to what scouts many addresses, and is not sent."""
        self._scouted = max(self._scouted - count, 0.0)
        self.charge(-count)

    def _wait(self, count: float) -> float:
        """Seconds until so many may go, as things stand."""
        now = asyncio.get_running_loop().time()
        earned = (now - self._at) * self._most
        self._tokens = min(self._saved, self._tokens + earned)
        self._room = min(self._most_at_once, self._room + earned * _CATCHING_UP)
        self._at = now
        for gone in (self._gone, self._going):
            while gone and gone[0][0] < now * _TICKS - _TICKS - 1:
                self._gone_in_all -= gone.popleft()[1]
        wait = (min(count, self._saved) - self._tokens) / self._most
        wait = max(wait, (min(count, self._most_at_once) - self._room) / (self._most * _CATCHING_UP))
        others = self._gone_in_all + self._granted
        if others > 0 and others + count > self._most:
            oldest = min((gone[0][0] for gone in (self._gone, self._going) if gone), default=0)
            return max(wait, (oldest + 1) / _TICKS + 1 - now, SHORTEST_WAIT)
        return wait

    def _note(self, count: float, *, due: bool = False) -> None:
        gone, late = (self._going, _KERNEL_LATE) if due else (self._gone, 0.0)
        tick = int((asyncio.get_running_loop().time() + late) * _TICKS)
        in_tick = gone.pop()[1] if gone and gone[-1][0] == tick else 0.0
        gone.append((tick, in_tick + count))
        self._gone_in_all += count

    def _schedule(self) -> None:
        first = self._first()
        if self._timer is None and first is not None:
            least = SHORTEST_WAIT if self._scouting else _BURST_SECONDS
            wait = max(self._wait(first[0]), least)
            self._timer = asyncio.get_running_loop().call_later(wait, self._release)

    def _first(self) -> _Place | None:
        """Whose turn it is; who has given up waiting leaves the queue."""
        for queue in (self._waiting, self._scouting):
            while queue and queue[0][1].done():
                queue.popleft()
        queue = self._queue()
        return queue[0] if queue else None

    def _queue(self) -> deque[_Place]:
        scouting_first = self._scouting and (not self._waiting or self._scouted <= 0)
        return self._scouting if scouting_first else self._waiting

    def _release(self) -> None:
        self._timer = None
        while (first := self._first()) is not None and self._wait(first[0]) <= 0:
            queue = self._queue()
            count, place = queue.popleft()
            if queue is self._waiting:
                self._scouted = max(self._scouted - count, 0.0)
            elif self._waiting:
                self._scouted += count
            self._spend(count)
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
                await asyncio.sleep(max(wait, SHORTEST_WAIT))
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
