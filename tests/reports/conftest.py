from __future__ import annotations

import pytest
from support.sample import sample

from camscan.records import Report


@pytest.fixture(scope="session")
def report() -> Report:
    """A scan of one site with a device of each verdict, two families, and gaps in what it covered."""
    return sample()
