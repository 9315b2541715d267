"""Packet sockets, which need CAP_NET_RAW."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import socket
import struct
from collections.abc import Iterator

from camscan.l2.bpf import attach
from camscan.l2.lines import NO_PRIVILEGE, RefusalError

ANY = "any"  # stands for every interface

_SOL_PACKET = 263
_ADD_MEMBERSHIP, _STATISTICS = 1, 6
_PROMISCUOUS = 1
_SO_RCVBUFFORCE = 33
_RECEIVE_BUFFER = 8 * 1024 * 1024
_NO_PRIVILEGE = (
    "no CAP_NET_RAW, which packet sockets need: run camscan with sudo, or in a systemd unit with "
    "AmbientCapabilities=CAP_NET_RAW (not by setcap on Python: every script would have it)"
)


def packet_socket(kind: int, protocol: int, interface: str, program: bytes = b"") -> socket.socket:
    """A non-blocking packet socket for one EtherType on an interface, with the filter `program` if given.

    Raises RefusalError if it may not be opened, or there is no such interface.
    """
    # With protocol 0 it receives nothing until it is bound to its interface.
    at_once = socket.htons(protocol) if interface == ANY else 0
    try:
        sock = socket.socket(socket.AF_PACKET, kind | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC, at_once)
    except PermissionError as error:
        raise RefusalError(_NO_PRIVILEGE, NO_PRIVILEGE) from error
    try:
        _enlarge_buffer(sock)
        if program:
            attach(sock, program)
        if interface != ANY:
            sock.bind((interface, protocol))
    except OSError as error:
        sock.close()
        hint = ": see `ip link`" if error.errno == errno.ENODEV else ""
        raise RefusalError(f"cannot use interface {interface}: {error.strerror or error}{hint}") from error
    return sock


def set_promiscuous(sock: socket.socket, interface: str) -> None:
    """Put the interface into promiscuous mode until the socket is closed; ignored by cards that have none.

    Multicasts to any group are received then, and on a mirror port the frames of others.
    """
    for index, name in socket.if_nameindex():
        if interface in (ANY, name):
            with contextlib.suppress(OSError):
                sock.setsockopt(_SOL_PACKET, _ADD_MEMBERSHIP, struct.pack("iHH8x", index, _PROMISCUOUS, 0))


def dropped(sock: socket.socket) -> int:
    """Packets that the kernel dropped since the last call because the receive buffer was full."""
    return int(struct.unpack("II", sock.getsockopt(_SOL_PACKET, _STATISTICS, 8))[1])


@contextlib.contextmanager
def until_stopped() -> Iterator[Stop]:
    """Yields a flag that is set by any of `ending_signals`, and when the parent process has ended."""
    stop = Stop()
    before = {number: signal.signal(number, stop.set) for number in ending_signals()}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def ending_signals() -> tuple[signal.Signals, ...]:
    """The signals that end a program in an orderly way: SIGINT, SIGTERM, and SIGHUP unless nohup(1) has it ignored."""
    hangs_up = signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN
    return (signal.SIGINT, signal.SIGTERM, *((signal.SIGHUP,) if hangs_up else ()))


class Stop:
    """A flag: whether to stop."""

    def __init__(self) -> None:
        self._parent = os.getppid()
        self._told = False

    def set(self, *_: object) -> None:
        """Set the flag; can be used as a signal handler."""
        self._told = True

    def __bool__(self) -> bool:
        return self._told or os.getppid() != self._parent


def _enlarge_buffer(sock: socket.socket) -> None:
    """Enlarge the receive buffer; without CAP_NET_ADMIN only up to net.core.rmem_max."""
    try:
        sock.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _RECEIVE_BUFFER)
    except PermissionError:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
