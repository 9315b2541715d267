from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.segment import Segment, segment


@pytest.fixture(scope="session")
def site() -> Iterator[Segment]:
    """A segment with twenty devices."""
    with segment() as made:
        yield made
