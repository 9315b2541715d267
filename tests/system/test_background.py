"""Work in the background ends with the body, and hides neither its own end nor a cancellation."""

from __future__ import annotations

import asyncio
import threading

import pytest
from support.threads import no_thread

from camscan.system.background import in_background, run_in_thread


async def test_it_runs_during_the_body_and_no_longer() -> None:
    seen: list[str] = []

    async def work() -> None:
        seen.append("begun")
        try:
            await asyncio.sleep(60)
        finally:
            seen.append("ended")

    async with in_background(work()):
        await asyncio.sleep(0)
        assert seen == ["begun"]
    assert seen == ["begun", "ended"]


async def test_what_broke_it_off_is_raised_at_the_end() -> None:
    async def work() -> None:
        raise OSError("gone")

    async def body() -> None:
        async with in_background(work()):
            await asyncio.sleep(0)

    with pytest.raises(OSError, match="gone"):
        await body()


async def test_who_is_cancelled_at_its_end_is_told() -> None:
    async def body() -> None:
        async with in_background(asyncio.sleep(60)):
            pass

    task = asyncio.create_task(body())
    await asyncio.sleep(0)  # it waits for the work to end
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()


async def test_what_blocks_is_done_aside_and_its_error_is_the_callers() -> None:
    def broken() -> None:
        raise OSError("gone")

    assert await run_in_thread(lambda: 7) == 7
    with pytest.raises(OSError, match="gone"):
        await run_in_thread(broken)


async def test_where_no_thread_can_start_all_wait_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading.Thread, "start", no_thread)
    assert await run_in_thread(lambda: 7) == 7


def test_the_end_of_the_loop_does_not_wait_for_what_is_done_aside() -> None:
    never = threading.Event()

    async def work() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(run_in_thread(lambda: never.wait(60)), 0.05)

    asyncio.run(work())
    assert [thread for thread in threading.enumerate() if thread.name == "camscan-aside"]
    never.set()
