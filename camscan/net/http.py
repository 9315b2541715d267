"""HTTP conversations by aiohttp over the dialer's own connections, with the bytes kept as they came over the wire."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import aiohttp
from aiohttp.client_proto import ResponseHandler
from yarl import URL

from camscan.net.base import HttpRequest
from camscan.net.grab import MAX_BYTES, SILENCE, TOTAL, Grabbed
from camscan.records import Outcome

_HEADERS = {"User-Agent": "camscan", "Accept": "*/*", "Accept-Encoding": "identity"}
_LONGEST_LINE = 64 * 1024
_MOST_HEADERS = 200


@dataclass(frozen=True, slots=True)
class Line:
    """A connected socket, and what gives its place back once the connection is gone."""

    sock: socket.socket
    release: Callable[[], None]


Dial = Callable[[], Awaitable[Line]]


class _Handler(ResponseHandler):
    """aiohttp's response parser, with the bytes tapped before the parser can refuse them."""

    def __init__(self, loop: asyncio.AbstractEventLoop, release: Callable[[], None]) -> None:
        super().__init__(loop)
        self.taken = bytearray()
        self.cut = False
        self._release = release

    def data_received(self, data: bytes) -> None:
        room = MAX_BYTES - len(self.taken)
        self.taken += data[:room]
        if len(data) > room:
            self.cut = True
            self.close()
        else:
            super().data_received(data)

    def connection_lost(self, exc: BaseException | None) -> None:
        super().connection_lost(exc)
        self._release()


class _Connector(aiohttp.BaseConnector):
    """Takes every connection from the dialer, so that no name is looked up and nothing leaves the scope."""

    allowed_protocol_schema_set = frozenset({"http", "https"})

    def __init__(self, dial: Dial, context: ssl.SSLContext | None) -> None:
        super().__init__(limit=1, keepalive_timeout=SILENCE)
        self._dial = dial
        self._context = context
        self.handler: _Handler | None = None

    async def _create_connection(self, *_request: Any) -> ResponseHandler:
        line = await self._dial()
        loop = asyncio.get_running_loop()
        handler = _Handler(loop, line.release)
        extra = {"ssl": self._context, "server_hostname": ""} if self._context else {}
        try:
            await loop.create_connection(lambda: handler, sock=line.sock, **extra)  # type: ignore[call-overload]
        except BaseException:
            line.sock.close()
            line.release()
            raise
        self.handler = handler
        return handler


class Conversation:
    """Requests to one port of one host, one after the other on a kept-alive connection."""

    def __init__(self, session: aiohttp.ClientSession, connector: _Connector, base: str) -> None:
        self._session = session
        self._connector = connector
        self._base = base

    async def request(self, request: HttpRequest) -> Grabbed:
        """Send one request and gather the answer.

        An answer that aiohttp's parser refuses ends as `GARBLED`, with the bytes that came before it gave up.

        Raises:
            OSError: no connection could be made.
        """
        if self._connector.handler is not None:
            self._connector.handler.taken.clear()
        try:
            async with asyncio.timeout(TOTAL):
                await self._send(request)
            return self._grabbed("")
        except TimeoutError:
            return self._grabbed(f"not done after {TOTAL:g} s", late=True)
        except ssl.SSLError as error:
            return Grabbed(Outcome.GARBLED, (), f"TLS: {error.reason}")
        except (aiohttp.ClientError, ValueError) as error:
            return self._refused(f"{type(error).__name__}: {error}"[:200])

    async def _send(self, request: HttpRequest) -> None:
        method = "POST" if request.body else "GET"
        headers = {"Content-Type": request.content_type} if request.content_type else {}
        url = URL(self._base + request.path, encoded=True)
        async with self._session.request(
            method, url, data=request.body or None, headers=headers, allow_redirects=False
        ) as response:
            await response.content.read(MAX_BYTES)

    def _grabbed(self, reason: str, *, late: bool = False) -> Grabbed:
        handler = self._connector.handler
        data = b"" if handler is None else bytes(handler.taken)
        if not data:
            return Grabbed(Outcome.SILENT if late else Outcome.RESET, (), reason or "closed without a byte")
        cut = late or (handler is not None and handler.cut)
        return Grabbed(Outcome.TRUNCATED if cut else Outcome.ANSWERED, (data,), reason)

    def _refused(self, reason: str) -> Grabbed:
        grabbed = self._grabbed(reason)
        return replace(grabbed, outcome=Outcome.GARBLED) if grabbed.outcome is Outcome.ANSWERED else grabbed


@asynccontextmanager
async def conversation(base: str, dial: Dial, context: ssl.SSLContext | None) -> AsyncIterator[Conversation]:
    """An HTTP conversation with `base` ("http://10.0.0.5:80") over connections that `dial` hands out."""
    connector = _Connector(dial, context)
    session = aiohttp.ClientSession(
        connector=connector,
        headers=_HEADERS,
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
        max_line_size=_LONGEST_LINE,
        max_field_size=_LONGEST_LINE,
        max_headers=_MOST_HEADERS,
        timeout=aiohttp.ClientTimeout(total=TOTAL),
    )
    try:
        yield Conversation(session, connector, base)
    finally:
        with contextlib.suppress(Exception):
            await session.close()
