"""A moment as text, the same for all that camscan writes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal, TypeAlias

Precision: TypeAlias = Literal["seconds", "milliseconds", "microseconds"]


def utc(at: datetime, precision: Precision = "milliseconds") -> str:
    """A moment in RFC 3339, of the time zone Z."""
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec=precision)}Z"
