"""What something costs, on a machine that others use too."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def costs_less_than(seconds: float) -> Iterator[None]:
    """See that the body takes this process less time of a processor."""
    began = time.process_time()
    yield
    assert time.process_time() - began < seconds
