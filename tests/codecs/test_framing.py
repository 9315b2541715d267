from __future__ import annotations

import gzip
import tracemalloc
import zlib
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.costs import costs_less_than
from support.decoders import assert_survives

from camscan.codecs import framing
from camscan.codecs.framing import Answer, is_complete, read, read_head
from camscan.errors import DecodeError


@pytest.mark.parametrize(
    "start",
    [
        b"HTTP/1.1 200 OK\r\nServer: x\r\n\r\n",
        b"HTTP/1.0 200\r\nServer: x\r\n\r\n",
        b"HTTP/1.1 200 Ok\nServer: x\n\n",
        b"http/1.1 200 ok\r\nSERVER:x\r\n\r\n",
        b"HTTP/1.1 200OK\r\nserver : x\r\n\r\n",
        b"HTTP/1.2  200 Gut\r\r\nServer: x\r\n\r\r\n",
        b"HTTP 200 OK\r\nServer: x\r\n\r\n",
        b"ICY 200 OK\r\nServer: x\r\n\r\n",
        b"\r\n\0 HTTP/1.1 200 OK\r\nServer: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nServer: \0x\r\nno colon here\r\n: no name\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nServer:\r\n x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nServer: x\r\n \t\r\n",
        b"HTTP/1.1 200 OK\r\nServer: x\r\n",  # the body follows the headers without an empty line
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nServer: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 3\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 99999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nServer: x\r\nTransfer-Encoding: chunked\r\n\r\n",  # but it is not
        b"HTTP/1.1 200 OK\r\nServer: x\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n",  # longer than what comes
        b"HTTP/1.1 200 OK\r\nServer: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n",  # shorter than the chunk
        b"HTTP/1.1 200 OK\r\nServer: x\r\nContent-Encoding: gzip\r\n\r\n",  # but it is not
        b"HTTP/1.1 200 OK\r\nServer: x\r\nContent-Encoding: utf-8\r\n\r\n",
    ],
)
def test_answers_are_read_however_they_are_framed(start: bytes) -> None:
    answer = read(start + b"<title>t</title>")
    assert (answer.status, answer.all("server")) == ("200", ["x"])
    assert b"<title>t</title>" in answer.content


def test_blanks_in_the_empty_line_and_json_without_one() -> None:
    for between in (b"\n  \n", b"\r\n\t\r\n", b"\n"):
        assert read(b"HTTP/1.1 200 OK\nServer: x" + between + b'{"a": 1}').content == b'{"a": 1}'


def test_odd_header_names() -> None:
    head = b"HTTP/1.0 200 OK\r\nLast Modified: Mon\r\nData: Tue\r\nS\xe9rver: z\r\n\r\n"
    assert read(head) == Answer("200", (("Last Modified", "Mon"), ("Data", "Tue"), ("S\xe9rver", "z")))


def test_headers_are_found_by_name() -> None:
    answer = read_head(b"HTTP/1.1 200 OK\r\nX-A: One\r\nx-a: Two\r\nX-B:\r\n")
    assert answer.all("x-a") == ["One", "Two"]
    assert (answer.last("x-a"), answer.last("x-b"), answer.last("x-c")) == ("two", "", "")


def test_headers_without_a_status_line() -> None:
    assert read(b"Server: x\r\n\r\nabc") == Answer("", (("Server", "x"),), b"abc")
    assert read_head(b"X-Ad-Hoc: 1") == Answer("", (("X-Ad-Hoc", "1"),))
    assert read_head(b"no header") == Answer("", ())


def test_a_body_without_any_head() -> None:
    assert read(b"\r\n<html>") == Answer("", (), b"<html>")
    assert read(b'{"a": 1}') == Answer("", (), b'{"a": 1}')


@pytest.mark.parametrize("image", [b"GIF89a...", b"\xff\xd8\xff..."])
def test_the_length_of_an_image_is_believed(image: bytes) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(image)
    assert read(head + image + b"\r\n").content == image


def test_another_answer_behind_the_first_is_left_out() -> None:
    first = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"
    assert read(first + b"HTTP/1.1 200 OK\r\n\r\ndef").content == b"abc"
    assert read(first + b"def").content == b"abcdef"


