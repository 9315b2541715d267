"""What something costs, on a machine that others use too."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from camscan.errors import CamscanError


@contextmanager
def costs_less_than(seconds: float) -> Iterator[None]:
    """See that the body takes this process less time of a processor."""
    began = time.process_time()
    yield
    assert time.process_time() - began < seconds


def fewest_seconds(call: Callable[[], object], times: int = 7) -> float:
    """The least time of a processor that a call takes, an error of ours included: to be compared with another's."""
    found: list[float] = []
    for _ in range(times):
        began = time.process_time()
        with suppress(CamscanError):
            call()
        found.append(time.process_time() - began)
    return min(found)
