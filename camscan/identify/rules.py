"""The records of the fingerprint library: rules, brands and the closed lists they draw on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, TypeAlias

from camscan.records import Fields, Level


class Match(NamedTuple):
    """A condition that is met where `pattern` (RE2 syntax) is found in a value of `field`.

    A row of a table has a `way` (of `WAYS`): its `pattern` is plain text, which values are held against in that way.
    """

    field: str
    pattern: str
    way: str = ""


WAYS = ("whole", "begins", "number", "name")
"""How a row of a table is compared: the whole value; its first words; dotted numbers at or below it; a name in it."""


class Absent(NamedTuple):
    """A condition that is met where the answer has no value of `field`."""

    field: str


class AnyOf(NamedTuple):
    """A condition that is met where one of `matches` is, or `least` that differ; the first that is met counts."""

    matches: tuple[Match, ...]
    least: int = 1


_GROUP = re.compile(r"\(\?P<(\w+)>")

Condition: TypeAlias = Match | Absent | AnyOf


@dataclass(frozen=True, slots=True)
class Example:
    """Fields of an answer that a rule is tried on, and what it gives there: attributes, or `brand`."""

    fields: Fields
    gives: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """One fingerprint. `across_device`: several answers may meet its conditions. `file`, `line`: where it stands."""

    id: str
    level: Level
    conditions: tuple[Condition, ...]
    maker: str | None = None
    sets: Mapping[str, str] = field(default_factory=dict)
    extract: Mapping[str, str] = field(default_factory=dict)
    across_device: bool = False
    examples: tuple[Example, ...] = ()
    near_misses: tuple[Example, ...] = ()
    source: str = ""
    file: str = ""
    line: int = 0

    @property
    def matches(self) -> Iterator[Match]:
        """Every pattern of the rule with its field, in the order in which they are written."""
        for condition in self.conditions:
            if isinstance(condition, Match):
                yield condition
            elif isinstance(condition, AnyOf):
                yield from condition.matches

    @property
    def groups(self) -> frozenset[str]:
        """The names of all groups in the rule's patterns."""
        return frozenset(name for match in self.matches if not match.way for name in _GROUP.findall(match.pattern))

    @property
    def where(self) -> str:
        """The head of a message about this rule."""
        return f"{self.file}:{self.line}: {self.id}"


def without_examples(rule: Rule) -> Rule:
    """A rule for matching alone: what it is tried on takes as much memory as all the rest."""
    return replace(rule, examples=(), near_misses=())


@dataclass(frozen=True, slots=True)
class BrandEdge:
    """A maker that builds for a brand. `full`: every device of it; `sure`: "H", "M", "L" or "B" (unconfirmed)."""

    maker: str
    full: bool
    sure: str
    source: str = ""
    note: str = ""

    @property
    def level(self) -> Level:
        """How far this edge carries where it is the brand's only one."""
        return Level.LIKELY if self.full and self.sure in ("H", "M") else Level.HINT


@dataclass(frozen=True, slots=True)
class Brand:
    """The name on a label. `generic` marks a name that is also an ordinary word."""

    name: str
    edges: tuple[BrandEdge, ...] = ()
    aliases: tuple[str, ...] = ()
    generic: bool = False
    file: str = ""
    line: int = 0

    @property
    def level(self) -> Level:
        """How far the brand alone carries towards a maker."""
        return self.edges[0].level if len(self.edges) == 1 else Level.HINT

    @property
    def is_company(self) -> bool:
        """Whether it is the name of a company that builds its own devices, and sells those of others beside them."""
        return len(self.edges) > 1 and any(edge.maker == self.name for edge in self.edges)

    @property
    def surest(self) -> frozenset[str]:
        """The makers of whom it is surest that they build for the brand; all of them where none is sure."""
        best = min((edge.sure for edge in self.edges), key="HMLB".index, default="B")
        return frozenset(edge.maker for edge in self.edges if edge.sure == best or best in "LB")

    @property
    def where(self) -> str:
        """The head of a message about this brand."""
        return f"{self.file}:{self.line}: {self.name}"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The closed lists, each in the order in which it is written."""

    fields: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    brand_fields: tuple[str, ...] = ()
    makers: tuple[str, ...] = ()


RULE_FOLDERS = ("names/", "devices/", "channels/", "makers/", "usual/")
"""Where rules stand, in the order in which they are read: of rules of one level, the first gives an attribute."""


@dataclass(frozen=True, slots=True)
class Folder:
    """The rule files of a folder by their relative names: the bytes of each or, where it could not be read, why."""

    path: Path
    files: Mapping[str, bytes | str]

    def shown(self, name: str) -> str:
        """A file as messages name it."""
        return str(self.path / name)


@dataclass(frozen=True, slots=True)
class Contents:
    """What stands in rule files. `faults` says what was left out because it is broken, one line a fault."""

    vocabulary: Vocabulary
    rules: tuple[Rule, ...] = ()
    brands: tuple[Brand, ...] = ()
    faults: tuple[str, ...] = ()


@lru_cache(maxsize=4096)
def normalised(name: str) -> str:
    """A name without case, spaces and punctuation, as brands are compared; "" where nothing is left."""
    return "".join(filter(str.isalnum, name.casefold()))
