"""Work on the answers of a large scan on all processors; what comes of them keeps the order of the scan."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, groupby, islice
from multiprocessing import get_context
from typing import TypeVar

from camscan.errors import HostError
from camscan.identify.library import Library
from camscan.records import Observation

T = TypeVar("T")

CHUNK = 500
"""Targets whose answers are worked on together."""
ALONE = 8
"""Chunks that are worked on in this process: to start others takes as long as 4,000 hosts do."""
_MAX_PROCESSES = 8
"""Each takes about 100 MB, and one process can feed no more."""

_given: list[Library] = []
"""The fingerprints, in a process that works for another."""


def spread(
    observations: Iterable[Observation], rules: Library, work: Callable[[Library, Sequence[Observation]], T]
) -> Iterator[T]:
    """What `work` makes of each part of the observations, which come grouped by target; no target is parted.

    `work` is a function of a module, and what it gives can be pickled: beyond the first thousands of targets it runs in
    several processes. A few parts are in memory at a time.

    Raises:
        HostError: one of the processes was ended from outside.
    """
    chunks = _chunks(observations)
    yield from (work(rules, chunk) for chunk in islice(chunks, ALONE))
    count = min(_processors(), _MAX_PROCESSES)
    first = next(chunks, None)
    if first is not None:
        rest = chain((first,), chunks)
        yield from _side_by_side(rest, rules, work, count) if count > 1 else (work(rules, chunk) for chunk in rest)


def _chunks(observations: Iterable[Observation]) -> Iterator[list[Observation]]:
    groups = (list(group) for _, group in groupby(observations, key=lambda observation: observation.target))
    while chunk := list(chain.from_iterable(islice(groups, CHUNK))):
        yield chunk


def _processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _side_by_side(
    chunks: Iterable[Sequence[Observation]],
    rules: Library,
    work: Callable[[Library, Sequence[Observation]], T],
    count: int,
) -> Iterator[T]:
    # Started afresh, for a copy of this process would share its open database and its threads' locks.
    pool = ProcessPoolExecutor(count, get_context("spawn"), _prepare, (rules,))
    waiting: deque[Future[T]] = deque()
    try:
        for chunk in chunks:
            waiting.append(pool.submit(_run, work, chunk))
            if len(waiting) > 2 * count:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool as error:
        raise HostError(
            "a process that reads answers was ended: see that there is memory enough, and repeat"
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _prepare(rules: Library) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the process that started this one ends it
    _given[:] = [rules]


def _run(work: Callable[[Library, Sequence[Observation]], T], chunk: Sequence[Observation]) -> T:
    return work(_given[0], chunk)
