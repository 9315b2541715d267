"""Passive listening to what devices on the segment announce. Nothing is sent, and no multicast group is joined.

Behind a switch with IGMP snooping, only what reaches every port is received: ARP, broadcasts, and flooded groups.
"""

from __future__ import annotations

import errno
import os
import select
import socket
import time
from collections import Counter

from camscan.l2 import frames
from camscan.l2.bpf import discovery
from camscan.l2.dedup import ANSWERING, CHANNELS
from camscan.l2.lines import Lines, RefusalError
from camscan.l2.reporter import PacketReporter
from camscan.l2.sockets import ANY, Stop, dropped, packet_socket, set_promiscuous

_EVERY_ETHERTYPE = 3
_ETHERNET, _LOOPBACK = 1, 772  # kinds of hardware (linux/if_arp.h)
_MAX_PACKET = 65_535
_BATCH = 256  # packets read before the clock is checked
_LAST_BATCHES = 64  # batches that are still read at the end: as many as the receive buffer can hold
_GLANCE = 0.25  # seconds between checks whether to stop


def listen(interface: str, seconds: float, lines: Lines, stop: Stop) -> None:
    """Report what is received for some seconds on an interface, or on `ANY`: all but the loopback.

    Raises RefusalError if the interface cannot be used, is down from the beginning, or went away.
    """
    reporter, counts = PacketReporter(lines), Counter(packets=0, downs=0)
    with packet_socket(socket.SOCK_DGRAM, _EVERY_ETHERTYPE, interface, discovery((*CHANNELS, *ANSWERING))) as sock:
        set_promiscuous(sock, interface)
        _must_be_up(sock, interface)
        lines.emit("begin")
        end = time.monotonic() + seconds
        while not stop and (left := end - time.monotonic()) > 0:
            lines.flush()
            if select.select([sock], [], [], min(left, _GLANCE))[0]:
                _drain(sock, interface, reporter, counts)
            _must_be_there(sock, interface)
        for _ in range(_LAST_BATCHES):
            _drain(sock, interface, reporter, counts)
        lines.emit("end", **counts, **reporter.counters, dropped=dropped(sock), interrupted=bool(stop))


def _must_be_up(sock: socket.socket, interface: str) -> None:
    """Raises RefusalError where the interface of a new socket is down: nobody knows whether it will ever be up."""
    if number := sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
        raise RefusalError(f"cannot use interface {interface}: {os.strerror(number)}")


def _must_be_there(sock: socket.socket, interface: str) -> None:
    """Raises RefusalError where the interface of a socket has gone: one of the same name would be another."""
    if interface != ANY and not sock.getsockname()[0]:
        raise RefusalError(f"cannot use interface {interface} any more: {os.strerror(errno.ENODEV)}")


def _drain(sock: socket.socket, interface: str, reporter: PacketReporter, counts: Counter[str]) -> None:
    """Read a batch of waiting packets; counts these, and how often the interface has gone down.

    What comes once it is up again is received.
    """
    for _ in range(_BATCH):
        try:
            data, (name, kind, _direction, hardware, mac) = sock.recvfrom(_MAX_PACKET)
        except BlockingIOError:
            return
        except OSError as error:
            if error.errno != errno.ENETDOWN:
                raise RefusalError(f"cannot use interface {interface} any more: {error.strerror}") from error
            counts["downs"] += 1
            return
        counts["packets"] += 1
        found = frames.packet(kind, data)
        if found is not None and (hardware != _LOOPBACK or interface != ANY):
            reporter.report(found, frames.Origin(mac if hardware == _ETHERNET else b"", name, time.time()))
