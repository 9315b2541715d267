"""When and how a sweep says how far it is, so that whatever ends it another run can go on."""

from __future__ import annotations

from camscan.syn.report import Report
from camscan.syn.settled import Settled

_TELL, _CHECK, _FLUSH = 1.0, 0.25, 0.05
"""Seconds between two lines on how far it is, between two checkpoints, and until what is found is handed over."""


class Progress:
    """Says `at` lines; with `checkpoints` they hold what was settled since the last."""

    def __init__(self, report: Report, settled: Settled, now: float, *, checkpoints: bool) -> None:
        self._report = report
        self._settled = settled
        self._checkpoints = checkpoints
        self._every = _CHECK if checkpoints else _TELL
        self._told = self._flushed = now

    def is_due(self, now: float) -> bool:
        """Whether to say how far it is; in between, what was found is handed over now and then."""
        if now - self._told >= self._every:
            self._told = self._flushed = now
            return True
        if now - self._flushed >= _FLUSH:
            self._flushed = now
            self._report.flush()
        return False

    def emit(self, sent: int, position: int) -> None:
        """Say how far it is; `position` is where another run may go on from."""
        if not self._checkpoints:
            self._report.emit("at", sent=sent)
            return
        for numbers in self._settled.new_numbers():
            self._report.emit("at", position=position, sent=sent, settled=numbers)
