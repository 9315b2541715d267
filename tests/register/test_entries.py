"""From scan to scan in the register of a site."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from support.estate import BEGIN, Camera, cameras, moved, sweep

from camscan.records import Verdict
from camscan.register.entries import apply_snapshot
from camscan.sweeps.memory import Track
from camscan.sweeps.snapshot import Snapshot


def tracks(snapshot: Snapshot) -> tuple[Track, ...]:
    return apply_snapshot((), snapshot).new


def test_who_is_seen_again_stays_one_device() -> None:
    site = cameras(3)
    taken = apply_snapshot(tracks(sweep(0, site)), sweep(7, [moved(site[0], "10.0.0.99"), *site[1:]]))
    assert (sorted(taken.seen), taken.new, taken.joined) == ([0, 1, 2], (), ())
    assert taken.seen[0].device.address == "10.0.0.99"
    assert taken.seen[0].first_seen == BEGIN
    assert taken.seen[0].last_seen == BEGIN + timedelta(days=7)


def test_who_is_not_seen_is_not_touched_and_who_is_new_begins() -> None:
    site = cameras(3)
    taken = apply_snapshot(tracks(sweep(0, site[:2])), sweep(1, site[1:]))
    assert sorted(taken.seen) == [1]
    assert [one.device.address for one in taken.new] == ["10.0.0.3"]


def test_a_scan_that_was_resumed_counts_once() -> None:
    """Else a device whose best answers were lost in one scan is listed no more."""
    [camera] = cameras(1)
    [known] = tracks(sweep(0, [camera]))
    weak = sweep(1, [camera], lost=[("", "sadp"), ("", "http")])
    part, counted = known, None
    for hours in range(4):
        taken = apply_snapshot([part], replace(weak, at=weak.at + timedelta(hours=hours)), counted=counted)
        part, counted = taken.seen[0], weak.at + timedelta(hours=hours)
    once = apply_snapshot([known], weak).seen[0]
    assert (part.verdict, part.name, part.channels) == (once.verdict, once.name, once.channels)


def test_an_older_scan_that_comes_late_does_not_turn_the_clock_back() -> None:
    site = cameras(1)
    late = apply_snapshot(tracks(sweep(9, site)), sweep(3, site)).seen[0]
    assert (late.first_seen, late.last_seen) == (BEGIN + timedelta(days=3), BEGIN + timedelta(days=9))


def test_an_older_scan_that_comes_late_adds_what_was_not_known_and_changes_nothing() -> None:
    """Else the register says that a device was seen today where it stood years ago."""
    [camera] = cameras(1)
    now = replace(moved(camera, "10.0.0.99"), firmware="V5.7.0")
    [known] = tracks(sweep(9, [now], lost=[("", "onvif")]))
    then = replace(camera, listed=False, name="entrance")
    late = apply_snapshot([known], sweep(3, [then])).seen[0]
    assert late.device == replace(known.device, name="entrance")
    assert (late.places, late.channels, late.verdict) == (known.places, known.channels, known.verdict)
    assert late.firmwares == {**known.firmwares, "onvif-rule": frozenset({"V5.4.5"})}
    assert (late.first_seen, late.last_seen) == (BEGIN + timedelta(days=3), BEGIN + timedelta(days=9))
    after = apply_snapshot([late], sweep(10, [camera])).seen[0]
    assert (after.device.address, after.device.firmware) == ("10.0.0.1", "V5.4.5")


def test_an_older_scan_that_comes_late_lists_what_a_newer_one_knew_less_of() -> None:
    """As it does where it comes first."""
    site = cameras(1)
    hints = sweep(9, site, lost=[("", "sadp"), ("", "http")])
    [known] = tracks(hints)
    assert known.device.verdict is Verdict.SUSPECTED
    late = apply_snapshot([known], sweep(3, site)).seen[0].device
    soon = apply_snapshot(tracks(sweep(3, site)), hints).seen[0].device
    assert (late.verdict, late.level, late.policies) == (soon.verdict, soon.level, soon.policies)
    assert late.verdict is Verdict.LISTED


def test_a_clock_that_was_ahead_for_a_night_says_nothing_of_when_a_device_was_seen() -> None:
    """Else the device could not be called removed before that time comes."""
    site, now = cameras(2), BEGIN + timedelta(days=2)
    ahead = apply_snapshot(tracks(sweep(0, site)), sweep(400, site)).seen
    after = apply_snapshot([ahead[0], ahead[1]], sweep(2, site[:1]), now).seen[0]
    assert (after.first_seen, after.last_seen) == (BEGIN, now)
    again = apply_snapshot((), sweep(400, site), now).new[0]
    assert (again.first_seen, again.last_seen) == (now, now), "where the register is derived anew"


@pytest.mark.parametrize("lost", [("sadp", "http"), ("sadp", "http", "onvif")])
def test_what_knows_less_of_a_listed_device_does_not_take_that_back(lost: tuple[str, ...]) -> None:
    """A table of MACs, however often it is imported, shows hints alone."""
    [first] = tracks(sweep(0, cameras(1)))
    known = first
    for night in range(1, 6):
        hints = sweep(night, cameras(1), lost=[("10.0.0.1", channel) for channel in lost])
        assert {one.device.verdict for one in hints.sightings} <= {Verdict.SUSPECTED, Verdict.UNIDENTIFIED}
        known = apply_snapshot([known], hints).seen.get(0, known)
    assert known.device.verdict is Verdict.LISTED
    assert (known.device.level, known.device.evidence) == (first.device.level, first.device.evidence)
    strange = replace(cameras(1)[0], listed=False)
    for night in range(6, 9):
        [seen] = sweep(night, [strange]).sightings
        label = replace(seen, device=replace(seen.device, level="hint"))  # the MAC is of the block of who sells it
        known = apply_snapshot([known], replace(sweep(night, [strange]), sightings=(label,))).seen[0]
    assert known.device.verdict is Verdict.LISTED
    for night in range(9, 12):
        known = apply_snapshot([known], sweep(night, [strange])).seen[0]
    assert known.device.verdict is Verdict.NOT_LISTED


@pytest.mark.parametrize(
    ("lost", "verdict"),
    [(("sadp", "http"), Verdict.SUSPECTED), (("sadp", "http", "onvif"), Verdict.UNIDENTIFIED)],
)
def test_a_device_that_was_never_listed_is_not_listed_by_being_seen_again(
    lost: tuple[str, ...], verdict: Verdict
) -> None:
    nights = [sweep(night, cameras(1), lost=[("10.0.0.1", channel) for channel in lost]) for night in range(6)]
    [known] = tracks(nights[0])
    for snapshot in nights[1:]:
        known = apply_snapshot([known], snapshot).seen[0]
    assert known.device.verdict is verdict


@pytest.mark.parametrize("table", [9, 0])
def test_a_table_that_knows_only_the_mac_of_a_device_does_not_move_it(table: int) -> None:
    """Else no scan could ask its address any more, to show that it is gone."""
    [known] = cameras(1)
    assert known.mac
    nights = {table: replace(known, address=known.mac, serial=None, channels=("rtsp",)), 5: known}
    first, second = (sweep(night, [nights[night]]) for night in (5, table))
    for one, other in ((first, second), (second, first)):
        after = apply_snapshot(tracks(one), other).seen[0]
        assert (after.device.address, after.device.addresses) == (known.address, (known.address,))
        assert after.last_seen == BEGIN + timedelta(days=max(nights))


def test_two_cards_that_prove_to_be_one_device_are_joined() -> None:
    first, second = Camera("10.0.0.1"), Camera("10.0.0.2")
    both = replace(first, serial="SN000000009", more=("10.0.0.2",))
    taken = apply_snapshot(tracks(sweep(0, [first, second])), sweep(1, [both]))
    assert len(taken.seen) == 1
    assert len(taken.joined) == 1
    assert not set(taken.joined) & set(taken.seen)


@pytest.mark.parametrize("order", [(0, 3), (3, 0)])
def test_a_device_that_told_its_serial_here_and_its_mac_there_is_one_once_it_tells_both(order: tuple[int, int]) -> None:
    """As one that moves, and is seen across a router in one scan, and from its own network in another."""
    [whole] = cameras(1)
    by_mac, by_serial = replace(whole, serial=None), replace(moved(whole, "10.0.0.9"), mac=None)
    looks = [sweep(night, [camera]) for night, camera in zip(order, (by_mac, by_serial), strict=True)]
    known = [one for look in looks for one in tracks(look)]
    for place in ("10.0.0.1", "10.0.0.9", "10.0.0.7"):
        taken = apply_snapshot(known, sweep(5, [moved(whole, place)]))
        ((_, after),) = taken.seen.items()
        assert (len(taken.joined), taken.new) == (1, ())
        assert (after.first_seen, after.serials, after.macs) == (
            BEGIN,
            frozenset({str(whole.serial).casefold()}),
            frozenset({str(whole.mac)}),
        )


def test_two_devices_of_which_one_copies_the_others_mac_stay_two() -> None:
    """They were there at the same time."""
    [whole] = cameras(1)
    by_mac, by_serial = replace(whole, serial=None), replace(moved(whole, "10.0.0.9"), mac=None)
    known = [replace(one, last_seen=BEGIN + timedelta(days=4)) for one in tracks(sweep(0, [by_mac, by_serial]))]
    taken = apply_snapshot(known, sweep(5, [moved(whole, "10.0.0.9")]))
    assert (len(taken.seen), taken.joined, taken.new) == (1, (), ())


def test_devices_that_prove_to_be_one_were_seen_when_any_of_them_was() -> None:
    first, second = Camera("10.0.0.1"), Camera("10.0.0.2")
    both = replace(first, serial="SN000000009", more=("10.0.0.2",))
    early, late = tracks(sweep(0, [second]))[0], tracks(sweep(5, [first]))[0]
    [joined] = apply_snapshot([late, early], sweep(7, [both])).seen.values()
    assert (joined.first_seen, joined.last_seen) == (BEGIN, BEGIN + timedelta(days=7))
    [joined] = apply_snapshot([early, late], sweep(1, [both])).seen.values()
    assert (joined.first_seen, joined.last_seen) == (BEGIN, BEGIN + timedelta(days=5))


def test_each_device_of_an_import_was_seen_when_its_files_say() -> None:
    site = cameras(2)
    leases = replace(sweep(9, site), times={"10.0.0.1": BEGIN + timedelta(days=3)})
    fresh = [(one.first_seen, one.last_seen) for one in tracks(leases)]
    assert fresh == [(BEGIN + timedelta(days=day),) * 2 for day in (3, 9)]
    known = apply_snapshot(tracks(sweep(5, [moved(site[0], "10.0.0.99"), site[1]])), leases).seen
    assert [known[number].last_seen - BEGIN for number in (0, 1)] == [timedelta(days=day) for day in (5, 9)]
    assert known[0].device.address == "10.0.0.99"


def test_what_a_recorder_only_lists_begins_and_is_not_seen_again() -> None:
    """Else nobody could record that it was removed, and what was removed would be called returned."""
    both = sweep(0, cameras(2))
    listed = replace(sweep(5, cameras(1)), unseen=both.sightings)
    taken = apply_snapshot(tracks(replace(both, sightings=(), unseen=both.sightings)), listed)
    assert sorted(taken.seen) == [0]
    assert (taken.seen[0].last_seen, taken.new, taken.joined) == (BEGIN + timedelta(days=5), (), ())


@pytest.mark.parametrize(
    ("days", "channel", "before", "address"),
    [
        (0.5, "dhcp", "http", "10.0.0.1"),
        (2, "dhcp", "http", "10.0.0.8"),
        (0.5, "arp", "http", "10.0.0.8"),
        (0.5, "dhcp", "dhcp", "10.0.0.8"),
    ],
)
def test_a_lease_moves_no_device_that_was_seen_elsewhere_just_before(
    days: float, channel: str, before: str, address: str
) -> None:
    """It outlives its use: the address would then be asked in vain, and that would prove that the device is gone."""
    [camera] = cameras(1)
    seen = sweep(0, [camera])
    [known] = tracks(replace(seen, answered={before: frozenset({"10.0.0.1"})}))
    leased = replace(sweep(1, [moved(camera, "10.0.0.8")]), at=BEGIN + timedelta(days=days))
    taken = apply_snapshot([known], replace(leased, answered={channel: frozenset({"10.0.0.8"})}))
    assert (taken.new, taken.joined) == ((), ())
    assert (taken.seen[0].device.address, [*taken.seen[0].places]) == (address, [address])
    assert taken.seen[0].last_seen == leased.at
