"""An index of the prefixes of values of one field: the time to look up a value does not depend on their number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from camscan.identify.needs import Needs
from camscan.identify.rules import Match


class PrefixIndex:
    """Rows of tables, and patterns by their required prefixes. Values are compared as bytes, ignoring ASCII case."""

    def __init__(self, matches: Iterable[Match], needs: Needs | None = None) -> None:
        needs = needs or Needs()
        self._found: dict[bytes, tuple[Match, ...]] = {}
        for match in matches:
            alone = (match,)  # most texts are of one match, and most matches of several texts: one of these for all
            for text in _spellings(match, needs):
                self._found[text] = (*self._found[text], match) if text in self._found else alone
        self._sizes = sorted({len(text) for text in self._found})
        self._longest = max(self._sizes, default=0)

    def search(self, value: bytes) -> Iterator[Match]:
        """The rows that match a value encoded by `patterns.encoded`, and the patterns that may match it."""
        value = value[: self._longest + 1].lower()
        for size in self._sizes:
            if size > len(value):
                return
            for match in self._found.get(value[:size], ()):
                if _ends(match.comparison, value[size - 1 : size], value[size : size + 1]):
                    yield match


def _spellings(match: Match, needs: Needs) -> tuple[bytes, ...]:
    """The prefixes of a value that may match. OIDs are written with or without a dot before them."""
    if not match.comparison:
        return needs.prefixes_of(match.pattern)
    text = match.pattern.encode().lower()
    return (text, b"." + text) if match.comparison == "number" else (text,)


def _ends(comparison: str, last: bytes, following: bytes) -> bool:
    """Whether a row may match: `last` is its last byte, `following` the next byte of the value."""
    if comparison == "begins":
        return not (_in_word(last) and _in_word(following))
    return not comparison or not following or (comparison == "number" and following == b".")


def _in_word(byte: bytes) -> bool:
    return byte.isalnum() or byte == b"_"
