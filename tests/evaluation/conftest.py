"""The built-in library and small corpora to measure it on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from camscan.app.grounds import chosen_policies
from camscan.evaluation.corpus import Entry, Truth
from camscan.identify.library import Library
from camscan.policy import Policy

MakeEntry = Callable[..., Entry]


@pytest.fixture(scope="session")
def library(rules: Library) -> Library:
    return rules


@pytest.fixture(scope="session")
def policies() -> tuple[Policy, ...]:
    return chosen_policies(())


@pytest.fixture(scope="session")
def corpus_folder() -> Path:
    return Path(__file__).parent.parent / "corpus"


@pytest.fixture
def entry() -> MakeEntry:
    """An answer with its label: `entry("http", "Server: x", vendor="Axis")`."""

    def _entry(channel: str, raw: str, *, ambiguous: bool = False, id_: str = "", **truth: object) -> Entry:
        return Entry(id_ or raw[:32], channel, raw, Truth(**truth), ambiguous=ambiguous)  # type: ignore[arg-type]  # by name

    return _entry
