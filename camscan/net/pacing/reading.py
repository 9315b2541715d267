"""Reads from a peer only as fast as its host's pace allows: the kernel acknowledges each segment with a packet."""

from __future__ import annotations

import asyncio

from camscan.net.exchange.tcp import TcpSocket
from camscan.net.pacing.hostpace import HostLimit
from camscan.net.pacing.pace import Pace

_TICK = 0.02
"""Seconds between checks whether reading may be resumed."""
_OUT_OF_TURN = 2
"""Packets for which room is left besides: a segment that was lost, or found the buffer full, is acknowledged again."""


class Reading:
    """Paces the reading from one socket, which may send `tail` packets by itself until the next check."""

    def __init__(self, sock: TcpSocket, host: HostLimit, pace: Pace, tail: int) -> None:
        self._sock = sock
        self._host = host
        self._pace = pace
        self._tail = tail

    def was_read(self, count: int) -> None:
        """Count received bytes, and pause reading until there is room for the packets that further data will cause."""
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
        if missing and not self._host.window.fits(missing + _OUT_OF_TURN):
            return False
        sock.charged += missing
        return True
