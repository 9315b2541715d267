from __future__ import annotations

from camscan.records import Device, Judged, Verdict
from camscan.reports.order import ranked


def test_verdict_first_then_address_as_a_number_and_no_address_last() -> None:
    order = [
        *(("10.0.0.9", Verdict.LISTED), ("10.0.0.10", Verdict.LISTED), ("fd00::9", Verdict.LISTED)),
        *(("camera", Verdict.LISTED), ("10.0.0.8", Verdict.SUSPECTED), ("10.0.0.7", Verdict.NOT_LISTED)),
        ("10.0.0.6", Verdict.UNIDENTIFIED),
    ]
    devices = [Judged(Device(address, ()), verdict) for address, verdict in order]
    assert ranked(reversed(devices)) == devices
