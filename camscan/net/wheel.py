"""What is to be done when, for very many things: kept by milliseconds, so that none is ever moved about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

_STEPS = 1_000
"""Parts of a second that are told apart; nothing is due before its time, and what falls into one part is in order."""

_T = TypeVar("_T")


class Wheel(Generic[_T]):
    """Things with the times at which they are due, on a clock that stands at `now`."""

    def __init__(self, now: float) -> None:
        self._done = int(now * _STEPS)
        self._steps: dict[int, list[_T]] = {}

    def put(self, due: float, thing: _T) -> None:
        """Keep a thing until it is due."""
        step = max(int(due * _STEPS), self._done) + 1
        found = self._steps.get(step)
        if found is None:
            self._steps[step] = [thing]
        else:
            found.append(thing)

    def due(self, now: float) -> Iterator[_T]:
        """Let go of what is due by now; what is put meanwhile for such a time is, too."""
        last = int(now * _STEPS)
        while self._done < last:
            self._done += 1
            yield from self._steps.pop(self._done, ())
