from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from camscan.net.pacing.hostpace import HostLimit
from camscan.net.pacing.pace import Pace
from camscan.net.pacing.reading import Reading

HOST_RATE, MOST = 20, 7


class Socket:
    """A socket of which the kernel has sent `packets` and all that was reserved; notes what becomes of it."""

    answered, held, fd = True, False, 3

    def __init__(self, packets: int) -> None:
        self.packets = self.charged = self.noted = self.paid = packets
        self.over: list[str] = []
        self.hold: Callable[[], None] = lambda: setattr(self, "held", True)
        self.read_on: Callable[[], None] = lambda: setattr(self, "held", False)

    @property
    def spare(self) -> int:
        return max(self.charged - self.packets, 0)

    def fileno(self) -> int:
        return self.fd

    def count(self) -> int:
        return 0

    def overrun(self, why: str) -> None:
        self.over.append(why)
        self.fd = -1


async def after_a_wait(came: int, elsewhere: int) -> tuple[Socket, Reading]:
    """A socket on which 8 packets were sent and so many bytes came, where others of its host sent so many packets."""
    host = HostLimit(HOST_RATE, 2)
    sock: Any = Socket(8)
    host.window.note(sock.packets + elsewhere)
    host.window.add(sock)
    reading = Reading(sock, host, Pace(1_000), MOST)
    reading.was_read(came)
    assert not reading.may_read()
    await asyncio.sleep(0.1)
    return sock, reading


async def test_what_came_in_few_and_small_pieces_is_read_while_its_end_has_room() -> None:
    sock, reading = await after_a_wait(240, elsewhere=8)
    assert (sock.over, sock.held, sock.spare) == ([], False, 2)
    assert reading.may_read()
    assert not reading.may_read(), "each piece that is read may take an acknowledgement"


@pytest.mark.parametrize(("came", "given_up"), [(240, True), (8_000, False)])
async def test_where_the_end_has_no_room_a_peer_that_sends_small_pieces_is_given_up(came: int, given_up: bool) -> None:
    sock, _reading = await after_a_wait(came, elsewhere=11)
    assert (bool(sock.over), sock.held) == (given_up, True)
