"""The one place that opens connections and lets packets out: scope, pace, budgets, and errno to outcome."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import resource
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager
from functools import lru_cache
from typing import TypeVar

from camscan.net.connect import Connector
from camscan.net.line import Line
from camscan.net.outcomes import EndedError, of_answer, persist, reason
from camscan.net.pace import FlowBudget, HostLimit, Pace
from camscan.net.profile import NEIGHBOURS, Profile
from camscan.net.routes import Routes
from camscan.net.scope import Scope
from camscan.records import Outcome

CONNECT_TIMEOUT = 1.5
"""Seconds for one connect: long enough for the kernel's one retransmission after a second to be answered."""
_SENT_AGAIN = 1.0
"""Seconds after which the kernel sends an unanswered SYN again (RFC 6298, 2.1)."""
_TLS_AT_ONCE = 100
"""Each TLS connection costs some 300 kB while it is open."""
_RESERVED_DESCRIPTORS = 64
"""For files, the store and UDP sockets; no more than half of all."""
_REFUSALS_KEPT = 65_536
"""Answers of the scope that are remembered: it does not change while a scan runs, and each packet asks it."""
_ENOUGH_DESCRIPTORS = 65_536
_PLAIN = frozenset({errno.ECONNREFUSED, errno.ETIMEDOUT})
"""Their outcomes say it all."""

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
        self._refusal = lru_cache(_REFUSALS_KEPT)(scope.refusal)
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
        async with self._neighbours if self._routes.on_link(address) else contextlib.nullcontext():
            host = self.host(address)
            host.attending += 1
            try:
                yield
            finally:
                host.attending -= 1
                if host.faded:
                    self.faded.add(address)
                if not host.attending:
                    self._hosts.pop(address, None)

    def host(self, address: str) -> HostLimit:
        """The limits of one host."""
        limit = self._hosts.get(address)
        if limit is None:
            profile = self.profile
            limit = HostLimit(profile.host_rate, profile.host_connections, self._flow_budget(address))
            self._hosts[address] = limit
        return limit

    def check(self, address: str, port: int) -> None:
        """See that this may be sent at all.

        Raises:
            EndedError: it may not.
        """
        refusal = self._refusal(address, port)
        if refusal is not None:
            raise EndedError(refusal.outcome, refusal.reason)

    async def open(self, address: str, port: int, *, tls: bool = False) -> Line:
        """A connected TCP socket; its places, at the host and elsewhere, are taken until it is closed.

        Raises:
            EndedError: no connection came about.
        """
        self.check(address, port)
        host = self.host(address)
        with ExitStack() as places:
            for semaphore in (host.slots, *((self._tls,) if tls else ()), self._descriptors):
                await semaphore.acquire()
                places.callback(semaphore.release)
            line = await self.persist(lambda: self._attempt(address, port, host))
            places.callback(self._account, line, host)
            line.at_close = places.pop_all().close
        return line

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

        await self.persist(attempt)
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

    async def _attempt(self, address: str, port: int, host: HostLimit) -> Line:
        number = -1
        async with self._half_open:
            line = Line(address)
            try:
                await self._turn(host, FlowBudget.TCP_SECONDS)
                line.charged = 1
                self.max_host_rate = max(self.max_host_rate, host.note_connect())
                number = await self._connected(line, address, port, host)
            finally:
                if number:
                    line.close()
                    self._account(line, host)
        if number:
            raise EndedError(of_answer(number), "" if number in _PLAIN else reason(number))
        return line

    async def _connected(self, line: Line, address: str, port: int, host: HostLimit) -> int:
        """Connect; the second packet, sent again or an acknowledgement, is charged at the time that it goes out."""
        again = asyncio.get_running_loop().call_later(_SENT_AGAIN, self._charge, line, host)
        try:
            number = await self._connector.connect(line, address, port)
        finally:
            again.cancel()
        if number == 0:
            self._charge(line, host)
        return number

    async def _turn(self, host: HostLimit, flow_seconds: float) -> None:
        """Wait until a packet may go to a host; it is to be sent at once."""
        async with host.turn:
            await host.bucket.ready(1)
            if host.flows is not None and flow_seconds:
                await host.flows.take(flow_seconds)
            await self.pace.take(1)
            host.bucket.charge(1)

    def _charge(self, line: Line, host: HostLimit, packets: int = 1) -> None:
        """Let later packets wait for some that a line has sent unasked."""
        line.charged += packets
        self.pace.charge(packets)
        host.bucket.charge(packets)

    def _account(self, line: Line, host: HostLimit) -> None:
        """Count what went out on a closed line, and charge what has not been charged yet."""
        self.packets += line.packets
        self.bytes += line.payload
        self._charge(line, host, max(line.packets - line.charged, 0))

    def _flow_budget(self, address: str) -> FlowBudget | None:
        gateway = self._routes.gateway(address) if self.profile.router_flows is not None else ""
        if not gateway or self.profile.router_flows is None:
            return None
        return self._flows.setdefault(gateway, FlowBudget(self.profile.router_flows))


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
