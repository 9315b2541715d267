"""Moments as text, and which of them may have passed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from camscan.text.timestamps import Precision, latest_past, utc


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


def test_a_clock_that_is_a_few_minutes_ahead_is_no_wrong_one() -> None:
    now = datetime.now(UTC)
    assert now + timedelta(minutes=9) < latest_past() < now + timedelta(minutes=11)
