"""A net for tests that answers from a script: no socket is opened."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Container, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from camscan.net.base import Browser, Datagram, Discovery, Enrolled, Exchange, HttpRequest, Inquiry, NewQuestion
from camscan.records import Observation, Outcome

AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@dataclass
class Port:
    """What one TCP port says: to raw bytes in the clear, over TLS, and to HTTP requests by path."""

    plain: Callable[[bytes], bytes] | None = None
    tls: Callable[[bytes], bytes] | None = None
    certificate: bytes = b""
    pages: Mapping[str, bytes] = field(default_factory=dict)
    refused_by_parser: frozenset[str] = frozenset()
    endless: frozenset[str] = frozenset()
    """Paths whose pages do not end."""
    silent: frozenset[str] = frozenset()
    """Paths at which nothing is said."""
    closes: bool = False


@dataclass
class ScriptedNet:
    """Implements `camscan.net.base.Net`; `sent` lists every call that would have put something on the wire."""

    ports: Mapping[tuple[str, int], Port] = field(default_factory=dict)
    datagrams: Mapping[tuple[str, int], Sequence[bytes]] = field(default_factory=dict)
    called: Sequence[Datagram | Exchange] = ()
    links: Sequence[Datagram | Exchange] = ()
    macs: Mapping[str, str] = field(default_factory=dict)
    connected: Container[str] = ()
    losing: Container[str] = ()
    logins: Mapping[str, str] = field(default_factory=dict)
    """Addresses that are enrolled -> why every login there ends; "" where it succeeds."""
    closed: Outcome = Outcome.SILENT
    silent_to_tls: bool = False
    """Whether every port says nothing to a handshake."""
    sent: list[tuple[str, int, str]] = field(default_factory=list)
    browsed: list[tuple[int, bool]] = field(default_factory=list)
    """Port and TLS of each HTTP conversation."""

    @asynccontextmanager
    async def attend(self, address: str) -> AsyncIterator[None]:
        yield

    async def discover(
        self, addresses: Iterable[str], ports: Sequence[int], questions: Sequence[NewQuestion], *, at_once: int
    ) -> AsyncGenerator[Discovery, None]:
        for address in addresses:
            tried, answers = [], []
            for port in ports:
                tried.append(await self.try_port(address, port))
                if tried[-1].outcome.is_alive:
                    break
            else:
                for place, new_question in enumerate(questions):
                    question = new_question()
                    answers.append((place, question, await self.ask(address, question.inquiry)))
            yield Discovery(address, tuple(tried), tuple(answers))

    async def try_port(self, address: str, port: int) -> Exchange:
        self.sent.append((address, port, "tcp"))
        outcome = Outcome.ANSWERED if (address, port) in self.ports else self.closed
        return Exchange(address, port, outcome, AT)

    async def converse(
        self, address: str, port: int, turns: Sequence[bytes], complete: Callable[[bytes], bool], *, tls: bool = False
    ) -> Exchange:
        self.sent.append((address, port, "converse over TLS" if tls else "converse"))
        script = self.ports[address, port]
        speak = script.tls if tls else script.plain
        if tls and self.silent_to_tls:
            return Exchange(address, port, Outcome.SILENT, AT, reason="no TLS handshake within 4 s")
        if tls and not script.certificate:
            return Exchange(address, port, Outcome.GARBLED, AT, reason="TLS: WRONG_VERSION_NUMBER")
        if speak is None:
            return Exchange(address, port, Outcome.SILENT, AT, certificate=script.certificate if tls else b"")
        replies = tuple(reply for turn in turns if (reply := speak(turn)))
        certificate, version = (script.certificate, "TLSv1.2 AES128-SHA") if tls else (b"", "")
        nothing = Outcome.RESET if script.closes and not tls else Outcome.SILENT
        outcome = Outcome.ANSWERED if replies else nothing
        return Exchange(address, port, outcome, AT, replies, "", certificate, version)

    @asynccontextmanager
    async def browse(self, address: str, port: int, *, tls: bool = False) -> AsyncIterator[Browser]:
        self.browsed.append((port, tls))
        yield _ScriptedBrowser(self, address, port)

    @asynccontextmanager
    async def enrolled(
        self, address: str, port: int, seen: Sequence[Observation], *, tls: bool = False
    ) -> AsyncIterator[Enrolled | None]:
        yield _ScriptedLogin(self, address, port) if address in self.logins else None

    async def ask(self, address: str, inquiry: Inquiry) -> Exchange:
        self.sent.append((address, inquiry.port, "ask"))
        replies = tuple(self.datagrams.get((address, inquiry.port), ()))
        return Exchange(address, inquiry.port, Outcome.ANSWERED if replies else Outcome.SILENT, AT, replies)

    async def call(self, inquiry: Inquiry) -> AsyncGenerator[Datagram | Exchange, None]:
        self.sent.append(("", inquiry.port, "call"))
        for item in self.called:
            yield item

    async def arp(self) -> AsyncGenerator[Datagram | Exchange, None]:
        for item in self.links:
            yield item

    def loses(self, address: str) -> bool:
        return address in self.losing

    def reaches(self, address: str) -> bool:
        return address in self.connected

    def neighbour(self, address: str) -> str:
        return self.macs.get(address, "")


@dataclass
class _ScriptedBrowser:
    net: ScriptedNet
    address: str
    port: int

    async def fetch(self, request: HttpRequest) -> Exchange:
        method = "POST" if request.body else "GET"
        self.net.sent.append((self.address, self.port, f"{method} {request.path}"))
        script = self.net.ports[self.address, self.port]
        key = request.body.decode() if request.body else request.path
        reply = (
            next((page for path, page in script.pages.items() if path in key), b"")
            if request.body
            else (script.pages.get(request.path, b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"))
        )
        if request.path in script.silent:
            return Exchange(self.address, self.port, Outcome.SILENT, AT, reason="said nothing for 4 s")
        if not reply:
            return Exchange(self.address, self.port, Outcome.RESET, AT, reason="closed without a byte")
        outcome = Outcome.GARBLED if request.path in script.refused_by_parser else Outcome.ANSWERED
        if request.path in script.endless:
            outcome = Outcome.TRUNCATED
        return Exchange(self.address, self.port, outcome, AT, (reply,))


@dataclass
class _ScriptedLogin:
    net: ScriptedNet
    address: str
    port: int
    accepted: bool = False

    async def ask(self, request: HttpRequest) -> Exchange:
        if reason := self.net.logins[self.address]:
            return Exchange(self.address, self.port, Outcome.AUTH_REQUIRED, AT, reason=reason)
        self.accepted = True
        return await _ScriptedBrowser(self.net, self.address, self.port).fetch(request)
