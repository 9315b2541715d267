"""Sends syslog messages over UDP (RFC 5426), TCP (RFC 6587, 3.4.1), TLS (RFC 5425) or a local socket.

Syslog has no acknowledgements. A datagram counts as taken when it was sent, a stream when the kernel has all of it and
the receiver has not closed the connection.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections.abc import Sequence
from urllib.parse import SplitResult, urlsplit

from camscan.net.services.delivery import Delivery
from camscan.net.services.egress import in_words, look_up, refusal

_PORTS = {"udp": 514, "tcp": 514, "tls": 6514}
_LINGER = 1.0  # seconds for which a receiver's closing of the connection is waited for
_PAUSE = 0.001
"""Seconds between two datagrams, so that a small buffer does not overflow, and between looks at what is unsent."""


async def deliver(
    to: str,
    messages: Sequence[bytes],
    *,
    timeout: float,  # noqa: ASYNC109 - it bounds the whole inside, and is told in words
    allow_private: bool = False,
) -> Delivery:
    """Send messages to `udp://host:port`, `tcp://`, `tls://` or `unix:/path`, within `timeout` seconds in all.

    The rules for addresses are those of the webhook: what is public is sent to over TLS alone.
    """
    try:
        async with asyncio.timeout(timeout):
            why = await _sent(to, messages, allow_private)
    except TimeoutError:
        return Delivery(taken=False, reason=f"not done within {timeout:g} s", again=True)
    except OSError as error:  # of which an ssl.SSLError is one
        reason = f"cannot send: {in_words(error)}"[:200]
        return Delivery(taken=False, reason=reason, again=not isinstance(error, ssl.SSLCertVerificationError))
    return Delivery(taken=not why, reason=why)


async def _sent(to: str, messages: Sequence[bytes], allow_private: bool) -> str:
    """Send the messages to the first address that accepts them; returns why none may be used, or ""."""
    parts = urlsplit(to)
    if parts.scheme == "unix":
        await _by_datagram(socket.AF_UNIX, parts.path, messages)
        return ""
    why, failure = "", None
    for address in await look_up(parts.hostname or ""):
        why = refusal(address, allow_private=allow_private, encrypted=parts.scheme == "tls", secure="tls://")
        if why:
            continue
        try:
            await _to_address(address, parts, messages)
        except OSError as error:
            failure = error
        else:
            return ""
    if failure is not None:
        raise failure
    return why


async def _to_address(address: str, parts: SplitResult, messages: Sequence[bytes]) -> None:
    port = parts.port or _PORTS[parts.scheme]
    if parts.scheme == "udp":
        await _by_datagram(socket.AF_INET6 if ":" in address else socket.AF_INET, (address, port), messages)
    else:
        await _by_stream(address, port, messages, parts.hostname if parts.scheme == "tls" else None)


async def _by_datagram(family: int, place: str | tuple[str, int], messages: Sequence[bytes]) -> None:
    loop = asyncio.get_running_loop()
    with socket.socket(family, socket.SOCK_DGRAM) as sender:
        sender.setblocking(False)
        await loop.sock_connect(sender, place)
        for message in messages:
            await loop.sock_sendall(sender, message)
            await asyncio.sleep(_PAUSE)
        if refused := sender.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):  # what ICMP has said meanwhile
            raise OSError(refused, errno.errorcode.get(refused, "refused"))


async def _by_stream(address: str, port: int, messages: Sequence[bytes], name: str | None) -> None:
    """Send over TCP, within TLS where the receiver's certificate must be for a `name`."""
    context = ssl.create_default_context() if name else None
    reader, writer = await asyncio.open_connection(address, port)
    below = writer.transport
    try:
        if context is not None:
            await writer.start_tls(context, server_hostname=name)
        writer.transport.set_write_buffer_limits(0)  # by default, `drain` waits for all but 64 KiB
        writer.writelines(b"%d %b" % (len(message), message) for message in messages)
        await writer.drain()
        while below.get_write_buffer_size():  # noqa: ASYNC110 - what lies below TLS tells nobody
            await asyncio.sleep(_PAUSE)
        if writer.can_write_eof():
            writer.write_eof()
        try:
            async with asyncio.timeout(_LINGER):
                await reader.read()
        except TimeoutError:
            pass  # it keeps the connection open, and has not broken off
    finally:
        writer.close()
