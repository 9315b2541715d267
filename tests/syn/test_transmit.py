from __future__ import annotations

import contextlib
import errno
import os
import signal
import time
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from camscan.syn.memory import shared_rows
from camscan.syn.priority import RealtimePriority
from camscan.syn.sending import Sender
from camscan.syn.transmit import Load, Transmitter
from camscan.syn.worker import Worker

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
two_processors = pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="one processor: none for two workers")

ROWS = 4096
ORDINARY = RealtimePriority(wanted=False)


class Kernel:
    """Takes at most so many rows at once, and none from one that has an errno; counts what left, for all processes."""

    def __init__(self, most: int = 10_000, takes: float = 0.0) -> None:
        self._most = most
        self._takes = takes
        self._pid = os.getpid()
        memory = shared_rows(3, ROWS)
        self.by_workers, self.by_us, self.errnos = memory

    def send(self, first: int, count: int) -> tuple[int, int]:
        time.sleep(self._takes)
        count = min(count, self._most)
        refused = np.flatnonzero(self.errnos[first : first + count])
        if len(refused) and not refused[0]:
            return 0, int(self.errnos[first])
        count = int(refused[0]) if len(refused) else count
        (self.by_us if os.getpid() == self._pid else self.by_workers)[first : first + count] += 1
        return count, 0

    @property
    def left(self) -> list[int]:
        """How often each row has left."""
        both: list[int] = (self.by_us + self.by_workers).tolist()
        return both


def once(count: int, *without: int) -> list[int]:
    return [int(row < count and row not in without) for row in range(ROWS)]


def wait_for(what: Callable[[], bool], seconds: float = 30.0) -> bool:
    end = time.monotonic() + seconds
    while not (found := what()) and time.monotonic() < end:
        time.sleep(0.005)
    return found


def send_all(out: Transmitter, loads: Sequence[Load]) -> list[int]:
    """Send all, past what is refused, and say why it was."""
    refused = []
    while any(load.left for load in loads):
        wait, error = out.step()
        if error:
            refused.append(error)
            out.resume(skip=True)
        time.sleep(wait)
    return refused


def helped(
    out: Transmitter, senders: Sequence[Sender], *, unpaced: bool = False
) -> contextlib.AbstractContextManager[None]:
    return out.with_workers(senders, ORDINARY, unpaced=unpaced)


def workers_of(out: Transmitter) -> list[Worker]:
    assert out._workers is not None
    return list(out._workers._workers)


@pytest.mark.parametrize("rate", [2_000, 200_000, 0])
@pytest.mark.parametrize("most", [10_000, 70])
def test_each_row_leaves_once(rate: float, most: int) -> None:
    kernels, out = [Kernel(most) for _ in range(3)], Transmitter(rate)
    began = time.monotonic()
    with helped(out, kernels, unpaced=True):
        send_all(out, [out.put(kernel, 500) for kernel in kernels])
        took = time.monotonic() - began
    assert [kernel.left for kernel in kernels] == 3 * [once(500)]
    assert out.sent == 1_500
    if rate:
        assert took > 1_500 / rate * 0.95, "the pace is the same, whoever sends"


@two_processors
def test_the_first_worker_sends_what_there_is_while_this_process_is_kept_from_running() -> None:
    kernel, out = Kernel(), Transmitter(20_000)
    with helped(out, [kernel]):
        load = out.put(kernel, 3_000)
        assert wait_for(lambda: sum(kernel.left) == 3_000)
        assert kernel.by_us.sum() == 0
        send_all(out, [load])
        assert kernel.by_us.sum() == 0
    assert kernel.left == once(3_000)


@two_processors
@pytest.mark.parametrize("stopped", [0, 1])
def test_one_worker_goes_on_while_the_other_is_kept_from_running(stopped: int) -> None:
    kernel, out, began = Kernel(), Transmitter(5_000), time.monotonic()
    with helped(out, [kernel]):
        load = out.put(kernel, 2_000)
        assert wait_for(lambda: sum(kernel.left) > 0)
        worker = workers_of(out)[stopped]
        os.kill(worker._pid, signal.SIGSTOP)
        until = time.monotonic() + 30
        while out.sent < 1_500 and time.monotonic() < until:
            time.sleep(out.step()[0])
        assert 1_500 / 5_000 * 0.95 < time.monotonic() - began < 30
        os.kill(worker._pid, signal.SIGCONT)
        send_all(out, [load])
    assert kernel.left == once(2_000)


