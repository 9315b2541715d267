"""Numbers in sentences."""

from __future__ import annotations


def many(count: int, noun: str) -> str:
    """A count with its noun, as in "1 address" and "1,200 devices"."""
    return f"{count:,} {noun}{'' if count == 1 else 'es' if noun.endswith('s') else 's'}"
