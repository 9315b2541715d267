"""An event loop for many sockets, which goes on where epoll(7) cannot watch any more descriptors.

If epoll refuses a descriptor (fs.epoll.max_user_watches, or no memory), asyncio logs a traceback and never looks at
that connection again: its peer would be called silent. Here poll(2), which has no such limit, watches it until it is
unregistered. Besides, asyncio does not notice if the byte with which a thread wakes the loop could not be sent; so
the loop never sleeps for long.

While the process stands still (Ctrl-Z, a host without CPU to spare), so does the clock of the loop. Otherwise every
host that is under way would have used up its time, and every answer that has come meanwhile would be too late.
"""

from __future__ import annotations

import asyncio
import errno
import selectors
import time
from collections import ChainMap
from collections.abc import Coroutine, Mapping
from typing import Any, TypeAlias, TypeVar

from camscan.system.exhaustion import EXHAUSTED

_POLL_INTERVAL = 0.02  # seconds between checks of the descriptors that epoll refused
_MAX_SLEEP = 1.0  # seconds that the loop sleeps at most, and so the longest delay after a thread failed to wake it
_LONGEST_ROUND = 2 * _MAX_SLEEP
"""Seconds between two looks at the clock, above which the process stood still: the loop looks in every round."""
_REFUSED = EXHAUSTED | {errno.EEXIST}
"""Errors for which poll(2) takes over; EEXIST if epoll had failed to unregister the descriptor before."""

_T = TypeVar("_T")
_Map: TypeAlias = Mapping[Any, selectors.SelectorKey]
_Ready: TypeAlias = list[tuple[selectors.SelectorKey, int]]


class WideSelector(selectors.EpollSelector):
    """epoll, and poll(2) for the descriptors that epoll refused."""

    def __init__(self) -> None:
        super().__init__()
        self._poll = selectors.PollSelector()

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        """See `selectors.BaseSelector.register`."""
        try:
            return super().register(fileobj, events, data)
        except OSError as error:
            if error.errno not in _REFUSED:
                raise
            return self._poll.register(fileobj, events, data)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        """See `selectors.BaseSelector.modify`."""
        if self._is_polled(fileobj):
            return self._poll.modify(fileobj, events, data)
        try:
            return super().modify(fileobj, events, data)
        except OSError as error:  # epoll has unregistered it
            if error.errno not in _REFUSED:
                raise
            return self._poll.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        """See `selectors.BaseSelector.unregister`."""
        return self._poll.unregister(fileobj) if self._is_polled(fileobj) else super().unregister(fileobj)

    def select(self, timeout: float | None = None) -> _Ready:
        """See `selectors.BaseSelector.select`; may return nothing before the time is over."""
        if not self._poll.get_map():
            return super().select(_no_longer_than(_MAX_SLEEP, timeout))
        polled = self._poll.select(0)
        wait = 0.0 if polled else _no_longer_than(_POLL_INTERVAL, timeout)
        return super().select(wait) + (polled or self._poll.select(0))

    def close(self) -> None:
        """See `selectors.BaseSelector.close`."""
        self._poll.close()
        super().close()

    def get_map(self) -> _Map:
        """See `selectors.BaseSelector.get_map`."""
        polled = self._poll.get_map()
        return ChainMap(super().get_map(), polled) if polled else super().get_map()  # type: ignore[arg-type]

    def get_key(self, fileobj: Any) -> selectors.SelectorKey:
        """See `selectors.BaseSelector.get_key`."""
        return self._poll.get_key(fileobj) if self._is_polled(fileobj) else super().get_key(fileobj)

    def _is_polled(self, fileobj: Any) -> bool:
        polled = self._poll.get_map()
        return bool(polled) and fileobj in polled


class PatientLoop(asyncio.SelectorEventLoop):
    """An event loop with that selector, whose clock does not count the time for which the process stood still."""

    def __init__(self) -> None:
        self._looked_at = time.monotonic()
        self._stood_still = 0.0
        super().__init__(WideSelector())

    def time(self) -> float:
        """See `asyncio.BaseEventLoop.time`."""
        now = time.monotonic()
        if (passed := now - self._looked_at) > _LONGEST_ROUND:
            self._stood_still += passed - _LONGEST_ROUND
        self._looked_at = now
        return now - self._stood_still


def _no_longer_than(most: float, timeout: float | None) -> float:
    return most if timeout is None else min(timeout, most)


def runner() -> asyncio.Runner:
    """See `asyncio.Runner`: what is run by it one after the other may share what belongs to a loop."""
    return asyncio.Runner(loop_factory=PatientLoop)


def run(main: Coroutine[Any, Any, _T]) -> _T:
    """See `asyncio.run`."""
    with runner() as one:
        return one.run(main)
