"""When packets arrive, to the nanosecond: the kernel writes it into a ring that has room for all of them."""

from __future__ import annotations

import mmap
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray
from support.lab import Lab
from support.namespaces import Namespace

from camscan.l2.bpf import GIVE, IF_EQUAL, LOAD_BYTE, LOAD_WORD, Step, assemble
from camscan.l2.sockets import dropped, packet_socket

_SOL_PACKET, _RX_RING, _VERSION, _V2 = 263, 5, 10, 1
_ALL = 3
"""Stands for every EtherType; what is dropped on arrival is heard nevertheless."""
_FRAME, _BLOCK = 128, 1 << 18
_TCP, _HEADERS = 6, 54
Times = NDArray[np.float64]


class Arrivals:
    """The times at which TCP packets from one address came, in their order, in seconds `since` one of the epoch."""

    times: Times = np.empty(0)
    since: int = 0


@contextmanager
def arriving(lab: Lab, source: str, most: int) -> Iterator[Arrivals]:
    """Note when packets from an address arrive at the site during the body, up to `most`."""
    program = assemble(
        [
            Step(LOAD_WORD, 12),
            Step(IF_EQUAL, struct.unpack("!I", socket.inet_aton(source))[0], otherwise="drop"),
            Step(LOAD_BYTE, 9),
            Step(IF_EQUAL, _TCP, otherwise="drop"),
            Step(GIVE, _HEADERS),
            Step(GIVE, 0, name="drop"),
        ]
    )
    with Namespace(lab.site).inside():
        sock = packet_socket(socket.SOCK_DGRAM, _ALL, lab.interface, program)
    with sock:
        blocks = -(-most * _FRAME // _BLOCK)
        sock.setsockopt(_SOL_PACKET, _VERSION, _V2)
        frames = blocks * _BLOCK // _FRAME
        sock.setsockopt(_SOL_PACKET, _RX_RING, struct.pack("@IIII", _BLOCK, blocks, _FRAME, frames))
        memory = mmap.mmap(sock.fileno(), blocks * _BLOCK)
        noted = Arrivals()
        yield noted
        words = np.frombuffer(memory, np.uint32).reshape(frames, _FRAME // 4)
        came = words[words[:, 0] & 1 == 1]
        noted.since = int(came[:, 4].min(initial=2**32 - 1))
        noted.times = np.sort((came[:, 4] - np.uint32(noted.since)) + came[:, 5] / 1e9)
        lost = dropped(sock)
        assert lost <= len(came) // 1_000, f"{lost} more packets than there was room for"


def most_within(times: Times, seconds: float) -> int:
    """The most packets that came within so many seconds."""
    return int((np.searchsorted(times, times + seconds, side="left") - np.arange(len(times))).max())
