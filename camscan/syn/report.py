"""What this program says: one JSON object a line on standard output, and an exit code as in `camscan.l2.lines`.

`begin`  the first line of a run that can do what it was told to: questions
`found`  how questions ended: errno, addresses, ports. `errno` is what connect(2) gives for it: 0 where a port accepted,
         ECONNREFUSED, EHOSTUNREACH and its like, ETIMEDOUT; with `"local": true`, what this host itself refused
`note`   something that the reader of the results has to know: text
`at`     about once a second: sent. With checkpoints four times a second and at the end: position, from which another
         run may go on, whatever ends this one, and settled, the numbers of questions that were settled since the last
`end`    the last line of a run that ended well: counters
`error`  the last line of one that did not: message
"""

from __future__ import annotations

from collections.abc import Iterable

from camscan.l2.lines import Lines
from camscan.syn.settled import Settled

_MOST = 2_048  # questions of one line; a line is no longer than 256 KiB


class Report:
    """Gathers what is found, so that a line says many."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._found: dict[tuple[int, bool], list[tuple[str, int]]] = {}

    def found(self, errno: int, pairs: Iterable[tuple[str, int]], *, local: bool = False) -> None:
        """Say how questions, given as address and port, ended."""
        kept = self._found.setdefault((errno, local), [])
        kept.extend(pairs)
        if len(kept) >= _MOST:
            self._emit_found()

    def note(self, text: str) -> None:
        """Say something to the reader of the results."""
        self._lines.emit("note", text=text)

    def emit(self, kind: str, **values: object) -> None:
        """Say a line of another kind, and all that was found before it."""
        self._emit_found()
        self._lines.emit(kind, **values)
        self._lines.flush()

    def flush(self) -> None:
        """Hand over what was found."""
        self._emit_found()
        self._lines.flush()

    def _emit_found(self) -> None:
        for (errno, local), pairs in self._found.items():
            for begin in range(0, len(pairs), _MOST):
                part = pairs[begin : begin + _MOST]
                addresses, ports = zip(*part, strict=True)
                self._lines.emit(
                    "found", errno=errno, addresses=addresses, ports=ports, **({"local": True} if local else {})
                )
        self._found.clear()


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
