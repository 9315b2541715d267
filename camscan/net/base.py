"""The interface between probes and the network. A probe is given a `Net`; it never opens a socket itself."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeAlias

from camscan.records import Fields, Observation, Outcome

BROADCAST = "255.255.255.255"  # the limited broadcast address; as a group of an inquiry: sent on each interface


def url_host(address: str) -> str:
    """An address as it stands in a URL (RFC 3986, 3.2.2)."""
    return f"[{address}]" if ":" in address else address


@dataclass(frozen=True, slots=True)
class Exchange:
    """How one exchange with a peer ended, and the bytes received.

    `replies` holds one entry for each answered request, exactly as received; the last may be cut short.
    `certificate` is the peer's DER certificate where TLS was spoken; `tls` names version and cipher
    ("TLSv1.2 AES128-SHA"). Where it was not `begun`, for want of a connection or of leave, no request was sent.
    """

    address: str
    port: int
    outcome: Outcome
    at: datetime
    replies: tuple[bytes, ...] = ()
    reason: str = ""
    certificate: bytes = b""
    tls: str = ""
    begun: bool = True

    @property
    def raw(self) -> bytes:
        """All bytes received, in order."""
        return b"".join(self.replies)


@dataclass(frozen=True, slots=True)
class Datagram:
    """One received UDP datagram, with its source address and port."""

    source: str
    port: int
    data: bytes
    at: datetime
    interface: str = ""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What to send over UDP, and how long to wait for answers.

    Each of the `rounds` is a set of datagrams; they are sent `pause` seconds (plus jitter) apart. The inquiry ends
    `wait` seconds after the last round. `groups` are the destinations of a segment-wide inquiry: multicast groups or
    `BROADCAST`. `listen_port` and `listen_groups` are for protocols whose answers go to a fixed port or to a group
    instead of the sender.
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


@dataclass(frozen=True, slots=True)
class Question:
    """An inquiry, and the decoder of its answers: one mapping of fields for each device in a datagram."""

    inquiry: Inquiry
    decode: Callable[[bytes], Sequence[Fields]]
    secret: bytes = b""  # bytes of the question that must not be kept: they are masked in its answers


NewQuestion: TypeAlias = Callable[[], Question]  # makes a question with ids of its own


@dataclass(frozen=True, slots=True)
class Discovery:
    """What host discovery learned of an address: everything up to the first sign of life, or all if there was none.

    `answers` holds, for each question that was finished, its index, the question and how it ended.
    """

    address: str
    tried: tuple[Exchange, ...]
    answers: tuple[tuple[int, Question, Exchange], ...]


class Browser(Protocol):
    """An HTTP conversation with one port of one host."""

    async def fetch(self, request: HttpRequest) -> Exchange:
        """Ask for one resource; redirects are not followed and no login is sent."""


class Enrolled(Protocol):
    """An HTTP conversation with one port of a device for which the operator enrolled a login.

    The caller never sees the secret: it gives the request, and the implementation answers the challenge.
    """

    @property
    def accepted(self) -> bool:
        """Whether the device has accepted the login in this run, at this port or another."""

    async def ask(self, request: HttpRequest) -> Exchange:
        """Ask for one resource, with the login where the device asks for one; redirects are not followed.

        `ANSWERED` holds the last answer only, without the challenge before it; a SOAP fault that is not about the
        login counts as an answer. For `AUTH_REQUIRED`, the reason says why there is no answer (see `LoginReason`);
        once a device has refused a login, every further request to it in this run ends like that without a packet.
        Everything else is as in `Browser.fetch`.
        """


class Send(Protocol):
    """Sends one request in the conversation that a login is for."""

    async def __call__(self, request: HttpRequest, authorization: str = "", *, again: bool = True) -> Exchange:
        """Send a request, with an Authorization header where one is given.

        `again`: retry once if a kept-alive connection turns out to be closed.
        """


class Login(Protocol):
    """Decides what may be sent to one port of an enrolled device, and when."""

    @property
    def accepted(self) -> bool:
        """See `Enrolled.accepted`."""

    def objection(self, certificate: bytes) -> str:
        """Why nothing may be sent to a peer with this certificate (DER; empty if it has none), or ""."""

    async def ask(self, request: HttpRequest, send: Send) -> Exchange:
        """See `Enrolled.ask`; `send` puts the request on the wire."""


class Broker(Protocol):
    """Knows which devices have an enrolled login, and the rules for using it."""

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
    """What a probe may do. Every call respects scope, pace and budgets, and never raises because of a peer."""

    def attend(self, address: str) -> AbstractAsyncContextManager[None]:
        """Reserve a slot for an address while it is covered; every call for that address is made inside."""

    def discover(
        self, addresses: Iterable[str], ports: Sequence[int], questions: Sequence[NewQuestion], *, at_once: int
    ) -> AsyncGenerator[Discovery, None]:
        """Check many addresses for life: try ports and send datagrams until one of them answers or refuses.

        At most `at_once` addresses are in progress or waiting for the caller.
        """

    async def try_port(self, address: str, port: int) -> Exchange:
        """Open a TCP connection and close it again; `ANSWERED` means that the port is open."""

    async def converse(
        self, address: str, port: int, turns: Sequence[bytes], complete: Callable[[bytes], bool], *, tls: bool = False
    ) -> Exchange:
        """Send `turns` on one connection, each after the answer to the one before is `complete`."""

    def browse(self, address: str, port: int, *, tls: bool = False) -> AbstractAsyncContextManager[Browser]:
        """Hold an HTTP conversation over kept-alive connections."""

    def enrolled(
        self, address: str, port: int, seen: Sequence[Observation], *, tls: bool = False
    ) -> AbstractAsyncContextManager[Enrolled | None]:
        """Hold an HTTP conversation with a login, or give None if none is enrolled for this device and port.

        `seen` is everything observed of the address without a login. The enrolled identity (MAC, serial, maker) is
        checked against it before the secret is used, and the device's clock is taken from it. The certificate is
        checked on the connection itself.
        """

    async def ask(self, address: str, inquiry: Inquiry) -> Exchange:
        """Send an inquiry to one address; `replies` are the datagrams that came from it."""

    def call(self, inquiry: Inquiry) -> AsyncGenerator[Datagram | Exchange, None]:
        """Send an inquiry to its groups on every eligible interface, and yield the answers that are within scope.

        If an interface or a fixed port cannot be used, an exchange says so, and the others go on.
        """

    def loses(self, address: str) -> bool:
        """Whether packets to or from an attended address are being lost, as far as its answers show."""

    def reaches(self, address: str) -> bool:
        """Whether `call` reaches the network of an address."""

    def arp(self) -> AsyncGenerator[Datagram | Exchange, None]:
        """Ask every target on this host's links for its MAC; `data` is the ARP packet of the answer.

        If an interface cannot be used or the privilege is missing, an exchange says so.
        """

    def neighbour(self, address: str) -> str:
        """The MAC of a neighbour in the kernel's table, or "". Nothing is sent."""
