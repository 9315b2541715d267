"""The real network, as probes see it."""

from __future__ import annotations

import asyncio
import random
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime

from camscan.net import grab
from camscan.net.base import Browser, Datagram, Exchange, HttpRequest, Inquiry
from camscan.net.connect import reset
from camscan.net.dialer import Dialer, EndedError, now
from camscan.net.http import Conversation, Line, conversation
from camscan.net.interfaces import Interface
from camscan.net.outcomes import of_answer
from camscan.net.profile import Profile
from camscan.net.scope import Scope
from camscan.net.segment import Segment
from camscan.net.udp import Correspondent
from camscan.records import Outcome, Sent

_TLS_AT_ONCE = 100
"""Each TLS connection costs some 300 kB while it is open."""
_STRAGGLERS = 0.25
"""Seconds to wait for further datagrams after the first."""
_BYTES_PER_ACK = 2_896
"""The kernel acknowledges every second full segment."""


class LiveNet:
    """Implements `camscan.net.base.Net` on this host's interfaces. Use as an async context manager."""

    def __init__(self, scope: Scope, profile: Profile, interfaces: Sequence[Interface] = ()) -> None:
        self._dialer = Dialer(scope, profile)
        self._interfaces = tuple(interfaces)
        self._scope = scope
        self._correspondents: dict[tuple[int, int], Correspondent] = {}
        self._tls = asyncio.Semaphore(_TLS_AT_ONCE)
        self._context: ssl.SSLContext | None = None
        self._dropped = 0

    async def __aenter__(self) -> LiveNet:
        return self

    async def __aexit__(self, *_: object) -> None:
        for correspondent in self._correspondents.values():
            self._dropped += correspondent.dropped
            correspondent.close()
        self._correspondents.clear()
        self._dialer.close()

    @property
    def sent(self) -> Sent:
        """What has been sent so far."""
        return Sent(self._dialer.packets, self._dialer.bytes, self._dialer.max_host_rate)

    @property
    def dropped(self) -> int:
        """Datagrams that came and were lost for want of room."""
        return self._dropped + sum(c.dropped for c in self._correspondents.values())

    @property
    def faded(self) -> frozenset[str]:
        """Hosts that answered and then stopped, so that they were asked more slowly."""
        return frozenset(self._dialer.faded)

    @property
    def failures(self) -> int:
        """Sends that this host did not let out."""
        return self._dialer.failures

    def attend(self, address: str) -> AbstractAsyncContextManager[None]:
        """See `Net.attend`."""
        return self._dialer.attend(address)

    async def knock(self, address: str, port: int) -> Exchange:
        """See `Net.knock`."""
        try:
            line = await self._dialer.open(address, port)
        except EndedError as ended:
            return Exchange(address, port, ended.outcome, now(), reason=ended.reason)
        reset(line.sock)
        line.release()
        self._dialer.spent(address, 1, 0)
        return Exchange(address, port, Outcome.ANSWERED, now())

    async def converse(
        self, address: str, port: int, turns: Sequence[bytes], complete: Callable[[bytes], bool], *, tls: bool = False
    ) -> Exchange:
        """See `Net.converse`."""
        at = now()
        try:
            line = await self._dialer.open(address, port)
        except EndedError as ended:
            self._dialer.host(address).record(answered=False)
            return Exchange(address, port, ended.outcome, at, reason=ended.reason)
        try:
            got = await self._over_tls(line, turns, complete) if tls else await _grabbed(line, turns, complete, {})
        finally:
            line.release()
        self._account(address, got, turns=len(turns), size=sum(map(len, turns)), tls=tls)
        return Exchange(address, port, got.outcome, at, got.replies, got.reason, got.certificate, got.tls)

    @asynccontextmanager
    async def browse(self, address: str, port: int, *, tls: bool = False) -> AsyncIterator[Browser]:
        """See `Net.browse`."""
        scheme, context = ("https", self._legacy()) if tls else ("http", None)
        host = f"[{address}]" if ":" in address else address
        async with conversation(f"{scheme}://{host}:{port}", lambda: self._dial(address, port), context) as talk:
            yield _Browser(talk, address, port, self._account)

    async def ask(self, address: str, inquiry: Inquiry) -> Exchange:
        """See `Net.ask`."""
        at = now()
        correspondent = self._correspondent(address, inquiry.port)
        waiter = correspondent.expect(address)
        try:
            for number, datagrams in enumerate(inquiry.rounds):
                if number and await _heard(waiter.event, inquiry.pause * random.uniform(0.8, 1.3)):  # noqa: S311 - jitter
                    break
                for data in datagrams:
                    await self._dialer.datagram(
                        address,
                        inquiry.port,
                        lambda data=data: correspondent.send(data, address, inquiry.port),  # type: ignore[misc]
                        len(data),
                        new_flow=not number and data is datagrams[0],
                    )
            if await _heard(waiter.event, inquiry.wait) and waiter.replies:
                await asyncio.sleep(_STRAGGLERS)
        except EndedError as ended:
            return Exchange(address, inquiry.port, ended.outcome, at, reason=ended.reason)
        finally:
            correspondent.forget(address)
        return _of_datagrams(address, inquiry.port, at, waiter.replies, waiter.error)

    async def call(self, inquiry: Inquiry) -> AsyncIterator[Datagram | Exchange]:
        """See `Net.call`."""
        segment = Segment(inquiry, self._interfaces, self._scope.hears)
        try:
            async for item in segment.run(self._dialer.pace):
                yield item
        finally:
            self._dialer.packets += segment.sent_packets
            self._dialer.bytes += segment.sent_bytes
            self._dropped += segment.dropped

    async def _dial(self, address: str, port: int) -> Line:
        try:
            return await self._dialer.open(address, port)
        except EndedError as ended:
            raise OSError(0, f"{ended.outcome}: {ended.reason}") from ended

    async def _over_tls(self, line: Line, turns: Sequence[bytes], complete: Callable[[bytes], bool]) -> grab.Grabbed:
        extra = {"ssl": self._legacy(), "server_hostname": "", "ssl_handshake_timeout": grab.SILENCE}
        async with self._tls:
            return await _grabbed(line, turns, complete, extra)

    def _legacy(self) -> ssl.SSLContext:
        if self._context is None:
            self._context = grab.legacy_context()
        return self._context

    def _correspondent(self, address: str, port: int) -> Correspondent:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        key = (family, port)
        if key not in self._correspondents:
            self._correspondents[key] = Correspondent(family)
        return self._correspondents[key]

    def _account(self, address: str, got: grab.Grabbed, *, turns: int, size: int, tls: bool) -> None:
        received = sum(map(len, got.replies))
        self._dialer.spent(address, 2 * turns + 2 + (3 if tls else 0) + received // _BYTES_PER_ACK, size)
        self._dialer.host(address).record(answered=got.outcome.has_answer)


class _Browser:
    """Implements `camscan.net.base.Browser`."""

    def __init__(self, talk: Conversation, address: str, port: int, account: Callable[..., None]) -> None:
        self._talk = talk
        self._address = address
        self._port = port
        self._account = account

    async def fetch(self, request: HttpRequest) -> Exchange:
        """See `Browser.fetch`."""
        at = now()
        try:
            got = await self._talk.request(request)
        except OSError as error:
            return Exchange(self._address, self._port, Outcome.SILENT, at, reason=error.strerror or str(error))
        self._account(self._address, got, turns=1, size=len(request.path) + len(request.body) + 100, tls=False)
        return Exchange(self._address, self._port, got.outcome, at, got.replies, got.reason)


async def _grabbed(
    line: Line, turns: Sequence[bytes], complete: Callable[[bytes], bool], extra: dict[str, object]
) -> grab.Grabbed:
    loop = asyncio.get_running_loop()
    protocol = grab.Grab(turns, complete)
    try:
        async with asyncio.timeout(grab.TOTAL):
            await loop.create_connection(lambda: protocol, sock=line.sock, **extra)  # type: ignore[call-overload]
            return await asyncio.shield(protocol.result)
    except TimeoutError:
        protocol.expire()
        return protocol.result.result()
    except ssl.SSLError as error:
        return grab.Grabbed(Outcome.GARBLED, (), f"TLS: {error.reason or error}")
    except ConnectionAbortedError as error:  # asyncio's word for a handshake that took too long
        return grab.Grabbed(Outcome.SILENT, (), str(error))
    except ConnectionError as error:
        return grab.Grabbed(Outcome.RESET, (), str(error))
    except OSError as error:
        return grab.Grabbed(of_answer(error.errno or 0), (), str(error))
    finally:
        protocol.close()


async def _heard(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True


def _of_datagrams(address: str, port: int, at: datetime, replies: Sequence[bytes], error: int) -> Exchange:
    if replies:
        return Exchange(address, port, Outcome.ANSWERED, at, tuple(replies))
    return Exchange(address, port, of_answer(error) if error else Outcome.SILENT, at)
