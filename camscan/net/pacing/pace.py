"""The pace of the whole scan, and the connections that a router on the way has to track."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from typing import TypeAlias

_BURST_SECONDS = 0.01
_BURST = 1.0  # the smallest burst, in packets
_SAVED_SECONDS = 0.03  # how much of a stall of the event loop is made up for
_AT_ONCE = 1.5  # bursts that may be sent at once after a stall; the rest follows at `_CATCHING_UP` times the pace
_CATCHING_UP = 1.25
_TICKS = 500  # parts of a second in which packets are counted together
SHORTEST_WAIT = 0.001
_KERNEL_LATE = 0.064
"""Seconds by which the kernel's timers of a second may be late: 8 ticks of its clock at 250 Hz, 64 at 1,000 Hz."""


_Place: TypeAlias = tuple[float, asyncio.Future[None]]  # a number of packets, and the future of whoever waits for them


class Pace:
    """The pace of the whole scan, as a token bucket with two first-come, first-served queues that share it.

    No window of a second holds more than `rate` packets. They are counted when they are sent, and two bursts are left
    for packets that the kernel sends by itself (see `charge`). Within a second they are spread evenly, except that
    time lost to a stall of the event loop is made up for, bit by bit. Waiting packets are released in bursts, unless
    host discovery waits, which takes one after the other: waking an idle event loop for each would cost a fifth more.
    A request larger than the bucket is granted alone, and paid off by the requests after it.
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
        """What has been sent, and what may have been: each with its latest tick."""
        self._gone_in_all = 0.0
        self._waiting: deque[_Place] = deque()
        self._discovering: deque[_Place] = deque()
        self._ahead = 0.0  # what host discovery was granted in advance of the others while they waited
        self._timer: asyncio.TimerHandle | None = None

    async def take(self, count: float, *, discovering: bool = False) -> None:
        """Wait until `count` packets may be sent; the caller sends them at once.

        `discovering`: host discovery, which asks many addresses, has a queue of its own that gets half of the pace. In
        one queue, every host that is being covered would get as many turns as it has for all addresses together.
        """
        if not self._waiting and not self._discovering and self._wait(count) <= 0:
            self.charge(count)
            return
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        (self._discovering if discovering else self._waiting).append((count, place))
        if discovering and len(self._discovering) == 1 and self._timer is not None:  # it may be set for a burst
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
        """Count packets that were sent without waiting, or that the kernel's timer is `due` to send.

        Later callers of `take` wait for them.
        """
        self._spend(count)
        self._note(count, due=due)

    def _spend(self, count: float) -> None:
        self._tokens -= count
        self._room -= count

    def give_back(self, count: float, at: float) -> None:
        """Return what host discovery was granted at some time and did not send.

        It counts no longer in the second in which it was granted; taken off that of now, it would let as many more be
        sent in between.
        """
        self._ahead = max(self._ahead - count, 0.0)
        self._spend(-count)
        for place in reversed(range(len(self._gone))):
            tick, gone = self._gone[place]
            if tick <= at * _TICKS:
                self._gone[place] = tick, gone - count
                self._gone_in_all -= count
                return

    def _wait(self, count: float) -> float:
        """Seconds until so many packets may be sent, as things stand."""
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
            least = SHORTEST_WAIT if self._discovering else _BURST_SECONDS
            wait = max(self._wait(first[0]), least)
            self._timer = asyncio.get_running_loop().call_later(wait, self._release)

    def _first(self) -> _Place | None:
        """The next in turn; cancelled ones are dropped."""
        for queue in (self._waiting, self._discovering):
            while queue and queue[0][1].done():
                queue.popleft()
        queue = self._queue()
        return queue[0] if queue else None

    def _queue(self) -> deque[_Place]:
        discovering_first = self._discovering and (not self._waiting or self._ahead <= 0)
        return self._discovering if discovering_first else self._waiting

    def _release(self) -> None:
        self._timer = None
        while (first := self._first()) is not None and self._wait(first[0]) <= 0:
            queue = self._queue()
            count, place = queue.popleft()
            if queue is self._waiting:
                self._ahead = max(self._ahead - count, 0.0)
            elif self._waiting:
                self._ahead += count
            self._spend(count)
            self._granted += count
            place.set_result(None)
        self._schedule()


class FlowBudget:
    """Limits the connections that a router on the way tracks for us; each counts until it times out."""

    TCP_SECONDS = 122.0
    """Linux' default for a half-open and for a closed connection (nf_conntrack_tcp_timeout_syn_sent, _time_wait) is two
    minutes; a SYN that is sent again after a second begins them anew."""
    UDP_SECONDS = 120.0  # Linux' default for an answered UDP stream; an unanswered one is dropped after 30 s

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._ends: deque[float] = deque()
        self._queue = asyncio.Lock()

    async def take(self, seconds: float) -> None:
        """Wait until the router has room for one more flow, and count it for `seconds`."""
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
