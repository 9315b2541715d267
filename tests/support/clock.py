"""An event loop whose clock jumps to the next timer instead of waiting, so that minutes pass in milliseconds."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

_T = TypeVar("_T")


class _Selector(selectors.DefaultSelector):
    """Never waits; tells how long the loop would have."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1_000.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout:
            self.now += timeout
        return ready


class JumpingLoop(asyncio.SelectorEventLoop):
    """Runs timers at once, in order. `stall` lets time pass as a callback that hogs the loop would."""

    def __init__(self) -> None:
        self._jumping = _Selector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now

    def stall(self, seconds: float) -> None:
        self._jumping.now += seconds


def run(main: Coroutine[Any, Any, _T]) -> _T:
    """Run a coroutine to its end in jumping time."""
    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        return runner.run(main)


def stall(seconds: float) -> None:
    """Let time pass as a callback that hogs the running loop would."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, JumpingLoop)
    loop.stall(seconds)