@two_processors
@pytest.mark.parametrize("ended", [0, 1])
def test_where_a_worker_is_ended_this_process_sends_what_both_had(ended: int) -> None:
    kernel, out = Kernel(), Transmitter(2_000)
    with helped(out, [kernel]):
        load = out.put(kernel, 3_000)
        assert wait_for(lambda: sum(kernel.left) > 0)
        both = workers_of(out)
        for worker in both:
            os.kill(worker._pid, signal.SIGSTOP)
        os.kill(both[ended]._pid, signal.SIGKILL)
        send_all(out, [load])
        assert kernel.by_us.sum() > 500
    assert [min(1, count) for count in kernel.left] == once(3_000)
    assert sum(kernel.left) <= 3_003, "what it had sent, and was about to count, leaves twice"


def test_a_sender_that_the_workers_do_not_have_is_served_by_this_process() -> None:
    shared, own, out = Kernel(), Kernel(), Transmitter(100_000)
    with helped(out, [shared]):
        send_all(out, [out.put(shared, 100), out.put(own, 100), out.put(shared, 100)])
    assert own.by_us.tolist() == once(100)
    assert sum(shared.left) == 200


@pytest.mark.parametrize("rate", [2_000, 100_000, 0])
@pytest.mark.parametrize("unpaced", [True, False])
def test_what_is_refused_is_told_of_and_left_out(rate: float, *, unpaced: bool) -> None:
    kernels, out = [Kernel(), Kernel()], Transmitter(rate)
    kernels[0].errnos[[7, 120]], kernels[1].errnos[0] = errno.EPERM, errno.ENETUNREACH
    with helped(out, kernels, unpaced=unpaced):
        refused = send_all(out, [out.put(kernel, 200) for kernel in kernels])
    assert sorted(refused) == sorted([errno.EPERM, errno.EPERM, errno.ENETUNREACH])
    assert [kernel.left for kernel in kernels] == [once(200, 7, 120), once(200, 0)]
    assert out.sent == 397


@two_processors
def test_what_keeps_a_worker_from_sending_is_told_until_it_may_go_on() -> None:
    kernel, out = Kernel(), Transmitter(2_000)
    kernel.errnos[10] = errno.ENETDOWN
    with helped(out, [kernel]):
        load = out.put(kernel, 11, "eth0")
        assert wait_for(lambda: out.step()[1] == errno.ENETDOWN)
        assert out.interface == "eth0"
        assert out.step()[1] == errno.ENETDOWN, "still"
        time.sleep(0.03)
        assert kernel.left == once(10)
        kernel.errnos[10] = 0
        out.resume()
        assert send_all(out, [load]) == []
    assert kernel.left == once(11)


@pytest.mark.parametrize(("rate", "unpaced"), [(2_000, False), (0, True)])
def test_a_worker_for_which_there_is_no_room_waits_for_some_by_itself(rate: float, *, unpaced: bool) -> None:
    kernel, out = Kernel(takes=0.001), Transmitter(rate)
    kernel.errnos[300] = errno.ENOBUFS
    with helped(out, [kernel], unpaced=unpaced):
        load = out.put(kernel, 600)
        assert wait_for(lambda: out.waits > 3), "without anybody who looks"
        assert kernel.left[300] == 0
        kernel.errnos[300] = 0
        assert send_all(out, [load]) == []
    assert kernel.left == once(600)
    assert out.waits > 3


@two_processors
def test_what_one_worker_cannot_send_does_not_keep_the_other_from_sending() -> None:
    kernel, out = Kernel(), Transmitter(2_000)
    kernel.errnos[10] = errno.EPERM
    with helped(out, [kernel]):
        load = out.put(kernel, 40)
        assert wait_for(lambda: sum(kernel.left) > 30)
        assert send_all(out, [load]) == [errno.EPERM]
    assert kernel.left == once(40, 10)


