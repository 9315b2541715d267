"""RE2 patterns over the fields of answers: which of a thousand match, in time that grows with the value alone."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property, lru_cache

import re2

from camscan.identify.lookup import Lookup
from camscan.identify.names import names_of
from camscan.identify.prefixes import beginnings
from camscan.identify.rules import Match

MAX_VALUE = 4096
"""Bytes of a value that are searched. Devices name themselves in the first line; a peer may send anything."""
MAX_LONG_VALUE = 16384
LONG_FIELDS = frozenset({"http.body", "rtsp.sdp"})
"""Fields whose mark may stand far down: whole pages and session descriptions."""
_AS_SENT = LONG_FIELDS | {"http.header", "rtsp.header"}
"""Fields of which the blanks are a mark, too: how a header is written tells its program."""
MAX_VALUES = 256
"""Values of one field in one answer that are searched. ONVIF devices send up to about 60 scopes."""

_MAX_KEPT = 512
_MAX_SHORT = 128
"""Bytes of a value that is likely to come again: server names, titles, models and versions repeat over an estate."""
_SHARE, _SPANNING_SHARE = 72, 8
"""Patterns of one automaton: with more, hostile text takes longer; with fewer, any other does."""
_MEMORY = 2 * 1024 * 1024
"""Bytes that an automaton may take; hostile text fills them with states. With RE2's own 8 MiB it matches no faster."""
_MANY = 400
"""Patterns that are probably too many for the memory of one automaton, which is told only by compiling them in vain."""
_WIDE = re.compile(r"[^\x00-\x7f]|\\x\{|\\[pP]")
"""In a pattern that is to be read by characters. Any other is read by bytes, which takes half the memory."""
_ESCAPE = re.compile(r"\\.", re.DOTALL)
_CLASS = re.compile(r"\[\^?\]?(?:\[:\^?\w+:\]|[^\]])*\]")
_GROUP = re.compile(r"\((?:\?P?<(\w+)>|(?!\?))")
"""In a pattern without its escapes and classes: a group, by its name, or "" where it has none."""
_OPAQUE = re.compile(r"\\Q|\{[0-9,]*[0-9]{3}")
"""In a whole one: what may hold a bracket that is no group, or be too large to compile though it can be parsed."""
_SPANNING = re.compile(r"^(?!(?:\(\?[a-z]+\))?\^).*(?:[.\])]|\\[dDwWsS])[*+{]", re.DOTALL)
"""An estimate: a pattern that repeats a class, the dot or a group, and does not begin with `^`."""


@cache
def _compiled(pattern: str) -> re2._Regexp:
    return re2.compile(pattern.encode(), _options(_is_wide(pattern)))


def _is_wide(pattern: str) -> bool:
    return _WIDE.search(pattern) is not None


def _options(wide: bool) -> re2.Options:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    if not wide:
        options.encoding = re2.Options.Encoding.LATIN1
    return options


def group_names(pattern: str) -> tuple[str, ...] | None:
    """The named groups of a pattern; None where one is unnamed, or named as another.

    Raises:
        ValueError: the pattern is not RE2 syntax; the message is RE2's.
    """
    if not _OPAQUE.search(pattern) and _is_syntax(pattern):
        names = _GROUP.findall(_CLASS.sub("x", _ESCAPE.sub("x", pattern)))
        return tuple(names) if all(names) and len(set(names)) == len(names) else None
    try:
        compiled = re2.compile(pattern.encode(), _options(_is_wide(pattern)))
    except re2.error as error:
        raise ValueError(_reason(error)) from error
    names = [name.decode() for name in compiled.groupindex]
    return tuple(names) if len(names) == compiled.groups else None


@cache
def _is_syntax(pattern: str) -> bool:
    """Whether RE2 can parse a pattern, at a tenth of what it takes to compile it."""
    try:
        re2.Set.SearchSet(_options(_is_wide(pattern))).Add(pattern.encode())
    except re2.error:
        return False
    return True


def _reason(error: re2.error) -> str:
    reason = error.args[0] if error.args else "cannot be compiled"
    return reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)


