from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.decoders import assert_survives

from camscan.codecs import opaque
from camscan.codecs.registry import read_again
from camscan.errors import DecodeError
from camscan.records import Observation, Outcome

TAGGED = b"\x00\x01\x00\xa7\x00\x0cWV-X2700-V2L\x00\xff"


def test_texts_have_their_places_and_the_bytes_before_them() -> None:
    assert opaque.decode(TAGGED) == {
        "bytes.hex": (TAGGED.hex(),),
        "bytes.text": ("6 00a7000c WV-X2700-V2L",),
    }


def test_a_text_at_the_start_has_fewer_bytes_before_it() -> None:
    assert opaque.decode(b"\x02MAC:aa\xff")["bytes.text"] == ("1 02 MAC:aa",)
    assert opaque.decode(b"abc\0")["bytes.text"] == ("0  abc",)


@pytest.mark.parametrize(
    "data", [b"", b"mrmt_hello", b"\xef\xbb\xbf<!doctype html>\r\n\t", "Zugang für Gäste".encode()]
)
def test_text_is_no_matter_of_this(data: bytes) -> None:
    with pytest.raises(DecodeError):
        opaque.decode(data)


def test_bytes_without_a_text() -> None:
    assert opaque.decode(bytes(4)) == {"bytes.hex": ("00000000",)}


def test_only_the_first_bytes_count() -> None:
    found = opaque.decode(b"\0abc" * 1000)
    assert len(found["bytes.hex"][0]) == 2 * opaque.MAX_BYTES
    assert len(found["bytes.text"]) == 64


@pytest.mark.parametrize(("raw", "added"), [(b"\0\x10", {"bytes.hex": ("0010",)}), (b"220 ready", {}), (b"", {})])
def test_a_banner_of_an_old_scan_gets_its_bytes(raw: bytes, added: dict[str, tuple[str, ...]]) -> None:
    old = {"banner.text": ("as it was",)}
    stored = Observation("10.0.0.5", "banner", Outcome.ANSWERED, datetime(2026, 1, 1, tzinfo=UTC), 8000, "", old, raw)
    assert read_again(stored).fields == {**old, **added}


def test_damaged_answers() -> None:
    assert_survives(opaque.decode, TAGGED)


@given(st.binary(max_size=600))
def test_any_bytes(data: bytes) -> None:
    try:
        assert set(opaque.decode(data)) <= set(opaque.FIELDS)
    except DecodeError:
        return
