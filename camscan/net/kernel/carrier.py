"""Watches whether the interfaces of a scan stay connected.

Otherwise targets asked during an interruption would be called silent, without a hint that no packet was sent.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Collection, Mapping

from camscan.system.background import in_background
from camscan.system.carrier import has_carrier

_EVERY = 0.2
"""Seconds between two looks."""


@contextlib.asynccontextmanager
async def watched(names: Collection[str]) -> AsyncIterator[Mapping[str, float]]:
    """Watch interfaces during the body; yields the seconds for which each has been disconnected so far.

    An interface that is not connected at the beginning is ignored: some drivers do not say.
    """
    cut: Counter[str] = Counter()
    async with in_background(_watch([name for name in names if is_connected(name)], cut)):
        yield cut


async def _watch(names: Collection[str], cut: Counter[str]) -> None:
    loop = asyncio.get_running_loop()
    before = loop.time()
    while names:
        await asyncio.sleep(_EVERY)
        now = loop.time()
        cut.update({name: now - before for name in names if not is_connected(name)})
        before = now


def is_connected(name: str) -> bool:
    """An interface that is gone, such as a tunnel, is not connected."""
    try:
        return has_carrier(name)
    except OSError:
        return False
