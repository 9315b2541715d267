"""What ends a command early and in order: Ctrl-C, kill(1), and a terminal that goes away."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def ended_by_signals(end: Callable[[], object]) -> Iterator[None]:
    """Have SIGINT, SIGTERM and SIGHUP call `end` during the body; SIGHUP not where nohup(1) has it ignored."""
    loop = asyncio.get_running_loop()
    hangs_up = signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN
    numbers = (signal.SIGINT, signal.SIGTERM, *((signal.SIGHUP,) if hangs_up else ()))
    for number in numbers:
        loop.add_signal_handler(number, end)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
