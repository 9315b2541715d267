"""Which device is which: identifiers, clones, and what contradicts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.costs import costs_less_than
from support.estate import Camera, sweep

from camscan.sweeps.compare import advance
from camscan.sweeps.coverage import Terms
from camscan.sweeps.lifecycle import begun
from camscan.sweeps.memory import Memory, Track
from camscan.sweeps.sightings import Sighting
from camscan.sweeps.tracks import match

ONE = Camera("10.0.0.1", "DS-2CD2042-I123456789", "02:00:00:00:00:01")


BARE = replace(ONE, serial=None, mac=None)


def tracks(*site: Camera) -> tuple[Track, ...]:
    return advance(Memory(), sweep(0, site), Terms())[0].tracks


def sightings(*site: Camera) -> tuple[Sighting, ...]:
    return sweep(1, site).sightings


def same(before: Camera, after: Camera) -> bool:
    return match(tracks(before), sightings(after)).seen == {0: [0]}


@pytest.mark.parametrize(
    ("after", "is_same"),
    [
        (replace(ONE, address="10.0.0.9"), True),
        (replace(ONE, address="10.0.0.9", mac=None), True),
        (replace(ONE, address="10.0.0.9", serial="123456789"), True),
        (replace(ONE, address="10.0.0.9", serial="123456789", mac=None), True),
        (replace(ONE, address="10.0.0.9", serial="3456789"), False),
        (replace(ONE, address="10.0.0.9", serial=None), True),
        (replace(ONE, address="10.0.0.9", serial="OTHER12345"), False),
        (replace(ONE, address="10.0.0.9", serial=None, mac=None), False),
        (replace(ONE, serial=None, mac=None), True),
        (replace(ONE, serial=None, mac=None, channels=("rtsp",)), True),
        (replace(ONE, serial="OTHER12345"), True),
        (replace(ONE, mac="02:00:00:00:00:02"), True),
        (replace(ONE, serial="OTHER12345", mac=None), False),
        (replace(ONE, serial=None, mac="02:00:00:00:00:02"), False),
        (replace(ONE, serial=None, mac=None, model="C-100-W"), True),
        (replace(ONE, serial=None, mac=None, model="C-10"), True),
        (replace(ONE, serial=None, mac=None, model="C-1"), False),
        (replace(ONE, serial=None, mac=None, model="X-9"), False),
        (replace(ONE, serial=None, mac=None, model="X-900"), False),
        (replace(ONE, serial=None, mac=None, maker="Bolt"), False),
    ],
)
def test_one_device_before_and_after(after: Camera, *, is_same: bool) -> None:
    assert same(ONE, after) is is_same


@pytest.mark.parametrize(
    "before",
    [
        replace(BARE, serial="SN0001"),
        replace(BARE, serial="2042ZX3456789Q"),
        replace(BARE, serial="ZX3456789Q"),
        replace(BARE, mac="02:00:00:00:00:01"),
    ],
)
def test_a_device_that_has_moved_may_tell_another_form_of_its_serial_or_more(before: Camera) -> None:
    serial = {"SN0001": "SN0001", "ZX3456789Q": "2042ZX3456789Q"}.get(before.serial or "", "ZX3456789Q")
    assert same(before, replace(before, address="10.0.0.9", serial=serial))


@pytest.mark.parametrize(
    ("before", "after", "is_same"),
    [
        ("DS-7608NI-K2/8P0120190101CCRRJ12345678WCVU", "J12345678", True),
        ("DS-7608NI-K2/8P0120190101CCRRJ12345678WCVU", "J12345679", False),
        ("1000000001", "000000001", False),
        ("DS-2CD2142FWD-I", "2CD2142FWD-I", False),
    ],
)
def test_a_device_elsewhere_is_the_same_by_the_number_of_its_serial(before: str, after: str, *, is_same: bool) -> None:
    at_home = replace(BARE, serial=before)
    assert same(at_home, replace(at_home, address="10.0.0.9", serial=after)) is is_same


@pytest.mark.parametrize(("before", "after"), [("X-9", "X-9"), ("C-100-W", "C-100")])
def test_a_model_may_be_short_and_its_variant_left_out(before: str, after: str) -> None:
    assert same(replace(BARE, model=before), replace(BARE, model=after))


def clones(*numbers: int) -> list[Camera]:
    return [replace(ONE, address=f"10.0.0.{number}") for number in numbers]


def test_clones_are_told_apart_by_their_addresses() -> None:
    found = match(tracks(*clones(1, 2, 3)), sightings(*clones(1, 2, 3)))
    assert (found.seen, found.new) == ({0: [0], 1: [1], 2: [2]}, [])


def test_a_clone_that_comes_is_new_and_one_that_goes_is_not_seen() -> None:
    assert match(tracks(*clones(1, 2)), sightings(*clones(1, 2, 3))).new == [2]
    assert match(tracks(*clones(1, 2, 3)), sightings(*clones(1, 3))).seen == {0: [0], 2: [1]}


def test_very_many_clones_are_told_apart_at_once() -> None:
    """Such as the addresses for which one box answers; each was held against all others."""
    site = [replace(ONE, address=f"10.0.{number // 250}.{number % 250 + 1}") for number in range(2_000)]
    before, now = tracks(*site), sightings(*site)
    with costs_less_than(1):
        found = match(before, now)
    assert found.seen == {number: [number] for number in range(2_000)}


def alike(night: int) -> list[Camera]:
    """Devices at addresses of a night, whose serials all end alike; that of the first is the same every night."""
    names = [f"{night * number:05}" for number in range(2_000)]
    return [Camera(f"10.{night}.{n // 250}.{n % 250 + 1}", f"SN{name}IIII56789", None) for n, name in enumerate(names)]


def test_serials_that_all_end_alike_cost_no_more_than_others() -> None:
    """As a liar may send them: each was held against all that it sent before."""
    before, now = tracks(*alike(1)), sightings(*alike(0)[:1], *alike(2)[1:])
    with costs_less_than(1):
        found = match(before, now)
    assert found.seen == {0: [0], **{2 * number: [number] for number in range(1, 1_000)}}


def test_a_device_that_is_at_home_is_not_elsewhere_too() -> None:
    for serial in (ONE.serial, "123456789"):
        found = match(tracks(ONE), sightings(ONE, replace(ONE, address="10.0.0.9", serial=serial, mac=None)))
        assert (found.seen, found.new) == ({0: [0]}, [1])


def test_what_several_have_leads_to_nobody_elsewhere() -> None:
    assert match(tracks(*clones(1)), sightings(*clones(2, 3))).new == [0, 1]


def test_one_device_that_is_seen_twice_at_its_address_is_one() -> None:
    assert match(tracks(ONE), sightings(ONE, replace(ONE, mac="02:00:00:00:00:07"))).seen == {0: [0, 1]}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (clones(1, 2), ONE),  # a clone that is gone
        ([BARE, replace(BARE, mac="02:00:00:00:00:07")], BARE),  # another device at one address
        ([ONE, replace(BARE, address="10.0.0.9")], replace(ONE, address="10.0.0.9")),  # what was there before it
    ],
)
def test_who_is_no_part_of_a_device_is_not_joined_to_it(before: list[Camera], after: Camera) -> None:
    found = match(tracks(*before), sightings(after))
    assert (found.seen, found.joined) == ({0: [0]}, {})


def test_of_two_devices_at_one_address_the_one_of_the_same_model_is_the_old_one() -> None:
    found = match(tracks(BARE), sightings(replace(BARE, channels=("rtsp",)), BARE))
    assert (found.seen, found.new) == ({0: [1]}, [0])


def test_of_two_devices_at_one_address_one_is_the_old_one() -> None:
    found = match(tracks(BARE), sightings(BARE, replace(BARE, mac="02:00:00:00:00:07")))
    assert (found.seen, found.new) == ({0: [0]}, [1])


@settings(deadline=None)
@given(st.data())
def test_every_sighting_belongs_to_one_track_or_to_none(data: st.DataObject) -> None:
    one = st.builds(
        Camera,
        address=st.sampled_from(["10.0.0.1", "10.0.0.2", "10.0.0.3"]),
        serial=st.sampled_from([None, "AAAA1", "BBBB2"]),
        mac=st.sampled_from([None, "02:00:00:00:00:01", "02:00:00:00:00:02"]),
        model=st.sampled_from(["C-100", "X-9"]),
        more=st.sampled_from([(), ("10.0.0.3",), ("10.0.0.4",)]),
    )
    before, after = (data.draw(st.lists(one, max_size=5)) for _ in range(2))
    known, seen = tracks(*before), sightings(*after)
    found = match(known, seen)
    placed = [number for numbers in found.seen.values() for number in numbers]
    assert sorted([*placed, *found.new]) == list(range(len(seen)))
    joined = [track for numbers in found.joined.values() for track in numbers]
    assert len(joined) == len(set(joined))
    assert set(joined).isdisjoint(found.seen)
    assert set(found.joined) <= set(found.seen)


def test_an_answer_that_shows_nobody_in_particular_is_of_who_was_last_seen_at_the_address() -> None:
    """Not of the device that stood there before, and is gone: it would be told to have returned."""
    before, after = replace(ONE, mac=None), Camera(ONE.address, "SN0002", maker="Bolt", model="B-7", listed=False)
    told, memory = [], Memory()
    for night in range(6):
        site = [before] if night == 0 else [after]
        lost = [("", channel) for channel in ("sadp", "http", "onvif")] if night == 5 else []
        memory, changes = advance(memory, sweep(night, site, lost=lost), Terms())
        told += [f"{night} {change.kind} {change.device.id}" for change in changes.changes]
    assert told == ["1 new SN0002", f"3 missing {before.serial}"]


def test_an_older_answer_that_shows_nobody_in_particular_is_of_who_stood_there_then() -> None:
    first = Camera(ONE.address, "SN0001", maker="Bolt", model="B-7")
    second = Camera(ONE.address, "SN0002", maker="Acme")
    known = [begun(look.sightings[0], look) for look in (sweep(9, [second]), sweep(2, [first]))]
    lost = [("", channel) for channel in ("sadp", "http", "onvif")]
    look = sweep(3, [first], lost=lost)
    assert match(known, look.sightings, at=look.at).seen == {1: [0]}
    assert match(known, look.sightings).seen == {0: [0]}