@pytest.mark.parametrize(
    ("body", "content"),
    [
        (b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", b"abcde"),
        (b"3;a=b\r\nabc\r\n 02 \nde\n0\nTrailer: x\n\n", b"abcde"),
        (b"3\r\nabc\r\n", b"abc"),
        (b"3\r\nab", b"ab"),
        (
            b"2\r\nabcd\r\n1\r\ne\r\n0\r\n\r\n",
            b"abcd\r\n1\r\ne\r\n0\r\n\r\n",
        ),  # what follows a bad size is kept as it came
        (b"ffffffff\r\nabc", b"abc"),
        (b"not chunked", b"not chunked"),
        (b"3\r\nabc\r\n0", b"abc"),
        (b"0\r\n\r\n", b""),
    ],
)
def test_chunks(body: bytes, content: bytes) -> None:
    assert read(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body).content == content


@pytest.mark.parametrize(
    ("body", "content"),
    [
        (b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", b"abcde"),
        (b"3;x=1\nabc\n0\n\n", b"abc"),
        (b"3\r\nabc\r\n", b"3\r\nabc\r\n"),  # no second size
        (b"3\r\nabcd\r\n2\r\nde\r\n", b"3\r\nabcd\r\n2\r\nde\r\n"),
        (b"1\r\n2\r\n3\r\n", b"2"),
        (b"abc", b"abc"),
        (b"ffffffff\r\nabc", b"ffffffff\r\nabc"),
    ],
)
def test_chunks_that_no_header_names(body: bytes, content: bytes) -> None:
    assert read(b"HTTP/1.1 200 OK\r\nServer: x\r\n\r\n" + body).content == content


@pytest.mark.parametrize("headers", [b"", b"Content-Encoding: identity, gzip\r\n", b"Transfer-Encoding: gzip\r\n"])
def test_a_packed_content_is_known_by_itself(headers: bytes) -> None:
    packed = gzip.compress(b"<title>t</title>", mtime=0)
    assert read(b"HTTP/1.1 200 OK\r\nServer: x\r\n" + headers + b"\r\n" + packed).content == b"<title>t</title>"
    assert read(b"HTTP/1.1 200 OK\r\nServer: x\r\n" + headers + b"\r\n\x1f\x8b\x08x").content == b"\x1f\x8b\x08x"


def test_chunks_are_bounded() -> None:
    data = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * (framing.MAX_CHUNKS + 1)
    assert read(data).content == b"a" * framing.MAX_CHUNKS + b"1\r\na\r\n"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\r\n\r\n",
        b"RTSP/1.0 400 Bad Request\r\nServer: x\r\n\r\n",
        b"SSH-2.0-dropbear_2019.78\r\n",
        b"220 FTP server ready\r\n",
        b"\x15\x03\x01\x00\x02\x02\x28",
        b"\x16\x03\x03\x00\x4a\x02\x00\x00",
        b"\xff\xfd\x18\xff\xfd\x20login: ",
        b"HTTPS is required",
        b"NOTIFY * HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"{binary",
        bytes(range(256)),
    ],
)
def test_what_is_no_http_is_refused(data: bytes) -> None:
    with pytest.raises(DecodeError, match="not HTTP"):
        read(data)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        (b"gzip", gzip.compress(b"<title>t</title>", mtime=0)),
        (b"x-gzip", gzip.compress(b"<title>t</title>", mtime=0)),
        (b"deflate", zlib.compress(b"<title>t</title>")),
        (b"Deflate", zlib.compress(b"<title>t</title>", wbits=-15)),
        (b"gzip", gzip.compress(b"<title>t</title>", mtime=0)[:-8]),
    ],
)
def test_compressed_bodies(encoding: bytes, body: bytes) -> None:
    data = b"HTTP/1.1 200 OK\r\nContent-Encoding: " + encoding + b"\r\n\r\n" + body
    assert read(data).content == b"<title>t</title>"


PAGE = b"<title>t</title>" + bytes(range(256)) * 16 + "".join(map(str, range(4000))).encode()


