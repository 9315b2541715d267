"""Transmits packets, by worker processes: as fast as the kernel takes them, or at the pace.

A process that sleeps until the next packets are due is woken late now and then: on a kernel without preemption another
process's system call has to end first, and a hypervisor may have given the processor away. 5 ms are 5 % of 100 ms.
It seldom meets two processors at once. So, with a pace, one worker sends, and another stands in where that is late,
each on a processor of its own; what this process does, which has other work, may take its time. Threads would not do:
one that is kept waiting while it holds Python's lock keeps the other waiting, too. Without a pace, one worker and this
process send.
"""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from camscan.syn.pace import Pacer
from camscan.syn.packets import BATCH
from camscan.syn.priority import RealtimePriority
from camscan.syn.queue import Queue, QueuedRows
from camscan.syn.sending import AT_ONCE, Sender
from camscan.syn.worker import Worker, Workers, workers

_IDLE = 0.02  # seconds without anything to send from which on they are no lost time
_GLANCE = (0.0001, 0.02)  # seconds between two looks at what the workers have sent, at least and at most


@dataclass(slots=True, eq=False)
class Load:
    """Rows of a sender that are to leave by an interface. `left` have not, and may not be overwritten before."""

    sender: Sender
    interface: str
    left: int


@dataclass(slots=True, eq=False)
class _Part:
    """Adjacent rows of a load, which this process is to send."""

    load: Load
    first: int
    count: int

    def cut(self, count: int) -> int:
        """Lack the first rows from now on, as far as there are as many; returns how many."""
        count = min(count, self.count)
        self.first += count
        self.count -= count
        return count


@dataclass(slots=True, eq=False)
class _Delegated:
    """Rows of a load that the workers are to send."""

    load: Load
    queued: QueuedRows
    passed: int = 0

    @property
    def left(self) -> int:
        """How many have not left."""
        return self.queued.count - self.passed


