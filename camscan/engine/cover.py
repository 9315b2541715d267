"""Asks one address everything, with no more waiting than dependencies require.

A host is sent some twenty packets a second, so what takes longest is started first: questions by datagram, because
their time-outs are seconds. Open ports are asked while further ports are tried.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable

from camscan.engine.host import Host
from camscan.engine.plan import TCP, Plan
from camscan.engine.probing import Probing
from camscan.net.base import Net
from camscan.probes.base import Ask, Probe, Stage, Unicast
from camscan.records import Outcome

_LANES = 2
_MUTE_PORTS = 3  # open ports that bring no byte before the rest is left alone; twice as many where one has spoken
_MAX_NAMED_PORTS = 32  # further ports that a host may name for itself


class Cover:
    """Covers one address; await `ask_everything` once."""

    def __init__(self, net: Net, plan: Plan, probing: Probing, host: Host) -> None:
        self._net = net
        self._plan = plan
        self._probing = probing
        self._host = host
        self._lanes = asyncio.Semaphore(_LANES)
        self._asking: set[asyncio.Task[None]] = set()
        self._under_way: set[int] = set()
        self._asked_one = asyncio.Event()
        self._may_name = _MAX_NAMED_PORTS

    async def ask_everything(self) -> None:
        """Ask the address everything in the plan: one that lives or, where the plan is thorough, any."""
        plan = self._plan
        async with asyncio.TaskGroup() as beside:
            native = beside.create_task(self._ask_at(Stage.ADDRESS, self._is_new))
            living = beside.create_task(self._ask_at(Stage.LIVING, self._is_new))
            self._ask_ports(beside)
            await self._try(plan.first_ports, beside)
            await self._try(plan.more_ports, beside)
            await self._try_again(beside)
            await native
            await self._try_named(beside)
            # Ports that say nothing take their time: what is known already is followed up beside them.
            await side_by_side((self._ports_asked(), self._follow_up(), self._ask_again(living)))
            await self._try_named(beside)
            await self._ports_asked()
            await self._follow_up()
            await self._follow_up(Stage.LOGIN)

    async def _ask_at(self, stage: Stage, which: Callable[[Probe], bool]) -> None:
        """Run the selected probes of a stage concurrently."""
        probes = [probe for probe in self._plan.at(stage) if which(probe)]
        ask = Ask(self._host.address)
        await side_by_side(self._probing.gather(self._host, probe, ask) for probe in probes)

    async def _try_again(self, beside: asyncio.TaskGroup) -> None:
        """Retry silent ports of a host that answers on most ports.

        A firewall would drop most of the packets; here one was lost on its way.
        """
        silent = [port for port, outcome in self._host.tried.items() if outcome is Outcome.SILENT]
        if 2 * len(silent) < len(self._host.tried):
            await self._try(silent, beside, again=True)

    async def _ask_again(self, asked: Awaitable[None]) -> None:
        """Repeat questions by datagram that were `asked` in vain, if packets to this host are being lost.

        Some devices answer only one form of a question, which is sent once: one lost packet would hide them.
        """
        await asked
        if self._host.alive and self._net.loses(self._host.address):
            stages = Stage.ADDRESS, Stage.LIVING
            await side_by_side(self._ask_at(stage, self._was_in_vain) for stage in stages)

    def _is_new(self, probe: Probe) -> bool:
        """Whether host discovery has not finished with it."""
        return self._host.finished.isdisjoint(probe.channels)

    def _was_in_vain(self, probe: Probe) -> bool:
        attempts = self._host.attempts
        return isinstance(probe, Unicast) and all(attempts.get(c) is Outcome.SILENT for c in probe.channels)

    async def _try(self, ports: Iterable[int], beside: asyncio.TaskGroup, *, again: bool = False) -> None:
        async def attempt(port: int) -> None:
            await self._probing.note_port(self._host, await self._net.try_port(self._host.address, port))
            self._ask_ports(beside)

        await _in_lanes((port for port in ports if again or port not in self._host.tried), attempt)

    async def _try_named(self, beside: asyncio.TaskGroup) -> None:
        named = dict.fromkeys(self._plan.named_ports(self._host.address, self._host.observations))
        new = [port for port in named if port not in self._host.tried][: self._may_name]
        self._may_name -= len(new)
        await self._try(new, beside)

    def _ask_ports(self, beside: asyncio.TaskGroup) -> None:
        """Start to ask open ports that have not been asked."""
        new = [port for port in self._host.open_ports if port not in self._host.asked]
        self._host.asked.update(new)
        for port in new:
            task = beside.create_task(self._ask_port(port))
            self._asking.add(task)
            task.add_done_callback(self._asking.discard)

    async def _ask_port(self, port: int) -> None:
        host = self._host
        async with self._lanes:
            if await self._is_mute():
                host.reasons[TCP] = f"port {port} and later ones not asked: the host accepts and says nothing"
                return
            self._under_way.add(port)
            for probe in self._plan.at(Stage.PORT):
                await self._probing.gather(host, probe, Ask(host.address, port, host.observations))
            self._under_way.discard(port)
            self._asked_one.set()

    async def _is_mute(self) -> bool:
        """Whether the host accepts and says nothing; waits for ports that are being asked if it depends on them."""
        host = self._host
        while host.mute_ports() < self._most_mute <= host.mute_ports(self._under_way):
            self._asked_one.clear()
            await self._asked_one.wait()
        return host.mute_ports() >= self._most_mute

    @property
    def _most_mute(self) -> int:
        return 2 * _MUTE_PORTS if self._host.spoke else _MUTE_PORTS

    async def _ports_asked(self) -> None:
        """Wait until every open port has been asked."""
        while self._asking:
            await asyncio.wait(self._asking)

    async def _follow_up(self, stage: Stage = Stage.HOST) -> None:
        """Run the probes that build on earlier answers; each skips what it has asked before."""
        for probe in self._plan.at(stage):
            await self._probing.gather(self._host, probe, Ask(self._host.address, None, self._host.observations))


async def _in_lanes(items: Iterable[int], work: Callable[[int], Awaitable[None]]) -> None:
    """Do the work for each item, `_LANES` at a time, in order."""
    left = iter(list(items))

    async def lane() -> None:
        for item in left:
            await work(item)

    await side_by_side(lane() for _ in range(_LANES))


async def side_by_side(work: Iterable[Coroutine[None, None, None]]) -> None:
    """Run concurrently; if one fails, the others are cancelled."""
    async with asyncio.TaskGroup() as group:
        for part in work:
            group.create_task(part)
