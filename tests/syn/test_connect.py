"""Connecting, within this process and on loopback."""

from __future__ import annotations

import errno
import io
import json
import select
import socket
from dataclasses import replace

import pytest
from support.peers import Deaf

from camscan.l2.lines import Lines
from camscan.l2.sockets import Stop
from camscan.syn.connect import ConnectSweep
from camscan.syn.report import Report
from camscan.syn.request import Request, Way


def number(address: str) -> int:
    return int.from_bytes(socket.inet_aton(address))


def way(*addresses: str) -> Way:
    """A way over loopback to some addresses."""
    return Way("lo", "127.0.0.1", "", frames=False, version=4, ranges=tuple((number(a), number(a)) for a in addresses))


class Bounded:
    """An epoll that takes no further descriptor at first, as where the user watches too many (epoll_ctl(2))."""

    def __init__(self, epoll: select.epoll, refusals: int) -> None:
        self._epoll = epoll
        self.refusals = refusals
        self.poll, self.close = epoll.poll, epoll.close

    def register(self, descriptor: int, events: int) -> None:
        if self.refusals:
            self.refusals -= 1
            raise OSError(errno.ENOSPC, "No space left on device")
        self._epoll.register(descriptor, events)


def test_what_cannot_be_watched_at_the_moment_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.88.0.1", 0)) as server:
        request = Request("connect", (way("127.88.0.1"),), (server.getsockname()[1],), 0, 0, 1, 1.5, "open", 1)
        said = io.BytesIO()
        connects = ConnectSweep(request, Report(Lines(said)), Stop())
        bounded = Bounded(connects._epoll, 2)
        monkeypatch.setattr(connects, "_epoll", bounded)
        connects.run()
    end = json.loads(said.getvalue().splitlines()[-1])
    assert bounded.refusals == 0
    assert (end["sent"], end["answered"], end["waited"], end["failed"]) == (3, 1, 2, 0)


def test_what_only_an_icmp_error_has_woken_is_not_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel says of it a moment later how it has ended."""
    with Deaf("127.88.2.1") as (address, port):
        request = Request("connect", (way(address),), (port,), 0, 0, 1, 0.2, "all", 1)
        said = io.BytesIO()
        connects = ConnectSweep(request, Report(Lines(said)), Stop())

        class Woken(Bounded):
            def poll(self, *_: object) -> list[tuple[int, int]]:
                return [(descriptor, select.EPOLLERR) for descriptor in connects._under_way]

        woken = Woken(connects._epoll, 0)
        woken.poll = Woken.poll.__get__(woken)  # type: ignore[method-assign]
        monkeypatch.setattr(connects, "_epoll", woken)
        connects.run()
    end = json.loads(said.getvalue().splitlines()[-1])
    assert (end["answered"], end["silent"]) == (0, 1)


@pytest.mark.parametrize("settled", range(3))
def test_what_is_settled_stays_so_where_other_ways_lead_to_the_same_addresses(settled: int) -> None:
    """A tunnel may have come or gone when another run goes on: it must leave out the very addresses that were asked."""
    one, two, three = "127.88.0.1", "127.88.0.3", "127.88.0.5"
    asked = []
    for ways in ([way(one, three), way(two)], [way(two), way(one, three)], [way(one, two, three)]):
        before = settled.to_bytes(4, "little")
        request = Request("connect", tuple(ways), (9,), 0, 0, 1, 1.5, "all", 1, checkpoints=True, settled=before)
        said = io.BytesIO()
        ConnectSweep(request, Report(Lines(said)), Stop()).run()
        lines = map(json.loads, said.getvalue().splitlines())
        asked.append({address for line in lines if line["type"] == "found" for address in line["addresses"]})
    assert asked[0] == asked[1] == asked[2]
    assert len(asked[0]) == 2


def test_nobody_is_asked_who_was_excluded_before_anything_was_settled() -> None:
    ways = (replace(way("127.88.0.1", "127.88.0.3"), barred=((number("127.88.0.3"),) * 2,)),)
    request = Request("connect", ways, (9,), 0, 0, 1, 1.5, "all", 1, checkpoints=True)
    said = io.BytesIO()
    ConnectSweep(request, Report(Lines(said)), Stop()).run()
    lines = map(json.loads, said.getvalue().splitlines())
    assert [line["addresses"] for line in lines if line["type"] == "found"] == [["127.88.0.1"]]
