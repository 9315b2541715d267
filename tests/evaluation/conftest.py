"""The built-in library and small corpora to measure it on."""

from __future__ import annotations

import fcntl
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from camscan.app.judging.criteria import chosen_policies
from camscan.evaluation.corpus import Entry, read
from camscan.identify.library import Library
from camscan.imports import pasted
from camscan.policy import Policy
from camscan.records import Observation


@pytest.fixture(scope="session")
def library(rules: Library) -> Library:
    return rules


@pytest.fixture(scope="session")
def policies() -> tuple[Policy, ...]:
    return chosen_policies(())


@pytest.fixture(scope="session")
def corpus_folder() -> Path:
    return Path(__file__).parent.parent / "corpus"


@pytest.fixture(scope="session")
def answers(corpus_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[Entry, Sequence[Observation]]:
    """Every answer of the corpus with what it is read as, which one process of the tests finds out for all of them."""
    corpus = read(corpus_folder)
    assert corpus.faults == ()
    base = tmp_path_factory.getbasetemp()
    kept = (base.parent if base.name.startswith("popen-") else base) / "answers"
    with kept.with_suffix(".lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not kept.exists():
            found = [
                [replace(part, fields=dict(part.fields)) for part in pasted.read(one.raw, one.channel, whole=True)]
                for one in corpus.entries
            ]
            kept.write_bytes(pickle.dumps(found))
        else:
            found = pickle.loads(kept.read_bytes())  # noqa: S301 - ours, of a moment ago
    return dict(zip(corpus.entries, found, strict=True))
