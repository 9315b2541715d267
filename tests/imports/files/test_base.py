from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.imported import AT, read_all

from camscan.imports.files.base import MAX_REASONS, Reader, Summary, address_of, in_utf8, lines, link_fields, moment
from camscan.imports.registry import READERS


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.5", "192.0.2.5"),
        (" 2001:DB8::5 ", "2001:db8::5"),
        ("0.0.0.0", ""),  # noqa: S104  # no address to bind to
        ("224.0.0.1", ""),
        ("255.255.255.255", ""),
        ("192.0.2.0/24", ""),
        ("cam", ""),
    ],
)
def test_addresses_of_stations(text: str, address: str) -> None:
    assert address_of(text) == address


def test_links() -> None:
    assert link_fields("4419b6010203")["mac.prefix"] == ("4419B6",)
    assert link_fields("01:00:5e:00:00:16") == {}
    assert link_fields("x") == {}


def test_times() -> None:
    assert moment("1700000000", AT) == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert moment("0", AT) == moment("x", AT) == moment("9" * 30, AT) == AT


def test_lines_are_bounded() -> None:
    summary = Summary()
    assert list(lines(BytesIO(b"a\r\n\n" + b"x" * 200_000 + b"\nb"), summary)) == ["a", "b"]
    assert summary.broken == 1


def test_lines_keep_the_tabs_of_empty_cells() -> None:
    assert list(lines(BytesIO(b"\ta\t\r\n \t\n"), Summary())) == ["\ta\t"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_files_with_a_bom_are_read_in_utf8_without_it(encoding: str) -> None:
    text = "\ufeff" + "  192.0.2.5  44-19-b6-01-02-03  dynamisch ü\r\n" * 90_000
    original = BytesIO(text.encode(encoding))
    with in_utf8(original) as stream:
        assert stream.read() == text[1:].encode()


def test_lines_that_end_as_on_old_macs_are_lines() -> None:
    with in_utf8(BytesIO(b"\xef\xbb\xbfip,mac\r192.0.2.5,44:19:b6:01:02:03\r")) as stream:
        assert list(lines(stream, Summary())) == ["ip,mac", "192.0.2.5,44:19:b6:01:02:03"]
    for data in (b"\x1f\x8b\x08\x08\r\r", b"a\rb\nc"):
        with in_utf8(BytesIO(data)) as stream:
            assert stream.read() == data


def test_other_files_are_read_as_they_are() -> None:
    for data in (b"", b"\xff", b"\xef\xbb", b"\xa1\xb2\xc3\xd4"):
        with in_utf8(BytesIO(data)) as stream:
            assert stream.read() == data


def test_a_bom_costs_no_byte_of_what_follows_it() -> None:
    with in_utf8(BytesIO(b"\xef\xbb\xbf\xb0\xff\xef\xbb\xbf")) as stream:
        assert stream.read() == b"\xb0\xff\xef\xbb\xbf"


def test_reasons_are_bounded() -> None:
    summary = Summary()
    for number in range(100):
        summary.skip(f"reason {number}")
    assert len(summary.skipped) == MAX_REASONS + 1
    assert summary.skipped.total() == 100


HERE = READERS[1:]
"""All but that of captures, which are read by a program of its own and damaged in `tests/l2/test_pcap.py`."""


@given(st.sampled_from(HERE), st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
@example(READERS[0], b"\xa1\xb2\xc3\xd4")
@settings(max_examples=300, deadline=None)
def test_no_reader_breaks(reader: Reader, data: bytes) -> None:
    reader.sniff(data)
    seen, _ = read_all(reader.read, data)
    assert {one.channel for one in seen} <= set(reader.channels)
