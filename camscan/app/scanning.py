"""One scan from beginning to end: store, net, engine and the signals that may cut it short."""

from __future__ import annotations

import asyncio
import errno
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any, TypeAlias

from camscan.app import gctuning
from camscan.app.history import LOST, MISSED
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
from camscan.net.kernel.interfaces import Interface
from camscan.net.live import LiveNet
from camscan.net.pacing.profile import Profile
from camscan.net.programs.checkpoint import Checkpoint
from camscan.net.programs.portsource import PortSource
from camscan.net.scope import Scope
from camscan.records import LedgerEntry, Observation, Outcome, Scan, ScanStatus, Sent
from camscan.reports.escape import terminal
from camscan.shortages import EXHAUSTED
from camscan.store import Store, Writer
from camscan.wording import joined, plural, were

_BLIND_SHARE = 0.05
"""Sends that this host refused, or addresses that it had no time for, of all targets, above which a scan is partial."""
_AGAIN = "questions sent then were lost, so scan again"
_HURRIED = "camscan had too little CPU: scan again"
_BLIND = "blind: the decoy"
_MOST_REASONS = 3
_SHORTAGES = frozenset(errno.errorcode[number] for number in EXHAUSTED)
"""Why a host refuses what it has no room for at the moment."""
_MOST_NAMED = 20
"""Addresses in one note: a large network may have thousands of which the same is to be said."""

_log = logging.getLogger("camscan")

Progress: TypeAlias = Callable[[Engine, LiveNet, int], AbstractAsyncContextManager[None]]
"""Shows how far a scan is while the body runs; so many addresses are to be covered."""


def no_progress(_engine: Engine, _net: LiveNet, _total: int) -> AbstractAsyncContextManager[None]:
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
    scope, links = Scope(job.scope.targets, job.scope.excluded), job.scope.asked.ranges
    writer = Writer(store, job.scan.id)
    try:
        reached = frozenset(name for name, _ in job.scan.vantage.sources)
        async with (
            LiveNet(scope, profile, interfaces, links, job.broker, sweep=source) as net,
            watched(reached) as cut,
            followed(job.scope.excluded, job.scope.excluding, net.exclude) as barred,
        ):
            sink, wide = Middleboxes(_sink(writer), job.strategy.plan.first_ports), _window(job)
            engine = _engine(job, net, sink, wide, source.rate if source is not None else 0.0)
            with gctuning.relaxed(wide):
                status = await _covered(job, engine, writer, net, progress)
            net.notes += barred.notes
            ended = _cut_off(cut, net.lost_gateways, _ended(job, engine, net, interfaces, status))
            ended = _hidden(sink, replace(ended, excluded=tuple(barred.excluded.networks())))
    finally:
        await writer.close()
    return _tried(ended, job.decoys, store)


def _engine(job: Job, net: LiveNet, sink: Sink, window: int, swept: float) -> Engine:
    """What asks, beside a sweep of so many packets a second."""
    plan, covers, seconds = job.strategy.plan, job.strategy.covers(swept), job.strategy.host_seconds
    return Engine(net, plan, sink, window=window, covers=covers, host_seconds=seconds, silent=job.silent)


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


def _tried(ended: Scan, decoys: Sequence[str], store: Store) -> Scan:
    """A scan by what became of its decoys: where one did not answer, nobody knows what else was not seen.

    The most telling outcome decides: a host that only refuses is there, and the decoy on it is not.
    """
    outcomes = {decoy: _outcome(decoy, ended, store) for decoy in decoys}
    missed = {decoy: outcome for decoy, outcome in outcomes.items() if not outcome.has_answer}
    blind = []
    for decoy, outcome in missed.items():
        what = "was not asked" if outcome in (Outcome.NOT_SENT, Outcome.EXCLUDED) else "did not answer"
        blind.append(f"{_BLIND} {decoy} {what}, so silence proves nothing")
    # What a run before this one said of them is out of date: it may have ended before their turn.
    others = (note for note in ended.notes if not note.startswith(_BLIND))
    status, settings = ended.status, {name: text for name, text in ended.settings.items() if name != MISSED}
    if missed and status is ScanStatus.COMPLETE:
        status, settings[MISSED] = ScanStatus.PARTIAL, ", ".join(missed)
    return replace(ended, status=status, settings=settings, notes=(*others, *blind))


def _outcome(address: str, scan: Scan, store: Store) -> Outcome:
    found = (entry.outcome for entry in store.ledger(scan.id, address) if entry.target == address)
    return next(found, Outcome.NOT_SENT)


async def _covered(job: Job, engine: Engine, writer: Writer, net: LiveNet, progress: Progress) -> ScanStatus:
    """Cover all targets, unless a signal comes first."""

    async def cover() -> None:
        await _write_excluded(job, writer)
        await engine.run(address for address in job.scope.asked.shuffled(job.seed) if address not in job.done)

    async with progress(engine, net, job.scope.asked.count - job.covered):
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


