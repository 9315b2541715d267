"""Which answer a piece of evidence is from, as two may be of two devices at one address; and what all come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import TypeAlias

from camscan.records import NO_BYTES, Evidence, Identification, Level, Observation

Answer: TypeAlias = tuple[str, int | None, str]
"""The same bytes at the same port are one answer, however they were read; so is all that was recorded of a port without
its bytes, as one device answers there. Where no port is known either, the channel tells it."""


def answer_of(proof: Evidence) -> Answer:
    """The answer that a piece of evidence is from."""
    return _answer(proof.sha256, proof.port, proof.channel)


def answer_in(observation: Observation) -> Answer:
    """The answer that an observation holds."""
    return _answer(digest(observation.raw), observation.port, observation.channel)


@lru_cache(maxsize=32)
def digest(raw: bytes) -> str:
    """The hash by which the bytes of an answer are known."""
    return sha256(raw).hexdigest()


def _answer(sha256: str, port: int | None, channel: str) -> Answer:
    return sha256, port, channel if port is None and sha256 == NO_BYTES else ""


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a device is, all in all. `level` says how far `maker` carries; both are null where nothing decides.

    `attributes` may hold model, firmware, serial, kind, mac, hostname and channels. `conflicts` says, one line each,
    what contradicts `maker`, or why there is none: somebody has to look at the device. `agreeing` is what speaks for
    `maker`, or for none and of the same device.
    """

    maker: str | None = None
    brand: str | None = None
    level: Level | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    conflicts: tuple[str, ...] = ()
    agreeing: tuple[Identification, ...] = field(default=(), compare=False)
