"""Hands packets to the kernel in bulk: sendmmsg(2), which Python does not have, by ctypes."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import socket
from functools import cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from camscan.l2.lines import RefusalError
from camscan.l2.sockets import packet_socket
from camscan.syn.memory import shared_rows
from camscan.syn.order import Numbers
from camscan.syn.packets import BATCH, ETHERNET, IP

_libc = ctypes.CDLL(None, use_errno=True)
_libc.sendmmsg.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int)
FULL = frozenset({errno.ENOBUFS, errno.EAGAIN, errno.ENOMEM})
"""What the kernel says when it has no room for a packet at the moment."""
AT_ONCE = 1024  # packets that one sendmmsg(2) takes at most (UIO_MAXIOV)
BACK_OFF = 0.001  # seconds until there may be room again
_BUFFER = 4 * 1024 * 1024
_NAMES = {4: (socket.AF_INET, 16, 1, 1), 6: (socket.AF_INET6, 28, 2, 4)}
"""Of struct sockaddr_in and sockaddr_in6: family, bytes, and the place and number of the address's words."""


class _Header(ctypes.Structure):
    """A struct msghdr (sendmsg(2))."""

    _fields_ = (
        ("name", ctypes.c_void_p),
        ("name_length", ctypes.c_uint32),
        ("vector", ctypes.c_void_p),
        ("vectors", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_length", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    )


class _Message(ctypes.Structure):
    """A struct mmsghdr (sendmmsg(2))."""

    _fields_ = (("header", _Header), ("sent", ctypes.c_uint))


@cache
def has_sendmmsg() -> bool:
    """Whether sendmmsg(2) may be called: a sandbox may refuse it, and only it (seccomp(2))."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        return bool(_libc.sendmmsg(sock.fileno(), None, 0, 0) == 0)


class Sender(Protocol):
    """Sends rows of one matrix."""

    def send(self, first: int, count: int) -> tuple[int, int]:
        """Send some rows; returns how many left, and the errno that kept the next one back, or 0."""


class EthernetSender:
    """Sends rows as frames on an interface, past the kernel's routing, filters and connection tracking."""

    def __init__(self, interface: str, rows: NDArray[np.uint8], length: int) -> None:
        self._messages = _Messages(rows, ETHERNET, IP - ETHERNET + length)
        self._sock = packet_socket(socket.SOCK_RAW, 0, interface)
        enlarge_buffer(self._sock)

    def send(self, first: int, count: int) -> tuple[int, int]:
        """See `Sender.send`."""
        return self._messages.send(self._sock.fileno(), first, count)

    def close(self) -> None:
        """Close the socket."""
        self._sock.close()


class RawSender:
    """Sends rows as IP packets, which the kernel routes: for devices that are no Ethernet, and for this host itself."""

    def __init__(self, rows: NDArray[np.uint8], length: int, version: int) -> None:
        family, size, at, self._words = _NAMES[version]
        if not has_sendmmsg():
            raise RefusalError("sendmmsg(2) is refused here, which only frames can do without: use --sweep connect")
        try:
            self._sock = socket.socket(family, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.IPPROTO_RAW)
        except PermissionError as error:
            raise RefusalError("no CAP_NET_RAW, which raw sockets need") from error
        enlarge_buffer(self._sock)
        self._names = shared_rows(BATCH, size)
        self._names.view(np.uint16)[:, 0] = family
        self._addresses = self._names.view(">u4")[:, at : at + self._words]
        self._messages = _Messages(rows, IP, length, self._names)

    def address(self, addresses: Numbers) -> None:
        """Say where the first rows go."""
        self._addresses[: len(addresses)] = addresses.reshape(len(addresses), self._words)

    def send(self, first: int, count: int) -> tuple[int, int]:
        """See `Sender.send`."""
        return self._messages.send(self._sock.fileno(), first, count)

    def close(self) -> None:
        """Close the socket."""
        self._sock.close()


class _Messages:
    """One struct mmsghdr for each row, made once."""

    def __init__(
        self, rows: NDArray[np.uint8], offset: int, length: int, names: NDArray[np.uint8] | None = None
    ) -> None:
        self._kept = rows, names
        self._vectors = np.empty((BATCH, 2), np.uintp)
        self._vectors[:, 0] = _places(rows) + np.uintp(offset)
        self._vectors[:, 1] = length
        self._messages = np.zeros(BATCH, np.dtype(_Message))
        headers = self._messages["header"]
        headers["vector"], headers["vectors"] = _places(self._vectors), 1
        if names is not None:
            headers["name"], headers["name_length"] = _places(names), names.strides[0]
        self._first, self._size = self._messages.ctypes.data, self._messages.itemsize

    def send(self, descriptor: int, first: int, count: int) -> tuple[int, int]:
        sent = _libc.sendmmsg(descriptor, self._first + first * self._size, count, socket.MSG_DONTWAIT)
        return (sent, 0) if sent >= 0 else (0, ctypes.get_errno())


def _places(rows: NDArray[np.uint8] | NDArray[np.uintp]) -> NDArray[np.uintp]:
    """Where each row lies in memory."""
    return np.arange(BATCH, dtype=np.uintp) * np.uintp(rows.strides[0]) + np.uintp(rows.ctypes.data)


def enlarge_buffer(sock: socket.socket) -> None:
    """Room for packets that the card has not taken yet; the host may allow less."""
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
