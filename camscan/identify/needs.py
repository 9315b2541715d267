"""What a value must have to match a pattern: derived of all patterns once, and kept with the rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from camscan.identify.literals import required_literals
from camscan.identify.prefixes import required_prefixes

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
        if (known := self.prefixes.get(pattern)) is not None:
            return known
        return () if pattern in self.literals else required_prefixes(pattern)

    def literals_of(self, pattern: str) -> tuple[bytes, ...]:
        """The required literals of a pattern without required prefixes, in order."""
        known = self.literals.get(pattern)
        return _literals(pattern) if known is None else known


def needs_of(patterns: Iterable[str]) -> Needs:
    """What is needed to match each pattern, which takes a second for all of the built-in rules."""
    prefixes = {pattern: required_prefixes(pattern) for pattern in patterns}
    literals = {pattern: _literals(pattern) for pattern, found in prefixes.items() if not found}
    return Needs({pattern: found for pattern, found in prefixes.items() if found}, literals)


def _literals(pattern: str) -> tuple[bytes, ...]:
    return tuple(map(str.encode, sorted(required_literals(pattern, wide=is_wide(pattern)))))
