"""Connecting, within this process and on loopback."""

from __future__ import annotations

import errno
import io
import json
import select
import socket

import pytest

from camscan.l2.lines import Lines
from camscan.l2.sockets import Stop
from camscan.syn.connect import ConnectSweep
from camscan.syn.report import Report
from camscan.syn.request import Request, Way


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
        address = int.from_bytes(socket.inet_aton("127.88.0.1"))
        way = Way("lo", "127.0.0.1", "", frames=False, version=4, ranges=((address, address),))
        request = Request("connect", (way,), (server.getsockname()[1],), 0, 0, 1, 1.5, "open", 1)
        said = io.BytesIO()
        connects = ConnectSweep(request, Report(Lines(said)), Stop())
        bounded = Bounded(connects._epoll, 2)
        monkeypatch.setattr(connects, "_epoll", bounded)
        connects.run()
    end = json.loads(said.getvalue().splitlines()[-1])
    assert bounded.refusals == 0
    assert (end["sent"], end["answered"], end["waited"], end["failed"]) == (3, 1, 2, 0)
