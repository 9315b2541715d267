"""Matches many RE2 patterns at once, in time that depends on the length of the value only."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property, lru_cache

import re2

from camscan.identify.bodies import names_of
from camscan.identify.literalindex import LiteralIndex
from camscan.identify.needs import Needs, is_wide
from camscan.identify.patterns import encoded, is_in, options
from camscan.identify.pieces import PIECE
from camscan.identify.prefixindex import PrefixIndex
from camscan.identify.rules import Match

_MAX_KEPT, _MAX_KEPT_LONG = 512, 8
_MAX_SHORT = 128
"""Characters of a value that counts as short. Results are cached: of many short values (server names, titles, models),
which repeat in a network, and of a few long ones, as one device sends the same page from several ports and paths."""
_SHARE, _SPANNING_SHARE = 32, 8
"""Patterns in one automaton: more make hostile text slower, fewer make ordinary text slower."""
_MOST_LIKELY, _SHARE_OF_UNLIKELY = 64, 16
"""Patterns whose literals may be in one value; of one with those of more, only a sixteenth is searched. An answer in
the corpus has those of 37 at most, and a text that is made up of everybody's literals is what takes longest."""
_FLAGS = re.compile(r"^\(\?[a-zA-Z]+\)")
_BOUNDED = re.compile(r"\{([0-9]+),[0-9]{2,}\}")
"""A repetition up to a bound so high that an automaton holds most of a pattern's states for it."""
_SPANNING = re.compile(r"^(?!(?:\(\?[a-z]+\))?\^).*(?:[.\])]|\\[dDwWsS])[*+{]", re.DOTALL)
"""A heuristic: patterns that repeat a class, a dot or a group, and are not anchored with `^`."""


class _Share:
    """Patterns that are matched at once. They are compiled when first needed: most of them never are."""

    def __init__(self, matches: Sequence[Match], *, wide: bool) -> None:
        self._matches = matches
        self._wide = wide

    def search(self, value: bytes) -> Iterator[Match]:
        """The patterns that match a value."""
        for matches, automaton in self._automata:
            found = (matches[index] for index in automaton.Match(value) or ())
            yield from (match for match in found if not _is_loosened(match.pattern) or is_in(match.pattern, value))

    @cached_property
    def _automata(self) -> Sequence[tuple[Sequence[Match], re2.Set]]:
        return tuple(_automata(self._matches, self._wide))


class PatternSet:
    """All patterns and table rows of one field. The results for recent values are cached.

    Nine patterns in ten have a required prefix, or a literal that is in whatever they match. They are looked up by it,
    and each is compiled when first needed. The others are compiled into automata of a few dozen patterns each. An
    automaton matches all its patterns at the cost of one, but hostile text makes it build a state for nearly every
    byte, which takes twenty times as long as going through those it has. Patterns that begin alike share one. Those
    with an unbounded gap multiply the states: 150 of them in one automaton need a new state for every byte (16 KiB:
    70 ms; 5 ms in automata of eight).
    """

    def __init__(self, field: str, matches: Iterable[Match], needs: Needs | None = None) -> None:
        self._field = field
        self._needs = needs or Needs()
        self._matches = tuple(dict.fromkeys(matches))
        self._search_short = lru_cache(maxsize=_MAX_KEPT)(self._search_encoded)
        self._search_long = lru_cache(maxsize=_MAX_KEPT_LONG)(self._search)

    @cached_property
    def _lookup(self) -> PrefixIndex:
        """Built at the first value: most answers have few of the fields."""
        return PrefixIndex((match for match in self._matches if match.comparison != "name"), self._needs)

    @cached_property
    def _names(self) -> Mapping[bytes, Sequence[Match]]:
        """Rows compared as names, by name."""
        found: defaultdict[bytes, list[Match]] = defaultdict(list)
        for match in self._matches:
            if match.comparison == "name":
                found[match.pattern.encode()].append(match)
        return dict(found)

    @cached_property
    def _literals(self) -> Mapping[Match, Sequence[bytes]]:
        """The required literals of the patterns without a required prefix."""
        needs, patterns = self._needs, (match for match in self._matches if not match.comparison)
        return {match: needs.literals_of(match.pattern) for match in patterns if not needs.prefixes_of(match.pattern)}

    @cached_property
    def _within(self) -> LiteralIndex:
        return LiteralIndex(self._literals)

    @cached_property
    def _shares(self) -> Sequence[_Share]:
        """The patterns without a required prefix or literal."""
        groups: dict[tuple[bool, bool], list[Match]] = defaultdict(list)
        for match in sorted((match for match, texts in self._literals.items() if not texts), key=_beginning):
            groups[is_wide(match.pattern), _SPANNING.search(match.pattern) is not None].append(match)
        shares: list[_Share] = []
        for (wide, spanning), matches in groups.items():
            most = _SPANNING_SHARE if spanning else _SHARE
            parts = (matches[place : place + most] for place in range(0, len(matches), most))
            shares += (_Share(part, wide=wide) for part in parts)
        return shares

    def search(self, value: str) -> Sequence[Match]:
        """The patterns and rows that match a value."""
        is_short = len(value) <= _MAX_SHORT
        return self._search_short(value) if is_short else self._search_long(encoded(self._field, value))

    def _search_encoded(self, value: str) -> Sequence[Match]:
        return self._search(encoded(self._field, value))

    def _search(self, value: bytes) -> Sequence[Match]:
        part, likely = value, self._within.search(value.lower(), _MOST_LIKELY)
        if len(likely) > _MOST_LIKELY:
            part = value[: len(value) // _SHARE_OF_UNLIKELY]
            likely = self._within.search(part.lower(), len(self._matches))
        found = [match for match in likely if is_in(match.pattern, part)]
        for share in self._shares:
            found += share.search(part)
        begins = dict.fromkeys(self._lookup.search(value))
        found += [one for one in begins if one.comparison or is_in(one.pattern, value)]
        if self._names:
            found += [one for name in names_of(value) & self._names.keys() for one in self._names[name]]
        return found


def _beginning(match: Match) -> str:
    """What patterns are sorted by: those that begin alike share states of an automaton."""
    return _FLAGS.sub("", match.pattern)


def _is_loosened(pattern: str) -> bool:
    """Whether an automaton takes more than the pattern does, so that what it finds is looked at once more."""
    return _BOUNDED.search(pattern) is not None and "\\Q" not in pattern


def _loosened(pattern: str) -> str:
    """The pattern without the upper bounds of long repetitions, which take half the memory of all automata."""
    if not _is_loosened(pattern):
        return pattern
    return "".join(_BOUNDED.sub(r"{\1,}", piece) if piece[0] == "{" else piece for piece in PIECE.findall(pattern))


def _automata(matches: Sequence[Match], wide: bool) -> Iterator[tuple[Sequence[Match], re2.Set]]:
    """One automaton for all, or one for each half if they do not fit into its memory."""
    try:
        automaton = _automaton(tuple(match.pattern for match in matches), wide)
    except re2.error:
        if len(matches) == 1:
            raise
        middle = len(matches) // 2
        yield from _automata(matches[:middle], wide)
        yield from _automata(matches[middle:], wide)
    else:
        yield matches, automaton


@cache
def _automaton(patterns: tuple[str, ...], wide: bool) -> re2.Set:
    """The automaton of these patterns: one for all fields that have the same, as of words in many languages."""
    automaton = re2.Set.SearchSet(options(wide=wide))
    for pattern in patterns:
        automaton.Add(_loosened(pattern).encode())
    automaton.Compile()
    return automaton
