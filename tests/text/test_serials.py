"""Which serials are one device's: forms as devices and labels show them, and neighbours of a batch, which are two."""

from __future__ import annotations

import pytest

from camscan.text.serials import LISTED_SERIAL, SHORT_SERIAL, differ, end_of, same_serial

FORMS = [
    ("DS-2CD2142FWD-I20160920AAWR123456789", "123456789"),
    ("DS-2CD2320D-I20180919AACHC52932642", "C52932642"),
    ("DS-2CD1301-I20200921AAWRE28576815", "e28576815"),
    ("DS-TCG406-E20240512AAWRFA1234567", "FA1234567"),
    ("HM-TD3028T-2/Q20250301AAWRFK1234567", "FK1234567"),
    ("DS-2CD20150101CCWR12345678", "ccwr12345678"),
    ("DS-7608NI-E2/8P0820160211AAWR123456789WCVU", "123456789"),
    ("DS-7608NI-K2/8P0120190101CCRRJ12345678WCVU", "J12345678"),
    ("DS-7608NI-K2/8P0120190101CCRRJ12345678WCVU", "J12345678WCVU"),
    ("DS-7108NI-Q1/M0820220218CCRRJ50992908WVU", "J50992908"),
    ("DS-KH8301-WT0120180118WRC04467924CLU", "c04467924"),
]

BATCH = [
    ("DS-2CD2142FWD-I20160920AAWR123456789", "DS-2CD2142FWD-I20160920AAWR123456788"),
    ("DS-2CD2142FWD-I20160920AAWR123456789", "123456788"),
    ("DS-2CD2142FWD-I20160920AAWR123456789", "DS-2CD2042WD-I20160808AAWR123456789"),
    ("DS-7608NI-K2/8P0120190101CCRRJ12345678WCVU", "J12345679"),
    ("DS-7608NI-K2/8P0120190101CCRRJ12345678WCVU", "DS-7608NI-K2/8P0120190101CCRRJ12345679WCVU"),
    ("4F07335PAZ00001", "4F07335PAZ00002"),
    ("ACCC8E000001", "ACCC8E000002"),
    ("SN123456789WU", "SN123456789CU"),
    ("ABCD123456789W", "ABCD123456789"),
]
"""Serials of two devices, by any measure."""

NO_NUMBER = [
    ("1000000001", "000000001"),
    ("2123456789", "123456789"),
    ("DS-2CD2142FWD-I20160101", "20160101"),
    ("DS-7616NI-K20000000000CCRRG00000000WCVU", "G00000000"),
    ("DS-2CD2142FWD-I20160920AAWR000000000", "000000000"),
    ("DS-2CD2142FWD-I", "2CD2142FWD-I"),
    ("DHI-NVR4108HS-8P-4KS2", "NVR4108HS-8P-4KS2"),
    ("DS-2CD2142FWD-I20160920AAWR", "CD2142FWD-I20160920AAWR"[-9:]),
]
"""Texts that end alike, by what does not tell units apart: leading digits, a date, zeros, a model, a region."""


@pytest.mark.parametrize(("long", "short"), FORMS)
def test_two_forms_of_one_serial(long: str, short: str) -> None:
    assert same_serial(long, short)
    assert same_serial(short, long)
    assert same_serial(long, short, LISTED_SERIAL)
    assert not differ(long, short)
    assert not differ(short, long)
    assert end_of(long) == end_of(short)
    assert end_of(long, LISTED_SERIAL) == end_of(short, LISTED_SERIAL)


@pytest.mark.parametrize(("one", "other"), BATCH)
@pytest.mark.parametrize("shortest", [SHORT_SERIAL, LISTED_SERIAL])
def test_neighbours_of_a_batch_are_two(one: str, other: str, shortest: int) -> None:
    assert not same_serial(one, other, shortest)
    assert not same_serial(other, one, shortest)


@pytest.mark.parametrize(("one", "other"), NO_NUMBER)
@pytest.mark.parametrize("shortest", [SHORT_SERIAL, LISTED_SERIAL])
def test_an_end_that_is_no_number_of_a_unit_joins_nothing(one: str, other: str, shortest: int) -> None:
    assert not same_serial(one, other, shortest)
    assert not same_serial(other, one, shortest)


def test_a_serial_is_itself_in_any_case() -> None:
    for text in ("SN-1", "ACCC8E000001", "0000", "DS-2CD2142FWD-I"):
        assert same_serial(text, text.lower())
        assert not differ(text, text.lower())


def test_zeros_before_a_number_are_no_part_of_it() -> None:
    assert same_serial("000123456789", "123456789")


def test_a_list_may_leave_out_the_letter_and_a_device_may_not() -> None:
    long = "DS-2CD1301-I20200921AAWRE28576815"
    assert same_serial(long, "28576815", LISTED_SERIAL)
    assert not same_serial(long, "28576815")
    assert not same_serial(long, "8576815", LISTED_SERIAL)


@pytest.mark.parametrize("pair", [("M-100-SER1", "ser1"), ("DS-AAAA1111", "aaaa1111"), ("DS-J12345678WCVU", "5678")])
def test_at_one_address_any_end_may_be_the_same(pair: tuple[str, str]) -> None:
    assert not differ(*pair)
    assert not differ(*reversed(pair))


@pytest.mark.parametrize(("one", "other"), BATCH[:7])
def test_two_serials_at_one_address_are_two_devices(one: str, other: str) -> None:
    assert differ(one, other)
