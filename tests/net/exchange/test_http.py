from __future__ import annotations

import asyncio
import gzip
import random
import ssl
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from support.costs import waits_less_than
from support.peers import (
    Certificate,
    Peer,
    Reader,
    Script,
    Serve,
    Writer,
    descriptors,
    end,
    end_with_reset,
    eventually,
)

from camscan.net import budget
from camscan.net.base import HttpRequest
from camscan.net.exchange.grab import Grabbed
from camscan.net.exchange.handler import Handler
from camscan.net.exchange.http import Conversation, conversation
from camscan.net.exchange.secure import legacy_context
from camscan.net.exchange.tcp import TcpSocket
from camscan.net.outcomes import EndedError
from camscan.records import Outcome

ROOT = HttpRequest("/")
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Dialler:
    """Hands out sockets to one peer, and knows which of them are still open."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self.socks: list[TcpSocket] = []
        self.closed = 0

    async def __call__(self) -> TcpSocket:
        sock = TcpSocket(self.peer.address)
        sock.at_close = self._note
        self.socks.append(sock)
        try:
            await asyncio.get_running_loop().sock_connect(sock, (self.peer.address, self.peer.port))
        except BaseException:
            sock.close()
            raise
        return sock

    def _note(self, _sock: TcpSocket) -> None:
        self.closed += 1


async def at_once(sock: TcpSocket) -> None:
    """Use an open connection again without a pause."""


@asynccontextmanager
async def talking(peer: Peer, context: ssl.SSLContext | None = None) -> Any:
    """A conversation with a peer; every socket must be closed at its end."""
    dial = Dialler(peer)
    async with conversation(f"{peer.address}:{peer.port}", dial, at_once, context) as talk:
        yield talk, dial
    await eventually(lambda: dial.closed == len(dial.socks), 1.0)


def answering(*answers: bytes, then: Callable[[Writer], None] | None = None) -> Script:
    """A web server that gives these answers one after the other, then ends or waits for the asker to end."""

    async def script(reader: Reader, writer: Writer) -> None:
        for answer in answers:
            await read_request(reader)
            writer.write(answer)
            await writer.drain()
        if then is not None:
            then(writer)
        else:
            await reader.read()

    return script


async def read_request(reader: Reader) -> bytes:
    """One request with its body."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next((sock.split(b":")[1] for sock in head.lower().split(b"\r\n") if sock.startswith(b"content-l")), b"0")
    return head + await reader.readexactly(int(length))


async def one(serve: Serve, script: Script) -> Grabbed:
    """The answer to one request."""
    async with talking(await serve(script)) as (talk, _):
        got = await talk.request(ROOT)
        assert isinstance(got, Grabbed)
        return got


async def test_the_bytes_as_they_came(serve: Serve) -> None:
    assert await one(serve, answering(OK)) == Grabbed(Outcome.ANSWERED, (OK,))


