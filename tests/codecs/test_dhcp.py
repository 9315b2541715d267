from __future__ import annotations

from contextlib import suppress
from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.decoders import assert_survives

from camscan.codecs import dhcp
from camscan.errors import DecodeError

NOWHERE = str(IPv4Address(0))
MAC = "00:40:8c:12:34:56"


def message(kind: int, *options: tuple[int, bytes], op: int = 1, ciaddr: str = NOWHERE, yiaddr: str = NOWHERE) -> bytes:
    """A message after RFC 2131, figure 1."""
    addresses = b"".join(IPv4Address(text).packed for text in (ciaddr, yiaddr, NOWHERE, NOWHERE))
    head = bytes([op, 1, 6, 0]) + b"\x12\x34\x56\x78" + bytes(4) + addresses
    head += bytes.fromhex(MAC.replace(":", "")) + bytes(10 + 64 + 128) + b"\x63\x82\x53\x63"
    written = ((53, bytes([kind])), *options)
    return head + b"".join(bytes([code, len(value)]) + value for code, value in written) + b"\xff"


REQUEST = message(
    3,
    (50, IPv4Address("10.0.0.77").packed),
    (12, b"axis-00408c123456"),
    (60, b"AXIS,Network Camera,M3045-V,9.80.3"),
    (55, bytes([1, 3, 6, 12, 15])),
)


def test_a_client_says_who_it_is() -> None:
    assert dhcp.decode(REQUEST) == {
        "mac.address": ("00:40:8C:12:34:56",),
        "dhcp.hostname": ("axis-00408c123456",),
        "dhcp.vendor_class": ("AXIS,Network Camera,M3045-V,9.80.3",),
    }


def test_names_that_a_server_gives_are_not_the_clients() -> None:
    ack = message(5, (12, b"reception"), (60, b"PXEClient"), op=2, yiaddr="10.0.0.77")
    assert dhcp.decode(ack) == {"mac.address": ("00:40:8C:12:34:56",)}


@pytest.mark.parametrize(
    ("data", "address"),
    [
        (REQUEST, "10.0.0.77"),
        (message(3, ciaddr="10.0.0.9"), "10.0.0.9"),  # renewing
        (message(8, ciaddr="10.0.0.9"), "10.0.0.9"),
        (message(5, op=2, yiaddr="10.0.0.77"), "10.0.0.77"),
        (message(1, (50, IPv4Address("10.0.0.77").packed)), ""),  # a wish
        (message(2, op=2, yiaddr="10.0.0.77"), ""),  # an offer
        (message(4, (50, IPv4Address("10.0.0.77").packed)), ""),  # declined: somebody else has it
        (message(6, op=2), ""),
        (message(3), ""),
    ],
)
def test_the_address_is_one_that_is_settled(data: bytes, address: str) -> None:
    assert dhcp.address(data) == address


def test_padding_and_an_option_in_parts() -> None:
    data = message(3, (12, b"axis-"), (60, b"AXIS"), (12, b"00408c123456"), (53, b"\x04"))
    padded = data[:240] + b"\x00\x00" + data[240:]
    assert dhcp.decode(padded)["dhcp.hostname"] == ("axis-00408c123456",)
    assert dhcp.address(message(3, (53, b"\x04"), ciaddr="10.0.0.9")) == "10.0.0.9", "the first kind counts"


@pytest.mark.parametrize(
    ("option", "name"),
    [
        (b"\x00\x00\x00hall-cam.example.com", "hall-cam.example.com"),
        (b"\x01\xff\xffhall-cam.example.com.", "hall-cam.example.com"),
        (b"\x05\x00\x00\x08hall-cam\x07example\x03com\x00", "hall-cam.example.com"),
        (b"\x04\x00\x00\x08hall-cam", "hall-cam"),  # RFC 4702, 2.3.1: a partial name has no root
        (b"\x04\x00\x00\x08hall-", "hall-"),
        (b"\x04\x00\x00\xc0\x0c", ""),
        (b"\x04\x00\x00", ""),
        (b"\x04", ""),
        (b"", ""),
    ],
)
def test_a_client_that_gives_its_full_name_is_called_so(option: bytes, name: str) -> None:
    assert dhcp.decode(message(3, (81, option))).get("dhcp.hostname", ("",)) == (name,)
    both = dhcp.decode(message(3, (81, option), (12, b"axis-00408c123456")))
    assert both["dhcp.hostname"] == ("axis-00408c123456",), "which rules know"


def test_other_hardware_has_no_mac() -> None:
    infiniband = REQUEST[:1] + b"\x20\x00" + REQUEST[3:]
    assert "mac.address" not in dhcp.decode(infiniband)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no DHCP message"),
        (REQUEST[:239], "no DHCP message"),
        (b"\x03" + REQUEST[1:], "no DHCP message"),
        (REQUEST.replace(b"\x63\x82\x53\x63", b"\x63\x82\x53\x64"), "no DHCP message"),
        (REQUEST + bytes(4096), "larger than 4096"),
        (message(3, *((code, b"") for code in range(60, 125))), "more than 64 options"),
    ],
)
def test_what_is_no_message_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(DecodeError, match=reason):
        dhcp.decode(data)
    with pytest.raises(DecodeError, match=reason):
        dhcp.address(data)


def test_survives_damage() -> None:
    assert_survives(dhcp.decode, REQUEST)
    assert_survives(dhcp.address, REQUEST)
    assert_survives(dhcp.decode, message(3, (81, b"\x05\x00\x00\x08hall-cam\x07example\x03com\x00")))


@given(st.binary(max_size=400))
def test_survives_any_options(data: bytes) -> None:
    with suppress(DecodeError):
        dhcp.decode(REQUEST[:240] + data)
