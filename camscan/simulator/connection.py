"""One connection of a client to a simulated device."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import struct
from collections.abc import Iterable
from typing import SupportsIndex

from camscan.simulator.counters import Counters
from camscan.simulator.template import Filler

MAX_HEAD = 64 * 1024  # bytes of a request's head; scanners send some hundred
MAX_BODY = 64 * 1024  # bytes of a request's body; SOAP requests have about one thousand

_FLUSH = 2.0
_HANDSHAKE = 10.0
_LENGTH = re.compile(rb"\ncontent-length[ \t]*:[ \t]*([0-9]{1,6})", re.IGNORECASE)
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class _CountingReader(asyncio.StreamReader):
    """A reader that counts all received bytes, whether they are read or not."""

    def __init__(self, port: int, counters: Counters) -> None:
        super().__init__(limit=MAX_HEAD)
        self._port = port
        self._counters = counters

    def feed_data(self, data: Iterable[SupportsIndex]) -> None:
        copy = bytes(data)
        self._counters.came(self._port, copy)
        super().feed_data(copy)


class ClientConnection:
    """What a service needs to answer one client. `port` is the device's true port."""

    def __init__(self, port: int, filler: Filler, counters: Counters) -> None:
        self.port = port
        self.filler = filler
        self.counters = counters
        self.reader: asyncio.StreamReader = _CountingReader(port, counters)
        self._writer: asyncio.StreamWriter | None = None

    async def open(self, sock: socket.socket, context: ssl.SSLContext | None) -> None:
        """Take over an accepted socket, with TLS if there is a context. Raises OSError."""
        loop = asyncio.get_running_loop()
        protocol = asyncio.StreamReaderProtocol(self.reader)
        timeout = _HANDSHAKE if context else None
        transport, _ = await loop.connect_accepted_socket(
            lambda: protocol, sock, ssl=context, ssl_handshake_timeout=timeout
        )
        self._writer = asyncio.StreamWriter(transport, protocol, self.reader, loop)

    async def head(self) -> bytes:
        """The head of the next request. Raises EOFError if there is none."""
        return await self.reader.readuntil(b"\r\n\r\n")

    async def body(self, head: bytes) -> bytes:
        """The body that goes with a head."""
        length = _LENGTH.search(head)
        return await self.reader.readexactly(min(int(length[1]), MAX_BODY)) if length else b""

    async def send(self, data: bytes) -> None:
        """Send, as fast as the client reads. Raises OSError."""
        if self._writer is None or self._writer.is_closing():
            raise ConnectionResetError
        self._writer.write(data)
        await self._writer.drain()

    async def close(self) -> None:
        """Close once everything has been sent, but after some time in any case."""
        if self._writer is not None:
            self._writer.close()
            try:
                async with asyncio.timeout(_FLUSH):
                    await self._writer.wait_closed()
            except TimeoutError:
                self.abort()
            except OSError:
                pass  # the connection is gone already
            self._writer = None

    def reset(self) -> None:
        """Close with a reset."""
        if self._writer is not None:
            sock: socket.socket = self._writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            self.abort()
            self._writer = None

    def abort(self) -> None:
        """Close at once and discard unsent data."""
        if self._writer is not None:
            self._writer.transport.abort()
