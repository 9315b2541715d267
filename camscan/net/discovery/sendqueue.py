"""The order of sending to thousands of addresses at which life is looked for together."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeAlias, TypeVar

from camscan.net.discovery.candidate import Candidate
from camscan.net.pacing.pace import Pace

_AT_A_TIME = 0.005  # seconds of the pace that are taken at once, and within which they have to be used
_STEPS = 1_000  # slots of a second: nothing is due before its time, and what falls into one slot is in order

_T = TypeVar("_T")

Action: TypeAlias = Callable[..., object]


class TimerWheel(Generic[_T]):
    """Items by due time, in slots of a millisecond, so that none is ever moved. The clock starts at `now`."""

    def __init__(self, now: float) -> None:
        self._done = int(now * _STEPS)
        self._steps: dict[int, list[_T]] = {}

    def put(self, due: float, thing: _T) -> None:
        """Keep an item until it is due."""
        step = max(int(due * _STEPS), self._done) + 1
        found = self._steps.get(step)
        if found is None:
            self._steps[step] = [thing]
        else:
            found.append(thing)

    def due(self, now: float) -> Iterator[_T]:
        """Yield and drop the items due by now, including those put meanwhile."""
        last = int(now * _STEPS)
        while self._done < last:
            self._done += 1
            yield from self._steps.pop(self._done, ())


class SendQueue:
    """Candidates in the order in which they may send, and actions scheduled for them."""

    def __init__(self, pace: Pace, rate: float) -> None:
        self._pace = pace
        self._at_a_time = max(1, int(rate * _AT_A_TIME))
        self.now = asyncio.get_running_loop().time
        self._due: TimerWheel[tuple[Candidate, Action | None, *tuple[Any, ...]]] = TimerWheel(self.now())
        self._ready: deque[Candidate] = deque()
        self._granted = 0
        self._granted_at = self._granted_until = 0.0

    @property
    def waiting(self) -> int:
        """Candidates that wait for the pace only."""
        return len(self._ready)

    def at(self, when: float, candidate: Candidate) -> None:
        """Queue the candidate, not before that time."""
        if when <= self.now():
            self._ready.append(candidate)
        else:
            self._due.put(when, (candidate, None))

    def later(self, seconds: float, candidate: Candidate, action: Action, *what: Any) -> None:
        """Call an action with a candidate after some time, unless the candidate is over by then."""
        self._due.put(self.now() + seconds, (candidate, action, *what))

    def next(self) -> Candidate | None:
        """Call due actions; then return the next candidate, if there is one."""
        for candidate, action, *what in self._due.due(self.now()):
            if action is None:
                self._ready.append(candidate)
            elif not candidate.over:
                action(candidate, *what)
        return self._ready.popleft() if self._ready else None

    async def take(self) -> None:
        """Wait until a packet may be sent. As many as can be used are taken from the pace at once."""
        if self._granted and self.now() <= self._granted_until:
            return
        self.give_back()
        count = min(self._at_a_time, 1 + len(self._ready))
        await self._pace.take(count, discovering=True)
        self._granted, self._granted_at = count, self.now()
        await asyncio.sleep(0)  # where nothing had to be waited for, others have their turn all the same
        self._granted_until = self.now() + _AT_A_TIME

    def used(self) -> None:
        """Count a granted packet as sent."""
        self._granted -= 1

    def give_back(self) -> None:
        """Return to the pace what was granted and not used."""
        if self._granted:
            self._pace.give_back(self._granted, self._granted_at)
            self._granted = 0
