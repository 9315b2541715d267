"""What a value must have to match a pattern: derived of all patterns once, and kept with the rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from camscan.identify.literals import required_texts

_WIDE = re.compile(r"[^\x00-\x7f]|\\x\{|\\[pP]")


def is_wide(pattern: str) -> bool:
    """Whether a pattern is matched by characters. Others are matched by bytes, which takes half the memory."""
    return _WIDE.search(pattern) is not None


@dataclass(frozen=True, slots=True)
class Needs:
    """The required prefixes of patterns, and required literals of those without; what is not known is derived.

    They are bytes, in UTF-8: one copy for all fields, of which a pattern often has many.
    """

    prefixes: Mapping[str, tuple[bytes, ...]] = field(default_factory=dict)
    literals: Mapping[str, tuple[bytes, ...]] = field(default_factory=dict)

    def prefixes_of(self, pattern: str) -> tuple[bytes, ...]:
        """The required prefixes of a pattern."""
        known = self.prefixes.get(pattern)
        return known or (() if pattern in self.literals else _needed(pattern)[0])

    def literals_of(self, pattern: str) -> tuple[bytes, ...]:
        """The required literals of a pattern without required prefixes, in order."""
        known = self.literals.get(pattern)
        return _needed(pattern)[1] if known is None else known


def needs_of(patterns: Iterable[str]) -> Needs:
    """What is needed to match each pattern, which takes a second for all of the built-in rules."""
    needed = {pattern: _needed(pattern) for pattern in patterns}
    prefixes = {pattern: found for pattern, (found, _) in needed.items() if found}
    return Needs(prefixes, {pattern: found for pattern, (_, found) in needed.items() if pattern not in prefixes})


@cache
def _needed(pattern: str) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    prefixes, literals = required_texts(pattern, wide=is_wide(pattern))
    return tuple(map(str.encode, sorted(prefixes))), tuple(map(str.encode, sorted(literals)))
