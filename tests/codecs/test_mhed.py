from __future__ import annotations

from struct import pack_into

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.decoders import assert_survives

from camscan.codecs import mhed
from camscan.errors import DecodeError


def _announcement(command: int = 2) -> bytes:
    """An announcement after a description, unnamed, of captured ones."""
    data = bytearray(240)
    pack_into("<4sHHH", data, 0, b"MHED", 8, 1, command)
    pack_into("<20s6s", data, 12, b"Entrance", bytes.fromhex("585b69000001"))
    pack_into("<4B4B4BxxxxIHH", data, 40, *(192, 168, 1, 68), *(255, 255, 255, 0), *(192, 168, 1, 1), 20231103, 80, 554)
    pack_into("<16s16s", data, 140, b"I0000000000001", b"5.2.1.0(24350)")
    pack_into("<16s16s", data, 196, b"DCN-BF4284", b"DVC")
    return bytes(data)


ANNOUNCEMENT = _announcement()


def test_announcement() -> None:
    assert mhed.decode(ANNOUNCEMENT) == {
        "mhed.name": ("Entrance",),
        "mhed.mac": ("58:5B:69:00:00:01",),
        "mhed.ipv4_address": ("192.168.1.68",),
        "mhed.build": ("20231103",),
        "mhed.http_port": ("80",),
        "mhed.rtsp_port": ("554",),
        "mhed.serial": ("I0000000000001",),
        "mhed.firmware": ("5.2.1.0(24350)",),
        "mhed.model": ("DCN-BF4284",),
        "mhed.vendor": ("DVC",),
    }


def test_empty_announcement() -> None:
    assert mhed.decode(ANNOUNCEMENT[:10] + bytes(230)) == {}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        mhed.SEARCH,
        ANNOUNCEMENT[:239],
        ANNOUNCEMENT + bytes(mhed.MAX_ANSWER),
        b"MHEX" + ANNOUNCEMENT[4:],
        *(_announcement(command) for command in (0, 1, 3, 0x10, 0x0102)),
    ],
)
def test_no_announcement(data: bytes) -> None:
    with pytest.raises(DecodeError):
        mhed.decode(data)


def test_damaged_announcements() -> None:
    assert_survives(mhed.decode, ANNOUNCEMENT)


@given(st.binary(min_size=230, max_size=300))
def test_any_bytes(junk: bytes) -> None:
    assert set(mhed.decode(ANNOUNCEMENT[:10] + junk)) <= set(mhed.FIELDS)


def test_request_is_exact() -> None:
    assert bytes.fromhex("4d484544090001000100") + bytes(130) == mhed.SEARCH
    assert len(mhed.SEARCH) == 140


def test_settings_cannot_be_written() -> None:
    assert list(mhed.REQUESTS) == [mhed.SEARCH]
    assert not [name for name in vars(mhed) if name.startswith("encode")]
    assert [request[8:10] for request in mhed.REQUESTS] == [b"\x01\x00"]
