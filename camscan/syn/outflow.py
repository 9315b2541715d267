"""Lets packets leave, from two processors: as fast as the kernel takes them, or at the pace.

Without a pace, both threads send what there is, and the first builds the next packets while the second goes on.

A thread that sleeps until the next packets are due is woken late now and then: on a kernel without preemption another
process's system call has to end first, and a hypervisor may have given the processor away. 5 ms are 5 % of 100 ms.
It seldom meets two processors at once. So, with a pace, the second thread stands in where the first is late.
"""

from __future__ import annotations

import contextlib
import math
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from camscan.syn.pace import Pacer
from camscan.syn.packets import BATCH
from camscan.syn.sending import Sender

_LATE = 0.0003
"""Seconds by which the first thread may be late before the second one stands in."""
_NAP = 0.02
"""Seconds that the second one sleeps at most, so that it soon sees the end."""
_ON_ITS_WAY = 0.0001
"""Seconds until what the other thread is sending may have left."""


@dataclass(slots=True, eq=False)
class Load:
    """Rows of a sender that are to leave by an interface. `left` have not, and may not be overwritten before."""

    sender: Sender
    interface: str
    left: int


@dataclass(slots=True, eq=False)
class _Piece:
    """Adjacent rows of a load."""

    load: Load
    first: int
    end: int

    def cut(self, count: int) -> _Piece:
        """Its first rows, which it lacks from now on."""
        piece = _Piece(self.load, self.first, self.first + count)
        self.first += count
        return piece


class Outflow:
    """`sent` counts what left; `stood_in`, what of it the second thread sent."""

    def __init__(self, pacer: Pacer, clock: Callable[[], float] = time.monotonic) -> None:
        self._pacer = pacer
        self._clock = clock
        self._lock = threading.Lock()
        self._awake = threading.Event()
        self._ended = False
        self._waiting: deque[_Piece] = deque()
        self._due = math.inf
        """When the next rows are to leave."""
        self._error = 0
        self.sent = self.stood_in = 0

    @contextlib.contextmanager
    def doubled(self, *, unpaced: bool = False) -> Iterator[None]:
        """Have the second thread: where there is a pace and a processor for it alone, or none and it is wanted."""
        processors = os.sched_getaffinity(0)
        own = {max(processors)} if self._pacer.rate else set()
        if not _confined(processors - own) if own else not unpaced:
            yield
            return
        thread = threading.Thread(target=self._stand_in, args=(own,), name="stand-in", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._ended = True
            self._awake.set()
            thread.join()
            if own:
                _confined(processors)

    def put(self, sender: Sender, count: int, interface: str = "") -> Load:
        """Have the first rows of a sender leave, by and by, as far as `step` is called."""
        load = Load(sender, interface, count)
        if count:
            with self._lock:
                if not self._waiting:
                    self._due = self._clock()
                self._waiting.append(_Piece(load, 0, count))
            self._awake.set()
        return load

    def step(self) -> tuple[float, int]:
        """Send what may leave now: seconds until more may, and the errno that keeps all back until `resume`, or 0."""
        return self._step()[0], self._error

    @property
    def interface(self) -> str:
        """Which the row is to leave by that was kept back."""
        return self._waiting[0].load.interface

    def resume(self, *, skip: bool = False) -> None:
        """Go on after an error, or leave out the row that was kept back."""
        with self._lock:
            if skip:
                piece = self._waiting[0]
                piece.cut(1).load.left -= 1
                if piece.first == piece.end:
                    self._waiting.popleft()
            self._error = 0
        self._awake.set()

    def charge(self, count: int) -> None:
        """See `Pacer.charge`; the packets have left."""
        with self._lock:
            self._pacer.charge(count)
            self.sent += count

    def restart(self) -> None:
        """See `Pacer.restart`."""
        with self._lock:
            self._pacer.restart(self._clock())

    def slow_down(self) -> None:
        """See `Pacer.slow_down`."""
        with self._lock:
            self._pacer.slow_down(self._clock())

    def _step(self) -> tuple[float, int]:
        """Seconds until more may leave, and how many did."""
        with self._lock:
            wait, piece = self._take()
        if piece is None:
            return wait, 0
        sent, error = piece.load.sender.send(piece.first, piece.end - piece.first)
        with self._lock:
            self._note(piece, sent, error)
        return 0.0, sent

    def _take(self) -> tuple[float, _Piece | None]:
        """Seconds until more may leave, or what this thread is to send now."""
        if self._error or not self._waiting:
            return _ON_ITS_WAY, None
        now = self._clock()
        piece = self._waiting[0]
        wanted = piece.end - piece.first
        allowed = self._pacer.take(wanted, now)
        wait = self._pacer.wait(wanted if not allowed else BATCH, now)
        self._due = now + wait
        if not allowed:
            return wait, None
        taken = piece.cut(allowed)
        if piece.first == piece.end:
            self._waiting.popleft()
        return 0.0, taken

    def _note(self, piece: _Piece, sent: int, error: int) -> None:
        self.sent += sent
        piece.load.left -= sent
        piece.first += sent
        if piece.first < piece.end:
            self._pacer.charge(piece.first - piece.end)
            self._waiting.appendleft(piece)
            self._error = error or self._error

    def _stand_in(self, processors: set[int]) -> None:
        """Take the steps for which the first thread is late; what an error means is for that one to say."""
        if processors:
            _confined(processors)
        while not self._ended:
            if self._error or not self._waiting:
                self._awake.clear()
                if self._error or not self._waiting:
                    self._awake.wait(_NAP)
            elif (early := self._due + (_LATE if self._pacer.rate else 0.0) - self._clock()) > 0:
                time.sleep(min(early, _NAP))
            else:
                self.stood_in += self._step()[1]


def _confined(processors: set[int]) -> bool:
    """Run this thread on these processors alone; false where there are none, or a sandbox does not allow it."""
    try:
        os.sched_setaffinity(0, processors)
    except OSError:
        return False
    return True
