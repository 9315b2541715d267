"""A seeded order over any number of things, without a list of them."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from math import isqrt

_MASK = (1 << 64) - 1


def permutation(count: int, seed: int) -> Iterator[int]:
    """Every number below `count` exactly once, in an order that `seed` fixes for all versions.

    A Feistel network over pairs (high, low) whose product space is at most one row larger than `count`, walked until
    it falls inside (Black and Rogaway, "Ciphers with Arbitrary Finite Domains", 2002). It spreads; it hides nothing.
    """
    if not count:
        return
    width = isqrt(count - 1) + 1
    height = -(-count // width)
    keys = _round_keys(seed)
    for index in range(count):
        value = _feistel(index, width, height, keys)
        while value >= count:
            value = _feistel(value, width, height, keys)
        yield value


def _round_keys(seed: int) -> tuple[int, int, int, int]:
    digest = blake2b(str(seed).encode(), digest_size=32).digest()
    one, two, three, four = (int.from_bytes(digest[at : at + 8], "big") for at in range(0, 32, 8))
    return one, two, three, four


def _feistel(value: int, width: int, height: int, keys: tuple[int, int, int, int]) -> int:
    """A bijection of the numbers below `width * height`: each round adds a function of one half to the other."""
    high, low = divmod(value, width)
    low = (low + _mixed(high ^ keys[0])) % width
    high = (high + _mixed(low ^ keys[1])) % height
    low = (low + _mixed(high ^ keys[2])) % width
    high = (high + _mixed(low ^ keys[3])) % height
    return high * width + low


def _mixed(value: int) -> int:
    """64 well stirred bits (the finalizer of SplitMix64; Steele, Lea and Flood, 2014)."""
    value &= _MASK
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9 & _MASK
    value = (value ^ value >> 27) * 0x94D049BB133111EB & _MASK
    return value ^ value >> 31
