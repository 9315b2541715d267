"""A network that exists only in a test: what answers there, and a scan of it that sends nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from camscan.app.planning.jobs import Job
from camscan.app.scanning.notes import tried
from camscan.app.scanning.running import Progress
from camscan.app.sweeping import waves
from camscan.app.sweeping.onesite import SweepContext, Swept, sweep
from camscan.net.kernel import eventloop
from camscan.net.pacing.limits import Limits
from camscan.records import LedgerEntry, Observation, Outcome, Scan, ScanStatus
from camscan.store.store import Store
from camscan.sweeps.config import Site

CONFIG = """
[store]
url = "c.db"
[[site]]
name = "hq"
networks = ["10.0.0.0/28"]
exclude_files = ["never.txt"]
policies = ["uk-nil"]
"""


def configured(folder: Path, *tables: str) -> Path:
    """A configuration of the site and these tables, whose exclusions exclude nothing."""
    (folder / "never.txt").touch()
    (folder / "c.toml").write_text("\n".join((CONFIG, *tables)))
    return folder / "c.toml"


def camera(number: int, firmware: str = "V5.4.5") -> dict[str, tuple[str, ...]]:
    """What a listed camera answers to SADP."""
    return {
        "sadp.root": ("ProbeMatch",),
        "sadp.device_description": ("DS-2CD2142FWD-I",),
        "sadp.device_sn": (f"DS-2CD2142FWD-I20170101AAWR{number:09}",),
        "sadp.software_version": (firmware,),
    }


@dataclass
class World:
    """What answers at which address. `cut_after` targets a scan is interrupted; `seconds` is what it adds to `elapsed`.

    `scans` are the jobs that were run, `asked` their targets, `together` the sites that were swept at one time.
    """

    answers: dict[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    cut_after: int | None = None
    error: Exception | None = None
    seconds: float = 0.0
    elapsed: float = 0.0
    scans: list[Job] = field(default_factory=list)
    asked: list[list[str]] = field(default_factory=list)
    together: list[list[str | None]] = field(default_factory=list)

    async def run(self, job: Job, store: Store) -> Scan:
        """Run one scan."""
        self.scans.append(job)
        self.elapsed += self.seconds
        targets = [address for address in sorted(job.scope.asked.shuffled(0)) if address not in job.done]
        self.asked.append(targets[: self.cut_after])
        self._cover(store, job.scan.id, targets[: self.cut_after])
        if self.error is not None:
            raise self.error
        status = ScanStatus.COMPLETE if self.cut_after is None else ScanStatus.INTERRUPTED
        ended = tried(replace(job.scan, finished_at=datetime.now(UTC), status=status), job.decoys, store)
        store.finish(ended)
        return ended

    async def run_together(
        self, jobs: Sequence[Job], store: Store, _progress: Progress, _limits: Limits
    ) -> Sequence[Scan | BaseException]:
        """Stands in for `camscan.app.scanning.running.run_together`."""
        self.together.append([job.scan.site for job in jobs])
        scans = (self.run(job, store) for job in jobs)
        return await asyncio.gather(*scans, return_exceptions=True)

    def _cover(self, store: Store, scan: str, addresses: Iterable[str]) -> None:
        seen, ledger = [], []
        for address in addresses:
            outcome = Outcome.SILENT
            if fields := self.answers.get(address):
                outcome = Outcome.ANSWERED
                seen.append(Observation(address, "sadp", outcome, datetime.now(UTC), 37020, fields=fields))
            ledger.append(LedgerEntry(address, {"sadp": outcome, "http": Outcome.SILENT}))
        store.append(scan, seen, ledger)


def swept(context: SweepContext, site: Site, seconds: float = 60) -> Swept:
    """Sweep a site by itself; what goes wrong is raised."""
    sweeping = sweep(context, site)
    try:
        next(sweeping)
        job = replace(next(sweeping), seconds=seconds)
        limits = Limits(job.strategy.profile)
        run_together = vars(waves)["run_together"]  # of a world, where there is one
        (ended,) = eventloop.run(run_together([job], context.store, context.progress, limits))
        if isinstance(ended, BaseException):
            sweeping.throw(ended)
        else:
            sweeping.send(ended)
    except StopIteration as stopped:
        result: Swept = stopped.value
        return result
    raise AssertionError("the sweep has not ended")
