"""A receive ring in memory shared with the kernel: TPACKET_V2 (packet(7), Documentation/networking/packet_mmap.rst).

Frames are read in batches, as numpy views, without a system call for each. The kernel stores a frame before it stores
its status.
"""

from __future__ import annotations

import mmap
import socket
import struct
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from camscan.l2.lines import RefusalError
from camscan.l2.sockets import dropped, packet_socket

_SOL_PACKET = 263
_RX_RING, _VERSION = 5, 10
_V2 = 1
_FRAME, _FRAMES, _BLOCK = 256, 16_384, 1 << 18
_FEW, _MOST = 256, 4_096
"""Frames looked at first, and taken out at once: each look at one is at memory that the kernel has just written."""
_USER = 1  # the status of a frame that is ours; 0 gives it back
_NET = 14  # where struct tpacket2_hdr has the offset of the network layer's header, a 16-bit number

Packets = NDArray[np.uint8]


class Ring:
    """Hears one EtherType on an interface. What a filter lets through counts; link headers are left out."""

    def __init__(self, interface: str, protocol: int, program: bytes) -> None:
        self._sock = packet_socket(socket.SOCK_DGRAM, protocol, interface, program)
        try:
            self._sock.setsockopt(_SOL_PACKET, _VERSION, _V2)
            request = struct.pack("@IIII", _BLOCK, _FRAME * _FRAMES // _BLOCK, _FRAME, _FRAMES)
            self._sock.setsockopt(_SOL_PACKET, _RX_RING, request)
            self._memory = mmap.mmap(self._sock.fileno(), _FRAME * _FRAMES)
        except OSError as error:
            self._sock.close()
            raise RefusalError(f"no receive ring on {interface}: {error.strerror}") from error
        self._frames: Packets = np.frombuffer(self._memory, np.uint8).reshape(_FRAMES, _FRAME)
        self._status = self._frames.view(np.uint32)[:, 0]
        self._head = 0

    @property
    def mac(self) -> bytes:
        """The interface's own MAC."""
        return bytes(self._sock.getsockname()[4])

    def batches(self) -> Iterator[Packets]:
        """Copies of the packets that have come, one a row from the network header on; few that come meanwhile wait."""
        while True:
            part = self._status[self._head : self._head + _MOST]
            if not (count := _ready(part)):
                return
            begin = int(self._frames[self._head].view(np.uint16)[_NET // 2])
            packets = self._frames[self._head : self._head + count, begin:].copy()
            part[:count] = 0
            self._head = (self._head + count) % _FRAMES
            yield packets
            if count < len(part):
                return

    def dropped(self) -> int:
        """Packets that the ring had no room for since the last call."""
        return dropped(self._sock)

    def close(self) -> None:
        """Close the socket; the memory goes with the last view of it."""
        self._sock.close()


def _ready(status: NDArray[np.uint32]) -> int:
    """How many frames are ours, up to the first that is not."""
    for some in (status[:1], status[:_FEW], status):
        ready = (some & _USER).astype(bool)
        if not ready.all():
            return int(ready.argmin())
    return len(status)
