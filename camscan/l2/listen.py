"""Passive listening: what devices on the segment say of themselves unasked. Nothing is sent, and no group is joined.

Behind a switch that snoops IGMP, only what reaches every port is heard: ARP, broadcasts, and groups that it floods.
"""

from __future__ import annotations

import select
import socket
import time

from camscan.l2 import frames
from camscan.l2.bpf import discovery
from camscan.l2.gate import CHANNELS
from camscan.l2.heard import Heard
from camscan.l2.lines import Lines, RefusalError
from camscan.l2.sockets import ANY, Stop, dropped, hear_everything, packet_socket

_EVERY_ETHERTYPE = 3
_ETHERNET, _LOOPBACK = 1, 772
"""Kinds of hardware (linux/if_arp.h)."""
_MAX_PACKET = 65_535
_BATCH = 256
"""Packets between two looks at the clock."""
_LAST_BATCHES = 64
"""In the end, what waits in the buffer is still taken in; more than it holds only comes if a flood goes on."""
_GLANCE = 0.25
"""Seconds between two looks at the sign to stop."""


def listen(interface: str, seconds: float, lines: Lines, stop: Stop) -> None:
    """Say what is heard on an interface, or on `ANY` but for the loopback, for some seconds.

    Raises:
        RefusalError: the interface cannot be used, or went away.
    """
    heard, packets = Heard(lines), 0
    with packet_socket(socket.SOCK_DGRAM, _EVERY_ETHERTYPE, interface, discovery(CHANNELS)) as sock:
        hear_everything(sock, interface)
        lines.say("begin")
        end = time.monotonic() + seconds
        while not stop and (left := end - time.monotonic()) > 0:
            lines.flush()
            if select.select([sock], [], [], min(left, _GLANCE))[0]:
                packets += _drain(sock, interface, heard)
        for _ in range(_LAST_BATCHES):
            packets += _drain(sock, interface, heard)
        lines.say("end", packets=packets, **heard.counters, dropped=dropped(sock), interrupted=bool(stop))


def _drain(sock: socket.socket, interface: str, heard: Heard) -> int:
    """Take in what has come; returns the number of packets."""
    for number in range(_BATCH):
        try:
            data, (name, kind, _direction, hardware, mac) = sock.recvfrom(_MAX_PACKET)
        except BlockingIOError:
            return number
        except OSError as error:
            raise RefusalError(f"cannot use interface {interface} any more: {error.strerror}") from error
        found = frames.packet(kind, data)
        if found is not None and (hardware != _LOOPBACK or interface != ANY):
            heard.take(found, frames.Origin(mac if hardware == _ETHERNET else b"", name, time.time()))
    return _BATCH
