"""Worker processes that send what the sweep puts into a queue, and do nothing else.

They are forked, so that they have the sockets and messages of the sweep, and see in shared memory what is written to
the rows. They are killed when the sweep ends, however that ends.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import time
import traceback
from collections.abc import Iterator, Sequence
from typing import NoReturn

from camscan.syn.memory import shared
from camscan.syn.pace import Pacer
from camscan.syn.priority import RealtimePriority
from camscan.syn.queue import Piece, Queue
from camscan.syn.sending import AT_ONCE, BACK_OFF, FULL, Sender

_LATE = 0.0003  # seconds by which the first may be late before the second stands in
_NAP = 0.02  # seconds that they sleep at most: what they wait for may change meanwhile
_LOOK = 0.02  # seconds between two looks at whether they are alive
_SENT, _WAITS, _FAILURES, _ERROR, _SLOT, _ANSWERS, _SKIPS = range(7)
"""The words of a worker in shared memory: how many packets it has sent, and how often it has waited for room; its
further errors so far, the last one's errno, and the slot of the piece that it keeps back. And what it is told: how many
errors were answered, and how many of them by leaving out a row."""
_PR_SET_PDEATHSIG = 1


class Worker:
    """The sweep's view of one."""

    def __init__(self, pid: int, words: memoryview) -> None:
        self._pid = pid
        self._words = words
        self._ended = False

    @property
    def sent(self) -> int:
        """How many packets it has sent."""
        return int(self._words[_SENT])

    @property
    def waits(self) -> int:
        """How often it has waited because the kernel had no room."""
        return int(self._words[_WAITS])

    @property
    def error(self) -> int:
        """The errno that it waits with for `resume`, or 0."""
        return int(self._words[_ERROR]) if self._words[_FAILURES] != self._words[_ANSWERS] else 0

    @property
    def slot(self) -> int:
        """The slot of the piece whose first row was kept back."""
        return int(self._words[_SLOT])

    def resume(self, *, skip: bool) -> None:
        """Have it go on after an error, or leave out the row that was kept back."""
        self._words[_SKIPS] += skip
        self._words[_ANSWERS] += 1

    def has_ended(self) -> bool:
        """Whether there is nobody any more."""
        if not self._ended:
            self._ended = os.waitpid(self._pid, os.WNOHANG)[0] != 0
        return self._ended

    def end(self) -> None:
        """Have it end at once, and wait until it has."""
        if not self._ended:
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
            self._ended = True


class Workers:
    """All of a sweep."""

    def __init__(self, queue: Queue, workers: Sequence[Worker]) -> None:
        self.queue = queue
        self._workers = workers
        self._looked = 0.0

    def kept_back(self) -> Worker | None:
        """One that an error keeps from sending."""
        return next((worker for worker in self._workers if worker.error), None)

    @property
    def sent(self) -> int:
        """How many packets they have sent."""
        return sum(worker.sent for worker in self._workers)

    @property
    def waits(self) -> int:
        """How often they have waited because the kernel had no room."""
        return sum(worker.waits for worker in self._workers)

    def are_alive(self, now: float) -> bool:
        """Whether all are; looked at now and then."""
        if now - self._looked < _LOOK:
            return True
        self._looked = now
        return not any(worker.has_ended() for worker in self._workers)

    def end(self) -> None:
        """Have them end at once, and wait until they have."""
        for worker in self._workers:
            worker.end()


@contextlib.contextmanager
def workers(senders: Sequence[Sender], pacer: Pacer, priority: RealtimePriority) -> Iterator[Workers | None]:
    """One worker; where a pace is to be kept, two, each on a processor of its own.

    None where that takes more processors than there are, or a sandbox does not let it have one.
    """
    before = os.sched_getaffinity(0)
    places = [{number} for number in sorted(before, reverse=True)[:2]] if pacer.rate else [before]
    if pacer.rate and (len(places) < 2 or not _confine(before - set().union(*places) or places[-1])):
        yield None
        return
    started: list[Worker] = []
    with Queue(min(AT_ONCE, pacer.piece) if pacer.rate else AT_ONCE) as queue:
        made = Workers(queue, started)
        try:
            for number, processors in enumerate(places, start=1):
                words, parent = shared(64).cast("q"), os.getpid()
                if (pid := _fork()) == 0:
                    pacer.become(number)
                    late = (number - 1) * _LATE
                    _run(_Work(senders, pacer, priority, queue, words, late=late), processors, parent)
                if pid:
                    started.append(Worker(pid, words))
            yield made if len(started) == len(places) else None
        finally:
            made.end()
            if pacer.rate:
                _confine(before)


