from __future__ import annotations

from collections.abc import Callable
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.decoders import assert_survives

from camscan.codecs import dvrip
from camscan.errors import DecodeError

SECOND = b"90:02:a9:00:00:01IPC-HFW2100"
THIRD = (
    b"Name:PZC0000000001\r\nDevice:IP Camera\r\nIPv6Addr:2001:db8::1/64;gateway:fe80::1\r\nSerialNo:PZC0000000001\r\n"
)


def _discovery(second: bytes = SECOND, third: bytes = THIRD, first_length: int = 88) -> bytes:
    """An answer after the layout in UniversalScanner and DahuaConsole."""
    header = pack("<BBBBIQIHH8x", 0xB3, 0, len(second), 0, first_length, 0, 2, len(third), 0)
    network = bytes([192, 168, 1, 108, 255, 255, 255, 0, 192, 168, 1, 1, 8, 8, 8, 8])
    first = pack("<4H16s", 2, 420, 0, 6, b"IPC") + network + bytes(48)
    return header + first + second + third


def _realm(text: bytes, second: int = 0) -> bytes:
    return bytes([0xB0, second, 0, 0]) + bytes(28) + text


def test_discovery() -> None:
    assert dvrip.decode_discovery(_discovery()) == {
        "dvrip.type": ("IPC",),
        "dvrip.version": ("2.420.0.6",),
        "dvrip.ipv4_address": ("192.168.1.108",),
        "dvrip.mac": ("90:02:A9:00:00:01",),
        "dvrip.model": ("IPC-HFW2100", "IP Camera"),
        "dvrip.name": ("PZC0000000001",),
        "dvrip.serial": ("PZC0000000001",),
    }


def test_discovery_of_the_first_part_alone() -> None:
    assert dvrip.decode_discovery(_discovery(b"", b"")) == {
        "dvrip.type": ("IPC",),
        "dvrip.version": ("2.420.0.6",),
        "dvrip.ipv4_address": ("192.168.1.108",),
    }


def test_discovery_with_a_mac_and_no_model() -> None:
    found = dvrip.decode_discovery(_discovery(b"90:02:a9:00:00:01", b""))
    assert found["dvrip.mac"] == ("90:02:A9:00:00:01",)
    assert "dvrip.model" not in found


def test_discovery_with_lengths_that_lie() -> None:
    assert set(dvrip.decode_discovery(_discovery(first_length=2**32 - 1))) == {
        "dvrip.type",
        "dvrip.version",
        "dvrip.ipv4_address",
    }


@pytest.mark.parametrize(
    ("data", "realm"),
    [
        (_realm(b"Realm:Login to 5L00000PAJ00000\r\nRandom:166042717\r\n\r\n"), "Login to 5L00000PAJ00000"),
        (_realm(b"Realm: Login to Amcrest \nRandom:1\n", second=1), "Login to Amcrest"),
        (_realm(b"\x01\x02\0\0Realm:Login to 18038F6DBFE666A3\r\nRandom:42\r\n\0\0"), "Login to 18038F6DBFE666A3"),
    ],
)
def test_realm(data: bytes, realm: str) -> None:
    assert dvrip.decode_realm(data) == {"dvrip.realm": (realm,)}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"Realm:Login to X\r\n",
        _realm(b""),
        _realm(b"Realm:\r\nRandom:1\r\n"),
        _realm(b"Realm:Login to cut"),
        _realm(b"Realm:Login to X\r\n" + bytes(dvrip.MAX_ANSWER)),
        _realm(b"Realm:Login to X\r\n")[:31],
        dvrip.REALM,
        _discovery(),
    ],
)
def test_no_realm(data: bytes) -> None:
    with pytest.raises(DecodeError):
        dvrip.decode_realm(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        dvrip.DISCOVERY,
        _realm(b"Realm:Login to X\r\n"),
        _discovery()[:71],
        _discovery() + bytes(dvrip.MAX_ANSWER),
    ],
)
def test_no_discovery(data: bytes) -> None:
    with pytest.raises(DecodeError):
        dvrip.decode_discovery(data)


@pytest.mark.parametrize(
    ("decode", "sample"),
    [(dvrip.decode_discovery, _discovery()), (dvrip.decode_realm, _realm(b"Realm:Login to X\r\nRandom:1\r\n\r\n"))],
)
def test_damaged_answers(decode: Callable[[bytes], object], sample: bytes) -> None:
    assert_survives(decode, sample)


@given(st.binary(max_size=400))
def test_any_bytes(junk: bytes) -> None:
    for decode, magic in ((dvrip.decode_discovery, b"\xb3\x00"), (dvrip.decode_realm, b"\xb0\x00")):
        for data in (junk, magic + junk):
            try:
                found = decode(data)
            except DecodeError:
                continue
            assert set(found) <= set(dvrip.FIELDS)


def test_requests_are_exact() -> None:
    assert dvrip.DISCOVERY.hex() == "a3010001" + "00" * 12 + "02000000" + "00" * 12
    assert dvrip.REALM.hex() == "a0010000" + "00" * 20 + "050201010000a1aa"


def test_no_login_can_be_made() -> None:
    assert list(dvrip.REQUESTS) == [dvrip.DISCOVERY, dvrip.REALM]
    assert not [name for name in vars(dvrip) if name.startswith("encode")]
    assert {request[:2] for request in dvrip.REQUESTS}.isdisjoint({b"\xa0\x00", b"\xa0\x05", b"\xf6\x00"})
