"""Netlink messages of the routing family, as far as this program asks the kernel (linux/netlink.h, rtnetlink(7))."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator

HEADER = struct.Struct("=IHHII")
"""struct nlmsghdr: length, type, flags, sequence, port."""
ERROR, DONE = 2, 3
REQUEST, DUMP = 0x1, 0x300
_ATTRIBUTE = struct.Struct("=HH")
"""struct rtattr: length and type; then the value."""
_SECONDS = 2.0


def opened() -> socket.socket:
    """A netlink socket to the kernel, with a timeout. No privilege is needed."""
    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE)
    sock.settimeout(_SECONDS)
    return sock


def request(kind: int, body: bytes, flags: int = 0) -> bytes:
    """One request message."""
    return HEADER.pack(HEADER.size + len(body), kind, REQUEST | flags, 1, 0) + body


def attribute(kind: int, value: bytes) -> bytes:
    """One attribute, padded to a multiple of four bytes."""
    return _ATTRIBUTE.pack(_ATTRIBUTE.size + len(value), kind) + value + bytes(-len(value) % 4)


def messages(part: bytes) -> Iterator[tuple[int, bytes]]:
    """Type and body of each message."""
    at = 0
    while at + HEADER.size <= len(part):
        length, kind, *_ = HEADER.unpack_from(part, at)
        if length < HEADER.size:
            return
        yield kind, part[at + HEADER.size : at + length]
        at += (length + 3) & ~3


def attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Type and value of each attribute."""
    at = 0
    while at + _ATTRIBUTE.size <= len(data):
        length, kind = _ATTRIBUTE.unpack_from(data, at)
        if length < _ATTRIBUTE.size:
            return
        yield kind, data[at + _ATTRIBUTE.size : at + length]
        at += (length + 3) & ~3
