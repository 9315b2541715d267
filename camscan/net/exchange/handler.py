"""aiohttp's response parser on a connection of ours, with the bytes kept as they came."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator

from aiohttp.client_proto import ResponseHandler

from camscan.net import budget
from camscan.net.exchange.drip import DripGuard
from camscan.net.exchange.heads import Heads
from camscan.net.exchange.tcp import TcpSocket

_LONGEST_LINE = 64 * 1024
_MOST_HEADERS = 200
_KEPT_SHARE = 1 / 4
"""A connection that has brought a larger share of what it may is not used for a further request, so that the next
answer finds room."""
_SWITCHED = 101


class Handler(ResponseHandler):
    """aiohttp's response parser, with the bytes tapped before the parser can refuse them."""

    def __init__(self, loop: asyncio.AbstractEventLoop, sock: TcpSocket, most: int) -> None:
        super().__init__(loop)
        self.sock = sock
        self.most = most
        self.taken = bytearray()
        self.size = 0
        self.cut = ""
        self.stale_at = 0.0
        self._passes_on = False
        self._heads: Heads | None = None
        self._drip = DripGuard(sock, self._dripped)

    def data_received(self, data: bytes) -> None:
        """Keep what has come, within the bound, and pass it on."""
        if self._passes_on:
            super().data_received(data)
            return
        self._drip.came(len(data))
        room = self.most - self.size
        self.taken += data[:room]
        self.size += min(len(data), room)
        if len(data) <= room:
            with self._passing_on():
                self._show(self._heads.plain(data) if self._heads else data)
        elif self.transport is not None:
            self.cut = f"stopped after {self.most} bytes"
            self.transport.abort()

    def _show(self, data: bytes) -> None:
        """Give the parser what it is to see; where it refuses a body, whoever waits for that is told."""
        if not data:
            self.start_timeout()  # something has come
            return
        super().data_received(data)
        error, payload = self.exception(), self._payload
        if error is not None and payload is not None and not payload.is_eof():  # the parser has forgotten it
            payload.set_exception(error)

    @contextlib.contextmanager
    def _passing_on(self) -> Iterator[None]:
        """During the body aiohttp may give `data_received` what it has kept, which has been tapped already."""
        self._passes_on = True
        try:
            yield
        finally:
            self._passes_on = False

    def resume_reading(self, resume_parser: bool = True) -> None:
        """Read on, unless our own pace holds the reading."""
        super().resume_reading(resume_parser)
        if self.sock.held:  # aiohttp reads on whenever somebody has taken what it had
            self.sock.hold()

    def connection_lost(self, exc: BaseException | None) -> None:
        """End with the connection."""
        self._drip.close()
        super().connection_lost(exc)

    def rest(self) -> None:
        """Expect nothing until the next request; the peer may be silent."""
        self._drip.stop()
        self.sock.deadline = None

    def _dripped(self, why: str) -> None:
        if self.transport is not None:
            self.cut = why
            self.transport.abort()

    def is_usable(self) -> bool:
        """Whether a further request may be sent: not where more came than was asked for, or too long ago."""
        return self.is_connected() and not self.should_close and self._loop.time() <= self.stale_at

    def renew(self) -> None:
        """Prepare for the next request."""
        self.taken.clear()
        if self.size > self.most * _KEPT_SHARE:
            self.close()

    async def answered(self, request: bytes) -> None:
        """Send a request and receive the whole answer."""
        self._heads = None if self.taken else Heads()  # what came before it was asked for is with the parser
        with self._passing_on():
            self.set_response_params(
                read_until_eof=True,
                auto_decompress=False,
                read_timeout=budget.SILENCE,
                max_line_size=_LONGEST_LINE,
                max_field_size=_LONGEST_LINE,
                max_headers=_MOST_HEADERS,
            )
        if self.transport is not None and not self.transport.is_closing():  # or asyncio's TLS may raise AttributeError
            self.transport.write(request)
        self.start_timeout()
        message, content = await self.read()
        while message.code < 200 and message.code != _SWITCHED:
            message, content = await self.read()
        while content.exception() is not None or not content.is_eof():  # the bytes are tapped, so the end is enough
            await content.readany()
        self.stale_at = self._loop.time() + budget.SILENCE

    def close(self) -> None:
        """Close at once: a peer that does not answer a TLS shutdown would keep its slot for long."""
        self._drip.close()
        self.abort()
