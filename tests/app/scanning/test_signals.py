from __future__ import annotations

import asyncio
import os
import signal
import time

import pytest

from camscan.app.scanning.signals import ended_by_signals, interruptible
from camscan.net.kernel import eventloop

pytestmark = pytest.mark.usefixtures("hangs_up")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_is_the_end_of_the_body_and_of_nothing_else(number: signal.Signals) -> None:
    told, before = asyncio.Event(), signal.getsignal(number)
    with ended_by_signals(told.set):
        os.kill(os.getpid(), number)
        await asyncio.wait_for(told.wait(), 10)
    assert signal.getsignal(number) is before


async def test_what_ended_a_command_before_does_so_after_it() -> None:
    told: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _frame: told.append(number))
    try:
        with ended_by_signals(list):
            pass
        os.kill(os.getpid(), signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert told == [signal.SIGTERM]


async def test_what_nohup_ignores_ends_nothing() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    told = asyncio.Event()
    with ended_by_signals(told.set):
        os.kill(os.getpid(), signal.SIGHUP)
        await asyncio.sleep(0.1)
        assert not told.is_set()
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


def test_the_time_of_some_work_ends_though_the_process_stood_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sweep that was stopped for the night does not go on into the day: its deadline is one of the clock."""
    monkeypatch.setattr(eventloop, "_LONGEST_ROUND", 0.05)

    async def ended() -> float:
        loop = asyncio.get_running_loop()
        began = loop.time()
        with interruptible(2.0) as interruption:
            work = asyncio.ensure_future(interruption.ends(asyncio.sleep(60)))
            await asyncio.sleep(0)
            time.sleep(2.0)  # noqa: ASYNC251 - the whole loop is to stand still
            assert await work
        return loop.time() - began

    assert eventloop.run(ended()) < 1.5


async def test_a_signal_ends_all_work_and_what_begins_after_it() -> None:
    with interruptible() as interruption:
        works = [asyncio.ensure_future(interruption.ends(asyncio.sleep(60))) for _ in range(2)]
        await asyncio.sleep(0)
        os.kill(os.getpid(), signal.SIGTERM)
        assert await asyncio.wait_for(asyncio.gather(*works), 10) == [True, True]
        assert await asyncio.wait_for(interruption.ends(asyncio.sleep(60)), 10)


async def test_the_second_signal_does_what_it_did_before() -> None:
    told: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _frame: told.append(number))
    try:
        with interruptible() as interruption:
            work = asyncio.ensure_future(interruption.ends(asyncio.sleep(60)))
            await asyncio.sleep(0)
            os.kill(os.getpid(), signal.SIGTERM)
            assert await asyncio.wait_for(work, 10)
            assert told == []
            os.kill(os.getpid(), signal.SIGTERM)
            assert told == [signal.SIGTERM]
    finally:
        signal.signal(signal.SIGTERM, before)


async def test_a_signal_that_finds_no_work_is_not_forgotten() -> None:
    async def late() -> None:
        with interruptible() as interruption:
            assert not await interruption.ends(asyncio.sleep(0))
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.sleep(0.1)

    with pytest.raises(KeyboardInterrupt):
        await late()
