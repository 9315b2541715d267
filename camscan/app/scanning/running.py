"""Scans from beginning to end: store, net, engine and the signals that may cut them short."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from camscan.app.planning.jobs import Job
from camscan.app.planning.scope import eligible
from camscan.app.planning.targetfiles import followed
from camscan.app.scanning import notes
from camscan.app.scanning.middleboxes import Middleboxes
from camscan.app.scanning.portsources import checkpoint, port_source
from camscan.app.scanning.signals import Interruption, interruptible
from camscan.engine import Engine, Sink
from camscan.errors import CamscanError
from camscan.net.discovery.swept import parted
from camscan.net.kernel.interfaces import broadcasts, interfaces
from camscan.net.kernel.interruptions import watched
from camscan.net.kernel.ways import samples
from camscan.net.live import LiveNet
from camscan.net.pacing.limits import Limits
from camscan.net.pacing.profile import Profile
from camscan.net.programs.checkpoint import Checkpoint
from camscan.net.programs.portsource import PortQuery, PortSource
from camscan.net.programs.portsweep import Resuming
from camscan.net.scope import Scope
from camscan.records import LedgerEntry, Observation, Outcome, Scan, ScanStatus
from camscan.reports.escape import terminal
from camscan.store.store import Store
from camscan.store.writer import QUEUE_ROWS, Writer, one_thread
from camscan.system import gctuning

_log = logging.getLogger("camscan")


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the scans are that run at one time."""

    running: list[tuple[Engine, LiveNet]] = field(default_factory=list)

    @property
    def done(self) -> int:
        """Addresses that are covered."""
        return sum(engine.done for engine, _ in self.running)

    @property
    def alive(self) -> int:
        """Those of them that live."""
        return sum(engine.alive for engine, _ in self.running)

    @property
    def packets(self) -> int:
        """Packets that were sent."""
        return sum(net.sent.packets for _, net in self.running)


Progress: TypeAlias = Callable[[Standing, int, int], AbstractAsyncContextManager[None]]
"""Shows how far scans are while the body runs: so many addresses are to be covered, and if all are silent by so many
packets."""


def no_progress(_standing: Standing, _total: int, _packets: int) -> AbstractAsyncContextManager[None]:
    """Show nothing."""
    return nullcontext()


@dataclass(frozen=True, slots=True)
class _Shared:
    """What scans at one time share: `waiting` are the rows of each that may wait for the thread that stores them."""

    standing: Standing
    interruption: Interruption
    thread: ThreadPoolExecutor
    waiting: int
    limits: Limits | None
    places: asyncio.Semaphore | None


async def run(job: Job, store: Store, progress: Progress) -> Scan:
    """Run a job; whatever ends it, what was found is stored. Returns the scan as it ended."""
    (ended,) = await run_together([job], store, progress)
    if isinstance(ended, BaseException):
        raise ended
    return ended


