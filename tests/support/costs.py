"""What something costs, on a machine that others use too."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from statistics import median

from camscan.errors import CamscanError


@contextmanager
def costs_less_than(seconds: float) -> Iterator[None]:
    """See that the body takes this process less time of a processor."""
    began = time.process_time()
    yield
    assert time.process_time() - began < seconds


def times_as_long(call: Callable[[], object], other: Callable[[], object], pairs: int = 9) -> float:
    """How many times as long one call takes as another: the median of pairs, as the machine is slower at moments."""
    return median(_seconds(call) / _seconds(other) for _ in range(pairs))


def _seconds(call: Callable[[], object]) -> float:
    """Of a processor, an error of ours included."""
    began = time.process_time()
    with suppress(CamscanError):
        call()
    return time.process_time() - began
