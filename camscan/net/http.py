"""HTTP conversations by aiohttp over the dialer's own connections, with the bytes kept as they came over the wire."""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

from camscan.net import budget
from camscan.net.base import HttpRequest
from camscan.net.drip import Drip
from camscan.net.grab import Grabbed
from camscan.net.line import Line, attach
from camscan.net.outcomes import EndedError
from camscan.records import Outcome

_HEADERS = {"User-Agent": "camscan", "Accept": "*/*", "Accept-Encoding": "identity"}
_LONGEST_LINE = 64 * 1024
_MOST_HEADERS = 200
_KEPT_SHARE = 1 / 4
"""A connection that has brought a larger share of what it may is not used for a further request, so that the next
answer finds room."""
_PATH = re.compile(r"/[!-~]*")
"""Origin form: begins with a slash, so that nothing in it can be read as a host, and has no blank or line end."""

Dial = Callable[[], Awaitable[Line]]
Pause = Callable[[Line], Awaitable[None]]
"""Waits until an open connection may be used again."""
Objection = Callable[[bytes], str]
"""Takes the certificate (DER) of a peer and says why nothing may be spoken with it; "" where it may."""


class _Handler(ResponseHandler):
    """aiohttp's response parser, with the bytes tapped before the parser can refuse them."""

    def __init__(self, loop: asyncio.AbstractEventLoop, line: Line, most: int) -> None:
        super().__init__(loop)
        self.line = line
        self.most = most
        self.taken = bytearray()
        self.size = 0
        self.cut = ""
        self._drip = Drip(line, self._dripped)

    def data_received(self, data: bytes) -> None:
        self._drip.came(len(data))
        room = self.most - self.size
        self.taken += data[:room]
        self.size += min(len(data), room)
        if len(data) <= room:
            super().data_received(data)
        elif self.transport is not None:
            self.cut = f"stopped after {self.most} bytes"
            self.transport.abort()

    def resume_reading(self, resume_parser: bool = True) -> None:
        super().resume_reading(resume_parser)
        if self.line.held:  # aiohttp reads on whenever somebody has taken what it had
            self.line.hold()

    def connection_lost(self, exc: BaseException | None) -> None:
        self._drip.stop()
        super().connection_lost(exc)

    def rest(self) -> None:
        """Expect nothing until the next request: its peer may be as silent as it likes."""
        self._drip.stop()

    def _dripped(self, why: str) -> None:
        if self.transport is not None:
            self.cut = why
            self.transport.abort()

    def renew(self) -> None:
        """Make ready for the next request."""
        self.taken.clear()
        if self.size > self.most * _KEPT_SHARE:
            self.close()

    def close(self) -> None:
        """Close at once: a peer that does not answer the end of a TLS session would keep its place for long."""
        self.abort()


class _Connector(aiohttp.BaseConnector):
    """Takes every connection from the dialer, so that no name is looked up and nothing leaves the scope."""

    allowed_protocol_schema_set = frozenset({"http", "https"})

    def __init__(
        self, dial: Dial, pause: Pause, context: ssl.SSLContext | None, objection: Objection | None, most: int
    ) -> None:
        super().__init__(limit=1, keepalive_timeout=budget.SILENCE)
        self._most = most
        self._dial = dial
        self._pause = pause
        self._context = context
        self._objection = objection
        self.handler: _Handler | None = None
        self._line: Line | None = None
        self._deadline: asyncio.Timeout | None = None

    async def _create_connection(self, *_request: Any) -> ResponseHandler:
        """A new connection. The time of the exchange starts when it is open: the wait for a turn is not the peer's."""
        loop = asyncio.get_running_loop()
        deadline = self._deadline
        if deadline is not None:
            deadline.reschedule(None)
        line = self._line = await self._dial()
        if deadline is not None:
            deadline.reschedule(loop.time() + budget.TOTAL)
        line.deadline = deadline
        handler = self.handler = _Handler(loop, line, self._most)
        await attach(line, handler, self._context, partial(self._pause, line))
        if self._objection is not None and self._context is not None:
            self._vet(handler, self._objection)
        return handler

    def run_in(self, deadline: asyncio.Timeout | None) -> None:
        """The exchange that begins has this time, none where one has ended."""
        self._deadline = deadline
        if deadline is None and self.handler is not None:
            self.handler.rest()
        if self._line is not None:
            self._line.deadline = deadline

    @property
    def open_line(self) -> Line | None:
        """The connection that a further request would use."""
        transport = self.handler.transport if self.handler is not None else None
        return None if transport is None or transport.is_closing() else self._line

    @staticmethod
    def _vet(handler: _Handler, objection: Objection) -> None:
        """Hang up on a peer with whom nothing may be spoken, before a byte of a request is sent."""
        session = handler.transport.get_extra_info("ssl_object") if handler.transport is not None else None
        reason = objection((session.getpeercert(binary_form=True) if session is not None else None) or b"")
        if reason:
            handler.close()
            raise EndedError(Outcome.AUTH_REQUIRED, reason, connected=True)