async def test_nothing_but_the_plain_request_is_sent(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """No login, cookie, proxy or netrc, whatever the environment says and the peer asks for."""
    canary = await serve(answering(OK))
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://user:secret@{canary.address}:{canary.port}")
    netrc = tmp_path / "netrc"
    netrc.write_text("default login user password secret\nmachine 127.88.0.1 login user password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".netrc").write_text(netrc.read_text())
    requests: list[bytes] = []
    login = (
        b"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=x\r\nWWW-Authenticate: Digest realm=x, nonce=1\r\n"
        b"Set-Cookie: session=1; Path=/\r\nContent-Length: 0\r\n\r\n"
    )

    async def script(reader: Reader, writer: Writer) -> None:
        for _ in range(3):
            requests.append(await read_request(reader))
            writer.write(login)
        await reader.read()

    peer = await serve(script)
    async with talking(peer) as (talk, _):
        for request in (ROOT, HttpRequest("/a?b=%2F"), HttpRequest("/onvif", b"<s/>", "application/soap+xml")):
            assert await talk.request(request) == Grabbed(Outcome.ANSWERED, (login,))
    host = f"Host: {peer.address}:{peer.port}\r\n"
    common = "User-Agent: camscan\r\nAccept: */*\r\nAccept-Encoding: identity\r\n"
    assert [request.decode() for request in requests] == [
        f"GET / HTTP/1.1\r\n{host}{common}\r\n",
        f"GET /a?b=%2F HTTP/1.1\r\n{host}{common}\r\n",
        f"POST /onvif HTTP/1.1\r\n{host}{common}Content-Type: application/soap+xml\r\nContent-Length: 4\r\n\r\n<s/>",
    ]
    assert canary.accepted == 0


async def test_no_path_leads_elsewhere(serve: Serve) -> None:
    heard: list[bytes] = []

    async def script(reader: Reader, writer: Writer) -> None:
        heard.append(await read_request(reader))
        writer.write(OK)
        await reader.read()

    peer = await serve(script)
    async with talking(peer) as (talk, _):
        assert await talk.request(HttpRequest("//10.0.0.9/@10.0.0.9:81/")) == Grabbed(Outcome.ANSWERED, (OK,))
    socks = heard[0].decode().split("\r\n")
    assert socks[:2] == ["GET //10.0.0.9/@10.0.0.9:81/ HTTP/1.1", f"Host: {peer.address}:{peer.port}"]
    assert b"uthorization" not in heard[0]


@pytest.mark.parametrize(
    "path",
    ["@10.0.0.9/", ":81/", "http://10.0.0.9/", "", "/ HTTP/1.1\r\nAuthorization: Basic eA==\r\nX: ", "/a b", "/é"],
)
async def test_what_is_no_path_is_not_sent(serve: Serve, path: str) -> None:
    peer = await serve(answering(OK))
    async with talking(peer) as (talk, _):
        got = await talk.request(HttpRequest(path))
    assert got == Grabbed(Outcome.NOT_SENT, (), "no path in origin form")


@pytest.mark.parametrize("realm", ["a\r\nHost: 10.0.0.9", "a\nb", "a\rb", "a\0b"])
async def test_a_reply_to_a_challenge_cannot_add_lines_to_the_head(serve: Serve, realm: str) -> None:
    peer = await serve(answering(OK))
    async with talking(peer) as (talk, _):
        got = await talk.request(HttpRequest("/"), f'Digest realm="{realm}"')
    assert got == Grabbed(Outcome.NOT_SENT, (), "control characters in a header")
    assert peer.accepted == 0


async def test_a_second_request_uses_the_same_connection(serve: Serve) -> None:
    peer = await serve(answering(OK, OK, OK))
    async with talking(peer) as (talk, dial):
        for _ in range(3):
            assert await talk.request(ROOT) == Grabbed(Outcome.ANSWERED, (OK,))
    assert peer.accepted == len(dial.socks) == 1


@pytest.mark.usefixtures("hasty")
async def test_a_connection_that_was_idle_for_long_is_replaced(serve: Serve) -> None:
    peer = await serve(answering(OK, OK))
    async with talking(peer) as (talk, dial):
        for _ in range(2):
            assert await talk.request(ROOT) == Grabbed(Outcome.ANSWERED, (OK,))
            await asyncio.sleep(budget.SILENCE * 1.2)
        await eventually(lambda: dial.closed == 1, 1.0)
    assert peer.accepted == 2


async def test_a_server_that_closes_in_between_is_connected_again(serve: Serve) -> None:
    peer = await serve(answering(OK, then=end))
    async with talking(peer) as (talk, _):
        for _ in range(3):
            assert await talk.request(ROOT) == Grabbed(Outcome.ANSWERED, (OK,))
            await asyncio.sleep(0.01)
    assert peer.accepted == 3


async def test_a_kept_connection_that_ends_just_as_it_is_used_is_replaced_once(serve: Serve) -> None:
    async def script(reader: Reader, writer: Writer) -> None:
        await read_request(reader)
        writer.write(OK)
        await read_request(reader)

    peer = await serve(script)
    async with talking(peer) as (talk, _):
        assert await talk.request(ROOT) == Grabbed(Outcome.ANSWERED, (OK,))
        assert await talk.request(ROOT) == Grabbed(Outcome.ANSWERED, (OK,))
    assert peer.accepted == 2


async def test_a_new_connection_that_ends_without_a_byte_is_not_tried_again(serve: Serve) -> None:
    peer = await serve(answering(b"", then=end))
    async with talking(peer) as (talk, _):
        assert await talk.request(ROOT) == Grabbed(Outcome.RESET, (), "closed without a byte")
    assert peer.accepted == 1


async def test_nor_is_one_that_had_to_replace_a_kept_one(serve: Serve) -> None:
    async def script(reader: Reader, writer: Writer) -> None:
        await read_request(reader)
        writer.write(OK if peer.accepted == 1 else b"")

    peer = await serve(script)
    async with talking(peer) as (talk, _):
        assert await talk.request(ROOT) == Grabbed(Outcome.ANSWERED, (OK,))
        await asyncio.sleep(0.01)
        assert await talk.request(ROOT) == Grabbed(Outcome.RESET, (), "closed without a byte")
    assert peer.accepted == 2


async def test_reset_without_a_byte(serve: Serve) -> None:
    peer = await serve(answering(b"", then=end_with_reset))
    async with talking(peer) as (talk, _):
        assert await talk.request(ROOT) == Grabbed(Outcome.RESET, (), "closed without a byte")
    assert peer.accepted == 1


async def test_connection_close_is_respected(serve: Serve) -> None:
    answer = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nbody to the end"
    peer = await serve(answering(answer, then=end))
    async with talking(peer) as (talk, _):
        for _ in range(2):
            assert await talk.request(ROOT) == Grabbed(Outcome.ANSWERED, (answer,))
    assert peer.accepted == 2


async def test_a_long_body_comes_whole_however_it_is_cut_up(serve: Serve) -> None:
    body = bytes(range(256)) * 300
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body)

    async def script(reader: Reader, writer: Writer) -> None:
        for _ in range(2):
            await read_request(reader)
            for at in range(0, len(head + body), 7_777):
                writer.write((head + body)[at : at + 7_777])
                await asyncio.sleep(0.002)
        await reader.read()

    peer = await serve(script)
    async with talking(peer) as (talk, _):
        for _ in range(2):
            assert await talk.request(ROOT) == Grabbed(Outcome.ANSWERED, (head + body,))
    assert peer.accepted == 2  # the first connection had used up most of its bytes


async def test_redirects_are_not_followed(serve: Serve) -> None:
    elsewhere = await serve(answering(OK), "127.88.0.2")
    answer = b"HTTP/1.1 302 Found\r\nLocation: http://127.88.0.2:%d/\r\nContent-Length: 0\r\n\r\n" % elsewhere.port
    assert await one(serve, answering(answer)) == Grabbed(Outcome.ANSWERED, (answer,))
    assert elsewhere.accepted == 0


async def test_compressed_bodies_are_not_unpacked(serve: Serve) -> None:
    broken = gzip.compress(b"x" * 1_000)[:-20] + bytes(20)
    answer = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s" % (len(broken), broken)
    assert await one(serve, answering(answer)) == Grabbed(Outcome.ANSWERED, (answer,))


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nok\r\n0\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\nok",
        b"ICY 200 OK\r\n\r\nok",
        b"<html>no status line</html>",
        b"\x00\x01\x02\x03",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ncut short",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\ncut",
    ],
)
async def test_malformed_answers_are_kept(serve: Serve, answer: bytes) -> None:
    got = await one(serve, answering(answer, then=end))
    assert got.outcome is Outcome.GARBLED
    assert answer.startswith(got.replies[0])
    assert len(got.replies[0]) >= min(len(answer), 60_000)  # what had come when the line was refused
    assert got.reason


