"""What something costs, on a machine that others use too."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from statistics import median
from threading import Event, Thread

from camscan.errors import CamscanError

_TICK = 0.01


@contextmanager
def costs_less_than(seconds: float) -> Iterator[None]:
    """See that the body takes this process less time of a processor."""
    began = time.process_time()
    yield
    assert time.process_time() - began < seconds


@contextmanager
def waits_less_than(seconds: float) -> Iterator[None]:
    """See that the body is done in less time, of which what this process waits for a processor is no part.

    The time is that of a clock in this process, which such a wait holds up as well.
    """
    done, ticks = Event(), 0

    def tick() -> None:
        nonlocal ticks
        while not done.wait(_TICK):
            ticks += 1

    clock = Thread(target=tick)
    clock.start()
    try:
        yield
    finally:
        done.set()
        clock.join()
    assert ticks * _TICK < seconds


def times_as_long(call: Callable[[], object], other: Callable[[], object], pairs: int = 9) -> float:
    """How many times as long one call takes as another: the median of pairs, as the machine is slower at moments."""
    return median(_seconds(call) / _seconds(other) for _ in range(pairs))


def _seconds(call: Callable[[], object]) -> float:
    """Of a processor, an error of ours included."""
    began = time.process_time()
    with suppress(CamscanError):
        call()
    return time.process_time() - began
