from __future__ import annotations

import random
from collections.abc import Callable
from copy import copy

import numpy as np
import pytest

from camscan.syn.pace import HostPace, Pacer


def sent(
    pacer: Pacer, seconds: float, late: Callable[[], float], wanted: int = 2048, begin: float = 0.0
) -> list[tuple[float, int]]:
    """What a sender sends whose sleeps end too late, and when."""
    now, found = begin, []
    while now < begin + seconds:
        if count := pacer.take(wanted, now):
            found.append((now, count))
        now += pacer.wait(wanted, now) + late()
    return found


def most(found: list[tuple[float, int]], window: float) -> int:
    best = first = total = 0
    for at, count in found:
        total += count
        while found[first][0] <= at - window:
            total -= found[first][1]
            first += 1
        best = max(best, total)
    return best


RATES = [100, 1_000, 10_000, 100_000, 1_000_000]


@pytest.mark.parametrize("rate", RATES)
def test_it_is_exact_on_a_host_whose_clock_wakes_late(rate: int) -> None:
    lates = random.Random(1)
    found = sent(Pacer(rate, 0), 5, lambda: lates.uniform(0.00002, 0.0002))
    for begin in range(1, 49):
        count = sum(number for at, number in found if begin / 10 <= at < (begin + 1) / 10)
        assert count == pytest.approx(rate / 10, rel=0.02, abs=1)
    assert sum(count for _, count in found) == pytest.approx(rate * 5, rel=0.002, abs=2)


@pytest.mark.parametrize("rate", RATES)
def test_bursts_stay_small_even_after_stalls(rate: int) -> None:
    lates = random.Random(2)
    found = sent(Pacer(rate, 0), 5, lambda: 0.03 if lates.random() < 0.0015 else lates.uniform(0.00002, 0.0002))
    assert max(count for _, count in found) <= max(1, rate * 0.002)
    assert most(found, 0.01) <= max(2, rate * 0.01 * 1.3)
    assert sum(count for _, count in found) == pytest.approx(rate * 5, rel=0.03, abs=2)


@pytest.mark.parametrize("rate", [1_000, 10_000, 100_000, 1_000_000])
def test_a_short_stall_is_made_up_for_so_slowly_that_no_100_ms_hold_many_more(rate: int) -> None:
    """5 ms are gone at the end of a second: 5 % of those 100 ms, and no later ones are as far off the other way."""
    pacer = Pacer(rate, 0)
    first = sent(pacer, 1.0, lambda: 0.00005)
    after = sent(pacer, 2.0, lambda: 0.00005, begin=1.005)
    assert most(first + after, 0.1) <= rate * 0.1 * 1.035 + 1
    assert most(first + after, 0.01) <= rate * (0.01 + 0.002)
    assert sum(count for _, count in first + after) == pytest.approx(rate * 3.005, abs=max(2, rate * 0.001))


@pytest.mark.parametrize("rate", [100, 300, 700])
def test_who_is_late_for_one_packet_is_not_late_for_all_after_it(rate: int) -> None:
    lates = random.Random(3)
    found = sent(Pacer(rate, 0), 20, lambda: lates.uniform(0.0001, 0.001))
    assert {count for _, count in found} == {1}
    assert len(found) == pytest.approx(rate * 20, abs=2)


def test_a_long_stall_is_not_made_up_for() -> None:
    pacer = Pacer(1000, 0)
    pacer.take(1, 0)
    found = [(at / 1000, pacer.take(100, at / 1000)) for at in range(60_000, 63_000)]
    assert sum(count for _, count in found) < 3_000 * 1.15


def test_packets_that_leave_by_themselves_count() -> None:
    pacer = Pacer(1000, 0)
    total = 0
    for step in range(2_000):
        count = pacer.take(10, step / 1000)
        pacer.charge(count)
        total += count
    assert total == pytest.approx(1000, rel=0.02)


def test_without_a_rate_all_may_leave() -> None:
    pacer = Pacer(0, 0)
    assert (pacer.take(2048, 0), pacer.wait(2048, 0)) == (2048, 0)


def test_it_slows_down_to_half() -> None:
    pacer = Pacer(10_000, 0)
    sent(pacer, 1, lambda: 0.0001)
    pacer.slow_down(1)
    assert pacer.rate == 5_000
    unlimited = Pacer(0, 0)
    unlimited.take(2_000, 0)
    unlimited.slow_down(1)
    assert unlimited.rate == 1_000


def test_where_nothing_has_left_there_is_nothing_to_slow_down() -> None:
    unlimited = Pacer(0, 0)
    unlimited.slow_down(0)
    assert unlimited.rate == 0
    assert unlimited.take(2_000, 1) == 2_000


def test_the_time_before_a_restart_is_forgiven_and_that_until_the_next_packets_too() -> None:
    pacer = Pacer(10_000, 0)
    before = sent(pacer, 0.1, lambda: 0.0001)
    pacer.restart()
    assert pacer.wait(100, 7) == 0
    after = sent(pacer, 0.1, lambda: 0.0001, begin=7)
    assert sum(count for _, count in before) == pytest.approx(1_000, abs=20)
    assert sum(count for _, count in after) == pytest.approx(1_000, abs=20)
    assert most(after, 0.01) <= 10_000 * 0.01 + 9


def both(rate: int) -> tuple[Pacer, Pacer]:
    """What two processes have of one pace: memory in common, and each what it knew at the fork."""
    first = Pacer(rate, 0)
    second = copy(first)
    second.become(1)
    return first, second


