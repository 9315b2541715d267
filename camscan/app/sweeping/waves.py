"""Waves: small sites that are swept at one time, since each alone would be little else than waiting for silence."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias

from camscan.app.planning.jobs import Job
from camscan.app.planning.scope import eligible
from camscan.app.scanning.running import run_together
from camscan.app.sweeping.onesite import SweepContext, Sweeping, Swept, sweep
from camscan.errors import CamscanError, of_host
from camscan.net.kernel.privilege import descriptor_budget
from camscan.net.pacing.gateways import Spared
from camscan.net.pacing.limits import Limits
from camscan.records import Scan
from camscan.sweeps.config import Site
from camscan.sweeps.eventlog import log_event
from camscan.system.exhaustion import shortage

_log = logging.getLogger(__name__)

_MOST_SITES, _MOST_ADDRESSES = 32, 2_048
"""In one wave: its packets then take several times as long as the silence that each site has to wait for."""
_DESCRIPTORS = 64
"""So many that this process may have open are enough for one more site."""

Left: TypeAlias = Callable[[], float]
"""The seconds that are left for all sites."""


@dataclass(slots=True)
class _Part:
    """One site of a wave: what is to be run for it, then the scan or what broke it off, and how its sweep ended."""

    site: Site
    sweeping: Sweeping
    job: Job | None = None
    scan: Scan | BaseException | None = None
    ended: Swept | None = None

    def step(self, work: Callable[[], Job]) -> None:
        """Go on with the sweep; what goes wrong at one site costs no other."""
        try:
            self.job = work()
        except StopIteration as stopped:
            self.ended = stopped.value
        except Exception as error:  # whatever it is: it would keep all sites after this one from being swept
            reason = why(error, f"site {self.site.name}")
            log_event("site.failed", logging.ERROR, site=self.site.name, reason=reason)
            self.ended = Swept(self.site.name, why_not=reason, failed=True)

    def end(self) -> Swept | None:
        """How the sweep ended; compares what the scan saw."""
        if isinstance(self.scan, BaseException):
            self.step(partial(self.sweeping.throw, self.scan))
        elif self.scan is not None:
            self.step(partial(self.sweeping.send, self.scan))
        return self.ended


class Waves:
    """The waves of one run, in one event loop: what the network is promised holds for all sites together."""

    def __init__(self, context: SweepContext, runner: asyncio.Runner) -> None:
        self._context = context
        self._runner = runner
        self._spared = Spared()
        self._most = min(_MOST_SITES, max(1, descriptor_budget() // _DESCRIPTORS))

    def sweep(self, sites: list[Site], left: Left) -> Iterator[tuple[Site, Swept]]:
        """Sweep the first of some sites, and those after it that may be swept beside it; takes them off the list."""
        with ExitStack() as held:
            parts = list[_Part]()
            while sites and self._has_room(parts) and (part := self._next(sites[0], parts, left)) is not None:
                held.enter_context(closing(part.sweeping))
                parts.append(part)
                del sites[0]
            self._run(parts, left)
            for part in parts:
                if (ended := part.end()) is not None:
                    yield part.site, ended

    def _has_room(self, parts: Sequence[_Part]) -> bool:
        return len(parts) < self._most and all(_may_have_company(part.job) for part in parts if part.job is not None)

    def _next(self, site: Site, before: Sequence[_Part], left: Left) -> _Part | None:
        """A further site of a wave; None where it cannot be swept beside those `before` it."""
        part = _Part(site, sweep(self._context, site))
        part.step(partial(next, part.sweeping))
        others = [other.job for other in before if other.job is not None]
        if part.ended is None and part.job is not None and others and not _fits(part.job, others, left()):
            part.sweeping.close()
            return None
        return part

    def _run(self, parts: Sequence[_Part], left: Left) -> None:
        """Begin the scans, and run them."""
        for part in parts:
            if part.ended is None:
                part.step(partial(next, part.sweeping))
        begun = [part for part in parts if part.ended is None]
        jobs = [replace(part.job, seconds=left()) for part in begun if part.job is not None]
        if not jobs:
            return
        limits = Limits(jobs[0].strategy.profile, len(jobs) - 1, self._spared)
        running = run_together(jobs, self._context.store, self._context.progress, limits)
        try:
            scans = self._runner.run(running)
        except Exception as error:  # of what they share
            scans = [error] * len(jobs)
        for part, scan in zip(begun, scans, strict=True):
            part.scan = scan


def _may_have_company(job: Job) -> bool:
    """Whether others may be scanned beside it.

    Not where a router is spared (each would wait for the others), or a port sweep takes its own share of the pace.
    """
    is_usual = job.method.name == "connect" and job.strategy.profile.router_flows is None
    return is_usual and job.scope.asked.count < _MOST_ADDRESSES


def _fits(job: Job, others: Sequence[Job], left: float) -> bool:
    """Whether a scan may run beside others, of which each may have company.

    Not where two would listen on one segment, whose answers only one of them hears, or where both ask one host. Nor
    where less time is left than all need if each address lives: the deadline would cut them all off, every night.
    """
    together, profile = (*others, job), job.strategy.profile
    packets = sum(one.scope.asked.count * one.strategy.answering_packets for one in together)
    return (
        _may_have_company(job)
        and all(other.strategy.profile == profile for other in others)
        and sum(one.scope.asked.count for one in together) <= _MOST_ADDRESSES
        and not (_calls(job) and any(map(_calls, others)))
        and not any(job.scope.asked.within(other.scope.asked) for other in others)
        and packets / profile.rate + job.strategy.host_seconds <= left
    )


def _calls(job: Job) -> bool:
    return job.strategy.plan.multicasts and bool(eligible(job.scope))


def why(error: Exception, what: str) -> str:
    """Why something failed: what was told, what this host lacks, or a fault of ours, which is logged in full."""
    if isinstance(error, CamscanError):
        return str(error)
    if isinstance(error, OSError):
        _log.debug("where it was", exc_info=error)
        return str(of_host(error))
    if lacking := shortage(error):
        return lacking
    _log.exception("%s crashed: report it as a bug of camscan", what)
    return f"a fault of camscan: {error!r}"
