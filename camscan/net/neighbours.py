"""The kernel's neighbour table: the MACs of addresses on our links, which everybody may read.

An entry says who answered for an address when this host last had to do with it. For an address that answers right now
that is the device; for others it may be long out of date.
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Iterator, Mapping
from ipaddress import ip_address

_GET, _NEW = 30, 28  # RTM_GETNEIGH, RTM_NEWNEIGH
_DONE, _ERROR = 3, 2
_REQUEST_DUMP = 0x1 | 0x300
_HEADER = struct.Struct("=IHHII")
"""struct nlmsghdr (linux/netlink.h): length, type, flags, sequence, port."""
_NEIGHBOUR = struct.Struct("=BxxxiHBB")
"""struct ndmsg (linux/neighbour.h): family, interface, state, flags, type."""
_ATTRIBUTE = struct.Struct("=HH")
"""struct rtattr (linux/rtnetlink.h): length and type; then the value."""
_ADDRESS, _MAC = 1, 2
_KNOWN = 0x02 | 0x04 | 0x08 | 0x10 | 0x80
"""States with a MAC that was learnt: reachable, stale, delay, probe, permanent. Those without ARP are groups."""

_RECEIVE = 256 * 1024
_MAX_PARTS = 4096
"""Parts of an answer: as many as a table of a million entries needs."""
_SECONDS = 2.0
_FRESH = 1.0


class Neighbours:
    """The table, read anew when it is asked and a second old."""

    def __init__(self) -> None:
        self._table: Mapping[str, str] = {}
        self._read_at = -_FRESH

    def mac(self, address: str) -> str:
        """The MAC of an address as "aa:bb:cc:dd:ee:ff"; empty where the kernel knows none."""
        now = time.monotonic()
        if now - self._read_at >= _FRESH:
            self._table, self._read_at = read(), now
        return self._table.get(address, "")


def read() -> Mapping[str, str]:
    """Address -> MAC for every complete entry; link-local IPv6 addresses with their zone, as "fe80::1%eth0".

    A table that cannot be read counts as empty.
    """
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE) as sock:
            sock.settimeout(_SECONDS)
            body = _NEIGHBOUR.pack(socket.AF_UNSPEC, 0, 0, 0, 0)
            sock.send(_HEADER.pack(_HEADER.size + len(body), _GET, _REQUEST_DUMP, 1, 0) + body)
            return dict(entry for part in _parts(sock) for entry in entries(part))
    except OSError:
        return {}


def entries(part: bytes) -> Iterator[tuple[str, str]]:
    """The complete entries in one part of the kernel's answer."""
    for kind, body in _messages(part):
        if kind == _NEW and len(body) >= _NEIGHBOUR.size:
            _, index, state, _, _ = _NEIGHBOUR.unpack_from(body)
            values = dict(_attributes(body[_NEIGHBOUR.size :]))
            address, mac = values.get(_ADDRESS, b""), values.get(_MAC, b"")
            if state & _KNOWN and len(address) in (4, 16) and len(mac) == 6 and any(mac):
                yield _text(address, index), mac.hex(":")


def _parts(sock: socket.socket) -> Iterator[bytes]:
    for _ in range(_MAX_PARTS):
        part = sock.recv(_RECEIVE)
        yield part
        if any(kind in (_DONE, _ERROR) for kind, _ in _messages(part)):
            return


def _messages(part: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + _HEADER.size <= len(part):
        length, kind, *_ = _HEADER.unpack_from(part, at)
        if length < _HEADER.size:
            return
        yield kind, part[at + _HEADER.size : at + length]
        at += (length + 3) & ~3


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + _ATTRIBUTE.size <= len(data):
        length, kind = _ATTRIBUTE.unpack_from(data, at)
        if length < _ATTRIBUTE.size:
            return
        yield kind, data[at + _ATTRIBUTE.size : at + length]
        at += (length + 3) & ~3


def _text(address: bytes, index: int) -> str:
    found = ip_address(address)
    if found.version == 4 or not found.is_link_local:
        return str(found)
    try:
        return f"{found}%{socket.if_indextoname(index)}"
    except OSError:  # the interface has gone meanwhile
        return str(found)
