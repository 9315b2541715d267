"""Which rules match the answers of one device."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import starmap

from camscan.identify import titles
from camscan.identify.attributes import cleaned
from camscan.identify.bodies import compact
from camscan.identify.doubts import is_about_others, is_of_another, without_void_ports
from camscan.identify.evidence import MAX_EVIDENCE, MAX_TEXT, evidence_of
from camscan.identify.labels import Labels
from camscan.identify.needs import Needs
from camscan.identify.patterns import MAX_VALUES, groups, place_of
from camscan.identify.patternset import PatternSet
from camscan.identify.rules import Absent, Match, Rule
from camscan.records import Evidence, Fields, Identification, Level, Observation

_SAID_ALIKE = {"inventory.make": "behind.manufacturer", "inventory.model": "behind.model"}
"""A list tells of a device what a recorder tells of a camera behind it: rules for the one hold for the other."""
_BODY_FIELD = "http.body"


@dataclass(frozen=True, slots=True)
class _Hit:
    """Where a pattern was met: the value as it was sent, and the text that it was met in, which may be a part of it."""

    observation: Observation
    field: str
    value: str
    text: str
    is_doubtful: bool


@dataclass(frozen=True, slots=True)
class _Answer:
    """One answer, or all answers of a device taken together: its fields, and the first value that each pattern met."""

    fields: Fields
    hits: Mapping[Match, _Hit]


class Matcher:
    """Compiled rules. A value is searched once for all patterns on its field: time does not grow with the rules."""

    def __init__(self, rules: Sequence[Rule], labels: Labels, needs: Needs | None = None) -> None:
        self._labels = labels
        self._order = {rule.id: place for place, rule in enumerate(rules)}
        by_field: defaultdict[str, list[Match]] = defaultdict(list)
        self._rules: dict[Match, tuple[Rule, ...]] = {}
        self._doubts: dict[Match, tuple[Rule, ...]] = {}
        for rule in rules:
            alone = (rule,)  # most patterns are of one rule, and many rules have several: one of these for all
            known = self._doubts if rule.doubt else self._rules
            for match in dict.fromkeys(rule.matches):
                by_field[match.field].append(match)
                known[match] = (*known[match], rule) if match in known else alone
        self._sets = {field: PatternSet(field, matches, needs) for field, matches in by_field.items()}

    def identify(self, observations: Iterable[Observation]) -> tuple[Identification, ...]:
        """What each rule that matches says of the answers of a device, in the order of the rules.

        It is one identification, or one for each label that it reads: what shows one is no evidence of another.
        """
        doubted: set[bytes] = set()
        answers = [self._read(told, doubted) for told in without_void_ports(observations) if told.fields]
        found: dict[tuple[str, str | None, str | None], Identification] = {}
        for answer in answers:
            for rule in self._candidates(answer):
                if not rule.across_device and (identification := self._try(rule, answer)):
                    key = rule.id, identification.maker, identification.brand
                    earlier = found.get(key)
                    found[key] = _merged(earlier, identification) if earlier else identification
        whole = _together(answers)
        for rule in self._candidates(whole):
            if rule.across_device and (identification := self._try(rule, whole)):
                found[rule.id, None, None] = identification
        return tuple(found[key] for key in sorted(found, key=lambda key: self._order[key[0]]))

    def doubts(self, fields: Fields) -> tuple[Rule, ...]:
        """The rules by which an answer is not a device's own: names in it are hints."""
        return tuple(self._doubts_of(fields, self._search(fields)))

    def is_doubtful(self, fields: Fields) -> bool:
        """Whether names in an answer prove nothing: by a rule, or because the answer is about others."""
        return is_about_others(fields) or bool(self.doubts(fields))

    def _read(self, observation: Observation, doubted: set[bytes]) -> _Answer:
        """What an observation meets. Bytes that it doubts are `doubted`, however they are read once more: as a text."""
        fields, met = observation.fields, self._search(observation.fields)
        doubtful = bool(met) and (
            observation.raw in doubted or is_about_others(fields) or any(self._doubts_of(fields, met))
        )
        if doubtful and observation.raw:
            doubted.add(observation.raw)
        hits = {match: _Hit(observation, *where, doubtful) for match, where in met.items()}
        if not _SAID_ALIKE.keys().isdisjoint(fields):
            fields = {_SAID_ALIKE.get(field, field): values for field, values in fields.items()}
        return _Answer(fields, hits)

    def _search(self, fields: Fields) -> dict[Match, tuple[str, str, str]]:
        """Each pattern that an answer meets: the field, its value, and the text in which it is met."""
        met: dict[Match, tuple[str, str, str]] = {}
        for field, values in fields.items():
            if patterns := self._sets.get(_SAID_ALIKE.get(field, field)):
                for value in values[:MAX_VALUES]:
                    for text in _texts(field, value):
                        for match in patterns.search(text):
                            met.setdefault(match, (field, value, text))
        return met

    def _doubts_of(self, fields: Fields, met: Collection[Match]) -> Iterator[Rule]:
        for rule in _rules_of(met, self._doubts):
            if _met(rule, fields, met) is not None:
                yield rule

    def _candidates(self, answer: _Answer) -> Iterable[Rule]:
        """The rules of which at least one pattern is met."""
        return _rules_of(answer.hits, self._rules)

    def _try(self, rule: Rule, answer: _Answer) -> Identification | None:
        met = _met(rule, answer.fields, answer.hits)
        if met is None:
            return None
        is_foreign = any(is_of_another(answer.hits[match].observation.fields) for match in met)
        attributes = {} if is_foreign else _attributes(rule, met, answer)
        name = attributes.pop("brand", "")
        label = (self._labels.find(name) or self._labels.find_maker(name)) if name else None
        maker, level = rule.maker, rule.level
        if label and maker is None and "brand" not in rule.sets and (label.generic or label.is_company):
            # Too little where it stands alone; a company's name points at itself if others build for it less surely.
            if not label.generic and label.surest == {label.name}:
                maker, level = label.name, Level.HINT
            label = None
        attributes = dict(cleaned(attributes, self._labels))
        if maker is None and label is None and not attributes:
            return None  # a word that is no label: the rule has nothing to say
        return Identification(
            rule=rule.id,
            level=Level.HINT if any(answer.hits[match].is_doubtful for match in met) else level,
            maker=maker,
            brand=label.name if label else None,
            attributes=attributes,
            evidence=_evidence((match, answer.hits[match]) for match in met),
        )


