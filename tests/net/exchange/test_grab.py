from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import time
import tracemalloc
from collections.abc import Callable, Sequence
from functools import partial

import pytest
from support.costs import waits_less_than
from support.peers import Certificate, Reader, Script, Serve, Writer, descriptors, end, end_with_reset, eventually

from camscan.net import budget
from camscan.net.exchange.grab import Grabbed, Pause, gather
from camscan.net.exchange.secure import legacy_context
from camscan.net.exchange.tcp import TcpSocket
from camscan.net.outcomes import EndedError
from camscan.records import Outcome

GET = b"GET / HTTP/1.1\r\n\r\n"


def whole(data: bytes) -> bool:
    return data.endswith(b"\r\n")


def never(data: bytes) -> bool:
    return False


async def grab(
    port: int,
    turns: Sequence[bytes] = (GET,),
    complete: Callable[[bytes], bool] = whole,
    context: ssl.SSLContext | None = None,
    pause: Pause | None = None,
) -> Grabbed:
    """One conversation; the socket must be closed by the time that it is over."""
    sock = TcpSocket("127.88.0.1")
    closed: list[float] = []
    sock.at_close = lambda _: closed.append(time.monotonic())
    with contextlib.ExitStack() as failed:  # or was cancelled
        failed.callback(sock.close)
        await asyncio.get_running_loop().sock_connect(sock, ("127.88.0.1", port))
        failed.pop_all()
    try:
        return await gather(sock, turns, complete, context, pause)
    finally:
        if context is None:
            assert len(closed) == 1
        else:
            await eventually(lambda: len(closed) == 1, 0.3)


def saying(*pieces: bytes, then: Callable[[Writer], None] | None = None) -> Script:
    """A peer that hears a request, says these pieces one after the other, and ends or waits for the asker to end."""

    async def script(reader: Reader, writer: Writer) -> None:
        await reader.read(10_000)
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.005)
        if then is not None:
            then(writer)
        else:
            await reader.read()

    return script


async def test_an_answer_that_is_complete_ends_the_conversation(serve: Serve) -> None:
    peer = await serve(saying(b"HTTP/1.1 200 OK\r\n"))
    assert await grab(peer.port) == Grabbed(Outcome.ANSWERED, (b"HTTP/1.1 200 OK\r\n",))


async def test_every_byte_is_kept_as_it_came(serve: Serve) -> None:
    answer = bytes(range(256)) * 40
    peer = await serve(saying(*(answer[at : at + 1_000] for at in range(0, len(answer), 1_000)), then=end))
    assert await grab(peer.port, complete=never) == Grabbed(Outcome.ANSWERED, (answer,))


async def test_turns_go_out_one_after_the_other(serve: Serve) -> None:
    async def script(reader: Reader, writer: Writer) -> None:
        for number in range(3):
            assert await reader.read(100) == b"turn %d" % number
            writer.write(b"answer")
            await asyncio.sleep(0.01)
            writer.write(b" %d\r\n" % number)
        await asyncio.sleep(60)

    peer = await serve(script)
    got = await grab(peer.port, [b"turn 0", b"turn 1", b"turn 2"])
    assert got == Grabbed(Outcome.ANSWERED, (b"answer 0\r\n", b"answer 1\r\n", b"answer 2\r\n"))
    assert peer.accepted == 1


async def test_what_comes_before_the_next_question_is_no_answer_to_it(serve: Serve) -> None:
    async def script(reader: Reader, writer: Writer) -> None:
        await reader.read(100)
        writer.write(b"one\r\n")
        await asyncio.sleep(0.1)
        writer.write(b"one again\r\n")
        await reader.read(100)
        writer.write(b"two\r\n")

    peer = await serve(script)
    got = await grab(peer.port, [b"1", b"2"], pause=partial(asyncio.sleep, 0.3))
    assert got == Grabbed(Outcome.ANSWERED, (b"one\r\none again\r\n", b"two\r\n"))


async def test_an_empty_turn_listens_for_a_greeting(serve: Serve) -> None:
    async def script(reader: Reader, writer: Writer) -> None:
        writer.write(b"220 ready\r\n")
        assert await reader.read(100) == b"HELP\r\n"
        writer.write(b"214 no\r\n")
        await asyncio.sleep(60)

    peer = await serve(script)
    got = await grab(peer.port, [b"", b"HELP\r\n"])
    assert got == Grabbed(Outcome.ANSWERED, (b"220 ready\r\n", b"214 no\r\n"))


