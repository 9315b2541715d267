"""The devices of very many scans one after the other, as when a list is held against the latest scan of each site.

What is not kept is derived side by side, a scan in each process, and kept some scans at a time: to write for each would
wait for the disk as often.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from functools import partial
from itertools import takewhile
from typing import TypeVar

from camscan.app.judging.keptdevices import basis, derive, keep
from camscan.app.judging.workers import ALONE, CHUNK, Workers
from camscan.identify.library import Library
from camscan.records import Scan, ScanStatus
from camscan.store.derived import Extent, PackedDevices
from camscan.store.packed import Merged, unpack
from camscan.store.rows import Stored
from camscan.store.store import Store

SMALL = 20_000  # observations of a scan that are handed over as a whole; a larger scan is parted, and derived by itself
AT_ONCE = 50  # scans in one transaction

R = TypeVar("R")


def merged_each(store: Store, scans: Iterable[Scan], rules: Library) -> Generator[Sequence[Merged], None, None]:
    """The devices of each of some stored scans, in their order, by today's codecs and rules; see `deriving.merged`."""
    with Workers(rules, _packed, ALONE * CHUNK) as workers:
        yield from _Series(store, rules, workers).devices(scans)


def rederive(store: Store, scans: Iterable[Scan], rules: Library, end: float) -> Iterator[Scan]:
    """Derive anew what is kept on another basis, as after an update, until `end` by the monotonic clock.

    Gives each scan of which the devices are derived; nothing is done where what they follow from cannot be told.
    """
    in_time = takewhile(lambda _: time.monotonic() < end, scans)
    with Workers(rules, _packed, ALONE * CHUNK) as workers:
        yield from _Series(store, rules, workers).rederived(in_time)


class _Series:
    """Scans of which the devices are asked one after the other."""

    def __init__(self, store: Store, rules: Library, workers: Workers[Stored, list[bytes]]) -> None:
        self._store, self._rules, self._workers = store, rules, workers
        self._stamp = basis(rules)
        self._new: list[PackedDevices] = []

    def devices(self, scans: Iterable[Scan]) -> Iterator[Sequence[Merged]]:
        """The devices of each scan."""
        return self._each(map(self._begun, scans))

    def rederived(self, scans: Iterable[Scan]) -> Iterator[Scan]:
        """The scans of which the devices are not kept on today's basis, each once these are derived anew."""
        return self._each(partial(_kept, scan, self._derived(scan)) for scan in scans if self._is_stale(scan))

    def _is_stale(self, scan: Scan) -> bool:
        known = self._stamp and scan.status is not ScanStatus.RUNNING
        return bool(known) and not self._store.derived.holds(scan.id, self._stamp)

    def _each(self, begun: Iterable[Callable[[], R]]) -> Iterator[R]:
        try:
            yield from self._workers.in_order(begun)
        finally:  # also where the rest is not asked for any more: what was derived has cost something
            self._write()

    def _begun(self, scan: Scan) -> Callable[[], Sequence[Merged]]:
        kept = self._store.derived.read(scan.id, self._stamp) if self._stamp else None
        if kept is not None:
            return lambda: kept
        derived = self._derived(scan)
        return lambda: list(derived())

    def _derived(self, scan: Scan) -> Callable[[], Iterable[Merged]]:
        """Begin to derive the devices of a scan; call what is returned for them, of which no record is made before."""
        extent = self._store.derived.extent(scan.id)
        if extent.count > SMALL:
            return partial(derive, self._store, scan, self._rules, self._stamp)
        seen = list(self._store.stored(scan.id))
        job = self._workers.begin(seen, len({one.target for one in seen}))
        return partial(self._taken, scan, extent, job)

    def _taken(self, scan: Scan, extent: Extent, job: Callable[[], list[bytes]]) -> Iterable[Merged]:
        parts = job()
        if self._stamp and scan.status is not ScanStatus.RUNNING:
            self._new.append(PackedDevices(extent, parts))
            if len(self._new) >= AT_ONCE:
                self._write()
        return (one for part in parts for one in unpack(part))

    def _write(self) -> None:
        new, self._new = self._new, []
        if new:
            keep(self._store, new, self._stamp)


def _kept(scan: Scan, derived: Callable[[], Iterable[Merged]]) -> Scan:
    derived()
    return scan


def _packed(rules: Library, stored: Sequence[Stored]) -> list[bytes]:
    from camscan.app.judging.identifying import packed  # with all codecs, which what is kept does not need

    return packed(rules, stored)
