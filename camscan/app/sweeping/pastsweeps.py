"""What the store knows of a site's sweeps. Light, for commands that judge nothing."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from camscan.errors import DamageError
from camscan.records import Scan
from camscan.scansettings import MERGED, MERGING, SWEEP
from camscan.store.damage import damage
from camscan.store.outbox import Message
from camscan.store.schema import memories as table
from camscan.store.store import Store
from camscan.store.text import escape
from camscan.sweeps import memory as memories


def remembered(store: Store, site: str) -> memories.Memory:
    """What is remembered of a site.

    Raises DamageError if it is no JSON, as every camscan writes it: to forget it would make all devices known ones.
    """
    try:
        return memories.load(store.outbox.memory(site))
    except ValueError as error:
        raise damage(store.where, table, {"site": escape(site)}, str(error)) from error


def remember(store: Store, site: str, memory: memories.Memory, messages: Iterable[Message] = ()) -> None:
    """Keep what is to be remembered of a site, what `statuses` shows of it, and the messages that are to go out."""
    shown = memories.dump(memories.status_of(memory))
    store.outbox.remember(site, memories.dump(memory), messages, status=shown)


def statuses(store: Store, sites: Iterable[str]) -> Iterator[memories.SiteStatus]:
    """What is shown of each of some sites: as it was kept with the memory or, where that cannot be read, by it."""
    kept = store.outbox.statuses()
    return (_status(store, site, kept.get(site)) for site in sites)


def last_swept(store: Store, sites: Iterable[str]) -> Iterator[datetime | None]:
    """When each of some sites was last swept; None where it never was, or that cannot be read."""
    kept = store.outbox.statuses()
    for site in sites:
        try:
            yield _status(store, site, kept.get(site)).at
        except DamageError:  # to be told of by what needs the memory of this site
            yield None


def _status(store: Store, site: str, kept: str | None) -> memories.SiteStatus:
    found = None if kept is None else memories.load_status(kept)
    return found or memories.status_of(remembered(store, site))


def marked(scan: Scan) -> Scan:
    """A scan as one of a sweep."""
    return replace(scan, settings={**scan.settings, SWEEP: "yes"})


def is_sweep(scan: Scan) -> bool:
    """Whether it is one of a sweep, and not one that somebody made by hand."""
    return SWEEP in scan.settings


def sweeps_of(store: Store, site: str) -> list[Scan]:
    """The sweeps of a site, newest first, also where the clock was wrong for a while.

    Those that were taken from another store stand among them by their time, and where they are whole.
    """
    sweeps = [scan for scan in store.scans(site, as_stored=True) if is_sweep(scan)]
    own = (scan for scan in sweeps if not {MERGED, MERGING} & {*scan.settings})
    taken = sorted((scan for scan in sweeps if MERGED in scan.settings), key=_begin, reverse=True)
    return list(heapq.merge(own, taken, key=_begin, reverse=True))


def _begin(scan: Scan) -> datetime:
    return scan.started_at
