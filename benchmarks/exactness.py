"""How exactly sweeps keep a set rate, by when each of their packets arrives; a part of `benchmarks/sweep.py`."""

from __future__ import annotations

import shutil
import statistics
import time
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from support.arriving import Arrivals, Times, arriving, most_within
from support.lab import Lab, lab

from benchmarks.arrivals import run
from benchmarks.rivals import MASSCAN, SOURCE, Job, Tool, camscan
from benchmarks.stalls import Spans, standing_still

_PACES = (
    (100, 512, 1),
    (1_000, 4_096, 1),
    (10_000, 65_536, 1),
    (100_000, 65_536, 8),
    (300_000, 65_536, 8),
    (1_000_000, 65_536, 32),
)
"""Rate, addresses and ports."""
_ONE = camscan("camscan, 1 process")
_TWO = camscan("camscan, 2 processes", senders=2, host_rate=0)
"""From 560,000 a second on, 20 a second to each host would be the lower bound."""
_NOTED = 300_000
"""The rate up to which the kernel notes when each packet came. That costs a third of what two processes can send:
above, a counter is looked at every millisecond, which costs nothing."""
_SHORT = (0.00025, 0.0005, 0.001, 0.002, 0.004, 0.006, 0.008, 0.01)
"""Seconds in which packets may come closer together than their rate."""
_LONG = 0.1

_AFTERMATH = 0.5
"""Seconds in which what a stall of the machine lost is made up for."""

_Figures = tuple[float, float, float, float]
"""Percent off the rate on the whole and, beyond one packet, in any 100 ms, and in any to which no stall of the whole
machine belongs; and milliseconds ahead of it."""


def exactness(rounds: int, _addresses: int) -> None:
    """How exactly a set rate is kept; nothing answers."""
    print("\n### How exactly a rate is kept: the worst of all runs, and the median of the runs' worst")
    print("| rate | tool | off on the whole | off in any 100 ms | while the machine ran | ms ahead within 10 ms |")
    print("| --- | --- | --- | --- | --- | --- |")
    with lab("10.77.0.0/16") as where:
        where.rules(where.site, _dropping(where))
        for rate, addresses, ports in _PACES:
            for tool in (_TWO if rate > _NOTED else _ONE, MASSCAN):
                if not tool.needs or shutil.which(tool.needs):
                    job = Job(where, set(), addresses, tuple(range(20_000, 20_000 + ports)), rate)
                    columns = zip(*_figures(tool, job, rounds), strict=True)
                    worst = [f"{max(some):.3g} ({statistics.median(some):.3g})" for some in columns]
                    print(f"| {rate:,} | {tool.name} | {' % | '.join(worst)} |", flush=True)


def _figures(tool: Tool, job: Job, rounds: int) -> Iterator[_Figures]:
    for _ in range(rounds):
        with standing_still() as stalls:
            if job.rate > _NOTED:
                arrived = run(tool, job).arrived
            else:
                with arriving(job.where, SOURCE, job.questions + 1_000) as arrivals:
                    run(tool, job)
        yield _of_counter(arrived, job.rate, stalls) if job.rate > _NOTED else _of_times(arrivals, job.rate, stalls)


def _of_times(arrivals: Arrivals, rate: int, stalls: Spans) -> _Figures:
    times = arrivals.times
    whole = abs((len(times) - 1) / (times[-1] - times[0]) / rate - 1)
    begins = times[times <= times[-1] - _LONG]
    counts = np.searchsorted(times, begins + _LONG) - np.searchsorted(times, begins)
    off = np.maximum(0.0, np.abs(counts - rate * _LONG) - 1) / (rate * _LONG)
    ahead = max(most_within(times, seconds) - rate * seconds for seconds in _SHORT)
    running = off[_running(begins + arrivals.since, stalls)]
    return 100 * whole, 100 * off.max(), 100 * running.max(initial=0.0), ahead / rate * 1000


def _of_counter(arrived: Sequence[tuple[float, int]], rate: int, stalls: Spans) -> _Figures:
    """Of a count of packets that was looked at now and then, from its first hundredth to its last."""
    ends = arrived[-1][1] / 100, arrived[-1][1] * 0.99
    at, count = np.array([pair for pair in arrived if ends[0] <= pair[1] <= ends[1]]).T
    whole = abs((count[-1] - count[0]) / (at[-1] - at[0]) / rate - 1)
    off = np.abs(_surplus(at, count, rate, _LONG) / (rate * _LONG))
    ahead = max(float(_surplus(at, count, rate, seconds).max()) for seconds in _SHORT if seconds > 1e-3)
    running = off[_running(at[: len(off)] + time.time() - time.monotonic(), stalls)]
    return 100 * whole, 100 * off.max(), 100 * running.max(initial=0.0), max(0.0, ahead) / rate * 1000


def _running(begins: Times, stalls: Spans) -> NDArray[np.bool_]:
    """Which 100 ms have no stall of the machine in them, and none so close before that it is still made up for."""
    running = np.ones(len(begins), bool)
    for begin, end in stalls:
        running &= (begins + _LONG < begin) | (begins > end + _AFTERMATH)
    return running


def _surplus(at: Times, count: Times, rate: int, seconds: float) -> Times:
    """How many packets more than the rate allows came within some time, from each look on."""
    later = np.searchsorted(at, at[at <= at[-1] - seconds] + seconds)
    surplus: Times = count[later] - count[: len(later)] - (at[later] - at[: len(later)]) * rate
    return surplus


def _dropping(where: Lab) -> str:
    rule = f"ip daddr {where.network} ip protocol tcp drop"
    chain = f"chain c {{\ntype filter hook ingress device {where.interface} priority 0;\n{rule}\n}}"
    return f"table netdev bench {{\n{chain}\n}}\n"
