"""What a device is called, and who is meant by it."""

from __future__ import annotations

import pytest
from support.estate import Camera
from support.tracks import track

from camscan.register.names import asked, key, lasting, names, shared

FULL = Camera("10.0.0.1", "DS-2CD2042-I20150101AAWR123456789", "02:00:00:00:00:01")


def test_serial_and_mac_name_a_device_and_its_place_does_not() -> None:
    assert names(track(FULL)) == ("mac 02:00:00:00:00:01", "serial ds-2cd2042-i20150101aawr123456789")
    assert lasting(names(track(FULL))) == names(track(FULL))


def test_a_device_that_tells_neither_is_the_make_and_model_at_its_place() -> None:
    bare = names(track(Camera("10.0.0.1")))
    assert bare == ("place 10.0.0.1 acme c-100",)
    assert lasting(bare) == ()
    assert not shared(bare, names(track(Camera("10.0.0.1", model="Other-1"))))


def test_a_short_serial_is_its_long_form() -> None:
    short = ("serial 123456789",)
    assert key(short[0]) == key(names(track(FULL))[1])
    assert shared(short, names(track(FULL))) == short
    assert not shared(("serial 23456789",), names(track(FULL)))
    assert not shared(("serial ds-2cd9999-x123456789",), names(track(FULL)))


def test_a_recorder_is_meant_by_the_number_on_its_label() -> None:
    own = names(track(Camera("10.0.0.2", "DS-7608NI-K2/8P0120190101CCRRJ12345678WCVU", None)))
    assert key(asked("J12345678")[0]) == key(own[0])
    assert shared(own, asked("J12345678")) == own
    assert not shared(own, asked("J12345679"))


@pytest.mark.parametrize("text", ["02:00:00:AA:BB:CC", "02-00-00-aa-bb-cc", "0200.00aa.bbcc", " 020000AABBCC "])
def test_a_mac_is_meant_in_any_notation(text: str) -> None:
    assert asked(text)[-1] == "mac 02:00:00:aa:bb:cc"


def test_a_serial_is_meant_in_any_case() -> None:
    assert asked("DS-2CD2042-I") == ("serial ds-2cd2042-i",)
