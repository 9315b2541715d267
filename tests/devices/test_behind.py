"""The cameras that only a recorder knows, and when they are the same as a device that answers itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from support.costs import costs_less_than
from support.merging import answer

from camscan.records import Device, Level, Observation, Outcome
from camscan.summaries import Slot, Slots

RECORDER, CAMERA = "10.0.4.9", "10.0.4.20"
SERIAL, MAC = "7H00000RAZ00001", "08:ED:ED:1A:2B:3C"
Merge = Callable[..., tuple[Device, ...]]
LISTED = Outcome.ANSWERED, Outcome.TRUNCATED


def recorder(*slots: Observation, address: str = RECORDER, **fields: str) -> tuple[Observation, ...]:
    return answer(address, "isapi", 80, isapi__serial=f"NVR{address}", **fields), *slots


def slot(number: int, address: str = RECORDER, **fields: str) -> Observation:
    return answer(address, "isapi", 80, behind__api="isapi", behind__slot=str(number), **fields)


def test_of_several_devices_behind_one_address_the_one_whose_port_it_is_lists_the_cameras(devices: Merge) -> None:
    camera = answer(RECORDER, "isapi", 79, isapi__serial="CAMERA1")
    first, second, behind = devices(camera, *recorder(slot(1, behind__model="M1")))
    assert (first.slots, second.slots, second.serial) == (None, Slots(1, 0), f"NVR{RECORDER}")
    assert behind.behind == Slot(second.id, RECORDER, 1)


def test_lists_are_taken_together_by_channel(devices: Merge) -> None:
    found = devices(
        *recorder(
            slot(2, behind__address="192.168.254.3", behind__model="M2", behind__name="Gate", say__maker="Maker"),
            slot(1, behind__serial=SERIAL, behind__mac=MAC, say__kind="encoder", say__model="M1"),
            slot(2, behind__online="false"),
            slot(3, behind__online="false"),
            slot(4, behind__name="analogue"),
            recorder__channels="16",
            say__maker="Other",
        )
    )
    assert [device.place for device in found] == [RECORDER, f"{RECORDER} #1", f"{RECORDER} #2"]
    first, one, two = found
    assert (first.maker, first.kind, first.slots) == ("Other", "recorder", Slots(16, 14))
    assert (one.address, one.addresses, one.model, one.kind, one.serial) == (
        f"{RECORDER} #1",
        (),
        "M1",
        "encoder",
        SERIAL,
    )
    assert one.behind == Slot(first.id, RECORDER, 1)
    assert two == Device(
        address="192.168.254.3",
        addresses=(),
        maker="Maker",
        model="M2",
        kind="camera",
        level=Level.LIKELY,
        identifications=two.identifications,
        camera_like=True,
        behind=Slot(first.id, RECORDER, 2, "Gate", online=False),
    )
    assert two.id == f"{RECORDER} #2"


def test_what_rules_read_completes_what_the_lists_say(devices: Merge) -> None:
    said = {
        "say__maker": "Maker",
        "say__brand": "Brand",
        "say__firmware": "2.8",
        "say__serial": SERIAL,
        "say__mac": MAC,
    }
    both = slot(1, behind__model="M"), slot(1, behind__name="Gate", say__maker="Other")
    first, second = slot(2, behind__model="N", behind__firmware="5.1"), slot(2, behind__model="O")
    _, read, listed = devices(*recorder(slot(1, **said), *both, first, second))
    assert (read.maker, read.brand, read.firmware, read.serial, read.mac) == ("Maker", "Brand", "2.8", SERIAL, MAC)
    assert [one.maker for one in read.identifications] == ["Maker", "Other"]
    assert read.conflicts == ("makers Maker or Other",)
    assert (listed.model, listed.firmware, listed.identifications) == ("N", "5.1", ())


def test_what_a_list_leaves_empty_is_not_known(devices: Merge) -> None:
    _, camera = devices(*recorder(slot(1, behind__online="true")))
    assert (camera.model, camera.firmware, camera.hostname, camera.serial, camera.mac) == (None,) * 5


def test_a_recorder_whose_lists_hold_titles_only_has_no_slot(devices: Merge) -> None:
    assert [one.slots for one in devices(*recorder(slot(4, behind__name="analogue")))] == [Slots(0, 0)]


def test_what_a_camera_is_says_nothing_about_its_recorder(devices: Merge) -> None:
    first, second = devices(
        *recorder(slot(1, behind__model="M", behind__serial=SERIAL, behind__mac=MAC, say__maker="Maker"))
    )
    assert (first.maker, first.mac, first.conflicts) == (None, None, ())
    assert second.maker == "Maker"


def test_channels_are_counted_where_no_total_is_stated(devices: Merge) -> None:
    titles = [slot(n, behind__name=f"Gate {n}") for n in range(1, 5)]
    found = devices(*recorder(*titles, *(slot(n, behind__online="false") for n in range(1, 5))))
    assert [device.slots for device in found] == [Slots(4, 4)]


def test_a_channel_where_something_is_online_is_not_empty(devices: Merge) -> None:
    """Some lists tell of a camera nothing but that, and an account that may see little is told no more."""
    first, second = devices(*recorder(slot(3, behind__online="true"), slot(4, behind__name="x")))
    assert first.slots == Slots(1, 0)
    assert (second.place, second.maker) == (f"{RECORDER} #3", None)
    assert second.behind == Slot(first.id, RECORDER, 3, online=True)


@pytest.mark.parametrize("field", ["address", "host", "model", "serial", "mac"])
def test_a_channel_of_which_anything_is_known_is_not_empty(devices: Merge, field: str) -> None:
    first, _ = devices(*recorder(slot(3, **{f"behind__{field}": "02:00:00:00:00:01"})))
    assert first.slots == Slots(1, 0)


def test_a_camera_that_is_reached_by_name_is_told_with_it(devices: Merge) -> None:
    first, second = devices(*recorder(slot(3, behind__host="cam3.site.example", behind__online="false")))
    assert first.slots == Slots(1, 0)
    assert (second.place, second.hostname) == (f"{RECORDER} #3", "cam3.site.example")


def test_of_two_devices_at_the_address_of_a_recorder_one_has_its_channels(devices: Merge) -> None:
    frames = (answer(RECORDER, "arp", mac__address=mac) for mac in (MAC, "58:50:ED:1F:E3:85"))
    found = devices(*frames, slot(1, behind__model="M"))
    assert [device.slots for device in found] == [Slots(1, 0), None, None]


def test_a_private_address_is_never_that_of_a_device_in_front(devices: Merge) -> None:
    front = answer(CAMERA, "rtsp", 554, say__maker="Somebody")
    found = devices(*recorder(slot(1, behind__address=CAMERA, say__maker="Maker")), front)
    assert [(device.place, device.maker) for device in found] == [
        (RECORDER, None),
        (f"{RECORDER} #1", "Maker"),
        (CAMERA, "Somebody"),
    ]
    assert found[1].conflicts == (f"may be the device that answers at {CAMERA} itself",)


@pytest.mark.parametrize("key", [{"behind__serial": SERIAL.lower()}, {"behind__mac": MAC}])
def test_a_camera_that_also_answers_itself_is_told_once(devices: Merge, key: dict[str, str]) -> None:
    front = answer(CAMERA, "dhip", 37810, dhip__serial_no=SERIAL, dhip__mac=MAC)
    found = devices(*recorder(slot(1, behind__address=CAMERA, **key)), front)
    assert [device.place for device in found] == [RECORDER, CAMERA]
    assert found[0].slots == Slots(1, 0, (SERIAL,))


def test_a_camera_may_tell_its_serial_in_full_and_its_recorder_in_short(devices: Merge) -> None:
    full = "DS-2CD2142FWD-I20160920AAWR594199052"
    front = answer(CAMERA, "sadp", 37020, sadp__device_sn=full)
    for listed, places in (("594199052", [RECORDER, CAMERA]), ("594199053", [RECORDER, f"{RECORDER} #1", CAMERA])):
        found = devices(*recorder(slot(1, behind__address=CAMERA, behind__serial=listed)), front)
        assert [device.place for device in found] == places


def test_serials_that_only_end_alike_do_not_make_one_camera(devices: Merge) -> None:
    """Such as two models of which the number was lost, and the counts of a program."""
    for listed, told in (("1000000001", "2000000001"), ("DS-A-IPC100-WIFI", "DS-B-IPC100-WIFI")):
        front = answer(CAMERA, "dhip", 37810, dhip__serial_no=told)
        found = devices(*recorder(slot(1, behind__address=CAMERA, behind__serial=listed)), front)
        assert [device.place for device in found] == [RECORDER, f"{RECORDER} #1", CAMERA]


def test_the_same_serial_at_another_address_may_be_a_clone(devices: Merge) -> None:
    front = answer(CAMERA, "dhip", 37810, dhip__serial_no=SERIAL)
    found = devices(*recorder(slot(1, behind__address="192.168.254.3", behind__serial=SERIAL)), front)
    assert [device.place for device in found] == [RECORDER, f"{RECORDER} #1", CAMERA]
    assert found[1].conflicts == (f"shares its serial or MAC with {CAMERA}",)


def test_a_camera_of_which_a_host_name_is_told_is_the_only_one_with_its_serial(devices: Merge) -> None:
    named = slot(1, behind__host="cam1.site.example", behind__serial=SERIAL)
    front = answer(CAMERA, "dhip", 37810, dhip__serial_no=SERIAL)
    found = devices(*recorder(named), front)
    assert [(device.place, device.conflicts) for device in found] == [(RECORDER, ()), (CAMERA, ())]
    assert found[0].slots == Slots(1, 0, (SERIAL,))
    clone = answer("10.0.4.21", "dhip", 37810, dhip__serial_no=SERIAL)
    found = devices(*recorder(named), front, clone)
    assert [device.place for device in found] == [RECORDER, f"{RECORDER} #1", CAMERA, "10.0.4.21"]


def test_no_channel_is_its_own_recorder(devices: Merge) -> None:
    """As of a recorder that gives its own serial where it does not know that of the camera."""
    own = [slot(number, behind__host=f"cam{number}", behind__serial=f"NVR{RECORDER}") for number in (1, 2)]
    found = devices(*recorder(*own))
    assert [device.place for device in found] == [RECORDER, f"{RECORDER} #1", f"{RECORDER} #2"]
    assert found[0].slots == Slots(2, 0)


def test_cameras_whose_address_no_list_tells_are_not_at_one(devices: Merge) -> None:
    other = "10.0.4.10"
    first, second = (slot(1, address, behind__serial=SERIAL) for address in (RECORDER, other))
    found = devices(*recorder(first), *recorder(second, address=other))
    assert [device.place for device in found] == [RECORDER, f"{RECORDER} #1", other, f"{other} #1"]
    assert found[3].conflicts == (f"shares its serial or MAC with {RECORDER} #1",)


def test_of_many_with_its_serial_a_few_are_named(devices: Merge) -> None:
    front = (answer(f"10.0.5.{n}", "dhip", 37810, dhip__serial_no=SERIAL) for n in range(6))
    _, camera, *_ = devices(*recorder(slot(1, behind__serial=SERIAL)), *front)
    assert camera.conflicts == ("shares its serial or MAC with 10.0.5.0, 10.0.5.1, 10.0.5.2, 10.0.5.3",)


def test_a_camera_of_two_recorders_is_told_once(devices: Merge) -> None:
    other = "10.0.4.10"
    says = {"behind__address": "192.168.254.3", "behind__serial": SERIAL}
    found = devices(*recorder(slot(1, **says)), *recorder(slot(8, other, **says), address=other))
    assert [device.place for device in found] == [RECORDER, f"{RECORDER} #1", other]
    assert found[2].slots == Slots(1, 0, (SERIAL,))


def test_two_recorders_with_the_same_private_network_share_nothing(devices: Merge) -> None:
    other = "10.0.4.10"
    says = {"behind__address": "192.168.254.3", "behind__model": "M"}
    found = devices(*recorder(slot(1, **says)), *recorder(slot(1, other, **says), address=other))
    assert [device.id for device in found] == [f"NVR{RECORDER}", f"{RECORDER} #1", f"NVR{other}", f"{other} #1"]
    assert not any(device.conflicts for device in found)


def test_a_list_that_was_cut_off_is_said_to_be(devices: Merge) -> None:
    whole, part = (replace(slot(n, behind__model="M"), outcome=o) for n, o in enumerate(LISTED, start=1))
    for slots in ((whole, part), (part, whole)):
        assert devices(*recorder(*slots))[0].slots == Slots(2, 0, cut=True)
    assert devices(*recorder(whole))[0].slots == Slots(1, 0)


def test_channels_without_the_recorders_own_answer_are_left_out(devices: Merge) -> None:
    assert devices(slot(1, behind__model="M")) == ()


@pytest.mark.parametrize("number", ["", "x", "-1", "99999"])
def test_a_channel_whose_number_is_none_is_left_out(devices: Merge, number: str) -> None:
    bad = answer(RECORDER, "isapi", 80, behind__slot=number, behind__model="M")
    assert [device.place for device in devices(*recorder(bad))] == [RECORDER]


def test_a_camera_that_takes_several_channels_is_told_once(devices: Merge) -> None:
    says = {"behind__address": "192.168.254.3", "behind__serial": SERIAL}
    found = devices(*recorder(*(slot(n, **says) for n in (1, 2, 3))))
    assert [device.place for device in found] == [RECORDER, f"{RECORDER} #1"]
    assert found[0].slots == Slots(3, 0)


def test_many_clones_behind_many_recorders_take_no_time(devices: Merge) -> None:
    seen = [
        one
        for r in range(20)
        for one in recorder(
            *(slot(n, f"10.0.5.{r}", behind__address=f"10.{r}.1.{n}", behind__serial=SERIAL) for n in range(250)),
            address=f"10.0.5.{r}",
        )
    ]
    with costs_less_than(10):
        found = devices(*seen)
        assert len(found) == 20 * 251


@pytest.mark.parametrize("told", ["unknown", "0000000000"])
def test_a_serial_that_stands_for_none_makes_no_two_cameras_alike(devices: Merge, told: str) -> None:
    slots = (slot(n, behind__model="M", behind__serial=told, say__serial=told) for n in (1, 2))
    _, *cameras = devices(*recorder(*slots))
    assert [(one.serial, one.conflicts) for one in cameras] == [(None, ()), (None, ())]


def test_the_address_of_a_camera_may_be_spelt_in_another_way(devices: Merge) -> None:
    slots = slot(1, behind__address="2001:DB8:0::20", behind__model="M")
    _, camera, _ = devices(*recorder(slots), answer("2001:db8::20", "http", 80, http__server="x"))
    assert camera.conflicts == ("may be the device that answers at 2001:DB8:0::20 itself",)
