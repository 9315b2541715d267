"""When the machine itself stood still: nothing ran on any processor, as when a hypervisor gives them to others."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import reduce
from typing import TypeAlias

from benchmarks.arrivals import realtime

_HIGHEST = 98
"""Before everything but what the kernel itself keeps for last."""
_SLEEPER = """
import select, sys, time
print("ready", flush=True)
last = time.time()
while not select.select([sys.stdin], [], [], 0)[0]:
    time.sleep(0.0005)
    now = time.time()
    if now - last > 0.0015:
        print(f"{last:.6f} {now:.6f}")
    last = now
"""

Spans: TypeAlias = Iterable[tuple[float, float]]
"""Begin and end in seconds since the epoch."""


@contextmanager
def standing_still(*, anywhere: bool = False) -> Iterator[list[tuple[float, float]]]:
    """Note, by the end of the body, when a sleeper of the highest priority was woken late on each processor at once.

    `anywhere`: on a single processor is enough.
    """
    stalls: list[tuple[float, float]] = []
    with ExitStack() as running:
        sleepers = [running.enter_context(_sleeper(processor)) for processor in sorted(os.sched_getaffinity(0))]
        yield stalls
        late = [_late(sleeper) for sleeper in sleepers]
        stalls += itertools.chain(*late) if anywhere else reduce(_both, late)


def _sleeper(processor: int) -> subprocess.Popen[str]:
    command = [*realtime(_HIGHEST), "taskset", "--cpu-list", str(processor), sys.executable, "-c", _SLEEPER]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    return process


def _late(sleeper: subprocess.Popen[str]) -> list[tuple[float, float]]:
    lines = sleeper.communicate("stop\n")[0].splitlines()
    return [(float(begin), float(end)) for begin, end in map(str.split, lines)]


def _both(some: Spans, others: Spans) -> list[tuple[float, float]]:
    """What lies within spans of both."""
    shared = ((max(one[0], other[0]), min(one[1], other[1])) for one, other in itertools.product(some, others))
    return [(begin, end) for begin, end in shared if end - begin > 0.001]