def _ended(job: Job, engine: Engine, net: LiveNet, interfaces: Sequence[Interface], status: ScanStatus) -> Scan:
    notes = _notes(job, engine, net, interfaces)
    few = job.scope.asked.count * _BLIND_SHARE
    sent = together(job.scan.sent, net.sent)
    every = tuple(dict.fromkeys((*job.scan.notes, *notes)))  # a scan that was resumed has some already
    ended = replace(job.scan, finished_at=datetime.now(UTC), status=status, sent=sent, notes=every)
    lost = [_refusals(net.failures)] if net.failures.total() > few else []
    unasked = f"no time was left to ask {plural(engine.unasked, 'address')}: {_HURRIED}"
    if 0 < engine.unasked <= few:  # said also where it is too little to make the scan partial
        ended = replace(ended, notes=tuple(dict.fromkeys((*ended.notes, unasked))))
    elif engine.unasked:
        lost.append(unasked)
    return _lossy(ended, lost)


def _cut_off(cut: Mapping[str, float], lost: Mapping[str, float], ended: Scan) -> Scan:
    """A scan by how long its interfaces and gateways were cut off: of who was asked meanwhile, silence says nothing."""
    said = [(f"{name} was not connected", seconds) for name, seconds in cut.items()]
    said += [(f"the gateway {name} did not answer ARP any more", seconds) for name, seconds in lost.items()]
    return _lossy(ended, [f"{what} for {seconds:.0f} s: {_AGAIN}" for what, seconds in said if seconds])


def _lossy(ended: Scan, why: Sequence[str]) -> Scan:
    """A scan by what was lost in it, which is noted; in a run before this one too: who was asked is not asked again."""
    lost = "\n".join((*ended.settings.get(LOST, "").splitlines(), *why))
    partial = bool(lost) and ended.status is ScanStatus.COMPLETE
    status = ScanStatus.PARTIAL if partial else ended.status
    settings = {**ended.settings, LOST: lost} if why else ended.settings
    return replace(ended, status=status, settings=settings, notes=tuple(dict.fromkeys((*ended.notes, *why))))


def _hidden(sink: Middleboxes, ended: Scan) -> Scan:
    """A scan by what answered in the place of devices: where that is most of it, it could not look."""
    told = replace(ended, notes=tuple(dict.fromkeys((*ended.notes, *sink.notes))))
    return _lossy(told, sink.notes if sink.hides_most else [])


def _refusals(failures: Counter[str]) -> str:
    """What this host did not let out, and why: as "11 sends were refused by this host (11 ENETUNREACH: ...)"."""
    why = ", ".join(f"{count:,} {reason}" for reason, count in failures.most_common(_MOST_REASONS))
    short = sum(count for reason, count in failures.items() if reason.partition(":")[0] in _SHORTAGES)
    remedy = "scan at a lower --rate" if 2 * short > failures.total() else "check its routes and its firewall"
    return f"{plural(failures.total(), 'send')} {were(failures.total())} refused by this host ({why}): {remedy}"


def together(before: Sent, now: Sent) -> Sent:
    """What two runs of one scan have sent: an interrupted one, and the one that goes on with it."""
    most = max(before.max_host_connections_per_second, now.max_host_connections_per_second)
    return Sent(before.packets + now.packets, before.bytes + now.bytes, most)


def _notes(job: Job, engine: Engine, net: LiveNet, interfaces: Sequence[Interface]) -> Iterator[str]:
    """What a reader must know to judge how much the results cover."""
    yield from engine.notes
    if net.sweep is not None:
        yield f"open ports were found by {net.sweep.how}: {job.method.reason}"
    yield from net.notes
    if job.strategy.barred:
        yield f"ports not asked, because camscan never sends to them: {', '.join(map(str, job.strategy.barred))}"
    if not interfaces and job.strategy.plan.multicasts:
        yield "no multicast: no interface is connected to the targets (on a container's bridge, none ever is)"
    if net.dropped:
        lost = f"{plural(net.dropped, 'datagram')} {were(net.dropped)} lost"
        yield f"{lost} because a buffer was full: scan again at a lower --rate"
    if net.faded:
        yield f"asked at half the pace after they stopped answering: {_some(net.faded)}"
    if net.used_up:
        yield f"no longer asked after they had given all the bytes that one host may: {_some(net.used_up)}"
    if engine.cut:
        yield f"hosts that were not finished after {job.strategy.host_seconds:g} s: {engine.cut}; the ledger names them"
    if job.broker is not None:
        yield from job.broker.notes
    if engine.crashed:
        yield f"{plural(engine.crashed, 'attempt')} crashed because of a fault in camscan: please report the log"


def _some(addresses: Iterable[str]) -> str:
    """Addresses in the order of their numbers, as many as a note can hold."""
    ordered = sorted(addresses, key=lambda address: (":" in address, ip_address(address.partition("%")[0])))
    return joined(ordered, _MOST_NAMED)


def _source(job: Job, kept: Checkpoint | None) -> tuple[PortSource | None, Profile]:
    """What asks the first ports where that is another program, and the pace that is left for all else."""
    if job.method.name == "connect" or not job.scope.asked or (job.resumed and kept is None):
        return None, job.strategy.profile
    pace, left = parted(job.strategy.profile)
    how: dict[str, Any] = {"seed": job.seed, "checkpoint": kept, "keeping": True, "known": job.done}
    return port_source(job.method.name, job.scope, job.strategy.plan.first_ports, pace, **how), left


def _window(job: Job) -> int:
    return min(job.strategy.window, max(job.scope.asked.count, 1))
