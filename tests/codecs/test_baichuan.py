from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.decoders import assert_survives

from camscan.codecs import baichuan
from camscan.errors import DecodeError

MAGIC = bytes.fromhex("f0debc0a")
# After the layout in neolink's dissector: message 1, 145 bytes of obfuscated XML, class 0x6614.
NONCE = MAGIC + bytes.fromhex("01000000 91000000 fa000000 01dd 1466") + bytes(145)
# A refusal: message 1, no body, status 400, class 0x6414, header of 24 bytes.
REFUSAL = MAGIC + bytes.fromhex("01000000 00000000 fa000000 9001 1464 00000000")


@pytest.mark.parametrize("data", [NONCE, REFUSAL, NONCE[:20], NONCE + b"junk"])
def test_presence(data: bytes) -> None:
    assert baichuan.decode(data) == {"baichuan.magic": ("f0debc0a",)}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        MAGIC,
        NONCE[:19],
        b"\0" + NONCE,
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        baichuan.NONCE,
        baichuan.NONCE + b"\r\n",
        MAGIC + b"\xff" * 40,
    ],
)
def test_no_presence(data: bytes) -> None:
    with pytest.raises(DecodeError):
        baichuan.decode(data)


def test_damaged_answers() -> None:
    assert_survives(baichuan.decode, NONCE)


@given(st.binary(max_size=64))
def test_any_bytes(junk: bytes) -> None:
    for data in (junk, MAGIC + junk):
        try:
            assert baichuan.decode(data) == {"baichuan.magic": ("f0debc0a",)}
        except DecodeError:
            assert (
                len(data) < 20 or not data.startswith(MAGIC) or data[18:20] not in {b"\x14\x66", b"\x14\x64", b"\0\0"}
            )


def test_request_is_a_header_without_a_body() -> None:
    request = baichuan.NONCE
    assert request.hex() == "f0debc0a0100000000000000fa00000012dc1465"
    assert len(request) == 20
    assert list(baichuan.REQUESTS) == [request]
    assert not [name for name in vars(baichuan) if name.startswith("encode")]
