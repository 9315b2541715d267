"""Workers of their own; `test_transmit` has them at work."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from camscan.syn.memory import shared
from camscan.syn.pace import Pacer
from camscan.syn.priority import RealtimePriority
from camscan.syn.worker import workers

pytestmark = [
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
    pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="one processor: none for two workers"),
]


class Noting(RealtimePriority):
    """Notes who rises and who looks."""

    def __init__(self) -> None:
        super().__init__(wanted=False)
        self.risen, self.looked = (shared(8 * 3).cast("q") for _ in range(2))
        self._parent = os.getpid()

    def acquire(self) -> None:
        self.risen[0] += 1

    def check(self, now: float) -> None:
        assert now > 0
        self.looked[0] = os.getpid()


class Sink:
    """Notes the sizes of what it is given; the first word is how many."""

    def __init__(self) -> None:
        self._memory = shared(8 * 1024).cast("q")

    def send(self, _first: int, count: int) -> tuple[int, int]:
        self._memory[0] += 1
        self._memory[self._memory[0]] = count
        return count, 0

    @property
    def sizes(self) -> list[int]:
        return self._memory[1 : 1 + self._memory[0]].tolist()


def wait_for(what: Callable[[], bool]) -> bool:
    end = time.monotonic() + 30
    while not (found := what()) and time.monotonic() < end:
        time.sleep(0.002)
    return found


def test_of_pieces_smaller_than_what_is_due_several_leave_one_after_the_other() -> None:
    sink, pacer = Sink(), Pacer(100_000, time.monotonic())
    with workers([sink], pacer, Noting()) as made:
        assert made is not None
        all_queued = [made.queue.put(0, first, 15) for first in range(0, 600, 30)]
        assert wait_for(lambda: all(made.queue.passed(queued) == 15 for queued in all_queued))
        assert wait_for(lambda: pacer.sent == 300)
    assert sum(sink.sizes) == 300
    assert max(sink.sizes) == 15


def test_a_piece_larger_than_what_is_due_leaves_by_and_by() -> None:
    """As where the rate has been halved since."""
    sink, pacer = Sink(), Pacer(1_000_000, time.monotonic())
    with workers([sink], pacer, Noting()) as made:
        assert made is not None
        pacer.charge(1_000)
        for _ in range(10):
            pacer.slow_down(time.monotonic())
        queued = made.queue.put(0, 0, 100)
        assert wait_for(lambda: made.queue.passed(queued) == 100)
    assert sum(sink.sizes) == 100
    assert max(sink.sizes) <= 3


def test_they_rise_above_the_sweep_and_look_at_their_priority() -> None:
    priority = Noting()
    with workers([Sink()], Pacer(10_000, time.monotonic()), priority) as made:
        assert made is not None
        made.queue.put(0, 0, 10)
        assert wait_for(lambda: priority.looked[0] != 0)
    assert priority.looked[0] != os.getpid()
    assert priority.risen[0] > 0


_PARENT = """
import os, sys, time
from camscan.syn.pace import Pacer
from camscan.syn.priority import RealtimePriority
from camscan.syn.worker import workers

class Pipe:
    def send(self, first, count):
        os.write(1, b"." * count)
        return count, 0

with workers([Pipe()], Pacer(1_000, time.monotonic()), RealtimePriority(wanted=False)) as made:
    made.queue.put(0, 0, 512)
    time.sleep(60)
"""


def test_they_are_gone_with_the_sweep_even_where_that_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", _PARENT], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.read(20)
        parent.send_signal(signal.SIGKILL)
        parent.communicate(timeout=30)  # ends with the last process that could write


_FAULTY = """
import time
from camscan.syn.pace import Pacer
from camscan.syn.priority import RealtimePriority
from camscan.syn.worker import workers

class Faulty:
    def send(self, first, count):
        raise ValueError("a fault of its own")

with workers([Faulty()], Pacer(1_000, time.monotonic()), RealtimePriority(wanted=False)) as made:
    made.queue.put(0, 0, 10)
    end = time.monotonic() + 30
    while made.are_alive(time.monotonic()) and time.monotonic() < end:
        time.sleep(0.03)
    print("alive" if time.monotonic() > end else "ended")
"""


def test_one_that_ends_by_a_fault_of_its_own_says_which() -> None:
    done = subprocess.run([sys.executable, "-c", _FAULTY], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "ended\n", "once, and nothing that the sweep had still to say"
    assert "ValueError: a fault of its own" in done.stderr
