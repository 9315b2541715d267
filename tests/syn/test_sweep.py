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
from camscan.net.kernel.privilege import has_net_raw
from camscan.syn import ring
from camscan.syn import sweep as sweeping
from camscan.syn.links import SPARE
from camscan.syn.packets import BATCH
from camscan.syn.report import Report
from camscan.syn.request import read
from camscan.syn.sending import RawSender
from camscan.syn.sweep import Sweep
from camscan.syn.transmit import Load

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
    assert (sender._tx.sent, sender._counts["failed"]) == (8, 2)


def test_an_interface_that_goes_away_ends_it() -> None:
    with pytest.raises(RefusalError, match="eth0 any more: ENXIO"):
        sweep().send(Kernel(2, -errno.ENXIO), 10, "eth0")


def test_an_interface_that_is_down_for_a_moment_loses_nothing() -> None:
    kernel = Kernel(2, -errno.ENETDOWN, 3)
    sweep().send(kernel, 10, "eth0")
    assert kernel.rows == list(range(10))


@pytest.mark.skipif(not has_net_raw(), reason="raw sockets need CAP_NET_RAW")
def test_what_two_processes_send_is_passed_when_it_has_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sweep that is killed is to go on from a place that all has left before."""
    passed: list[int] = []

    class Watched(Sweep):
        def _ask(self, *asked: Any) -> list[Load]:
            passed.append(self._position)
            return super()._ask(*asked)

        def _send(self, load: Load) -> None:
            assert len(self._under_way) <= 1 + SPARE
            super()._send(load)

    ranges = [["127.0.0.1", "127.0.127.255"]]
    asked = {"method": "syn", "ways": [WAY | {"ranges": ranges}], **ASKED, "senders": 2}
    sender = Watched(read(json.dumps(asked).encode()), Report(Lines(BytesIO())), Stop())
    monkeypatch.setattr(RawSender, "send", lambda _self, _first, count: (count, 0))
    sender.run()
    batches = -(-32_767 // BATCH)
    assert passed == [max(0, number - SPARE) * BATCH for number in range(batches)]
    assert sender._position == sender._order.round_size


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
