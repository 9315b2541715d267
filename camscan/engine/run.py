"""Targets x probes x net -> observations and ledger. Knows no vendor and no protocol by name.

All addresses are scouted first: knocked on at the ports that tell most, and asked by the probes that go to every
address. Where something shows that it lives, it is covered at once, while the others are still being scouted: the
other ports are knocked on and the open ones asked. A host that accepts and says nothing is left alone.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Protocol

from camscan.engine.host import Host
from camscan.engine.plan import KNOCK, Plan
from camscan.net.base import Exchange, Net, Scouted
from camscan.probes.base import Ask, Probe, Stage, Unicast
from camscan.records import LedgerEntry, Observation, Outcome

_log = logging.getLogger(__name__)

_LANES = 2
_MUTE_ATTEMPTS = 3
"""Questions to open ports that bring no byte before the rest is left alone; twice as many where a port has spoken."""
_MAX_NAMED_PORTS = 32
"""Further ports that a host may name for itself."""


class Sink(Protocol):
    """Where results go as they come."""

    async def put(self, observation: Observation) -> None:
        """Keep one observation."""

    async def put_ledger(self, entry: LedgerEntry) -> None:
        """Keep what became of one target; its observations have been put before."""


class Engine:
    """Runs a plan over targets, `window` of them scouted and `covers` living ones covered at once.

    `done`, `alive`, `cut` (not asked everything for want of time), `crashed` and `notes` may be read at any time.
    """

    def __init__(
        self, net: Net, plan: Plan, sink: Sink, *, window: int, covers: int = 128, host_seconds: float = 60.0
    ) -> None:
        self._net = net
        self._plan = plan
        self._sink = sink
        self._window = window
        self._covers = covers
        self._channels = plan.channels
        self._by_port = plan.by_port
        self._wide = {version: plan.wide(version) for version in (4, 6)}
        self._calling = 0
        self._living: dict[str, Host] = {}
        self._host_seconds = host_seconds
        self._heard: dict[str, list[Observation]] = {}
        self._silent: set[str] = set()
        self.done = 0
        self.alive = 0
        self.cut = 0
        self.crashed = 0
        self.notes: list[str] = []

    async def run(self, targets: Iterable[str]) -> None:
        """Cover every target, then those that were found silent but spoke up by multicast meanwhile."""
        segment = self._plan.at(Stage.SEGMENT)
        self._calling = len(segment)
        async with asyncio.TaskGroup() as group:
            for probe in segment:
                group.create_task(self._segment(probe))
            group.create_task(self._workers(iter(targets)) if self._plan.thorough else self._scouting(targets))
        late = [address for address in self._heard if address in self._silent]
        await self._workers(iter(late))

    async def _scouting(self, targets: Iterable[str]) -> None:
        """Look at all targets, and cover those where something lives meanwhile."""
        scouts = self._plan.scouts
        poses = [scout.pose for scout in scouts]
        places = asyncio.Semaphore(self._covers)
        looks = self._net.scout(targets, self._plan.first_ports, poses, at_once=self._window)
        async with asyncio.TaskGroup() as group, aclosing(looks) as all_looks:
            async for scouted in all_looks:
                host = await self._met(scouted, scouts)
                if host.alive:
                    await places.acquire()
                    group.create_task(self._cover(host)).add_done_callback(lambda _: places.release())
                else:
                    await self._leave(host)

    async def _met(self, scouted: Scouted, scouts: Sequence[Unicast]) -> Host:
        """A host with what the first look at it brought."""
        host = self._host(scouted.address)
        for exchange in scouted.knocks:
            await self._knocked(host, exchange)
        for place, posed, exchange in scouted.answers:
            host.scouted.update(scouts[place].channels)
            for observation in scouts[place].read(posed, exchange):
                await self._keep(host, observation)
        return host

    async def _segment(self, probe: Probe) -> None:
        async for observation in self._run(probe, Ask()):
            if observation.outcome.has_answer:
                await self._sink.put(observation)
                self._heard.setdefault(observation.target, []).append(observation)
                await self._tell(observation)
            else:
                self.notes.append(f"{observation.channel}: {observation.reason}")
        self._calling -= 1
        if not self._calling:
            self._living.clear()

    async def _tell(self, observation: Observation) -> None:
        """Let a host that is being covered know what came from it meanwhile; where it is done, its ledger entry."""
        host = self._living.get(observation.target)
        if host is not None:
            self._take(host, observation)
            if host.left:
                await self._sink.put_ledger(self._entry(host))

    async def _workers(self, targets: Iterator[str]) -> None:
        async def work() -> None:
            for address in targets:
                await self._cover(self._host(address))

        async with asyncio.TaskGroup() as group:
            for _ in range(self._window):
                group.create_task(work())

    def _host(self, address: str) -> Host:
        host = Host(address)
        for observation in self._heard.get(address, ()):
            self._take(host, observation)
        return host

    async def _cover(self, host: Host) -> None:
        if self._calling:
            self._living[host.address] = host
        async with self._net.attend(host.address):
            try:
                async with asyncio.timeout(self._host_seconds):
                    await self._ask_everything(host)
            except TimeoutError:
                host.cut = host.reasons[KNOCK] = f"not done after {self._host_seconds:g} s"
                self.cut += 1
        await self._leave(host)

    async def _leave(self, host: Host) -> None:
        """Count a host that is done, and say what became of it."""
        self.done += host.address not in self._silent
        self.alive += host.alive
        if not host.alive:
            self._silent.add(host.address)
        host.left = True
        host.seen.clear()
        await self._sink.put_ledger(self._entry(host))

    def _entry(self, host: Host) -> LedgerEntry:
        wide = self._wide[6 if ":" in host.address else 4]
        called = wide if wide and self._net.reaches(host.address) else ()
        return host.entry(self._channels, self._by_port, called)

    async def _ask_everything(self, host: Host) -> None:
        async with asyncio.TaskGroup() as beside:
            native = beside.create_task(self._ask_at(Stage.ADDRESS, host))
            scouted = beside.create_task(self._ask_ports(host))
            await self._knock_all(host, self._plan.first_ports)
            if not host.alive:
                await native
            if not host.alive and not self._plan.thorough:
                return
            living = beside.create_task(self._ask_at(Stage.LIVING, host))
            first = beside.create_task(self._ask_ports(host))
            await self._knock_all(host, self._plan.more_ports)
            await asyncio.gather(native, living)
            await self._knock_named(host)
            # Ports that say nothing take their time: what is known already is followed up beside them.
            await asyncio.gather(scouted, first, self._ask_ports(host), self._follow_up(host))
            await self._knock_named(host)
            await self._ask_ports(host)
            await self._follow_up(host)
            await self._follow_up(host, Stage.LOGIN)

    async def _ask_at(self, stage: Stage, host: Host) -> None:
        """Run the probes of a stage that goes by addresses side by side, but for those that the first look ended."""
        probes = [probe for probe in self._plan.at(stage) if host.scouted.isdisjoint(probe.channels)]
        await asyncio.gather(*(self._gather(host, probe, Ask(host.address)) for probe in probes))

    async def _knock_all(self, host: Host, ports: Iterable[int]) -> None:
        async def knock(port: int) -> None:
            await self._knocked(host, await self._net.knock(host.address, port))

        await _in_lanes((port for port in ports if port not in host.knocks), knock)

    async def _knocked(self, host: Host, knock: Exchange) -> None:
        host.knocks[knock.port] = knock.outcome
        if knock.reason:
            host.reasons[KNOCK] = knock.reason
        if knock.outcome.has_answer:
            await self._keep(host, _opened(host.address, knock.port, knock.at))

    async def _ask_ports(self, host: Host) -> None:
        probes = self._plan.at(Stage.PORT)

        async def ask(port: int) -> None:
            if host.mute_attempts >= (2 * _MUTE_ATTEMPTS if host.spoke else _MUTE_ATTEMPTS):
                host.reasons[KNOCK] = f"port {port} and later ones not asked: the host accepts and says nothing"
                return
            for probe in probes:
                await self._gather(host, probe, Ask(host.address, port, host.seen))

        new = [port for port in host.open_ports if port not in host.asked]
        host.asked.update(new)
        await _in_lanes(new, ask)

    async def _follow_up(self, host: Host, stage: Stage = Stage.HOST) -> None:
        """Run the probes that build on what the host has said; each leaves alone what it has looked at before."""
        for probe in self._plan.at(stage):
            await self._gather(host, probe, Ask(host.address, None, host.seen))

    async def _knock_named(self, host: Host) -> None:
        named = dict.fromkeys(self._plan.named_ports(host.address, host.seen))
        new = [port for port in named if port not in host.knocks][:_MAX_NAMED_PORTS]
        await self._knock_all(host, new)

    async def _gather(self, host: Host, probe: Probe, ask: Ask) -> None:
        async for observation in self._run(probe, ask):
            await self._keep(host, observation)

    async def _keep(self, host: Host, observation: Observation) -> None:
        self._take(host, observation)
        if observation.outcome.has_answer or observation.outcome in (Outcome.RESET, Outcome.CRASHED):
            await self._sink.put(observation)

    def _take(self, host: Host, observation: Observation) -> None:
        host.seen.append(observation)
        host.note(observation.channel, observation.outcome, observation.reason)

    async def _run(self, probe: Probe, ask: Ask) -> AsyncIterator[Observation]:
        """Run a probe; a bug in it is an outcome of its own, and the scan goes on."""
        try:
            async for observation in probe.run(ask, self._net):
                yield observation
        except Exception as error:  # the one catch-all of the program
            self.crashed += 1
            _log.exception("probe for %s crashed at %s", "/".join(probe.channels), ask.address or "the segment")
            yield Observation(
                ask.address, probe.channels[0], Outcome.CRASHED, datetime.now(UTC), ask.port, reason=repr(error)
            )


def _opened(address: str, port: int, at: datetime) -> Observation:
    return Observation(address, KNOCK, Outcome.ANSWERED, at, port, fields={"tcp.port": (str(port),)})


async def _in_lanes(items: Iterable[int], work: Callable[[int], Awaitable[None]]) -> None:
    """Do the work for each item, `_LANES` at a time, in order."""
    left = iter(list(items))

    async def lane() -> None:
        for item in left:
            await work(item)

    async with asyncio.TaskGroup() as group:
        for _ in range(_LANES):
            group.create_task(lane())
