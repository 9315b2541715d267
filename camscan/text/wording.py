"""Counts, names and long texts in sentences."""

from __future__ import annotations

from collections.abc import Sequence


def plural(count: int, noun: str) -> str:
    """A count with its noun, as in "1 address" and "1,200 devices"."""
    return f"{count:,} {noun}{'' if count == 1 else 'es' if noun.endswith('s') else 's'}"


def are(count: int) -> str:
    """The verb behind so many: "is" or "are"."""
    return "is" if count == 1 else "are"


def were(count: int) -> str:
    """The verb behind so many: "was" or "were"."""
    return "was" if count == 1 else "were"


def joined(names: Sequence[str], most: int) -> str:
    """Names in a sentence, as many as it can hold: "depot, harbour and 5 more"."""
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest:,} more" if rest > 0 else "")


def heading(name: str) -> str:
    """A name of ours as it heads a section or a column: "not-supported" as "Not supported"."""
    return name.replace("-", " ").capitalize()


def shortened(text: str, most: int) -> str:
    """A text of at most so many characters: itself, or its beginning and an ellipsis."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