def in_parts(*answer: bytes) -> Script:
    """A web server that sends an answer in parts, which are read one by one, and goes on."""

    async def script(reader: Reader, writer: Writer) -> None:
        while True:
            await read_request(reader)
            for part in answer:
                writer.write(part)
                await asyncio.sleep(0.02)

    return script


@pytest.mark.parametrize(
    "header",
    [
        b"X-Frame-Options : SAMEORIGIN",
        b"Tue, 12 Jun 2012 01:56:34 GMT",
        b"Content Type: text/xml",
        b"no colon",
        b"X: \x00",
        b"Content-Length: 2",
        b"\r\n".join([b"X: y"] * 1_000),
    ],
)
async def test_a_body_is_not_lost_for_a_header_that_is_misspelled(serve: Serve, header: bytes) -> None:
    """Such a head may come before its body, as that of gSOAP does; and the connection serves the next request, too."""
    head = b"HTTP/1.1 200 OK\r\n%b\r\nContent-Length: 2\r\n\r\n" % header
    peer = await serve(in_parts(head[:20], head[20:], b"ok"))
    async with talking(peer) as (talk, _):
        for _ in range(2):
            assert await talk.request(ROOT) == Grabbed(Outcome.ANSWERED, (head + b"ok",))
    assert peer.accepted == 1


