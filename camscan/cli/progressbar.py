"""How far a scan is: a bar on a terminal, a line every half minute elsewhere and beside a log, nothing when quiet."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from camscan.engine import Engine
    from camscan.net.live import LiveNet

_LIVE_SECONDS = 0.2
_LINE_SECONDS = 30.0


class Progress:
    """Shows an engine at work on stderr."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet

    @asynccontextmanager
    async def watching(self, engine: Engine, net: LiveNet, total: int) -> AsyncIterator[None]:
        """Show progress while the body runs."""
        if self._quiet:
            yield
            return
        told = logging.getLogger("camscan").isEnabledFor(logging.INFO)  # lines of a log would break up a bar
        show = _bar if sys.stderr.isatty() and not told else _lines
        task = asyncio.create_task(show(engine, net, total))
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def _bar(engine: Engine, net: LiveNet, total: int) -> None:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[alive]} alive, {task.fields[rate]:.0f} packets/s"),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total, alive=0, rate=0.0)
        before = 0
        while True:
            await asyncio.sleep(_LIVE_SECONDS)
            rate, before = (net.sent.packets - before) / _LIVE_SECONDS, net.sent.packets
            bar.update(task, completed=engine.done, alive=engine.alive, rate=rate)


async def _lines(engine: Engine, net: LiveNet, total: int) -> None:
    while True:
        await asyncio.sleep(_LINE_SECONDS)
        covered = f"{engine.done:,} of {total:,} addresses covered, {engine.alive:,} alive"
        click.echo(f"{covered}, {net.sent.packets:,} packets sent", err=True)
