"""How far a scan is: a bar on a terminal, a line every half minute elsewhere and beside a log."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import click

from camscan.background import in_background

if TYPE_CHECKING:
    from camscan.engine import Engine
    from camscan.net.live import LiveNet

_LIVE_SECONDS = 0.2
_LINE_SECONDS = 30.0


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