async def test_a_body_that_is_refused_behind_its_head_is_not_waited_for(serve: Serve) -> None:
    head, body = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"<html>no chunk</html>"
    with waits_less_than(budget.TOTAL / 2):
        got = await one(serve, in_parts(head, body))
    assert (got.outcome, got.replies) == (Outcome.GARBLED, (head + body,))


PIECES = (
    *(b"HTTP/1.1 ", b"200", b" OK", b"\r\n", b"\n", b"\r\n\r\n", b"0", b"5", b"-", b"\xff\x00", b"x" * 50),
    *(b"100 Continue", b"HTTP/1.1 204 No\r\n\r\n", b"Connection: keep-alive"),
    *(b"Content-Length: ", b"Transfer-Encoding: chunked"),
)


async def test_reading_that_our_pace_holds_between_two_requests_goes_on(serve: Serve) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    async with talking(await serve(answering(answer, answer, answer))) as (talk, dial):
        for _ in range(3):
            assert (await talk.request(ROOT)).outcome is Outcome.ANSWERED
            (sock,) = dial.socks
            sock.hold()
            await asyncio.sleep(0.01)
            sock.read_on()


@pytest.mark.parametrize("seed", range(10))
async def test_whatever_a_peer_sends_ends_in_an_outcome(serve: Serve, seed: int) -> None:
    chance = random.Random(seed)

    async def script(reader: Reader, writer: Writer) -> None:
        await read_request(reader)
        writer.write(b"".join(chance.choices(PIECES, k=chance.randrange(1, 30))))
        await writer.drain()

    peer = await serve(script)
    for _ in range(15):
        async with talking(peer) as (talk, _):
            got = await talk.request(ROOT)
            assert got.outcome in (Outcome.ANSWERED, Outcome.GARBLED, Outcome.RESET)
            assert bool(got.replies) == (got.outcome is not Outcome.RESET)


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFF\r\n",
    ],
)
async def test_an_endless_body_is_cut(serve: Serve, head: bytes) -> None:
    async def endless(reader: Reader, writer: Writer) -> None:
        await read_request(reader)
        writer.write(head)
        while True:
            writer.write(b"x" * 10_000)
            await writer.drain()

    with waits_less_than(3):
        peer = await serve(endless)
        async with talking(peer) as (talk, _):
            got = await talk.request(ROOT)
            assert (got.outcome, got.reason) == (Outcome.TRUNCATED, "stopped after 98304 bytes")
            assert len(got.replies[0]) == budget.MAX_BYTES
    assert peer.accepted == 1


@pytest.mark.parametrize("flood", [b"HTTP/1.1 100 Continue\r\n\r\n", b"X: y\r\n"])
async def test_an_endless_head_is_cut(serve: Serve, flood: bytes) -> None:
    async def endless(reader: Reader, writer: Writer) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n" if b"HTTP" in flood else b"HTTP/1.1 200 OK\r\n")
        while True:
            writer.write(flood * 100)
            await writer.drain()

    peer = await serve(endless)
    async with talking(peer) as (talk, _):
        got = await talk.request(ROOT)
    assert got.outcome in (Outcome.TRUNCATED, Outcome.GARBLED)
    assert 0 < len(got.replies[0]) <= budget.MAX_BYTES
    assert peer.accepted == 1


async def test_the_bytes_of_all_answers_on_a_connection_count(serve: Serve) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n" + bytes(9_000)
    peer = await serve(answering(*[answer] * 20))
    async with talking(peer) as (talk, _):
        for _ in range(12):
            assert await talk.request(ROOT) == Grabbed(Outcome.ANSWERED, (answer,))
    assert peer.accepted == 4


@pytest.mark.usefixtures("hasty")
async def test_silence(serve: Serve) -> None:
    with waits_less_than(budget.SILENCE + 1):
        assert await one(serve, answering()) == Grabbed(Outcome.SILENT, (), "said nothing for 0.2 s")


@pytest.mark.usefixtures("hasty")
async def test_silence_amid_the_answer(serve: Serve) -> None:
    got = await one(serve, answering(b"HTTP/1.1 200 OK\r\nConte"))
    assert got == Grabbed(Outcome.TRUNCATED, (b"HTTP/1.1 200 OK\r\nConte",), "said nothing for 0.2 s")


