"""Netlink messages of the routing family, as far as this program asks the kernel (linux/netlink.h, rtnetlink(7))."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from typing import Any, TypeAlias

HEADER = struct.Struct("=IHHII")  # struct nlmsghdr: length, type, flags, sequence, port
ERROR, DONE = 2, 3
REQUEST, DUMP = 0x1, 0x300
_ATTRIBUTE = struct.Struct("=HH")  # struct rtattr: length and type; then the value
_SECONDS = 2.0
_RECEIVE = 256 * 1024
_MAX_PARTS = 4096  # the most parts of an answer: enough for a table of a million entries

Parsed: TypeAlias = tuple[tuple[Any, ...], dict[int, bytes]]
"""The fields of one message, and its attributes by their numbers."""


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


def dumped(kind: int, body: bytes, answer: int, shape: struct.Struct) -> Iterator[Parsed]:
    """The kernel's answer to a request for a whole table; nothing if it has none. Raises OSError."""
    with opened() as sock:
        sock.send(request(kind, body, DUMP))
        parts = list(_parts(sock))
    for part in parts:
        yield from _parsed(part, answer, shape)


def _parsed(part: bytes, kind: int, shape: struct.Struct) -> Iterator[Parsed]:
    """The messages of a kind in one part of an answer."""
    for its_kind, body in messages(part):
        if its_kind == kind and len(body) >= shape.size:
            yield shape.unpack_from(body), dict(attributes(body[shape.size :]))


def _parts(sock: socket.socket) -> Iterator[bytes]:
    for _ in range(_MAX_PARTS):
        part = sock.recv(_RECEIVE)
        yield part
        if any(kind in (DONE, ERROR) for kind, _ in messages(part)):
            return