def _texts(field: str, value: str) -> tuple[str, ...]:
    """The texts that are searched for a value: of a title also the name in it, of a body in JSON its shortest form."""
    if field == titles.FIELD:
        return (value, *titles.names_in(value))
    return (value, *compact(value)) if field == _BODY_FIELD else (value,)


def _rules_of(met: Iterable[Match], rules: Mapping[Match, tuple[Rule, ...]]) -> Iterable[Rule]:
    """Those of the rules of which at least one pattern is met."""
    return {rule.id: rule for match in met for rule in rules.get(match, ())}.values()


def _met(rule: Rule, fields: Fields, hits: Collection[Match]) -> list[Match] | None:
    """The pattern that met each condition of a rule; None where a condition is not met."""
    met: list[Match] = []
    for condition in rule.conditions:
        if isinstance(condition, Match):
            if condition not in hits:
                return None
            met.append(condition)
        elif isinstance(condition, Absent):
            if fields.get(condition.field):
                return None
        else:
            found = [match for match in condition.matches if match in hits]
            if len({match.pattern for match in found}) < condition.least:
                return None
            met.append(found[0])
    return met


def _attributes(rule: Rule, met: Iterable[Match], answer: _Answer) -> dict[str, str]:
    """What a rule sets, captures and copies, the brand included; what it captures goes before the rest."""
    attributes: dict[str, str] = {}
    for match in met:
        for name, text in groups(match, answer.hits[match].text).items():
            attributes.setdefault(name, text)
    for name, field in rule.extract.items():
        for value in answer.fields.get(field, ())[:1]:
            attributes.setdefault(name, value.strip())
    return dict(rule.sets) | attributes


def _together(answers: Sequence[_Answer]) -> _Answer:
    """All answers of a device as one; what came first counts, of sound answers before doubtful ones."""
    fields: dict[str, tuple[str, ...]] = {}
    hits: dict[Match, _Hit] = {}
    ordered = sorted(answers, key=lambda answer: any(hit.is_doubtful for hit in answer.hits.values()))
    for answer in reversed(ordered):
        fields |= answer.fields
        hits |= answer.hits
    return _Answer(fields, hits)


def _evidence(hits: Iterable[tuple[Match, _Hit]]) -> tuple[Evidence, ...]:
    return tuple(dict.fromkeys(starmap(_shown, hits)))[:MAX_EVIDENCE]


def _shown(match: Match, hit: _Hit) -> Evidence:
    place = place_of(match, hit.value) if len(hit.value) > MAX_TEXT else 0
    return evidence_of(hit.observation, hit.field, hit.value, place)


def _merged(earlier: Identification, later: Identification) -> Identification:
    """One rule met by two answers: both are evidence; where they differ, the surer speaks, else the earlier."""
    first, second = sorted((earlier, later), key=lambda found: -found.level)
    return Identification(
        rule=first.rule,
        level=first.level,
        maker=first.maker,
        brand=first.brand,
        attributes={**second.attributes, **first.attributes},
        evidence=tuple(dict.fromkeys(first.evidence + second.evidence))[:MAX_EVIDENCE],
    )
