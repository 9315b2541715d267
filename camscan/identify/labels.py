"""Brands: which labels a device shows, and which makers build for them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TypeAlias

from camscan.answers import answer_of
from camscan.identify import titles
from camscan.identify.evidence import MAX_EVIDENCE, evidence_of
from camscan.identify.patterns import MAX_VALUES
from camscan.identify.rules import Brand, BrandEdge, Vocabulary
from camscan.records import Evidence, Fields, Identification, Level, Observation
from camscan.text.folding import normalised

_Sighting: TypeAlias = tuple[Brand, Evidence, Level]  # a brand, what shows it, and how far that carries
PREFIX = "brand:"
"""Identifications by a label have the rule id `brand:<name>`,"""
LESS_SURE = PREFIX + "?"  # or `brand:?<name>` if another maker builds for the label with higher confidence

_MODEL_FIELD = "onvif.scope.name"  # the field in which many devices write the brand followed by the model
_MAX_LABEL = 128  # characters: the longest registered company names have about 80
_MAX_WORDS = 4
_LEGAL_FORM = re.compile(
    r"(?i)(?:[\s,]+(?:AB|AG|A/?S|B\.?V|Co|Company|Corp|Corporation|GmbH|Inc|Incorporated|KG|Limited|LLC|Ltd|Oy|PLC|Pty"
    r"|S\.?A|S\.?p\.?A|S\.?r\.?l)\.?)+$"
)
"""Legal forms at the end of company names."""
_WORDS_UNLIKE = (
    "adapter alternative bridge client clone compatible converter emulated emulator fake gateway honeypot imitation"
    " like mock proxy relay replacement restreamer simulated simulator viewer virtual"
)
_UNLIKE = frozenset(_WORDS_UNLIKE.split())
"""Words after a label which say that the device only imitates or supports that brand."""
_MIN_LETTERS = 4  # letters of a brand before a model; shorter names ("ATS", "2N") are also the beginning of model names


class Labels:
    """Finds brands by name. A maker that is in no brand file is a brand without edges, which is only a label.

    A host, whose edge is its own, hints at itself.
    """

    def __init__(self, brands: Iterable[Brand], vocabulary: Vocabulary) -> None:
        self._fields = vocabulary.brand_fields
        self._brands = {normalised(maker): Brand(maker) for maker in vocabulary.makers}
        own = {host: (BrandEdge(host, full=True, sure="L", source="name of the maker"),) for host in vocabulary.hosts}
        self._hosts = frozenset(map(normalised, own))
        self._brands |= {normalised(host): Brand(host, edges) for host, edges in own.items()}
        self._not_models = frozenset(map(normalised, (*vocabulary.not_models, *vocabulary.makers)))
        for brand in brands:
            for name in (brand.name, *brand.aliases):
                self._brands[normalised(name)] = brand

    def find(self, name: str) -> Brand | None:
        """The brand whose name or alias this is, whatever its case, spaces and punctuation."""
        return self._brands.get(normalised(name)) if len(name) <= _MAX_LABEL else None

    @property
    def names(self) -> Iterable[str]:
        """The names and aliases of all brands, `normalised`."""
        return self._brands

    def is_model(self, text: str) -> bool:
        """Whether a text tells one model from another: no maker's name alone, no word for every such device."""
        return normalised(text) not in self._not_models

    def find_in(self, field: str, value: str) -> Brand | None:
        """The brand that the whole value of a field names or, in an ONVIF name, that its first words name."""
        brand = self.find(value) or self.find(_without_legal_form(value))
        if brand is None and field == titles.FIELD:
            brand = next(filter(None, map(self.find, titles.names_in(value))), None)
        if brand is None and field == _MODEL_FIELD:
            brand = self._find_first(value)
        return None if brand is not None and brand.generic and field == titles.FIELD else brand

    def find_maker(self, name: str) -> Brand | None:
        """The maker with whose name a longer name begins ("Axis Companion"), unless other makers build for it."""
        brand = self._find_first(name)
        return brand if brand and all(edge.maker == brand.name for edge in brand.edges) else None

    def _find_first(self, value: str) -> Brand | None:
        """The brand named by the first words before a model; the longest name wins."""
        words = "".join(letter if letter.isalnum() else " " for letter in value[:_MAX_LABEL]).split()
        if not _UNLIKE.isdisjoint(map(str.lower, words[1:])):
            return None
        for count in range(min(_MAX_WORDS, len(words) - 1), 0, -1):
            name = "".join(words[:count])
            brand = self._brands.get(normalised(name))
            if brand is not None and not brand.generic and sum(map(str.isalpha, name)) >= _MIN_LETTERS:
                return brand
        return None

    def identify(
        self,
        observations: Sequence[Observation],
        by_rule: Sequence[Identification],
        is_doubtful: Callable[[Fields], bool],
    ) -> Iterator[Identification]:
        """Identifications by labels, at least one for each brand that is shown; hints where an answer is doubtful.

        A host is named only where nothing else names a maker.
        """
        found = tuple(self._identified(observations, by_rule, is_doubtful))
        named = {one.maker for one in chain(by_rule, found) if one.maker is not None and not self._is_host(one)}
        for one in found:
            is_over = named and one.maker not in named and self._is_host(one)
            yield Identification(one.rule, one.level, None, one.brand, {}, one.evidence) if is_over else one

    def _is_host(self, found: Identification) -> bool:
        """Whether this is by the name of a host alone."""
        return found.rule.startswith(PREFIX) and normalised(found.brand or "") in self._hosts

    def _identified(
        self,
        observations: Sequence[Observation],
        by_rule: Sequence[Identification],
        is_doubtful: Callable[[Fields], bool],
    ) -> Iterator[Identification]:
        """The same, each label by itself.

        If rules name makers at `likely` or higher, a brand names a maker only if it is one of these, or if only one
        builds for it and it stands in an answer in which no rule names any: there may be two devices.
        """
        sure = [found for found in by_rule if found.maker is not None and found.level >= Level.LIKELY]
        makers = {found.maker for found in sure if found.maker is not None}
        ruled = {answer_of(evidence) for found in sure for evidence in found.evidence}
        sightings = chain(self._shown(observations, is_doubtful), self._said(by_rule, makers))
        for brand, every in _by_brand(sightings).values():
            agreeing = tuple(edge.maker for edge in brand.edges if not makers or edge.maker in makers)
            apart = [] if agreeing else [one for one in every if one[1] > Level.HINT and answer_of(one[0]) not in ruled]
            shown = apart or every
            named = agreeing or tuple(edge.maker for edge in brand.edges if apart)
            level = max(level for _, level in shown) if named else Level.HINT
            evidence = tuple(dict.fromkeys(one for one, _ in shown))[:MAX_EVIDENCE]
            for maker in named or (None,):
                prefix = PREFIX if makers or maker is None or maker in brand.surest else LESS_SURE
                yield Identification(prefix + brand.name, level, maker, brand.name, {}, evidence)

    def _shown(self, observations: Sequence[Observation], is_doubtful: Callable[[Fields], bool]) -> Iterator[_Sighting]:
        for observation in observations:
            fields = observation.fields
            values = [(name, value) for name in self._fields for value in fields.get(name, ())[:MAX_VALUES]]
            named = [(brand, *where) for where in values if (brand := self.find_in(*where))]
            is_doubt = bool(named) and is_doubtful(fields)
            for brand, field, value in named:
                yield brand, evidence_of(observation, field, value), Level.HINT if is_doubt else brand.level

    def _said(self, by_rule: Sequence[Identification], makers: set[str]) -> Iterator[_Sighting]:
        """Brands set by rules, at most with the level of the rule (a MAC is a hint)."""
        for found in by_rule:
            for brand in self._implied(found, makers):
                yield from ((brand, evidence, min(brand.level, found.level)) for evidence in found.evidence)

    def _implied(self, found: Identification, makers: set[str]) -> Iterator[Brand]:
        """The brand that a rule sets, and its maker as a brand if another of the `makers` builds for that."""
        if found.brand and (brand := self.find(found.brand)):
            yield brand
        brand = self.find(found.maker) if found.maker and found.level >= Level.LIKELY else None
        if brand and any(edge.maker in makers and edge.maker != found.maker for edge in brand.edges):
            yield brand


def _by_brand(sightings: Iterable[_Sighting]) -> Mapping[str, tuple[Brand, list[tuple[Evidence, Level]]]]:
    """Each brand that is shown, or set by a rule, with all that shows it and how far that carries."""
    found: dict[str, tuple[Brand, list[tuple[Evidence, Level]]]] = {}
    for brand, evidence, level in sightings:
        found.setdefault(brand.name, (brand, []))[1].append((evidence, level))
    return found


def _without_legal_form(name: str) -> str:
    """The name of a company without "Inc.", "Co., Ltd." and the like at its end; "" of what is too long for a name."""
    return _LEGAL_FORM.sub("", name.strip()) if len(name) <= _MAX_LABEL else ""
