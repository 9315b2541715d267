"""Sequence numbers that prove an answer: who did not see the question cannot know them.

SipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012) over host and ports, its low 32 bits,
for a whole batch at once. The key is drawn anew for each run and never leaves it.
"""

from __future__ import annotations

import os

import numpy as np
from numpy.typing import NDArray

from camscan.syn.order import Numbers

_INITIAL = (0x736F6D6570736575, 0x646F72616E646F6D, 0x6C7967656E657261, 0x7465646279746573)
_LENGTH = np.uint64(8 << 56)
"""The last block of a message of 8 bytes."""
_FINAL = np.uint64(0xFF)

Words = NDArray[np.uint64]


class Cookies:
    """Gives the cookie of each question; `key` is 16 bytes."""

    def __init__(self, key: bytes | None = None) -> None:
        one, two = np.frombuffer(key or os.urandom(16), "<u8")
        self._state = tuple(np.uint64(word) ^ key for word, key in zip(_INITIAL, (one, two, one, two), strict=True))

    def of(self, hosts: Numbers, ports: Numbers, source_ports: Numbers | np.uint32) -> Numbers:
        """The cookies of SYNs to these hosts, by their numbers, and ports, from these ports of ours."""
        words = (np.asarray(source_ports, np.uint64) << np.uint64(16) | ports) << np.uint64(32) | hosts
        return (siphash(words, self._state) & np.uint64(0xFFFFFFFF)).astype(np.uint32)


def siphash(words: Words, state: tuple[np.uint64, ...]) -> Words:
    """SipHash-1-3 of messages of 8 bytes; `state` is the initial one with the key in it."""
    lanes = [np.full(words.shape, word, np.uint64) for word in state]
    for block in (words, _LENGTH):
        lanes[3] ^= block
        _round(*lanes)
        lanes[0] ^= block
    lanes[2] ^= _FINAL
    for _ in range(3):
        _round(*lanes)
    return lanes[0] ^ lanes[1] ^ lanes[2] ^ lanes[3]


def _round(a: Words, b: Words, c: Words, d: Words) -> None:
    a += b
    _turn(b, 13)
    b ^= a
    _turn(a, 32)
    c += d
    _turn(d, 16)
    d ^= c
    a += d
    _turn(d, 21)
    d ^= a
    c += b
    _turn(b, 17)
    b ^= c
    _turn(c, 32)


def _turn(words: Words, bits: int) -> None:
    """Rotate left, in place."""
    top = words >> np.uint64(64 - bits)
    words <<= np.uint64(bits)
    words |= top
