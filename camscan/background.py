"""Work beside other work, for as long as that takes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager


@asynccontextmanager
async def in_background(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Run `work` during the body, and cancel it at its end. What broke it off before that is raised then."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait((task,))  # which does not take a cancellation of ours for the end of the work
        if not task.cancelled():
            task.result()
