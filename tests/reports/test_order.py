from __future__ import annotations

from dataclasses import replace

from camscan.records import Device, Judged, Verdict
from camscan.reports.order import ranked
from camscan.summaries import Offence, State, Tag


def test_verdict_first_then_address_as_a_number_and_no_address_last() -> None:
    order = [
        *(("10.0.0.9", Verdict.LISTED), ("10.0.0.10", Verdict.LISTED), ("fd00::9", Verdict.LISTED)),
        *(("camera", Verdict.LISTED), ("10.0.0.8", Verdict.SUSPECTED), ("10.0.0.7", Verdict.NOT_LISTED)),
        ("10.0.0.6", Verdict.UNIDENTIFIED),
    ]
    devices = [Judged(Device(address, ()), verdict) for address, verdict in order]
    assert ranked(reversed(devices)) == devices


def test_the_rows_of_a_list_stay_in_its_order() -> None:
    rows = ["row 9 of 'A'", "row 10 of 'A'", "row 2 of 'B'"]
    devices = [Judged(Device(row, ()), Verdict.LISTED) for row in rows]
    assert ranked(devices) == devices


def test_what_offends_a_direction_comes_first_then_what_has_come_back() -> None:
    def on(place: Tag) -> tuple[Offence, ...]:
        return (Offence("uk-nil", place, "Not here.", "HCWS386", "https://example.org/", "2022-11-24"),)

    plain = Judged(Device("10.0.0.1", ()), Verdict.LISTED)
    back = replace(plain, device=Device("10.0.0.9", ()), state=State.RETURNED)
    core = replace(plain, device=Device("10.0.0.8", ()), offends=on(Tag.CORE))
    sensitive = replace(plain, device=Device("10.0.0.7", ()), offends=on(Tag.SENSITIVE))
    assert ranked([plain, back, core, sensitive]) == [sensitive, core, back, plain]
    first = replace(sensitive, device=Device("10.0.0.11", ()), state=State.RETURNED)
    assert ranked([sensitive, plain, core, first, back]) == [first, sensitive, core, back, plain]
