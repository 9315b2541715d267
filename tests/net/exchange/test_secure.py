from __future__ import annotations

import asyncio
import ssl
import tracemalloc

import pytest
from support.peers import Certificate, Reader, Serve, Writer, descriptors, end_with_reset, eventually, idle

from camscan.net import budget
from camscan.net.exchange.secure import attach, legacy_context
from camscan.net.exchange.tcp import TcpSocket
from camscan.net.outcomes import EndedError
from camscan.records import Outcome


def settled(sock: TcpSocket) -> bool:
    return sock.fileno() < 0


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


async def dial(port: int) -> TcpSocket:
    sock = TcpSocket("127.88.0.1")
    await asyncio.get_running_loop().sock_connect(sock, ("127.88.0.1", port))
    return sock


async def echo(reader: Reader, writer: Writer) -> None:
    writer.write(await reader.read(100))
    await reader.read(100)


async def test_attached_in_the_clear(serve: Serve) -> None:
    peer = await serve(echo)
    sock, protocol = await dial(peer.port), Greeter()
    await attach(sock, protocol)
    await eventually(lambda: protocol.data == b"hello")
    assert protocol.transport is not None
    protocol.transport.abort()
    await asyncio.sleep(0)
    assert settled(sock)


async def test_attached_over_tls(serve: Serve, certificate: Certificate) -> None:
    peer = await serve(echo, tls=certificate.context())
    sock, protocol = await dial(peer.port), Greeter()
    await attach(sock, protocol, legacy_context())
    await eventually(lambda: protocol.data == b"hello")
    assert protocol.transport is not None
    protocol.transport.abort()
    await asyncio.sleep(0)
    assert settled(sock)


async def test_a_peer_that_ignores_the_end_of_tls_is_left_soon(serve: Serve, certificate: Certificate) -> None:
    async def deaf(reader: Reader, writer: Writer) -> None:
        await reader.read(5)
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        await asyncio.sleep(60)

    peer = await serve(deaf, tls=certificate.context())
    sock, protocol = await dial(peer.port), Greeter()
    await attach(sock, protocol, legacy_context())
    await eventually(lambda: peer.accepted == 1)
    assert protocol.transport is not None
    protocol.transport.close()
    await eventually(lambda: settled(sock), 1.0)


async def ended(port: int, context: ssl.SSLContext) -> tuple[Outcome, str]:
    sock = await dial(port)
    with pytest.raises(EndedError) as caught:
        await attach(sock, Greeter(), context)
    await eventually(lambda: settled(sock), 0.3)
    assert caught.value.connected
    return caught.value.outcome, caught.value.reason


@pytest.mark.usefixtures("hasty")
async def test_how_tls_can_fail(serve: Serve) -> None:
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
        sock = await dial(peer.port)
        task = asyncio.create_task(attach(sock, Greeter(), context))
        for _ in range(rounds):
            await asyncio.sleep(0)
        if not task.done():
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await eventually(lambda sock=sock: settled(sock), 0.2)  # type: ignore[misc]
        else:
            sock.hang_up()
            await eventually(lambda sock=sock: settled(sock), 0.2)  # type: ignore[misc]
    await eventually(lambda: peer.open_now == 0 or peer.accepted == 2)
    assert descriptors() <= before + 1 + 2  # the listener, and the peer's ends


async def test_a_line_that_no_transport_took_over_is_closed_too(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*_: object, **__: object) -> None:
        raise ValueError("before any transport")

    peer = await serve(idle)
    sock = await dial(peer.port)
    monkeypatch.setattr("camscan.net.exchange.tcp.TLS_SHUTDOWN", 0.1)
    monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", fails)
    with pytest.raises(ValueError, match="before any transport"):
        await attach(sock, Greeter())
    await eventually(lambda: settled(sock), 0.5)


def test_the_handshake_has_the_budget_of_a_first_byte() -> None:
    assert budget.SILENCE < budget.TOTAL


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2])
async def test_old_versions_are_still_spoken(serve: Serve, certificate: Certificate, version: ssl.TLSVersion) -> None:
    peer = await serve(echo, tls=certificate.context(version))
    sock, protocol = await dial(peer.port), Greeter()
    await attach(sock, protocol, legacy_context())
    assert protocol.transport is not None
    assert protocol.transport.get_extra_info("ssl_object").version() == version.name.replace("_", ".")
    protocol.transport.abort()


async def test_more_than_one_record_comes_in_order_and_whole(serve: Serve, certificate: Certificate) -> None:
    sent = bytes(range(256)) * 1_000

    async def long(reader: Reader, writer: Writer) -> None:
        await reader.read(100)
        writer.write(sent)
        await writer.drain()
        await reader.read(100)

    peer = await serve(long, tls=certificate.context())
    sock, protocol = await dial(peer.port), Greeter()
    await attach(sock, protocol, legacy_context())
    await eventually(lambda: len(protocol.data) == len(sent))
    assert protocol.data == sent
    assert protocol.transport is not None
    protocol.transport.abort()


async def test_a_connection_over_tls_takes_little_memory(serve: Serve) -> None:
    """A scan has hundreds at once."""
    count, context = 16, legacy_context()
    peer = await serve(idle)
    socks = [await dial(peer.port) for _ in range(count)]
    tracemalloc.start()
    try:
        tasks = [asyncio.create_task(attach(sock, Greeter(), context)) for sock in socks]
        await asyncio.sleep(0.1)
        assert tracemalloc.get_traced_memory()[0] < count * 64 * 1024
    finally:
        tracemalloc.stop()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await eventually(lambda: all(map(settled, socks)))


async def test_what_a_peer_says_before_it_is_asked_is_not_lost(serve: Serve) -> None:
    """It speaks no TLS, and shall be called that, not silent."""

    async def first(reader: Reader, writer: Writer) -> None:
        writer.write(b"220 ready\r\n")
        await reader.read(10_000)
        await asyncio.sleep(60)

    peer = await serve(first)
    sock = await dial(peer.port)
    await asyncio.sleep(0.05)
    with pytest.raises(EndedError) as caught:
        await attach(sock, Greeter(), legacy_context())
    assert (caught.value.outcome, caught.value.reason) == (Outcome.GARBLED, "TLS: WRONG_VERSION_NUMBER")
