"""The store as the other rooms see it: records in, records out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Self, TypeVar

from sqlalchemy import Connection, Row, Select, insert, select, update
from sqlalchemy.exc import IntegrityError

from camscan.errors import StoreError, UsageError
from camscan.records import LedgerEntry, Observation, Scan, ScanStatus
from camscan.scansettings import MERGING, THINNED
from camscan.store import prune, queries
from camscan.store.batches import batched
from camscan.store.damage import OnDamage
from camscan.store.derived import Derived
from camscan.store.engine import Database, open_database
from camscan.store.locks import ScanLocks, locks_on
from camscan.store.migrate import migrate
from camscan.store.outbox import Outbox
from camscan.store.prune import Thinned
from camscan.store.reading import LEDGER_PAGE, OBSERVATIONS_PAGE, PAGE, of_scan, pages
from camscan.store.register import Register
from camscan.store.rows import (
    Stored,
    after_observation,
    by_target,
    insert_row,
    ledger_values,
    observation_values,
    scan_values,
    to_entry,
    to_scan,
    to_stored,
)
from camscan.store.schema import ledger, observations, scans
from camscan.store.states import States
from camscan.store.text import escape, unescape

T = TypeVar("T")
_ENDED = ("status", "started_at", "finished_at", "sent", "notes", "excluded", "channels", "vantage", "settings")


class Store:
    """One open store. Every method is one transaction (a stream: one a page), and may be called from any thread.

    Every method raises StoreError where the database cannot be read or written, and UsageError where it lacks the scan
    that is named. `locks` are those that this process has on scans and sites.
    """

    def __init__(self, database: Database, locks: ScanLocks | None = None) -> None:
        self.database = database  # for the modules of this room alone
        self.where = database.where  # the file or URL of the store, without a password
        self.file = database.file  # the file of the store, where it has one
        self.locks = locks or locks_on(database)
        self.outbox = Outbox(database)  # what sweeps remember and tell
        self.states = States(database)  # what people said of devices
        self.register = Register(database)  # what is known of each device through all scans
        self.derived = Derived(database)  # what follows from the observations of each scan, as it was last derived
        self._numbers: dict[str, int] = {}

    @classmethod
    def open(cls, target: str | Path | None = None, locks: ScanLocks | None = None, where: str = "") -> Self:
        """Open a store: a file, an SQLAlchemy URL or, for None, the user's own; made and migrated as needed.

        Where it is a copy, `locks` are those on its scans, and messages name it as `where`.
        """
        database = open_database(target)
        database.where = where or database.where
        try:
            migrate(database)
        except BaseException:
            database.close()
            raise
        return cls(database, locks)

    def close(self) -> None:
        """Close the store. A scan that was begun and not finished reads as interrupted from now on."""
        self.locks.close()
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def set_on_damage(self, on_damage: OnDamage) -> None:
        """Choose what becomes of damaged rows from now on."""
        self.database.on_damage = on_damage

    @property
    def left_out(self) -> int:
        """How many damaged rows were left out."""
        return self.database.left_out

    def begin(self, scan: Scan) -> None:
        """Record a new scan; from now on it counts as running for as long as this process lives."""
        with self.database.writing() as connection:
            try:
                number = insert_row(connection, scans, scan_values(scan))
            except IntegrityError as error:
                raise StoreError(f"{self.where} has a scan {scan.id} already: give the new one another ID") from error
            self._numbers[scan.id] = number
            self._lock(scan.id, number)

    def resume(self, scan_id: str, settings: Mapping[str, str] | None = None) -> Scan:
        """Take up a scan that was cut short: it is running again, in this process, under the same id.

        `settings` are those that it has from now on, where they are not the same.
        """
        number = self._number(scan_id)
        self._lock(scan_id, number)
        try:
            with self.database.writing() as connection:
                row = connection.execute(queries.for_update(number, scan_id)).one_or_none()
                scan = self._scan(row or self._row(scan_id))  # which says that it is gone
                check_resumable(scan)
                scan = replace(scan, status=ScanStatus.RUNNING, finished_at=None, settings=settings or scan.settings)
                values = {name: scan_values(scan)[name] for name in ("status", "finished_at", "settings")}
                connection.execute(update(scans).where(scans.c.number == number).values(values))
        except BaseException:
            self.locks.release(number)
            raise
        return scan

    def finish(self, scan: Scan) -> None:
        """Record how a scan ended: status, times, what was sent, notes; exclusions, channels and the like."""
        number, values = self._number(scan.id), scan_values(scan)
        ended = {name: values[name] for name in _ENDED}
        change = update(scans).where(scans.c.number == number).values(ended)
        self.database.write(lambda connection, _again: connection.execute(change))
        self.locks.release(number)

    def append(self, scan_id: str, seen: Sequence[Observation] = (), entries: Sequence[LedgerEntry] = ()) -> int:
        """Store observations and ledger entries, all in one transaction; they are on the disk when this returns.

        A later entry for a target replaces its earlier one; observations are only ever added. Returns how many rows
        were stored: one that no database could hold is logged and left out.
        """
        number = self._number(scan_id)
        observation_rows = list(queries.storable(number, seen, observation_values))
        entry_rows = {row["target"]: row for row in queries.storable(number, entries, ledger_values)}

        def store(connection: Connection, again: bool) -> None:
            if observation_rows and not (again and queries.has(connection, observation_rows[0])):
                connection.execute(insert(observations), observation_rows)
            if entry_rows:
                queries.replace_entries(connection, list(entry_rows.values()))

        self.database.write(store, first=self.locks.renew)
        return len(observation_rows) + len(entry_rows)

    def scans(self, site: str | None = None, *, as_stored: bool = False) -> tuple[Scan, ...]:
        """All scans, of one site where it is named, newest first.

        `as_stored`: in the order in which they were begun here, whatever the clock said then.
        """
        query = queries.newest_first(site)
        if as_stored:
            query = query.order_by(None).order_by(scans.c.number.desc())
        with self.database.reading() as connection:
            return tuple(self._scans(connection.execute(query).all()))

    def newest(self, site: str | None = None, setting: str | None = None) -> Iterator[Scan]:
        """The scans, of one site or with one setting where it is named, newest first and read as they are asked for."""
        return self._scans(self._pages(queries.newest_first(site, setting)))

    def holding(self, site: str | None, target: str | None = None) -> Iterator[Scan]:
        """As `newest`, but only those that hold anything; of one target, where it is named."""
        return self._scans(self._pages(queries.holding(queries.newest_first(site), target)))

    def sites(self) -> frozenset[str | None]:
        """The sites of all scans; None where some have none."""
        with self.database.reading() as connection:
            found = connection.scalars(select(scans.c.site).distinct())
            return frozenset(None if site is None else unescape(site) for site in found)

    def newest_of_each_site(self) -> tuple[Scan, ...]:
        """The newest scan of each site and of none, newest first; one that asked goes before others of its site."""
        with self.database.reading() as connection:
            found = self._scans(queries.newest_of_each_site(connection))
            return tuple(sorted(found, key=queries.latest_at, reverse=True))

    def scan(self, reference: str | None = None) -> Scan:
        """The scan with this id, or the only one whose id begins so; the latest for None."""
        return self._scan(self._row(reference))

    def found(self, ids: Iterable[str]) -> Mapping[str, Scan]:
        """Those of some scans that are stored, by their ids."""
        found = dict[str, Scan]()
        for some in batched(map(escape, ids), PAGE):
            query = select(scans).where(scans.c.id.in_(some))
            with self.database.reading() as connection:
                found.update((scan.id, scan) for scan in self._scans(connection.execute(query).all()))
        return found

    def observations(self, scan_id: str) -> Iterator[Observation]:
        """The observations of a scan in order of target (as text), then as they were stored."""
        return self._seen(scan_id, lambda row: Stored._make(row).open())

    def stored(self, scan_id: str) -> Iterator[Stored]:
        """The same, to be opened elsewhere: in another process."""
        return self._seen(scan_id, to_stored)

    def _seen(self, scan_id: str, make: Callable[[Row[Any]], T]) -> Iterator[T]:
        query = by_target(self._number(scan_id))
        rows = pages(self.database, query, after_observation, OBSERVATIONS_PAGE)
        return of_scan(self.database, scan_id, observations, rows, make)

    def ledger(self, scan_id: str, beginning: str = "") -> Iterator[LedgerEntry]:
        """The ledger of a scan in order of target (as text); of targets with a certain beginning, or of all."""
        query = queries.ledger_of(self._number(scan_id), beginning)
        rows = pages(self.database, query, queries.after_entry, LEDGER_PAGE)
        return of_scan(self.database, scan_id, ledger, rows, to_entry)

    def ledger_counts(self, scan_id: str) -> Mapping[str, Mapping[str, int]]:
        """Channel -> outcome -> count of targets; under "" each target counts once, by its most telling outcome."""
        number = self._number(scan_id)
        with self.database.reading() as connection:
            return queries.ledger_counts(connection, number, self.where)

    def covered(self, scan_id: str) -> Mapping[str, bool]:
        """The targets that a scan which is resumed need not ask again, and whether each has shown a sign of life."""
        number = self._number(scan_id)
        with self.database.reading() as connection:
            return dict(queries.covered(connection, number))

    def would_thin(self, scan_id: str, keep: Collection[str]) -> Thinned:
        """What `thin` would do."""
        with self.database.reading() as connection:
            return prune.preview(connection, self._number(scan_id), keep)

    def thin(self, scan_id: str, keep: Collection[str], at: datetime) -> Thinned:
        """Delete all of a scan but the evidence of these targets; where there is none, the scan as well.

        All of that happens in one transaction. A scan that is running is left alone, with StoreError.
        """
        number = self._number(scan_id)
        with self.database.writing() as connection:
            row = connection.execute(queries.for_update(number, scan_id)).one_or_none()
            if row is None:  # another process was quicker
                return Thinned(deleted=0, kept=0, gone=True)
            scan = self._scan(row)
            if scan.status is ScanStatus.RUNNING:
                raise StoreError(f"scan {scan_id} is still running: wait until it ends")
            return prune.thin(connection, number, scan, keep, at=at, where=self.where)

    def _pages(self, query: Select[Any]) -> Iterator[Row[Any]]:
        return (row for part in queries.by_now(query) for row in pages(self.database, part, queries.after_scan))

    def _scans(self, rows: Iterable[Row[Any]]) -> Iterator[Scan]:
        return self.database.whole(scans, rows, self._to_scan)

    def _scan(self, row: Row[Any]) -> Scan:
        return self.database.opened(scans, row, self._to_scan)

    def _to_scan(self, row: Row[Any]) -> Scan:
        self._numbers[unescape(row.id)] = row.number
        status = ScanStatus(row.status)
        if status is ScanStatus.RUNNING and not self.locks.is_held(row.number):
            status = ScanStatus.INTERRUPTED
        return to_scan(row, status)

    def _row(self, reference: str | None) -> Row[Any]:
        with self.database.reading() as connection:
            rows = queries.find_scans(connection, reference)
        if len(rows) > 1:
            raise UsageError(f"{reference} matches several scans in {self.where}: give more of the ID")
        if rows:
            return rows[0]
        if reference is not None:
            raise UsageError(f"{self.where} has no scan {reference}: `camscan scans` lists those it has")
        raise StoreError(f"{self.where} has no scans yet: make one with `camscan scan`")

    def _lock(self, scan_id: str, number: int) -> None:
        if not self.locks.acquire(number):
            raise StoreError(f"scan {scan_id} is still running in another process: wait for it, or end that process")

    def _number(self, scan_id: str) -> int:
        if scan_id not in self._numbers:
            self._numbers[scan_id] = self._row(scan_id).number
        return self._numbers[scan_id]


def check_resumable(scan: Scan) -> None:
    """See that a scan can go on. Raises StoreError if it cannot."""
    if scan.status is ScanStatus.COMPLETE:
        raise StoreError(f"scan {scan.id} is complete, nothing is left to resume: begin a new scan")
    if THINNED in scan.settings:
        raise StoreError(f"scan {scan.id} was thinned, most of it is gone: begin a new scan")
    if MERGING in scan.settings:
        raise StoreError(f"scan {scan.id} is half taken from another store: `camscan db merge` that again")
