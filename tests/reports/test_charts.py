from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from camscan.records import Device, Judged, Outcome, Verdict
from camscan.reports.charts import CELL, COLUMNS, KINDS, PALETTE, Bar, Part, curve, makers, sign, stacked
from camscan.summaries import Point


def device(maker: str | None, verdict: Verdict) -> Judged:
    return Judged(Device("10.0.0.1", (), maker=maker), verdict)


def test_every_kind_has_a_sign_and_a_colour_and_no_sign_twice() -> None:
    kinds = {verdict.value for verdict in Verdict} | {
        *("answered", "refused", "silent", "unreachable", "excluded", "not-sent")
    }
    assert set(KINDS) == set(PALETTE) == kinds
    assert len({sign(kind) for kind in KINDS}) == len(kinds)


@pytest.mark.parametrize("kind", KINDS)
def test_a_sign_is_path_data_that_begins_at_its_cell(kind: str) -> None:
    assert re.fullmatch(r"[MmHhVvAaz\d .-]+", sign(kind))
    assert re.findall(r"M\d+ \d+", sign(kind, 0, 31, 32, 255)) == [
        *("M0 0", f"M{31 * CELL} 0", f"M0 {CELL}", f"M{31 * CELL} {7 * CELL}")
    ]
    assert COLUMNS * 8 == 256


def test_makers_come_by_count_and_nobody_last() -> None:
    listed, other = Verdict.LISTED, Verdict.NOT_LISTED
    devices = [device("B", listed), device("A", other), device("B", Verdict.SUSPECTED), device(None, listed)]
    assert makers(devices) == [
        Bar("B", 2, (Part("listed", 0.0, 50.0), Part("suspected", 50.0, 50.0)), "1 listed, 1 suspected"),
        Bar("A", 1, (Part("not-listed", 0.0, 50.0),), "1 not listed"),
        Bar("no maker named", 1, (Part("listed", 0.0, 50.0),), "1 listed"),
    ]
    assert makers([]) == []


def test_the_makers_of_listed_devices_come_first() -> None:
    devices = [device("B", Verdict.LISTED), device("A", Verdict.SUSPECTED), *[device("C", Verdict.NOT_LISTED)] * 9]
    assert [bar.name for bar in makers(devices)] == ["B", "A", "C"]


def test_rare_makers_share_a_row() -> None:
    devices = [device(name, Verdict.LISTED) for name in "AABCD"]
    assert [(bar.name, bar.count) for bar in makers(devices, most=2)] == [("A", 2), ("B", 1), ("2 more makers", 2)]


def test_a_stacked_bar_is_full() -> None:
    assert stacked({Outcome.ANSWERED: 1, Outcome.SILENT: 3, Outcome.EXCLUDED: 0}) == (
        ("answered", 0.0, 25.0),
        ("silent", 25.0, 75.0),
    )
    assert stacked({}) == ()


def test_a_curve_steps_down_and_needs_two_days() -> None:
    day = date(2026, 1, 1)
    assert curve([Point(day, 4)]) is None
    found = curve([Point(day, 4), Point(day + timedelta(days=57), 1)])
    assert found is not None
    assert found.line == "M0 0.0H570.0V105.0H600"
    assert found.area == f"{found.line}V140H0Z"
    assert (found.top, found.first, found.last) == (4, "2026-01-01", "2026-02-27")


def test_a_curve_of_nothing_lies_on_the_ground() -> None:
    found = curve([Point(date(2026, 1, 1), 0), Point(date(2026, 1, 2), 0)])
    assert found is not None
    assert found.line == "M0 140.0H570.0V140.0H600"
