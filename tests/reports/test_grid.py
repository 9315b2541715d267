from __future__ import annotations

from support.sample import make_report

from camscan.records import Device, Judged, Outcome, Report, Verdict
from camscan.reports.grid import Block, blocks, worth_drawing
from camscan.reports.order import ranked


def test_targets_and_devices_lie_in_blocks_of_256(report: Report) -> None:
    four, six = blocks(report, ranked(report.devices))
    assert (four.network, four.version, six.network, six.version) == ("10.0.0.0/24", 4, "fd00::1:0/120", 6)
    silent = four.cells.pop("silent")  # type: ignore[attr-defined]
    assert len(silent) == 245
    assert four.cells == {
        "listed": (7, 25),
        "suspected": (9,),
        "not-listed": (101,),
        "answered": (60,),
        "refused": (61,),
        "unreachable": (62,),
        "not-sent": (63,),
        "excluded": (250,),
    }
    assert list(four.devices.items()) == [(7, 0), (9, 2), (25, 1), (101, 3)]
    assert (six.cells, six.devices) == ({"silent": (0,), "unidentified": (2,)}, {2: 4})


def test_other_addresses_of_a_device_are_shown_where_they_were_targets() -> None:
    device = Judged(Device("10.0.0.1", ("10.0.0.1", "10.0.0.9", "10.0.0.77")), Verdict.LISTED)
    outcomes = {"10.0.0.1": Outcome.ANSWERED, "10.0.0.9": Outcome.ANSWERED}
    (block,) = blocks(make_report(outcomes=outcomes, devices=(device,)), (device,))
    assert block == Block("10.0.0.0/24", {"listed": (1, 9)}, {1: 0, 9: 0})


def test_of_two_devices_at_one_address_the_first_is_shown() -> None:
    two = [Judged(Device("10.0.0.1", ()), verdict) for verdict in (Verdict.LISTED, Verdict.NOT_LISTED)]
    (block,) = blocks(make_report(outcomes={}, devices=tuple(two)), two)
    assert block == Block("10.0.0.0/24", {"listed": (1,)}, {1: 0})


def test_what_is_no_address_has_no_cell() -> None:
    device = Judged(Device("camera", ("camera",)), Verdict.LISTED)
    report = make_report(outcomes={"<b>": Outcome.SILENT, "camera": Outcome.ANSWERED, "": Outcome.SILENT})
    assert blocks(report, [device]) == []


def test_a_block_of_silence_is_drawn_only_where_there_is_nothing_else() -> None:
    silent = Block("10.0.0.0/24", {"silent": (1,), "excluded": (2,)}, {})
    loud = Block("10.0.1.0/24", {"silent": (1,), "refused": (2,)}, {})
    assert worth_drawing([silent, loud]) == [loud]
    assert worth_drawing([silent]) == [silent]
    assert worth_drawing([]) == []


def test_a_map_has_the_rows_that_hold_something() -> None:
    assert Block("10.0.0.0/24", {"silent": (33, 40), "listed": (100,)}, {}).rows(32) == range(1, 4)
    assert Block("10.0.0.0/24", {"silent": (0,), "listed": (255,)}, {}).rows(32) == range(8)
