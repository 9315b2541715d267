"""Reads from a peer only as fast as its host's pace allows: the kernel acknowledges each segment with a packet."""

from __future__ import annotations

import asyncio

from camscan.net.exchange.tcp import TcpSocket
from camscan.net.pacing.hostpace import HostLimit
from camscan.net.pacing.pace import Pace

_TICK = 0.02  # seconds between checks whether reading may be resumed
_PIECE = 64  # bytes that come for each packet of ours, at least: a page brings a thousand, also where some are lost
_END = 2  # packets that the end may take: a reset, and another for what crosses it
_IN_PIECES = "sent in pieces so small and so many that the pace leaves no room to acknowledge them"


class Reading:
    """Paces the reading from one socket: each read has the peer send what makes the kernel send up to `most` packets.

    The first read after a question is free, for which the question has reserved what it takes.
    """

    def __init__(self, sock: TcpSocket, host: HostLimit, pace: Pace, most: int) -> None:
        self._sock = sock
        self._host = host
        self._pace = pace
        self._most = most
        self._came = 0
        self._once = False

    def was_read(self, count: int) -> None:
        """Count received bytes."""
        self._host.allowance.took(count)
        self._came += count
        self._sock.answered = True

    def may_read(self) -> bool:
        """Whether there is room for the packets that a read will cause; if not, reading is held until there is."""
        sock = self._sock
        once, self._once = self._once, False
        if self._finds_room() or not sock.answered or once:
            return True
        if not sock.held:
            asyncio.get_running_loop().call_later(_TICK, self._read_on)
        sock.hold()
        return False

    def _read_on(self) -> None:
        sock = self._sock
        if sock.fileno() < 0:
            return
        if self._finds_room():
            sock.read_on()
        elif self._comes_in_pieces and self._finds_room_for(_END):
            self._once = True
            sock.read_on()
        elif self._comes_in_pieces:
            sock.overrun(_IN_PIECES)
        else:
            asyncio.get_running_loop().call_later(_TICK, self._read_on)

    @property
    def _comes_in_pieces(self) -> bool:
        """Whether each packet of ours brings little: what came is best read then, since unread it costs as many."""
        return self._came < _PIECE * self._sock.packets

    def _finds_room(self) -> bool:
        sock = self._sock
        sock.count()
        unpaid = max(0, sock.packets - sock.paid)
        sock.paid += unpaid
        self._pace.charge(unpaid)
        return self._finds_room_for(self._most)

    def _finds_room_for(self, packets: int) -> bool:
        """Whether so many packets are held for the socket, or fit into the window of its host: then they are."""
        sock = self._sock
        missing = max(0, packets - sock.spare)
        if missing and not self._host.window.fits(missing):
            return False
        sock.charged += missing
        return True
