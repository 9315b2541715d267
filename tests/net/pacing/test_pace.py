from __future__ import annotations

import asyncio
import itertools
import math
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import clock
from support.peers import most_in_a_second, most_within

from camscan.net.pacing.pace import FlowBudget, Pace

Sends: TypeAlias = list[tuple[float, float]]
"""When, and how many."""


def now() -> float:
    return asyncio.get_running_loop().time()


async def greedy(pace: Pace, counts: Sequence[float], seconds: float) -> Sends:
    """What many senders put out who always have something to send."""
    sends: Sends = []
    end, supply = now() + seconds, itertools.cycle(counts)

    async def sender() -> None:
        while now() < end:
            count = next(supply)
            await pace.take(count)
            sends.append((now(), count))

    await asyncio.gather(*(sender() for _ in range(50)))
    return sends


async def stalled(rate: int, *, every: float, seconds: float) -> Sends:
    """The same where all of this process stands still now and then."""
    begun = asyncio.create_task(greedy(Pace(rate), [1], seconds))
    while not begun.done():
        await asyncio.sleep(every)
        clock.stall(0.025)
    return await begun


async def ten_for_ten_seconds(sender: Callable[[], Coroutine[None, None, None]]) -> None:
    tasks = [asyncio.create_task(sender()) for _ in range(10)]
    await asyncio.sleep(10)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.mark.parametrize("rate", [1, 2, 3, 4, 7, 10, 20, 200, 1_000, 2_000, 10_000])
def test_no_second_holds_more_packets_than_the_rate(rate: int) -> None:
    sends = clock.run(greedy(Pace(rate), [1], seconds=5))
    assert most_in_a_second(sends) <= rate


@pytest.mark.parametrize("rate", [10, 20, 200, 1_000])
def test_packets_that_go_out_by_themselves_are_made_room_for(rate: int) -> None:
    """Each packet that was waited for is followed by another a second later, as an unanswered SYN is."""

    async def play() -> Sends:
        pace, sends = Pace(rate), Sends()

        def again() -> None:
            pace.charge(1)
            sends.append((now(), 1))

        async def sender() -> None:
            while True:
                await pace.take(1)
                sends.append((now(), 1))
                if len(sends) % 3:
                    asyncio.get_running_loop().call_later(1, again)

        await ten_for_ten_seconds(sender)
        return sends

    sends = clock.run(play())
    assert most_in_a_second(sends) <= rate
    assert len(sends) >= 6 * rate


@pytest.mark.parametrize("rate", [200, 1_000, 10_000])
@pytest.mark.parametrize("coarse", [0.032, 0.064])
def test_the_second_syns_that_the_kernel_sends_in_bunches_are_made_room_for(rate: int, coarse: float) -> None:
    """Its timers of a second all end at the next multiple of some time, and we look every 20 ms which have."""

    async def play() -> Sends:
        pace, sends, loop = Pace(rate), Sends(), asyncio.get_running_loop()

        def send() -> None:
            sends.append((now(), 1))

        async def sender() -> None:
            while True:
                await pace.take(1)
                send()
                loop.call_at(math.ceil((now() + 1) / coarse) * coarse, send)
                loop.call_at(math.ceil((now() + 1) / 0.02) * 0.02, partial(pace.charge, 1, due=True))

        await ten_for_ten_seconds(sender)
        return sends

    sends = clock.run(play())
    assert most_in_a_second(sends) <= rate
    assert len(sends) >= 0.85 * rate * 10


@pytest.mark.parametrize(("rate", "share"), [(100, 0.9), (200, 0.95), (1_000, 0.96), (10_000, 0.96)])
def test_nearly_all_of_the_rate_is_used(rate: int, share: float) -> None:
    sends = clock.run(greedy(Pace(rate), [1], seconds=10))
    assert sum(count for _, count in sends) >= share * rate * 10


@pytest.mark.parametrize(("at_once", "share"), [(1, 0.5), (5, 0.5)])
def test_who_looks_at_many_addresses_gets_half_however_many_hosts_are_covered(at_once: int, share: float) -> None:
    async def play() -> tuple[Sends, Sends]:
        pace, looks = Pace(1_000), Sends()

        async def look() -> None:
            while True:
                await pace.take(at_once, discovering=True)
                looks.append((now(), at_once))

        looking = asyncio.create_task(look())
        covers = await greedy(pace, [1], seconds=10)
        looking.cancel()
        return covers, looks

    covers, looks = clock.run(play())
    assert most_in_a_second(sorted(covers + looks)) <= 1_000
    looked = sum(count for _, count in looks)
    assert looked / (looked + len(covers)) == pytest.approx(share, abs=0.05)


