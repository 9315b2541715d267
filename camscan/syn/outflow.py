"""Lets packets leave, by two processes: as fast as the kernel takes them, or at the pace.

A process that sleeps until the next packets are due is woken late now and then: on a kernel without preemption another
process's system call has to end first, and a hypervisor may have given the processor away. 5 ms are 5 % of 100 ms.
It seldom meets two processors at once. So, with a pace, a worker process sends, and this one, which has other work as
well, stands in where that is late. Each has packets of its own for some time, and a processor. Threads would not do:
one that is kept waiting while it holds Python's lock keeps the other waiting, too. Without a pace, both send.
"""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from camscan.syn.pace import SharedPacer
from camscan.syn.packets import BATCH
from camscan.syn.sending import AT_ONCE, Sender
from camscan.syn.worker import Worker, worker

_LATE = 0.0003
"""Seconds by which the worker may be late before this process stands in."""
_AGAIN = 0.00005
"""Seconds until it looks again before it does: what kept the worker waiting may have kept this process, too."""
_AHEAD = 0.015
"""Seconds for which the worker has packets of its own: for so long it does without this process."""
_IDLE = 0.02
"""Seconds without anything to send from which on they are no lost time."""
_ON_ITS_WAY = 0.0001
"""Seconds until what the worker is sending may have left."""


@dataclass(slots=True, eq=False)
class Load:
    """Rows of a sender that are to leave by an interface. `left` have not, and may not be overwritten before."""

    sender: Sender
    interface: str
    left: int


@dataclass(slots=True, eq=False)
class _Piece:
    """Adjacent rows of a load."""

    load: Load
    first: int
    end: int

    def cut(self, count: int) -> _Piece:
        """Its first rows, which it lacks from now on."""
        piece = _Piece(self.load, self.first, self.first + count)
        self.first += count
        return piece

    @property
    def rows(self) -> int:
        """How many these are."""
        return self.end - self.first


class Outflow:
    """`stood_in` counts what this process sent while there was a worker."""

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._pacer = SharedPacer(rate, clock())
        self._worker: Worker | None = None
        self._own: deque[_Piece] = deque()
        self._lent: deque[_Piece] = deque()
        """What the worker is to send."""
        self._held = self._own
        """Those whose first row an error keeps back."""
        self._error = 0
        self._stepped = clock()
        self._is_late = False
        """Whether the worker was when this process looked last."""
        self.stood_in = 0

    @property
    def sent(self) -> int:
        """The packets that have left."""
        return self._pacer.sent

    @property
    def rate(self) -> float:
        """Packets a second; 0 is without bound."""
        return self._pacer.rate

    @contextlib.contextmanager
    def doubled(
        self, senders: Sequence[Sender], look: Callable[[float], None] = lambda _: None, *, unpaced: bool = False
    ) -> Iterator[None]:
        """Have a worker, which may send by these: where there is a pace, or none and it is wanted. See `worker`."""
        if not senders or not (self.rate or unpaced):
            yield
            return
        with worker(senders, self._pacer, look) as self._worker:
            try:
                yield
            finally:
                self._take_back()

    def put(self, sender: Sender, count: int, interface: str = "") -> Load:
        """Have the first rows of a sender leave, by and by, as far as `step` is called."""
        load = Load(sender, interface, count)
        if not self._own and not self._lent and self._clock() - self._stepped > _IDLE:
            self._pacer.restart()
        if count:
            self._own.append(_Piece(load, 0, count))
            self._share()
        return load

    def step(self) -> tuple[float, int]:
        """Send what may leave now: seconds until more may, and the errno that keeps it back until `resume`, or 0."""
        self._share()
        self._stepped = now = self._clock()
        if self._error or not self._own:
            return self._until_lent_leaves(), self._error
        piece = self._own[0]
        wanted = min(AT_ONCE, piece.rows)
        if (wait := self._until_due(wanted, now)) > 0:
            return wait, 0
        if not (allowed := self._pacer.take(wanted, now)):
            return _AGAIN, 0
        self._send(piece, allowed)
        return 0.0, self._error

    @property
    def interface(self) -> str:
        """Which the row is to leave by that was kept back."""
        return self._held[0].load.interface

    def resume(self, *, skip: bool = False) -> None:
        """Go on after an error, or leave out the row that was kept back."""
        self._error = 0
        if self._held is self._lent and self._worker:
            self._worker.resume(skip=skip)
        elif skip:
            _leave(self._held, 1)

    def charge(self, count: int) -> None:
        """See `Pacer.charge`; the packets have left."""
        self._pacer.charge(count)

    def slow_down(self) -> None:
        """See `Pacer.slow_down`."""
        self._pacer.slow_down(self._clock())

    def _send(self, piece: _Piece, count: int) -> None:
        sent, error = piece.load.sender.send(piece.first, count)
        if sent < count:
            self._pacer.charge(sent - count)
        if self._worker:
            self.stood_in += sent
        _leave(self._own, sent)
        if error:
            self._held, self._error = self._own, error

    def _until_due(self, wanted: int, now: float) -> float:
        """Seconds until this process is to send: where there is a worker, not before that is late at a second look."""
        late = _LATE if self._lent and self.rate else 0.0
        wait = self._pacer.due_in(wanted, now) + late
        if not late or wait > 0:
            self._is_late = False
            return wait
        self._is_late = not self._is_late
        return _AGAIN if self._is_late else 0.0

    def _until_lent_leaves(self) -> float:
        """Seconds until about half of it has, so that its end is not missed for long."""
        rows = sum(piece.rows for piece in self._lent)
        return max(_ON_ITS_WAY, rows / self.rate / 2 if self.rate else 0.0)

    def _share(self) -> None:
        """See what the worker has sent, and see to it that it has enough for some time."""
        if not (worker := self._worker):
            return
        is_alive = worker.is_alive(self._clock())
        _leave(self._lent, worker.passed())
        if not is_alive:
            self._take_back()
            return
        if error := worker.error():
            self._held, self._error = self._lent, error
        ahead = max(1, int(self.rate * _AHEAD)) if self.rate else BATCH
        room = ahead - sum(piece.rows for piece in self._lent)
        while self._own and room > ahead // 3 and worker.knows(self._own[0].load.sender):
            piece = self._own[0].cut(min(room, self._own[0].rows))
            _leave(self._own, 0)
            worker.hand_over(piece.load.sender, piece.first, piece.rows)
            self._lent.append(piece)
            room -= piece.rows

    def _take_back(self) -> None:
        """Have no worker any more, and what it has not sent."""
        self._worker = None
        self._own.extendleft(reversed(self._lent))
        self._lent.clear()
        self._held = self._own


def _leave(pieces: deque[_Piece], count: int) -> None:
    """Note that the first rows have left, or are left out."""
    while pieces and (count or not pieces[0].rows):
        passed = min(count, pieces[0].rows)
        pieces[0].first += passed
        pieces[0].load.left -= passed
        count -= passed
        if not pieces[0].rows:
            pieces.popleft()
