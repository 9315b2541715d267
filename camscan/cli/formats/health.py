"""The health of each site: when it was last swept, what waits to be told, and these figures for Prometheus."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from camscan.text.timestamps import latest_past

if TYPE_CHECKING:
    from camscan.store.store import Store
    from camscan.summaries import State
    from camscan.sweeps.config import Config
    from camscan.sweeps.memory import SiteStatus


@dataclass(frozen=True, slots=True)
class SiteHealth:
    """What is known of the sweeps of one site, and of its alerts."""

    site: str
    memory: SiteStatus
    pending: int
    failures: Mapping[str, str]  # why alerts wait, by receiver
    states: Mapping[str, State]  # what people have said of devices that are missing, by id

    def is_older(self, seconds: float, now: datetime) -> bool:
        """Whether the last complete sweep ended longer ago, or there was none, or only at a time that is to come.

        One that was blind would be complete each night, whatever stands in its way.
        """
        good = self.memory.sound
        return good is None or good > latest_past() or (now - good).total_seconds() > seconds


def health_of_sites(store: Store | None, config: Config) -> Iterator[SiteHealth]:
    """That of all sites of a configuration; without a store none was ever swept."""
    from camscan.app.sweeping.pastsweeps import statuses
    from camscan.sweeps.memory import SiteStatus

    if store is None:
        yield from (SiteHealth(site.name, SiteStatus(), 0, {}, {}) for site in config.site)
        return
    pending, failures = store.outbox.pending(), store.outbox.failures()
    names = [site.name for site in config.site]
    for name, memory in zip(names, statuses(store, names), strict=True):
        states = _states(store, name, memory) if memory.absent else {}
        yield SiteHealth(name, memory, pending.get(name, 0), failures.get(name, {}), states)


def _states(store: Store, site: str, memory: SiteStatus) -> Mapping[str, State]:
    """The states of devices that are missing: that of one which was removed is as it should be."""
    known = store.register.bearing((), {one.address for one in memory.absent}, site)
    missing = {one.id for one in memory.absent}
    return {entry.device: entry.state for entry in known if entry.device in missing and entry.state_at is not None}


def write_metrics(found: Iterable[SiteHealth], config: Config) -> None:
    """Write the figures of sites where configured, whole or not at all. Raises HostError if they cannot be written."""
    from camscan.cli.terminal.writing import write
    from camscan.sweeps.metrics import figures, text

    if config.metrics is not None:
        lines = text([figure for one in found for figure in figures(one.site, one.memory, one.pending)])
        # Read by the collector, another user, also where a unit's umask keeps all else from others.
        write(lines, config.path(config.metrics.textfile), 0o644)
