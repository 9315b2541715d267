"""A gateway whose MAC is not known yet costs one address, not all that are begun with meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from support import clock

from camscan.net.gateways import FirstHop

INCOMPLETE, REACHABLE, STALE, FAILED, NO_ARP = 0x01, 0x02, 0x04, 0x20, 0x40


def passing(states: Callable[[float], int], count: int = 20) -> list[float]:
    """When each of some addresses passes, where the gateway has these states at these times."""

    async def play() -> list[float]:
        loop = asyncio.get_running_loop()
        began = loop.time()
        hop = FirstHop("192.0.2.1", lambda _: states(loop.time() - began))

        async def one() -> float:
            await hop.approach()
            return loop.time() - began

        return sorted(await asyncio.gather(*(one() for _ in range(count))))

    return clock.run(play())


@pytest.mark.parametrize("state", [REACHABLE, STALE, NO_ARP])
def test_nobody_waits_for_a_gateway_that_is_known(state: int) -> None:
    assert max(passing(lambda _: state)) == 0


def test_one_goes_ahead_and_the_others_follow_once_it_has_answered() -> None:
    times = passing(lambda at: REACHABLE if at > 2 else INCOMPLETE if at > 0.01 else 0)
    assert times[0] == 0
    assert times[1:] == pytest.approx([2.0] * 19, abs=0.1)


def test_another_goes_ahead_where_the_first_found_nobody() -> None:
    def states(at: float) -> int:
        return 0 if at < 0.01 else INCOMPLETE if at < 3 else FAILED if at < 3.1 else INCOMPLETE if at < 4 else STALE

    times = passing(states)
    assert times[:2] == pytest.approx([0, 3], abs=0.1)
    assert times[2:] == pytest.approx([4.0] * 18, abs=0.1)


def test_a_gateway_that_never_answers_is_waited_for_no_longer_than_some_turns() -> None:
    times = passing(lambda at: INCOMPLETE if at else 0)
    assert len([at for at in times if at < max(times)]) == 4
    assert max(times) < 20


def test_a_kernel_that_has_no_entry_needs_none() -> None:
    assert max(passing(lambda _: 0)) < 1
