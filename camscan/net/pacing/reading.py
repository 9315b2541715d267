"""Reads from a peer only as fast as its host's pace allows: the kernel acknowledges each segment with a packet."""

from __future__ import annotations

import asyncio

from camscan.net.exchange.tcp import TcpSocket
from camscan.net.pacing.hostpace import HostLimit
from camscan.net.pacing.pace import Pace

_TICK = 0.02  # seconds between checks whether reading may be resumed
_SIP = 0.045  # seconds between two reads of small pieces: the kernel acknowledges after 40 ms, or at every other read
_SIPPED = 3  # small pieces in a row from which on they are read so
_PIECE = 64  # bytes that come for each packet of ours, at least: a page brings a thousand, also where some are lost
_END = 1  # the packet that ends it: a reset
_IN_PIECES = "sent in pieces so small and so many that the pace leaves no room to acknowledge them"


class Reading:
    """Paces the reading from one socket: each read has the peer send what makes the kernel send up to `most` packets.

    It acknowledges every 40 ms what nobody reads, too, as long as there is room in the buffer. A peer that goes on in
    so small pieces is given up once nothing else helps.

    The first read after a question is free, for which the question has reserved what it takes.
    """

    def __init__(self, sock: TcpSocket, host: HostLimit, pace: Pace, most: int) -> None:
        self._sock = sock
        self._host = host
        self._pace = pace
        self._most = most
        self._came = self._pieces = 0
        self._not_before = 0.0

    def was_read(self, count: int) -> None:
        """Count received bytes."""
        self._host.allowance.took(count)
        self._came += count
        self._pieces = self._pieces + 1 if count < _PIECE else 0
        self._sock.answered = True
        if self._pieces >= _SIPPED and count:  # not at the end
            self._hold(_SIP)

    def may_read(self) -> bool:
        """Whether there is room for the packets that a read will cause; if not, reading is held until there is."""
        sock = self._sock
        if self._finds_room() or not sock.answered:
            return True
        self._hold(_TICK)
        return False

    def _hold(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        self._not_before = loop.time() + seconds
        if not self._sock.held:
            loop.call_later(_TICK, self._read_on)
        self._sock.hold()

    def _read_on(self) -> None:
        sock, loop = self._sock, asyncio.get_running_loop()
        if sock.fileno() < 0:
            return
        if self._finds_room() and loop.time() >= self._not_before:
            sock.read_on()
        elif self._came < _PIECE * sock.packets and self._host.window.is_short(sock, _END):
            sock.overrun(_IN_PIECES)
        else:
            loop.call_later(_TICK, self._read_on)

    def _finds_room(self) -> bool:
        sock = self._sock
        sock.count()
        unpaid = max(0, sock.packets - sock.paid)
        sock.paid += unpaid
        self._pace.charge(unpaid)
        missing = max(0, self._most - sock.spare)
        if missing and not self._host.window.fits(missing):
            return False
        sock.charged += missing
        return True
