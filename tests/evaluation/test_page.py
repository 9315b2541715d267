"""The page in the documentation, which takes the whole corpus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from camscan.cli.evaluate import evaluate
from camscan.evaluation.corpus import Entry
from camscan.imports import pasted
from camscan.records import Observation


@pytest.mark.slow
def test_the_page_in_the_docs_is_what_the_corpus_gives(
    corpus_folder: Path,
    answers: Mapping[Entry, Sequence[Observation]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = {(one.raw, one.channel): found for one, found in answers.items()}
    monkeypatch.setattr(pasted, "read", lambda raw, channel, **_: known[raw, channel])  # for all tests
    page = tmp_path / "accuracy.md"
    assert CliRunner().invoke(evaluate, [str(corpus_folder), "-o", str(page)]).exit_code == 0
    in_docs = Path(__file__).parents[2] / "docs" / "accuracy.md"
    assert page.read_text(encoding="utf-8") == in_docs.read_text(encoding="utf-8")
