"""The seam between probes and the network. Probes are handed a `Net`; they never open a socket themselves."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from camscan.records import Outcome

BROADCAST = "255.255.255.255"
"""As a group: the limited broadcast, sent on each interface."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """How one exchange with a peer ended, and the bytes that it gave.

    `replies` holds one entry for each request that was answered, exactly as received (a cut one included).
    `certificate` is the peer's DER certificate where TLS was spoken; `tls` names version and cipher
    ("TLSv1.2 AES128-SHA").
    """

    address: str
    port: int
    outcome: Outcome
    at: datetime
    replies: tuple[bytes, ...] = ()
    reason: str = ""
    certificate: bytes = b""
    tls: str = ""

    @property
    def raw(self) -> bytes:
        """All bytes that came, in order."""
        return b"".join(self.replies)


@dataclass(frozen=True, slots=True)
class Datagram:
    """One UDP datagram that came in, and the address and port that it came from."""

    source: str
    port: int
    data: bytes
    at: datetime
    interface: str = ""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What to ask over UDP, and for how long to wait for answers.

    `rounds` go out one after the other, `pause` seconds (plus jitter) apart; each is a set of datagrams. `wait` seconds
    after the last round the inquiry ends. `groups` are where a segment-wide inquiry goes: multicast groups or
    `BROADCAST`. Where devices answer to a fixed port or to a group instead of the asker, `listen_port` and
    `listen_groups` name them.
    """

    port: int
    rounds: Sequence[Sequence[bytes]]
    wait: float
    pause: float = 0.7
    groups: Sequence[str] = ()
    listen_port: int = 0
    listen_groups: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request of an HTTP conversation. `path` is origin-form; a body makes it a POST."""

    path: str
    body: bytes = b""
    content_type: str = ""


class Posed(Protocol):
    """A question by datagram, as it is being asked."""

    @property
    def inquiry(self) -> Inquiry:
        """What goes out."""


@dataclass(frozen=True, slots=True)
class Scouted:
    """What the first look at an address brought, up to the first sign of life or, without one, in full.

    `answers` holds a question and its end for each of the poses that came to one, by their place in the list.
    """

    address: str
    knocks: tuple[Exchange, ...]
    answers: tuple[tuple[int, Posed, Exchange], ...]


class Browser(Protocol):
    """An HTTP conversation with one port of one host."""

    async def fetch(self, request: HttpRequest) -> Exchange:
        """Ask for one resource; redirects are not followed and no login is sent."""


class Net(Protocol):
    """What a probe may do. Every call keeps to scope, pace and budgets, and none raises for what a peer does."""

    def attend(self, address: str) -> AbstractAsyncContextManager[None]:
        """Hold a place for an address while it is covered; all calls to it happen inside."""

    def scout(
        self, addresses: Iterable[str], ports: Sequence[int], poses: Sequence[Callable[[], Posed]], *, at_once: int
    ) -> AsyncGenerator[Scouted, None]:
        """Look at many addresses: knock on ports and ask by datagram, until something shows that it lives.

        `at_once` addresses are under way or wait to be taken up by the caller.
        """

    async def knock(self, address: str, port: int) -> Exchange:
        """Open a TCP connection and close it again; `ANSWERED` means that the port is open."""

    async def converse(
        self, address: str, port: int, turns: Sequence[bytes], complete: Callable[[bytes], bool], *, tls: bool = False
    ) -> Exchange:
        """Send `turns` one after the other on one connection, each once the answer before it is `complete`."""

    def browse(self, address: str, port: int, *, tls: bool = False) -> AbstractAsyncContextManager[Browser]:
        """Hold an HTTP conversation over kept-alive connections."""

    async def ask(self, address: str, inquiry: Inquiry) -> Exchange:
        """Send an inquiry to one address; `replies` are the datagrams that came from it."""

    def call(self, inquiry: Inquiry) -> AsyncIterator[Datagram | Exchange]:
        """Send an inquiry to its groups on every eligible interface and yield what comes back within scope.

        An exchange is yielded for an interface or a fixed port that cannot be used; the others go on.
        """

    def arp(self) -> AsyncIterator[Datagram | Exchange]:
        """Ask every target on this host's links for its MAC; `data` is the ARP packet in which it speaks.

        An exchange is yielded for an interface that cannot be used, or where the privilege is missing.
        """

    def neighbour(self, address: str) -> str:
        """The MAC that the kernel knows for a neighbour; empty where it knows none. Nothing is sent."""