@two_processors
def test_when_it_ends_nothing_leaves_any_more() -> None:
    kernel, out = Kernel(), Transmitter(1_000)
    with helped(out, [kernel]):
        out.put(kernel, 1_000)
        assert wait_for(lambda: sum(kernel.left) > 1)
        pids = [worker._pid for worker in workers_of(out)]
    left = kernel.left
    time.sleep(0.05)
    assert kernel.left == left
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_nobody_stands_in_unasked() -> None:
    kernel, out = Kernel(), Transmitter(2_000)
    load = out.put(kernel, 400)
    out.step()
    time.sleep(0.05)
    assert sum(kernel.left) == out.sent == 400 - load.left < 400


@two_processors
def test_each_worker_has_a_processor_and_in_the_end_this_process_has_all_again() -> None:
    before = os.sched_getaffinity(0)
    out = Transmitter(1_000)
    with helped(out, [Kernel()]):
        first, second = (worker._pid for worker in workers_of(out))
        assert wait_for(lambda: len(os.sched_getaffinity(first) ^ os.sched_getaffinity(second)) == 2)
        assert not os.sched_getaffinity(0) & os.sched_getaffinity(first)
    assert os.sched_getaffinity(0) == before


@pytest.mark.parametrize(("rate", "processors"), [(0, {0, 1}), (1_000, {0})])
def test_without_a_pace_or_a_second_processor_there_is_no_worker(
    rate: float, processors: set[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: processors)
    out = Transmitter(rate)
    with helped(out, [Kernel()]):
        assert out._workers is None


@pytest.mark.parametrize("refused", ["sched_setaffinity", "fork"])
def test_where_a_sandbox_refuses_what_a_worker_needs_this_process_sends_alone(
    refused: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, refused, refuse)
    kernel, out = Kernel(), Transmitter(100_000)
    with helped(out, [kernel]):
        assert out._workers is None
        send_all(out, [out.put(kernel, 100)])
    assert kernel.by_us.tolist() == once(100)


def test_without_a_pace_both_send() -> None:
    kernels, out = [Kernel(takes=0.002) for _ in range(6)], Transmitter(0)
    with helped(out, kernels, unpaced=True):
        send_all(out, [out.put(kernel, ROWS) for kernel in kernels])
    assert [kernel.left for kernel in kernels] == 6 * [once(ROWS)]
    assert min(kernel.by_us.sum() for kernel in kernels) < ROWS
    assert sum(kernel.by_us.sum() for kernel in kernels) > 0
    assert out.sent == 6 * ROWS


def test_what_the_kernel_did_not_take_may_leave_later() -> None:
    now = 0.0
    kernel, out = Kernel(most=50), Transmitter(30_000, clock=lambda: now)
    out.put(kernel, ROWS)
    while now < 0.1:
        out.step()
        now += 0.0001
    assert sum(kernel.left) == out.sent == pytest.approx(3_000, rel=0.02)


def test_packets_that_leave_by_themselves_count() -> None:
    now = 0.0
    kernel, out = Kernel(), Transmitter(1_000, clock=lambda: now)
    out.put(kernel, 2_000)
    while now < 1.0:
        out.step()
        out.charge(1)
        now += 0.002
    assert sum(kernel.left) == pytest.approx(500, abs=5)
    assert out.sent == pytest.approx(1_000, abs=5)


def test_time_in_which_there_is_nothing_to_send_is_not_made_up_for() -> None:
    """After the wait for the answers of a round, the next one begins no faster than it goes on."""
    now = 0.0
    kernel, out = Kernel(), Transmitter(10_000, clock=lambda: now)
    for pause in (1.0, 0.0):
        load = out.put(kernel, 1_000)
        began = now
        while load.left:
            out.step()
            now += 0.0001
        assert now - began == pytest.approx(0.1, rel=0.02)
        now += pause


@pytest.mark.parametrize("rate", [1, 1_000, 10_000, 100_000, 123_456, 1_000_000])
def test_what_is_built_at_once_makes_whole_pieces(rate: float) -> None:
    """Else a piece's rest and the next one's begin leave together, by two calls, from then on."""
    out = Transmitter(rate)
    with helped(out, [Kernel()]):
        assert out._workers is not None
        count = out.whole(4_096)
        assert 4_096 - out._workers.queue.rows < count <= 4_096
        assert count % out._workers.queue.rows == 0
    assert out.whole(0) == 1
