"""An index of the literals in values of one field: the time to look up a value does not depend on their number."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain

from camscan.identify.literals import LEAST
from camscan.identify.rules import Match

_GRAM = 4  # bytes that are looked up at once
_STEP = LEAST - _GRAM + 1
"""Bytes from one place that is looked at to the next: wherever a literal stands, one of its grams is at one."""
_FEW, _MOST = 16, 32  # grams from which on their places are counted, and places of a gram that are looked at one by one


class LiteralIndex:
    """Patterns by the literals of which a value must have one."""

    def __init__(self, literals: Mapping[Match, Iterable[bytes]]) -> None:
        found: defaultdict[bytes, tuple[Match, ...]] = defaultdict(tuple)
        for match, needed in literals.items():
            for literal in needed:
                found[literal] += (match,)
        grams: defaultdict[int, tuple[tuple[bytes, int], ...]] = defaultdict(tuple)
        uses = Counter(chain.from_iterable(_grams(found)))
        for literal, own in zip(found, _grams(found), strict=True):
            counts = [*map(uses.__getitem__, own)]
            for first in range(_STEP):
                at = min(range(first, len(own), _STEP), key=counts.__getitem__)
                grams[own[at]] += ((literal, at),)
        self._found, self._grams = dict(found), dict(grams)

    def search(self, value: bytes, most: int) -> set[Match]:
        """The patterns that may match a value, which is given in lower case (ASCII); of more than `most`, not all."""
        likely: set[Match] = set()
        grams = [memoryview(value)[first : _end(value, first)].cast("I") for first in range(0, _GRAM, _STEP)]
        found = {gram for some in grams for gram in self._grams.keys() & some}
        none: Sequence[int] = ()
        places = self._places(grams) if len(found) > _FEW else dict.fromkeys(found, none)
        for gram, starts in places.items():
            for literal, at in self._grams[gram]:
                if _is_at(value, literal, starts, at):
                    likely.update(self._found[literal])
            if len(likely) > most:
                break
        return likely

    def _places(self, grams: Iterable[Iterable[int]]) -> Mapping[int, Sequence[int]]:
        """Where the grams of literals stand in a value."""
        places: defaultdict[int, list[int]] = defaultdict(list)
        known = self._grams.keys()
        for first, some in enumerate(grams):
            for at, gram in enumerate(some):
                if gram in known:
                    places[gram].append(first * _STEP + at * _GRAM)
        return places


def _end(value: bytes, first: int) -> int:
    """Where the last whole gram of a value ends, if the first one begins there."""
    return first + max(0, len(value) - first) // _GRAM * _GRAM


def _is_at(value: bytes, literal: bytes, starts: Sequence[int], at: int) -> bool:
    """Whether a literal stands where one of its grams does, `at` bytes after its beginning."""
    if not 0 < len(starts) <= _MOST:
        return literal in value
    return any(start >= at and value.startswith(literal, start - at) for start in starts)


def _grams(literals: Collection[bytes]) -> Iterator[Sequence[int]]:
    """The grams of each literal, in order; they are read from all literals at once, which takes half the time."""
    joined = b"".join(literals)
    grams = [0] * len(joined)
    for first in range(_GRAM):
        some = memoryview(joined)[first : _end(joined, first)].cast("I").tolist()
        grams[first : first + _GRAM * len(some) : _GRAM] = some
    end = 0
    for literal in literals:
        begin, end = end, end + len(literal)
        yield grams[begin : end - _GRAM + 1]
