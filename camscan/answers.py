"""Which answer a piece of evidence is from: two that name different makers may be of two devices at one address."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from typing import TypeAlias

from camscan.records import NO_BYTES, Evidence, Observation

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
