"""What every decoder must survive: answers that are cut, damaged, or followed by something else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Protocol

from camscan.errors import DecodeError

EVERY_LENGTH = 4096
"""Samples up to this size are cut at every length; longer ones at about as many places."""

JUNK = (b"\x00", b"\r\n", b"\xff" * 16, b"<>&\"'{}[]", b"\x00" * 1024, bytes(range(256)))


def assert_survives(decode: Callable[[bytes], object], sample: bytes) -> None:
    """Decode the sample cut, with junk around and inside it, and with bits flipped: only DecodeError may come out."""
    for damaged in damage(sample):
        with suppress(DecodeError):
            decode(damaged)


class Lists(Protocol):
    """A codec of answers that hold lists, each part of which is read by itself."""

    def decode(self, data: bytes, /) -> object:
        """What the answer says as a whole."""

    def slots(self, data: bytes, /) -> Iterable[bytes]:
        """The parts of the list in it."""

    def decode_slot(self, data: bytes, /) -> object:
        """What one part says."""


def assert_lists_survive(codec: Lists, sample: bytes) -> None:
    """As `assert_survives`, for the answer as a whole, for its list, and for each part of that."""
    assert_survives(codec.decode, sample)
    for damaged in damage(sample):
        with suppress(DecodeError):
            for part in codec.slots(damaged):
                with suppress(DecodeError):
                    codec.decode_slot(part)


def damage(sample: bytes) -> Iterator[bytes]:
    """Damaged copies of a sample, the same ones each time."""
    stride = max(1, len(sample) // EVERY_LENGTH)
    for end in range(0, len(sample), stride):
        yield sample[:end]
    for junk in JUNK:
        yield sample + junk
        yield junk + sample
        yield sample[: len(sample) // 2] + junk + sample[len(sample) // 2 :]
    yield sample + sample
    for position in range(0, len(sample), stride):
        flipped = bytearray(sample)
        flipped[position] ^= 1 << position % 8
        yield bytes(flipped)
    for position in range(0, len(sample), max(1, len(sample) // 256)):
        yield sample[:position] + b"\xff" + sample[position + 1 :]
        yield sample[:position] + b"\x00" + sample[position + 1 :]
