"""Listening sockets: on the true port if it is available, else on the one 8,000 higher."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Callable

from camscan.errors import HostError

SHIFT = 8_000  # added to ports below 1024 that are reserved for root, or in use on this host: 80 becomes 8080
_RESERVED = 1_024
_BACKLOG = 128
_ACCEPTED_AT_ONCE = 64
_FILLERS = 3
_MULTICAST_ALL = 49  # IP_MULTICAST_ALL (linux/in.h): whether groups that others have joined are heard as well
_EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
RETRY = 1.0
"""Seconds for which a listener waits where this host has no room for a connection; it would be called again at once."""


def tcp(address: str, port: int) -> socket.socket:
    """A listening TCP socket. Raises OSError."""
    sock = _bound(socket.SOCK_STREAM, address, port)
    sock.listen(_BACKLOG)
    return sock


def udp(address: str, port: int) -> socket.socket:
    """A UDP socket. Raises OSError."""
    return _bound(socket.SOCK_DGRAM, address, port)


def group(name: str, port: int, address: str) -> socket.socket:
    """A UDP socket that hears a multicast group on the interface with this address. Raises OSError."""
    sock = _bound(socket.SOCK_DGRAM, name, port)
    try:
        sock.setsockopt(socket.IPPROTO_IP, _MULTICAST_ALL, 0)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(name) + socket.inet_aton(address))
    except OSError:
        sock.close()
        raise
    return sock


def _bound(kind: socket.SocketKind, address: str, port: int) -> socket.socket:
    sock = socket.socket(socket.AF_INET, kind | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
    try:
        # For UDP: a scanner on the same host listens on some of these ports itself, on all addresses.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((address, port))
    except OSError:
        sock.close()
        raise
    return sock


def tcp_or_shifted(address: str, port: int) -> socket.socket:
    """A listening socket on the port, or on the shifted one if a port below 1024 is not available. Raises OSError."""
    try:
        return tcp(address, port)
    except OSError:
        if port >= _RESERVED:
            raise
        return tcp(address, port + SHIFT)


def lock(name: str) -> socket.socket:
    """A lock of this name in this network namespace; it is released by closing the socket.

    Raises HostError if it runs already.
    """
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
    try:
        sock.bind(f"\0{name}")  # abstract: there is no file, and each network namespace has its own
    except OSError as error:
        sock.close()
        raise HostError(f"{name} is running already: stop it first") from error
    return sock


def check(address: str) -> None:
    """Check that this host has the address; only Linux has all of 127.0.0.0/8. Raises HostError if it has not."""
    try:
        udp(address, 0).close()
    except OSError as error:
        raise HostError(
            f"{address} cannot be used ({error.strerror}): add this address to an interface of this host"
        ) from error


class Listener:
    """Accepts connections on one socket and passes them on, until it is closed or stops answering."""

    def __init__(self, sock: socket.socket, accepted: Callable[[socket.socket], None]) -> None:
        self._sock = sock
        self._accepted = accepted
        self._fillers: list[socket.socket] = []
        self._accepting = True
        self._wait()

    def close(self) -> None:
        """Stop listening: further connections are refused."""
        self._accepting = False
        if self._sock.fileno() >= 0:
            asyncio.get_running_loop().remove_reader(self._sock.fileno())
            self._sock.close()
        for filler in self._fillers:
            filler.close()

    def fall_silent(self) -> None:
        """Neither accept nor refuse: the backlog is made short and filled, so that the kernel drops further SYNs."""
        self._accepting = False
        asyncio.get_running_loop().remove_reader(self._sock.fileno())
        self._sock.listen(0)
        for _ in range(_FILLERS):
            filler = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
            self._fillers.append(filler)
            filler.connect_ex(self._sock.getsockname())

    def _wait(self) -> None:
        if self._accepting:
            asyncio.get_running_loop().add_reader(self._sock.fileno(), self._accept)

    def _accept(self) -> None:
        for _ in range(_ACCEPTED_AT_ONCE):
            if not self._accepting:  # since the last connection
                return
            try:
                sock, _peer = self._sock.accept()
            except OSError as error:  # no connection is left, or the peer has closed it already
                if error.errno in _EXHAUSTED:
                    loop = asyncio.get_running_loop()
                    loop.remove_reader(self._sock.fileno())
                    loop.call_later(RETRY, self._wait)
                return
            sock.setblocking(False)
            self._accepted(sock)
