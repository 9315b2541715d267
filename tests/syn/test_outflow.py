from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from camscan.syn.outflow import Load, Outflow
from camscan.syn.pace import Pacer

two_processors = pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="one processor: nothing to stand in on")


@dataclass
class Kernel:
    """Takes at most so many rows at once, and none from the ones it refuses; notes what left, and by which thread."""

    most: int = 10_000
    refused: dict[int, int] = field(default_factory=dict)
    left: list[int] = field(default_factory=list)
    threads: set[str] = field(default_factory=set)

    def send(self, first: int, count: int) -> tuple[int, int]:
        self.threads.add(threading.current_thread().name)
        for row in range(first, first + min(count, self.most)):
            if row in self.refused:
                return row - first, 0 if row > first else self.refused[row]
            self.left.append(row)
        return min(count, self.most), 0


def outflow(rate: float) -> Outflow:
    return Outflow(Pacer(rate, time.monotonic()))


def wait_for(what: Callable[[], bool], seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while not (found := what()) and time.monotonic() < end:
        time.sleep(0.005)
    return found


def send_all(out: Outflow, *loads: Load) -> None:
    while any(load.left for load in loads):
        wait, error = out.step()
        assert not error
        time.sleep(wait)


@pytest.mark.parametrize("rate", [2_000, 200_000, 0])
def test_each_row_leaves_once_and_in_order(rate: float) -> None:
    kernel, out = Kernel(), outflow(rate)
    began = time.monotonic()
    with out.doubled():
        for _ in range(3):
            send_all(out, out.put(kernel, 500))
    assert kernel.left == 3 * list(range(500))
    assert out.sent == 1_500
    if rate:
        assert time.monotonic() - began > 1_500 / rate * 0.95


@two_processors
def test_a_second_thread_stands_in_while_the_first_is_kept_from_running() -> None:
    kernel, out = Kernel(), outflow(2_000)
    with out.doubled():
        load = out.put(kernel, 400)
        out.step()
        began = time.monotonic()
        assert wait_for(lambda: not load.left)
        took = time.monotonic() - began
    assert kernel.left == list(range(400))
    assert kernel.threads == {threading.current_thread().name, "stand-in"}
    assert out.stood_in >= 390
    assert out.sent == 400
    assert took > 400 / 2_000 * 0.9, "the pace is the same, whoever sends"


def test_nobody_stands_in_unasked() -> None:
    kernel, out = Kernel(), outflow(2_000)
    load = out.put(kernel, 400)
    out.step()
    time.sleep(0.1)
    assert len(kernel.left) == out.sent == 400 - load.left < 400


@two_processors
def test_what_keeps_a_row_back_is_told_to_the_first_thread_and_stops_the_second() -> None:
    kernel, out = Kernel(refused={100: errno.EPERM}), outflow(2_000)
    with out.doubled():
        load = out.put(kernel, 200, "eth0")
        out.step()
        assert wait_for(lambda: len(kernel.left) == 100)
        time.sleep(0.1)
        assert len(kernel.left) == 100
        wait, error = 0.0, 0
        while not error:
            time.sleep(wait)
            wait, error = out.step()
        assert (error, out.interface) == (errno.EPERM, "eth0")
        out.resume(skip=True)
        send_all(out, load)
    assert kernel.left == [row for row in range(200) if row != 100]
    assert out.sent == 199


@two_processors
def test_when_it_ends_nothing_leaves_any_more() -> None:
    kernel, out = Kernel(), outflow(1_000)
    with out.doubled():
        out.put(kernel, 1_000)
        out.step()
    left = len(kernel.left)
    time.sleep(0.1)
    assert len(kernel.left) == left < 1_000


def test_what_the_kernel_did_not_take_may_leave_later() -> None:
    now = 0.0
    kernel, out = Kernel(most=50), Outflow(Pacer(100_000, now), clock=lambda: now)
    out.put(kernel, 20_000)
    while now < 0.1:
        out.step()
        now += 0.0001
    assert len(kernel.left) == out.sent == pytest.approx(10_000, rel=0.02)


def test_packets_that_leave_by_themselves_count() -> None:
    now = 0.0
    kernel, out = Kernel(), Outflow(Pacer(1_000, now), clock=lambda: now)
    out.put(kernel, 2_000)
    while now < 1.0:
        out.step()
        out.charge(1)
        now += 0.002
    assert len(kernel.left) == pytest.approx(500, abs=5)
    assert out.sent == pytest.approx(1_000, abs=5)


@two_processors
def test_each_thread_has_a_processor_and_in_the_end_all_are_free_again() -> None:
    before = os.sched_getaffinity(0)
    with outflow(1_000).doubled():
        (other,) = (thread for thread in threading.enumerate() if thread.name == "stand-in")
        assert other.native_id is not None
        assert wait_for(lambda: len(os.sched_getaffinity(other.native_id or 0)) == 1)
        assert not os.sched_getaffinity(0) & os.sched_getaffinity(other.native_id)
    assert os.sched_getaffinity(0) == before
    assert not other.is_alive()


@pytest.mark.parametrize(("rate", "processors"), [(0, {0, 1}), (1_000, {0})])
def test_without_a_pace_or_a_processor_there_is_no_second_thread(
    rate: float, processors: set[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: processors)
    with outflow(rate).doubled():
        assert "stand-in" not in {thread.name for thread in threading.enumerate()}


@two_processors
def test_it_stands_in_also_where_the_first_thread_has_not_begun_with_a_batch() -> None:
    kernel, out = Kernel(), outflow(10_000)
    with out.doubled():
        load = out.put(kernel, 50)
        assert wait_for(lambda: not load.left)
    assert out.stood_in == 50


def test_where_a_sandbox_does_not_let_it_choose_a_processor_there_is_no_second_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "sched_setaffinity", refuse)
    kernel, out = Kernel(), outflow(100_000)
    with out.doubled():
        assert "stand-in" not in {thread.name for thread in threading.enumerate()}
        send_all(out, out.put(kernel, 100))
    assert kernel.left == list(range(100))


class Slow(Kernel):
    """A kernel that each call keeps a moment, as one that has much to do."""

    def send(self, first: int, count: int) -> tuple[int, int]:
        time.sleep(0.002)
        return super().send(first, count)


def test_without_a_pace_both_threads_send_what_there_is_each_row_once() -> None:
    kernels, out = [Slow(most=70), Slow(most=110), Slow(most=90)], outflow(0)
    with out.doubled(unpaced=True):
        loads = [out.put(kernel, 1_000) for kernel in kernels]
        send_all(out, *loads)
    assert [sorted(kernel.left) for kernel in kernels] == 3 * [list(range(1_000))]
    assert out.sent == 3_000
    assert 0 < out.stood_in < 3_000


def test_while_the_first_thread_makes_more_ready_the_second_sends_what_there_is() -> None:
    kernel, out = Kernel(), outflow(0)
    with out.doubled(unpaced=True):
        load = out.put(kernel, 4_096)
        assert wait_for(lambda: not load.left)
    assert out.stood_in == 4_096


def test_what_one_thread_may_not_send_keeps_both_until_the_first_has_heard_of_it() -> None:
    refused = {50: errno.ENOBUFS, 120: errno.EPERM}
    kernel, other, out = Kernel(refused=refused), Kernel(), outflow(0)
    with out.doubled(unpaced=True):
        loads = out.put(kernel, 200), out.put(other, 200)
        heard = []
        while any(load.left for load in loads):
            wait, error = out.step()
            if error:
                time.sleep(0.05)
                assert out.step()[1] == error, "still"
                heard.append(error)
                kernel.refused = {120: errno.EPERM} if error == errno.ENOBUFS else {}
                out.resume(skip=error == errno.EPERM)
            time.sleep(wait)
    assert heard == [errno.ENOBUFS, errno.EPERM]
    assert sorted(kernel.left) == [row for row in range(200) if row != 120]
    assert sorted(other.left) == list(range(200))
    assert out.sent == 399
