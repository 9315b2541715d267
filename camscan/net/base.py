"""The seam between probes and the network. Probes are handed a `Net`; they never open a socket themselves."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from camscan.records import Observation, Outcome

BROADCAST = "255.255.255.255"
"""As a group: the limited broadcast, sent on each interface."""


def url_host(address: str) -> str:
    """An address as it stands in a URL (RFC 3986, 3.2.2)."""
    return f"[{address}]" if ":" in address else address


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
    """One request of an HTTP conversation. `path` is origin-form; a body makes it a POST.

    `token`: the body is a SOAP envelope with an empty Header, into which `Enrolled.ask` may put a WS-UsernameToken.
    """

    path: str
    body: bytes = b""
    content_type: str = ""
    token: bool = False


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
    tried: tuple[Exchange, ...]
    answers: tuple[tuple[int, Posed, Exchange], ...]


class Browser(Protocol):
    """An HTTP conversation with one port of one host."""

    async def fetch(self, request: HttpRequest) -> Exchange:
        """Ask for one resource; redirects are not followed and no login is sent."""


class Enrolled(Protocol):
    """An HTTP conversation with one port of one device that the operator has enrolled a login for.

    No secret passes through here: the request is the asker's, and whoever stands behind this answers the challenge.
    """

    @property
    def accepted(self) -> bool:
        """Whether the device has taken the login, here or at another port, in this run."""

    async def ask(self, request: HttpRequest) -> Exchange:
        """Ask for one resource, with the login where the device asks for one; redirects are not followed.

        `ANSWERED` holds the last answer alone, the challenge before it left out; a fault in SOAP that is no question
        of the login is an answer. `AUTH_REQUIRED` says in its reason why there is no answer (see `LoginReason`); once
        a device has refused a login, every further request to it in this run ends so without a packet. Everything else
        is as with `Browser.fetch`.
        """


class Send(Protocol):
    """Puts one request on the wire of the conversation that a login is for."""

    async def __call__(self, request: HttpRequest, authorization: str = "", *, again: bool = True) -> Exchange:
        """Send a request, with an Authorization header where one is given.

        `again`: send it once more where a kept-alive connection ends just as it is used.
        """


class Login(Protocol):
    """What may be said to one port of one enrolled device, and when."""

    @property
    def accepted(self) -> bool:
        """See `Enrolled.accepted`."""

    def objection(self, certificate: bytes) -> str:
        """Why nothing may be said to the peer with this certificate (DER, empty where it showed none); else ""."""

    async def ask(self, request: HttpRequest, send: Send) -> Exchange:
        """See `Enrolled.ask`; `send` puts the request on the wire."""


class Broker(Protocol):
    """Knows for whom a login is enrolled, and holds the rules of its use."""

    def login(self, address: str, port: int, seen: Sequence[Observation], *, tls: bool) -> Login | None:
        """The login for a port, or None where none is enrolled for it. See `Net.enrolled`."""


class LoginReason(StrEnum):
    """Why a request to an enrolled device has no answer; a colon and more words may follow."""

    NOT_ENROLLED = "not enrolled"
    REFUSED = "login refused"
    LOCKED = "login locked"
    OTHER_DEVICE = "not the enrolled device"
    UNRECOGNISED = "not recognised as the enrolled device"
    CERTIFICATE = "certificate changed"
    UNSAFE = "login would not be safe"
    NO_SECRET = "secret cannot be read"  # noqa: S105 - a reason


class Net(Protocol):
    """What a probe may do. Every call keeps to scope, pace and budgets, and none raises for what a peer does."""

    def attend(self, address: str) -> AbstractAsyncContextManager[None]:
        """Hold a place for an address while it is covered; all calls to it happen inside."""

    def scout(
        self, addresses: Iterable[str], ports: Sequence[int], poses: Sequence[Callable[[], Posed]], *, at_once: int
    ) -> AsyncGenerator[Scouted, None]:
        """Look at many addresses: try ports and ask by datagram, until something shows that it lives.

        `at_once` addresses are under way or wait to be taken up by the caller.
        """

    async def try_port(self, address: str, port: int) -> Exchange:
        """Open a TCP connection and close it again; `ANSWERED` means that the port is open."""

    async def converse(
        self, address: str, port: int, turns: Sequence[bytes], complete: Callable[[bytes], bool], *, tls: bool = False
    ) -> Exchange:
        """Send `turns` one after the other on one connection, each once the answer before it is `complete`."""

    def browse(self, address: str, port: int, *, tls: bool = False) -> AbstractAsyncContextManager[Browser]:
        """Hold an HTTP conversation over kept-alive connections."""

    def enrolled(
        self, address: str, port: int, seen: Sequence[Observation], *, tls: bool = False
    ) -> AbstractAsyncContextManager[Enrolled | None]:
        """Hold an HTTP conversation with a login, where one is enrolled for this device at this port; else None.

        `seen` is everything that the address has said without a login. What was enrolled (MAC, serial, maker) is
        checked against it before the secret is used, the certificate on the connection itself; the device's clock
        is taken from it, too.
        """

    async def ask(self, address: str, inquiry: Inquiry) -> Exchange:
        """Send an inquiry to one address; `replies` are the datagrams that came from it."""

    def call(self, inquiry: Inquiry) -> AsyncIterator[Datagram | Exchange]:
        """Send an inquiry to its groups on every eligible interface and yield what comes back within scope.

        An exchange is yielded for an interface or a fixed port that cannot be used; the others go on.
        """

    def loses(self, address: str) -> bool:
        """Whether packets to or from an address that is attended to get lost, as far as its answers show."""

    def reaches(self, address: str) -> bool:
        """Whether `call` goes to the very network that an address is in."""

    def arp(self) -> AsyncIterator[Datagram | Exchange]:
        """Ask every target on this host's links for its MAC; `data` is the ARP packet in which it speaks.

        An exchange is yielded for an interface that cannot be used, or where the privilege is missing.
        """

    def neighbour(self, address: str) -> str:
        """The MAC that the kernel knows for a neighbour; empty where it knows none. Nothing is sent."""
