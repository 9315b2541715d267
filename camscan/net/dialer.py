"""The one place that opens connections and sends packets: checks scope, pace and budgets, maps errno to outcome."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import ExitStack, asynccontextmanager
from functools import lru_cache
from typing import TypeVar

from camscan.net.exchange.connect import Attempt, Connector
from camscan.net.exchange.tcp import TcpSocket
from camscan.net.kernel.routes import Routes
from camscan.net.outcomes import EndedError, of_answer, reason, remark, retry_while_exhausted
from camscan.net.pacing.gateways import Gateways
from camscan.net.pacing.hostpace import HostLimit, Hosts
from camscan.net.pacing.hush import Hush
from camscan.net.pacing.limits import Limits
from camscan.net.pacing.pace import FlowBudget
from camscan.net.pacing.profile import CONNECT_TIMEOUT, Profile
from camscan.net.pacing.reading import Reading
from camscan.net.scope import Scope, heed, port_refusal
from camscan.records import Outcome
from camscan.system.exhaustion import EXHAUSTED

_BARE = 3  # packets of a connection that nothing is sent on: SYN, acknowledgement, reset
_EXCHANGE, _TLS_EXCHANGE, _QUESTION = 3, 5, 1
"""Room to be there before a connection is made, beside its tail: SYN, acknowledgement, question; under TLS for the
handshake alone, of which the greeting may take two. The question waits once more then, as does each further one."""
_LEAST_TAIL, _MOST_TAIL = 4, 5
"""What is held for each open socket: what it may send unasked until it is read, and its end. A peer may send half as
many segments ahead, since a read lets it send as much again."""
_OUT_OF_TURN = 2
"""Packets that are held besides where more is to be read, as far as the rate allows: what had been reserved is partly
used when reading pauses, and then the peer's probes and segments that find the buffer full are acknowledged, too."""
_FOLLOWING = 2
"""Packets that the whole scan waits for at once beside the one that begins something; the others as they are seen."""
_REFUSALS_KEPT = 16_384
"""Addresses whose answer of the scope is remembered: it changes with the scope alone, and each packet asks it."""

_T = TypeVar("_T")


