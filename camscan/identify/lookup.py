"""The rows of tables on one field, looked up by their text: time does not grow with the rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from camscan.identify.rules import Match


class Lookup:
    """Rows by what a value has to begin with. Values are compared as bytes, and ASCII letters without their case."""

    def __init__(self, matches: Iterable[Match]) -> None:
        self._rows: defaultdict[bytes, list[Match]] = defaultdict(list)
        for match in matches:
            for text in _spellings(match):
                self._rows[text].append(match)
        self._sizes = sorted({len(text) for text in self._rows})
        self._longest = max(self._sizes, default=0)

    def search(self, value: bytes) -> Iterator[Match]:
        """The rows that a value, as `patterns.encoded` gives it, is met by."""
        value = value[: self._longest + 1].lower()
        for size in self._sizes:
            if size > len(value):
                return
            for match in self._rows.get(value[:size], ()):
                if _ends(match.way, value[size - 1 : size], value[size : size + 1]):
                    yield match


def _spellings(match: Match) -> tuple[bytes, ...]:
    """What a value may begin with. Numbers are written with a dot before them, or without."""
    text = match.pattern.encode().lower()
    return (text, b"." + text) if match.way == "number" else (text,)


def _ends(way: str, last: bytes, following: bytes) -> bool:
    """Whether a row may end where it does: `last` is its last byte, `following` the next of the value."""
    if way == "begins":
        return not (_in_word(last) and _in_word(following))
    return not following or (way == "number" and following == b".")


def _in_word(byte: bytes) -> bool:
    return byte.isalnum() or byte == b"_"
