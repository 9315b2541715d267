"""How a scan ended, and what it says of how much it could see."""

from __future__ import annotations

import errno
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address

from camscan.app.planning.jobs import Job
from camscan.app.scanning.middleboxes import Middleboxes
from camscan.engine import Engine
from camscan.net.kernel.interfaces import Interface
from camscan.net.live import LiveNet
from camscan.records import Outcome, Scan, ScanStatus, Sent
from camscan.scansettings import LOST, MISSED
from camscan.store.store import Store
from camscan.system.exhaustion import EXHAUSTED
from camscan.text.wording import joined, plural, were

_BLIND_SHARE = 0.05
"""Sends that this host refused, or addresses that it had no time for, of all targets, above which a scan is partial."""
_AGAIN = "questions sent then were lost, so scan again"
_HURRIED = "camscan had too little CPU: scan again"
_KEPT_OUT = (
    "something on the way, such as an intrusion prevention system, may have kept this host out: let it pass, or scan"
    " with --profile gentle"
)
_FEWEST_FADED = 4  # devices that stop answering, and more than half of those that answered: it is not they who do so
_BLIND = "blind: the decoy"
_MOST_REASONS = 3
_SHORTAGES = frozenset(errno.errorcode[number] for number in EXHAUSTED)
"""Why a host refuses what it has no room for at the moment."""
_MOST_NAMED = 20  # addresses in one note: a large network may have thousands of which the same is to be said


def as_ended(job: Job, engine: Engine, net: LiveNet, interfaces: Sequence[Interface], status: ScanStatus) -> Scan:
    """The scan of a job by what was sent, what this host refused, and for what there was no time."""
    few = job.scope.asked.count * _BLIND_SHARE
    ended = replace(job.scan, finished_at=datetime.now(UTC), status=status, sent=together(job.scan.sent, net.sent))
    ended = _noting(ended, notes(job, engine, net, interfaces))
    lost = [refusals(net.failures)] if net.failures.total() > few else []
    lost += hushed(net) if status is ScanStatus.COMPLETE else []
    unasked = f"no time was left to ask {plural(engine.unasked, 'address')}: {_HURRIED}"
    if 0 < engine.unasked <= few:  # said also where it is too little to make the scan partial
        ended = _noting(ended, [unasked])
    elif engine.unasked:
        lost.append(unasked)
    return _lossy(ended, lost)


def hushed(net: LiveNet) -> list[str]:
    """What makes it likely that something on the way began to keep this host out, so that silence says nothing."""
    found = []
    if len(net.faded) >= _FEWEST_FADED and 2 * len(net.faded) > net.spoke:
        found.append(f"{len(net.faded)} of {plural(net.spoke, 'device')} that answered stopped before the end")
    if net.hush.addresses:
        found.append(f"not one of the last {net.hush.addresses:,} addresses gave a sign of life, unlike those before")
    return [f"{what}: {_KEPT_OUT}" for what in found]


def cut_off(cut: Mapping[str, float], lost: Mapping[str, float], ended: Scan) -> Scan:
    """A scan by how long its interfaces and gateways were cut off: of who was asked meanwhile, silence says nothing."""
    said = [*cut.items()]
    said += [(f"the gateway {name} did not answer ARP any more", seconds) for name, seconds in lost.items()]
    return _lossy(ended, [f"{what} for {seconds:.0f} s: {_AGAIN}" for what, seconds in said if seconds])


def hidden(sink: Middleboxes, ended: Scan) -> Scan:
    """A scan by what answered in the place of devices: where that is most of it, it could not look."""
    return _lossy(_noting(ended, sink.notes), sink.notes if sink.hides_most else [])


def tried(ended: Scan, decoys: Sequence[str], store: Store) -> Scan:
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


def _lossy(ended: Scan, why: Sequence[str]) -> Scan:
    """A scan by what was lost in it, which is noted; in a run before this one too: who was asked is not asked again."""
    lost = "\n".join((*ended.settings.get(LOST, "").splitlines(), *why))
    partial = bool(lost) and ended.status is ScanStatus.COMPLETE
    status = ScanStatus.PARTIAL if partial else ended.status
    settings = {**ended.settings, LOST: lost} if why else ended.settings
    return _noting(replace(ended, status=status, settings=settings), why)


def _noting(scan: Scan, said: Iterable[str]) -> Scan:
    """The scan with these notes, each once: one that was resumed has some already."""
    return replace(scan, notes=tuple(dict.fromkeys((*scan.notes, *said))))


def refusals(failures: Counter[str]) -> str:
    """What this host did not let out, and why: as "11 sends were refused by this host (11 ENETUNREACH: ...)"."""
    why = ", ".join(f"{count:,} {reason}" for reason, count in failures.most_common(_MOST_REASONS))
    short = sum(count for reason, count in failures.items() if reason.partition(":")[0] in _SHORTAGES)
    remedy = "scan at a lower --rate" if 2 * short > failures.total() else "check its routes and its firewall"
    return f"{plural(failures.total(), 'send')} {were(failures.total())} refused by this host ({why}): {remedy}"


def together(before: Sent, now: Sent) -> Sent:
    """What two runs of one scan have sent: an interrupted one, and the one that goes on with it."""
    most = max(before.max_host_connections_per_second, now.max_host_connections_per_second)
    return Sent(before.packets + now.packets, before.bytes + now.bytes, most)


def notes(job: Job, engine: Engine, net: LiveNet, interfaces: Sequence[Interface]) -> Iterator[str]:
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
    yield from _of_hosts(net)
    if engine.cut:
        yield f"hosts that were not finished after {job.strategy.host_seconds:g} s: {engine.cut}; the ledger names them"
    if job.broker is not None:
        yield from job.broker.notes
    if engine.crashed:
        yield f"{plural(engine.crashed, 'attempt')} crashed because of a fault in camscan: please report the log"


def _of_hosts(net: LiveNet) -> Iterator[str]:
    """What is to be said of single hosts."""
    if strays := net.strays.addresses:
        whose = f"{plural(len(strays), 'address')} of no network that this host is in"
        yield f"multicast was answered from {whose}, too: `camscan discover` shows what is there: {_some(strays)}"
    if net.faded:
        yield f"asked at half the pace after they stopped answering: {_some(net.faded)}"
    if net.used_up:
        yield f"no longer asked after they had given all the bytes that one host may: {_some(net.used_up)}"


def _some(addresses: Iterable[str]) -> str:
    """Addresses in the order of their numbers, as many as a note can hold."""
    ordered = sorted(addresses, key=lambda address: (":" in address, ip_address(address.partition("%")[0])))
    return joined(ordered, _MOST_NAMED)
