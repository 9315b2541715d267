from __future__ import annotations

import time

import pytest

from camscan.codecs.layout import (
    MAX_VALUE,
    address,
    fields,
    hardware_address,
    ipv4_at,
    mac_at,
    mac_in_address,
    number,
    text_at,
)


def test_fields_keep_order_and_drop_empty_and_repeated_values() -> None:
    pairs = [("b", " 1\0 "), ("a", "\0"), ("b", "2"), ("b", "1"), ("a", "x" * 1000), ("c", " ")]
    assert fields(pairs) == {"b": ("1", "2"), "a": ("x" * MAX_VALUE,)}


def test_many_values_of_one_name_take_time_in_proportion() -> None:
    began = time.process_time()
    found = fields(("a", str(number)) for number in range(50_000))
    assert len(found["a"]) == 50_000
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("192.168.1.64", "192.168.1.64"),
        (" 192.168.1.64\n", "192.168.1.64"),
        ("192.168.1.64/24", "192.168.1.64"),
        ("FE80::0AED:1/64", "fe80::aed:1"),
        ("0.0.0.0/0", ""),
        ("::", ""),
        ("/0", ""),
        ("", ""),
        ("192.168.1.300", ""),
        ("192.168.001.1", ""),
        ("camera.example", ""),
        ("1" * 100_000, ""),
    ],
)
def test_address(text: str, expected: str) -> None:
    assert address(text) == expected


def test_hardware_address() -> None:
    assert hardware_address("58-50-ed-00-00-01") == "58:50:ED:00:00:01"
    assert hardware_address("00:00:00:00:00:00") == ""
    assert hardware_address("no") == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://[fe80::c62f:90ff:fe00:1]/onvif/device_service", "C4:2F:90:00:00:01"),
        ("FE80::C62F:90FF:FE00:1%eth0", "C4:2F:90:00:00:01"),
        ("2001:db8::c62f:90ff:fe00:1/64", "C4:2F:90:00:00:01"),
        ("fe80::a1b2:c3d4:e5f6:1", ""),
        ("fe80::c42f:90ff:fe00:1", ""),  # the bit that marks a global identifier is missing
        ("fe80::c6ff:fe90:0:1", ""),
        ("http://192.0.2.1/ff:fe", ""),
        ("[ff:fe", ""),
    ],
)
def test_the_mac_in_an_address(text: str, expected: str) -> None:
    assert mac_in_address(text) == expected


def test_number() -> None:
    assert (number(0), number(80)) == ("", "80")


def test_values_at_fixed_places() -> None:
    data = b"ab\0junk\xc0\xa8\x01\x40\x58\x50\xed\x00\x00\x01"
    assert text_at(data, 0, 7) == "ab"
    assert text_at(data, 1, 1) == "b"
    assert ipv4_at(data, 7) == "192.168.1.64"
    assert mac_at(data, 11) == "58:50:ED:00:00:01"


def test_values_behind_the_end_are_empty() -> None:
    assert text_at(b"abc", 3, 5) == ""
    assert ipv4_at(b"\xc0\xa8\x01", 0) == ""
    assert mac_at(b"\x58\x50\xed\x00\x00", 0) == ""


def test_addresses_that_say_nothing_are_empty() -> None:
    assert ipv4_at(bytes(4), 0) == ""
    assert mac_at(bytes(6), 0) == ""
    assert mac_at(b"\xff" * 6, 0) == ""
