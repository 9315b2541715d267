"""A network that exists only in a test: what answers there, and a scan of it that sends nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from camscan.app.jobs import Job
from camscan.app.scanning import Progress
from camscan.app.scannotes import tried
from camscan.records import LedgerEntry, Observation, Outcome, Scan, ScanStatus
from camscan.store import Store

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

    `scans` are the jobs that were run, `asked` their targets.
    """

    answers: dict[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    cut_after: int | None = None
    error: Exception | None = None
    seconds: float = 0.0
    elapsed: float = 0.0
    scans: list[Job] = field(default_factory=list)
    asked: list[list[str]] = field(default_factory=list)

    async def run(self, job: Job, store: Store, progress: Progress) -> Scan:
        """Stands in for `camscan.app.scanning.run`."""
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

    def _cover(self, store: Store, scan: str, addresses: Iterable[str]) -> None:
        seen, ledger = [], []
        for address in addresses:
            outcome = Outcome.SILENT
            if fields := self.answers.get(address):
                outcome = Outcome.ANSWERED
                seen.append(Observation(address, "sadp", outcome, datetime.now(UTC), 37020, fields=fields))
            ledger.append(LedgerEntry(address, {"sadp": outcome, "http": Outcome.SILENT}))
        store.append(scan, seen, ledger)
