from __future__ import annotations

import asyncio
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import clock
from support.peers import most_in_a_second

from camscan.net.exchange.tcp import TcpSocket
from camscan.net.pacing.window import Window

Sends: TypeAlias = list[tuple[float, float]]
"""When, and how many."""


def now() -> float:
    return asyncio.get_running_loop().time()


class Kernel(TcpSocket):
    """A socket whose packets a test lets out: `out` holds when each leaves."""

    def __init__(self) -> None:
        super().__init__("127.0.0.1")
        self.out: list[float] = []

    def count(self) -> int:
        self.packets = sum(at <= now() for at in self.out)
        return 0


@given(data=st.data(), rate=st.sampled_from([10, 20]))
@settings(max_examples=100, deadline=None)
def test_no_second_to_a_host_holds_more_than_the_rate_whatever_its_lines_send_by_themselves(
    data: st.DataObject, rate: int
) -> None:
    """Two sockets and datagrams at once; each socket lets out what it has room for, as late as it likes."""
    chance = data.draw(st.randoms(use_true_random=False))

    async def converse(window: Window, sends: list[float]) -> None:
        while True:
            count = chance.randint(1, rate // 2)
            async with window.reserve(count):
                pass
            with Kernel() as sock:
                sock.charged = count
                sock.afterwards = chance.randint(0, min(1, count - 1))
                unasked = count - 1 - sock.afterwards
                sock.out = [now()] + [now() + chance.choice([0, 0.01, 0.5, 1.1]) for _ in range(unasked)]
                window.add(sock)
                await asyncio.sleep(chance.choice([0.001, 0.05, 1.2]))
                sock.out = [at for at in sock.out if at <= now()]
                sends += sock.out + [now()] * sock.afterwards
                sock.count()
                window.settle(sock)

    async def ask(window: Window, sends: list[float]) -> None:
        while True:
            async with window.reserve(1):
                await asyncio.sleep(chance.choice([0, 0, 0.2]))
            sends.append(now())
            window.note(1)

    async def play() -> list[float]:
        window, sends = Window(rate), list[float]()
        window.recall([now()] * 4)
        sends += [now()] * 4
        tasks = [asyncio.create_task(work(window, sends)) for work in (converse, converse, ask)]
        await asyncio.sleep(15)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return sorted(sends)

    sends = clock.run(play())
    assert most_in_a_second([(at, 1) for at in sends]) <= rate
    assert len(sends) > 15 * rate / 4


def test_an_open_line_does_not_wait_for_those_that_wait_for_its_end() -> None:
    async def play() -> float:
        window, began = Window(10), now()
        with Kernel() as sock:
            sock.charged = 4
            window.add(sock)
            behind = asyncio.create_task(window.reserve(8).__aenter__())
            await asyncio.sleep(3)
            assert not behind.done()
            async with window.reserve(1, ahead=True):
                pass
        window.settle(sock)
        await behind
        return now() - began

    assert clock.run(play()) == pytest.approx(3.1, abs=0.1)


def test_half_as_much_does_not_stop_a_host_whose_lines_hold_all_that() -> None:
    async def play() -> float:
        window, began = Window(20), now()
        with Kernel() as sock:
            sock.charged = 12
            window.add(sock)
            window.slow_down()
            for _ in range(2):
                async with window.reserve(1):
                    pass
                window.note(1)
        return now() - began

    assert clock.run(play()) == pytest.approx(1, abs=0.1)
