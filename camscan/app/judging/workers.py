"""Worker processes for the answers of a large scan; the results come in the order of the scan."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from camscan.errors import HostError
from camscan.identify.library import Library
from camscan.system import gctuning

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

    from camscan.records import Observation
    from camscan.store.rows import Stored

Item = TypeVar("Item", bound="Observation | Stored")
T = TypeVar("T")
R = TypeVar("R")

CHUNK = 500  # targets whose answers are worked on together
CHUNK_BYTES = 1024 * 1024  # bytes of answers after which no further target is taken in: a hostile one gives a megabyte
ALONE = 8  # chunks that are worked on in this process: to start others takes as long as 4,000 hosts do
_MAX_PROCESSES = 8  # each takes about 100 MB, and one process can feed no more

_always = ExitStack()
"""What holds for as long as a worker process lives: else each small job would end with a garbage collection."""
_given: list[Library] = []  # the fingerprints, in a worker process


def map_by_target(seen: Iterable[Item], rules: Library, work: Callable[[Library, Sequence[Item]], T]) -> Iterator[T]:
    """What `work` makes of each part of what was seen, which comes grouped by target; no target is parted.

    `work` is a function of a module, and what it gives can be pickled: beyond the first thousands of targets it runs in
    several processes. A few parts are in memory at a time. Raises HostError if one of the processes was ended from
    outside.
    """
    with Workers(rules, work, ALONE) as workers:
        yield from workers.in_order(workers.begin(chunk, share) for chunk, share in _chunks(seen))


class Workers(Generic[Item, T]):
    """Processes that work for this one, started once they are worth it: the first `alone` jobs are done here."""

    def __init__(self, rules: Library, work: Callable[[Library, Sequence[Item]], T], alone: float) -> None:
        self._rules, self._work, self._alone = rules, work, alone
        self._count = min(_processors(), _MAX_PROCESSES)
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def begin(self, job: Sequence[Item], share: float = 1) -> Callable[[], T]:
        """Begin a job, which is `share` of a usual one; call what is returned for what came of it."""
        self._alone -= share
        if self._alone + share > 0 or self._count == 1:
            done = self._work(self._rules, job)
            return lambda: done
        if self._pool is None:
            from concurrent.futures import ProcessPoolExecutor  # most commands never come here
            from multiprocessing import get_context

            # Started afresh, for a copy of this process would share its open database and its threads' locks.
            self._pool = ProcessPoolExecutor(self._count, get_context("spawn"), _prepare, (self._rules,))
        with _faults_of_workers():
            begun = self._pool.submit(_run, self._work, job)
        return partial(_result, begun)

    def in_order(self, results: Iterable[Callable[[], R]]) -> Iterator[R]:
        """What came of jobs in the order in which they are begun; a few more are begun meanwhile."""
        waiting: deque[Callable[[], R]] = deque()
        for result in results:
            waiting.append(result)
            while len(waiting) > (2 * self._count if self._pool else 0):
                yield waiting.popleft()()
        while waiting:
            yield waiting.popleft()()


def _result(job: Future[T]) -> T:
    with _faults_of_workers():
        return job.result()


@contextmanager
def _faults_of_workers() -> Iterator[None]:
    try:
        yield
    except BrokenExecutor as error:
        raise HostError("a worker process was killed: make sure that there is enough memory, and try again") from error


def _chunks(seen: Iterable[Item]) -> Iterator[tuple[list[Item], float]]:
    """Parts of what was seen, each with the share of a usual one that its targets are."""
    chunk: list[Item] = []
    targets = size = 0
    for _, group in groupby(seen, key=lambda one: one.target):
        before = len(chunk)
        chunk.extend(group)
        targets, size = targets + 1, size + sum(len(one.raw) for one in chunk[before:])
        if targets == CHUNK or size >= CHUNK_BYTES:
            yield chunk, targets / CHUNK
            chunk, targets, size = [], 0, 0
    if chunk:
        yield chunk, targets / CHUNK


def _processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0))


def _prepare(rules: Library) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the process that started this one ends it
    _always.enter_context(gctuning.relaxed())
    _given[:] = [rules]


def _run(work: Callable[[Library, Sequence[Item]], T], job: Sequence[Item]) -> T:
    return work(_given[0], job)
