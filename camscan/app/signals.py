"""The signals that end a command early and in order: Ctrl-C, kill(1), and a terminal that goes away."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable, Iterator

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


@contextlib.contextmanager
def interruptible(work: asyncio.Future[None], seconds: float | None) -> Iterator[None]:
    """Turn signals and the end of the time into the end of the work: no new packet leaves after it."""
    timer = asyncio.ensure_future(_cancel_after(seconds, work)) if seconds is not None else None
    try:
        with ended_by_signals(work.cancel):
            yield
    finally:
        if timer is not None:
            timer.cancel()


async def _cancel_after(seconds: float, work: asyncio.Future[None]) -> None:
    """End the work by the host's clock: the loop's stands still while the process does."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:  # noqa: ASYNC110 - nobody tells when it is over
        await asyncio.sleep(min(left, _LOOK))
    work.cancel()
