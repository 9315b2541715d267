"""Numbers, names and moments in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime


def plural(count: int, noun: str) -> str:
    """A count with its noun, as in "1 address" and "1,200 devices"."""
    return f"{count:,} {noun}{'' if count == 1 else 'es' if noun.endswith('s') else 's'}"


def joined(names: Sequence[str], most: int) -> str:
    """Names in a sentence, as many as it can hold: "depot, harbour and 5 more"."""
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest:,} more" if rest > 0 else "")


def moment(at: datetime) -> str:
    """A moment for people, in UTC, as "24 November 2026, 01:00 UTC"."""
    at = at.astimezone(UTC)
    return f"{at.day} {at:%B %Y, %H:%M} UTC"
