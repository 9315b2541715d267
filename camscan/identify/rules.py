"""The records of the fingerprint library: rules, brands and the closed lists they draw on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from camscan.records import Fields, Level

if TYPE_CHECKING:
    from camscan.identify.needs import Needs


class Match(NamedTuple):
    """A condition: `pattern` (RE2 syntax) is found in a value of `field`.

    For a row of a table, `comparison` is one of `COMPARISONS`, and `pattern` is the plain text to compare with.
    """

    field: str
    pattern: str
    comparison: str = ""


COMPARISONS = ("whole", "begins", "number", "name")
"""How a row of a table is compared: with the whole value, its first words, or a name in it; or as a dotted number that
is the value or an ancestor of it."""


class Absent(NamedTuple):
    """A condition: the answer has no value of `field`."""

    field: str


class AnyOf(NamedTuple):
    """A condition: at least `least` different ones of `matches` are met; the first of them is the evidence."""

    matches: tuple[Match, ...]
    least: int = 1


_GROUP = re.compile(r"\(\?P<(\w+)>")

Condition: TypeAlias = Match | Absent | AnyOf


@dataclass(frozen=True, slots=True)
class Example:
    """Fields of an answer, and what the rule must extract from them: attributes, or `brand`."""

    fields: Fields
    gives: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """One fingerprint. `across_device`: its conditions may be met by different answers of a device.

    One with a `doubt` says what an answer is instead of a device's own, and nothing else: its names are hints at most.
    `file` and `line` say where it is written, and `confirmed` in which month somebody last checked it.
    """

    id: str
    level: Level
    conditions: tuple[Condition, ...]
    maker: str | None = None
    sets: Mapping[str, str] = field(default_factory=dict)
    extract: Mapping[str, str] = field(default_factory=dict)
    across_device: bool = False
    doubt: str = ""
    examples: tuple[Example, ...] = ()
    near_misses: tuple[Example, ...] = ()
    source: str = ""
    confirmed: str = ""
    file: str = ""
    line: int = 0

    @property
    def matches(self) -> Iterator[Match]:
        """All patterns of the rule, in the order in which they are written."""
        for condition in self.conditions:
            if isinstance(condition, Match):
                yield condition
            elif isinstance(condition, AnyOf):
                yield from condition.matches

    @property
    def groups(self) -> frozenset[str]:
        """The names of all groups in the rule's patterns."""
        return frozenset(
            name for match in self.matches if not match.comparison for name in _GROUP.findall(match.pattern)
        )

    @property
    def where(self) -> str:
        """How a message about this rule begins."""
        return f"{self.file}:{self.line}: {self.id}"


def without_examples(rule: Rule) -> Rule:
    """The rule without its examples, which take as much memory as all the rest, and what else only a check looks at."""
    return replace(rule, examples=(), near_misses=(), confirmed="")


@dataclass(frozen=True, slots=True)
class BrandEdge:
    """A maker that builds for a brand: all its devices if `full`. `sure`: confidence H, M, L or B (unconfirmed)."""

    maker: str
    full: bool
    sure: str
    source: str = ""
    note: str = ""

    @property
    def level(self) -> Level:
        """The level of this edge if it is the brand's only one."""
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
        """The level at which the brand alone names a maker."""
        return self.edges[0].level if len(self.edges) == 1 else Level.HINT

    @property
    def is_company(self) -> bool:
        """Whether it is a company that builds devices of its own and also sells those of others."""
        return len(self.edges) > 1 and any(edge.maker == self.name for edge in self.edges)

    @property
    def surest(self) -> frozenset[str]:
        """The makers with the highest confidence; all of them if none has "H" or "M"."""
        best = min((edge.sure for edge in self.edges), key="HMLB".index, default="B")
        return frozenset(edge.maker for edge in self.edges if edge.sure == best or best in "LB")

    @property
    def where(self) -> str:
        """How a message about this brand begins."""
        return f"{self.file}:{self.line}: {self.name}"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The closed lists, each in the order in which it is written. `hosts` are makers whose name alone hints at them."""

    fields: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    brand_fields: tuple[str, ...] = ()
    not_models: tuple[str, ...] = ()
    makers: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()


RULE_FOLDERS = ("names/", "devices/", "channels/", "makers/", "usual/", "doubts/")
"""The folders of rules in reading order. Of rules with the same level, the first one that has an attribute gives it."""


@dataclass(frozen=True, slots=True)
class Folder:
    """The rule files of a folder by relative name: the bytes of each, or why it could not be read.

    `misplaced` has a fault for each file that looks like one and stands where none is read.
    """

    path: Path
    files: Mapping[str, bytes | str]
    misplaced: tuple[str, ...]

    def shown(self, name: str) -> str:
        """A file as messages name it."""
        return str(self.path / name)


@dataclass(frozen=True, slots=True)
class Contents:
    """The contents of rule files. `faults` has one line for each part that was left out because it is invalid.

    `overridden` says which rules took the place of which, by their ids. `needs` is what is known of their patterns.
    """

    vocabulary: Vocabulary
    rules: tuple[Rule, ...] = ()
    brands: tuple[Brand, ...] = ()
    faults: tuple[str, ...] = ()
    overridden: tuple[str, ...] = ()
    needs: Needs | None = field(default=None, compare=False)
