"""One TCP connection: a socket that gives its places back when it is closed, and its way onto the event loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable
from typing import Any

from camscan.net import budget
from camscan.net.outcomes import EndedError, of_answer, reason
from camscan.records import Outcome

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_INFO = struct.Struct("=B135xI60xQ")
"""Of struct tcp_info (linux/tcp.h): tcpi_state, tcpi_segs_out, tcpi_bytes_sent."""
_ENDED_BY_RESET, _ENDED_BY_FIN = frozenset({1, 4, 5}), 8
"""States (linux/tcp_states.h) of which the end is one packet: a reset in ESTABLISHED and FIN_WAIT1 and 2, where an
orderly end would have the kernel acknowledge whatever the peer sends later on; a FIN in CLOSE_WAIT."""
_QUICK_ACK = 12
"""TCP_QUICKACK (linux/tcp.h); without it an acknowledgement waits for data to go out with, or for a second segment."""
_SEGMENT = 1_448
"""Payload of a full segment. The kernel doubles the buffer that is asked for, and takes half of it for itself."""
_FAREWELL = 0.5
"""Seconds that a peer has to answer the end of a TLS session."""
_OP_LEGACY_SERVER_CONNECT = ssl.Options(0x4)
"""OpenSSL's SSL_OP_LEGACY_SERVER_CONNECT; Python names it from 3.12 on."""


class Line(socket.socket):
    """A non-blocking TCP socket of the address' family.

    `at_close` is called once it is closed, by whomever; `packets` and `payload` are then what the kernel sent on it.
    `at_read` is called with their count whenever bytes were read from it. For whoever paces: for so many of its packets
    there is room (`charged`), so many are known to have left (`noted`), and so many the whole scan has waited for
    (`paid`).
    About `window` full segments may come before those ahead of them are read. The time for which reading is held is
    given back to the `deadline` of the exchange, up to as much again as an exchange may take.
    It is closed with one packet, so that neither the peer nor this kernel keeps any state of it.

    Raises:
        OSError: no descriptor or buffer is left.
    """

    def __init__(self, address: str, window: int = 4) -> None:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        super().__init__(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
        self.at_close: Callable[[], None] | None = None
        self.at_read: Callable[[int], None] | None = None
        self.transport: asyncio.Transport | None = None
        self.packets = 0
        self.payload = 0
        self.charged = 0
        self.noted = 0
        self.deadline: asyncio.Timeout | None = None
        self.held = False
        self.held_for = 0.0
        self.paid = 0
        self._held_since = 0.0
        self._grace = budget.TOTAL
        self.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window * _SEGMENT)
        self.setsockopt(socket.IPPROTO_TCP, _QUICK_ACK, 0)
        if family == socket.AF_INET6:
            self.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)

    def close(self) -> None:
        """Close the socket and give its places back."""
        if self.fileno() >= 0:
            self._end(self.count())
            super().close()
            self.transport = None
            at_close, self.at_close = self.at_close, None
            if at_close is not None:
                at_close()

    @property
    def spare(self) -> int:
        """Packets for which there is room and that have not left, as last counted."""
        return max(self.charged - self.packets, 0)

    @property
    def held_in_all(self) -> float:
        """Seconds for which nothing has been read by now."""
        return self.held_for + (asyncio.get_running_loop().time() - self._held_since if self.held else 0.0)

    def recv(self, bufsize: int, flags: int = 0) -> bytes:
        """See `socket.recv`."""
        data = super().recv(bufsize, flags)
        self._was_read(len(data))
        return data

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        """See `socket.recv_into`."""
        count = super().recv_into(buffer, nbytes, flags)
        self._was_read(count)
        return count

    def hold(self) -> None:
        """Read nothing for now; also where somebody else has just let reading go on."""
        if not self.held:
            self.held, self._held_since = True, asyncio.get_running_loop().time()
        if self.transport is not None:
            self.transport.pause_reading()

    def read_on(self) -> None:
        """Read again."""
        self.held = False
        held_for = asyncio.get_running_loop().time() - self._held_since
        self.held_for += held_for
        self._put_off(held_for)
        if self.transport is not None:
            self.transport.resume_reading()

    def hang_up(self) -> None:
        """End a connection whose transport could not be set up: the transport closes the socket as soon as it looks.

        Where it came to no transport, nobody else will.
        """
        with contextlib.suppress(OSError):
            self.shutdown(socket.SHUT_RDWR)
        asyncio.get_running_loop().call_later(2 * _FAREWELL, self.close)

    def count(self) -> int:
        """See what the kernel has sent by now; returns the connection's state, 0 where the kernel does not tell."""
        try:
            info = self.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
            state, self.packets, self.payload = _INFO.unpack_from(info)
        except (OSError, struct.error):  # kernels before 4.19 tell less
            self.packets = self.charged
            return 0
        return int(state)

    def _put_off(self, seconds: float) -> None:
        """Our own pace is not the peer's slowness."""
        when = self.deadline.when() if self.deadline is not None and not self.deadline.expired() else None
        if self.deadline is not None and when is not None:
            granted = min(seconds, self._grace)
            self._grace -= granted
            self.deadline.reschedule(when + granted)

    def _end(self, state: int) -> None:
        if state in _ENDED_BY_RESET:
            with contextlib.suppress(OSError):
                self.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self.packets += state in _ENDED_BY_RESET or state == _ENDED_BY_FIN

    def _was_read(self, count: int) -> None:
        self.setsockopt(socket.IPPROTO_TCP, _QUICK_ACK, 0)  # the kernel forgets it by and by
        if self.at_read is not None:
            self.at_read(count)


class _Waiting(asyncio.Protocol):
    """Keeps what comes before the protocol that it is for may begin."""

    def __init__(self) -> None:
        self.data: list[bytes] = []
        self.lost: list[Exception | None] = []

    def data_received(self, data: bytes) -> None:
        self.data.append(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost.append(exc)

    def hand_over(self, transport: asyncio.Transport, protocol: asyncio.Protocol) -> None:
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        for data in self.data:
            protocol.data_received(data)
        for exc in self.lost:
            protocol.connection_lost(exc)


async def attach(
    line: Line,
    protocol: asyncio.Protocol,
    context: ssl.SSLContext | None = None,
    pause: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Hand a connected line to a protocol on the event loop, over TLS where a context is given.

    `pause` is waited for once TLS is established, before the protocol begins.

    Raises:
        EndedError: TLS did not come about; the line is closed.
    """
    loop = asyncio.get_running_loop()
    try:
        if context is None:
            line.transport, _ = await loop.create_connection(lambda: protocol, sock=line)
        else:
            await _secure(line, protocol, context, pause)
    except OSError as error:
        line.hang_up()
        raise _without_tls(error) from error
    except BaseException:
        line.hang_up()
        raise


async def _secure(
    line: Line, protocol: asyncio.Protocol, context: ssl.SSLContext, pause: Callable[[], Awaitable[None]] | None
) -> None:
    """Establish TLS on a transport of its own, so that reading can be held up while TLS is being established, too."""
    loop, waiting = asyncio.get_running_loop(), _Waiting()
    raw, _ = await loop.create_connection(asyncio.Protocol, sock=line)
    line.transport = raw
    secured = await loop.start_tls(
        raw,
        waiting,
        context,
        server_hostname="",  # no name is known, so none is asked for
        ssl_handshake_timeout=budget.SILENCE,
        ssl_shutdown_timeout=_FAREWELL,
    )
    if pause is not None:
        await pause()
    if secured is not None:
        waiting.hand_over(secured, protocol)


def _without_tls(error: OSError) -> EndedError:
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
