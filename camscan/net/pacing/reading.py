"""Lets a peer send on only as the pace of its host allows: each segment that comes has the kernel send something."""

from __future__ import annotations

import asyncio

from camscan.net.exchange.tcp import TcpSocket
from camscan.net.pacing.hostpace import HostLimit
from camscan.net.pacing.pace import Pace

_TICK = 0.02
"""Seconds between looks whether a socket that is held may be read from."""


class Reading:
    """Watches over the reading from one socket, of which `tail` packets may go out unasked until the next look."""

    def __init__(self, sock: TcpSocket, host: HostLimit, pace: Pace, tail: int) -> None:
        self._sock = sock
        self._host = host
        self._pace = pace
        self._tail = tail

    def was_read(self, count: int) -> None:
        """Count what came, and see that what the peer sends next finds room; until then, read nothing."""
        self._host.allowance.took(count)
        if not self._finds_room():
            self._sock.hold()
            asyncio.get_running_loop().call_later(_TICK, self._read_on)

    def _read_on(self) -> None:
        if self._sock.fileno() < 0:
            return
        if self._finds_room():
            self._sock.read_on()
        else:
            asyncio.get_running_loop().call_later(_TICK, self._read_on)

    def _finds_room(self) -> bool:
        sock = self._sock
        sock.count()
        unpaid = max(0, sock.packets - sock.paid)
        sock.paid += unpaid
        self._pace.charge(unpaid)
        missing = max(0, self._tail - sock.spare)
        if missing and not self._host.window.fits(missing):
            return False
        sock.charged += missing
        return True