async def test_an_end_amid_the_turns_keeps_what_was_answered(serve: Serve) -> None:
    async def script(reader: Reader, writer: Writer) -> None:
        for answer in (b"one\r\n", b""):
            await reader.read(100)
            writer.write(answer)

    peer = await serve(script)
    assert await grab(peer.port, [b"1", b"2", b"3"]) == Grabbed(Outcome.ANSWERED, (b"one\r\n",))


async def test_closed_without_a_byte(serve: Serve) -> None:
    peer = await serve(saying(then=end))
    assert await grab(peer.port) == Grabbed(Outcome.RESET, (), "closed without a byte")


async def test_reset_without_a_byte(serve: Serve) -> None:
    peer = await serve(saying(then=end_with_reset))
    got = await grab(peer.port)
    assert got == Grabbed(Outcome.RESET, (), "ECONNRESET: Connection reset by peer without a byte")


async def test_a_reset_after_the_answer_keeps_it(serve: Serve) -> None:
    peer = await serve(saying(b"half an answer", then=end_with_reset))
    got = await grab(peer.port)
    reason = "ECONNRESET: Connection reset by peer after the answer"
    assert got == Grabbed(Outcome.ANSWERED, (b"half an answer",), reason)


@pytest.mark.parametrize("size", [budget.MAX_BYTES - 1, budget.MAX_BYTES])
async def test_as_much_as_the_budget_is_no_truncation(serve: Serve, size: int) -> None:
    peer = await serve(saying(b"x" * size, then=end))
    assert await grab(peer.port, complete=never) == Grabbed(Outcome.ANSWERED, (b"x" * size,))


async def test_one_byte_more_is(serve: Serve) -> None:
    peer = await serve(saying(b"x" * (budget.MAX_BYTES + 1), then=end))
    got = await grab(peer.port, complete=never)
    assert got == Grabbed(Outcome.TRUNCATED, (b"x" * budget.MAX_BYTES,), "stopped after 98304 bytes")


async def test_the_budget_holds_over_all_turns(serve: Serve) -> None:
    async def script(reader: Reader, writer: Writer) -> None:
        while await reader.read(100):
            writer.write(b"x" * 40_000 + b"\r\n")

    peer = await serve(script)
    got = await grab(peer.port, [b"turn"] * 5)
    assert (got.outcome, [len(reply) for reply in got.replies]) == (Outcome.TRUNCATED, [40_002, 40_002, 18_300])


