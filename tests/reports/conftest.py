from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from support.sample import sample

from camscan.records import Report


@pytest.fixture(scope="session")
def report() -> Report:
    """A scan of one site with a device of each verdict, two families, and gaps in what it covered."""
    return sample()


@pytest.fixture(scope="session")
def make_report(report: Report) -> Callable[..., Report]:
    """Reports about other devices or another ledger, of the same scan."""
    return lambda **changes: replace(report, **changes)
