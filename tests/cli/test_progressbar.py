"""The rate that the progress bar shows."""

from __future__ import annotations

import pytest

from camscan.cli.progressbar import RecentRate


def test_packets_sent_in_bursts_are_no_higher_rate() -> None:
    rate = RecentRate(start=100.0)
    shown = [rate.at(100 + tick / 5, packets=500 * (tick // 3)) for tick in range(1, 60)]
    assert max(shown) < 1_001, "2,500 in a fifth of a second, if only the last one counts"
    assert min(shown[12:]) > 650, "500 packets every 0.6 seconds are 833 a second"


def test_a_pause_shows_within_seconds() -> None:
    rate = RecentRate(start=0.0)
    shown = [rate.at(tick / 5, packets=min(200 * tick, 2_000)) for tick in range(1, 26)]
    assert max(shown) == pytest.approx(1_000)
    assert shown[-1] == 0
    assert rate.at(5.0, 2_000) == 0, "asked twice at the same moment"
