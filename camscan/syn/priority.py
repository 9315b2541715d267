"""Goes before the other work of this host where it may: a sender that is kept waiting 5 ms lacks 5 % of 100 ms.

It is for a sender that mostly sleeps, which nobody else has to wait for. One that would leave no processor time to
others, because the rate is more than the host can do or nearly so, gives its priority back. Whoever starts the
program with another priority than the usual one knows better: that is left as it is.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from typing import Self

_REALTIME = os.sched_param(1)
"""The lowest priority that is before all ordinary work (sched(7)); it takes CAP_SYS_NICE or RLIMIT_RTPRIO."""
_HIGHER = os.sched_param(2)
_NICENESS = -10  # where that is refused, as it may be in a container, this may be allowed; it is half as good
_EVERY = 1.0  # seconds between two looks at what it takes from others
_MOST, _MOST_OF_ONE = 0.9, 0.5
"""Of a processor's time, what may be needed with priority; the second where there is only one."""


class RealtimePriority:
    """Enter it to have it, where it is `wanted` and the kernel allows. A process that is forked then has its own."""

    def __init__(self, *, wanted: bool, used: Callable[[], float] = time.process_time) -> None:
        self._wanted = wanted and os.sched_getscheduler(0) == os.SCHED_OTHER and not os.getpriority(os.PRIO_PROCESS, 0)
        self._used = used
        self._most = _MOST if len(os.sched_getaffinity(0)) > 1 else _MOST_OF_ONE
        self._looked: tuple[float, float] | None = None

    def __enter__(self) -> Self:
        if self._wanted:
            try:
                os.sched_setscheduler(0, os.SCHED_RR, _REALTIME)
            except OSError:
                with contextlib.suppress(OSError):
                    os.setpriority(os.PRIO_PROCESS, 0, _NICENESS)
        return self

    def __exit__(self, *_: object) -> None:
        self._release()

    def acquire(self) -> None:
        """Go before the process that it was forked from as well, where that has precedence."""
        if os.sched_getscheduler(0) == os.SCHED_RR:
            with contextlib.suppress(OSError):
                os.sched_setscheduler(0, os.SCHED_RR, _HIGHER)

    def check(self, now: float) -> None:
        """Give it back where the last second has taken most of a processor's time."""
        if not self._wanted or (self._looked is not None and now - self._looked[0] < _EVERY):
            return
        before, self._looked = self._looked, (now, self._used())
        if before is not None and self._looked[1] - before[1] > self._most * (now - before[0]):
            self._release()

    def _release(self) -> None:
        if not self._wanted:
            return
        self._wanted = False
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
            os.setpriority(os.PRIO_PROCESS, 0, 0)
