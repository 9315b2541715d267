"""The progress of a scan: a bar on a terminal, a line every half minute elsewhere and beside a log."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from camscan.cli.telling import tell
from camscan.system.background import in_background

if TYPE_CHECKING:
    from camscan.engine import Engine
    from camscan.net.live import LiveNet

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


@asynccontextmanager
async def progress(engine: Engine, net: LiveNet, total: int) -> AsyncIterator[None]:
    """Show on stderr how far an engine is while the body runs."""
    told = logging.getLogger("camscan").isEnabledFor(logging.INFO)  # lines of a log would break up a bar
    show = _bar if sys.stderr.isatty() and not told else _lines
    async with in_background(show(engine, net, total)):
        yield


async def _bar(engine: Engine, net: LiveNet, total: int) -> None:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[alive]} alive, {task.fields[rate]:.0f} packets/s"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total, alive=0, rate=0.0)
        time = asyncio.get_running_loop().time
        rate = RecentRate(time())
        while True:
            await asyncio.sleep(_LIVE_SECONDS)
            bar.update(task, completed=engine.done, alive=engine.alive, rate=rate.at(time(), net.sent.packets))


async def _lines(engine: Engine, net: LiveNet, total: int) -> None:
    while True:
        await asyncio.sleep(_LINE_SECONDS)
        covered = f"{engine.done:,} of {total:,} addresses covered, {engine.alive:,} alive"
        tell(f"{covered}, {net.sent.packets:,} packets sent")
