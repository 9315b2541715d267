"""The real network, as probes see it."""

from __future__ import annotations

import asyncio
import random
import socket
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Container, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property, partial
from ipaddress import ip_address
from typing import Any, Self

from camscan.net import budget
from camscan.net.base import Broker, Datagram, Discovery, Enrolled, Exchange, Inquiry, NewQuestion, url_host
from camscan.net.dialer import Dialer
from camscan.net.discovery.hostdiscovery import STRAGGLERS, HostDiscovery
from camscan.net.discovery.link import Link, Range
from camscan.net.discovery.segment import Segment
from camscan.net.discovery.strays import Strays
from camscan.net.discovery.swept import Discover, SweptDiscovery, by_datagram
from camscan.net.exchange.browsing import EnrolledBrowser, HttpBrowser, exchange, not_begun
from camscan.net.exchange.grab import gather
from camscan.net.exchange.http import conversation
from camscan.net.exchange.secure import legacy_context, pinned_context
from camscan.net.exchange.udp import UdpEndpoint, Waiter, repeats
from camscan.net.kernel.interfaces import Interface, is_own
from camscan.net.outcomes import EndedError
from camscan.net.pacing.limits import Limits
from camscan.net.pacing.profile import Profile
from camscan.net.programs.portsource import PortSource
from camscan.net.scope import Scope
from camscan.records import Observation, Outcome, Sent


