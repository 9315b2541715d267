"""Lets packets leave at the pace, from two processors: where the first thread is kept from running, a second stands in.

A thread that sleeps until the next packets are due is woken late now and then: on a kernel without preemption another
process's system call has to end first, and a hypervisor may have given the processor away. 5 ms are 5 % of 100 ms.
It seldom meets two processors at once.
"""

from __future__ import annotations

import contextlib
import math
import os
import threading
import time
from collections.abc import Callable, Iterator

from camscan.syn.pace import Pacer
from camscan.syn.sending import Sender

_LATE = 0.0003
"""Seconds by which the first thread may be late before the second one stands in."""
_NAP = 0.02
"""Seconds that the second one sleeps at most, so that it soon sees the end."""


class Outflow:
    """One batch of packets at a time. `sent` counts what left; `stood_in`, what of it the second thread sent."""

    def __init__(self, pacer: Pacer, clock: Callable[[], float] = time.monotonic) -> None:
        self._pacer = pacer
        self._clock = clock
        self._lock = threading.Lock()
        self._loaded = threading.Event()
        self._ended = False
        self._sender: Sender | None = None
        self._first = self._end = 0
        self._due = math.inf
        """When the next step is to be taken; never by the second thread after an error, which the first is to see."""
        self._error = 0
        self.sent = self.stood_in = 0

    @contextlib.contextmanager
    def doubled(self) -> Iterator[None]:
        """Have the second thread, where there is a pace to keep and a processor of its own for it."""
        processors = os.sched_getaffinity(0)
        own = {max(processors)}
        if not self._pacer.rate or not _confined(processors - own):
            yield
            return
        thread = threading.Thread(target=self._stand_in, args=(own,), name="stand-in", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._ended = True
            self._loaded.set()
            thread.join()
            _confined(processors)

    @contextlib.contextmanager
    def batch(self, sender: Sender, count: int) -> Iterator[None]:
        """Have the first rows of a sender leave during the body, by and by, as far as `step` is called."""
        with self._lock:
            self._sender, self._first, self._end = sender, 0, count
            self._due, self._error = self._clock(), 0
        self._loaded.set()
        try:
            yield
        finally:
            with self._lock:
                self._sender, self._end = None, self._first

    @property
    def left(self) -> int:
        """Rows of the batch that have not left."""
        return self._end - self._first

    def step(self) -> tuple[float, int]:
        """Send what may leave now: seconds until more may, and the errno that kept the next row back, or 0."""
        with self._lock:
            if self._error:
                error, self._error = self._error, 0
                return 0.0, error
            return self._step()

    def skip(self) -> None:
        """Leave out the next row."""
        with self._lock:
            self._first += 1

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
        now = self._clock()
        if self._sender is None or not self.left:
            return 0.0, 0
        allowed = self._pacer.take(self.left, now)
        sent, error = self._sender.send(self._first, allowed) if allowed else (0, 0)
        self._pacer.charge(sent - allowed)
        self._first += sent
        self.sent += sent
        wait = 0.0 if allowed else self._pacer.wait(self.left, now)
        self._due = math.inf if error else now + wait
        return wait, error

    def _stand_in(self, processors: set[int]) -> None:
        """Take the steps for which the first thread is late; what an error means is for that one to say."""
        _confined(processors)
        while not self._ended:
            due = self._due
            if not self.left:
                self._loaded.clear()
                if not self.left:
                    self._loaded.wait(_NAP)
            elif (early := due + _LATE - self._clock()) > 0:
                time.sleep(min(early, _NAP))
            elif due == self._due and self._lock.acquire(blocking=False):
                try:
                    before = self.sent
                    _, self._error = self._step()
                    self.stood_in += self.sent - before
                finally:
                    self._lock.release()
            else:
                time.sleep(_LATE)


def _confined(processors: set[int]) -> bool:
    """Run this thread on these processors alone; false where there are none, or a sandbox does not allow it."""
    try:
        os.sched_setaffinity(0, processors)
    except OSError:
        return False
    return True
