"""The event loop of whatever opens many sockets: one that this host's bound on watched descriptors cannot deafen.

Where epoll(7) takes no further descriptor (fs.epoll.max_user_watches, or no memory), asyncio logs a traceback and never
looks at that connection again: its peer would be called silent. Such a descriptor is looked at by poll(2) instead,
which knows no such bound, until it is let go of. And where the byte by which a thread wakes the loop cannot be sent,
asyncio says nothing and sleeps on: so the loop never sleeps for long.
"""

from __future__ import annotations

import asyncio
import errno
import selectors
from collections import ChainMap
from collections.abc import Coroutine, Mapping
from typing import Any, TypeAlias, TypeVar

from camscan.shortages import EXHAUSTED

_LOOK = 0.02
"""Seconds between looks at descriptors that epoll did not take."""
_NAP = 1.0
"""Seconds that the loop sleeps at most: how late it hears of a thread that could not wake it."""
_NOT_TAKEN = EXHAUSTED | {errno.EEXIST}
"""The latter where epoll did not let go of it before."""

_T = TypeVar("_T")
_Map: TypeAlias = Mapping[Any, selectors.SelectorKey]
_Ready: TypeAlias = list[tuple[selectors.SelectorKey, int]]


class WideSelector(selectors.EpollSelector):
    """An epoll with a poll(2) beside it for what does not fit in."""

    def __init__(self) -> None:
        super().__init__()
        self._beside = selectors.PollSelector()

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        """See `selectors.BaseSelector.register`."""
        try:
            return super().register(fileobj, events, data)
        except OSError as error:
            if error.errno not in _NOT_TAKEN:
                raise
            return self._beside.register(fileobj, events, data)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        """See `selectors.BaseSelector.modify`."""
        if self._is_beside(fileobj):
            return self._beside.modify(fileobj, events, data)
        try:
            return super().modify(fileobj, events, data)
        except OSError as error:  # which has let go of it
            if error.errno not in _NOT_TAKEN:
                raise
            return self._beside.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        """See `selectors.BaseSelector.unregister`."""
        return self._beside.unregister(fileobj) if self._is_beside(fileobj) else super().unregister(fileobj)

    def select(self, timeout: float | None = None) -> _Ready:
        """See `selectors.BaseSelector.select`; may return nothing before the time is over."""
        if not self._beside.get_map():
            return super().select(_no_longer_than(_NAP, timeout))
        beside = self._beside.select(0)
        wait = 0.0 if beside else _no_longer_than(_LOOK, timeout)
        return super().select(wait) + (beside or self._beside.select(0))

    def close(self) -> None:
        """See `selectors.BaseSelector.close`."""
        self._beside.close()
        super().close()

    def get_map(self) -> _Map:
        """See `selectors.BaseSelector.get_map`."""
        beside = self._beside.get_map()
        return ChainMap(super().get_map(), beside) if beside else super().get_map()  # type: ignore[arg-type]

    def get_key(self, fileobj: Any) -> selectors.SelectorKey:
        """See `selectors.BaseSelector.get_key`."""
        return self._beside.get_key(fileobj) if self._is_beside(fileobj) else super().get_key(fileobj)

    def _is_beside(self, fileobj: Any) -> bool:
        beside = self._beside.get_map()
        return bool(beside) and fileobj in beside


def _no_longer_than(most: float, timeout: float | None) -> float:
    return most if timeout is None else min(timeout, most)


def run(main: Coroutine[Any, Any, _T]) -> _T:
    """See `asyncio.run`."""
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(WideSelector())) as runner:
        return runner.run(main)
