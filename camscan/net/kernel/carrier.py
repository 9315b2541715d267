"""Watches whether the interfaces of a scan stay connected.

Else who was asked meanwhile would be called silent, and nothing would say that nobody heard the question.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Collection, Mapping

from camscan.carrier import has_carrier

_EVERY = 0.2
"""Seconds between two looks."""


@contextlib.asynccontextmanager
async def watched(names: Collection[str]) -> AsyncIterator[Mapping[str, float]]:
    """Watch some interfaces while the body runs: for how many seconds each has been cut off so far, if at all.

    One that never was connected is none that was cut off: some drivers do not say.
    """
    cut: Counter[str] = Counter()
    watching = asyncio.create_task(_watch([name for name in names if _is_connected(name)], cut))
    try:
        yield cut
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching


async def _watch(names: Collection[str], cut: Counter[str]) -> None:
    loop = asyncio.get_running_loop()
    before = loop.time()
    while names:
        await asyncio.sleep(_EVERY)
        now = loop.time()
        cut.update({name: now - before for name in names if not _is_connected(name)})
        before = now


def _is_connected(name: str) -> bool:
    """What is gone, as a tunnel that broke down, is not."""
    try:
        return has_carrier(name)
    except OSError:
        return False
