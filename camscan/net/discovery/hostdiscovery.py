"""Host discovery: checks many addresses at once for a sign of life.

Most addresses of a network are silent, and tasks for each of them would cost more than all the packets. Here one
coroutine sends whatever is due, at the pace of the scan and of each host, and callbacks handle the answers.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from functools import partial
from typing import Any

from camscan.net.base import Discovery, NewQuestion
from camscan.net.dialer import Dialer
from camscan.net.discovery.candidate import Candidate, PendingSend, Query, Send
from camscan.net.discovery.sendqueue import SendQueue
from camscan.net.exchange.tcp import TcpSocket
from camscan.net.exchange.udp import UdpEndpoint
from camscan.net.outcomes import EndedError, of_answer, remark
from camscan.net.pacing.pace import FlowBudget
from camscan.net.pacing.window import spacing
from camscan.records import Outcome

STRAGGLERS = 0.25  # seconds to wait for further datagrams after the first
_TICK, _FLOW_TICK = 0.005, 0.5
"""Seconds between checks of what is due, and of whether a router on the way has room for another flow."""
_MOST_WAITING = 256  # waiting candidates above which no further address is started: it would only take memory
_MOST_FOUND = 256
"""Finished addresses that wait for the caller, above which no other is started: the kernel would forget their MACs."""
_MANY = 64  # addresses started before other tasks may run again


class HostDiscovery:
    """Tries `ports` and asks `questions`, made anew for each address, until there is a sign of life."""

    def __init__(
        self,
        dialer: Dialer,
        endpoint: Callable[[str, int], Awaitable[UdpEndpoint]],
        ports: Sequence[int],
        questions: Sequence[NewQuestion],
        at_once: int,
    ) -> None:
        self._dialer = dialer
        self._endpoint = endpoint
        self._ports = ports
        self._questions = questions
        self._at_once = at_once
        self._spacing = spacing(dialer.profile.host_rate, dialer.profile.host_connections)
        self._heard = self._hear  # once for all questions: thousands are under way
        self._candidates: set[Candidate] = set()
        self._room = asyncio.Event()
        self._found: asyncio.Queue[Discovery | None] = asyncio.Queue()
        self._queue = SendQueue(dialer.pace, dialer.profile.rate)
        self._through: dict[tuple[bool, int], UdpEndpoint] = {}

    async def run(self, addresses: Iterable[str]) -> AsyncGenerator[Discovery, None]:
        """Yield each address once it shows a sign of life, or everything has been tried."""
        taking_up = asyncio.create_task(self._take_up(addresses))
        sending = asyncio.create_task(self._send_what_is_due(taking_up))
        working = asyncio.gather(taking_up, sending)
        working.add_done_callback(lambda _: self._found.put_nowait(None))
        try:
            while (found := await self._found.get()) is not None:
                self._room.set()
                yield found
            await working
        finally:
            taking_up.cancel()  # each by itself: where one has failed, `working` is over, and the other is not
            sending.cancel()
            await asyncio.gather(taking_up, sending, working, return_exceptions=True)
            self._queue.give_back()
            for candidate in tuple(self._candidates):
                self._finish(candidate)

    async def _take_up(self, addresses: Iterable[str]) -> None:
        for number, address in enumerate(addresses):
            while (found := self._found.qsize()) >= _MOST_FOUND or len(self._candidates) + found >= self._at_once:
                self._room.clear()
                await self._room.wait()
            while self._queue.waiting > _MOST_WAITING:  # noqa: ASYNC110 - time itself makes room
                await asyncio.sleep(_TICK)
            self._begin(Candidate(address, self._ports, await self._dialer.gateways.approach(address)))
            if number % _MANY == 0:
                await asyncio.sleep(0)

    def _begin(self, candidate: Candidate) -> None:
        self._candidates.add(candidate)
        candidate.number = self._dialer.hush.begin()
        for _ in range(self._dialer.profile.host_connections):
            self._try_next(candidate)
        for place in range(len(self._questions)):
            self._queue_send(candidate, FlowBudget.UDP_SECONDS, HostDiscovery._ask, place)
        self._finish_if_done(candidate)

    async def _send_what_is_due(self, taking_up: asyncio.Task[None]) -> None:
        while self._candidates or not taking_up.done():
            candidate = self._queue.next()
            if candidate is None:
                self._queue.give_back()
                await asyncio.sleep(_TICK)
            else:
                await self._send_due(candidate)

    async def _send_due(self, candidate: Candidate) -> None:
        """Send one packet, if the host's pace permits it now."""
        if candidate.pending and not candidate.over:
            await self._queue.take()
        if candidate.over:
            return
        if not candidate.pending:
            candidate.queued = False
            self._finish_if_done(candidate)
            return
        due = self._next(candidate)
        if due is None:
            self._queue.at(self._queue.now() + _FLOW_TICK, candidate)
            return
        self._queue.used()
        _, send, *what = due
        waiting = send(self, candidate, *what)
        if waiting is not None:
            await waiting
        now = self._queue.now()
        candidate.sent.append(now)
        candidate.free_at = now + self._spacing
        candidate.queued = bool(candidate.pending)
        if candidate.pending:
            self._queue.at(candidate.free_at, candidate)
        else:
            self._finish_if_done(candidate)

    def _next(self, candidate: Candidate) -> PendingSend | None:
        """The next send, if the router on the way has room for it."""
        flows = self._dialer.gateways.flows(candidate.address)
        if flows is None:
            return candidate.pending.pop(0)
        due = candidate.next_pending(new_flows=flows.wait() <= 0)
        if due is None:
            return None
        candidate.pending.remove(due)
        if due[0]:
            flows.note(due[0])
        return due

    def _queue_send(self, candidate: Candidate, seconds: float, send: Send, *what: Any) -> None:
        candidate.pending.append((seconds, send, *what))
        if not candidate.queued:
            candidate.queued = True
            self._queue.at(candidate.free_at, candidate)

    def _try_next(self, candidate: Candidate) -> None:
        port = next(candidate.ports, None)
        if port is not None:
            self._queue_send(candidate, FlowBudget.TCP_SECONDS, HostDiscovery._try, port)

    async def _try(self, candidate: Candidate, port: int) -> None:
        try:
            attempt = await self._dialer.launch(candidate.address, port, partial(self._settle, candidate, port))
        except EndedError as ended:
            candidate.note_port(port, ended.outcome, ended.reason)
            self._try_next(candidate)
            return
        candidate.attempts[port] = attempt
        candidate.connects.append(attempt.started)
        if candidate.over:
            self._dialer.forget(attempt)
            self._close(candidate, attempt.sock)

    def _settle(self, candidate: Candidate, port: int, number: int) -> None:
        self._close(candidate, candidate.attempts.pop(port).sock)
        if number:
            candidate.note_port(port, of_answer(number), remark(number))
        else:
            candidate.note_port(port, Outcome.ANSWERED)
        if candidate.tried[-1].outcome.is_alive:
            self._finish(candidate)
        else:
            self._try_next(candidate)
            self._finish_if_done(candidate)

    @staticmethod
    def _close(candidate: Candidate, sock: TcpSocket) -> None:
        """Close a socket, and count what the kernel has sent on it, or may yet send, besides the SYN."""
        sock.close()
        candidate.sent.extend([asyncio.get_running_loop().time()] * (sock.packets - 1 + sock.afterwards))

    def _ask(self, candidate: Candidate, place: int) -> Awaitable[None] | None:
        question = self._questions[place]()
        query = Query(candidate, place, question, self._heard)
        candidate.queries.append(query)
        through = self._through.get((":" in candidate.address, question.inquiry.port))
        if through is None:
            return self._ask_first(candidate, query)
        query.listen(through)
        return self._send(candidate, query, 0, 0)

    async def _ask_first(self, candidate: Candidate, query: Query) -> None:
        """Ask the first question on a port, which needs a socket first."""
        port = query.question.inquiry.port
        try:
            through = await self._endpoint(candidate.address, port)
        except EndedError as ended:
            candidate.refuse(query, ended)
            return
        self._through[":" in candidate.address, port] = through
        query.listen(through)
        waiting = self._send(candidate, query, 0, 0)
        if waiting is not None:
            await waiting

    def _send(self, candidate: Candidate, query: Query, number: int, index: int) -> Awaitable[None] | None:
        """Send one datagram of a round, and schedule what follows."""
        if query not in candidate.queries:
            return None
        if not index and number % len(query.question.inquiry.rounds) == 0:
            query.begin()
        data = query.datagrams(number)[index]
        try:
            if not self._dialer.transmit_nowait(candidate.address, query.question.inquiry.port, query.send, data):
                return self._send_later(candidate, query, number, index, data)
        except EndedError as ended:
            candidate.refuse(query, ended)
        else:
            self._follow(candidate, query, number, index)
        return None

    async def _send_later(self, candidate: Candidate, query: Query, number: int, index: int, data: bytes) -> None:
        """Send a datagram once this host has room for it."""

        async def send() -> None:
            query.send(data)

        try:
            await self._dialer.transmit(candidate.address, query.question.inquiry.port, send, len(data))
        except EndedError as ended:
            candidate.refuse(query, ended)
        else:
            self._follow(candidate, query, number, index)

    def _follow(self, candidate: Candidate, query: Query, number: int, index: int) -> None:
        """Schedule what follows a sent datagram."""
        inquiry = query.question.inquiry
        if index + 1 < len(query.datagrams(number)):
            self._queue_send(candidate, 0, HostDiscovery._send, query, number, index + 1)
        elif not query.is_last(number):
            pause = inquiry.pause * random.uniform(0.8, 1.3)  # noqa: S311 - jitter
            self._queue.later(pause, candidate, self._queue_send, 0, HostDiscovery._send, query, number + 1, 0)
        else:
            self._queue.later(inquiry.wait, candidate, self._give_up, query, number)

    def _give_up(self, candidate: Candidate, query: Query, number: int) -> None:
        """Stop waiting after the last round, or begin again with the first."""
        if query not in candidate.queries:
            return
        if query.again(number):
            self._queue_send(candidate, 0, HostDiscovery._send, query, number + 1, 0)
        else:
            candidate.end(query)
            self._finish_if_done(candidate)

    def _hear(self, candidate: Candidate) -> None:
        """Handle an answer by datagram, or an ICMP error from the host or a router."""
        for query in tuple(candidate.queries):
            if query.replies:
                candidate.pending.clear()
                self._queue.later(STRAGGLERS, candidate, self._finish)
            elif query.error:
                candidate.end(query)
                if of_answer(query.error).is_alive:
                    self._finish(candidate)
                    return
        self._finish_if_done(candidate)

    def _finish_if_done(self, candidate: Candidate) -> None:
        if candidate.is_done and not candidate.over:
            self._finish(candidate)

    def _finish(self, candidate: Candidate) -> None:
        candidate.over = True
        self._candidates.discard(candidate)
        for attempt in candidate.attempts.values():
            self._dialer.forget(attempt)
            self._close(candidate, attempt.sock)
        for query in candidate.queries:
            query.hang_up()
            if query.replies:
                candidate.ended.append(query)
        candidate.leave()
        found = candidate.discovery()
        exchanges = [exchange for *_, exchange in found.answers]
        outcomes = {each.outcome for each in (*found.tried, *exchanges)}
        if self._dialer.hush.end(candidate.number, outcomes):
            self._dialer.recall(candidate.address, candidate.sent, sum(len(each.raw) for each in exchanges))
        self._dialer.max_host_rate = max(self._dialer.max_host_rate, candidate.busiest_second)
        self._found.put_nowait(found)
        candidate.forget()
        self._room.set()
