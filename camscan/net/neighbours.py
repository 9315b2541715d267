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

from camscan.net import netlink
from camscan.net.netlink import attributes, messages

_GET, _NEW = 30, 28  # RTM_GETNEIGH, RTM_NEWNEIGH
_NEIGHBOUR = struct.Struct("=BxxxiHBB")
"""struct ndmsg (linux/neighbour.h): family, interface, state, flags, type."""
_ADDRESS, _MAC = 1, 2
_KNOWN = 0x02 | 0x04 | 0x08 | 0x10 | 0x80
"""States with a MAC that was learnt: reachable, stale, delay, probe, permanent. Those without ARP are groups."""

_RECEIVE = 256 * 1024
_MAX_PARTS = 4096
"""Parts of an answer: as many as a table of a million entries needs."""
_FRESH = 1.0


class Neighbours:
    """The table, read anew when it is asked and a second old."""

    def __init__(self) -> None:
        self._table: Mapping[str, str] = {}
        self._read_at = -_FRESH

    def mac(self, address: str) -> str:
        """The MAC of an address as "aa:bb:cc:dd:ee:ff"; empty where the kernel knows none.

        A link-local address may come without its zone; where it has several MACs, on several links, none is given.
        """
        now = time.monotonic()
        if now - self._read_at >= _FRESH:
            self._table, self._read_at = read(), now
        if address in self._table or not address.startswith("fe80:"):
            return self._table.get(address, "")
        found = {mac for known, mac in self._table.items() if known.partition("%")[0] == address}
        return found.pop() if len(found) == 1 else ""


def read() -> Mapping[str, str]:
    """Address -> MAC for every complete entry; link-local IPv6 addresses with their zone, as "fe80::1%eth0".

    A table that cannot be read counts as empty.
    """
    try:
        with netlink.opened() as sock:
            sock.send(netlink.request(_GET, _NEIGHBOUR.pack(socket.AF_UNSPEC, 0, 0, 0, 0), netlink.DUMP))
            return dict(entry for part in _parts(sock) for entry in entries(part))
    except OSError:
        return {}


def entries(part: bytes) -> Iterator[tuple[str, str]]:
    """The complete entries in one part of the kernel's answer."""
    for kind, body in messages(part):
        if kind == _NEW and len(body) >= _NEIGHBOUR.size:
            _, index, state, _, _ = _NEIGHBOUR.unpack_from(body)
            values = dict(attributes(body[_NEIGHBOUR.size :]))
            address, mac = values.get(_ADDRESS, b""), values.get(_MAC, b"")
            if state & _KNOWN and len(address) in (4, 16) and len(mac) == 6 and any(mac):
                yield _text(address, index), mac.hex(":")


def _parts(sock: socket.socket) -> Iterator[bytes]:
    for _ in range(_MAX_PARTS):
        part = sock.recv(_RECEIVE)
        yield part
        if any(kind in (netlink.DONE, netlink.ERROR) for kind, _ in messages(part)):
            return


def _text(address: bytes, index: int) -> str:
    found = ip_address(address)
    if found.version == 4 or not found.is_link_local:
        return str(found)
    try:
        return f"{found}%{socket.if_indextoname(index)}"
    except OSError:  # the interface has gone meanwhile
        return str(found)
