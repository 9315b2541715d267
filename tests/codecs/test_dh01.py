from __future__ import annotations

from struct import pack_into

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.decoders import assert_survives

from camscan.codecs import dh01
from camscan.errors import DecodeError


def _answer(firmware: bytes = b"14.19.12.11.1716R1516T0001", at: int = 220, port: int = 0) -> bytes:
    """A captured answer, unnamed; serial and MAC digits changed."""
    data = bytearray(508)
    addresses = (b"10.42.0.177", b"255.255.255.0", b"10.42.0.1", b"10.42.0.1", b"0.0.0.0")
    pack_into("<4s16s16s16s16s16s", data, 0, b"DH\x01\x08", *addresses)
    pack_into("<6sH32s32s", data, 84, bytes.fromhex("0c8c24000001"), port, b"IPCM000000000AAAAA", b"ipcam000")
    pack_into("<16s16s", data, 156, b"FB-IPCHNN-36Z02", b"104.1906090245")
    pack_into("<32s", data, at, firmware)
    data[252:254] = b"\x0c\x01"
    return bytes(data)


FIELDS = {
    "dh01.name": ("ipcam000",),
    "dh01.mac": ("0C:8C:24:00:00:01",),
    "dh01.serial": ("IPCM000000000AAAAA",),
    "dh01.firmware": ("14.19.12.11.1716R1516T0001",),
    "dh01.ipv4_address": ("10.42.0.177",),
}


def test_answer() -> None:
    assert dh01.decode(_answer()) == FIELDS


def test_answer_of_the_older_layout() -> None:
    older = FIELDS | {"dh01.firmware": ("48.53.64.67",), "dh01.port": ("81",)}
    assert dh01.decode(_answer(b"48.53.64.67", at=204, port=81)) == older


@pytest.mark.parametrize(
    "data", [b"", dh01.SEARCH, b"DH\x01\x01" + _answer()[4:], _answer()[:255], _answer() + bytes(dh01.MAX_ANSWER)]
)
def test_no_answer(data: bytes) -> None:
    with pytest.raises(DecodeError):
        dh01.decode(data)


def test_damaged_answers() -> None:
    assert_survives(dh01.decode, _answer())


@given(st.binary(min_size=252, max_size=300))
def test_any_bytes(junk: bytes) -> None:
    assert set(dh01.decode(b"DH\x01\x08" + junk)) <= set(dh01.FIELDS)


def test_request_is_exact_and_the_only_one() -> None:
    assert bytes.fromhex("44480101") == dh01.SEARCH
    assert list(dh01.REQUESTS) == [dh01.SEARCH]
    assert not [name for name in vars(dh01) if name.startswith("encode")]
