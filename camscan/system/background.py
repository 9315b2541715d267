"""Work beside other work, for as long as that takes."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import TypeVar

_T = TypeVar("_T")


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


async def run_in_thread(work: Callable[[], _T]) -> _T:
    """Do what blocks, such as a look-up of a name, in a thread that nobody waits for any more once the caller is gone.

    The end of the loop, and of the process, waits for those of `asyncio.to_thread`.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[_T] = loop.create_future()

    def settle(how: Callable[[], None]) -> None:
        if not done.done():
            how()

    def run() -> None:
        try:
            how = partial(done.set_result, work())
        except Exception as error:  # it is the caller's to judge
            how = partial(done.set_exception, error)
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(settle, how)

    try:
        threading.Thread(target=run, daemon=True, name="camscan-aside").start()
    except RuntimeError:  # this host lets no thread start: then all wait for it
        run()
    return await done
