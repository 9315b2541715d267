"""Takes scans of another store in, as they stand there: a page at a time, so that neither memory nor a lock grows.

While a scan is being taken it is a running one of this process. Cut off, it reads as interrupted, bears `MERGING`, and
is gone on with when it is taken again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, Select, delete, func, insert, select, union, update
from sqlalchemy.exc import IntegrityError

from camscan.errors import StoreError, UsageError
from camscan.records import Scan, ScanStatus
from camscan.store.claims import Claims
from camscan.store.derived import drop
from camscan.store.engine import Database
from camscan.store.observed import by_target
from camscan.store.queries import replace_entries
from camscan.store.rows import Stored, Values, ledger_values, made_number, observation_values, scan_values
from camscan.store.schema import ledger, memories, observations, registered, scans, states
from camscan.store.text import dump_list, dump_map, escape, load_list, load_map, unescape

if TYPE_CHECKING:
    from camscan.store.store import Store

MERGED, MERGING = "merged", "merging"
"""The settings that say when a scan was taken from where, and that it is not here as a whole yet."""
_HALF = "only part of this scan was merged from another store: run `camscan db merge` on it again for the rest"
_ROWS, _BYTES = 1_000, 4 << 20
"""Rows of one transaction, and the bytes of their answers: what else is written waits no longer than for these."""
_AT_ONCE = 500
_MOST = 8 << 20
"""Bytes of one observation; what devices and files may give in one is less, and a bundle holds no more of it either."""
_MOST_SAID = 200


@dataclass(frozen=True, slots=True)
class Intake:
    """The scans of one store, as those of others are taken into it.

    Every method raises StoreError where one of both cannot be read, or this one not be written.
    """

    database: Database
    claims: Claims

    def sites(self) -> frozenset[str | None]:
        """All sites that anything is stored of; None for what is of no site."""
        tables = union(*(select(table.c.site) for table in (scans, registered, states, memories)))
        with self.database.reading() as connection:
            return frozenset(map(_site, connection.scalars(tables)))

    def all_sites(self) -> Iterator[Mapping[str, str | None]]:
        """Scan -> site, of all that are stored and all that the register remembers; some at a time."""
        for key, site in ((scans.c.id, scans.c.site), (registered.c.scan, registered.c.site)):
            page = query = select(key, site).order_by(key).limit(_AT_ONCE)
            while rows := _rows(self.database, page):
                yield {unescape(scan): _site(of) for scan, of in rows}
                page = query.where(key > rows[-1][0])

    def sites_of(self, ids: Iterable[str]) -> Mapping[str, str | None]:
        """The same of those of some scans that are known here."""
        wanted = list(map(escape, ids))
        stored = select(scans.c.id, scans.c.site).where(scans.c.id.in_(wanted))
        remembered = select(registered.c.scan, registered.c.site).where(registered.c.scan.in_(wanted))
        rows = [*_rows(self.database, remembered), *_rows(self.database, stored)]
        return {unescape(scan): _site(of) for scan, of in rows}

    def count(self, scan_id: str) -> int:
        """How many observations are stored of a scan."""
        whose = select(func.count()).select_from(observations).join(scans)
        with self.database.reading() as connection:
            return int(connection.scalar(whose.where(scans.c.id == escape(scan_id))) or 0)

    def take(self, source: Store, scan: Scan, mark: str) -> int | None:
        """Take a scan of `source` in, which is to stand here as `scan`; returns how many observations were added.

        What is here of it is gone on with. None, and nothing is done, where that is not a part of what is there.
        """
        with self._held(scan) as held:
            if held.before is not None and not self._is_part(held.number, source, scan):
                if MERGING not in load_map(held.before.settings):
                    return None
                self._empty(held.number)
            self._open(held)
            added = 0
            for rows in _batches(_readable(source, scan, self._lacking(source, scan, held))):
                with self.database.writing() as connection:
                    connection.execute(insert(observations), rows)
                added += len(rows)
            entries = (ledger_values(held.number, entry) for entry in source.ledger(scan.id))
            for rows in _batches(_readable(source, scan, entries)):
                with self.database.writing() as connection:
                    replace_entries(connection, rows)
            if replace(source.scan(scan.id), site=scan.site) != scan:
                raise StoreError(f"{source.where}: scan {scan.id} changed while it was being merged: merge it again")
            self._end(held.number, replace(scan, settings={**scan.settings, MERGED: mark}))
        return added

    @contextmanager
    def _held(self, scan: Scan) -> Iterator[_Held]:
        """Hold a scan for this process during the body; one that was not here before is gone again if that fails."""
        before = next(iter(_rows(self.database, select(scans).where(scans.c.id == escape(scan.id)))), None)
        number = before.number if before is not None else self._new(scan)
        try:
            self._claim(scan.id, number)
            yield _Held(number, before)
        except StoreError:
            if before is None:
                with suppress(StoreError):  # a full disk: what is there is gone on with the next time
                    self._empty(number, entirely=True)
            raise
        finally:
            self.claims.drop(number)

    def _claim(self, scan_id: str, number: int) -> None:
        if not self.claims.take(number):
            raise StoreError(f"scan {scan_id} is being merged by another process: wait for it, or end that process")

    def _new(self, scan: Scan) -> int:
        half = {**scan.settings, MERGING: "yes"}
        values = scan_values(replace(scan, status=ScanStatus.RUNNING, finished_at=None, settings=half, notes=(_HALF,)))
        with self.database.writing() as connection:
            try:
                return made_number(connection, scans, values)
            except IntegrityError as error:
                raise StoreError(f"scan {scan.id} is being merged by another process: wait for it") from error

    def _open(self, held: _Held) -> None:
        """Let a scan that was here read as one that is half taken."""
        if held.before is not None:
            half = dump_map({**load_map(held.before.settings), MERGING: "yes"})
            notes = dump_list(dict.fromkeys((*load_list(held.before.notes), _HALF)))
            values = {"status": ScanStatus.RUNNING.value, "finished_at": None, "settings": half, "notes": notes}
            with self.database.writing() as connection:
                connection.execute(update(scans).where(scans.c.number == held.number).values(values))

    def _end(self, number: int, scan: Scan) -> None:
        with self.database.writing() as connection:
            connection.execute(update(scans).where(scans.c.number == number).values(scan_values(scan)))

    def _empty(self, number: int, *, entirely: bool = False) -> None:
        """Delete what was taken of a scan."""
        with self.database.writing() as connection:
            drop(connection, number)
            for table in (observations, ledger):
                connection.execute(delete(table).where(table.c.scan == number))
            if entirely:
                connection.execute(delete(scans).where(scans.c.number == number))

    def _is_part(self, number: int, source: Store, scan: Scan) -> bool:
        """Whether what is here of each target is the beginning of what is there."""
        there = source.intake.database
        theirs = _rows(there, select(scans.c.number).where(scans.c.id == escape(scan.id)))[0].number
        for target in self._targets(number):
            own = _seen_of(self.database, number, target)
            if own != _seen_of(there, theirs, target)[: len(own)]:
                return False
        return True

    def _lacking(self, source: Store, scan: Scan, held: _Held) -> Iterator[Values]:
        """The rows of the observations that are there and not here."""
        for target, seen in groupby(source.stored(scan.id), key=lambda one: one.target):
            known = len(_seen_of(self.database, held.number, target)) if held.before is not None else 0
            yield from (_row(held.number, one) for place, one in enumerate(seen) if place >= known)

    def _targets(self, number: int) -> Iterator[str]:
        """The targets that a scan has observations of, as they are stored."""
        last = ""
        query = select(observations.c.target).where(observations.c.scan == number).distinct()
        query = query.order_by(observations.c.target).limit(_AT_ONCE)
        while rows := _rows(self.database, query.where(observations.c.target > last)):
            yield from (row.target for row in rows)
            last = rows[-1].target


@dataclass(frozen=True, slots=True)
class _Held:
    """A scan that is being taken: its number here, and its row as it was before, where it was here."""

    number: int
    before: Row[Any] | None


def _site(stored: str | None) -> str | None:
    return unescape(stored) if stored else None


def _rows(database: Database, query: Select[Any]) -> Sequence[Any]:
    with database.reading() as connection:
        return connection.execute(query).all()


def _seen_of(database: Database, number: int, target: str) -> list[Stored]:
    """What a scan saw of a target, without what differs from store to store."""
    rows = _rows(database, by_target(number).where(observations.c.target == target))
    return [Stored._make(row)._replace(sequence=0, scan=0) for row in rows]


def _row(number: int, stored: Stored) -> Values:
    """An observation of another store as a row, in which nothing stands that camscan would not write."""
    if len(stored.raw) + len(stored.fields) > _MOST:
        raise ValueError(f"an observation of {stored.target} has more than {_MOST:,} bytes")
    return observation_values(number, stored.open())


def _readable(source: Store, scan: Scan, rows: Iterator[Values]) -> Iterator[Values]:
    with faults_of_store(source.where, f"scan {scan.id}"):
        yield from rows


def check(source: Store) -> None:
    """See that the scans of another store, and what people said there, can be read.

    Raises:
        StoreError: something there is not as camscan writes it.
    """
    with faults_of_store(source.where):
        source.intake.sites()
        for _ in source.intake.all_sites():
            pass
        if not all(change.names for change in source.register.changes()):
            raise ValueError("a statement is about no device")
        for _ in source.newest():
            pass


@contextmanager
def faults_of_store(where: str, what: str = "it") -> Iterator[None]:
    """Tell of what cannot be made a record, and so is not as camscan writes it, as the fault of that store.

    Raises:
        StoreError: there was such a thing.
    """
    try:
        yield
    except (UsageError, ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError) as error:
        why = f"{what} holds what this camscan does not write ({type(error).__name__}: {str(error)[:_MOST_SAID]})"
        raise StoreError(f"{where}: {why}: update camscan, or merge a backup of that store") from error


def _batches(rows: Iterable[Values]) -> Iterator[list[Values]]:
    """The rows of one transaction after the other."""
    batch: list[Values] = []
    size = 0
    for row in rows:
        batch.append(row)
        size += len(row.get("raw", "")) + len(row.get("fields", ""))
        if len(batch) == _ROWS or size >= _BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
