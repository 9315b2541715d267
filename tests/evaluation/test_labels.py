"""The corpus that the accuracy is measured on: enough of it, labelled in the words of the vocabulary, with sources."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
import re2

from camscan.app.judging.criteria import whole_library
from camscan.evaluation.corpus import Entry, read
from camscan.evaluation.score import canonical, kind_of
from camscan.identify.library import Library
from camscan.identify.match import Matcher
from camscan.identify.patterns import encoded
from camscan.identify.rules import Rule
from camscan.records import Fields, Observation


def entries(folder: Path) -> tuple[Entry, ...]:
    corpus = read(folder)
    assert corpus.faults == ()
    return corpus.entries


def test_there_are_enough_answers_of_every_kind(corpus_folder: Path) -> None:
    found = entries(corpus_folder)
    assert len(found) >= 400
    assert sum(one.truth.vendor is None for one in found) >= 60
    assert sum(one.truth.is_target for one in found) >= 150
    for path in corpus_folder.glob("*.json"):
        assert {one["channel"] for one in json.loads(path.read_text(encoding="utf-8"))} == {path.stem}


def test_labels_are_words_of_the_vocabulary(corpus_folder: Path, library: Library) -> None:
    makers, targets = set(library.vocabulary.makers), set[str]()
    for one in entries(corpus_folder):
        truth = one.truth
        assert truth.vendor is None or (truth.vendor in makers and canonical(truth.vendor, library) == truth.vendor), (
            one.id
        )
        assert truth.brand is None or library.labels.find(truth.brand), f"{one.id}: no brand file lists {truth.brand}"
        assert truth.device_class is None or kind_of(truth.device_class) in library.vocabulary.kinds, one.id
        if truth.is_target:
            assert truth.vendor
            targets.add(truth.vendor)
    assert all(one.truth.is_target == (one.truth.vendor in targets) for one in entries(corpus_folder))


def test_every_answer_has_a_source(corpus_folder: Path) -> None:
    assert [one.id for one in entries(corpus_folder) if not one.source] == []


@pytest.fixture(scope="module")
def examples() -> Library:
    """The built-in library with its examples."""
    return whole_library()


def test_every_answer_can_be_read(answers: Mapping[Entry, Sequence[Observation]]) -> None:
    unread = [
        one.id for one, found in answers.items() if all(part.channel == "banner" or not part.fields for part in found)
    ]
    assert unread == []


def test_the_corpus_is_no_copy_of_the_rules_own_examples(corpus_folder: Path, examples: Library) -> None:
    """Both come from the same public facts, so the shortest answers coincide; whole ones must not."""
    known = {
        value
        for rule in examples.rules
        for example in rule.examples
        for texts in example.fields.values()
        for value in texts
    }
    assert len(known) > len(examples.rules)
    copied = [one.id for one in entries(corpus_folder) if len(one.raw) > 80 and one.raw in known]
    assert copied == []


_PAGES = frozenset({"http.body", "http.resource", "rtsp.sdp", "banner.text"})
"""Fields of which a rule knows a part: what surrounds it makes no other answer."""
_REPLACED = re.compile(r"(?<=://)[^/\s]+|(?<=IN IP4 )\S+|[0-9a-f]{12,}|\s")
"""What is made up in one copy of an answer and not in another (addresses, nonces), and blanks."""


def met(rule: Rule, fields: Fields) -> Iterator[str]:
    """The texts in which the patterns of a rule are found."""
    for match in rule.matches:
        for value in fields.get(match.field, ()):
            text = encoded(match.field, value)
            if found := re2.search(match.pattern.encode(), text):
                told = found.group() if match.field in _PAGES else text
                yield _REPLACED.sub("", told.decode(errors="replace"))


def test_a_rule_with_one_example_has_no_other_in_the_corpus(
    examples: Library, answers: Mapping[Entry, Sequence[Observation]]
) -> None:
    """A second answer proves more as an example: move one there, and keep here what else there is."""
    lone = {rule.id: rule for rule in examples.rules if len(rule.examples) == 1}
    matcher, others = Matcher(tuple(lone.values()), examples.labels), defaultdict[str, list[str]](list)
    for one, found in answers.items():
        for named in matcher.identify(found):
            rule = lone[named.rule]
            told = {text for part in found for text in met(rule, part.fields)}
            if told - set(met(rule, rule.examples[0].fields)):
                others[rule.where].append(one.id)
    assert dict(others) == {}
