"""Texts that values begin with, on one field: found by looking up, so that time does not grow with their number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from camscan.identify.prefixes import beginnings
from camscan.identify.rules import Match


class Lookup:
    """Rows of tables, and patterns by what a value has to begin with to have them in it at all.

    Values are compared as bytes, and ASCII letters without their case.
    """

    def __init__(self, matches: Iterable[Match]) -> None:
        self._found: dict[bytes, tuple[Match, ...]] = {}
        for match in matches:
            for text in _spellings(match):
                self._found[text] = (*self._found.get(text, ()), match)
        self._sizes = sorted({len(text) for text in self._found})
        self._longest = max(self._sizes, default=0)

    def search(self, value: bytes) -> Iterator[Match]:
        """The rows that a value, as `patterns.encoded` gives it, meets, and the patterns that may be found in it."""
        value = value[: self._longest + 1].lower()
        for size in self._sizes:
            if size > len(value):
                return
            for match in self._found.get(value[:size], ()):
                if _ends(match.way, value[size - 1 : size], value[size : size + 1]):
                    yield match


def _spellings(match: Match) -> tuple[bytes, ...]:
    """What a value may begin with. Numbers are written with a dot before them, or without."""
    if not match.way:
        return beginnings(match.pattern)
    text = match.pattern.encode().lower()
    return (text, b"." + text) if match.way == "number" else (text,)


def _ends(way: str, last: bytes, following: bytes) -> bool:
    """Whether a text may end where it does: `last` is its last byte, `following` the next of the value."""
    if way == "begins":
        return not (_in_word(last) and _in_word(following))
    return not way or not following or (way == "number" and following == b".")


def _in_word(byte: bytes) -> bool:
    return byte.isalnum() or byte == b"_"
