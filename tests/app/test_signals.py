from __future__ import annotations

import asyncio
import os
import signal

import pytest

from camscan.app.signals import ended_by_signals

pytestmark = pytest.mark.usefixtures("hangs_up")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_is_the_end_of_the_body_and_of_nothing_else(number: signal.Signals) -> None:
    told = asyncio.Event()
    with ended_by_signals(told.set):
        os.kill(os.getpid(), number)
        await asyncio.wait_for(told.wait(), 10)
    assert signal.getsignal(number) in {signal.SIG_DFL, signal.default_int_handler}


async def test_what_nohup_ignores_ends_nothing() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    told = asyncio.Event()
    with ended_by_signals(told.set):
        os.kill(os.getpid(), signal.SIGHUP)
        await asyncio.sleep(0.1)
        assert not told.is_set()
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
