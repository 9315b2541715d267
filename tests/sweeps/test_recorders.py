"""Cameras behind recorders: they come and go like others, and only a recorder that was asked can miss one."""

from __future__ import annotations

from datetime import timedelta

from support.estate import BEGIN

from camscan.records import Device, Judged, LedgerEntry, Level, Outcome, Scan, ScanStatus, Verdict
from camscan.summaries import Slot, Slots
from camscan.sweeps.changes import ChangeKind
from camscan.sweeps.compare import advance, compare
from camscan.sweeps.coverage import Terms
from camscan.sweeps.memory import Memory
from camscan.sweeps.retention import worth_keeping
from camscan.sweeps.snapshot import Snapshot, snapshot

RECORDER = "10.0.4.9"
LEDGER = [LedgerEntry(RECORDER, {"http": Outcome.ANSWERED})]


def recorder(*, told: bool = True, channels: int = 16, cut: bool = False) -> Judged:
    slots = Slots(channels, 0, cut=cut) if told else None
    return Judged(Device(RECORDER, (RECORDER,), serial="NVR-00001", kind="recorder", slots=slots), Verdict.NOT_LISTED)


def camera(number: int, serial: str | None = None, *, online: bool | None = None) -> Judged:
    slot = Slot("NVR-00001", RECORDER, number, online=online)
    device = Device(f"192.168.254.{number}", (), serial=serial, maker="Acme", level=Level.LIKELY, behind=slot)
    return Judged(device, Verdict.LISTED)


def seen(night: int, *devices: Judged) -> Snapshot:
    scan = Scan(str(night), BEGIN + timedelta(days=night), (RECORDER,), ("http",), status=ScanStatus.COMPLETE)
    return snapshot(scan, devices, LEDGER)


def test_a_camera_that_is_new_on_a_channel_is_new() -> None:
    changes = compare([seen(0, recorder(), camera(1)), seen(1, recorder(), camera(1), camera(2))])
    assert [(c.kind, c.device.address) for c in changes.changes] == [(ChangeKind.NEW, "10.0.4.9 #2")]


def test_a_camera_is_missing_where_its_recorder_tells_of_its_channels_without_it() -> None:
    changes = compare([seen(0, recorder(), camera(1), camera(2)), seen(1, recorder(), camera(1))])
    assert [(c.kind, c.device.address) for c in changes.changes] == [(ChangeKind.MISSING, "10.0.4.9 #2")]


def test_a_camera_is_missing_also_on_a_channel_whose_number_is_beyond_the_count_of_channels() -> None:
    """As of a recorder that lists only channels in use, or counts those of analogue cameras first."""
    night = [seen(0, recorder(channels=3), camera(1), camera(5), camera(9))]
    changes = compare([*night, seen(1, recorder(channels=2), camera(1), camera(5))])
    assert [(c.kind, c.device.address) for c in changes.changes] == [(ChangeKind.MISSING, "10.0.4.9 #9")]
    assert changes.losses == ()


def test_a_camera_is_not_missing_where_its_recorder_was_not_asked() -> None:
    changes = compare([seen(0, recorder(), camera(1), camera(2)), seen(1, recorder(told=False))])
    assert changes.changes == ()
    assert [(loss.what, loss.text) for loss in changes.losses] == [
        (
            "targets",
            "2 devices seen before were not asked: behind a recorder that did not name all cameras, as without a login",
        )
    ]


def test_a_camera_is_not_missing_where_the_list_of_its_recorder_was_cut_off() -> None:
    """It may stand in the part that did not come; one that is in the other part is seen."""
    whole = seen(0, recorder(channels=3), camera(1), camera(2), camera(3))
    changes = compare([whole, seen(1, recorder(channels=1, cut=True), camera(1))])
    assert changes.changes == ()
    [loss] = changes.losses
    assert loss.text.startswith("2 devices seen before were not asked: behind a recorder that did not name all cameras")


def test_why_others_were_not_asked_is_told_beside() -> None:
    other = Judged(Device("10.0.5.1", ("10.0.5.1",), serial="CAM-00009", kind="camera"), Verdict.NOT_LISTED)
    before = seen(0, recorder(), camera(1), other)
    changes = compare([before, seen(1, recorder(told=False))])
    [loss] = changes.losses
    assert loss.text.startswith(
        "2 devices seen before were not asked: excluded, no longer among the targets, or behind "
    )


def test_a_camera_that_its_recorder_still_lists_and_does_not_reach_is_missing() -> None:
    night = [camera(1, "E12345678", online=True), camera(2, "E12345679", online=True)]
    later = [camera(1, "E12345678", online=False), camera(2, "E12345679", online=None)]
    changes = compare([seen(0, recorder(), *night), seen(1, recorder(), *later)])
    assert [(c.kind, c.device.address) for c in changes.changes] == [(ChangeKind.MISSING, "10.0.4.9 #1")]
    assert changes.verdicts == {Verdict.NOT_LISTED: 1, Verdict.LISTED: 1}


def test_what_a_recorder_lists_and_does_not_reach_is_no_sighting_to_keep() -> None:
    """One that never was online is remembered by no sweep: it would keep the recorder's answers of every one."""
    gone, back = camera(1, "E12345678", online=False), camera(1, "E12345678", online=True)
    memory = advance(Memory(), seen(0, recorder(), back), Terms())[0]
    scan = Scan("9", BEGIN + timedelta(days=9), (RECORDER,), ("http",), status=ScanStatus.COMPLETE)
    assert worth_keeping(memory, scan, (recorder(), gone)) == frozenset()
    assert worth_keeping(memory, scan, (recorder(), back)) == {RECORDER}
    assert worth_keeping(Memory(), scan, (recorder(), gone)) == frozenset()


def test_a_camera_on_another_channel_has_moved() -> None:
    changes = compare([seen(0, recorder(), camera(1, "E12345678")), seen(1, recorder(), camera(5, "E12345678"))])
    assert [(c.kind, c.what, c.before, c.after) for c in changes.changes] == [
        (ChangeKind.CHANGED, "address", "10.0.4.9 #1", "10.0.4.9 #5")
    ]


def test_the_same_private_address_behind_two_recorders_is_two_devices() -> None:
    other = Device("10.0.4.8", ("10.0.4.8",), serial="NVR-00002", kind="recorder", slots=Slots(4, 3))
    theirs = Device("192.168.254.1", (), maker="Acme", behind=Slot("NVR-00002", "10.0.4.8", 1))
    both = (recorder(), camera(1), Judged(other, Verdict.NOT_LISTED), Judged(theirs, Verdict.LISTED))
    assert compare([seen(0, *both), seen(1, *both)]).changes == ()


def test_the_answers_of_a_recorder_are_kept_for_the_cameras_behind_it() -> None:
    scan = Scan("0", BEGIN, (RECORDER,), ("http",), status=ScanStatus.COMPLETE)
    assert worth_keeping(Memory(), scan, (recorder(), camera(1))) == {RECORDER}
