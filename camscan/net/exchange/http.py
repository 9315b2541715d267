"""HTTP conversations over the dialer's own connections, read by aiohttp, with the bytes kept as they came.

aiohttp's sessions are not used: they handle names, cookies, redirects and pools, none of which is wanted for one port
of one host, and they cost more than the rest of an exchange.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError

from camscan.net import budget
from camscan.net.base import HttpRequest
from camscan.net.exchange.grab import Grabbed
from camscan.net.exchange.handler import Handler
from camscan.net.exchange.secure import attach
from camscan.net.exchange.tcp import TcpSocket
from camscan.net.outcomes import EndedError
from camscan.records import Outcome

_HEADERS = "User-Agent: camscan\r\nAccept: */*\r\nAccept-Encoding: identity\r\n"
_PATH = re.compile(r"/[!-~]*")
"""Origin form: begins with a slash, so that nothing in it can be read as a host, and has no blank or line end."""

Dial = Callable[[], Awaitable[TcpSocket]]
Pause = Callable[[TcpSocket], Awaitable[None]]  # waits until an open connection may be used again
Objection = Callable[[bytes], str]
"""Takes the certificate (DER) of a peer and says why nothing may be spoken with it; "" where it may."""


@dataclass(slots=True)
class Conversation:
    """Sequential requests to one port of one host, on a kept-alive connection."""

    _host: str
    _dial: Dial
    _pause: Pause
    _context: ssl.SSLContext | None
    _objection: Objection | None
    _most: int
    _grace: float
    _handler: Handler | None = None

    async def request(self, request: HttpRequest, authorization: str = "", *, again: bool = True) -> Grabbed:
        """Send one request and return the answer; with `again`, retry once if a kept-alive connection was closed.

        An answer that aiohttp's parser rejects ends as `GARBLED`, with the bytes received before that. Raises
        EndedError if no connection could be made.
        """
        if not _PATH.fullmatch(request.path):
            return Grabbed(Outcome.NOT_SENT, (), "no path in origin form")
        if not authorization.isprintable():  # it repeats what the peer called itself
            return Grabbed(Outcome.NOT_SENT, (), "control characters in a header")
        before = self._handler
        got = await self._once(request, authorization)
        if again and got.outcome is Outcome.RESET and before is not None and self._handler is before:
            return await self._once(request, authorization)
        return got

    async def close(self) -> None:
        """Close the connection, and wait until its slots are released."""
        if self._handler is not None and (closed := self._handler.closed) is not None:
            self._handler.close()
            with contextlib.suppress(aiohttp.ClientError):
                await closed

    async def _once(self, request: HttpRequest, authorization: str) -> Grabbed:
        if self._handler is not None:
            self._handler.renew()
            if self._handler.is_usable():
                await self._pause(self._handler.sock)
        try:
            async with asyncio.timeout(budget.TOTAL) as deadline:
                await self._send(self._written(request, authorization), deadline)
        except aiohttp.SocketTimeoutError:
            return self._late(f"said nothing for {budget.SILENCE:g} s")
        except TimeoutError:
            return self._late(f"not done after {budget.TOTAL:g} s")
        except (aiohttp.ClientError, HttpProcessingError) as error:
            return self._grabbed(Outcome.GARBLED, f"{type(error).__name__}: {error}"[:200])
        finally:
            if self._handler is not None:
                self._handler.rest()
        return self._grabbed(Outcome.ANSWERED)

    def _written(self, request: HttpRequest, authorization: str) -> bytes:
        """The request as sent."""
        method = "POST" if request.body else "GET"
        given = (("Content-Type", request.content_type), ("Authorization", authorization))
        headers = "".join([f"{name}: {value}\r\n" for name, value in given if value])
        length = f"Content-Length: {len(request.body)}\r\n" if request.body else ""
        target = request.path.partition("#")[0]
        head = f"{method} {target} HTTP/1.1\r\nHost: {self._host}\r\n{_HEADERS}{headers}{length}\r\n"
        return head.encode() + request.body

    async def _send(self, request: bytes, deadline: asyncio.Timeout) -> None:
        handler = await self._connected(deadline)
        try:
            await handler.answered(request)
        except (aiohttp.ClientError, HttpProcessingError) as error:
            handler.close()
            error.__traceback__ = error.__cause__ = None  # they lead to what holds it, and to all that came
            raise
        except BaseException:
            handler.close()
            raise
        if handler.should_close:
            handler.close()

    async def _connected(self, deadline: asyncio.Timeout) -> Handler:
        """The open connection, or a new one.

        The time of the exchange starts when it is open: waiting for a slot is not the peer's fault.
        """
        loop, kept = asyncio.get_running_loop(), self._handler
        if kept is not None and kept.is_usable():
            kept.sock.deadline = deadline
            return kept
        if kept is not None:
            kept.close()
        deadline.reschedule(None)
        sock = await self._dial()
        deadline.reschedule(loop.time() + budget.TOTAL)
        sock.deadline, sock.grace = deadline, self._grace
        handler = Handler(loop, sock, self._most)
        try:
            await attach(sock, handler, self._context, partial(self._pause, sock))
        except BaseException:
            sock.deadline = None
            handler.close()
            raise
        self._handler = handler
        if self._objection is not None and self._context is not None:
            self._vet(handler, self._objection)
        return handler

    @staticmethod
    def _vet(handler: Handler, objection: Objection) -> None:
        """Close the connection if nothing may be sent to this peer, before a byte of a request is sent."""
        reason = objection(handler.sock.certificate)
        if reason:
            handler.close()
            raise EndedError(Outcome.AUTH_REQUIRED, reason, connected=True)

    def _late(self, reason: str) -> Grabbed:
        grabbed = self._grabbed(Outcome.TRUNCATED, reason)
        return grabbed if grabbed.replies else Grabbed(Outcome.SILENT, (), reason)

    def _grabbed(self, outcome: Outcome, reason: str = "") -> Grabbed:
        handler = self._handler
        if handler is None or not handler.taken:
            return Grabbed(Outcome.RESET, (), "closed without a byte")
        if handler.cut:
            outcome, reason = Outcome.TRUNCATED, handler.cut
        return Grabbed(outcome, (bytes(handler.taken),), reason)


@asynccontextmanager
async def conversation(
    host: str,
    dial: Dial,
    pause: Pause,
    context: ssl.SSLContext | None,
    *,
    objection: Objection | None = None,
    most: int = budget.MAX_BYTES,
    grace: float = budget.TOTAL,
) -> AsyncIterator[Conversation]:
    """An HTTP conversation with `host` ("10.0.0.5:80") over connections made by `dial`; TLS with a context.

    `pause` is awaited before a connection is used again, and once TLS is established. `objection` is asked about the
    peer's certificate before anything is sent. At most `most` bytes are read from each connection, and at most `grace`
    seconds are added to an exchange for the time that our own pace holds it up.
    """
    usual_port = ":443" if context else ":80"
    talk = Conversation(host.removesuffix(usual_port), dial, pause, context, objection, most, grace)
    try:
        yield talk
    finally:
        await talk.close()
