"""The one place that opens connections and lets packets out: scope, pace, budgets, and errno to outcome."""

from __future__ import annotations

import asyncio
import resource
import socket
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from camscan.net.connect import Connector, reset, tcp_socket
from camscan.net.http import Line
from camscan.net.outcomes import EXHAUSTED, of_answer, reason
from camscan.net.pace import FlowBudget, HostLimit, Pace
from camscan.net.profile import NEIGHBOURS, Profile
from camscan.net.routes import Routes
from camscan.net.scope import Scope
from camscan.records import Outcome

CONNECT_TIMEOUT = 1.5
"""Seconds for one connect: long enough for the kernel's one retransmission after a second to be answered."""
_RETRIES = (0.05, 0.2, 0.8, 2.0)
"""Pauses before another try when this host ran out of something."""
_RESERVED_DESCRIPTORS = 32
_SYN_PACKETS = 2
"""Charged for every connect: the first and the retransmitted packet, or the first and the acknowledgement."""


class EndedError(Exception):
    """An attempt ended before any byte of the peer was read."""

    def __init__(self, outcome: Outcome, reason: str) -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.reason = reason


class Dialer:
    """Opens connections and grants sends, within the scope and at the pace of the profile."""

    def __init__(self, scope: Scope, profile: Profile, routes: Routes | None = None) -> None:
        self.scope = scope
        self.profile = profile
        self.pace = Pace(profile.rate)
        self.packets = 0
        self.bytes = 0
        self.max_host_rate = 0
        self.faded: set[str] = set()
        self.failures = 0
        self._routes = routes if routes is not None else Routes.read()
        self._hosts: dict[str, HostLimit] = {}
        self._recent: dict[str, deque[float]] = {}
        self._flows: dict[str, FlowBudget] = {}
        self._connector = Connector(CONNECT_TIMEOUT)
        self._descriptors = asyncio.Semaphore(_descriptor_budget())
        self._half_open = asyncio.Semaphore(profile.half_open)
        self._neighbours = asyncio.Semaphore(NEIGHBOURS)

    def close(self) -> None:
        """Let go of what the dialer holds; connections under way are cancelled."""
        self._connector.close()

    @asynccontextmanager
    async def attend(self, address: str) -> AsyncIterator[None]:
        """Hold a place for an address; bounds how many neighbours the kernel is asked to resolve at once."""
        if self._routes.on_link(address):
            async with self._neighbours, self._hosted(address):
                yield
        else:
            async with self._hosted(address):
                yield

    @asynccontextmanager
    async def _hosted(self, address: str) -> AsyncIterator[None]:
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
                self._recent.pop(address, None)

    def host(self, address: str) -> HostLimit:
        """The limits of one host."""
        limit = self._hosts.get(address)
        if limit is None:
            limit = self._hosts[address] = HostLimit(self.profile.host_rate, self.profile.host_connections)
        return limit

    async def open(self, address: str, port: int) -> Line:
        """A connected TCP socket; its place at the host is taken until `release` is called.

        Raises:
            EndedError: no connection came about.
        """
        self._check(address, port)
        host = self.host(address)
        await host.slots.acquire()
        try:
            await self._grant(address, host, _SYN_PACKETS, FlowBudget.TCP_SECONDS)
            self._note_connection(address)
            await self._descriptors.acquire()
            try:
                sock = await self._connected(address, port)
            except BaseException:
                self._descriptors.release()
                raise
        except BaseException:
            host.slots.release()
            raise
        return Line(sock, _once(self._descriptors.release, host.slots.release))

    async def datagram(self, address: str, port: int, send: Callable[[], None], size: int, *, new_flow: bool) -> None:
        """Let one datagram of `size` bytes out; `send` does it.

        Raises:
            EndedError: it was not let out.
        """
        self._check(address, port)
        await self._grant(address, self.host(address), 1, FlowBudget.UDP_SECONDS if new_flow else 0)
        for pause in (*_RETRIES, None):
            try:
                send()
            except OSError as error:
                if error.errno not in EXHAUSTED or pause is None:
                    raise self._local(error) from error
                await asyncio.sleep(pause)
            else:
                self.packets += 1
                self.bytes += size
                return

    def spent(self, address: str, packets: int, size: int) -> None:
        """Account for the packets of a finished exchange; the host's and the overall pace wait for them."""
        self.packets += packets
        self.bytes += size
        self.pace.charge(packets)
        self.host(address).pace.charge(packets)

    def _check(self, address: str, port: int) -> None:
        refusal = self.scope.refusal(address, port)
        if refusal is not None:
            raise EndedError(refusal.outcome, refusal.reason)

    async def _grant(self, address: str, host: HostLimit, packets: int, flow_seconds: float) -> None:
        await host.pace.take(packets)
        if self.profile.router_flows is not None and flow_seconds:
            gateway = self._routes.gateway(address)
            if gateway:
                budget = self._flows.setdefault(gateway, FlowBudget(self.profile.router_flows))
                await budget.take(flow_seconds)
        await self.pace.take(packets)

    async def _connected(self, address: str, port: int) -> socket.socket:
        for pause in (*_RETRIES, None):
            try:
                return await self._attempt(address, port)
            except OSError as error:
                if error.errno not in EXHAUSTED or pause is None:
                    raise self._local(error) from error
                await asyncio.sleep(pause)
        raise AssertionError("the last pause is None")

    async def _attempt(self, address: str, port: int) -> socket.socket:
        async with self._half_open:
            sock = tcp_socket(address)
            try:
                number = await self._connector.connect(sock, address, port)
                self.packets += _SYN_PACKETS
            except BaseException:
                sock.close()
                raise
        if number:
            reset(sock)
            raise EndedError(of_answer(number), reason(number) if number not in _PLAIN else "")
        return sock

    def _local(self, error: OSError) -> EndedError:
        """What this host refused is never a statement about the peer."""
        self.failures += 1
        return EndedError(Outcome.NOT_SENT, reason(error.errno or 0))

    def _note_connection(self, address: str) -> None:
        now = asyncio.get_running_loop().time()
        recent = self._recent.setdefault(address, deque())
        recent.append(now)
        while recent[0] < now - 1:
            recent.popleft()
        self.max_host_rate = max(self.max_host_rate, len(recent))


_PLAIN = frozenset({111, 110})
"""ECONNREFUSED and ETIMEDOUT: the outcome says it all."""


def now() -> datetime:
    """The time of an exchange."""
    return datetime.now(UTC)


def _once(*actions: Callable[[], None]) -> Callable[[], None]:
    left = list(actions)

    def run() -> None:
        while left:
            left.pop()()

    return run


def _descriptor_budget() -> int:
    """How many sockets may be open at once; the soft limit is raised to the hard one first."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    limit = 65_536 if hard == resource.RLIM_INFINITY else hard
    return max(4, limit - _RESERVED_DESCRIPTORS)
