"""One simulated device: the services of a persona on an address of its own."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial

from camscan.errors import HostError
from camscan.simulator import binary, certificates, rtsp, sockets, web
from camscan.simulator.authentication import Authenticator
from camscan.simulator.connection import ClientConnection
from camscan.simulator.counters import Counters
from camscan.simulator.datagrams import Datagrams, Endpoint, GroupMember, services
from camscan.simulator.schema import Certificate, Persona, Truth
from camscan.simulator.template import Filler

_LONGEST = 300.0  # seconds that one connection may last, so that those of vanished clients are closed


@dataclass(frozen=True, slots=True)
class _Service:
    port: int
    serve: Callable[[ClientConnection], Awaitable[None]]
    certificate: Certificate | None = None


class Device:
    """A device of the site. `ports` maps the true TCP ports that are available to the actual ones.

    `multicast`: it is also asked by multicast, where it has a protocol for that; on loopback nobody can.
    """

    def __init__(self, persona: Persona, address: str, *, multicast: bool = False) -> None:
        self.persona = persona
        self.address = address
        self.counters = Counters()
        self.ports: dict[int, int] = {}
        self.faults: list[str] = []  # ports that are not available, in words
        self._filler = Filler(persona, address, self.ports)
        self._listeners: list[sockets.Listener] = []
        self._endpoints: list[Endpoint] = []
        self._multicast = multicast
        self._groups: list[asyncio.DatagramTransport] = []
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def name(self) -> str:
        """The persona's name."""
        return self.persona.name

    @property
    def truth(self) -> Truth:
        """What the device really is."""
        return self.persona.truth

    async def start(self) -> None:
        """Listen on all available ports. Raises HostError if none is available."""
        sockets.check(self.address)
        bound = self._bound()
        for sock, service in bound:
            self._listeners.append(sockets.Listener(sock, partial(self._accepted, service)))
        await self._open_datagrams()
        if self.faults and not (self._listeners or self._endpoints):
            raise HostError(f"none of its ports is available: {'; '.join(self.faults)}")

    async def stop(self) -> None:
        """Close everything."""
        self.die()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0)  # transports tell of their end in the loop's next turn

    def die(self) -> None:
        """Refuse everything from now on."""
        self._close_ports()
        for task in self._tasks:
            task.cancel()

    def fade(self) -> None:
        """Leave everything unanswered from now on."""
        for listener in self._listeners:
            listener.fall_silent()
        for endpoint in self._endpoints:
            endpoint.quiet = True

    def fill(self, text: str) -> str:
        """A text of the persona with its placeholders filled."""
        return self._filler.fill(text)

    def _bound(self) -> list[tuple[socket.socket, _Service]]:
        """The listening sockets; the highest ports are bound first, so that shifted ports do not take theirs."""
        bound = []
        for service in sorted(_services(self.persona, self.counters), key=lambda service: -service.port):
            try:
                sock = sockets.tcp_or_shifted(self.address, service.port)
            except OSError as error:
                self.faults.append(f"{self.address} TCP {service.port}: {error.strerror}")
                continue
            self.ports[service.port] = sock.getsockname()[1]
            bound.append((sock, service))
        return bound

    async def _open_datagrams(self) -> None:
        loop = asyncio.get_running_loop()
        for service in services(self.persona):
            try:
                sock = sockets.udp(self.address, service.port)
            except OSError as error:
                self.faults.append(f"{self.address} UDP {service.port}: {error.strerror}")
                continue
            endpoint = Endpoint(service, self._filler, self.counters)
            await loop.create_datagram_endpoint(lambda endpoint=endpoint: endpoint, sock=sock)  # type: ignore[misc]
            self._endpoints.append(endpoint)
            if self._multicast and service.group:
                await self._join(service, endpoint)

    async def _join(self, service: Datagrams, endpoint: Endpoint) -> None:
        try:
            sock = sockets.group(service.group, service.port, self.address)
        except OSError as error:
            self.faults.append(f"{self.address} UDP {service.port}, group {service.group}: {error.strerror}")
            return
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: GroupMember(endpoint), sock=sock)
        self._groups.append(transport)

    def _close_ports(self) -> None:
        for listener in self._listeners:
            listener.close()
        for endpoint in self._endpoints:
            endpoint.close()
        for member in self._groups:
            member.abort()

    def _accepted(self, service: _Service, sock: socket.socket) -> None:
        recent = self.counters.opened()
        task = asyncio.get_running_loop().create_task(self._serve(service, sock))
        self._tasks.add(task)
        task.add_done_callback(partial(self._ended, sock))
        self._apply_limits(recent)

    def _ended(self, sock: socket.socket, task: asyncio.Task[None]) -> None:
        """Clean up after a connection; not in its task, which never starts if it is cancelled at once."""
        self._tasks.discard(task)
        self.counters.closed()
        sock.close()

    def _apply_limits(self, recent: int) -> None:
        """Let a fragile device fail if the new connection is one too many."""
        limits = self.persona.limits
        if limits and recent > limits.per_second:
            self.counters.violations.append(f"{recent} connections within a second")
        if limits and self.counters.at_once > limits.at_once:
            self.counters.violations.append(f"{self.counters.at_once} connections at once")
        if self.counters.violations:
            self.die()
        elif self.counters.connections == self.persona.fades_after:
            self.fade()

    async def _serve(self, service: _Service, sock: socket.socket) -> None:
        client = ClientConnection(service.port, self._filler, self.counters)
        try:
            async with asyncio.timeout(_LONGEST):
                await client.open(sock, await self._context(service.certificate))
                await service.serve(client)
                await client.close()
        except (OSError, EOFError, asyncio.LimitOverrunError):
            pass  # the client left, sent nonsense, or stayed too long
        finally:
            client.abort()

    async def _context(self, certificate: Certificate | None) -> ssl.SSLContext | None:
        if certificate is None:
            return None
        filled = {name: self.fill(getattr(certificate, name)) for name in ("subject", "issuer")}
        names = tuple(self.fill(name) for name in certificate.names)
        return await asyncio.to_thread(certificates.context, certificate.model_copy(update={**filled, "names": names}))


def _services(persona: Persona, counters: Counters) -> Iterator[_Service]:
    """The TCP services of a persona."""
    authenticator = Authenticator(persona.login, counters) if persona.login is not None else None
    for server in persona.web:
        for port in server.ports:
            yield _Service(port, partial(web.serve, server, authenticator=authenticator))
        for port in server.tls_ports:
            yield _Service(port, partial(web.serve, server, authenticator=authenticator), server.certificate)
    if persona.rtsp:
        for port in persona.rtsp.ports:
            yield _Service(port, partial(rtsp.serve, persona.rtsp))
    if persona.dvrip:
        for port in persona.dvrip.ports:
            yield _Service(port, partial(binary.serve_dvrip, persona.dvrip))
    for raw in persona.raw:
        for port in raw.ports:
            yield _Service(port, partial(binary.serve_raw, raw), raw.certificate)
