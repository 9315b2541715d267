from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import Sequence
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import clock
from support.peers import most_in_a_second

from camscan.net.line import Line
from camscan.net.pace import FlowBudget, HostLimit, Pace, Window

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

        tasks = [asyncio.create_task(sender()) for _ in range(10)]
        await asyncio.sleep(10)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return sends

    sends = clock.run(play())
    assert most_in_a_second(sends) <= rate
    assert len(sends) >= 6 * rate


@pytest.mark.parametrize(("rate", "share"), [(100, 0.9), (200, 0.95), (1_000, 0.96), (10_000, 0.96)])
def test_nearly_all_of_the_rate_is_used(rate: int, share: float) -> None:
    sends = clock.run(greedy(Pace(rate), [1], seconds=10))
    assert sum(count for _, count in sends) >= share * rate * 10


@pytest.mark.parametrize("rate", [1_000, 10_000])
def test_what_short_stalls_cost_is_made_up_for(rate: int) -> None:
    async def play() -> Sends:
        begun = asyncio.create_task(greedy(Pace(rate), [1], seconds=10))
        while not begun.done():
            await asyncio.sleep(0.1)
            clock.stall(0.025)
        return await begun

    sends = clock.run(play())
    assert most_in_a_second(sends) <= rate
    assert sum(count for _, count in sends) >= 0.95 * rate * 10


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


class Kernel(Line):
    """A line whose packets a test lets out: `out` holds when each leaves."""

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
    """Two lines and datagrams at once; each line lets out what it has room for, as late as it likes."""
    chance = data.draw(st.randoms(use_true_random=False))

    async def converse(window: Window, sends: list[float]) -> None:
        while True:
            count = chance.randint(1, rate // 2)
            async with window.place(count):
                pass
            with Kernel() as line:
                line.charged = count
                line.out = [now()] + [now() + chance.choice([0, 0.01, 0.5, 1.1]) for _ in range(count - 1)]
                window.add(line)
                await asyncio.sleep(chance.choice([0.001, 0.05, 1.2]))
                line.out = [at for at in line.out if at <= now()]
                sends += line.out
                line.count()
                window.settle(line)

    async def ask(window: Window, sends: list[float]) -> None:
        while True:
            async with window.place(1):
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
        with Kernel() as line:
            line.charged = 4
            window.add(line)
            behind = asyncio.create_task(window.place(8).__aenter__())
            await asyncio.sleep(3)
            assert not behind.done()
            async with window.place(1, ahead=True):
                pass
        window.settle(line)
        await behind
        return now() - began

    assert clock.run(play()) == pytest.approx(3.1, abs=0.1)


def test_half_as_much_does_not_stop_a_host_whose_lines_hold_all_that() -> None:
    async def play() -> float:
        window, began = Window(20), now()
        with Kernel() as line:
            line.charged = 12
            window.add(line)
            window.slow_down()
            for _ in range(2):
                async with window.place(1):
                    pass
                window.note(1)
        return now() - began

    assert clock.run(play()) == pytest.approx(1, abs=0.1)


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


def test_a_host_that_speaks_and_then_stops_is_asked_half_as_fast() -> None:
    async def play() -> HostLimit:
        host = HostLimit(20, 2)
        host.missed(80, connected=False)
        host.missed(80, connected=False)
        host.missed(80, connected=False)
        assert not host.faded  # it has never spoken
        host.heard(80)
        host.missed(80, connected=True)
        host.missed(443, connected=False)
        host.heard(80)
        host.missed(80, connected=True)
        host.missed(80, connected=True)
        assert not host.faded  # it spoke in between
        host.missed(80, connected=True)
        return host

    host = clock.run(play())
    assert host.faded
    assert seconds_for(host, 40) == pytest.approx(2 * seconds_for(HostLimit(20, 2), 40), rel=0.03)


def seconds_for(host: HostLimit, packets: int) -> float:
    async def play() -> float:
        start = now()
        for _ in range(packets):
            async with host.window.place(1):
                host.window.note(1)
        return now() - start

    return clock.run(play())


def test_a_port_that_accepts_and_never_speaks_says_nothing_about_its_host() -> None:
    async def play() -> bool:
        host = HostLimit(20, 2)
        host.heard(80)
        for port in (8000, 8000, 8000, 37777, 37777):
            host.missed(port, connected=True)
        return host.faded

    assert not clock.run(play())


def test_connection_attempts_of_the_last_second_are_counted() -> None:
    async def play() -> list[int]:
        host = HostLimit(20, 2)
        counts = []
        for _ in range(4):
            counts.append(host.note_connect())
            await asyncio.sleep(0.4)
        return counts

    assert clock.run(play()) == [1, 2, 3, 3]


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
