"""The progress of a scan: a bar on a terminal, a line every half minute elsewhere and beside a log."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from camscan.cli.terminal.telling import tell
from camscan.system.background import in_background

if TYPE_CHECKING:
    from camscan.app.scanning.running import Standing

_LIVE_SECONDS = 0.2
_LINE_SECONDS = 30.0
_RATE_SECONDS = 2.0


class RecentRate:
    """Packets a second over the last two seconds. Shorter times show bursts, and more than the pace that is kept."""

    def __init__(self, start: float) -> None:
        self._counts = deque([(start, 0)])

    def at(self, now: float, packets: int) -> float:
        """The rate, now that so many packets have been sent in all."""
        self._counts.append((now, packets))
        while self._counts[1][0] <= now - _RATE_SECONDS:
            self._counts.popleft()
        since, before = self._counts[0]
        return (packets - before) / (now - since) if now > since else 0.0


class Remaining:
    """How long a scan will still take: by its packets while hardly any address is done, then by the addresses."""

    def __init__(self, start: float, total: int, packets: int) -> None:
        self._start = start
        self._total = total
        self._packets = packets

    def at(self, now: float, done: int, sent: int) -> float | None:
        """Seconds, now that so many addresses are done and so many packets sent; None where nothing tells."""
        elapsed = now - self._start
        by_host = [(self._total - done) * elapsed / done] if done else []
        by_packet = [(self._packets - sent) * elapsed / sent] if 0 < sent < self._packets else []
        return min(by_host + by_packet, default=None)


@asynccontextmanager
async def progress(standing: Standing, total: int, packets: int) -> AsyncIterator[None]:
    """Show on stderr how far scans are while the body runs."""
    told = logging.getLogger("camscan").isEnabledFor(logging.INFO)  # lines of a log would break up a bar
    shown = _bar(standing, total, packets) if sys.stderr.isatty() and not told else _lines(standing, total)
    async with in_background(shown):
        yield


async def _bar(standing: Standing, total: int, packets: int) -> None:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (BarColumn(bar_width=None), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True, expand=True) as bar:
        task = bar.add_task("", total=1.0)
        time = asyncio.get_running_loop().time
        start, shown = time(), 0.0
        rate, remaining = RecentRate(start), Remaining(start, total, packets)
        while True:
            await asyncio.sleep(_LIVE_SECONDS)
            now, done, sent = time(), standing.done, standing.packets
            left = remaining.at(now, done, sent)
            shown = max(shown, share(now - start, left))
            covered = f"{done:,} of {total:,} covered, {standing.alive:,} alive"
            told = f"{covered}, {rate.at(now, sent):,.0f} packets/s, {_left(left)}"
            bar.update(task, completed=shown, description=told)


def share(elapsed: float, left: float | None) -> float:
    """How much of the time is over: most addresses are covered at the very end, beside each other."""
    return 0.0 if left is None else elapsed / (elapsed + left)


def _left(seconds: float | None) -> str:
    return f"{'-:--:--' if seconds is None else timedelta(seconds=round(seconds))} left"


async def _lines(standing: Standing, total: int) -> None:
    while True:
        await asyncio.sleep(_LINE_SECONDS)
        covered = f"{standing.done:,} of {total:,} addresses covered, {standing.alive:,} alive"
        tell(f"{covered}, {standing.packets:,} packets sent")