def test_what_is_given_back_is_taken_off_the_second_in_which_it_was_granted() -> None:
    """A second that began in between would have room for it twice, and thirty scans at one time give back a lot."""

    async def play() -> list[float]:
        pace = Pace(1_000)
        await pace.take(5, discovering=True)
        granted, counted = now(), list[float]()
        await asyncio.sleep(0.02)
        pace.give_back(4, granted)
        for _ in range(2):
            pace._wait(1)
            counted.append(pace._gone_in_all)
            await asyncio.sleep(0.99)
        pace.give_back(1, granted)  # which is no longer counted anywhere
        return [*counted, pace._gone_in_all]

    assert clock.run(play()) == [1, 0, 0]


def test_what_is_given_back_is_not_held_against_who_looks() -> None:
    async def play() -> tuple[int, int]:
        pace, looked = Pace(1_000), 0

        async def look() -> None:
            nonlocal looked
            while True:
                await pace.take(5, discovering=True)
                pace.give_back(4, asyncio.get_running_loop().time())
                looked += 1

        looking = asyncio.create_task(look())
        covers = await greedy(pace, [1], seconds=10)
        looking.cancel()
        return len(covers), looked

    covers, looked = clock.run(play())
    assert looked / (looked + covers) == pytest.approx(0.5, abs=0.1)


def test_who_looks_alone_gets_all_and_owes_nothing_for_it() -> None:
    async def play() -> tuple[float, float]:
        pace, looked = Pace(1_000), 0
        while now() < 1_005:
            await pace.take(5, discovering=True)
            looked += 5
        begun = now()
        await pace.take(1)
        return looked, now() - begun

    looked, waited = clock.run(play())
    assert looked >= 0.96 * 5_000
    assert waited < 0.02


def test_a_look_that_is_given_up_while_waiting_keeps_nobody_else() -> None:
    async def play() -> float:
        pace = Pace(10)
        pace.charge(10)
        looking = asyncio.create_task(pace.take(1, discovering=True))
        other = asyncio.create_task(pace.take(1))
        await asyncio.sleep(0)
        looking.cancel()
        await asyncio.wait_for(other, 5)
        return now()

    assert clock.run(play()) < 1_003


@pytest.mark.parametrize("rate", [1_000, 10_000])
def test_what_short_stalls_cost_is_made_up_for(rate: int) -> None:
    sends = clock.run(stalled(rate, every=0.1, seconds=10))
    assert most_in_a_second(sends) <= rate
    assert sum(count for _, count in sends) >= 0.95 * rate * 10


@pytest.mark.parametrize("rate", [1_000, 10_000])
def test_it_is_made_up_for_bit_by_bit(rate: int) -> None:
    sends = clock.run(stalled(rate, every=0.3, seconds=3))
    assert most_within(sends, 0.001) <= rate * 0.01 * 1.5 + 1
    assert most_within(sends, 0.01) <= rate * 0.01 * 2.75 + 1
    assert sum(count for _, count in sends) >= 0.95 * rate * 3


def test_what_is_larger_than_a_burst_goes_out_alone_and_is_paid_off() -> None:
    sends = clock.run(greedy(Pace(1), [2], seconds=60))
    gaps = [later - earlier for (earlier, _), (later, _) in itertools.pairwise(sends)]
    assert min(gaps) >= 2.0
    assert len(sends) >= 10


@given(
    rate=st.sampled_from([10, 50, 1_000]),
    steps=st.lists(
        st.tuples(
            st.sampled_from(["send", "send", "send", "wait", "stall", "charge", "cancel"]),
            st.floats(0.001, 1.5),
            st.integers(1, 2),
        ),
        max_size=80,
    ),
)
@settings(max_examples=200)
def test_stalls_idleness_and_cancelled_senders_never_lead_to_a_faster_second(
    rate: int, steps: list[tuple[str, float, int]]
) -> None:
    async def play() -> Sends:
        pace, sends, tasks = Pace(rate), Sends(), list[asyncio.Task[None]]()

        async def send(count: int) -> None:
            await pace.take(count)
            sends.append((now(), count))

        for what, seconds, count in steps:
            if what == "send":
                tasks += [asyncio.create_task(send(count)) for _ in range(10)]
            elif what == "wait":
                await asyncio.sleep(seconds)
            elif what == "stall":
                clock.stall(seconds)
            elif what == "charge":
                pace.charge(count)
            elif tasks:
                tasks[int(seconds * 1000) % len(tasks)].cancel()
            await asyncio.sleep(0)
        await asyncio.gather(*tasks, return_exceptions=True)
        return sends

    assert most_in_a_second(clock.run(play())) <= rate


