"""The signals that end a command early and in order: Ctrl-C, kill(1), and a terminal that goes away."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator

from camscan.l2.sockets import ending_signals


@contextlib.contextmanager
def ended_by_signals(end: Callable[[], object]) -> Iterator[None]:
    """Have each of `ending_signals` call `end` during the body."""
    loop, numbers = asyncio.get_running_loop(), ending_signals()
    for number in numbers:
        loop.add_signal_handler(number, end)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
