"""The addresses asked, as sorted ranges of one family; hosts are numbered through them.

Many addresses at once are 32-bit words: a row of numbers for IPv4, and for IPv6 a matrix with four words a row.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from camscan.syn.order import Numbers, Range

_WORD, _LOW = (1 << 32) - 1, (1 << 64) - 1


class Space(Protocol):
    """Numbers and addresses of hosts."""

    version: int

    def __len__(self) -> int:
        """How many hosts there are."""

    def ranges_of(self, hosts: Numbers) -> NDArray[np.intp]:
        """The number of the range that each host is in."""

    def addresses(self, hosts: Numbers) -> Numbers:
        """The addresses that hosts of these numbers have."""

    def hosts(self, addresses: Numbers) -> NDArray[np.int64]:
        """The numbers of the hosts that have these addresses; -1 for others."""

    def texts(self, hosts: Numbers) -> Iterator[str]:
        """The addresses of hosts as they are written."""


def space(version: int, ranges: Sequence[Range]) -> Space:
    """The space of ranges that are sorted and do not overlap."""
    return _Space4(ranges) if version == 4 else _Space6(ranges)


def words(version: int, addresses: Sequence[int]) -> Numbers:
    """Addresses as a space has them."""
    size = 4 if version == 4 else 16
    found = np.frombuffer(b"".join(address.to_bytes(size) for address in addresses), ">u4").astype(np.uint32)
    return found if version == 4 else found.reshape(-1, 4)


class _Numbered:
    """Ranges by how many hosts come before each."""

    def __init__(self, ranges: Sequence[Range]) -> None:
        self._begins = np.cumsum([0, *(last - first + 1 for first, last in ranges)], dtype=np.int64)

    def __len__(self) -> int:
        return int(self._begins[-1])

    def ranges_of(self, hosts: Numbers) -> NDArray[np.intp]:
        """See `Space.ranges_of`."""
        found: NDArray[np.intp] = np.searchsorted(self._begins, hosts, side="right") - 1
        return found


class _Space4(_Numbered):
    """Implements `Space` for IPv4."""

    version = 4

    def __init__(self, ranges: Sequence[Range]) -> None:
        super().__init__(ranges)
        self._starts, self._ends = np.array(ranges, np.uint32).reshape(-1, 2).T.copy()

    def addresses(self, hosts: Numbers) -> Numbers:
        """See `Space.addresses`."""
        if len(self._starts) == 1:
            return hosts + np.uint32(self._starts[0])
        at = self.ranges_of(hosts)
        addresses: Numbers = (self._starts[at] + (hosts - self._begins[at])).astype(np.uint32)
        return addresses

    def hosts(self, addresses: Numbers) -> NDArray[np.int64]:
        """See `Space.hosts`."""
        at = np.searchsorted(self._starts, addresses, side="right") - 1
        inside = (at >= 0) & (addresses <= self._ends[at])
        return np.where(inside, self._begins[at] + addresses.astype(np.int64) - self._starts[at], -1)

    def texts(self, hosts: Numbers) -> Iterator[str]:
        """See `Space.texts`."""
        return map(socket.inet_ntoa, (address.to_bytes(4) for address in self.addresses(hosts).tolist()))


class _Space6(_Numbered):
    """Implements `Space` for IPv6. No range has 2**64 addresses, so that the low halves tell them apart."""

    version = 6

    def __init__(self, ranges: Sequence[Range]) -> None:
        super().__init__(ranges)
        firsts = [first for first, _ in ranges]
        self._high = np.array([first >> 64 for first in firsts], np.uint64)
        self._low = np.array([first & _LOW for first in firsts], np.uint64)
        self._starts = np.array([first.to_bytes(16) for first in firsts], "S16")
        self._ends = np.array([last.to_bytes(16) for _, last in ranges], "S16")

    def addresses(self, hosts: Numbers) -> Numbers:
        """See `Space.addresses`."""
        at = self.ranges_of(hosts)
        offset = (hosts - self._begins[at]).astype(np.uint64)
        low = self._low[at] + offset
        high = self._high[at] + (low < offset)
        shift, word = np.uint64(32), np.uint64(_WORD)
        return np.stack((high >> shift, high & word, low >> shift, low & word), axis=1).astype(np.uint32)

    def hosts(self, addresses: Numbers) -> NDArray[np.int64]:
        """See `Space.hosts`."""
        keys = np.ascontiguousarray(addresses.astype(">u4")).view("S16")[:, 0]
        at = np.searchsorted(self._starts, keys, side="right") - 1
        inside = (at >= 0) & (keys <= self._ends[at])
        low = addresses[:, 2].astype(np.uint64) << np.uint64(32) | addresses[:, 3]
        return np.where(inside, self._begins[at] + (low - self._low[at]).astype(np.int64), -1)

    def texts(self, hosts: Numbers) -> Iterator[str]:
        """See `Space.texts`."""
        return (socket.inet_ntop(socket.AF_INET6, row.tobytes()) for row in self.addresses(hosts).astype(">u4"))
