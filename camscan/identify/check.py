"""Checks beyond the grammar: every rule is tried on its own examples, and its examples on all other rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import fields as fields_of
from datetime import UTC, datetime
from itertools import chain

from camscan.identify.examples import examples_of, near_misses_of
from camscan.identify.library import Library
from camscan.identify.match import Matcher
from camscan.identify.patterns import groups, matches_empty
from camscan.identify.pieces import PIECE, TEXT
from camscan.identify.prefixes import required_prefixes
from camscan.identify.rules import Brand, Example, Rule, Vocabulary
from camscan.records import Identification, Level, Observation, Outcome
from camscan.text.folding import normalised

_EPOCH = datetime.fromtimestamp(0, UTC)

_FEW_LITERALS = 5
_MOST_TIMES = 200
"""How often a part may be repeated: it takes a state each time, and text that begins it over and over all of them."""
_TIMES = re.compile(r"\{(?:[0-9]+,)?([0-9]*)\}\??")
_ANCHORS = frozenset({"^", "$", r"\A", r"\z"})
_LITERAL = re.compile(r"[^()\[.+*?{|\\]|\\[^dDwWsSbBCpP]", re.DOTALL)


def check(library: Library, own: Collection[Rule] | None = None, month: str = "") -> Iterator[str]:
    """All faults of a library, each as "file:line: rule: what: remedy"; `month` is the present one, as 2026-10.

    With `own` rules of it, what is between the others alone is not looked at, which takes all but a tenth of the time.
    """
    yield from library.warnings
    yield from _check_vocabulary(library.vocabulary)
    yield from _check_brands(library.brands)
    yield from _check_hosts(library)
    matching = _matching(library)
    for rule in library.rules if own is None else own:
        yield from (f"{rule.where}: {fault}" for fault in _check_rule(rule, library, matching))
        if month and rule.confirmed > month:
            yield f"{rule.where}: `confirmed` is {rule.confirmed}, yet to come: write when somebody last checked it"
    if own is not None:
        yield from _check_others(library, own)


def _check_others(library: Library, own: Collection[Rule]) -> Iterator[str]:
    """What `own` rules make of the examples of all others."""
    matcher, ids = Matcher(tuple(own), library.labels), {rule.id for rule in own}
    for rule in library.rules:
        for example in () if rule.id in ids else examples_of(rule):
            faults = _contradictions(rule, example, matcher.identify([observed(example)]))
            yield from (f"{rule.where}: {fault}" for fault in faults)


def check_rule(rule: Rule, library: Library) -> Iterator[str]:
    """The faults of one rule by itself, and what others make of its examples."""
    yield from (f"{rule.where}: {fault}" for fault in _check_rule(rule, library, _matching(library)))


def _matching(library: Library) -> Callable[[Example], Collection[str]]:
    """Tells which rules match an example, by id. Each is tried once: all rules of a table have its near misses."""
    known: dict[tuple[tuple[str, tuple[str, ...]], ...], frozenset[str]] = {}

    def matching(example: Example) -> Collection[str]:
        key = tuple(example.fields.items())
        if key not in known:
            doubts = (rule.id for rule in library.doubts(example.fields))
            known[key] = frozenset(chain(doubts, (found.rule for found in library.identify([observed(example)]))))
        return known[key]

    return matching


def observed(example: Example) -> Observation:
    """An observation with the fields of an example."""
    return Observation("", "example", Outcome.ANSWERED, _EPOCH, fields=example.fields)


def _check_vocabulary(vocabulary: Vocabulary) -> Iterator[str]:
    for item in fields_of(Vocabulary):
        words: tuple[str, ...] = getattr(vocabulary, item.name)
        seen: dict[str, str] = {}
        for word in words:
            key = normalised(word) if item.name in ("makers", "hosts") else _flat(word)
            if key in seen:
                yield f"vocabulary.yaml: {item.name}: {word!r} is {seen[key]!r} spelled otherwise: keep one"
            seen[key] = word
    for field in sorted(set(vocabulary.brand_fields) - set(vocabulary.fields)):
        yield f"vocabulary.yaml: brand_fields: {field!r} is not a field: add it to `fields`, or remove it"


def _check_hosts(library: Library) -> Iterator[str]:
    for host in library.vocabulary.hosts:
        if host not in library.vocabulary.makers:
            yield f"vocabulary.yaml: hosts: {host!r} is not a maker: add it to `makers`, or remove it"
        brand = library.labels.find(host)
        if brand is not None and brand.file:
            yield f"{brand.where}: {host!r} is also one of the `hosts` in vocabulary.yaml: keep one"


def _flat(word: str) -> str:
    """A field name without case and word separators, but with its dots, which separate protocol and name."""
    return word.casefold().replace("_", "").replace("-", "")


def _check_brands(brands: Iterable[Brand]) -> Iterator[str]:
    seen: dict[str, Brand] = {}
    for brand in brands:
        for name in (brand.name, *brand.aliases):
            first = seen.setdefault(normalised(name), brand)
            if first is not brand:
                yield f"{brand.where}: {name!r} is also {first.name!r} ({first.file}:{first.line}): keep one"
        names = [normalised(name) for name in (brand.name, *brand.aliases)]
        if len(set(names)) < len(names):
            yield f"{brand.where}: an alias differs only in case, spaces or punctuation: take it out"


def _check_rule(rule: Rule, library: Library, matching: Callable[[Example], Collection[str]]) -> Iterator[str]:
    patterns = [match.pattern for match in rule.matches if not match.comparison]
    for pattern in patterns:
        if matches_empty(pattern):
            yield f"pattern {pattern!r} is found in an empty value: say what must be there"
        if (times := _times(pattern)) > _MOST_TIMES and not required_prefixes(pattern):
            yield f"pattern {pattern!r} counts up to {times}, which hostile text makes slow: write `*` or `+`"
    if patterns and not rule.near_misses and all(map(_is_loose, patterns)):
        yield "a short pattern without an anchor and without a near miss: write ^ or $, or a near miss"
    if "brand" in rule.sets and library.labels.find(rule.sets["brand"]) is None:
        yield f"no brand file knows {rule.sets['brand']!r}: add it below brands/"
    yield from _check_groups(rule)
    yield from _check_examples(rule, library, matching)


def _check_examples(rule: Rule, library: Library, matching: Callable[[Example], Collection[str]]) -> Iterator[str]:
    for example in examples_of(rule):
        if not rule.doubt:
            yield from _check_example(rule, example, library.identify([observed(example)]))
        elif rule.id not in matching(example):
            yield _unmatched(example)
    for example in near_misses_of(rule):
        if rule.id in matching(example):
            yield f"the near miss {_shown(example)} matches: narrow the pattern"


def _is_loose(pattern: str) -> bool:
    """Whether a pattern is likely to match unrelated text: no anchor, and an alternative with few literal characters.

    A heuristic: the pattern is split into pieces, not parsed as RE2 does.
    """
    pieces = PIECE.findall(pattern)
    choices = [0]
    for item, following in zip(pieces, [*pieces[1:], ""], strict=True):
        if item == "|":
            choices.append(0)
        elif not following.startswith(("*", "?", "{0")):
            choices[-1] += len(item) if TEXT.fullmatch(item) else _LITERAL.fullmatch(item) is not None
    return min(choices) < _FEW_LITERALS and _ANCHORS.isdisjoint(pieces)


def _times(pattern: str) -> int:
    """The highest number of times that a pattern repeats a part of itself, if it names one."""
    return max((int(times[1] or 0) for item in PIECE.findall(pattern) if (times := _TIMES.fullmatch(item))), default=0)


def _check_groups(rule: Rule) -> Iterator[str]:
    filled = {
        name
        for match in rule.matches
        for example in rule.examples
        for value in example.fields.get(match.field, ())
        for name in groups(match, value)
    }
    for name in sorted(rule.groups - filled):
        yield f"no example fills the group {name!r}: add one, or take the group out"


def _check_example(rule: Rule, example: Example, found: Iterable[Identification]) -> Iterator[str]:
    own = next((other for other in found if other.rule == rule.id), None)
    if own is None:
        yield _unmatched(example)
        return
    given = {**own.attributes, **({"brand": own.brand} if own.brand else {})}
    for name, text in example.gives.items():
        if given.get(name) != text:
            yield f"the example {_shown(example)} gives {name} {given.get(name)!r}, not {text!r}: fix either"
    yield from _contradictions(rule, example, found)


def _contradictions(rule: Rule, example: Example, found: Iterable[Identification]) -> Iterator[str]:
    for other in found:
        if rule.maker and other.maker not in (None, rule.maker) and other.level >= Level.LIKELY:
            yield (
                f"the example {_shown(example)} is also {other.maker} by {other.rule} ({other.level}): "
                "narrow one of the two, or lower its level to hint"
            )


def _unmatched(example: Example) -> str:
    return f"the example {_shown(example)} does not match: fix the pattern or the example"


def _shown(example: Example) -> str:
    texts = [f"{name}={value[:80]!r}" for name, values in example.fields.items() for value in values]
    return ", ".join(texts[:4])