@pytest.mark.parametrize(
    ("piece", "reason"), [(b"x" * 100, "not done after 1.5 s"), (b"x", "gave less than 64 bytes in 1 s")]
)
async def test_a_drip_feed_ends_with_the_total_time_or_as_silence_does(
    serve: Serve, piece: bytes, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget, "SILENCE", 1.0)  # both play on one loop, which a busy host may hold up for 0.2 s
    monkeypatch.setattr(budget, "TOTAL", 1.5)

    async def drip(reader: Reader, writer: Writer) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(piece)
            await asyncio.sleep(0.05)

    with waits_less_than(budget.TOTAL + 1):
        got = await one(serve, drip)
        assert (got.outcome, got.reason) == (Outcome.TRUNCATED, reason)


async def test_a_connection_that_waits_for_the_next_request_may_be_silent(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget, "SILENCE", 2.0)
    peer = await serve(answering(OK, OK))
    async with conversation(f"{peer.address}:{peer.port}", Dialler(peer), at_once, None) as talk:
        assert await talk.request(ROOT) == Grabbed(Outcome.ANSWERED, (OK,))
        await asyncio.sleep(budget.SILENCE * 0.6)
        assert await talk.request(ROOT) == Grabbed(Outcome.ANSWERED, (OK,))
        await asyncio.sleep(budget.SILENCE * 0.6)  # now it is longer since the first byte came
        assert peer.open_now == 1
    assert peer.accepted == 1


@pytest.mark.usefixtures("hasty")
async def test_waiting_for_a_place_is_not_the_peers_time(serve: Serve) -> None:
    peer = await serve(answering(OK))
    dial = Dialler(peer)

    async def patient() -> TcpSocket:
        await asyncio.sleep(budget.TOTAL * 1.5)
        return await dial()

    async with conversation(f"{peer.address}:{peer.port}", patient, at_once, None) as talk:
        assert await talk.request(ROOT) == Grabbed(Outcome.ANSWERED, (OK,))


async def test_an_open_connection_is_used_again_after_a_pause(serve: Serve) -> None:
    peer, paused = await serve(answering(OK, OK, OK)), 0

    async def pause(sock: TcpSocket) -> None:
        nonlocal paused
        paused += 1
        assert sock.fileno() >= 0

    async with conversation(f"{peer.address}:{peer.port}", Dialler(peer), pause, None) as talk:
        for _ in range(3):
            await talk.request(ROOT)
    assert paused == 2


@pytest.mark.usefixtures("hasty")
async def test_the_pace_is_not_charged_for_a_connection_that_is_not_used_again(serve: Serve) -> None:
    peer, paused = await serve(answering(OK)), list[TcpSocket]()

    async def pause(sock: TcpSocket) -> None:
        paused.append(sock)

    async with conversation(f"{peer.address}:{peer.port}", Dialler(peer), pause, None) as talk:
        for _ in range(2):
            assert await talk.request(ROOT) == Grabbed(Outcome.ANSWERED, (OK,))
            await asyncio.sleep(budget.SILENCE * 1.2)
    assert paused == []


def ahead(answer: bytes) -> Script:
    """A server that answers before it is asked, and then as it should."""

    async def script(reader: Reader, writer: Writer) -> None:
        writer.write(answer)
        await answering(OK)(reader, writer)

    return script


