"""One scan from beginning to end: store, net, engine and the signals that may cut it short."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import replace
from typing import TypeAlias

from camscan.app import gctuning, scannotes
from camscan.app.jobs import Job
from camscan.app.middleboxes import Middleboxes
from camscan.app.portsources import checkpoint, port_source
from camscan.app.scope import eligible
from camscan.app.signals import interruptible
from camscan.app.targetfiles import followed
from camscan.engine import Engine, Sink
from camscan.errors import CamscanError
from camscan.net.discovery.swept import parted
from camscan.net.kernel.carrier import watched
from camscan.net.kernel.interfaces import broadcasts
from camscan.net.kernel.ways import samples
from camscan.net.live import LiveNet
from camscan.net.pacing.profile import Profile
from camscan.net.programs.checkpoint import Checkpoint
from camscan.net.programs.portsource import PortQuery, PortSource
from camscan.net.programs.portsweep import Resuming
from camscan.net.scope import Scope
from camscan.records import LedgerEntry, Observation, Outcome, Scan, ScanStatus
from camscan.reports.escape import terminal
from camscan.store import Store, Writer

_log = logging.getLogger("camscan")

Progress: TypeAlias = Callable[[Engine, LiveNet, int, int], AbstractAsyncContextManager[None]]
"""Shows how far a scan is while the body runs: so many addresses are to be covered, and if all are silent by so many
packets."""


def no_progress(_engine: Engine, _net: LiveNet, _total: int, _packets: int) -> AbstractAsyncContextManager[None]:
    """Show nothing."""
    return nullcontext()


async def run(job: Job, store: Store, progress: Progress) -> Scan:
    """Run a job; whatever ends it, what was found is stored. Returns the scan as it ended."""
    kept = _checkpoint(job) if job.method.name == "syn" else None
    with kept or nullcontext():
        ended = await _run(job, kept, store, progress)
        store.finish(ended)
        if kept is not None:
            kept.close(over=ended.status is not ScanStatus.INTERRUPTED)
    gctuning.release_memory()
    return ended


async def _run(job: Job, kept: Checkpoint | None, store: Store, progress: Progress) -> Scan:
    """Ask everything, and store what is found. Returns the scan as it ended."""
    interfaces = eligible(job.scope)
    source, profile = _source(job, kept)
    scope = Scope(job.scope.targets, job.scope.excluded, broadcasts=broadcasts())
    writer = Writer(store, job.scan.id)
    try:
        reached = samples(job.scope.asked.spans())
        names = frozenset(reached.values()) or frozenset(name for name, _ in job.scan.vantage.sources)
        async with (
            LiveNet(scope, profile, interfaces, job.scope.asked.ranges, job.broker, sweep=source) as net,
            watched(names, reached) as cut,
            followed(job.scope.excluded, job.scope.excluding, net.exclude) as barred,
        ):
            sink, wide = Middleboxes(_sink(writer), job.strategy.plan.first_ports), _window(job)
            engine = _engine(job, net, sink, wide, source.rate if source is not None else 0.0)
            with gctuning.relaxed(wide):
                status = await _covered(job, engine, writer, net, progress)
            net.notes += barred.notes
            ended = scannotes.as_ended(job, engine, net, interfaces, status)
            ended = scannotes.cut_off(cut, net.lost_gateways, ended)
            ended = scannotes.hidden(sink, replace(ended, excluded=tuple(barred.excluded.networks())))
    finally:
        await writer.close()
    return scannotes.tried(ended, job.decoys, store)


def _engine(job: Job, net: LiveNet, sink: Sink, window: int, swept: float) -> Engine:
    """What asks, beside a sweep of so many packets a second."""
    plan, covers, seconds = job.strategy.plan, job.strategy.covers(swept), job.strategy.host_seconds
    return Engine(net, plan, sink, window=window, covers=covers, host_seconds=seconds)


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


async def _covered(job: Job, engine: Engine, writer: Writer, net: LiveNet, progress: Progress) -> ScanStatus:
    """Cover all targets, unless a signal comes first."""

    async def cover() -> None:
        await _write_excluded(job, writer)
        left = (address for address in job.scope.asked.shuffled(job.seed) if address not in job.done)
        silent = (address for address, is_alive in job.done.items() if not is_alive)
        await engine.run(left, job.heard, silent)

    total = job.scope.asked.count - job.covered
    async with progress(engine, net, total, total * job.strategy.silent_packets):
        work = asyncio.ensure_future(cover())
        with interruptible(work, job.seconds):
            try:
                await work
            except asyncio.CancelledError:
                return ScanStatus.INTERRUPTED
    return ScanStatus.COMPLETE


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
