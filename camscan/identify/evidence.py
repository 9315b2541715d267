"""The value in one answer on which an identification rests."""

from __future__ import annotations

from camscan.answers import digest
from camscan.records import READ_IN, Evidence, Observation

MAX_EVIDENCE = 8
"""Pieces of evidence of one identification: the same answer from thirty ports proves no more than from eight."""
MAX_TEXT = 500  # characters of a value that are shown; the hash is of the whole answer
_BEFORE = 40  # characters that are shown before those that decided, of a value that is too long to be shown


def evidence_of(observation: Observation, field: str, value: str, place: int = 0) -> Evidence:
    """The evidence for a value of a field in an observation; what decided begins at a place in it."""
    return Evidence(
        channel=observation.channel,
        port=observation.port,
        field=field,
        value=_shown(value, place),
        sha256=digest(observation.raw),
        asked=observation.asked,
        file=_file(observation.reason),
    )


def _shown(value: str, place: int) -> str:
    """A value, or `MAX_TEXT` characters of it: its beginning, unless what decided stands further behind."""
    if len(value) <= MAX_TEXT:
        return value
    begin = min(place - _BEFORE, len(value) - MAX_TEXT + 1)
    if begin <= _BEFORE:
        return f"{value[: MAX_TEXT - 1]}…"
    rest = value[begin:]
    return f"…{rest}" if len(rest) < MAX_TEXT else f"…{rest[: MAX_TEXT - 2]}…"


def _file(reason: str) -> str:
    """The file that an import read an answer in; "" where none did."""
    return reason.removeprefix(READ_IN) if reason.startswith(READ_IN) else ""