async def test_an_endless_answer_is_cut_and_fills_no_memory(serve: Serve) -> None:
    async def endless(reader: Reader, writer: Writer) -> None:
        while True:
            writer.write(bytes(65_536))
            await writer.drain()

    peer = await serve(endless)
    tracemalloc.start()
    results = await asyncio.gather(*(grab(peer.port, complete=never) for _ in range(20)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert {(r.outcome, len(r.replies[0])) for r in results} == {(Outcome.TRUNCATED, budget.MAX_BYTES)}
    assert peak < 20 * 12 * budget.MAX_BYTES  # both ends of 20 connections, with their buffers


@pytest.mark.usefixtures("hasty")
async def test_accepted_and_silent(serve: Serve) -> None:
    peer = await serve(saying())
    with waits_less_than(budget.SILENCE + 1):
        assert await grab(peer.port) == Grabbed(Outcome.SILENT, (), "accepted, then said nothing")


@pytest.mark.usefixtures("hasty")
async def test_silent_at_a_later_turn(serve: Serve) -> None:
    peer = await serve(saying(b"one\r\n"))
    got = await grab(peer.port, [b"1", b"2"])
    assert got == Grabbed(Outcome.TRUNCATED, (b"one\r\n",), "answered, then said nothing more")


def dripping(piece: bytes, *, after: bytes = b"") -> Script:
    async def drip(reader: Reader, writer: Writer) -> None:
        writer.write(after)
        while True:
            writer.write(piece)
            await asyncio.sleep(0.02)

    return drip


@pytest.mark.usefixtures("hasty")
async def test_a_feed_that_is_slow_but_worth_the_wait_ends_with_the_total_time(serve: Serve) -> None:
    peer, loop = await serve(dripping(b"x" * budget.LEAST_BYTES)), asyncio.get_running_loop()
    start = loop.time()
    got = await grab(peer.port)
    assert budget.TOTAL <= loop.time() - start < budget.TOTAL + 1
    assert (got.outcome, got.reason) == (Outcome.TRUNCATED, "not done after 0.5 s")
    assert set(got.replies[0]) == {ord("x")}
    assert 3 * budget.LEAST_BYTES <= len(got.replies[0]) <= 26 * budget.LEAST_BYTES


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("after", [b"", b"y" * 2_000])
async def test_a_drip_feed_ends_as_silence_does(serve: Serve, after: bytes) -> None:
    peer = await serve(dripping(b"x", after=after))
    with waits_less_than(budget.TOTAL):
        got = await grab(peer.port)
        assert (got.outcome, got.reason) == (Outcome.TRUNCATED, "gave less than 64 bytes in 0.2 s")
    assert got.replies[0].startswith(after + b"x")


@pytest.mark.usefixtures("hasty")
async def test_who_says_nothing_more_amid_an_answer_is_not_waited_for(serve: Serve) -> None:
    peer = await serve(saying(b"part"))
    got = await grab(peer.port, complete=lambda _: False)
    assert got == Grabbed(Outcome.TRUNCATED, (b"part",), "said nothing for 0.2 s")


@pytest.mark.usefixtures("hasty")
async def test_the_time_for_which_our_own_pace_holds_reading_is_no_drip(serve: Serve) -> None:
    peer = await serve(saying(b"part"))
    sock = TcpSocket("127.88.0.1")
    await asyncio.get_running_loop().sock_connect(sock, ("127.88.0.1", peer.port))
    sock.at_read = lambda _: sock.hold()
    asyncio.get_running_loop().call_later(0.3, sock.read_on)
    start = time.monotonic()
    got = await gather(sock, [b"1"], lambda _: False)
    assert got == Grabbed(Outcome.TRUNCATED, (b"part",), "said nothing for 0.2 s")
    assert time.monotonic() - start >= 0.5


@pytest.mark.usefixtures("hasty")
async def test_a_drip_feed_that_is_held_up_now_and_then_gets_that_time_and_no_more(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget, "TOTAL", 5.0)  # far more than that, also where the machine is slow
    peer = await serve(dripping(b"x"))
    sock = TcpSocket("127.88.0.1")
    await asyncio.get_running_loop().sock_connect(sock, ("127.88.0.1", peer.port))
    loop = asyncio.get_running_loop()
    for number in range(1, 120):
        loop.call_later(number * 0.05, sock.hold)
        loop.call_later(number * 0.05 + 0.005, sock.read_on)
    got = await gather(sock, [b"1"], lambda _: False)
    assert got.reason == "gave less than 64 bytes in 0.2 s"  # and not that its whole time is up


async def test_an_answer_in_many_pieces_ends_when_it_is_complete_and_is_not_looked_at_piece_by_piece(
    serve: Serve,
) -> None:
    answer, looks = b"x" * 1_200 + b"\r\n", 0

    def complete(data: bytes) -> bool:
        nonlocal looks
        looks += 1
        return whole(data)

    async def crumble(reader: Reader, writer: Writer) -> None:
        for byte in answer:
            writer.write(bytes([byte]))
            await asyncio.sleep(0)
        await asyncio.sleep(60)

    peer = await serve(crumble)
    assert await grab(peer.port, complete=complete) == Grabbed(Outcome.ANSWERED, (answer,))
    assert looks < 300


async def test_a_fault_of_ours_is_not_blamed_on_the_peer(serve: Serve) -> None:
    def faulty(data: bytes) -> bool:
        raise ZeroDivisionError

    peer = await serve(saying(b"hello"))
    with pytest.raises(ZeroDivisionError):
        await grab(peer.port, complete=faulty)


async def test_over_tls_certificate_and_version_are_told(serve: Serve, certificate: Certificate) -> None:
    peer = await serve(
        saying(b"HTTP/1.1 200 OK\r\n"), tls=certificate.context(ssl.TLSVersion.TLSv1, "AES128-SHA:@SECLEVEL=0")
    )
    got = await grab(peer.port, context=legacy_context())
    assert got == Grabbed(Outcome.ANSWERED, (b"HTTP/1.1 200 OK\r\n",), "", certificate.der, "TLSv1 AES128-SHA")


async def test_modern_tls(serve: Serve, certificate: Certificate) -> None:
    peer = await serve(saying(b"hello\r\n", then=end), tls=certificate.context())
    got = await grab(peer.port, context=legacy_context(), complete=never)
    assert got == Grabbed(Outcome.ANSWERED, (b"hello\r\n",), "", certificate.der, "TLSv1.3 TLS_AES_256_GCM_SHA384")


async def test_a_certificate_alone_is_kept(serve: Serve, certificate: Certificate) -> None:
    peer = await serve(saying(then=end), tls=certificate.context(ssl.TLSVersion.TLSv1_2))
    got = await grab(peer.port, context=legacy_context())
    assert (got.outcome, got.certificate, got.tls[:7]) == (Outcome.RESET, certificate.der, "TLSv1.2")


async def test_who_wants_a_certificate_of_ours_has_shown_its_own(certificate: Certificate) -> None:
    """The alert comes right after a handshake of TLS 1.3, before a question may be sent."""
    context = certificate.context(ssl.TLSVersion.TLSv1_3)
    context.verify_mode = ssl.CERT_REQUIRED

    def refuse(listener: socket.socket) -> None:
        with listener.accept()[0] as accepted, contextlib.suppress(ssl.SSLError):
            context.wrap_socket(accepted, server_side=True).recv(100)

    with socket.create_server(("127.88.0.1", 0)) as listener:
        refusing = asyncio.create_task(asyncio.to_thread(refuse, listener))
        pause = partial(asyncio.sleep, 0.3)
        got = await grab(listener.getsockname()[1], context=legacy_context(), pause=pause)
        await refusing
    assert got == Grabbed(
        Outcome.RESET,
        (),
        "TLS: TLSV13_ALERT_CERTIFICATE_REQUIRED without a byte",
        certificate.der,
        "TLSv1.3 TLS_AES_256_GCM_SHA384",
    )


async def test_a_slow_handshake_leaves_time_for_the_answer(
    serve: Serve, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The silence before the first byte counts from the end of the handshake."""
    monkeypatch.setattr(budget, "SILENCE", 1.0)
    peer = await serve(saying(b"late\r\n"), tls=certificate.context())
    relay = await serve(delaying(peer.port, 0.6))

    got = await grab(relay.port, context=legacy_context())
    assert (got.outcome, got.replies) == (Outcome.ANSWERED, (b"late\r\n",))


def delaying(port: int, seconds: float) -> Script:
    """A relay that holds every piece from the server back for some time."""

    async def script(reader: Reader, writer: Writer) -> None:
        upstream, upward = await asyncio.open_connection("127.88.0.1", port)

        async def up() -> None:
            while data := await reader.read(10_000):
                upward.write(data)

        task = asyncio.create_task(up())
        try:
            while data := await upstream.read(10_000):
                await asyncio.sleep(seconds)
                writer.write(data)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            upward.transport.abort()

    return script


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x00" * 100, b"SSH-2.0-x\r\n"])
async def test_tls_to_a_port_that_speaks_none(serve: Serve, answer: bytes) -> None:
    peer = await serve(saying(answer))
    with pytest.raises(EndedError) as caught:
        await grab(peer.port, context=legacy_context())
    assert (caught.value.outcome, caught.value.reason[:5]) == (Outcome.GARBLED, "TLS: ")


@pytest.mark.usefixtures("hasty")
async def test_cancelled_at_any_time_nothing_is_left_open(serve: Serve, certificate: Certificate) -> None:
    plain, secure = await serve(saying()), await serve(saying(), tls=certificate.context())
    context = legacy_context()
    before = descriptors()
    for delay in (0, 0.0005, 0.002, 0.01, 0.05):
        for port, tls in ((plain.port, None), (secure.port, context)):
            task = asyncio.create_task(grab(port, context=tls))
            await asyncio.sleep(0.001)
            await asyncio.sleep(delay)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
    await eventually(lambda: plain.open_now == secure.open_now == 0)
    await eventually(lambda: descriptors() == before)
