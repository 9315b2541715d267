from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.codecs import headers


def test_head_ends_at_the_first_empty_line() -> None:
    assert headers.head_end(b"A: b\r\n\r\nbody") == 8
    assert headers.head_end(b"A: b\n\nbody") == 6
    assert headers.head_end(b"A: b\r\r\n\r\r\nbody") == 10
    assert headers.head_end(b"A: b\r\n \t\r\nbody") == 10
    assert headers.head_end(b"A: b\r\nB: c\r\n") is None
    assert headers.head_end(b"A" * headers.MAX_HEAD + b"\r\n\r\n") is None


@pytest.mark.parametrize(
    ("head", "start", "expected"),
    [
        (b"RTSP/1.0 200 OK\r\nCSeq: 1 \r\nX:\r\n", "RTSP/1.0 200 OK", [("cseq", "1"), ("x", "")]),
        (b"\r\n  RTSP/1.0 200 OK\nServer : a: b\n", "RTSP/1.0 200 OK", [("server", "a: b")]),
        (b"Server: x\rDate:\ty", "", [("server", "x"), ("date", "y")]),
        (b"HTTP/1.1 200 OK\r\nLast Modified: a\r\nno header\r\n: b\r\n", "HTTP/1.1 200 OK", [("last modified", "a")]),
        (b"HTTP/1.1 200 OK\r\nA: b,\r\n\t c\r\n  d\r\nE: f\r\n", "HTTP/1.1 200 OK", [("a", "b, c d"), ("e", "f")]),
        (b"HTTP/1.1 200 OK\r\nA: b\r\n\r\nC: body", "HTTP/1.1 200 OK", [("a", "b")]),
        (b"X: \xcd\xf8\xc2\xe7\xc9\xe3\xcf\xf1\xbb\xfa\r\n", "", [("x", "网络摄像机")]),
        (b"RTSP/1.0 200 OK\r\r\nA: b\r\r\n\r\r\nC: body", "RTSP/1.0 200 OK", [("a", "b")]),  # line ends turned twice
        (b"", "", []),
    ],
)
def test_parse(head: bytes, start: str, expected: list[tuple[str, str]]) -> None:
    assert headers.parse(head) == (start, tuple(expected))


def test_values_and_lines() -> None:
    found = (("a", "1"), ("b", ""), ("a", "2"))
    assert headers.values(found, "a") == ("1", "2")
    assert headers.values(found, "b") == ()
    assert headers.lines(found) == ("a: 1", "b: ", "a: 2")


def test_floods_are_cut() -> None:
    _, found = headers.parse(b"RTSP/1.0 200 OK\r\n" + b"A: b\r\n" * 1000)
    assert len(found) == headers.MAX_HEADERS
    _, found = headers.parse(b"A: " + b"x" * 10_000 + b"\r\n" + b"y" * 200 + b": z\r\n")
    assert found == (("a", "x" * headers.MAX_VALUE),)
    _, found = headers.parse(b"A: b" + b"\r\n " + b"\r\n c" * 10_000)
    assert found == (("a", "b"),)


@given(st.binary(max_size=300))
def test_anything_can_be_read(head: bytes) -> None:
    _, found = headers.parse(head)
    assert all(name == name.strip().lower() != "" for name, _ in found)
