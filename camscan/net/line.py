"""One TCP connection: a socket that gives its places back when it is closed, and its way onto the event loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import Callable

from camscan.net import budget
from camscan.net.outcomes import EndedError, of_answer, reason
from camscan.records import Outcome

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_INFO = struct.Struct("=B135xI60xQ")
"""Of struct tcp_info (linux/tcp.h): tcpi_state, tcpi_segs_out, tcpi_bytes_sent."""
_CLOSING_PACKETS = {1: 2, 8: 1}
"""What an orderly close still sends, by state: FIN and the last acknowledgement if established, FIN in CLOSE_WAIT."""
_FAREWELL = 0.5
"""Seconds that a peer has to answer the end of a TLS session."""
_OP_LEGACY_SERVER_CONNECT = ssl.Options(0x4)
"""OpenSSL's SSL_OP_LEGACY_SERVER_CONNECT; Python names it from 3.12 on."""


class Line(socket.socket):
    """A non-blocking TCP socket of the address' family.

    `at_close` is called once it is closed, by whomever; `packets` and `payload` are then what the kernel sent on it.
    `charged` is for whoever paces: how many of these packets have been waited for.

    Raises:
        OSError: no descriptor or buffer is left.
    """

    def __init__(self, address: str) -> None:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        super().__init__(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
        self.at_close: Callable[[], None] | None = None
        self.packets = 0
        self.payload = 0
        self.charged = 0
        self._resets = False
        if family == socket.AF_INET6:
            self.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)

    def close(self) -> None:
        """Close the socket and give its places back."""
        if self.fileno() >= 0:
            self.count()
            super().close()
            at_close, self.at_close = self.at_close, None
            if at_close is not None:
                at_close()

    def reset(self) -> None:
        """Close at once with a reset: one packet, and the peer keeps no state."""
        with contextlib.suppress(OSError):
            self.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self._resets = True
        self.close()

    def hang_up(self) -> None:
        """End a connection whose transport could not be set up: the transport closes the socket as soon as it looks.

        Where it came to no transport, nobody else will.
        """
        with contextlib.suppress(OSError):
            self.shutdown(socket.SHUT_RDWR)
        asyncio.get_running_loop().call_later(2 * _FAREWELL, self.close)

    def count(self) -> None:
        """See what the kernel has sent by now; on an open line, with what its end would take."""
        try:
            info = self.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
            state, packets, self.payload = _INFO.unpack_from(info)
        except (OSError, struct.error):  # kernels before 4.19 tell less
            self.packets = self.charged
            return
        closing = _CLOSING_PACKETS.get(state, 0)
        self.packets = packets + (min(closing, 1) if self._resets else closing)


async def attach(line: Line, protocol: asyncio.Protocol, context: ssl.SSLContext | None = None) -> None:
    """Hand a connected line to a protocol on the event loop, over TLS where a context is given.

    Raises:
        EndedError: TLS did not come about; the line is closed.
    """
    loop = asyncio.get_running_loop()
    try:
        if context is None:
            await loop.create_connection(lambda: protocol, sock=line)
        else:
            await loop.create_connection(
                lambda: protocol,
                sock=line,
                ssl=context,
                server_hostname="",  # no name is known, so none is asked for
                ssl_handshake_timeout=budget.SILENCE,
                ssl_shutdown_timeout=_FAREWELL,
            )
    except OSError as error:
        line.hang_up()
        raise _without_tls(error) from error
    except BaseException:
        line.hang_up()
        raise


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
