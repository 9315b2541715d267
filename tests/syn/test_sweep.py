"""Sending and listening, inside this process: what happens where the kernel has no room."""

from __future__ import annotations

import errno
import json
from io import BytesIO
from typing import Any

import pytest
from support.lab import lab
from support.namespaces import Namespace
from support.sweeping import found, listening, request

from camscan.l2.lines import Lines, RefusalError
from camscan.l2.sockets import Stop
from camscan.syn import ring, sending
from camscan.syn import sweep as sweeping
from camscan.syn.packets import TcpPackets
from camscan.syn.report import Report
from camscan.syn.request import read
from camscan.syn.sending import EthernetSender
from camscan.syn.sweep import Sweep

WAY = {"interface": "lo", "source": "127.0.0.1", "gateway": "", "frames": False, "ranges": [["127.0.0.1", "127.0.0.9"]]}
ASKED = {"rate": 0, "host_rate": 20, "rounds": 1, "wait": 0.1, "want": "open", "seed": 1, "ports": [80]}


class Kernel:
    """Takes as many rows at a time as it is told to, or gives an errno."""

    def __init__(self, *answers: int) -> None:
        self._answers = list(answers)
        self.rows: list[int] = []

    def send(self, first: int, count: int) -> tuple[int, int]:
        room = self._answers.pop(0) if self._answers else count
        if room < 0:
            return 0, -room
        self.rows += range(first, first + min(room, count))
        return min(room, count), 0


def sweep(out: BytesIO | None = None, **changed: Any) -> Sweep:
    asked = json.dumps({"method": "syn", "ways": [WAY], **ASKED, **changed}).encode()
    return Sweep(read(asked), Report(Lines(out or BytesIO())), Stop())


@pytest.mark.parametrize("number", [errno.ENOBUFS, errno.EAGAIN, errno.ENOMEM])
def test_where_there_is_no_room_it_waits_and_loses_nothing(number: int) -> None:
    kernel = Kernel(3, -number, -number, 2, -number)
    sweep().send(kernel, 10, "eth0")
    assert kernel.rows == list(range(10))


def test_what_this_host_forbids_is_left_out_and_counted() -> None:
    kernel = Kernel(2, -errno.EPERM, 3, -errno.ENETUNREACH)
    sender = sweep()
    sender.send(kernel, 10, "eth0")
    assert kernel.rows == [0, 1, 3, 4, 5, 7, 8, 9]
    assert (sender._outflow.sent, sender._counts["failed"]) == (8, 2)


def test_an_interface_that_goes_away_ends_it() -> None:
    with pytest.raises(RefusalError, match="eth0 any more: ENXIO"):
        sweep().send(Kernel(2, -errno.ENXIO), 10, "eth0")


def test_an_interface_that_is_down_for_a_moment_loses_nothing() -> None:
    kernel = Kernel(2, -errno.ENETDOWN, 3)
    sweep().send(kernel, 10, "eth0")
    assert kernel.rows == list(range(10))


class Halves(EthernetSender):
    """Both threads send to a kernel of their own."""

    def __init__(self, *kernels: Kernel) -> None:
        super().__init__("lo", TcpPackets("127.0.0.1").rows, 44, shared=True)
        self.kernels = kernels

    def _send(self, number: int, first: int, count: int) -> tuple[int, int]:
        return self.kernels[number].send(first, count)


@pytest.mark.netns
def test_two_threads_send_each_row_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "BACK_OFF", 0.0001)
    with lab("10.77.0.0/30") as made, Namespace(made.scanner).inside():
        own, other = Kernel(3, -errno.ENOBUFS, 5), Kernel(100, -errno.ENOBUFS)
        sender = Halves(own, other)
        sweep().send(sender, 1_000, "lo")
        sender.close()
    assert sorted(own.rows + other.rows) == list(range(1_000))
    assert len(other.rows) >= 100


@pytest.mark.netns
def test_answers_that_found_no_room_are_counted_and_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """4,096 answers come while nobody looks, and the ring holds a quarter; a machine that stalls loses some more."""
    monkeypatch.setattr(ring, "_FRAMES", 1_024)
    monkeypatch.setattr(sweeping, "_DRAIN", 1.0)
    monkeypatch.setattr(sweeping, "_EXTRA_ROUNDS", 5)
    out = BytesIO()
    with lab("10.77.0.0/22") as made, listening(made, [80]), Namespace(made.scanner).inside():
        asked = request(made, "10.77.0.0", "10.77.3.255", [80, 81, 82, 83], want="answers", wait=1.5)
        Sweep(read(json.dumps(asked).encode()), Report(Lines(out)), Stop()).run()
    messages = [json.loads(line) for line in out.getvalue().splitlines()]
    assert messages[-1]["dropped"] > 0
    assert len(found(messages)) == 4 * 1_024
    assert messages[-1]["sent"] - 1_024 > 4 * 1_024