@pytest.mark.parametrize("answer", [b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nearly", b"SSH-2.0-x\r\n\r\n"])
async def test_what_comes_before_the_question_is_kept_once(
    serve: Serve, certificate: Certificate, answer: bytes
) -> None:
    """Over TLS, where the question waits for its turn."""

    async def pause(_sock: TcpSocket) -> None:
        await asyncio.sleep(0.1)

    peer = await serve(ahead(answer), tls=certificate.context())
    async with conversation("device", Dialler(peer), pause, legacy_context()) as talk:
        got = await talk.request(ROOT)
    assert got.replies in ((answer,), (answer + OK,))


async def test_what_comes_behind_a_change_of_protocol_is_kept_once(serve: Serve) -> None:
    answer = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nmore"
    assert (await one(serve, answering(answer, then=end))).replies == (answer,)


async def test_an_answer_too_many_is_not_that_to_the_next_question(serve: Serve) -> None:
    async def script(reader: Reader, writer: Writer) -> None:
        await read_request(reader)
        writer.write(OK)
        await asyncio.sleep(0.1)
        writer.write(OK.replace(b"ok", b"no"))
        await reader.read()

    async def pause(_sock: TcpSocket) -> None:
        await asyncio.sleep(0.3)

    peer = await serve(script)
    async with conversation("device", Dialler(peer), pause, None) as talk:
        for _ in range(2):
            assert await talk.request(ROOT) == Grabbed(Outcome.ANSWERED, (OK,))
    assert peer.accepted == 2


@pytest.mark.usefixtures("hasty")
async def test_nothing_is_written_to_a_session_that_is_closing() -> None:
    class Closing(asyncio.Transport):
        def is_closing(self) -> bool:
            return True

        def write(self, data: object) -> None:
            raise AttributeError("as of asyncio's TLS, once it has been closed twice")

        def abort(self) -> None:
            pass

    with TcpSocket("127.88.0.1") as sock:
        handler = Handler(asyncio.get_running_loop(), sock, 100)
        handler.connection_made(Closing())
        with pytest.raises(aiohttp.SocketTimeoutError):
            await handler.answered(b"GET / HTTP/1.1\r\n\r\n")
        handler.close()


async def test_who_breaks_off_before_the_question_is_told_as_such(serve: Serve, certificate: Certificate) -> None:
    async def pause(_sock: TcpSocket) -> None:
        await asyncio.sleep(0.1)

    async def script(reader: Reader, writer: Writer) -> None:
        writer.write(b"HTTP/1.1 no\r\n\r\n")
        await writer.drain()
        writer.write(b"and no")
        writer.close()

    peer = await serve(script, tls=certificate.context(ssl.TLSVersion.TLSv1_2))
    async with conversation("device", Dialler(peer), pause, legacy_context()) as talk:
        got = await talk.request(ROOT)
    assert (got.outcome, got.replies) == (Outcome.GARBLED, (b"HTTP/1.1 no\r\n\r\nand no",))


async def test_no_connection_is_told_as_it_was() -> None:
    async def dial() -> TcpSocket:
        raise EndedError(Outcome.EXCLUDED, "excluded")

    async with conversation("127.88.0.1:80", dial, at_once, None) as talk:
        with pytest.raises(EndedError) as caught:
            await talk.request(ROOT)
    assert (caught.value.outcome, caught.value.reason) == (Outcome.EXCLUDED, "excluded")


async def test_over_tls(serve: Serve, certificate: Certificate) -> None:
    peer = await serve(answering(OK, OK), tls=certificate.context(ssl.TLSVersion.TLSv1))
    async with talking(peer, legacy_context()) as (talk, _):
        for _ in range(2):
            assert await talk.request(ROOT) == Grabbed(Outcome.ANSWERED, (OK,))
    assert peer.accepted == 1


async def test_tls_that_fails_is_told_as_it_was(serve: Serve) -> None:
    async def plain(reader: Reader, writer: Writer) -> None:
        await reader.read(1_000)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()

    async with talking(await serve(plain), legacy_context()) as (talk, dial):
        with pytest.raises(EndedError) as caught:
            await talk.request(ROOT)
        await eventually(lambda: dial.closed == 1, 0.3)
    assert (caught.value.outcome, caught.value.reason) == (Outcome.GARBLED, "TLS: WRONG_VERSION_NUMBER")


async def test_over_tls_too_a_garbled_answer_ends_the_connection_at_once(
    serve: Serve, certificate: Certificate
) -> None:
    async def deaf(reader: Reader, writer: Writer) -> None:
        await read_request(reader)
        writer.write(b"nonsense")
        await writer.drain()
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        await asyncio.sleep(60)

    async with talking(await serve(deaf, tls=certificate.context()), legacy_context()) as (talk, dial):
        assert (await talk.request(ROOT)).outcome is Outcome.GARBLED
        await eventually(lambda: dial.closed == 1, 0.3)


async def test_cancelled_at_any_time_nothing_is_left_open(serve: Serve, certificate: Certificate) -> None:
    plain, secure = await serve(answering()), await serve(answering(), tls=certificate.context())
    context = legacy_context()
    before = descriptors()

    async def ask(within: AbstractAsyncContextManager[tuple[Conversation, Dialler]]) -> None:
        async with within as (talk, _):
            await talk.request(ROOT)

    for delay in (0, 0.0005, 0.002, 0.01, 0.03):
        for peer, tls in ((plain, None), (secure, context)):
            task = asyncio.create_task(ask(talking(peer, tls)))
            await asyncio.sleep(0.001)
            await asyncio.sleep(delay)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
    await eventually(lambda: plain.open_now == secure.open_now == 0)
    await eventually(lambda: descriptors() == before)