@dataclass(slots=True)
class Conversation:
    """Requests to one port of one host, one after the other on a kept-alive connection."""

    _session: aiohttp.ClientSession
    _connector: _Connector
    _base: str
    _pause: Pause

    async def request(self, request: HttpRequest, authorization: str = "", *, again: bool = True) -> Grabbed:
        """Send one request and gather the answer; `again` where a kept-alive connection ends just as it is used.

        An answer that aiohttp's parser refuses ends as `GARBLED`, with the bytes that came before it gave up.

        Raises:
            EndedError: no connection could be made.
        """
        if not _PATH.fullmatch(request.path):
            return Grabbed(Outcome.NOT_SENT, (), "no path in origin form")
        before = self._connector.handler
        got = await self._once(request, authorization)
        if again and got.outcome is Outcome.RESET and before is not None and self._connector.handler is before:
            return await self._once(request, authorization)
        return got

    async def _once(self, request: HttpRequest, authorization: str) -> Grabbed:
        if self._connector.handler is not None:
            self._connector.handler.renew()
        if (line := self._connector.open_line) is not None:
            await self._pause(line)
        try:
            async with asyncio.timeout(budget.TOTAL) as deadline:
                self._connector.run_in(deadline)
                await self._send(request, authorization)
        except aiohttp.SocketTimeoutError:
            return self._late(f"said nothing for {budget.SILENCE:g} s")
        except TimeoutError:
            return self._late(f"not done after {budget.TOTAL:g} s")
        except (aiohttp.ClientError, HttpProcessingError) as error:
            return self._grabbed(Outcome.GARBLED, f"{type(error).__name__}: {error}"[:200])
        finally:
            self._connector.run_in(None)
        return self._grabbed(Outcome.ANSWERED)

    async def _send(self, request: HttpRequest, authorization: str) -> None:
        method = "POST" if request.body else "GET"
        given = {"Content-Type": request.content_type, "Authorization": authorization}
        headers = {name: value for name, value in given.items() if value}
        url = URL(self._base + request.path, encoded=True)
        async with self._session.request(
            method, url, data=request.body or None, headers=headers, allow_redirects=False
        ) as response:
            async for _ in response.content.iter_any():
                pass

    def _late(self, reason: str) -> Grabbed:
        grabbed = self._grabbed(Outcome.TRUNCATED, reason)
        return grabbed if grabbed.replies else Grabbed(Outcome.SILENT, (), reason)

    def _grabbed(self, outcome: Outcome, reason: str = "") -> Grabbed:
        handler = self._connector.handler
        if handler is None or not handler.taken:
            return Grabbed(Outcome.RESET, (), "closed without a byte")
        if handler.cut:
            outcome, reason = Outcome.TRUNCATED, handler.cut
        return Grabbed(outcome, (bytes(handler.taken),), reason)


@asynccontextmanager
async def conversation(
    base: str,
    dial: Dial,
    pause: Pause,
    context: ssl.SSLContext | None,
    *,
    objection: Objection | None = None,
    most: int = budget.MAX_BYTES,
) -> AsyncIterator[Conversation]:
    """An HTTP conversation with `base` ("http://10.0.0.5:80") over connections that `dial` hands out.

    Before one is used again, and once TLS is established, `pause` is waited for.

    Over TLS, `objection` looks at the peer's certificate before anything is sent. `most` bytes are read from each
    connection.
    """
    connector = _Connector(dial, pause, context, objection, most)
    session = aiohttp.ClientSession(
        connector=connector,
        headers=_HEADERS,
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
        max_line_size=_LONGEST_LINE,
        max_field_size=_LONGEST_LINE,
        max_headers=_MOST_HEADERS,
        timeout=aiohttp.ClientTimeout(total=None, sock_read=budget.SILENCE),
    )
    session._retry_connection = False  # noqa: SLF001 - aiohttp repeats requests on new connections, too
    try:
        yield Conversation(session, connector, base, pause)
    finally:
        with contextlib.suppress(Exception):
            await session.close()
