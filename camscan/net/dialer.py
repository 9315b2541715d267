"""The one place that opens connections and lets packets out: scope, pace, budgets, and errno to outcome."""

from __future__ import annotations

import asyncio
import contextlib
import resource
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager
from functools import lru_cache
from typing import TypeVar

from camscan.net.connect import Attempt, Connector
from camscan.net.line import Line
from camscan.net.outcomes import EndedError, of_answer, persist, reason, remark
from camscan.net.pace import FlowBudget, HostLimit, Pace
from camscan.net.profile import NEIGHBOURS, Profile
from camscan.net.routes import Routes
from camscan.net.scope import Scope, port_refusal
from camscan.records import Outcome

CONNECT_TIMEOUT = 1.5
"""Seconds for one connect: long enough for the kernel's one retransmission after a second to be answered."""
_TLS_AT_ONCE = 100
"""Each TLS connection costs some 300 kB while it is open."""
_EXCHANGE, _TLS_EXCHANGE = 4, 10
"""Packets of an exchange beside the one that begins it: the question, the acknowledgements, the end. Half of them are
waited for before, half by what comes after; what they were in truth is settled in the end."""
_RESERVED_DESCRIPTORS = 64
"""For files, the store and UDP sockets; no more than half of all."""
_REFUSALS_KEPT = 16_384
"""Addresses whose answer of the scope is remembered: it does not change while a scan runs, and each packet asks it."""
_ENOUGH_DESCRIPTORS = 65_536

_T = TypeVar("_T")


