"""A worker of its own; `test_outflow` has it at work."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from camscan.syn.memory import shared
from camscan.syn.pace import SharedPacer
from camscan.syn.worker import worker

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")


class Counter:
    """A sender that counts, where the other process sees it, and notes the sizes of what it is given."""

    def __init__(self) -> None:
        self._memory = shared(8 * 1024).cast("q")

    def send(self, first: int, count: int) -> tuple[int, int]:
        self._memory[0] += 1
        self._memory[self._memory[0]] = count
        return count, 0

    @property
    def sizes(self) -> list[int]:
        return self._memory[1 : 1 + self._memory[0]].tolist()


def wait_for_rows(counter: Counter, rows: int) -> None:
    end = time.monotonic() + 10
    while sum(counter.sizes) < rows and time.monotonic() < end:
        time.sleep(0.002)
    assert sum(counter.sizes) == rows


def test_rows_that_follow_each_other_leave_together() -> None:
    """A system call for what is left at the end of each piece would cost as much as one for many."""
    counter = Counter()
    with worker([counter], SharedPacer(100_000, time.monotonic()), lambda _: None) as made:
        if made is None:
            pytest.skip("one processor: none for a worker")
        for first in range(0, 1_000, 250):
            made.hand_over(counter, first, 250)
        wait_for_rows(counter, 1_000)
    assert min(counter.sizes[:-1]) >= 80


def test_it_looks_at_its_priority() -> None:
    counter, looks = Counter(), shared(8).cast("q")

    def look(now: float) -> None:
        assert now > 0
        looks[0] = os.getpid()

    with worker([counter], SharedPacer(0, 0), look) as made:
        assert made is not None
        made.hand_over(counter, 0, 10)
        wait_for_rows(counter, 10)
    assert looks[0] not in (0, os.getpid())


_PARENT = """
import os, sys, time
from camscan.syn.pace import SharedPacer
from camscan.syn.worker import worker

class Pipe:
    def send(self, first, count):
        os.write(1, b"." * count)
        return count, 0

pipe = Pipe()
with worker([pipe], SharedPacer(1_000, time.monotonic()), lambda _: None) as made:
    made.hand_over(pipe, 0, 4_096)
    time.sleep(60)
"""


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="one processor: none for a worker")
def test_it_is_gone_with_the_sweep_even_where_that_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", _PARENT], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.read(20)
        parent.send_signal(signal.SIGKILL)
        left = len(parent.stdout.read())  # ends with the last process that could write
    assert left < 500, "half a second"