class Transmitter:
    """Sends what is put into it, and counts it."""

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._pacer = Pacer(rate, clock())
        self._workers: Workers | None = None
        self._numbers: dict[int, int] = {}  # the senders that workers have, each with its number
        self._own: deque[_Part] = deque()
        self._delegated: deque[_Delegated] = deque()
        self._error = 0
        self._kept_back: Worker | None = None  # whose first row the error keeps back; None stands for this process
        self._stepped = clock()
        self._sent = self._waits = 0  # without those of the workers that there are now

    @property
    def sent(self) -> int:
        """The packets that have left."""
        return self._sent + (self._workers.sent if self._workers else 0)

    @property
    def waits(self) -> int:
        """How often workers have waited because the kernel had no room; this process is told of that by `step`."""
        return self._waits + (self._workers.waits if self._workers else 0)

    @property
    def rate(self) -> float:
        """Packets a second; 0 is without bound."""
        return self._pacer.rate

    def whole(self, count: int) -> int:
        """How many packets, up to this count but at least one, make whole pieces for the workers."""
        piece = self._workers.queue.rows if self._workers else 1
        return max(1, count - count % piece if count > piece else count)

    @contextlib.contextmanager
    def with_workers(self, senders: Sequence[Sender], priority: RealtimePriority, *, unpaced: bool) -> Iterator[None]:
        """Have workers, which may send by these: where there is a pace, or none and it is wanted. See `workers`."""
        if not senders or not (self.rate or unpaced):
            yield
            return
        with workers(senders, self._pacer, priority) as self._workers:
            self._numbers = {id(sender): number for number, sender in enumerate(senders)}
            try:
                yield
            finally:
                self._dismiss()

    def put(self, sender: Sender, count: int, interface: str = "") -> Load:
        """Have the first rows of a sender leave, by and by, as far as `step` is called."""
        load = Load(sender, interface, count)
        if not self._own and not self._delegated and self._clock() - self._stepped > _IDLE:
            self._pacer.restart()
        if count:
            self._own.append(_Part(load, 0, count))
            self._share()
        return load

    def step(self) -> tuple[float, int]:
        """Send what may leave now: seconds until more may, and the errno that keeps it back until `resume`, or 0."""
        self._share()
        self._stepped = now = self._clock()
        if self._error or not self._own or (self.rate and self._is_delegated(self._own[0])):
            return self._until_delegated_leaves(), self._error
        part = self._own[0]
        wanted = min(AT_ONCE, part.count)
        if (wait := self._pacer.wait(wanted, now)) > 0 or not (allowed := self._pacer.take(wanted, now)):
            return wait, 0
        sent, self._error = part.load.sender.send(part.first, allowed)
        self._sent += sent
        if sent < allowed:
            self._pacer.charge(sent - allowed)
        self._leave(sent)
        return 0.0, self._error

    @property
    def interface(self) -> str:
        """The interface by which the row is to leave that was kept back."""
        if worker := self._kept_back:
            return next(
                delegated.load.interface for delegated in self._delegated if worker.slot in delegated.queued.slots
            )
        return self._own[0].load.interface

    def resume(self, *, skip: bool = False) -> None:
        """Go on after an error, or leave out the row that was kept back."""
        self._error = 0
        if self._kept_back:
            self._kept_back.resume(skip=skip)
            self._kept_back = None
        elif skip:
            self._leave(1)

    def charge(self, count: int) -> None:
        """See `Pacer.charge`; the packets have left."""
        self._pacer.charge(count)
        self._sent += count

    def slow_down(self) -> None:
        """See `Pacer.slow_down`."""
        self._pacer.slow_down(self._clock())

    def _leave(self, count: int) -> None:
        """Note that the first rows of this process have left, or are left out."""
        self._own[0].load.left -= self._own[0].cut(count)
        if not self._own[0].count:
            self._own.popleft()

    def _until_delegated_leaves(self) -> float:
        """Seconds until about half of it has, so that its end is not missed for long."""
        rows = sum(delegated.left for delegated in self._delegated)
        return min(max(_GLANCE[0], rows / self.rate / 2 if self.rate else 0.0), _GLANCE[1])

    def _is_delegated(self, part: _Part) -> bool:
        """Whether the workers send it, sooner or later."""
        return self._workers is not None and id(part.load.sender) in self._numbers

    def _share(self) -> None:
        """See what the workers have sent, and see to it that they have enough for some time."""
        if not (made := self._workers):
            return
        are_alive = made.are_alive(self._clock())
        self._note_passed(made.queue)
        if not are_alive:
            self._dismiss()
            return
        if not self._error and (worker := made.kept_back()):
            self._kept_back, self._error = worker, worker.error
        self._delegate(made.queue)

    def _note_passed(self, queue: Queue) -> None:
        for delegated in self._delegated:
            before, delegated.passed = delegated.passed, queue.passed(delegated.queued)
            delegated.load.left -= delegated.passed - before
        while self._delegated and not self._delegated[0].left:
            queue.free(self._delegated.popleft().queued)

    def _delegate(self, queue: Queue) -> None:
        """Without a pace, this process sends the rest."""
        while self._own and self._is_delegated(part := self._own[0]) and (room := self._room(queue)) > 0:
            first, load = part.first, part.load
            queued = queue.put(self._numbers[id(load.sender)], first, part.cut(room))
            self._delegated.append(_Delegated(load, queued))
            if not part.count:
                self._own.popleft()

    def _room(self, queue: Queue) -> int:
        """How many rows more the workers are to have."""
        return (
            queue.room if self.rate else min(queue.room, BATCH - sum(delegated.left for delegated in self._delegated))
        )

    def _dismiss(self) -> None:
        """Have no workers any more, and what they have not sent."""
        made, self._workers = self._workers, None
        if not made:
            return
        made.end()
        self._sent += made.sent
        self._waits += made.waits
        self._note_passed(made.queue)
        rest = [
            _Part(delegated.load, *rows) for delegated in self._delegated for rows in made.queue.rest(delegated.queued)
        ]
        self._own.extendleft(reversed(rest))
        self._delegated.clear()
        if self._kept_back:
            self._kept_back, self._error = None, 0
