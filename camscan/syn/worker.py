"""A worker process that sends what the sweep hands over, and does nothing else.

It is forked, so that it has the sockets and messages of the sweep, and sees in shared memory what is written to the
rows. It is killed when the sweep ends, however that ends.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import struct
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import NoReturn

from camscan.syn.memory import shared
from camscan.syn.pace import SharedPacer
from camscan.syn.sending import AT_ONCE, Sender

_COMMAND = struct.Struct("@hHH")
"""The number of a sender, the first row and how many; or one of these instead of the number."""
_RESUME, _SKIP = -1, -2
_PASSED, _FAILURES, _ERROR = range(3)
"""What a worker says in shared memory: the rows that it has passed, its errors so far, and the last one's errno."""
_NAP = 0.02
"""Seconds that it sleeps at most, so that it soon hears what it is told."""
_LOOK = 0.02
"""Seconds between two looks at whether it is alive."""
_PR_SET_PDEATHSIG = 1


class Worker:
    """The sweep's view of it."""

    def __init__(self, pid: int, sock: socket.socket, said: memoryview, senders: Sequence[Sender]) -> None:
        self._pid = pid
        self._sock = sock
        self._said = said
        self._numbers = {id(sender): number for number, sender in enumerate(senders)}
        self._passed = self._failures = 0
        self._looked = 0.0
        self._ended = False

    def knows(self, sender: Sender) -> bool:
        """Whether it can send by this one."""
        return id(sender) in self._numbers

    def hand_over(self, sender: Sender, first: int, count: int) -> None:
        """Have it send some rows, after all that it has."""
        self._tell(self._numbers[id(sender)], first, count)

    def resume(self, *, skip: bool) -> None:
        """Have it go on after an error, or leave out the row that was kept back."""
        self._tell(_SKIP if skip else _RESUME, 0, 0)

    def passed(self) -> int:
        """How many rows it has passed since the last call: sent, or left out."""
        before, self._passed = self._passed, self._said[_PASSED]
        return self._passed - before

    def error(self) -> int:
        """The errno of an error that was not told of yet, or 0; it waits for `resume`."""
        if self._said[_FAILURES] == self._failures:
            return 0
        self._failures += 1
        return int(self._said[_ERROR])

    def is_alive(self, now: float) -> bool:
        """Whether there is somebody to send; looked at now and then."""
        if not self._ended and now - self._looked >= _LOOK:
            self._looked = now
            self._ended = os.waitpid(self._pid, os.WNOHANG)[0] != 0
        return not self._ended

    def end(self) -> None:
        """Have it end at once, and wait until it has."""
        if not self._ended:
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
            self._ended = True

    def _tell(self, number: int, first: int, count: int) -> None:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # `is_alive` says so
            self._sock.send(_COMMAND.pack(number, first, count))


@contextlib.contextmanager
def worker(senders: Sequence[Sender], pacer: SharedPacer, look: Callable[[float], None]) -> Iterator[Worker | None]:
    """A worker that keeps the pace too, on a processor of its own, and now and then calls `look` with the time.

    None where a pace is to be kept and there is but one processor, or a sandbox does not let it have one.
    """
    processors = os.sched_getaffinity(0)
    own = {max(processors)} if pacer.rate else processors
    if pacer.rate and not _confine(processors - own):
        yield None
        return
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    said = shared(64).cast("q")
    parent = os.getpid()
    with near, far:
        if (pid := _fork()) == 0:
            near.close()
            _run(_Work(senders, pacer, look, far, said), own, parent)
        started = Worker(pid, near, said, senders) if pid else None
        far.close()
        try:
            yield started
        finally:
            if started:
                started.end()
            if pacer.rate:
                _confine(processors)


def _fork() -> int | None:
    """See `os.fork`; None where this process may start no other."""
    try:
        return os.fork()
    except OSError:
        return None


def _run(work: _Work, processors: set[int], parent: int) -> NoReturn:
    """Be the worker: what the sweep has open, or has still to say, is not to be ended or said here as well."""
    try:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to both, and the sweep knows what to do
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        _confine(processors)
        if os.getppid() == parent:
            work.run()
    finally:
        os._exit(0)


class _Work:
    """What a worker does."""

    def __init__(
        self,
        senders: Sequence[Sender],
        pacer: SharedPacer,
        look: Callable[[float], None],
        sock: socket.socket,
        said: memoryview,
    ) -> None:
        self._senders = senders
        self._pacer = pacer
        self._look = look
        self._sock = sock
        self._said = said
        self._waiting: deque[list[int]] = deque()
        """Numbers of senders, each with the first row and how many."""
        self._is_kept_back = False

    def run(self) -> None:
        """Send, until the sweep closes its end."""
        self._pacer.become_second()
        while self._hear(wait=self._is_kept_back or not self._waiting):
            if self._waiting and not self._is_kept_back:
                self._step(time.monotonic())

    def _hear(self, *, wait: bool) -> bool:
        """Take a command, if there is one; false where none will come any more."""
        try:
            command = self._sock.recv(_COMMAND.size, 0 if wait else socket.MSG_DONTWAIT)
        except BlockingIOError:
            return True
        if not command:
            return False
        number, first, count = _COMMAND.unpack(command)
        if number >= 0:
            self._add(number, first, count)
        else:
            self._is_kept_back = False
            if number == _SKIP:
                self._pass(1)
        return True

    def _add(self, number: int, first: int, count: int) -> None:
        """Rows that follow the last ones leave together with them, so that no few are left at an end."""
        last = self._waiting[-1] if self._waiting else [-1, 0, 0]
        if (number, first) == (last[0], last[1] + last[2]):
            last[2] += count
        else:
            self._waiting.append([number, first, count])

    def _step(self, now: float) -> None:
        number, first, rows = self._waiting[0]
        wanted = min(AT_ONCE, rows)
        self._look(now)
        if (wait := self._pacer.wait(wanted, now)) > 0:
            time.sleep(min(_NAP, wait))
            now = time.monotonic()
        if not (count := self._pacer.take(wanted, now)):
            return
        sent, error = self._senders[number].send(first, count)
        if sent < count:
            self._pacer.charge(sent - count)
        self._pass(sent)
        if error:
            self._is_kept_back = True
            self._said[_ERROR] = error
            self._said[_FAILURES] += 1

    def _pass(self, count: int) -> None:
        piece = self._waiting[0]
        piece[1] += count
        piece[2] -= count
        if not piece[2]:
            self._waiting.popleft()
        self._said[_PASSED] += count


def _confine(processors: set[int]) -> bool:
    """Run on these processors alone; false where there are none, or a sandbox does not allow it."""
    try:
        os.sched_setaffinity(0, processors)
    except OSError:
        return False
    return True
