"""What the store knows of a site's sweeps. Light, for commands that judge nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from camscan.records import Scan
from camscan.store import Store
from camscan.sweeps import memory as memories

MARK = "sweep"
"""The setting by which a scan is known as a sweep's: scans that people made by hand are not compared with."""


def remembered(store: Store, site: str) -> memories.Memory:
    """What is remembered of a site."""
    return memories.load(store.outbox.memory(site))


def glances(store: Store, sites: Iterable[str]) -> Iterator[memories.Glance]:
    """What is shown of each of some sites: as it was kept with the memory or, by an older camscan, not kept."""
    kept = store.outbox.glances()
    for site in sites:
        found = memories.load_glance(kept[site]) if site in kept else None
        yield found or memories.glance(remembered(store, site))


def sweeps_of(store: Store, site: str) -> list[Scan]:
    """The sweeps of a site, newest first, also where the clock was wrong for a while."""
    return [scan for scan in store.scans(site, as_stored=True) if MARK in scan.settings]
