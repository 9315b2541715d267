"""Targets x probes x net -> observations and ledger. Knows no vendor and no protocol by name.

An address is first knocked on at the ports that tell most, and asked by the probes that go to every address. Only
where something lives are the other ports knocked on and the open ones asked; a host that accepts and says nothing is
left alone.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from camscan.net.base import Net
from camscan.probes.base import Ask, Probe, Stage
from camscan.records import LedgerEntry, Observation, Outcome

_log = logging.getLogger(__name__)

KNOCK = "tcp"
"""The channel of the knocks on TCP ports."""
_LANES = 2
_MUTE_PORTS = 3
"""Open ports that say nothing before the rest is left alone; twice as many where another port has spoken."""
_MAX_NAMED_PORTS = 32
"""Further ports that a host may name for itself."""


class Sink(Protocol):
    """Where results go as they come."""

    async def put(self, observation: Observation) -> None:
        """Keep one observation."""

    async def put_ledger(self, entry: LedgerEntry) -> None:
        """Keep what became of one target; its observations have been put before."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to ask of whom.

    `first_ports` are knocked on at every address, `more_ports` only where something lives (`thorough`: everywhere).
    `named_ports` reads further ports out of what a host said about itself.
    """

    probes: Sequence[Probe]
    first_ports: Sequence[int]
    more_ports: Sequence[int]
    named_ports: Callable[[str, Iterable[Observation]], Iterable[int]] = lambda _address, _seen: ()
    thorough: bool = False

    def at(self, stage: Stage) -> list[Probe]:
        """The probes of one stage, in order."""
        return [probe for probe in self.probes if probe.stage is stage]

    @property
    def multicasts(self) -> bool:
        """Whether a probe asks whole segments."""
        return bool(self.at(Stage.SEGMENT))

    @property
    def channels(self) -> tuple[str, ...]:
        """Every channel that the plan covers at each target."""
        named = [channel for probe in self.probes for channel in probe.channels]
        return tuple(dict.fromkeys([KNOCK, *named] if self.first_ports else named))


@dataclass(slots=True)
class _Host:
    """What is known of one address while it is covered."""

    address: str
    seen: list[Observation] = field(default_factory=list)
    knocks: dict[int, Outcome] = field(default_factory=dict)
    attempts: dict[str, Outcome] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    asked: set[int] = field(default_factory=set)
    mute: int = 0
    spoke: bool = False

    @property
    def alive(self) -> bool:
        """Whether anything at the address has shown that it lives."""
        return any(outcome.is_alive for outcome in (*self.knocks.values(), *self.attempts.values()))

    @property
    def open_ports(self) -> list[int]:
        """Ports that accepted, in the order in which they were knocked on."""
        return [port for port, outcome in self.knocks.items() if outcome is Outcome.ANSWERED]

    def note(self, channel: str, outcome: Outcome, reason: str) -> None:
        """Keep the most telling outcome of a channel."""
        best = _best((outcome, self.attempts.get(channel, outcome)))
        self.attempts[channel] = best
        if reason and best is outcome:
            self.reasons[channel] = reason
        elif not reason and best is outcome:
            self.reasons.pop(channel, None)


class Engine:
    """Runs a plan over targets. `done`, `alive`, `crashed` and `notes` may be read at any time."""

    def __init__(self, net: Net, plan: Plan, sink: Sink, *, window: int, host_seconds: float = 60.0) -> None:
        self._net = net
        self._plan = plan
        self._sink = sink
        self._window = window
        self._host_seconds = host_seconds
        self._heard: dict[str, list[Observation]] = {}
        self._silent: set[str] = set()
        self.done = 0
        self.alive = 0
        self.crashed = 0
        self.notes: list[str] = []

    async def run(self, targets: Iterable[str]) -> None:
        """Cover every target, then those that were found silent but spoke up by multicast meanwhile."""
        async with asyncio.TaskGroup() as group:
            for probe in self._plan.at(Stage.SEGMENT):
                group.create_task(self._segment(probe))
            group.create_task(self._workers(iter(targets)))
        late = [address for address in self._heard if address in self._silent]
        await self._workers(iter(late))

    async def _segment(self, probe: Probe) -> None:
        async for observation in self._run(probe, Ask()):
            if observation.outcome.has_answer:
                await self._sink.put(observation)
                self._heard.setdefault(observation.target, []).append(observation)
            else:
                self.notes.append(f"{observation.channel}: {observation.reason}")

    async def _workers(self, targets: Iterator[str]) -> None:
        async def work() -> None:
            for address in targets:
                await self._cover(address)

        async with asyncio.TaskGroup() as group:
            for _ in range(self._window):
                group.create_task(work())

    async def _cover(self, address: str) -> None:
        host = _Host(address)
        for observation in self._heard.get(address, ()):
            self._take(host, observation)
        async with self._net.attend(address):
            try:
                async with asyncio.timeout(self._host_seconds):
                    await self._ask_everything(host)
            except TimeoutError:
                host.reasons[KNOCK] = f"not done after {self._host_seconds:g} s"
        self.done += address not in self._silent
        self.alive += host.alive
        if not host.alive:
            self._silent.add(address)
        await self._sink.put_ledger(self._entry(host))

    async def _ask_everything(self, host: _Host) -> None:
        async with asyncio.TaskGroup() as beside:
            native = beside.create_task(self._ask_at(Stage.ADDRESS, host))
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
            await asyncio.gather(first, self._ask_ports(host), self._follow_up(host))
            await self._follow_up(host)

    async def _ask_at(self, stage: Stage, host: _Host) -> None:
        """Run all probes of a stage that goes by addresses, side by side."""
        probes = self._plan.at(stage)
        await asyncio.gather(*(self._gather(host, probe, Ask(host.address)) for probe in probes))

    async def _knock_all(self, host: _Host, ports: Iterable[int]) -> None:
        async def knock(port: int) -> None:
            exchange = await self._net.knock(host.address, port)
            host.knocks[port] = exchange.outcome
            if exchange.reason:
                host.reasons[KNOCK] = exchange.reason
            if exchange.outcome.has_answer:
                await self._keep(host, _opened(host.address, port, exchange.at))

        await _in_lanes((port for port in ports if port not in host.knocks), knock)

    async def _ask_ports(self, host: _Host) -> None:
        probes = self._plan.at(Stage.PORT)

        async def ask(port: int) -> None:
            if host.mute >= (2 * _MUTE_PORTS if host.spoke else _MUTE_PORTS):
                host.reasons[KNOCK] = f"port {port} and later ones not asked: the host accepts and says nothing"
                return
            for probe in probes:
                await self._gather(host, probe, Ask(host.address, port, host.seen))
            said = [o.outcome for o in host.seen if o.port == port and o.channel != KNOCK]
            spoke = any(outcome.has_answer for outcome in said)
            host.spoke |= spoke
            host.mute += bool(said) and not spoke

        new = [port for port in host.open_ports if port not in host.asked]
        host.asked.update(new)
        await _in_lanes(new, ask)

    async def _follow_up(self, host: _Host) -> None:
        """Run the probes that build on what the host has said; each leaves alone what it has looked at before."""
        for probe in self._plan.at(Stage.HOST):
            await self._gather(host, probe, Ask(host.address, None, host.seen))

    async def _knock_named(self, host: _Host) -> None:
        named = dict.fromkeys(self._plan.named_ports(host.address, host.seen))
        new = [port for port in named if port not in host.knocks][:_MAX_NAMED_PORTS]
        await self._knock_all(host, new)

    async def _gather(self, host: _Host, probe: Probe, ask: Ask) -> None:
        async for observation in self._run(probe, ask):
            await self._keep(host, observation)

    async def _keep(self, host: _Host, observation: Observation) -> None:
        self._take(host, observation)
        if observation.outcome.has_answer or observation.outcome in (Outcome.RESET, Outcome.CRASHED):
            await self._sink.put(observation)

    def _take(self, host: _Host, observation: Observation) -> None:
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

    def _entry(self, host: _Host) -> LedgerEntry:
        """The outcome of every planned channel; one that no open port called for shares the outcome of the knocks."""
        knocked = _best(host.knocks.values())
        closed = _best(outcome for outcome in host.knocks.values() if outcome is not Outcome.ANSWERED)
        channels = {KNOCK: knocked} if host.knocks else {}
        for channel in self._plan.channels:
            channels[channel] = host.attempts.get(channel, channels.get(channel, closed))
        return LedgerEntry(host.address, channels, dict(host.reasons))


def _best(outcomes: Iterable[Outcome]) -> Outcome:
    order = list(Outcome)
    return min(outcomes, key=order.index, default=Outcome.NOT_SENT)


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
