from __future__ import annotations

import pytest

from camscan.imports.forms.hardware import MAX_ADDRESSES, addresses, is_address

WRITTEN = [
    "44:19:b6:01:02:03",
    "44-19-B6-01-02-03",
    "4419b6010203",
    "4419.b601.0203",
    "44 19 b6 01 02 03",
    "4419b6-010203",
]


@pytest.mark.parametrize(
    "text", [*WRITTEN, "MAC Address: 44:19:B6:01:02:03 (Example)", "lladdr 44:19:b6:01:02:03 STALE"]
)
def test_six_notations(text: str) -> None:
    (one,) = addresses(text)
    assert one.fields["mac.address"] == ("44:19:B6:01:02:03",)
    assert one.fields["mac.prefix"] == ("4419B6",)


@pytest.mark.parametrize("text", ["44:19:b6", "4419B6", "44-19-B6"])
def test_a_prefix_alone_names_no_station(text: str) -> None:
    (one,) = addresses(text)
    assert one.fields.keys() == {"mac.prefix", "mac.organization"}


@pytest.mark.parametrize(
    "text", ["", "00:00:00:00:00:00", "deadbeefdeadbeefdeadbeefdeadbeef", "12:30:45", "fe80::1:2:3"]
)
def test_other_digits_are_none(text: str) -> None:
    assert all("mac.address" not in one.fields for one in addresses(text))


def test_one_address_alone_is_told_from_a_text_about_it() -> None:
    assert all(map(is_address, WRITTEN))
    assert is_address("MAC: 44:19:b6:01:02:03 (Example)")
    assert not is_address("Server: 44:19:b6:01:02:03 and more")


def test_addresses_are_bounded() -> None:
    text = " ".join(f"44:19:b6:00:00:{number:02x}" for number in range(1, 100))
    assert len(list(addresses(text.replace(" ", "\n")))) == MAX_ADDRESSES


def test_a_prefix_with_the_name_behind_it() -> None:
    [found] = addresses("44:19:B6 (Hangzhou Hikvision Digital Technology)")
    assert found.fields["mac.prefix"] == ("4419B6",)
