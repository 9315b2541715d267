"""A moment as text."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from camscan.moments import Precision, utc


@pytest.mark.parametrize(
    ("precision", "text"),
    [
        ("seconds", "2026-01-02T02:04:05Z"),
        ("milliseconds", "2026-01-02T02:04:05.678Z"),
        ("microseconds", "2026-01-02T02:04:05.678006Z"),
    ],
)
def test_a_moment_is_told_in_utc(precision: Precision, text: str) -> None:
    assert utc(datetime(2026, 1, 2, 3, 4, 5, 678_006, timezone(timedelta(hours=1))), precision) == text
