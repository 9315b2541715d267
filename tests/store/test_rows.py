"""Records keep every value on their way through a row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from camscan.records import LedgerEntry, Observation, Outcome
from camscan.store.rows import from_time, ledger_values, load_channels, observation_values, to_time


def test_time_is_whole_microseconds_in_utc() -> None:
    moment = datetime(2026, 3, 29, 3, 0, 0, 1, tzinfo=timezone(timedelta(hours=2)))
    assert to_time(moment) == 1774746000000001
    assert from_time(1774746000000001) == datetime(2026, 3, 29, 1, 0, 0, 1, tzinfo=UTC)


def test_time_without_a_zone_is_no_moment() -> None:
    with pytest.raises(TypeError):
        to_time(datetime(2026, 3, 29))


@pytest.mark.parametrize("port", [-1, 65536])
def test_port_out_of_range(port: int) -> None:
    with pytest.raises(ValueError, match=f"{port} is no port"):
        observation_values(1, Observation("10.0.0.1", "http", Outcome.SILENT, datetime.now(UTC), port))


def test_ledger_is_short() -> None:
    channels = {"wsd": Outcome.SILENT, "http": Outcome.REFUSED, "sadp": Outcome.SILENT}
    values = ledger_values(7, LedgerEntry("10.0.0.1", channels))
    assert values == {"scan": 7, "target": "10.0.0.1", "channels": "r http;s sadp wsd", "reasons": None}
    assert load_channels("r http;s sadp wsd") == channels


def test_every_outcome_has_its_letter() -> None:
    channels = {outcome.value: outcome for outcome in Outcome}
    text = ledger_values(1, LedgerEntry("10.0.0.1", channels))["channels"]
    assert load_channels(text) == channels
    assert text == (
        "a answered;c crashed;e excluded;g garbled;n not-sent;q auth-required;"
        "r refused;s silent;t truncated;u unreachable;x reset"
    )


@pytest.mark.parametrize("channel", ["", "a b", "a;b", "a\x00", "ü"])
def test_channel_that_the_ledger_cannot_hold(channel: str) -> None:
    with pytest.raises(ValueError, match="no name of a channel"):
        ledger_values(1, LedgerEntry("10.0.0.1", {channel: Outcome.SILENT}))