class Dialer:
    """Opens connections and grants sends, within the scope and at the pace of the profile.

    `packets` and `bytes` count what was sent on closed connections and as datagrams; `failures`, what this host did not
    let out. `max_host_rate` is the highest number of connection attempts to one host within a second.
    """

    def __init__(self, scope: Scope, profile: Profile, routes: Routes | None = None) -> None:
        self.scope = scope
        self.profile = profile
        self.pace = Pace(profile.rate)
        self.packets = 0
        self.bytes = 0
        self.max_host_rate = 0
        self.faded: set[str] = set()
        self.failures = 0
        self._refusal = lru_cache(_REFUSALS_KEPT)(scope.address_refusal)
        self._port_refusal = lru_cache(port_refusal)
        self._routes = routes if routes is not None else Routes.read()
        self._hosts: dict[str, HostLimit] = {}
        self._flows: dict[str, FlowBudget] = {}
        self._connector = Connector(CONNECT_TIMEOUT)
        self._descriptors = asyncio.Semaphore(_descriptor_budget())
        self._half_open = asyncio.Semaphore(_half_open_limit(profile))
        self._tls = asyncio.Semaphore(_TLS_AT_ONCE)
        self._neighbours = asyncio.Semaphore(NEIGHBOURS)

    def close(self) -> None:
        """Let go of what the dialer holds; connections under way are cancelled."""
        self._connector.close()

    @asynccontextmanager
    async def attend(self, address: str) -> AsyncIterator[None]:
        """Hold a place for an address; bounds how many neighbours the kernel is asked to resolve at once."""
        leave = await self.approach(address)
        host = self.host(address)
        host.attending += 1
        try:
            yield
        finally:
            leave()
            host.attending -= 1
            if host.faded:
                self.faded.add(address)
            if not host.attending:
                self._hosts.pop(address, None)

    async def approach(self, address: str) -> Callable[[], None]:
        """Take a place among the neighbours that the kernel resolves at once; returns what gives it back."""
        if not self._routes.on_link(address):
            return _nothing
        await self._neighbours.acquire()
        return self._neighbours.release

    def host(self, address: str) -> HostLimit:
        """The limits of one host."""
        limit = self._hosts.get(address)
        if limit is None:
            profile = self.profile
            limit = HostLimit(profile.host_rate, profile.host_connections, self.flows(address))
            self._hosts[address] = limit
        return limit

    def check(self, address: str, port: int) -> None:
        """See that this may be sent at all.

        Raises:
            EndedError: it may not.
        """
        refusal = self._refusal(address) or self._port_refusal(port)
        if refusal is not None:
            raise EndedError(refusal.outcome, refusal.reason)

    async def open(self, address: str, port: int, *, tls: bool = False, knock: bool = False) -> Line:
        """A connected TCP socket; its places, at the host and elsewhere, are taken until it is closed.

        Unless it is for a `knock`, an exchange follows.

        Raises:
            EndedError: no connection came about.
        """
        self.check(address, port)
        host = self.host(address)
        with ExitStack() as places:
            for semaphore in (host.slots, *((self._tls,) if tls else ()), self._descriptors):
                await semaphore.acquire()
                places.callback(semaphore.release)
            exchange = 0 if knock else _TLS_EXCHANGE if tls else _EXCHANGE
            line = await self.persist(lambda: self._attempt(address, port, host, exchange))
            places.callback(self._account, line, host)
            line.at_close = places.pop_all().close
        return line

    async def breathe(self, address: str, line: Line) -> None:
        """Wait, before an open line is used again, until what went out on it and one packet more keep to the pace."""
        host = self.host(address)
        line.count()
        self._charge(line, host, line.packets - line.charged)
        await self._turn(host, 0, _EXCHANGE)
        line.charged += 1 + _EXCHANGE
        if line.fileno() < 0:  # it has ended meanwhile, and is settled
            self._charge(line, host, -1 - _EXCHANGE)

    async def launch(self, address: str, port: int, done: Callable[[int], None]) -> tuple[Line, Attempt]:
        """Begin to connect, without a wait for the pace: that is the caller's, as are the limits of the host.

        `done` gets the errno at the end; the caller closes the line then.

        Raises:
            EndedError: it may not be sent, or this host did not let it out.
        """
        self.check(address, port)

        async def attempt() -> tuple[Line, Attempt]:
            await self._descriptors.acquire()
            await self._half_open.acquire()
            try:
                line = Line(address)
            except OSError:
                self._release()
                raise
            line.charged = 1
            line.at_close = lambda: self._land(line)
            try:
                return line, self._connector.start(line, address, port, done, lambda: self._charge(line))
            except OSError:
                line.close()
                raise

        return await self.persist(attempt)

    def abandon(self, line: Line, attempt: Attempt) -> None:
        """Give up a connection that was begun."""
        self._connector.forget(attempt)
        line.close()

    def _land(self, line: Line) -> None:
        self._account(line)
        self._release()

    def _release(self) -> None:
        self._half_open.release()
        self._descriptors.release()

    async def datagram(self, address: str, port: int, send: Callable[[], None], size: int, *, new_flow: bool) -> None:
        """Let one datagram of `size` bytes out; `send` does it.

        Raises:
            EndedError: it was not let out.
        """
        self.check(address, port)
        host = self.host(address)

        async def attempt() -> None:
            await self._turn(host, FlowBudget.UDP_SECONDS if new_flow else 0)
            send()

        await self.let_out(address, port, attempt, size)

    async def let_out(self, address: str, port: int, send: Callable[[], Awaitable[None]], size: int) -> None:
        """Let one datagram of `size` bytes out; `send` does it, and waits for whatever is to be waited for.

        Raises:
            EndedError: it was not let out.
        """
        self.check(address, port)
        await self.persist(send)
        self.packets += 1
        self.bytes += size

    async def persist(self, attempt: Callable[[], Awaitable[_T]]) -> _T:
        """Make an attempt, again and again while this host runs out of something.

        Raises:
            EndedError: this host refused it, which is never a statement about the peer.
        """
        try:
            return await persist(attempt)
        except OSError as error:
            self.failures += 1
            raise EndedError(Outcome.NOT_SENT, reason(error.errno or 0)) from error

    async def _attempt(self, address: str, port: int, host: HostLimit, exchange: int) -> Line:
        number = -1
        async with self._half_open:
            line = Line(address)
            try:
                await self._turn(host, FlowBudget.TCP_SECONDS, exchange)
                line.charged = 1 + exchange
                self.max_host_rate = max(self.max_host_rate, host.note_connect())
                number = await self._connected(line, address, port, host)
            finally:
                if number:
                    line.close()
                    self._account(line, host)
        if number:
            raise EndedError(of_answer(number), remark(number))
        return line

    async def _connected(self, line: Line, address: str, port: int, host: HostLimit) -> int:
        """Connect; the second packet, sent again or an acknowledgement, is charged at the time that it goes out."""
        number = await self._connector.connect(line, address, port, lambda: self._charge(line, host))
        if number == 0:
            self._charge(line, host)
        return number

    async def _turn(self, host: HostLimit, flow_seconds: float, exchange: int = 0) -> None:
        """Wait until a packet may go to a host; it is to be sent at once, and those of an exchange after it."""
        async with host.turn:
            await host.bucket.ready(1)
            if exchange:
                host.bucket.charge(exchange // 2)
                await host.bucket.ready(1)
            if host.flows is not None and flow_seconds:
                await host.flows.take(flow_seconds)
            await self.pace.take(1)
            self.pace.charge(exchange)
            host.bucket.charge(1 + exchange - exchange // 2)

    def _charge(self, line: Line, host: HostLimit | None = None, packets: int = 1) -> None:
        """Let later packets wait for some that a line has sent unasked."""
        line.charged += packets
        self.pace.charge(packets)
        if host is not None:
            host.bucket.charge(packets)

    def _account(self, line: Line, host: HostLimit | None = None) -> None:
        """Count what went out on a closed line, and settle it with what was charged."""
        self.packets += line.packets
        self.bytes += line.payload
        self._charge(line, host, line.packets - line.charged)

    def flows(self, address: str) -> FlowBudget | None:
        """What the router on the way to an address may track, where that is bounded."""
        gateway = self._routes.gateway(address) if self.profile.router_flows is not None else ""
        if not gateway or self.profile.router_flows is None:
            return None
        return self._flows.setdefault(gateway, FlowBudget(self.profile.router_flows))


def _nothing() -> None:
    pass


def _half_open_limit(profile: Profile) -> int:
    """How many connects may be under way: in a time-out's time, silent ones of that number send as much as the rate."""
    return max(1, min(profile.half_open, int(profile.rate * CONNECT_TIMEOUT / 2)))


def _descriptor_budget() -> int:
    """How many sockets may be open at once; the soft limit is raised to the hard one first."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            soft = hard
    limit = _ENOUGH_DESCRIPTORS if soft == resource.RLIM_INFINITY else soft
    return limit - min(_RESERVED_DESCRIPTORS, limit // 2)
