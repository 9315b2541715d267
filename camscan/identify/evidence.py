"""The value in one answer on which an identification rests."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256

from camscan.records import READ_IN, Evidence, Observation
from camscan.wording import shortened

MAX_EVIDENCE = 8
"""Pieces of evidence of one identification: the same answer from thirty ports proves no more than from eight."""
MAX_TEXT = 500
"""Characters of a value that are shown; the hash is of the whole answer."""


def evidence_of(observation: Observation, field: str, value: str) -> Evidence:
    """The evidence for a value of a field in an observation."""
    return Evidence(
        channel=observation.channel,
        port=observation.port,
        field=field,
        value=shortened(value, MAX_TEXT),
        sha256=_digest(observation.raw),
        asked=observation.asked,
        file=_file(observation.reason),
    )


def _file(reason: str) -> str:
    """The file that an import read an answer in; "" where none did."""
    return reason.removeprefix(READ_IN) if reason.startswith(READ_IN) else ""


@lru_cache(maxsize=32)
def _digest(raw: bytes) -> str:
    return sha256(raw).hexdigest()