def test_two_keep_a_pace_together_whoever_sends() -> None:
    turns, lates = random.Random(4), random.Random(5)
    found, now, pacers = [], 0.0, both(10_000)
    while now < 2:
        pacer = pacers[turns.random() < 0.3]
        if count := pacer.take(100, now):
            found.append((now, count))
        now += max(0.00005, pacer.wait(100, now)) + lates.uniform(0.00002, 0.0002)
    assert sum(count for _, count in found) == pytest.approx(20_000, rel=0.002) == pacers[0].sent == pacers[1].sent
    assert max(count for _, count in found) <= 18
    assert most(found, 0.01) <= 10_000 * 0.01 * 1.2


def test_what_one_has_let_out_the_other_may_not() -> None:
    first, second = both(10_000)
    assert first.take(100, 0.01) == 18
    assert second.take(100, 0.01) == 0
    second.charge(-8)
    assert first.sent == second.sent == 10


def test_the_second_slows_down_with_the_first_and_restarts_with_it() -> None:
    first, second = both(10_000)
    first.take(100, 0.01)
    first.slow_down(1)
    assert second.wait(10, 1) > 0
    assert second.rate == first.rate == 5_000
    first.restart()
    assert second.wait(10, 3) == 0


def test_both_see_when_it_is_worth_asking_whatever_one_has_done() -> None:
    first, second = both(10_000)
    after: tuple[Callable[[], object], ...] = (
        lambda: first.take(100, 0.01),
        lambda: second.take(100, 0.011),
        lambda: first.charge(7),
        lambda: second.charge(-3),
        lambda: first.slow_down(0.02),
        lambda: second.take(100, 0.021),
    )
    for do in after:
        do()
        assert first.due[0] == second.due[0] == pytest.approx(0.005 + first.wait(100, 0.005))
        assert first.due[0] > 0.01
    second.restart()
    assert first.due[0] == 0, "at once"


class Meddling:
    """State of a pacer; another takes packets just before it is read to its end, or written."""

    def __init__(self, state: memoryview[float], meddle: Callable[[], None], *, when_read: bool) -> None:
        self._state = state
        self._meddle = meddle
        self._when_read = when_read

    def __getitem__(self, number: int) -> float:
        if self._when_read and number == 4:
            self._meddle()
        return self._state[number]

    def __setitem__(self, number: int, value: float) -> None:
        if not self._when_read:
            self._meddle()
        self._state[number] = value


@pytest.mark.parametrize("when_read", [True, False])
def test_what_both_take_at_the_same_time_the_one_who_sees_it_gives_back(
    monkeypatch: pytest.MonkeyPatch, *, when_read: bool
) -> None:
    first, second = both(10_000)
    taken: list[int] = []

    def meddle() -> None:
        if not taken:
            taken.append(second.take(100, 0.01))

    monkeypatch.setattr(first, "_state", Meddling(first._state, meddle, when_read=when_read))
    assert first.take(100, 0.01) == 0
    assert taken == [18]
    assert first.sent == second.sent == 18
    assert first.take(100, 0.01) == second.take(100, 0.01) == 0, "no more than there is room for"


def positions(pace: HostPace, size: int, passes: int) -> list[float]:
    """When each position is taken by a sender that is infinitely fast."""
    now = 0.0
    found: list[float] = []
    while len(found) < size * passes:
        count = min(pace.batch(2048), size - len(found) % size)
        now += pace.wait(now)
        found += [now] * count
        pace.note(count, now)
    return found


@pytest.mark.parametrize("size", [2, 16, 64, 4096])
def test_each_host_has_its_packets_apart(size: int) -> None:
    times = positions(HostPace(20, size, 100, unlimited=False), size, 4)
    gaps = [times[place + size] - times[place] for place in range(size * 3)]
    assert min(gaps) >= 1 / 10
    assert max(gaps) <= 0.15


def test_without_bound_few_ports_may_come_at_once() -> None:
    free, bound = HostPace(20, 64, 10, unlimited=True), HostPace(20, 64, 11, unlimited=True)
    assert positions(free, 64, 2)[-1] == 0
    assert positions(bound, 64, 2)[-1] > 0.1


@pytest.mark.parametrize("rate", [10_000, 100_000, 1_000_000])
def test_no_few_packets_are_let_out_where_more_are_worth_waiting_for(rate: int) -> None:
    """Each system call costs as much as some ten packets: whoever asks all the time gets no small change."""
    pacer = Pacer(rate, 0)
    taken = [pacer.take(2048, at / 20_000) for at in range(20_000)]
    worth = rate * 0.0008
    assert all(count == 0 or count >= worth for count in taken)
    assert sum(taken) == pytest.approx(rate, rel=0.002, abs=2)
    assert pacer.take(1, 2) == 1


@pytest.mark.parametrize("rate", [5_000, 10_000, 12_345, 100_000, 123_456, 300_000, 1_000_000])
def test_a_piece_that_comes_late_leaves_any_100_ms_within_2_percent(rate: int) -> None:
    """By at most a piece's length and a half, which whoever stands in waits for."""
    piece = Pacer(rate, 0).piece
    times = np.arange(0, int(0.4 * rate)) // piece * (piece / rate)
    late = times == times[len(times) // 2]
    for by in (0.0, 0.0003, 1.45 * piece / rate):
        moved = np.sort(times + late * by)
        begins = np.concatenate([moved, moved + 1e-9, moved - 0.1, moved - 0.1 + 1e-9])
        begins = begins[(begins > 0.05) & (begins < 0.25)]
        counts = np.searchsorted(moved, begins + 0.1) - np.searchsorted(moved, begins)
        assert np.abs(counts / (rate * 0.1) - 1).max() <= 0.0175, by
