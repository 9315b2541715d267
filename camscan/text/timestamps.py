"""Moments: as text, the same for all that camscan writes, and by clocks that may be wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal, TypeAlias

Precision: TypeAlias = Literal["seconds", "milliseconds", "microseconds"]

_SKEW = timedelta(minutes=10)  # by which the clocks of two hosts that share a store may differ


def latest_past() -> datetime:
    """The latest moment that may have passed by the clock of any host; what is dated later is by a wrong clock."""
    return datetime.now(UTC) + _SKEW


def utc(at: datetime, precision: Precision = "milliseconds") -> str:
    """A moment in RFC 3339, of the time zone Z."""
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec=precision)}Z"
