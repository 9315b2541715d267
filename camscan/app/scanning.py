"""One scan from beginning to end: store, net, engine and the signals that may cut it short."""

from __future__ import annotations

import asyncio
import contextlib
import json
import platform
import secrets
import signal
from collections.abc import Iterator, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Protocol

from camscan.app import collector
from camscan.app.aims import Aim, Choices, Manner, aim, eligible, manner, swept
from camscan.app.portsources import checkpoint, port_source
from camscan.credentials.broker import CredentialBroker
from camscan.engine import Engine
from camscan.errors import CamscanError, TargetError, UsageError
from camscan.net.checkpoint import Checkpoint
from camscan.net.interfaces import Interface, sources
from camscan.net.live import LiveNet
from camscan.net.portsource import PortSource
from camscan.net.portsweep import Method
from camscan.net.profile import Profile
from camscan.net.scope import Scope
from camscan.net.swept import parted
from camscan.records import LedgerEntry, Outcome, Scan, ScanStatus, Vantage
from camscan.store import Store, Writer
from camscan.targets import parse

_SHOWN_TARGETS = 64
"""Targets that the record shows; its settings hold all of them."""
_NOT_KEPT = frozenset({"targets", "snmp_community", "with_credentials"})
"""Choices that the record does not hold: the targets stand in it with files read in, secrets are never stored, and
logins are made only by a command that says so."""
_BLIND_SHARE = 0.05
"""Sends that this host itself refused, of all targets, above which a scan is partial."""


@dataclass(frozen=True, slots=True)
class Job:
    """What one scan is to do, and to remember. `done` are targets that an interrupted run has covered already.

    After `seconds`, where they are given, it is interrupted. Where one of the `decoys` does not answer, it was blind.
    """

    scan: Scan
    aim: Aim
    manner: Manner
    seed: int
    method: Method
    done: frozenset[str] = frozenset()
    seconds: float | None = None
    broker: CredentialBroker | None = None
    resumed: bool = False
    decoys: tuple[str, ...] = ()


class Watcher(Protocol):
    """Shows somebody how far a scan is."""

    def watching(self, engine: Engine, net: LiveNet, total: int) -> AbstractAsyncContextManager[None]:
        """Show it while the body runs; `total` addresses are to be covered."""


class Unwatched:
    """Shows nothing."""

    def watching(self, _engine: Engine, _net: LiveNet, _total: int) -> AbstractAsyncContextManager[None]:
        """Nothing is shown."""
        return nullcontext()


async def run(job: Job, store: Store, watcher: Watcher) -> Scan:
    """Run a job; whatever ends it, what was found is stored. Returns the scan as it ended."""
    writer = Writer(store, job.scan.id)
    interfaces = eligible(job.aim.asked)
    kept = _checkpoint(job) if job.method.name == "syn" else None
    source, profile = _source(job, kept)
    scope, links = Scope(job.aim.targets, job.aim.excluded), job.aim.asked.ranges
    try:
        async with LiveNet(scope, profile, interfaces, links, job.broker, sweep=source) as net:
            wide, covers, seconds = _window(job), job.manner.covers, job.manner.host_seconds
            engine = Engine(net, job.manner.plan, writer, window=wide, covers=covers, host_seconds=seconds)
            with collector.seldom():
                status = await _covered(job, engine, writer, net, watcher)
            ended = _ended(job, engine, net, interfaces, status)
    finally:
        await writer.close()
    ended = _tried(ended, job.decoys, store)
    store.finish(ended)
    if kept is not None:
        kept.close(over=ended.status is not ScanStatus.INTERRUPTED)
    return ended


def _checkpoint(job: Job) -> Checkpoint | None:
    """How far the sweep of a scan is; none where it cannot be known, or cannot be kept.

    A scan that goes on with other exclusions than before asks the rest by connecting.
    """
    asked = {"spans": [*map(list, job.aim.asked.spans())], "ports": [*job.manner.plan.first_ports], "seed": job.seed}
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
    missed = [decoy for decoy, outcome in outcomes.items() if not outcome.has_answer]
    if not missed:
        return ended
    notes = tuple(f"blind: the decoy {decoy} did not answer, so that silence proves nothing" for decoy in missed)
    status = ScanStatus.PARTIAL if ended.status is ScanStatus.COMPLETE else ended.status
    return replace(ended, status=status, notes=(*ended.notes, *notes))


def _outcome(address: str, scan: Scan, store: Store) -> Outcome:
    found = (entry.outcome for entry in store.ledger(scan.id, address) if entry.target == address)
    return next(found, Outcome.NOT_SENT)


async def _covered(job: Job, engine: Engine, writer: Writer, net: LiveNet, watcher: Watcher) -> ScanStatus:
    """Cover all targets, unless a signal comes first."""
    excluded = job.aim.targets.within(job.aim.excluded)
    entry = dict.fromkeys(job.manner.plan.channels, Outcome.EXCLUDED)
    for address in excluded.shuffled(0):
        if address not in job.done:
            await writer.put_ledger(LedgerEntry(address, entry))
    left = (address for address in job.aim.asked.shuffled(job.seed) if address not in job.done)
    async with watcher.watching(engine, net, job.aim.asked.count - len(job.done)):
        work = asyncio.ensure_future(engine.run(left))
        with _interruptible(work, job.seconds):
            try:
                await work
            except asyncio.CancelledError:
                return ScanStatus.INTERRUPTED
    return ScanStatus.COMPLETE