@pytest.mark.parametrize("damage", [b"\0\0\0\0", b"\xff"])
def test_what_stands_before_damage_in_a_compressed_body_is_kept(damage: bytes) -> None:
    """As where a size of a chunk is wrong; or only the checksum, which some servers leave at zero."""
    packed = gzip.compress(PAGE, mtime=0)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"
    assert read(head + packed[:-8] + damage * (8 // len(damage))).content == PAGE
    cut = len(packed) // 2
    kept = read(head + packed[:cut] + damage * 40 + packed[cut + 40 :]).content
    assert PAGE.startswith(kept[: len(PAGE) // 3])
    assert len(kept) > len(PAGE) // 3
    assert read(head + packed[:10] + b"\xff" * 99).content == packed[:10] + b"\xff" * 99


def test_damage_in_a_compressed_body_costs_little_time() -> None:
    bomb = gzip.compress(bytes(range(256)) * 4096 + bytes(64 * 1024 * 1024))
    noise = gzip.compress(b"".join(sha256(bytes([n % 256, n // 256])).digest() for n in range(8192)))[: 200 * 1024]
    for packed in (bomb[:-4] + b"damage", noise[:-9] + b"\xff" * 9):
        with costs_less_than(0.2):
            assert len(read(b"HTTP/1.1 200 OK\r\n\r\n" + packed).content) <= framing.MAX_ANSWER


def test_a_decompression_bomb_stays_within_the_cap() -> None:
    bomb = gzip.compress(b"<title>t</title>" + bytes(64 * 1024 * 1024))
    data = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + bomb
    tracemalloc.start()
    try:
        assert len(read(data).content) == framing.MAX_ANSWER
        assert tracemalloc.get_traced_memory()[1] < 2 * 1024 * 1024
    finally:
        tracemalloc.stop()


def test_headers_are_bounded() -> None:
    flood = read(b"HTTP/1.1 200 OK\r\nServer: x\r\n" + b"X-A: b\r\n" * 100_000 + b"\r\n")
    assert flood.headers == (("Server", "x"), *[("X-A", "b")] * (framing.MAX_HEADERS - 1))
    endless = read(b"HTTP/1.1 200 OK\r\nServer: x\r\nX-A: " + b"a" * 200_000)
    assert endless.headers == (("Server", "x"), ("X-A", "a" * framing.MAX_VALUE))
    folded = read(b"HTTP/1.1 200 OK\r\nServer: x\r\n" + b" y\r\n" * 10_000)
    assert folded.headers == (("Server", "x" + " y" * (framing.MAX_HEADERS - 1)),)
    assert len(read(b"HTTP/1.1 200 OK\r\n\r\n" + b"a" * 10**6).content) < framing.MAX_ANSWER


COMPLETE = [
    b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
    b"HTTP/1.1 200 OK\ncontent-length:3\n\nabc",
    b"HTTP/1.1 200 OK\r\nServer: x\r\nCONTENT-LENGTH :  0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
    b"HTTP/1.1 304 Not Modified\r\n\r\n",
    b"HTTP/1.1 204 No Content\r\nServer: x\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n3\r\nabc\r\n000\r\n\r\n",
    b"HTTP/1.1 200 OK\nTransfer-Encoding: gzip, chunked\n\n3\nabc\n0\n\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0;name=value\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n000 ;x\r\nDate: now\r\nX-Sum: 1\r\n\r\n",
]


@pytest.mark.parametrize("data", COMPLETE)
def test_an_answer_is_complete_at_its_last_byte(data: bytes) -> None:
    assert [is_complete(data[:end]) for end in range(len(data) + 1)] == [False] * len(data) + [True]


@pytest.mark.parametrize("data", COMPLETE[:3])
def test_an_answer_stays_complete_whatever_follows(data: bytes) -> None:
    assert is_complete(data + b"junk")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"SSH-2.0-x\r\n\r\n",
        b"<html></html>\r\n\r\n",
        b"HTTP/1.0 200 OK\r\nServer: x\r\n\r\n<html></html>",  # ends with the connection
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcdef",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 20 + b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20_000 + b"Content-Length: 0\r\n\r\n",
    ],
)
def test_an_answer_without_a_lawful_end_is_never_complete(data: bytes) -> None:
    assert not is_complete(data)


@pytest.mark.parametrize(
    "start",
    [
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 100 C\r\n\r\n" * 100,
    ],
)
def test_asking_again_and_again_whether_an_answer_is_complete_stays_cheap(start: bytes) -> None:
    data = start + b"X: yyyyyyyyyyyy\n" * 6000
    with costs_less_than(3):
        for end in range(0, len(data), 96):
            is_complete(data[:end])


@pytest.mark.parametrize("sample", [*COMPLETE, b"\r\nICY 200 OK\r\nA: b\r\n c\r\n\r\n<html>"])
def test_damaged_answers(sample: bytes) -> None:
    assert_survives(read, sample)
    assert_survives(read_head, sample)
    assert_survives(is_complete, sample)


@given(st.lists(st.sampled_from([*COMPLETE, b"\r\n", b" ", b":"]) | st.binary(max_size=20), max_size=8).map(b"".join))
def test_any_bytes(data: bytes) -> None:
    is_complete(data)
    read_head(data)
    try:
        assert len(read(data).content) <= framing.MAX_ANSWER
    except DecodeError as error:
        assert "not HTTP" in str(error)  # noqa: PT017
