"""The built-in library and small corpora to measure it on."""

from __future__ import annotations

from pathlib import Path

import pytest

from camscan.app.criteria import chosen_policies
from camscan.identify.library import Library
from camscan.policy import Policy


@pytest.fixture(scope="session")
def library(rules: Library) -> Library:
    return rules


@pytest.fixture(scope="session")
def policies() -> tuple[Policy, ...]:
    return chosen_policies(())


@pytest.fixture(scope="session")
def corpus_folder() -> Path:
    return Path(__file__).parent.parent / "corpus"
