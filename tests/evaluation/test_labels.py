"""The corpus that the accuracy is measured on: enough of it, labelled in the words of the vocabulary, with sources."""

from __future__ import annotations

import json
from pathlib import Path

from camscan.evaluation.corpus import Entry, read
from camscan.evaluation.score import canonical, kind_of
from camscan.identify.library import Library
from camscan.imports import pasted


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


def test_every_answer_can_be_read(corpus_folder: Path) -> None:
    unread = [
        one.id
        for one in entries(corpus_folder)
        if all(part.channel == "banner" or not part.fields for part in pasted.read(one.raw, one.channel))
    ]
    assert unread == []


def test_the_corpus_is_no_copy_of_the_rules_own_examples(corpus_folder: Path, library: Library) -> None:
    """Both come from the same public facts, so the shortest answers coincide; whole ones must not."""
    examples = {
        value
        for rule in library.rules
        for example in rule.examples
        for texts in example.fields.values()
        for value in texts
    }
    copied = [one.id for one in entries(corpus_folder) if len(one.raw) > 80 and one.raw in examples]
    assert copied == []