@contextlib.contextmanager
def _interruptible(work: asyncio.Future[None], seconds: float | None) -> Iterator[None]:
    """Turn SIGINT, SIGTERM and the end of the time into the end of the work: no new packet leaves after it."""
    loop = asyncio.get_running_loop()
    timer = loop.call_later(seconds, work.cancel) if seconds is not None else None
    signals = (signal.SIGINT, signal.SIGTERM)
    for number in signals:
        loop.add_signal_handler(number, work.cancel)
    try:
        yield
    finally:
        if timer is not None:
            timer.cancel()
        for number in signals:
            loop.remove_signal_handler(number)


def _ended(job: Job, engine: Engine, net: LiveNet, interfaces: Sequence[Interface], status: ScanStatus) -> Scan:
    notes = list(_notes(job, engine, net, interfaces))
    if status is ScanStatus.COMPLETE and net.failures > job.aim.asked.count * _BLIND_SHARE:
        status = ScanStatus.PARTIAL
        notes.append(f"{net.failures} sends were refused by this host: see the reasons in the ledger")
    return replace(
        job.scan, finished_at=datetime.now(UTC), status=status, sent=net.sent, notes=(*job.scan.notes, *notes)
    )


def _notes(job: Job, engine: Engine, net: LiveNet, interfaces: Sequence[Interface]) -> Iterator[str]:
    """What a reader must know to judge how much the results cover."""
    yield from engine.notes
    if net.sweep is not None:
        yield f"open ports were found by {net.sweep.how}: {job.method.reason}"
    yield from net.notes
    if not interfaces and job.manner.plan.multicasts:
        yield "no multicast: no interface is connected to the targets (from a container's bridge, none ever is)"
    if net.dropped:
        yield f"{net.dropped} datagrams were lost for want of room: ask again at a lower --rate"
    for address in sorted(net.faded):
        yield f"{address} answered, then stopped; it was asked at half the pace from then on"
    if engine.cut:
        yield f"hosts that were not done after {job.manner.host_seconds:g} s: {engine.cut}; the ledger names them"
    if job.broker is not None:
        yield from job.broker.notes
    if engine.crashed:
        yield f"{engine.crashed} attempts crashed by a fault of camscan: please report the log"


def _source(job: Job, kept: Checkpoint | None) -> tuple[PortSource | None, Profile]:
    """What asks the first ports where that is another program, and the pace that is left for all else."""
    if job.method.name == "connect" or not job.aim.asked or (job.resumed and kept is None):
        return None, job.manner.profile
    pace, left = parted(job.manner.profile)
    how: dict[str, Any] = {"seed": job.seed, "checkpoint": kept, "keeping": True, "known": job.done}
    return port_source(job.method.name, job.aim, job.manner.plan.first_ports, pace, **how), left


def _window(job: Job) -> int:
    return min(job.manner.window, max(job.aim.asked.count, 1))


def new_job(choices: Choices, site: str | None) -> Job:
    """A scan that is about to start; the settings of its record hold what a resumed run needs."""
    aimed, asking, seed = aim(choices), manner(choices), secrets.randbits(32)
    method = swept(choices, aimed.asked, asking)
    shown = aimed.specs if len(aimed.specs) <= _SHOWN_TARGETS else (*aimed.specs[:_SHOWN_TARGETS], "...")
    decoys = _decoys(choices, aimed)
    kept = {name: value for name, value in asdict(choices).items() if name not in _NOT_KEPT}
    kept["expect_decoy"] = decoys
    record = Scan(
        secrets.token_hex(6),
        datetime.now(UTC),
        shown,
        asking.plan.channels,
        site,
        excluded=tuple(aimed.excluded.networks()),
        vantage=_vantage(aimed),
        settings={
            "seed": str(seed),
            "specs": "\n".join(aimed.specs),
            "choices": json.dumps(kept),
            "sweep": f"{method.name}: {method.reason}",
        },
    )
    return Job(record, aimed, asking, seed, method, decoys=decoys)


def _vantage(aimed: Aim) -> Vantage:
    names = dict.fromkeys(interface.name for interface in eligible(aimed.asked))
    firsts = (network.partition("/")[0].partition("-")[0] for network in aimed.asked.networks())
    return Vantage(platform.node(), tuple(names), sources(islice(firsts, _SHOWN_TARGETS)))


def _decoys(choices: Choices, aimed: Aim) -> tuple[str, ...]:
    """The decoys, as the ledger writes them.

    Raises:
        TargetError: one is no address, or is not asked.
    """
    found = []
    for text in choices.expect_decoy:
        decoy = next(iter(parse([text]).shuffled(0))) if text else ""
        if decoy not in aimed.asked:
            raise TargetError(f"the decoy {text} is not asked: name it among the targets, or drop what excludes it")
        found.append(decoy)
    return tuple(found)


def resumed_job(before: Scan, now: Choices, done: frozenset[str]) -> Job:
    """The rest of an interrupted scan, with its own choices; exclusion files are read anew, new exclusions come on top.

    Raises:
        UsageError: targets were given.
    """
    if now.targets:
        raise UsageError("a resumed scan has its targets already: leave them out")
    kept = json.loads(before.settings["choices"])
    kept.pop("engine", None)  # records of before --sweep nmap have it
    choices = Choices(**{**kept, "targets": tuple(before.settings["specs"].split("\n"))})
    choices = replace(
        choices,
        exclude=(*choices.exclude, *now.exclude),
        exclude_files=tuple(dict.fromkeys((*choices.exclude_files, *now.exclude_files))),
        snmp_community=now.snmp_community,
        with_credentials=now.with_credentials,
    )
    record = replace(before, status=ScanStatus.RUNNING, finished_at=None)
    aimed, asking = aim(choices), manner(choices)
    by_syn = before.settings.get("sweep", "").startswith("syn:")
    method, decoys = Method("syn" if by_syn else "connect", "resumed"), _decoys(choices, aimed)
    return Job(record, aimed, asking, int(before.settings["seed"]), method, done, resumed=True, decoys=decoys)