class Dialer:
    """Opens connections and permits sends, within the scope and at the pace of the profile.

    `limits` are those that it shares with others who ask at one time, always of other targets.
    `packets` and `bytes` count what was sent on closed connections and as datagrams, `failures` the sends that this
    host refused, by reason; `max_host_rate` is the highest number of connection attempts to one host in a second.
    """

    def __init__(
        self, scope: Scope, profile: Profile, routes: Routes | None = None, limits: Limits | None = None
    ) -> None:
        self.set_scope(scope)
        self.profile = profile
        limits = limits or Limits(profile)
        self.pace = limits.pace
        self.packets = self.bytes = self.max_host_rate = 0
        self.failures = Counter[str]()
        routes = routes if routes is not None else Routes.read()
        self.gateways = Gateways(routes, profile.router_flows, spared=limits.spared)
        self.hosts = Hosts(profile, self.gateways.flows)
        self.hush = Hush()
        self._connector = Connector(CONNECT_TIMEOUT)
        self._tail = min(_MOST_TAIL, max(_LEAST_TAIL, profile.host_rate * 3 // 10))
        # Two sockets that wait for room must leave each other some.
        self._read_ahead = self._tail + min(_OUT_OF_TURN, max(0, (profile.host_rate + 1) // 2 - self._tail))
        self._descriptors, self._half_open, self._tls = limits.descriptors, limits.half_open, limits.tls
        self._launching = self._descriptors, self._half_open

    def set_scope(self, scope: Scope) -> None:
        """Use this scope from now on."""
        self.scope = scope
        self._refusal = lru_cache(_REFUSALS_KEPT)(scope.address_refusal)

    def close(self) -> None:
        """Release all resources; pending connects are cancelled."""
        self._connector.close()

    @asynccontextmanager
    async def attend(self, address: str) -> AsyncIterator[None]:
        """Reserve a slot for an address; limits how many neighbours the kernel has to resolve at once."""
        leave = await self.gateways.attend(address)
        try:
            with self.hosts.attend(address):
                yield
        finally:
            leave()

    def check(self, address: str, port: int) -> None:
        """Check that a packet may be sent there. Raises EndedError if it may not."""
        heed(self._refusal(address) or port_refusal(port))

    async def open(self, address: str, port: int, *, tls: bool = False, bare: bool = False) -> TcpSocket:
        """A connected TCP socket, which holds its slots, at the host and elsewhere, until it is closed.

        `bare`: nothing will be sent on it. Raises EndedError if the connection failed.
        """
        self.check(address, port)
        host = self.hosts[address]
        with ExitStack() as places:
            for semaphore in (host.slots, *((self._tls,) if tls else ()), self._descriptors):
                await semaphore.acquire()
                places.callback(semaphore.release)
            host.allowance.ask()
            packets = _BARE if bare else self._tail + (_TLS_EXCHANGE if tls else _EXCHANGE)
            sock = await self.retry_while_exhausted(lambda: self._attempt(address, port, host, packets))
            places.callback(self._account, sock, host)
            reading = Reading(sock, host, self.pace, self._read_ahead)
            sock.may_read, sock.at_read = reading.may_read, reading.was_read
            taken = places.pop_all()
            sock.at_close = lambda _: taken.close()
        return sock

    async def pause(self, address: str, sock: TcpSocket) -> None:
        """Wait until the pace permits another request on an open socket; raises as `Allowance.ask`."""
        self.hosts[address].allowance.ask()
        sock.count()
        wanted = max(1, _QUESTION + self._tail - sock.spare)
        with sock.off_the_clock():
            await self._turn(address, 0, wanted, ahead=True)
        if sock.fileno() < 0:  # it has ended meanwhile, and is settled
            self.pace.charge(-1)
            return
        sock.charged += wanted
        sock.paid += 1
        sock.answered = False
        self._pay(sock, _FOLLOWING)

    async def launch(self, address: str, port: int, done: Callable[[int], None]) -> Attempt:
        """Start a connect without waiting for the pace: the caller is responsible for pace and host limits.

        `done` is called with the errno at the end; the caller then closes the attempt's socket. Raises EndedError if it
        may not be sent, or this host refused it.
        """
        self.check(address, port)

        async def attempt() -> Attempt:
            with ExitStack() as places:
                for semaphore in self._launching:
                    await semaphore.acquire()
                    places.callback(semaphore.release)
                heed(self._refusal(address))
                sock = TcpSocket(address)
                places.pop_all()  # its end gives them back: thousands are under way, and a stack takes two kilobytes
            sock.charged = sock.paid = 1
            sock.at_close = self._launched_ended
            try:
                return self._connector.start(sock, address, port, done, self._sent_again)
            except OSError:
                sock.close()
                raise

        return await self.retry_while_exhausted(attempt)

    def _launched_ended(self, sock: TcpSocket) -> None:
        self._account(sock)
        for semaphore in self._launching:
            semaphore.release()

    def forget(self, attempt: Attempt) -> None:
        """Abandon a pending connect; the caller closes the socket."""
        self._connector.forget(attempt)

    def recall(self, address: str, times: Iterable[float], given: int = 0) -> None:
        """Count, before a host is attended, packets sent to it at these times, and bytes received from it."""
        self.hosts[address].window.recall(times)
        self.hosts[address].allowance.took_datagrams(given)

    async def datagram(self, address: str, port: int, send: Callable[[], None], size: int, *, new_flow: bool) -> None:
        """Send a datagram of `size` bytes by `send` when the pace permits. Raises EndedError if it was not sent."""
        self.check(address, port)
        host = self.hosts[address]
        host.allowance.ask(by_datagram=True)

        async def attempt() -> None:
            await self._turn(address, FlowBudget.UDP_SECONDS if new_flow else 0, 1)
            send()
            host.window.note(1)

        await self.transmit(address, port, attempt, size)

    async def transmit(self, address: str, port: int, send: Callable[[], Awaitable[None]], size: int) -> None:
        """Send one datagram of `size` bytes by awaiting `send`, which does all necessary waiting.

        Raises EndedError if it was not sent.
        """

        async def attempt() -> None:
            self.check(address, port)  # each time: it may have been excluded while this host was short of something
            await send()

        await self.retry_while_exhausted(attempt)
        self.packets += 1
        self.bytes += size

    def transmit_nowait(self, address: str, port: int, send: Callable[[bytes], None], data: bytes) -> bool:
        """See `transmit`, but `send` does not wait. Returns False if this host has no room for it at the moment."""
        self.check(address, port)
        try:
            send(data)
        except OSError as error:
            if error.errno in EXHAUSTED:
                return False
            raise self._failed(error) from error
        self.packets += 1
        self.bytes += len(data)
        return True

    async def retry_while_exhausted(self, attempt: Callable[[], Awaitable[_T]]) -> _T:
        """Make an attempt, and retry while this host is short of resources.

        Raises EndedError if this host refused it, which says nothing about the peer.
        """
        try:
            return await retry_while_exhausted(attempt)
        except OSError as error:
            raise self._failed(error) from error

    def _failed(self, error: OSError) -> EndedError:
        self.failures[why := reason(error.errno or 0)] += 1
        return EndedError(Outcome.NOT_SENT, why)

    async def _attempt(self, address: str, port: int, host: HostLimit, packets: int) -> TcpSocket:
        number = -1
        sock = TcpSocket(address, self._tail // 2)
        with ExitStack() as half_open:
            try:
                await self._turn(address, FlowBudget.TCP_SECONDS, packets, half_open=half_open)
                sock.charged, sock.paid = packets, 1
                self._pay(sock, _FOLLOWING)
                host.window.add(sock)
                self.max_host_rate = max(self.max_host_rate, host.note_connect())
                number = await self._connector.connect(sock, address, port, self._sent_again)
            finally:
                if number:
                    sock.close()
                    self._account(sock, host)
        if sock.resent and (not number or of_answer(number).is_alive):
            host.note_loss()
        if number:
            raise EndedError(of_answer(number), remark(number))
        return sock

    async def _turn(
        self,
        address: str,
        flow_seconds: float,
        packets: int,
        *,
        ahead: bool = False,
        half_open: ExitStack | None = None,
    ) -> None:
        """Wait until packets may be sent to a host: the first must be sent at once, the others may follow.

        `half_open` receives a half-open slot, but only once the host and the router on the way have room. Raises
        EndedError where the address was excluded meanwhile.
        """
        host = self.hosts[address]
        async with host.window.reserve(packets, ahead=ahead):
            if host.flows is not None and flow_seconds:
                await host.flows.take(flow_seconds)
            if half_open is not None:
                await self._half_open.acquire()
                half_open.callback(self._half_open.release)
            await self.pace.take(1)
        heed(self._refusal(address))

    def _sent_again(self, sock: TcpSocket) -> None:
        sock.resent = True
        self._pay(sock, 1, due=True)

    def _pay(self, sock: TcpSocket, packets: int, *, due: bool = False) -> None:
        """Charge the pace of the whole scan for packets that a socket sends by itself."""
        sock.paid += packets
        self.pace.charge(packets, due=due)

    def _account(self, sock: TcpSocket, host: HostLimit | None = None) -> None:
        """Count what was sent on a closed socket, and correct what was charged for it."""
        self.packets += sock.packets
        self.bytes += sock.payload
        self._pay(sock, sock.packets + sock.afterwards - sock.paid)
        if host is not None:
            host.window.settle(sock)