async def run_together(
    jobs: Sequence[Job], store: Store, progress: Progress, limits: Limits | None = None
) -> Sequence[Scan | BaseException]:
    """Run jobs at one time; gives each scan as it ended, or what broke it off.

    Several have one profile, whose `limits` they share, and no target, listening port or sweep of ports in common.
    """
    standing, waiting = Standing(), max(1, QUEUE_ROWS // len(jobs))
    total = sum(job.scope.asked.count - job.covered for job in jobs)
    packets = total * max(job.strategy.silent_packets for job in jobs)
    places = asyncio.Semaphore(jobs[0].strategy.covers()) if len(jobs) > 1 else None
    seconds = min((job.seconds for job in jobs if job.seconds is not None), default=None)
    with gctuning.relaxed(sum(map(_window, jobs))), one_thread() as thread, interruptible(seconds) as interruption:
        shared = _Shared(standing, interruption, thread, waiting, limits, places)
        async with progress(standing, total, packets):
            ended = await asyncio.gather(*(_finished(job, store, shared) for job in jobs), return_exceptions=True)
    gctuning.release_memory()
    return ended


async def _finished(job: Job, store: Store, shared: _Shared) -> Scan:
    kept = _checkpoint(job) if job.method.name == "syn" else None
    with kept or nullcontext():
        ended = await _run(job, kept, store, shared)
        # Another process may have the store for a while, for which no answer to the scans beside this one shall wait.
        await asyncio.get_running_loop().run_in_executor(shared.thread, store.finish, ended)
        if kept is not None:
            kept.close(over=ended.status is not ScanStatus.INTERRUPTED)
    return ended


async def _run(job: Job, kept: Checkpoint | None, store: Store, shared: _Shared) -> Scan:
    """Ask everything, and store what is found. Returns the scan as it ended."""
    links = eligible(job.scope)
    source, profile = _source(job, kept)
    scope = Scope(job.scope.targets, job.scope.excluded, broadcasts=broadcasts())
    limits = shared.limits if source is None else None
    writer = Writer(store, job.scan.id, shared.thread, shared.waiting)
    try:
        reached = samples(job.scope.asked.spans())
        names = frozenset(reached.values()) or _asking(job)
        async with (
            LiveNet(scope, profile, links, job.scope.asked.ranges, job.broker, sweep=source, limits=limits) as net,
            watched(names, reached) as cut,
            followed(job.scope.excluded, job.scope.excluding, net.exclude) as barred,
        ):
            sink = Middleboxes(_sink(writer), job.strategy.plan.first_ports)
            covers = shared.places or job.strategy.covers(source.rate if source is not None else 0.0)
            engine = _engine(job, net, sink, covers)
            shared.standing.running.append((engine, net))
            was_ended = await shared.interruption.ends(_cover(job, engine, writer))
            status = ScanStatus.INTERRUPTED if was_ended else ScanStatus.COMPLETE
            net.notes += barred.notes
            ended = notes.as_ended(job, engine, net, links, status)
            ended = notes.cut_off(cut, net.lost_gateways, ended)
            ended = notes.hidden(sink, replace(ended, excluded=tuple(barred.excluded.networks())))
    finally:
        await writer.close()
    return notes.tried(ended, job.decoys, store)


def _asking(job: Job) -> frozenset[str]:
    """The interfaces that others are asked from, where the kernel does not say which lead to them."""
    own = {interface.address for interface in interfaces()}
    asks_others = job.scope.asked.count > sum(address in job.scope.asked for address in own)
    return frozenset(name for name, _ in job.scan.vantage.sources if asks_others)


def _engine(job: Job, net: LiveNet, sink: Sink, covers: int | asyncio.Semaphore) -> Engine:
    plan, seconds = job.strategy.plan, job.strategy.host_seconds
    return Engine(net, plan, sink, window=_window(job), covers=covers, host_seconds=seconds)


class LoggingSink:
    """Logs what it passes on to a writer: targets that gave a sign of life, and at DEBUG each answer and the rest."""

    def __init__(self, writer: Sink) -> None:
        self._writer = writer

    async def put(self, observation: Observation) -> None:
        """See `Sink.put`."""
        at = f" port {observation.port}" if observation.port else ""
        asked = f" {terminal(observation.asked)}" if observation.asked else ""
        _log.debug("%s%s %s%s: %s", observation.target, at, observation.channel, asked, observation.outcome)
        await self._writer.put(observation)

    async def put_ledger(self, entry: LedgerEntry) -> None:
        """See `Sink.put_ledger`."""
        _log.log(logging.INFO if entry.outcome.is_alive else logging.DEBUG, "%s: %s", entry.target, entry.outcome)
        await self._writer.put_ledger(entry)


def _sink(writer: Writer) -> Sink:
    return LoggingSink(writer) if _log.isEnabledFor(logging.INFO) else writer


def _checkpoint(job: Job) -> Checkpoint | None:
    """How far the sweep of a scan is; none where it cannot be known, or cannot be kept.

    A scan that goes on with other exclusions than before asks the rest by connecting.
    """
    asked = {
        "spans": [*map(list, job.scope.asked.spans())],
        "ports": [*job.strategy.plan.first_ports],
        "seed": job.seed,
    }
    try:
        found = checkpoint(job.scan.id, None if job.resumed else asked)
    except CamscanError:
        return None
    if found.asked == asked:
        return found
    found.close(over=False)
    return None


async def _cover(job: Job, engine: Engine, writer: Writer) -> None:
    """Cover all targets."""
    await _write_excluded(job, writer)
    left = (address for address in job.scope.asked.shuffled(job.seed) if address not in job.done)
    silent = (address for address, is_alive in job.done.items() if not is_alive)
    await engine.run(left, job.heard, silent)


async def _write_excluded(job: Job, writer: Writer) -> None:
    """Say of each target that is excluded that it is: of millions this takes minutes."""
    entry = dict.fromkeys(job.strategy.plan.channels, Outcome.EXCLUDED)
    for address in job.scope.targets.within(job.scope.excluded).shuffled(0):
        if address not in job.done:
            await writer.put_ledger(LedgerEntry(address, entry))


def _source(job: Job, kept: Checkpoint | None) -> tuple[PortSource | None, Profile]:
    """What asks the first ports where that is another program, and the pace that is left for all else."""
    if job.method.name == "connect" or not job.scope.asked or (job.resumed and kept is None):
        return None, job.strategy.profile
    pace, left = parted(job.strategy.profile)
    spans, ports = tuple(job.scope.asked.spans()), job.strategy.plan.first_ports
    query = PortQuery(spans, ports, pace, job.seed, want="answers")
    return port_source(job.method.name, job.scope, query, Resuming(kept, keeping=True, known=job.done)), left


def _window(job: Job) -> int:
    return min(job.strategy.window, max(job.scope.asked.count, 1))
