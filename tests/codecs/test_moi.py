from __future__ import annotations

from itertools import cycle
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.decoders import assert_survives

from camscan.codecs import moi
from camscan.errors import DecodeError

KEY = bytes(range(0x11, 0x99, 0x11))


def _answer(operation: int = 1, key: bytes = b"") -> bytes:
    """An answer after the layout in UniversalScanner."""
    network = bytes([192, 168, 1, 239, 255, 255, 255, 0, 192, 168, 1, 1, 192, 168, 1, 1])
    body = pack(">13s21s16s4x4B4BHB", b"C0DE00000001", b"Front door", network, *(11, 37, 2, 49), *(2, 4, 10, 8), 88, 1)
    header = pack("<4sHB8sII", b"MO_I", operation, bool(key), key, len(body), len(body))
    return header + (bytes(byte ^ mask for byte, mask in zip(body, cycle(key), strict=False)) if key else body)


FIELDS = {
    "moi.name": ("Front door",),
    "moi.mac": ("C0:DE:00:00:00:01",),
    "moi.ipv4_address": ("192.168.1.239",),
    "moi.port": ("88",),
}


@pytest.mark.parametrize("data", [_answer(), _answer()[:87], _answer() + bytes(40), _answer(key=KEY)])
def test_answer(data: bytes) -> None:
    assert moi.decode(data) == FIELDS


@pytest.mark.parametrize(
    "data",
    [
        b"",
        moi.SEARCH,
        _answer()[:86],
        _answer() + bytes(moi.MAX_ANSWER),
        *(_answer(operation) for operation in (0, 2, 3, 0x0101)),
        bytes.fromhex("4a5d8f1c") + bytes(100),
    ],
)
def test_no_answer(data: bytes) -> None:
    with pytest.raises(DecodeError):
        moi.decode(data)


@pytest.mark.parametrize("sample", [_answer(), _answer(key=KEY)])
def test_damaged_answers(sample: bytes) -> None:
    assert_survives(moi.decode, sample)


@given(st.binary(min_size=81, max_size=200))
def test_any_bytes(junk: bytes) -> None:
    assert set(moi.decode(b"MO_I\x01\x00" + junk)) <= set(moi.FIELDS)


def test_request_is_exact_and_the_only_one() -> None:
    assert moi.SEARCH.hex() == "4d4f5f490000000000000000000000040000000400000000000001"
    assert list(moi.REQUESTS) == [moi.SEARCH]
    assert not [name for name in vars(moi) if name.startswith("encode")]
