"""What readers of foreign files are tried on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO

from camscan.imports import pasted
from camscan.imports.files.base import Read, Summary
from camscan.records import Observation

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def read_all(read: Read, data: bytes) -> tuple[list[Observation], Summary]:
    """What a reader yields of some bytes, and what it counted."""
    summary = Summary()
    return list(read(BytesIO(data), AT, summary)), summary


def fields(raw: str | bytes, channel: str = "") -> dict[str, tuple[str, ...]]:
    """All fields of a pasted answer; those of its parts together."""
    return {name: values for part in pasted.read(raw, channel) for name, values in part.fields.items()}


def cuts(data: bytes, count: int = 100) -> Iterator[bytes]:
    """The data cut off at every hundredth of its length."""
    for step in range(count):
        yield data[: len(data) * step // count]