def encoded(field: str, value: str) -> bytes:
    """The bytes of a value that patterns are searched in: blanks at its ends are left out, and several are one."""
    limit = MAX_LONG_VALUE if field in LONG_FIELDS else MAX_VALUE
    text = value[:limit] if field in _AS_SENT else " ".join(filter(None, value[:limit].split(" ")))
    return text.encode("utf-8", "replace")[:limit]


def matches_empty(pattern: str) -> bool:
    """Whether the pattern is found in an empty value, and so in every value."""
    return _compiled(pattern).search(b"") is not None


def groups(match: Match, value: str) -> Mapping[str, str]:
    """What the named groups of a pattern hold in a value that it matches; empty groups are left out."""
    named = "(?P<" in match.pattern and not match.way
    return _groups(match.pattern, encoded(match.field, value)) if named else {}


@lru_cache(maxsize=1024)
def _groups(pattern: str, value: bytes) -> Mapping[str, str]:
    found = _compiled(pattern).search(value)
    if found is None:
        return {}
    texts = {name.decode(): text.decode(errors="ignore").strip() for name, text in found.groupdict(b"").items()}
    return {name: text for name, text in texts.items() if text}


class PatternSet:
    """Every pattern and every row of a table on one field. What its latest short values met is remembered.

    A value is looked up by what it begins with. Nine patterns in ten are tied to a beginning, and few come into
    question for a value; each is compiled when it does. The others are compiled into automata of several dozen. One
    takes all at the price of one, but hostile text makes one of hundreds build states for longer (9 ms for 16 KiB; 7 ms
    in automata of 72). Those that span a gap of any length it can keep half-way met, and 150 such in one automaton
    build a new state for every byte (70 ms for 16 KiB; 5 ms in automata of eight).
    """

    def __init__(self, matches: Iterable[Match]) -> None:
        self._matches = tuple(dict.fromkeys(matches))
        self._search_short = lru_cache(maxsize=_MAX_KEPT)(self._search)

    @cached_property
    def _lookup(self) -> Lookup:
        """Made when the first value comes: most answers have few of the fields."""
        return Lookup(match for match in self._matches if match.way != "name")

    @cached_property
    def _names(self) -> Mapping[bytes, Sequence[Match]]:
        """Rows that are names, by name."""
        found: defaultdict[bytes, list[Match]] = defaultdict(list)
        for match in self._matches:
            if match.way == "name":
                found[match.pattern.encode()].append(match)
        return dict(found)

    @cached_property
    def _automata(self) -> list[tuple[Sequence[Match], re2.Set]]:
        """Patterns that may be found anywhere, with their automaton."""
        groups: dict[tuple[bool, bool], list[Match]] = defaultdict(list)
        for match in self._matches:
            if not match.way and not beginnings(match.pattern):
                groups[_is_wide(match.pattern), _SPANNING.search(match.pattern) is not None].append(match)
        automata: list[tuple[Sequence[Match], re2.Set]] = []
        for (wide, spanning), matches in groups.items():
            share = _SPANNING_SHARE if spanning else _SHARE
            for place in range(0, len(matches), share):
                automata += _automata(matches[place : place + share], wide)
        return automata

    def search(self, value: bytes) -> Sequence[Match]:
        """The patterns that are found in a value, as `encoded` gives it."""
        return self._search_short(value) if len(value) <= _MAX_SHORT else self._search(value)

    def _search(self, value: bytes) -> Sequence[Match]:
        found = [matches[index] for matches, automaton in self._automata for index in automaton.Match(value) or ()]
        likely = dict.fromkeys(self._lookup.search(value))
        found += [one for one in likely if one.way or _compiled(one.pattern).search(value) is not None]
        if self._names:
            found += [one for name in names_of(value) & self._names.keys() for one in self._names[name]]
        return found


def _automata(matches: Sequence[Match], wide: bool) -> Iterator[tuple[Sequence[Match], re2.Set]]:
    """One automaton for all, or one for each half where they are too many for its memory."""
    if len(matches) <= _MANY:
        automaton = re2.Set.SearchSet(_options(wide))
        try:
            for match in matches:
                automaton.Add(match.pattern.encode())
            automaton.Compile()
        except re2.error:
            if len(matches) == 1:
                raise
        else:
            yield matches, automaton
            return
    middle = len(matches) // 2
    yield from _automata(matches[:middle], wide)
    yield from _automata(matches[middle:], wide)