class LiveNet:
    """Implements `camscan.net.base.Net` on this host's interfaces. Use as an async context manager."""

    def __init__(
        self,
        scope: Scope,
        profile: Profile,
        interfaces: Sequence[Interface] = (),
        on_link: Sequence[Range] = (),
        broker: Broker | None = None,
        *,
        sweep: PortSource | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._broker = broker
        self.sweep = sweep
        self.notes: list[str] = []
        self._dialer = Dialer(scope, profile, limits=limits)
        self.failures = self._dialer.failures  # sends that this host refused, by reason
        self.lost_gateways, self.hush = self._dialer.gateways.lost, self._dialer.hush
        """Gateways that stopped answering ARP, with the seconds for which they did not answer."""
        self.faded, self.used_up = self._dialer.hosts.faded, self._dialer.hosts.used_up
        """Hosts that answered and then stopped, so that they were slowed down for; and that sent all that one may."""
        self.strays = Strays()
        self._interfaces = tuple(interfaces)
        self._endpoints: dict[tuple[int, int], UdpEndpoint] = {}
        self._segment_dropped = 0
        self._link = Link(interfaces, on_link)
        self._watching: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._watching = asyncio.create_task(self._dialer.gateways.watch())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._watching is not None:
            self._watching.cancel()
        for endpoint in self._endpoints.values():
            endpoint.close()
        self._dialer.close()

    @property
    def spoke(self) -> int:
        """How many hosts gave an answer on a port, and so could stop answering."""
        return self._dialer.hosts.spoke

    @property
    def sent(self) -> Sent:
        """What has been sent so far."""
        swept = self.sweep.sent if self.sweep is not None else 0
        packets = self._dialer.packets + self._link.sent_packets + swept
        return Sent(packets, self._dialer.bytes + self._link.sent_bytes, self._dialer.max_host_rate)

    @property
    def dropped(self) -> int:
        """Datagrams lost because a buffer was full."""
        lost = self._segment_dropped + self._link.dropped
        return lost + sum(c.dropped for c in self._endpoints.values())

    def exclude(self, excluded: Container[str]) -> None:
        """Send nothing more to these addresses; sweeps in other programs are stopped."""
        self._dialer.set_scope(replace(self._dialer.scope, excluded=excluded))
        self._link.stop()
        if self.sweep is not None:
            self.sweep.notes.append("exclusions were added while it ran")
            self.sweep.stop()

    def attend(self, address: str) -> AbstractAsyncContextManager[None]:
        """See `Net.attend`."""
        return self._dialer.attend(address)

    def discover(
        self, addresses: Iterable[str], ports: Sequence[int], questions: Sequence[NewQuestion], *, at_once: int
    ) -> AsyncGenerator[Discovery, None]:
        """See `Net.discover`."""

        def discover(ports: Sequence[int], wide: int) -> Discover:
            return HostDiscovery(self._dialer, self._endpoint, ports, questions, wide).run

        in_full = discover(ports, at_once)
        if self.sweep is None:
            return in_full(addresses)
        silent = discover((), by_datagram(at_once, len(ports), questions))
        swept = SweptDiscovery(self.sweep, self._dialer.pace, by_datagram=silent, in_full=in_full)
        return swept.run(addresses, self.notes)

    async def try_port(self, address: str, port: int) -> Exchange:
        """See `Net.try_port`."""
        try:
            sock = await self._dialer.open(address, port, bare=True)
        except EndedError as ended:
            return not_begun(address, port, _now(), ended)
        sock.close()
        return Exchange(address, port, Outcome.ANSWERED, _now())

    async def converse(
        self, address: str, port: int, turns: Sequence[bytes], complete: Callable[[bytes], bool], *, tls: bool = False
    ) -> Exchange:
        """See `Net.converse`."""
        at = _now()
        try:
            sock = await self._dialer.open(address, port, tls=tls)
            pause = partial(self._dialer.pause, address, sock)
            got = await gather(sock, turns, complete, self._legacy if tls else None, pause)
        except EndedError as ended:
            self._note(address, port, ended.outcome, connected=ended.connected)
            return not_begun(address, port, at, ended)
        self._note(address, port, got.outcome)
        return exchange(address, port, at, got)

    def browse(self, address: str, port: int, *, tls: bool = False) -> AbstractAsyncContextManager[HttpBrowser]:
        """See `Net.browse`."""
        return self._browser(address, port, self._legacy if tls else None)

    @asynccontextmanager
    async def enrolled(
        self, address: str, port: int, seen: Sequence[Observation], *, tls: bool = False
    ) -> AsyncIterator[Enrolled | None]:
        """See `Net.enrolled`."""
        login = self._broker.login(address, port, seen, tls=tls) if self._broker is not None else None
        if login is None:
            yield None
            return
        self._dialer.hosts[address].allowance.most = budget.MAX_ENROLLED_HOST_BYTES
        bounds = {"most": budget.MAX_ENROLLED_BYTES, "grace": budget.ENROLLED_GRACE}
        context = pinned_context() if tls else None
        async with self._browser(address, port, context, objection=login.objection, **bounds) as browser:
            yield EnrolledBrowser(login, browser)

    @asynccontextmanager
    async def _browser(
        self, address: str, port: int, context: ssl.SSLContext | None, **how: Any
    ) -> AsyncIterator[HttpBrowser]:
        """An HTTP conversation; `how` is for `conversation`."""
        dial = partial(self._dialer.open, address, port, tls=context is not None)
        pause = partial(self._dialer.pause, address)
        async with conversation(f"{url_host(address)}:{port}", dial, pause, context, **how) as talk:
            yield HttpBrowser(talk, address, port, partial(self._note, address, port))

    async def ask(self, address: str, inquiry: Inquiry) -> Exchange:
        """See `Net.ask`."""
        at, waiter = _now(), Waiter()
        try:
            self._dialer.check(address, inquiry.port)
            endpoint = await self._endpoint(address, inquiry.port)
            with endpoint.waiting(address, waiter):
                await self._send_rounds(address, inquiry, endpoint, waiter)
                if waiter.replies:
                    await asyncio.sleep(STRAGGLERS)
        except EndedError as ended:
            if not waiter.replies:
                return not_begun(address, inquiry.port, at, ended)
        self._dialer.hosts[address].allowance.took_datagrams(sum(map(len, waiter.replies)))
        return waiter.exchange(address, inquiry.port, at)

    def loses(self, address: str) -> bool:
        """See `Net.loses`."""
        return self._dialer.hosts[address].loses

    def reaches(self, address: str) -> bool:
        """See `Net.reaches`."""
        wanted = ip_address(address)
        return any(wanted in interface.network for interface in self._interfaces)

    def arp(self) -> AsyncGenerator[Datagram | Exchange, None]:
        """See `Net.arp`."""
        swept = self.sweep.rate if self.sweep is not None else 0
        return self._link.sweep(self._dialer.pace, int(self._dialer.profile.rate - swept))

    def neighbour(self, address: str) -> str:
        """See `Net.neighbour`."""
        return self._link.mac(address)

    async def call(self, inquiry: Inquiry) -> AsyncGenerator[Datagram | Exchange, None]:
        """See `Net.call`."""
        groups = []
        for group in inquiry.groups:
            refusal = self._dialer.scope.group_refusal(group, inquiry.port)
            if refusal is None:
                groups.append(group)
            else:
                yield Exchange("", inquiry.port, refusal.outcome, _now(), reason=refusal.reason)
        segment = Segment(
            replace(inquiry, groups=groups),
            self._interfaces,
            hears=self._hears,
            asks=lambda group: self._dialer.scope.group_refusal(group, inquiry.port) is None,
        )
        try:
            async with aclosing(segment.run(self._dialer.pace)) as heard:
                async for item in heard:
                    if not (isinstance(item, Datagram) and self._asked(item)):
                        yield item
        finally:
            self._dialer.packets += segment.sent_packets
            self._dialer.bytes += segment.sent_bytes
            self._segment_dropped += segment.dropped

    def _hears(self, source: str) -> bool:
        """Whether answers of this source are taken in; of the others, those are noted that no network here has."""
        scope = self._dialer.scope
        if not (heard := scope.hears(source)) and source not in scope.excluded:
            self.strays.note(source)
        return heard

    def _asked(self, datagram: Datagram) -> bool:
        """Whether this is a request of our own to this host, received on the listening port."""
        ours = any(datagram.port in endpoint.ports for endpoint in self._endpoints.values())
        return ours and is_own(datagram.source)

    async def _send_rounds(self, address: str, inquiry: Inquiry, through: UdpEndpoint, waiter: Waiter) -> None:
        """Send the rounds of an inquiry until something is received, and again where datagrams are lost meanwhile."""
        port, last, new_flow = inquiry.port, len(inquiry.rounds) - 1, True
        for _ in range(1 + repeats(len(inquiry.rounds))):
            dropped = through.dropped
            for number, datagrams in enumerate(inquiry.rounds):
                for data in datagrams:
                    send = partial(through.send, data, address, port)
                    await self._dialer.datagram(address, port, send, len(data), new_flow=new_flow)
                    new_flow = False
                jittered = inquiry.pause * random.uniform(0.8, 1.3)  # noqa: S311 - jitter
                if await _heard(waiter, jittered if number < last else inquiry.wait):
                    return
            if through.dropped == dropped:
                return

    async def _endpoint(self, address: str, port: int) -> UdpEndpoint:
        """What sends to this port by this address family."""
        family = socket.AF_INET6 if ":" in address else socket.AF_INET

        async def found() -> UdpEndpoint:
            if (family, port) not in self._endpoints:
                self._endpoints[family, port] = UdpEndpoint(family)
            return self._endpoints[family, port]

        return await self._dialer.retry_while_exhausted(found)

    @cached_property
    def _legacy(self) -> ssl.SSLContext:
        return legacy_context()

    def _note(self, address: str, port: int, outcome: Outcome, *, connected: bool = True) -> None:
        """Record at the host's limits how an exchange on an open port ended, unless this host itself refused it."""
        if outcome.has_answer:
            self._dialer.hosts[address].heard(port)
        elif outcome not in (Outcome.NOT_SENT, Outcome.EXCLUDED):
            self._dialer.hosts[address].missed(port, connected=connected)


async def _heard(waiter: Waiter, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await waiter.event.wait()
    except TimeoutError:
        return False
    return True


def _now() -> datetime:
    return datetime.now(UTC)
