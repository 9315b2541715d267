"""The order in which hosts and ports are asked: shuffled, without a list of them, and known from one integer.

A position counts through passes. In one pass every host is asked at one port, all in the same shuffled order; which
port it is differs from host to host and moves on by one with each pass. So the packets to one host lie a whole pass
apart, and neighbouring addresses are far apart in time. In parts, so many positions of the order at a time are passed
through for all ports before the next ones are begun with.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Numbers: TypeAlias = NDArray[np.uint32]
Range: TypeAlias = tuple[int, int]  # first and last address of one family as numbers, both included

_ROUNDS = 4
_MULTIPLIERS = (np.uint32(0x85EBCA6B), np.uint32(0xC2B2AE35))  # of MurmurHash3's finalizer (Appleby, 2011)


class Order:
    """Every pair of a host's number and a port's number once in each round.

    `size` is how many positions a pass has: the hosts, rounded up to a power of two, or `part`, which is one.
    Positions that stand for no host are passed over, at the cost of some nanoseconds each.
    """

    def __init__(self, hosts: int, ports: int, seed: int, part: int = 0) -> None:
        self.hosts = hosts
        self.ports = ports
        bits = max(1, (hosts - 1).bit_length())
        self._whole = 1 << bits
        self.size = min(part, self._whole) or self._whole
        self._low = np.uint32(bits // 2)
        lows, highs = (np.arange(1 << size, dtype=np.uint32) for size in (bits // 2, bits - bits // 2))
        self._low_mask = np.uint32(lows[-1])
        keys = np.frombuffer(blake2b(str(seed).encode(), digest_size=4 * _ROUNDS).digest(), np.uint32)
        self._tables: list[Numbers] = [
            _mixed(lows ^ key) & highs[-1] if number % 2 else _mixed(highs ^ key) & lows[-1]
            for number, key in enumerate(keys)
        ]

    @property
    def round_size(self) -> int:
        """How many positions ask every host at every port once."""
        return self._whole * self.ports

    def batch(self, position: int, count: int) -> tuple[Numbers, Numbers, int]:
        """Hosts' and ports' numbers from a position on, and the position behind them; it ends with the pass."""
        part, at = divmod(position % self.round_size, self.size * self.ports)
        pass_, first = divmod(at, self.size)
        last = min(first + count, self.size)
        begin = part * self.size
        hosts = self._feistel(np.arange(begin + first, begin + last, dtype=np.uint32))
        if self.hosts < self._whole:
            hosts = hosts[hosts < self.hosts]
        ports = (hosts + np.uint32(pass_)) % np.uint32(self.ports)
        return hosts, ports, position + last - first

    def _feistel(self, values: Numbers) -> Numbers:
        """A bijection of the numbers below the whole: a Feistel network over halves that may differ by one bit."""
        high, low = values >> self._low, values & self._low_mask
        for number, table in enumerate(self._tables):
            if number % 2:
                high ^= table.take(low)
            else:
                low ^= table.take(high)
        return (high << self._low) | low


def _mixed(values: Numbers) -> Numbers:
    for shift, multiplier in zip((np.uint32(16), np.uint32(13)), _MULTIPLIERS, strict=True):
        values ^= values >> shift
        values *= multiplier
    values ^= values >> np.uint32(16)
    return values
