"""Targets x probes x net -> observations and ledger. Knows no vendor and no protocol by name.

Life is looked for at all addresses first: the most telling ports are tried, and the probes for every address are run.
An address that shows a sign of it is covered at once, while host discovery goes on: the other ports are tried, and the
open ones asked. A host that accepts and says nothing is left alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from contextlib import aclosing

from camscan.engine.cover import Cover, side_by_side
from camscan.engine.host import Host, at_hand
from camscan.engine.plan import TCP, Plan
from camscan.engine.probing import Probing, Sink
from camscan.net.base import Discovery, Net
from camscan.probes.base import Ask, Probe, Stage, Unicast
from camscan.records import UNASKED, LedgerEntry, Observation, Outcome


class Engine:
    """Runs a plan over targets, `window` of them in host discovery and `covers` living ones covered at once.

    Engines at one time may share the places for the latter.

    `done`, `alive`, `cut` (timed out before everything was asked), `unasked` (those of them of which nothing can be
    said), `crashed` and `notes` may be read at any time.
    """

    def __init__(
        self,
        net: Net,
        plan: Plan,
        sink: Sink,
        *,
        window: int,
        covers: int | asyncio.Semaphore = 128,
        host_seconds: float = 60.0,
    ) -> None:
        self._net = net
        self._plan = plan
        self._sink = sink
        self._probing = Probing(net, sink)
        self._window = window
        self._places = asyncio.Semaphore(covers) if isinstance(covers, int) else covers
        self._channels = plan.channels
        self._by_port = plan.by_port
        self._wide = {version: plan.wide(version) for version in (4, 6)}
        self._calling = 0
        self._uncalled: set[str] = set()
        """Channels on which a segment could or might not be asked: silence on them says nothing."""
        self._living: dict[str, Host] = {}
        self._host_seconds = host_seconds
        self._heard: dict[str, list[Observation]] = {}
        self._silent: set[str] = set()
        self.done = 0
        self.alive = 0
        self.cut = 0
        self.unasked = 0
        self.notes: list[str] = []

    @property
    def crashed(self) -> int:
        """Attempts that failed because of a bug of ours."""
        return self._probing.crashed

    async def run(self, targets: Iterable[str], heard: Iterable[Observation] = (), silent: Iterable[str] = ()) -> None:
        """Cover every target, then those that were silent but answered a multicast meanwhile.

        A run before this one may have `heard` what targets need not answer again, and found others `silent`.
        """
        self._silent.update(silent)
        for observation in heard:
            self._keep_heard(observation)
        segment = self._plan.at(Stage.SEGMENT)
        self._calling = len(segment)
        async with asyncio.TaskGroup() as group:
            for probe in segment:
                group.create_task(self._segment(probe))
            group.create_task(self._workers(iter(targets)) if self._plan.thorough else self._discover(targets))
        late = [address for address in self._heard if address in self._silent]
        await self._workers(iter(late))

    async def _discover(self, targets: Iterable[str]) -> None:
        """Look for life at all targets, and cover those alive meanwhile."""
        probes = self._plan.discovery
        questions = [probe.new_question for probe in probes]
        looks = self._net.discover(targets, self._plan.first_ports, questions, at_once=self._window)
        async with asyncio.TaskGroup() as group, aclosing(looks) as all_looks:
            async for discovery in all_looks:
                host = await self._met(discovery, probes)
                self._count_alive(host)
                if host.alive:
                    await self._places.acquire()
                    group.create_task(self._cover(host)).add_done_callback(lambda _: self._places.release())
                else:
                    await self._leave(host)

    async def _met(self, discovery: Discovery, probes: Sequence[Unicast]) -> Host:
        """A host with what host discovery learned of it."""
        host = self._host(discovery.address)
        for exchange in discovery.tried:
            await self._probing.note_port(host, exchange)
        for place, question, exchange in discovery.answers:
            host.finished.update(probes[place].channels)
            for observation in probes[place].read(question, exchange):
                await self._probing.keep(host, observation)
        return host

    async def _segment(self, probe: Probe) -> None:
        async with aclosing(self._probing.run(probe, Ask())) as found:
            async for observation in found:
                if observation.outcome.has_answer:
                    await self._sink.put(observation)
                    self._keep_heard(observation)
                    await self._tell(observation)
                else:
                    self._probing.crashed += observation.outcome is Outcome.CRASHED
                    if observation.outcome in UNASKED and not observation.target:
                        self._uncalled.add(observation.channel)
                    self.notes.append(f"{observation.channel}: {observation.reason}")
        self._calling -= 1
        if not self._calling:
            self._living.clear()

    def _keep_heard(self, observation: Observation) -> None:
        self._heard.setdefault(observation.target, []).append(at_hand(observation))

    async def _tell(self, observation: Observation) -> None:
        """Add an observation to a host that is being covered; update the ledger entry of one that is done."""
        host = self._living.get(observation.target)
        if host is not None:
            self._take_heard(host)
            if host.left:
                await self._sink.put_ledger(self._entry(host))

    async def _workers(self, targets: Iterator[str]) -> None:
        async def work() -> None:
            for address in targets:
                await self._cover(self._host(address))

        await side_by_side(work() for _ in range(self._window))

    def _host(self, address: str) -> Host:
        host = Host(address)
        self._take_heard(host)
        return host

    def _take_heard(self, host: Host) -> None:
        """Add to a host what the segment has said of it since the last look."""
        for observation in self._heard.get(host.address, ())[host.heard :]:
            host.take(observation)
            host.heard += 1

    async def _cover(self, host: Host) -> None:
        if self._calling:
            self._living[host.address] = host
        self._take_heard(host)  # it may have waited for its turn since it was found
        async with self._net.attend(host.address):
            try:
                async with asyncio.timeout(self._host_seconds):
                    await Cover(self._net, self._plan, self._probing, host).ask_everything()
            except TimeoutError:
                host.cut = host.reasons[TCP] = f"not done after {self._host_seconds:g} s"
                self.cut += 1
        await self._leave(host)

    def _count_alive(self, host: Host) -> None:
        """Count a host as soon as it is known to be alive, which may be seconds before it is done."""
        self.alive += host.alive and not host.counted
        host.counted = host.alive

    async def _leave(self, host: Host) -> None:
        """Count a host that is done, and write its ledger entry."""
        self.done += host.address not in self._silent
        self._count_alive(host)
        may_yet_speak = self._calling or host.address in self._heard
        if not host.alive and may_yet_speak:
            self._silent.add(host.address)
        host.left = True
        host.observations.clear()
        entry = self._entry(host)
        self.unasked += bool(host.cut) and entry.outcome is Outcome.NOT_SENT
        await self._sink.put_ledger(entry)

    def _entry(self, host: Host) -> LedgerEntry:
        wide = self._wide[6 if ":" in host.address else 4]
        called = wide - self._uncalled if wide and self._net.reaches(host.address) else ()
        return host.entry(self._channels, self._by_port, called)
