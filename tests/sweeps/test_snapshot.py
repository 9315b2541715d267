"""From a stored scan to what comparing needs of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from support.estate import BEGIN

from camscan.records import Device, Judged, LedgerEntry, Outcome, Scan, ScanStatus, Verdict
from camscan.sweeps.snapshot import snapshot

SCAN = Scan("one", BEGIN, ("10.0.0.0/24",), ("http", "sadp"), status=ScanStatus.COMPLETE)


def test_the_ledger_says_what_was_asked_and_what_answered() -> None:
    ledger = [
        LedgerEntry("10.0.0.1", {"http": Outcome.AUTH_REQUIRED, "sadp": Outcome.NOT_SENT}),
        LedgerEntry("10.0.0.2", {"http": Outcome.REFUSED, "sadp": Outcome.SILENT}),
        LedgerEntry("10.0.0.3", {"http": Outcome.SILENT, "sadp": Outcome.CRASHED}),
        LedgerEntry("10.0.0.4", {"http": Outcome.EXCLUDED, "sadp": Outcome.EXCLUDED}),
    ]
    found = snapshot(SCAN, (), ledger)
    assert found.asked == {
        "10.0.0.1": {"http"},
        "10.0.0.2": {"http", "sadp"},
        "10.0.0.3": {"http"},
        "10.0.0.4": frozenset(),
    }
    assert found.answered == {"http": {"10.0.0.1"}}
    assert found.coverage == {"answered": 1, "refused": 1, "silent": 1, "excluded": 1}


@pytest.mark.parametrize("status", list(ScanStatus))
def test_only_a_complete_scan_is_complete(status: ScanStatus) -> None:
    found = snapshot(replace(SCAN, status=status), (), ())
    assert found.complete is (status is ScanStatus.COMPLETE)
    assert found.at == BEGIN


@pytest.mark.parametrize(("seconds", "told"), [(90, 90), (-3600, 0), (None, 0)])
def test_what_a_scan_took_is_never_less_than_nothing(seconds: int | None, told: float) -> None:
    end = None if seconds is None else BEGIN + timedelta(seconds=seconds)
    assert snapshot(replace(SCAN, finished_at=end), (), ()).seconds == told


def test_a_device_that_is_behind_no_recorder_answers_on_no_channel_of_one() -> None:
    device = Device("10.0.0.1", ("10.0.0.1",))
    assert snapshot(SCAN, [Judged(device, Verdict.NOT_LISTED)], ()).answered == {}
