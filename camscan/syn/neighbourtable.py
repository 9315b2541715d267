"""The kernel's table of neighbours, which connecting fills: what is for one that finds no room is dropped."""

from __future__ import annotations

import errno

_AT_ONCE = 400  # neighbours that the kernel asks for at once: its table holds 1,024 and must keep room for others
_ASKING = 3.3
"""Seconds for which it asks for one that is silent: three times, a second apart, and its timers may be a tenth late."""
_HOLDING = 50.0  # seconds for which it holds one that answers: half as long again as base_reachable_time_ms, and five


class NeighbourTable:
    """Who is in it because of us. It takes `most` neighbours, of which `held` were there before."""

    def __init__(self, most: int, held: int, now: float) -> None:
        self._most = most
        self._asked_for: dict[int, float] = {}
        # Who those before are makes no difference.
        self._answering = {-number: now + _HOLDING for number in range(1, min(held, most) + 1)}

    def __len__(self) -> int:
        return len(self._asked_for) + len(self._answering)

    def has_room(self, host: int, now: float) -> bool:
        """Whether the kernel may be made to ask for a neighbour, and has room for its answer.

        It goes on asking when the attempt is long given up.
        """
        for entries in (self._asked_for, self._answering):
            while entries and next(iter(entries.values())) <= now:
                del entries[next(iter(entries))]
        if host in self._asked_for or host in self._answering:
            return True
        return len(self._asked_for) < _AT_ONCE and len(self) < self._most

    def take(self, host: int, now: float) -> None:
        """Note that a connection to a neighbour is begun."""
        if host not in self._answering:
            self._asked_for.setdefault(host, now + _ASKING)

    def note(self, host: int, number: int, now: float) -> None:
        """Note the errno with which one ended."""
        if number != errno.ETIMEDOUT:
            self._asked_for.pop(host, None)
        if number in (0, errno.ECONNREFUSED):
            self._answering.pop(host, None)  # the oldest come first
            self._answering[host] = now + _HOLDING
