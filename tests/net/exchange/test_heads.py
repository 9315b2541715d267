from __future__ import annotations

import pytest
from support.costs import costs_less_than

from camscan.net.exchange.heads import MAX_HEAD, Heads

OK = b"HTTP/1.1 200 OK\r\n"
PLAIN = b"HTTP/1.1 200\r\n"
INTERIM = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nX : y\r\n\r\n"


def shown(*parts: bytes) -> bytes:
    heads = Heads()
    return b"".join(map(heads.plain, parts))


@pytest.mark.parametrize(
    ("answer", "plain"),
    [
        (OK + b"Server : x\r\n\r\nbody", PLAIN + b"\r\nbody"),
        (b"\r\nhttp/1.10  200OK\r\r\nX\r\r\n\r\r\nbody", PLAIN + b"\r\nbody"),
        (b"HTTP/1.0 200 OK\nConnection:Keep-Alive\n\nbody", b"HTTP/1.0 200\r\nconnection: keep-alive\r\n\r\nbody"),
        (b"HTTP 401\nA: b\n<html>", b"HTTP/1.1 401\r\n\r\n<html>"),
        (OK + b"Content-Length: 4, 4\r\ncontent-length : 4\r\n\r\nbody", PLAIN + b"content-length: 4\r\n\r\nbody"),
        (OK + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nbody", PLAIN + b"\r\nbody"),
        (
            OK + b"Connection: close\r\nConnection: Keep-Alive\r\n\r\nbody",
            PLAIN + b"connection: close, keep-alive\r\n\r\nbody",
        ),
        (OK + b"Content-Length: -1\r\n\r\nbody", PLAIN + b"\r\nbody"),
        (OK + b"Content-Length:\r\n\r\nbody", PLAIN + b"\r\nbody"),
        (
            OK + b"Content-Length: 4\r\nTransfer-Encoding: Chunked\r\n\r\n0\r\n\r\n",
            PLAIN + b"transfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        ),
        (
            INTERIM + OK + b"X : y\r\n\r\nHTTP/1.1 1",
            b"HTTP/1.1 100\r\n\r\nHTTP/1.1 103\r\n\r\n" + PLAIN + b"\r\nHTTP/1.1 1",
        ),
        (
            b"HTTP/1.1 101 Go\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n" + OK + b"X : y\r\n\r\n",
            b"HTTP/1.1 101\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n" + OK + b"X : y\r\n\r\n",
        ),
    ],
)
def test_a_head_is_shown_plain_however_it_is_cut_up(answer: bytes, plain: bytes) -> None:
    assert shown(answer) == plain
    for place in range(len(answer)):
        assert shown(answer[:place], answer[place:]) == plain
    assert shown(*(answer[at : at + 1] for at in range(len(answer)))) == plain


@pytest.mark.parametrize(
    "data",
    [
        b" " * 17 + OK,
        b"HTTP/1.1 2000 OK\r\nX : y\r\n\r\n",
        b"SSH-2.0-x\r\n",
        b"Hello\r\n",
        b"<html>",
        OK + b"X: " + b"y" * MAX_HEAD,
    ],
)
def test_what_is_no_head_passes_as_it_is(data: bytes) -> None:
    assert shown(data) == data


@pytest.mark.parametrize("blank", [b" ", b"\r", b"\n"])
def test_blanks_that_come_one_by_one_cost_little(blank: bytes) -> None:
    heads = Heads()
    with costs_less_than(1):
        for _ in range(MAX_HEAD):
            heads.plain(blank)
