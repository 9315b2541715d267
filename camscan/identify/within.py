"""An index of the literals in values of one field: the time to look up a value does not depend on their number."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from camscan.identify.literals import LEAST
from camscan.identify.rules import Match

_GRAM = 4
"""Bytes that are looked up at once."""
_STEP = LEAST - _GRAM + 1
"""Bytes from one place that is looked at to the next: wherever a literal stands, one of its grams is at one."""
_MOST = 32
"""Places of a gram that are looked at one by one."""


class LiteralIndex:
    """Patterns by the literals of which a value must have one."""

    def __init__(self, literals: Mapping[Match, Iterable[str]]) -> None:
        found: defaultdict[bytes, list[Match]] = defaultdict(list)
        for match, texts in literals.items():
            for text in texts:
                found[text.encode()].append(match)
        self._found = dict(found)
        self._grams: defaultdict[int, list[tuple[bytes, int]]] = defaultdict(list)
        uses = Counter(gram for literal in found for gram in _grams(literal))
        for literal in found:
            for first in range(_STEP):
                places = list(enumerate(_grams(literal)))[first::_STEP]
                _, at, gram = min((uses[gram], at, gram) for at, gram in places)
                self._grams[gram].append((literal, at))

    def search(self, value: bytes, most: int) -> set[Match]:
        """The patterns that may match a value, which is given in lower case (ASCII); of more than `most`, not all."""
        likely: set[Match] = set()
        for gram, starts in self._places(value).items():
            for literal, at in self._grams[gram]:
                if _is_at(value, literal, starts, at):
                    likely.update(self._found[literal])
            if len(likely) > most:
                break
        return likely

    def _places(self, value: bytes) -> Mapping[int, list[int]]:
        """The grams of literals that are in a value, and where they are."""
        places: defaultdict[int, list[int]] = defaultdict(list)
        for first in range(0, _GRAM, _STEP):
            grams = memoryview(value)[first : first + max(0, len(value) - first) // _GRAM * _GRAM].cast("I")
            if not self._grams.keys().isdisjoint(grams):
                for at, gram in enumerate(grams):
                    if gram in self._grams:
                        places[gram].append(first + at * _GRAM)
        return places


def _is_at(value: bytes, literal: bytes, starts: list[int], at: int) -> bool:
    """Whether a literal stands where one of its grams does, `at` bytes after its beginning."""
    if len(starts) > _MOST:
        return literal in value
    return any(start >= at and value.startswith(literal, start - at) for start in starts)


def _grams(literal: bytes) -> list[int]:
    return [int.from_bytes(literal[at : at + _GRAM], sys.byteorder) for at in range(len(literal) - _GRAM + 1)]