def test_first_come_first_served() -> None:
    async def play() -> list[int]:
        pace, served = Pace(10), list[int]()

        async def send(number: int) -> None:
            await pace.take(1 + number % 2)
            served.append(number)

        await asyncio.gather(*(send(number) for number in range(100)))
        return served

    assert clock.run(play()) == list(range(100))


def test_nobody_overtakes_when_there_is_enough_again() -> None:
    async def play() -> list[str]:
        pace, served = Pace(10), list[str]()

        async def send(name: str) -> None:
            await pace.take(1)
            served.append(name)

        waiting = [asyncio.create_task(send(name)) for name in ("first", "second", "third")]
        await asyncio.sleep(0)
        clock.stall(1)
        await send("newcomer")
        await asyncio.gather(*waiting)
        return served

    assert clock.run(play()) == ["first", "second", "third", "newcomer"]


def test_later_packets_wait_for_a_debt() -> None:
    async def play() -> float:
        pace = Pace(100)
        await asyncio.sleep(100)  # idleness is no credit
        pace.charge(98)
        start = now()
        await pace.take(1)
        return now() - start

    assert clock.run(play()) == pytest.approx(1.0, abs=0.02)


def test_a_debt_from_before_the_first_packet_counts() -> None:
    async def play() -> float:
        pace = Pace(100)
        pace.charge(100)
        start = now()
        await pace.take(1)
        return now() - start

    assert clock.run(play()) > 0.9


def test_a_waiter_that_gives_up_does_not_hold_up_those_behind() -> None:
    async def play() -> tuple[float, float]:
        pace, start = Pace(10), now()
        await pace.take(1)
        waiters = [asyncio.create_task(pace.take(1)) for _ in range(5)]
        last = asyncio.create_task(pace.take(1))
        await asyncio.sleep(0)
        for waiter in waiters:
            waiter.cancel()
        await last
        first_free = now() - start
        await pace.take(1)
        return first_free, now() - start

    one, two = clock.run(play())
    assert one == pytest.approx(1 / 8, abs=0.002)
    assert two == pytest.approx(2 / 8, abs=0.002)


def test_a_grant_that_comes_too_late_is_given_back() -> None:
    async def play() -> float:
        pace = Pace(10)
        await pace.take(1)
        late = asyncio.create_task(pace.take(1))
        await asyncio.sleep(0)
        asyncio.get_running_loop().call_later(0.15, late.cancel)
        clock.stall(0.2)  # so that the grant, due after 1/8 s, and the cancellation come in one round of the loop
        await asyncio.gather(late, return_exceptions=True)
        assert late.cancelled()
        start = now()
        await pace.take(1)
        return now() - start

    assert clock.run(play()) <= 0.02


@pytest.mark.parametrize("limit", [1, 100])
def test_a_router_never_tracks_more_flows_than_it_is_allowed(limit: int) -> None:
    async def play() -> Sends:
        budget, taken = FlowBudget(limit), Sends()

        async def flow(number: int) -> None:
            seconds = FlowBudget.TCP_SECONDS if number % 3 else FlowBudget.UDP_SECONDS / 4
            await budget.take(seconds)
            taken.append((now(), seconds))

        await asyncio.gather(*(flow(number) for number in range(limit * 8)))
        return taken

    taken = clock.run(play())
    assert len(taken) == limit * 8
    tracked = Counter[float]()
    for at, seconds in taken:
        tracked[at] += 1
        tracked[at + seconds] -= 1
    assert max(itertools.accumulate(change for _, change in sorted(tracked.items()))) == limit


def test_a_flow_that_is_given_up_while_waiting_takes_no_place() -> None:
    async def play() -> float:
        budget, start = FlowBudget(1), now()
        await budget.take(120)
        waiting = asyncio.create_task(budget.take(120))
        await asyncio.sleep(1)
        waiting.cancel()
        await budget.take(120)
        return now() - start

    assert clock.run(play()) == pytest.approx(120, abs=0.01)
