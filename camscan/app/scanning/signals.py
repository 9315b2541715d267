"""The signals that end a command early and in order: Ctrl-C, kill(1), and a terminal that goes away."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable, Coroutine, Iterator

from camscan.l2.sockets import ending_signals

_LOOK = 1.0  # seconds between two looks at whether the time is over


@contextlib.contextmanager
def ended_by_signals(end: Callable[[], object]) -> Iterator[None]:
    """Have each of `ending_signals` call `end` during the body."""
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in ending_signals()}
    for number in before:
        loop.add_signal_handler(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            loop.remove_signal_handler(number)
            signal.signal(number, handler)


class Interruption:
    """Ends work early, that of several scans at one time together; what begins after that is ended at once."""

    def __init__(self) -> None:
        self._works = set[asyncio.Future[None]]()
        self._is_over = False
        self.is_heeded = False
        """Whether some work was left to be ended."""

    def end(self) -> None:
        """End all work."""
        self._is_over = True
        self.is_heeded |= bool(self._works)
        for work in self._works:
            work.cancel()

    async def ends(self, work: Coroutine[None, None, None]) -> bool:
        """Do some work; whether it was ended early: no new packet leaves after it."""
        task = asyncio.ensure_future(work)
        self._works.add(task)
        if self._is_over:
            self.is_heeded = task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            return True
        finally:
            self._works.discard(task)
        return False


@contextlib.contextmanager
def interruptible(seconds: float | None = None) -> Iterator[Interruption]:
    """Turn signals and the end of the time into the end of work that is done meanwhile.

    After the first signal the next one does what it did before. Raises KeyboardInterrupt in the end where a signal came
    when there was no work any more.
    """
    interruption, by_signal = Interruption(), False

    def end() -> None:
        nonlocal by_signal
        by_signal = True
        handlers.close()
        interruption.end()

    timer = asyncio.ensure_future(_end_after(seconds, interruption)) if seconds is not None else None
    with contextlib.ExitStack() as handlers:
        handlers.enter_context(ended_by_signals(end))
        try:
            yield interruption
        finally:
            if timer is not None:
                timer.cancel()
    if by_signal and not interruption.is_heeded:
        raise KeyboardInterrupt


async def _end_after(seconds: float, interruption: Interruption) -> None:
    """End the work by the host's clock: the loop's stands still while the process does."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:  # noqa: ASYNC110 - nobody tells when it is over
        await asyncio.sleep(min(left, _LOOK))
    interruption.end()
