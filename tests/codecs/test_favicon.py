from __future__ import annotations

import base64

import mmh3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.decoders import assert_survives

from camscan.codecs import favicon
from camscan.errors import DecodeError

ICO = b"\x00\x00\x01\x00\x01\x00\x10\x10\x10\x00\x01\x00\x04\x00" + bytes(range(48, 112))
"""The head of an icon file and 64 bytes more: longer than one line of base64."""


def test_hashes() -> None:
    assert favicon.decode(ICO) == {
        "http.favicon.mmh3": ("-371347258",),
        "http.favicon.md5": ("529950e7a4ae600624eef23c0b55c64a",),
    }


def test_the_base64_text_is_hashed_with_its_line_breaks() -> None:
    text = base64.b64encode(ICO).decode()
    lines = "".join(text[at : at + 76] + "\n" for at in range(0, len(text), 76))
    assert favicon.decode(ICO)["http.favicon.mmh3"] == (str(mmh3.hash(lines)),)


@pytest.mark.parametrize(
    "body",
    [
        ICO,
        b"\x89PNG\r\n\x1a\n....",
        b"GIF87a",
        b"GIF89a",
        b"\xff\xd8\xff\xe0",
        b"BM\x36\x03\x00\x00\x00\x00\x00\x00",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- drawn by hand -->\n<!DOCTYPE svg PUBLIC "a" "b">\n<svg>',
    ],
)
def test_images_go_by_their_first_bytes(body: bytes) -> None:
    assert favicon.is_image(body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>404 Not Found</body></html>",
        b"<!DOCTYPE html><html><svg></svg></html>",
        b'<?xml version="1.0"?><html><svg/></html>',
        b"BMW is not a bitmap",
        b"\x00\x00\x02\x00",
        b'{"error": 404}',
        b"<!--" * 20_000,
    ],
)
def test_anything_else_is_no_icon(body: bytes) -> None:
    assert not favicon.is_image(body)
    with pytest.raises(DecodeError, match="no image"):
        favicon.decode(body)


def test_damaged_icons() -> None:
    assert_survives(favicon.decode, ICO)


@given(st.binary(max_size=100))
def test_any_bytes(body: bytes) -> None:
    assert_survives(favicon.decode, body)
