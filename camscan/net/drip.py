"""Peers that give a few bytes now and then, for as long as somebody reads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from camscan.net import budget
from camscan.net.line import Line


class Drip:
    """Watches whether what comes on a line is worth the wait, from its first byte on; else it tells `give_up` why not.

    Time in which reading is held for our own pace is not counted.
    """

    def __init__(self, line: Line, give_up: Callable[[str], None]) -> None:
        self._line = line
        self._give_up = give_up
        self._came = 0
        self._held = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def came(self, count: int) -> None:
        """Note that so many bytes have come."""
        self._came += count
        if self._timer is None:
            self._wait()

    def stop(self) -> None:
        """Watch no more, until something comes again."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wait(self) -> None:
        self._came, self._held = 0, self._line.held_for
        self._timer = asyncio.get_running_loop().call_later(budget.SILENCE, self._look)

    def _look(self) -> None:
        if self._came >= budget.LEAST_BYTES or self._line.held or self._line.held_for > self._held:
            self._wait()
        else:
            self._timer = None
            what = f"gave less than {budget.LEAST_BYTES} bytes in" if self._came else "said nothing for"
            self._give_up(f"{what} {budget.SILENCE:g} s")
