"""What of old sweeps may go, and what never."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from support.estate import BEGIN, Camera, cameras, moved, sweep

from camscan.records import Judged, Scan, ScanStatus
from camscan.sweeps.compare import advance
from camscan.sweeps.config import Retention
from camscan.sweeps.coverage import Terms
from camscan.sweeps.memory import Memory
from camscan.sweeps.retention import expendable, worth_keeping

DAY = timedelta(days=1)


def night(number: int, status: ScanStatus = ScanStatus.COMPLETE) -> Scan:
    at = BEGIN + number * DAY
    return Scan(f"scan{number}", at, (), (), "hq", at, status)


def nights(count: int) -> list[Scan]:
    """Sweeps, the newest first."""
    return [night(number) for number in reversed(range(count))]


def gone(
    sweeps: Sequence[Scan], terms: Retention, compared: int | None = None, waiting: Sequence[str] = ()
) -> list[int]:
    memory = Memory(scan=sweeps[compared or 0].id if compared is not None or sweeps else "")
    now = BEGIN + len(sweeps) * DAY
    return [int(scan.id.removeprefix("scan")) for scan in expendable(sweeps, memory, waiting, terms, now)]


def test_what_is_beyond_both_count_and_age_goes() -> None:
    assert gone(nights(10), Retention(sweeps=4, days=3)) == [0, 1, 2, 3, 4, 5]
    assert gone(nights(10), Retention(sweeps=4, days=8)) == [0, 1]
    assert gone(nights(10), Retention(sweeps=9, days=0)) == [0]
    assert gone(nights(3), Retention(sweeps=3, days=0)) == []


def test_a_clock_that_jumps_ahead_leaves_the_newest() -> None:
    sweeps = nights(10)
    found = expendable(sweeps, Memory(scan="scan9"), (), Retention(sweeps=4, days=3), BEGIN + 10_000 * DAY)
    assert [scan.id for scan in found] == [f"scan{number}" for number in range(6)]


def test_what_was_not_compared_yet_stays() -> None:
    assert gone(nights(10), Retention(sweeps=2, days=0), compared=7) == [0, 1]
    assert expendable(nights(5), Memory(scan="elsewhere"), (), Retention(sweeps=2, days=0), BEGIN + 9 * DAY) == ()


def test_the_last_complete_sweeps_stay() -> None:
    cut = [replace(scan, status=ScanStatus.INTERRUPTED) for scan in nights(10)[:6]]
    assert gone([*cut, *nights(4)], Retention(sweeps=2, days=0)) == [0, 1, 4, 5, 6, 7]


def test_what_a_waiting_alert_speaks_of_stays_and_so_does_what_is_running() -> None:
    assert gone(nights(6), Retention(sweeps=2, days=0), waiting=["scan1-20260102T020000000000"]) == [0, 2, 3]
    sweeps = nights(6)
    sweeps[4] = replace(sweeps[4], status=ScanStatus.RUNNING)
    assert gone(sweeps, Retention(sweeps=2, days=0)) == [0, 2, 3]


# ---- whose evidence


def lived(*site_by_night: Sequence[Camera]) -> Memory:
    memory = Memory()
    for number, site in enumerate(site_by_night):
        memory, _ = advance(memory, sweep(number, site), Terms(1, 1))
    return memory


def judged(site: Sequence[Camera]) -> list[Judged]:
    return [camera.seen_on(camera.channels) for camera in site]


def test_first_and_last_sighting_of_each_listed_device() -> None:
    stays, comes, goes = cameras(3)
    sites = [[stays, goes], [stays, goes], [stays, comes], [stays, comes], [stays, comes]]
    memory = lived(*sites)
    kept = [worth_keeping(memory, night(number), judged(site)) for number, site in enumerate(sites)]
    assert kept == [
        {stays.address, goes.address},
        {goes.address},
        {comes.address},
        set(),
        {stays.address, comes.address},
    ]


def test_a_device_that_moved_is_one_and_one_that_took_its_address_another() -> None:
    first, second = cameras(2)
    heir = Camera(first.address, "SN999999", "02:00:00:00:99:99")
    sites = [[first, second], [first, second], [moved(first, "10.0.0.77"), heir, second]]
    memory = lived(*sites)
    assert worth_keeping(memory, night(1), judged(sites[1])) == set()
    assert worth_keeping(memory, night(2), judged(sites[2])) == {"10.0.0.77", first.address, second.address}


@pytest.mark.parametrize(("listed", "channels", "kept"), [(False, ("sadp",), set()), (True, ("onvif",), {"10.0.0.1"})])
def test_suspected_devices_count_and_those_that_are_not_listed_do_not(
    listed: bool, channels: tuple[str, ...], kept: set[str]
) -> None:
    camera = replace(cameras(1)[0], listed=listed, channels=channels)
    assert worth_keeping(lived([camera]), night(0), judged([camera])) == kept


def test_what_is_remembered_as_listed_by_a_policy_that_is_not_at_hand_is_kept() -> None:
    [camera] = cameras(1)
    unjudged = judged([replace(camera, listed=False)])
    assert worth_keeping(lived([camera]), night(0), unjudged) == {camera.address}


def test_a_device_that_is_not_remembered_is_kept_with_all_its_addresses() -> None:
    camera = replace(cameras(1)[0], more=("fd00::1",))
    assert worth_keeping(Memory(), night(0), judged([camera])) == {"10.0.0.1", "fd00::1"}


def test_a_resumed_sweep_is_one() -> None:
    """Its devices were first seen when its first part ended; the scan itself ended later."""
    [camera] = cameras(1)
    memory = lived([camera], [camera], [camera])
    resumed = replace(night(0), started_at=BEGIN - DAY / 24, finished_at=BEGIN + DAY / 24)
    assert worth_keeping(memory, resumed, judged([camera])) == {camera.address}
    assert worth_keeping(memory, night(1), judged([camera])) == set()