def _fork() -> int | None:
    """See `os.fork`; None where this process may start no other."""
    try:
        return os.fork()
    except OSError:
        return None


def _run(work: _Work, processors: set[int], parent: int) -> NoReturn:
    """Be a worker: what the sweep has open, or has still to say, is not to be ended or said here as well."""
    try:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to all, and the sweep knows what to do
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        _confine(processors)
        if os.getppid() == parent:
            work.run()
    except Exception:  # a fault of ours: the sweep goes on alone
        traceback.print_exc()
    finally:
        os._exit(1)


class _Work:
    """What a worker does; `late` is by how many seconds others have to be before this one stands in."""

    def __init__(
        self,
        senders: Sequence[Sender],
        pacer: Pacer,
        priority: RealtimePriority,
        queue: Queue,
        words: memoryview,
        *,
        late: float,
    ) -> None:
        self._senders = senders
        self._pacer = pacer
        self._priority = priority
        self._queue = queue
        self._words = words
        self._late = late
        self._is_dry = True  # whether there was nothing to take
        self._piece: Piece | None = None  # what is left of the one that it has taken

    def run(self) -> NoReturn:
        """Send what there is, for ever."""
        self._priority.acquire()
        while True:
            if not self._is_dry or self._queue.wait(_NAP):
                self._turn(self._when_due())

    def _when_due(self) -> float:
        """Wait until it is worth asking, which the one that stands in seldom does; the time then.

        As little as possible: after every sleep, each step comes from memory.
        """
        due, late, clock = self._pacer.due, self._late, time.monotonic
        while (wait := due[0] + late - (now := clock())) > 0:
            time.sleep(min(_NAP, wait))
        return now

    def _turn(self, now: float) -> None:
        """Send what may leave."""
        self._priority.check(now)
        if allowed := self._pacer.take(AT_ONCE, now, self._queue.rows):
            self._send(allowed)

    def _send(self, allowed: int) -> None:
        """Send up to so many rows; what was taken from the pace beyond what there is, is given back."""
        error = 0
        while allowed and not error and (piece := self._piece or self._queue.take()):
            sent, error = self._senders[piece.sender].send(piece.first, min(piece.count, allowed))
            self._words[_SENT] += sent
            allowed -= sent
            self._pass(piece, sent)
        self._is_dry = allowed > 0 and not error
        if allowed:
            self._pacer.charge(-allowed)
        if error in FULL:
            self._words[_WAITS] += 1
            time.sleep(BACK_OFF)
        elif error and piece:
            self._wait_for_answer(piece, error)

    def _pass(self, piece: Piece, count: int) -> None:
        """Note that its first rows have left, or are left out."""
        self._queue.note(piece, count)
        self._piece = piece if piece.count else None

    def _wait_for_answer(self, piece: Piece, error: int) -> None:
        """Tell what keeps its first row back, and wait until that is to be sent again, or left out."""
        words = self._words
        skips = words[_SKIPS]
        words[_ERROR], words[_SLOT] = error, piece.slot
        words[_FAILURES] += 1
        while words[_ANSWERS] != words[_FAILURES]:
            time.sleep(BACK_OFF)
        self._pass(piece, words[_SKIPS] - skips)


def _confine(processors: set[int]) -> bool:
    """Run on these processors alone; false where there are none, or a sandbox does not allow it."""
    try:
        os.sched_setaffinity(0, processors)
    except OSError:
        return False
    return True
