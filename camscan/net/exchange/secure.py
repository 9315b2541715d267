"""Attaches a connected socket to the event loop, within TLS if that is wanted."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from asyncio import sslproto
from collections.abc import Awaitable, Callable

from camscan.net import budget
from camscan.net.exchange.tcp import TLS_SHUTDOWN, TcpSocket
from camscan.net.outcomes import EndedError, of_answer, reason
from camscan.records import Outcome

_OP_LEGACY_SERVER_CONNECT = ssl.Options(0x4)  # OpenSSL's SSL_OP_LEGACY_SERVER_CONNECT; Python names it from 3.12 on

_DER = 2  # Python's number for this form of a certificate (_ssl.ENCODING_DER)


class _Waiting(asyncio.Protocol):
    """Notes what the peer showed, and buffers what is received before the actual protocol may start."""

    def __init__(self, sock: TcpSocket) -> None:
        self._sock = sock
        self.transport: asyncio.Transport | None = None
        self.data: list[bytes] = []
        self.lost: list[Exception | None] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]  # TLS has no other
        session = transport.get_extra_info("ssl_object")  # which tells no more once the peer has sent an alert
        self._sock.certificate = session.getpeercert(binary_form=True) or b""
        self._sock.tls = " ".join(filter(None, (session.version(), (session.cipher() or ("",))[0])))

    def data_received(self, data: bytes) -> None:
        self.data.append(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost.append(exc)

    def hand_over(self, protocol: asyncio.Protocol) -> None:
        if self.transport is None:
            return
        self.transport.set_protocol(protocol)
        protocol.connection_made(self.transport)
        for data in self.data:
            protocol.data_received(data)
        for exc in self.lost:
            protocol.connection_lost(exc)


class _Secured(sslproto.SSLProtocol):
    """asyncio's TLS with a buffer for one record, which is all that OpenSSL returns at once.

    asyncio's own buffer is 256 KiB, zeroed for each connection: a hundred at once took 28 MiB.
    """

    max_size = 16 * 1024


async def attach(
    sock: TcpSocket,
    protocol: asyncio.Protocol,
    context: ssl.SSLContext | None = None,
    pause: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Attach a connected socket to a protocol on the event loop, within TLS if a context is given.

    `pause` is awaited once TLS is established, before the protocol starts. Raises EndedError if TLS could not be
    established; the socket is closed.
    """
    loop = asyncio.get_running_loop()
    try:
        if context is None:
            sock.transport, _ = await loop.create_connection(lambda: protocol, sock=sock)
        else:
            await _secure(sock, protocol, context, pause)
    except OSError as error:
        sock.hang_up()
        # Its traceback leads to the future that holds it.
        raise _without_tls(error.with_traceback(None), sock.certificate) from error
    except BaseException:
        sock.hang_up()
        raise


async def _secure(
    sock: TcpSocket, protocol: asyncio.Protocol, context: ssl.SSLContext, pause: Callable[[], Awaitable[None]] | None
) -> None:
    """Establish TLS; the socket knows the transport below, so that reading can be held during the handshake, too."""
    loop, waiting = asyncio.get_running_loop(), _Waiting(sock)
    done: asyncio.Future[None] = loop.create_future()
    secured = _Secured(  # with no name of the server: none is known, so none is asked for
        loop,
        waiting,
        context,
        done,
        ssl_handshake_timeout=budget.SILENCE,  # type: ignore[arg-type]  # any number will do
        ssl_shutdown_timeout=TLS_SHUTDOWN,
    )
    try:
        sock.transport, _ = await loop.create_connection(lambda: secured, sock=sock)
        await done
    except BaseException:
        done.cancel()
        sock.certificate = sock.certificate or _shown(secured)
        if sock.transport is not None:
            sock.transport.close()
        raise
    if pause is not None:
        await pause()
    waiting.hand_over(protocol)


def _shown(secured: _Secured) -> bytes:
    """The certificate of a peer with which TLS was not established, as one that wants a certificate from us; or b""."""
    with contextlib.suppress(AttributeError, TypeError, IndexError):
        # Public only from Python 3.13 on.
        first = secured._sslobj._sslobj.get_unverified_chain()[0]  # type: ignore[attr-defined]  # noqa: SLF001
        return bytes(first.public_bytes(_DER))
    return b""


def _without_tls(error: OSError, certificate: bytes = b"") -> EndedError:
    ended = _ended(error)
    ended.certificate = certificate
    return ended


def _ended(error: OSError) -> EndedError:
    if isinstance(error, ssl.SSLError):
        return EndedError(Outcome.GARBLED, f"TLS: {error.reason or error}", connected=True)
    if error.errno is None and isinstance(error, ConnectionAbortedError):  # asyncio's word for a slow handshake
        return EndedError(Outcome.SILENT, f"no TLS handshake within {budget.SILENCE:g} s", connected=True)
    if error.errno is None and isinstance(error, ConnectionError):
        return EndedError(Outcome.RESET, "closed during the TLS handshake", connected=True)
    return EndedError(of_answer(error.errno or 0), reason(error.errno or 0), connected=True)


def legacy_context() -> ssl.SSLContext:
    """A TLS context that still talks to the oldest devices. For looking only: it authenticates nobody."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:COMPLEMENTOFALL:eNULL:@SECLEVEL=0")
    context.options |= _OP_LEGACY_SERVER_CONNECT
    return context


def pinned_context() -> ssl.SSLContext:
    """A TLS context for logins: as old as devices are, but never without encryption or a certificate to hold on to.

    It trusts no authority, since devices sign their own certificates: whoever uses it compares the certificate.
    """
    context = legacy_context()
    context.set_ciphers("ALL:!aNULL:!eNULL:@SECLEVEL=0")
    return context
