"""The rate, the time and the part of it that the progress bar shows."""

from __future__ import annotations

import pytest

from camscan.cli.terminal.progressbar import RecentRate, Remaining, share


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


def test_before_an_address_is_done_the_packets_tell_how_long_it_will_take() -> None:
    """A silent address takes eight seconds, beside all others: by these alone, a scan of 25 s would take minutes."""
    remaining = Remaining(100.0, total=1_000, packets=23_000)
    assert remaining.at(100.2, done=0, sent=0) is None
    assert remaining.at(105.0, done=2, sent=5_000) == pytest.approx(18)
    assert remaining.at(120.0, done=800, sent=18_000) == pytest.approx(5)


def test_once_as_many_packets_were_sent_as_silence_takes_the_addresses_tell() -> None:
    remaining = Remaining(0.0, total=100, packets=1_000)
    assert remaining.at(10.0, done=50, sent=1_000) == pytest.approx(10)
    assert remaining.at(10.0, done=0, sent=1_000) is None
    assert remaining.at(20.0, done=100, sent=900) == 0


def test_the_bar_moves_while_no_address_is_covered_yet() -> None:
    """Of 243 addresses in eleven seconds, the first was covered after nine: until then the bar stood still."""
    remaining = Remaining(0.0, total=243, packets=5_589)
    assert share(4.5, remaining.at(4.5, done=0, sent=2_515)) == pytest.approx(0.45, abs=0.001)
    assert share(10.0, 0.0) == 1
    assert share(0.2, None) == 0
