from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Iterator

import pytest
from support.peers import Certificate, Reader, Serve, Writer, descriptors, end_with_reset, eventually, idle

from camscan.net import budget
from camscan.net.line import Line, attach, legacy_context
from camscan.net.outcomes import EndedError
from camscan.records import Outcome


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.88.0.9", 0)) as made:
        yield made


def connected(server: socket.socket) -> tuple[Line, socket.socket]:
    line = Line("127.88.0.9")
    line.setblocking(True)
    line.connect(server.getsockname())
    line.setblocking(False)
    return line, server.accept()[0]


def settled(line: Line) -> bool:
    return line.fileno() < 0


class Greeter(asyncio.Protocol):
    """Says hello, and remembers what it hears."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.lost = False
        self.data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(b"hello")

    def data_received(self, data: bytes) -> None:
        self.data += data

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True


def test_the_place_is_given_back_once(server: socket.socket) -> None:
    line, peer = connected(server)
    closed: list[bool] = []
    line.at_close = lambda: closed.append(settled(line))
    line.close()
    line.close()
    assert closed == [True]
    peer.close()


def test_packets_and_payload_are_what_the_kernel_sent(server: socket.socket) -> None:
    line, peer = connected(server)
    line.send(b"x" * 100)
    peer.recv(100)
    peer.send(b"y" * 100)
    line.setblocking(True)
    line.recv(100)
    line.close()
    assert line.payload == 100
    assert 1 + 1 + 1 <= line.packets <= 3 + 2  # SYN, data, the end; and an acknowledgement of each thing that came
    peer.close()


def test_an_open_connection_ends_with_a_reset(server: socket.socket) -> None:
    """One packet, and nothing that the peer says afterwards is acknowledged; so with a peer that never says a word."""
    line, peer = connected(server)
    line.send(b"x")
    peer.recv(1)
    sent = line.count() and line.packets
    line.close()
    assert line.packets == sent + 1
    with pytest.raises(ConnectionResetError):
        peer.recv(1)
    peer.close()


def test_what_the_peer_has_ended_is_ended_in_order(server: socket.socket) -> None:
    line, peer = connected(server)
    peer.shutdown(socket.SHUT_WR)
    line.setblocking(True)
    assert line.recv(1) == b""
    sent = line.count() and line.packets
    line.close()
    assert line.packets == sent + 1
    assert peer.recv(1) == b""
    peer.close()


def test_a_peer_may_not_send_more_ahead_than_the_window_holds(server: socket.socket) -> None:
    line = Line("127.88.0.9", window=4)
    line.setblocking(True)
    line.connect(server.getsockname())
    peer = server.accept()[0]
    peer.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while True:
            peer.send(bytes(1_000))
    held = len(line.recv(1_000_000, socket.MSG_PEEK))
    assert 1_000 <= held <= 2 * 4 * 1_448  # what the kernel takes of its buffer differs
    line.count()
    assert line.packets <= 2 + 2 * 4
    line.close()
    peer.close()


def test_nothing_is_counted_for_what_never_left() -> None:
    line = Line("127.88.0.9")
    line.close()
    assert (line.packets, line.payload) == (0, 0)


def test_the_family_follows_the_address() -> None:
    with Line("::1") as six, Line("127.0.0.1") as four:
        assert (six.family, four.family) == (socket.AF_INET6, socket.AF_INET)
        assert six.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY) == 1
        assert not six.getblocking()
        assert not four.getblocking()


async def dial(port: int) -> Line:
    line = Line("127.88.0.1")
    await asyncio.get_running_loop().sock_connect(line, ("127.88.0.1", port))
    return line


async def echo(reader: Reader, writer: Writer) -> None:
    writer.write(await reader.read(100))
    await reader.read(100)


async def test_attached_in_the_clear(serve: Serve) -> None:
    peer = await serve(echo)
    line, protocol = await dial(peer.port), Greeter()
    await attach(line, protocol)
    await eventually(lambda: protocol.data == b"hello")
    assert protocol.transport is not None
    protocol.transport.abort()
    await asyncio.sleep(0)
    assert settled(line)


async def test_attached_over_tls(serve: Serve, certificate: Certificate) -> None:
    peer = await serve(echo, tls=certificate.context())
    line, protocol = await dial(peer.port), Greeter()
    await attach(line, protocol, legacy_context())
    await eventually(lambda: protocol.data == b"hello")
    assert protocol.transport is not None
    protocol.transport.abort()
    await asyncio.sleep(0)
    assert settled(line)


async def test_a_peer_that_ignores_the_end_of_tls_is_left_soon(serve: Serve, certificate: Certificate) -> None:
    async def deaf(reader: Reader, writer: Writer) -> None:
        await reader.read(5)
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        await asyncio.sleep(60)

    peer = await serve(deaf, tls=certificate.context())
    line, protocol = await dial(peer.port), Greeter()
    await attach(line, protocol, legacy_context())
    await eventually(lambda: peer.accepted == 1)
    assert protocol.transport is not None
    protocol.transport.close()
    await eventually(lambda: settled(line), 1.0)


async def ended(port: int, context: ssl.SSLContext) -> tuple[Outcome, str]:
    line = await dial(port)
    with pytest.raises(EndedError) as caught:
        await attach(line, Greeter(), context)
    await eventually(lambda: settled(line), 0.3)
    assert caught.value.connected
    return caught.value.outcome, caught.value.reason


@pytest.mark.usefixtures("hasty")
async def test_how_tls_can_fail(serve: Serve, certificate: Certificate) -> None:
    async def plain(reader: Reader, writer: Writer) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()

    async def closes(reader: Reader, writer: Writer) -> None:
        await reader.read(10_000)

    async def resets(reader: Reader, writer: Writer) -> None:
        await reader.read(10_000)
        end_with_reset(writer)

    async def alerts(reader: Reader, writer: Writer) -> None:
        await reader.read(10_000)
        writer.write(bytes.fromhex("15030100020246"))  # fatal, protocol_version
        await writer.drain()
        await reader.read(1)

    async def drips(reader: Reader, writer: Writer) -> None:
        for byte in b"\x16\x03\x03\x40\x00\x02" + bytes(1_000):
            writer.write(bytes([byte]))
            await asyncio.sleep(0.01)

    context = legacy_context()
    assert await ended((await serve(plain)).port, context) == (Outcome.GARBLED, "TLS: WRONG_VERSION_NUMBER")
    assert await ended((await serve(closes)).port, context) == (Outcome.RESET, "closed during the TLS handshake")
    assert await ended((await serve(resets)).port, context) == (Outcome.RESET, "ECONNRESET: Connection reset by peer")
    silent = (Outcome.SILENT, "no TLS handshake within 0.2 s")
    assert await ended((await serve(idle)).port, context) == silent
    assert await ended((await serve(drips)).port, context) == silent
    assert await ended((await serve(alerts)).port, context) == (Outcome.GARBLED, "TLS: TLSV1_ALERT_PROTOCOL_VERSION")


@pytest.mark.parametrize("rounds", range(1, 7))
async def test_cancelled_at_any_point_the_line_is_closed(serve: Serve, rounds: int) -> None:
    before = descriptors()
    peer = await serve(idle)
    for context in (None, legacy_context()):
        line = await dial(peer.port)
        task = asyncio.create_task(attach(line, Greeter(), context))
        for _ in range(rounds):
            await asyncio.sleep(0)
        if not task.done():
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await eventually(lambda line=line: settled(line), 0.2)  # type: ignore[misc]
        else:
            line.hang_up()
            await eventually(lambda line=line: settled(line), 0.2)  # type: ignore[misc]
    await eventually(lambda: peer.open_now == 0 or peer.accepted == 2)
    assert descriptors() <= before + 1 + 2  # the listener, and the peer's ends


async def test_a_line_that_no_transport_took_over_is_closed_too(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*_: object, **__: object) -> None:
        raise ValueError("before any transport")

    peer = await serve(idle)
    line = await dial(peer.port)
    monkeypatch.setattr("camscan.net.line._FAREWELL", 0.1)
    monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", fails)
    with pytest.raises(ValueError, match="before any transport"):
        await attach(line, Greeter())
    await eventually(lambda: settled(line), 0.5)


def test_the_handshake_has_the_budget_of_a_first_byte() -> None:
    assert budget.SILENCE < budget.TOTAL


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2])
async def test_old_versions_are_still_spoken(serve: Serve, certificate: Certificate, version: ssl.TLSVersion) -> None:
    peer = await serve(echo, tls=certificate.context(version))
    line, protocol = await dial(peer.port), Greeter()
    await attach(line, protocol, legacy_context())
    assert protocol.transport is not None
    assert protocol.transport.get_extra_info("ssl_object").version() == version.name.replace("_", ".")
    protocol.transport.abort()


async def test_the_time_for_which_our_pace_holds_reading_is_not_the_peers(server: socket.socket) -> None:
    line, peer = connected(server)
    with line, peer:
        async with asyncio.timeout(budget.TOTAL) as line.deadline:  # noqa: ASYNC100 - its end is what is looked at
            before = line.deadline.when()
            assert before is not None
            for seconds in (0.05, 2 * budget.TOTAL, 0.05):
                line.hold()
                line._held_since -= seconds
                line.hold()
                line.read_on()
            after = line.deadline.when()
    assert after is not None
    assert after - before == pytest.approx(budget.TOTAL), "not more than once again"
