"""The kernel's neighbour table: the MACs of addresses on our links. No privilege is needed.

An entry holds the MAC that answered when this host last sent to the address. For an address that answers right now that
is the device's; for others it may be long out of date.
"""

from __future__ import annotations

import socket
import struct
import sys
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from ipaddress import ip_address

from camscan.net.kernel.netlink import Parsed, dumped

_GET, _NEW = 30, 28  # RTM_GETNEIGH, RTM_NEWNEIGH
_GET_TABLES, _NEW_TABLE = 66, 64  # RTM_GETNEIGHTBL, RTM_NEWNEIGHTBL
_NEIGHBOUR = struct.Struct("=BxxxiHBB")  # struct ndmsg (linux/neighbour.h): family, interface, state, flags, type
_ADDRESS, _MAC = 1, 2
_KNOWN = 0x02 | 0x04 | 0x08 | 0x10 | 0x80
"""States with a known MAC: reachable, stale, delay, probe, permanent. NOARP entries are multicast groups."""

_PERMANENT = 0x80
FAILED = 0x20  # the state of a neighbour that did not answer (linux/neighbour.h)
USABLE = _KNOWN | 0x40  # states in which packets are sent to the neighbour; some links need no MAC
SETTLED = USABLE & ~0x04  # those of them in which the entry is not evicted either: all but stale

_TABLE = struct.Struct("=Bxxx")  # struct ndtmsg (linux/neighbour.h): family
_MOST = 4  # NDTA_THRESH3: the size of a table (net.ipv4.neigh.default.gc_thresh3)
_HELD = 0x01 | 0x02 | 0x08 | 0x10
"""States in which an entry is not evicted, until a timer ends them: incomplete, reachable, delay, probe."""
_RESERVE = 4  # one in so many entries is left to other programs, and to entries too young to be evicted
_FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}

_FRESH = 1.0  # seconds for which a copy of the table is used
_RECHECK = 0.25  # seconds between two checks whether a full table has room again
_PATIENCE = 60.0
"""Seconds without room after which it must be others who fill the table: entries in use are held for up to 45."""


class Neighbours:
    """A copy of the table, read again when it is a second old."""

    def __init__(self) -> None:
        self._table: Mapping[str, str] = {}
        self._read_at = -_FRESH

    def mac(self, address: str) -> str:
        """The MAC of an address as "aa:bb:cc:dd:ee:ff", or "".

        A link-local address may be given without its zone; if it has different MACs on several links, the result is "".
        """
        now = time.monotonic()
        if now - self._read_at >= _FRESH:
            self._table, self._read_at = read(), now
        if address in self._table or not address.startswith("fe80:"):
            return self._table.get(address, "")
        found = {mac for known, mac in self._table.items() if known.partition("%")[0] == address}
        return found.pop() if len(found) == 1 else ""


class Room:
    """How many more neighbours of one IP version the kernel's table has room for.

    An entry that answers is held for 15 to 45 seconds. If there is no room for a new one, the kernel drops packets to
    it without telling TCP.
    """

    def __init__(self, version: int) -> None:
        self._version = version
        self._held: frozenset[bytes] = frozenset()
        self._left = 0
        self._read_at = -_RECHECK
        self._full_since: float | None = None

    def take(self, address: bytes) -> bool:
        """Take room for an address, in network byte order; returns whether there was any."""
        now = time.monotonic()
        if self._left <= 0 and now - self._read_at >= _RECHECK:
            self._read(now)
        if address in self._held or (self._full_since is not None and now - self._full_since >= _PATIENCE):
            return True
        self._left -= 1
        return self._left >= 0

    @cached_property
    def _most(self) -> int:
        return entries_allowed(self._version)

    def _read(self, now: float) -> None:
        self._held = entries_in_use(self._version)
        self._left = self._most - len(self._held)
        self._read_at = now
        if self._left > 0:
            self._full_since = None
        elif self._full_since is None:
            self._full_since = now


def entries_in_use(version: int) -> frozenset[bytes]:
    """The addresses of entries that the kernel cannot evict now; none if the table cannot be read."""
    parsed = _entries(_FAMILIES[version])
    return frozenset(values[_ADDRESS] for (_, _, state, _, _), values in parsed if state & _HELD and _ADDRESS in values)


def permanent(version: int) -> Iterator[tuple[int, bytes, bytes]]:
    """Interface, address and MAC of each permanent entry, for which no ARP is sent."""
    for (_, index, state, _, _), values in _entries(_FAMILIES[version]):
        address, mac = values.get(_ADDRESS, b""), values.get(_MAC, b"")
        if state & _PERMANENT and address and len(mac) == 6:
            yield index, address, mac


def states(address: str) -> int:
    """The states of an address on all links, or-ed; 0 if there is no entry."""
    return states_of([address])[address]


def states_of(addresses: Collection[str]) -> Mapping[str, int]:
    """The same for several addresses, with one read of the table."""
    wanted = {address: ip_address(address.partition("%")[0]) for address in addresses}
    found = dict.fromkeys((one.packed for one in wanted.values()), 0)
    for version in {one.version for one in wanted.values()}:
        for (_, _, state, _, _), values in _entries(_FAMILIES[version]):
            if (address := values.get(_ADDRESS)) in found:
                found[address] |= state
    return {address: found[one.packed] for address, one in wanted.items()}


def entries_allowed(version: int) -> int:
    """How many entries of the kernel's table we may use; unlimited if the kernel does not say."""
    parsed = _dumped(_GET_TABLES, _TABLE.pack(_FAMILIES[version]), _NEW_TABLE, _TABLE)
    bounds = [int.from_bytes(values[_MOST], sys.byteorder) for _, values in parsed if _MOST in values]
    return min(bounds) * (_RESERVE - 1) // _RESERVE if bounds else sys.maxsize


def read() -> Mapping[str, str]:
    """Address -> MAC for every complete entry; link-local IPv6 addresses with their zone, as "fe80::1%eth0".

    A table that cannot be read counts as empty.
    """
    return dict(_complete(_entries(socket.AF_UNSPEC)))


def _complete(parsed: Iterable[Parsed]) -> Iterator[tuple[str, str]]:
    for (_, index, state, _, _), values in parsed:
        address, mac = values.get(_ADDRESS, b""), values.get(_MAC, b"")
        if state & _KNOWN and len(address) in (4, 16) and len(mac) == 6 and any(mac):
            yield _text(address, index), mac.hex(":")


def _entries(family: int) -> Iterator[Parsed]:
    """All entries of a family."""
    return _dumped(_GET, _NEIGHBOUR.pack(family, 0, 0, 0, 0), _NEW, _NEIGHBOUR)


def _dumped(kind: int, body: bytes, answer: int, shape: struct.Struct) -> Iterator[Parsed]:
    """See `dumped`; nothing if it cannot be read."""
    with suppress(OSError):
        yield from dumped(kind, body, answer, shape)


def _text(address: bytes, index: int) -> str:
    found = ip_address(address)
    if found.version == 4 or not found.is_link_local:
        return str(found)
    try:
        return f"{found}%{socket.if_indextoname(index)}"
    except OSError:  # the interface has gone meanwhile
        return str(found)
