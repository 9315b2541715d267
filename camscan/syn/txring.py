"""A transmit ring in memory shared with the kernel: PACKET_TX_RING with TPACKET_V2 (packet(7), packet_mmap.rst).

The second way to hand frames over: it, too, takes one system call for many. It serves where sendmmsg(2), which is
faster (`benchmarks/txring.py`), may not be called.
"""

from __future__ import annotations

import errno
import mmap
import socket
import struct

import numpy as np
from numpy.typing import NDArray

from camscan.l2.lines import RefusalError
from camscan.l2.sockets import packet_socket
from camscan.syn.packets import BATCH, ETHERNET, IP
from camscan.syn.sending import EthernetSender, enlarge_buffer, has_sendmmsg

_SOL_PACKET = 263
_VERSION, _TX_RING = 10, 13
_V2 = 1
_FRAME, _BLOCKS = 128, 8
_DATA = 32
"""Where the packet begins in a frame: behind struct tpacket2_hdr, whose first two words are status and length."""
_FREE, _WANTED = 0, 1
"""What a frame's status says: it may be filled, or is to be sent. Anything else is the kernel's at the moment."""
_STATUS = 0xFF
"""The status alone: higher bits may tell of a time stamp."""


class RingSender:
    """Sends rows as frames on an interface, as `EthernetSender` does, from the process that made it alone."""

    def __init__(self, interface: str, rows: NDArray[np.uint8], length: int) -> None:
        size = IP - ETHERNET + length
        self._rows = rows[:, ETHERNET : ETHERNET + size]
        self._sock = packet_socket(socket.SOCK_RAW, 0, interface)
        enlarge_buffer(self._sock)
        try:
            self._sock.setsockopt(_SOL_PACKET, _VERSION, _V2)
            ring = struct.pack("@IIII", _FRAME * BATCH // _BLOCKS, _BLOCKS, _FRAME, BATCH)
            self._sock.setsockopt(_SOL_PACKET, _TX_RING, ring)
            memory = mmap.mmap(self._sock.fileno(), _FRAME * BATCH)
        except OSError as error:
            self._sock.close()
            raise RefusalError(f"no transmit ring on {interface}: {error.strerror}") from error
        frames: NDArray[np.uint8] = np.frombuffer(memory, np.uint8).reshape(BATCH, _FRAME)
        self._packets = frames[:, _DATA : _DATA + size]
        words = frames.view(np.uint32)
        self._status = words[:, 0]
        words[:, 1] = size
        self._next = 0

    def send(self, first: int, count: int) -> tuple[int, int]:
        """See `Sender.send`."""
        sent = 0
        while sent < count:
            wanted = min(count - sent, BATCH - self._next)  # as far as the end of the ring
            done, error = self._hand_over(first + sent, wanted)
            sent += done
            if done < wanted:
                return sent, 0 if sent else error
        return sent, 0

    def _hand_over(self, first: int, count: int) -> tuple[int, int]:
        """Send rows from the next frame on; what the kernel does not take at once is taken back."""
        status = self._status[self._next : self._next + count]
        count = _leading(status & _STATUS == _FREE)
        if not count:
            return 0, errno.EAGAIN
        status = status[:count]
        self._packets[self._next : self._next + count] = self._rows[first : first + count]
        status[:] = _WANTED
        error = errno.EAGAIN
        try:
            self._sock.send(b"", socket.MSG_DONTWAIT)
        except OSError as failed:
            error = failed.errno or error
        done = _leading(status & _STATUS != _WANTED)
        status[done:] = _FREE
        self._next = (self._next + done) % BATCH
        return done, error

    def close(self) -> None:
        """Close the socket; the memory goes with the last view of it."""
        self._sock.close()


def ethernet_sender(interface: str, rows: NDArray[np.uint8], length: int) -> EthernetSender | RingSender:
    """What hands frames over on an interface. Raises RefusalError if it cannot be used."""
    return (EthernetSender if has_sendmmsg() else RingSender)(interface, rows, length)


def _leading(which: NDArray[np.bool_]) -> int:
    """How many are true before the first that is not."""
    return len(which) if which.all() else int(which.argmin())
