"""The first look at many addresses at once, to see who lives there.

Most addresses of a network are silent, and a task or two for each would cost more than all that is sent. Here one
coroutine sends whatever is due, at the pace of the scan and of each host, and callbacks take in what comes back.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from functools import partial
from typing import Any

from camscan.net.base import Posed, Scouted
from camscan.net.dialer import Dialer
from camscan.net.hostpace import spacing
from camscan.net.line import Line
from camscan.net.look import Asking, Look, Send, Want
from camscan.net.outcomes import EndedError, of_answer, remark
from camscan.net.pace import FlowBudget
from camscan.net.turns import Turns
from camscan.net.udp import Correspondent
from camscan.records import Outcome

STRAGGLERS = 0.25
"""Seconds to wait for further datagrams after the first."""
_TICK, _FLOW_TICK = 0.005, 0.5
"""Seconds between looks at what is due, and whether a router on the way has room for another flow."""
_MOST_WAITING = 256
"""Looks that wait for their turn, above which no further address is taken up: it would only take memory."""
_MOST_FOUND = 256
"""Addresses that wait to be taken away, above which no other is looked at: the kernel would forget their MACs."""
_MANY = 64
"""Addresses taken up before other work has its turn again."""


class Scout:
    """Looks at addresses: `ports` are knocked on, and the questions of `poses` asked, until a sign of life comes."""

    def __init__(
        self,
        dialer: Dialer,
        correspondent: Callable[[str, int], Awaitable[Correspondent]],
        ports: Sequence[int],
        poses: Sequence[Callable[[], Posed]],
        at_once: int,
    ) -> None:
        self._dialer = dialer
        self._correspondent = correspondent
        self._ports = ports
        self._poses = poses
        self._at_once = at_once
        self._spacing = spacing(dialer.profile.host_rate, dialer.profile.host_connections)
        self._heard = self._hear  # once for all questions: thousands are under way
        self._looks: set[Look] = set()
        self._all_taken_up = False
        self._room = asyncio.Event()
        self._found: asyncio.Queue[Scouted | None] = asyncio.Queue()
        self._turns = Turns(dialer.pace, dialer.profile.rate)
        self._through: dict[tuple[bool, int], Correspondent] = {}
        self._spares_routers = dialer.profile.router_flows is not None

    async def run(self, addresses: Iterable[str]) -> AsyncGenerator[Scouted, None]:
        """Yield each address once something lives there, or everything has been tried."""
        working = asyncio.gather(self._take_up(addresses), self._send_what_is_due())
        working.add_done_callback(lambda _: self._found.put_nowait(None))
        try:
            while (found := await self._found.get()) is not None:
                self._room.set()
                yield found
            await working
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
            self._turns.give_back()
            for look in tuple(self._looks):
                self._finish(look)

    async def _take_up(self, addresses: Iterable[str]) -> None:
        for number, address in enumerate(addresses):
            while (found := self._found.qsize()) >= _MOST_FOUND or len(self._looks) + found >= self._at_once:
                self._room.clear()
                await self._room.wait()
            while self._turns.waiting > _MOST_WAITING:  # noqa: ASYNC110 - time itself makes room
                await asyncio.sleep(_TICK)
            self._begin(Look(address, self._ports, await self._dialer.gateways.approach(address)))
            if number % _MANY == 0:
                await asyncio.sleep(0)
        self._all_taken_up = True

    def _begin(self, look: Look) -> None:
        self._looks.add(look)
        for _ in range(self._dialer.profile.host_connections):
            self._knock_next(look)
        for place in range(len(self._poses)):
            self._want(look, FlowBudget.UDP_SECONDS, Scout._ask, place)
        self._finish_if_done(look)

    async def _send_what_is_due(self) -> None:
        while self._looks or not self._all_taken_up:
            look = self._turns.next()
            if look is None:
                self._turns.give_back()
                await asyncio.sleep(_TICK)
            else:
                await self._turn(look)

    async def _turn(self, look: Look) -> None:
        """Send what the host's pace allows now: one packet."""
        if look.wants and not look.over:
            await self._turns.take()
        if look.over:
            return
        if not look.wants:
            look.queued = False
            self._finish_if_done(look)
            return
        want = self._next(look)
        if want is None:
            self._turns.at(self._turns.now() + _FLOW_TICK, look)
            return
        self._turns.used()
        _, send, *what = want
        waiting = send(self, look, *what)
        if waiting is not None:
            await waiting
        now = self._turns.now()
        look.sent.append(now)
        look.free_at = now + self._spacing
        look.queued = bool(look.wants)
        if look.wants:
            self._turns.at(look.free_at, look)
        else:
            self._finish_if_done(look)

    def _next(self, look: Look) -> Want | None:
        """The send whose turn it is, if a router on the way has room for it."""
        flows = self._dialer.gateways.flows(look.address) if self._spares_routers else None
        if flows is None:
            return look.wants.pop(0)
        want = look.next_want(new_flows=flows.wait() <= 0)
        if want is None:
            return None
        look.wants.remove(want)
        if want[0]:
            flows.note(want[0])
        return want

    def _want(self, look: Look, seconds: float, send: Send, *what: Any) -> None:
        look.wants.append((seconds, send, *what))
        if not look.queued:
            look.queued = True
            self._turns.at(look.free_at, look)

    def _knock_next(self, look: Look) -> None:
        port = next(look.ports, None)
        if port is not None:
            self._want(look, FlowBudget.TCP_SECONDS, Scout._knock, port)

    async def _knock(self, look: Look, port: int) -> None:
        try:
            attempt = await self._dialer.launch(look.address, port, partial(self._settle, look, port))
        except EndedError as ended:
            look.knocked(port, ended.outcome, ended.reason)
            self._knock_next(look)
            return
        look.attempts[port] = attempt
        look.connects.append(attempt.started)
        if look.over:
            self._dialer.forget(attempt)
            self._close(look, attempt.sock)

    def _settle(self, look: Look, port: int, number: int) -> None:
        self._close(look, look.attempts.pop(port).sock)
        if number:
            look.knocked(port, of_answer(number), remark(number))
        else:
            look.knocked(port, Outcome.ANSWERED)
        if look.knocks[-1].outcome.is_alive:
            self._finish(look)
        else:
            self._knock_next(look)
            self._finish_if_done(look)

    @staticmethod
    def _close(look: Look, line: Line) -> None:
        """Close a line, and note what the kernel sent on it, or may yet send, beside the packet that began it."""
        line.close()
        look.sent.extend([asyncio.get_running_loop().time()] * (line.packets - 1 + line.afterwards))

    def _ask(self, look: Look, place: int) -> Awaitable[None] | None:
        posed = self._poses[place]()
        asking = Asking(look, place, posed, self._heard)
        look.asking.append(asking)
        through = self._through.get((":" in look.address, posed.inquiry.port))
        if through is None:
            return self._ask_first(look, asking)
        asking.listen(through)
        return self._send(look, asking, 0, 0)

    async def _ask_first(self, look: Look, asking: Asking) -> None:
        """Ask the first question on a port, for which there is no socket yet."""
        port = asking.posed.inquiry.port
        try:
            through = await self._correspondent(look.address, port)
        except EndedError as ended:
            self._refused(look, asking, ended)
            return
        self._through[":" in look.address, port] = through
        asking.listen(through)
        waiting = self._send(look, asking, 0, 0)
        if waiting is not None:
            await waiting

    def _send(self, look: Look, asking: Asking, number: int, index: int) -> Awaitable[None] | None:
        """Send one datagram of a round, and see to what follows it."""
        if asking not in look.asking:
            return None
        inquiry = asking.posed.inquiry
        data = inquiry.rounds[number][index]
        try:
            if not self._dialer.let_out_now(look.address, inquiry.port, asking.send, data):
                return self._send_later(look, asking, number, index, data)
        except EndedError as ended:
            self._refused(look, asking, ended)
        else:
            self._follow(look, asking, number, index)
        return None

    async def _send_later(self, look: Look, asking: Asking, number: int, index: int, data: bytes) -> None:
        """Send a datagram for which this host had no room, once it has."""

        async def send() -> None:
            asking.send(data)

        try:
            await self._dialer.let_out(look.address, asking.posed.inquiry.port, send, len(data))
        except EndedError as ended:
            self._refused(look, asking, ended)
        else:
            self._follow(look, asking, number, index)

    def _follow(self, look: Look, asking: Asking, number: int, index: int) -> None:
        """See to what follows a datagram that was sent."""
        inquiry = asking.posed.inquiry
        if index + 1 < len(inquiry.rounds[number]):
            self._want(look, 0, Scout._send, asking, number, index + 1)
        elif number + 1 < len(inquiry.rounds):
            pause = inquiry.pause * random.uniform(0.8, 1.3)  # noqa: S311 - jitter
            self._turns.later(pause, look, self._want, 0, Scout._send, asking, number + 1, 0)
        else:
            self._turns.later(inquiry.wait, look, self._give_up, asking)

    @staticmethod
    def _refused(look: Look, asking: Asking, ended: EndedError) -> None:
        asking.refusal = ended.outcome, ended.reason
        look.end(asking)

    def _give_up(self, look: Look, asking: Asking) -> None:
        if asking in look.asking:
            look.end(asking)
            self._finish_if_done(look)

    def _hear(self, look: Look) -> None:
        """Something has come by datagram: an answer, or word from a router or the host itself that there is none."""
        for asking in tuple(look.asking):
            if asking.replies:
                look.wants.clear()
                self._turns.later(STRAGGLERS, look, self._finish)
            elif asking.error:
                look.end(asking)
                if of_answer(asking.error).is_alive:
                    self._finish(look)
                    return
        self._finish_if_done(look)

    def _finish_if_done(self, look: Look) -> None:
        if look.is_done and not look.over:
            self._finish(look)

    def _finish(self, look: Look) -> None:
        look.over = True
        self._looks.discard(look)
        for attempt in look.attempts.values():
            self._dialer.forget(attempt)
            self._close(look, attempt.sock)
        for asking in look.asking:
            asking.hang_up()
            if asking.replies:
                look.ended.append(asking)
        look.leave()
        found = look.scouted()
        if any(each.outcome.is_alive for each in (*found.knocks, *(exchange for *_, exchange in found.answers))):
            self._dialer.recall(look.address, look.sent, sum(len(exchange.raw) for *_, exchange in found.answers))
        self._dialer.max_host_rate = max(self._dialer.max_host_rate, look.busiest_second)
        self._found.put_nowait(found)
        look.forget()
        self._room.set()
