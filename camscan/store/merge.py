"""Merges scans of another store into this one: a page at a time, so that neither memory nor a lock grows.

While a scan is being merged it is a running one of this process. Cut off, it reads as interrupted, bears `MERGING`, and
is gone on with when it is merged again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import chain, groupby
from typing import Any

from sqlalchemy import Column, Row, Select, delete, func, insert, select, union, update
from sqlalchemy.exc import IntegrityError

from camscan.errors import StoreError, UsageError
from camscan.records import Scan, ScanStatus
from camscan.scansettings import MERGED, MERGING
from camscan.store.damage import FAULTS
from camscan.store.derived import drop
from camscan.store.queries import replace_entries
from camscan.store.reading import pages
from camscan.store.rows import Stored, Values, by_target, insert_row, ledger_values, observation_values, scan_values
from camscan.store.schema import ledger, memories, observations, registered, scans, states
from camscan.store.store import Store
from camscan.store.text import dump_list, dump_map, escape, load_list, load_map, unescape

_HALF = "only part of this scan was merged from another store: run `camscan db merge` on it again for the rest"
_ROWS, _BYTES = 1_000, 4 << 20
"""Rows of one transaction, and the bytes of their answers: what else is written waits no longer than for these."""
_AT_ONCE = 500
_MOST = 8 << 20
"""Bytes of one observation; what devices and files may give in one is less, and a bundle holds no more of it either."""
_MOST_SAID = 200


def known_sites(store: Store) -> frozenset[str | None]:
    """All sites that anything is stored of; None for what is of no site."""
    tables = union(*(select(table.c.site) for table in (scans, registered, states, memories)))
    with store.database.reading() as connection:
        return frozenset(map(_site, connection.scalars(tables)))


def known_scans(store: Store) -> Iterator[tuple[str, str | None]]:
    """All scans that are stored, then all that the register remembers, each with its site."""
    return chain(_known(store, scans.c.id, scans.c.site), _known(store, registered.c.scan, registered.c.site))


def sites_of(store: Store, ids: Iterable[str]) -> Mapping[str, str | None]:
    """Scan -> site, of those of some scans that are known here."""
    wanted = list(map(escape, ids))
    stored = select(scans.c.id, scans.c.site).where(scans.c.id.in_(wanted))
    remembered = select(registered.c.scan, registered.c.site).where(registered.c.scan.in_(wanted))
    rows = [*_rows(store, remembered), *_rows(store, stored)]
    return {unescape(scan): _site(of) for scan, of in rows}


def observation_count(store: Store, scan_id: str) -> int:
    """How many observations are stored of a scan."""
    whose = select(func.count()).select_from(observations).join(scans)
    with store.database.reading() as connection:
        return int(connection.scalar(whose.where(scans.c.id == escape(scan_id))) or 0)


def merge_scan(store: Store, source: Store, scan: Scan, mark: str) -> int | None:
    """Merge a scan of `source`, which is to stand here as `scan`; returns how many observations were added.

    What is here of it is gone on with. None, and nothing is done, where that is not a part of what is there. Raises
    StoreError if one of both cannot be read, or this one not be written.
    """
    before = next(iter(_rows(store, select(scans).where(scans.c.id == escape(scan.id)))), None)
    number = before.number if before is not None else _new(store, scan)
    try:
        _lock(store, scan.id, number)
        return _Merge(store, source, scan, number, before).run(mark)
    except StoreError:
        if before is None:
            with suppress(StoreError):  # a full disk: what is there is gone on with the next time
                _empty(store, number, entirely=True)
        raise
    finally:
        store.locks.release(number)


@dataclass(frozen=True, slots=True)
class _Merge:
    """A scan that is being merged: its number here, and its row as it was before, where it was here."""

    store: Store
    source: Store
    scan: Scan
    number: int
    before: Row[Any] | None

    def run(self, mark: str) -> int | None:
        """See `merge_scan`."""
        if self.before is not None:
            if not self._is_part():
                if MERGING not in load_map(self.before.settings):
                    return None
                _empty(self.store, self.number)
            self._update(_half_merged(self.before))
        added = 0
        for rows in _batches(self._readable(self._lacking())):
            with self.store.database.writing() as connection:
                connection.execute(insert(observations), rows)
            added += len(rows)
        entries = (ledger_values(self.number, entry) for entry in self.source.ledger(self.scan.id))
        for rows in _batches(self._readable(entries)):
            with self.store.database.writing() as connection:
                replace_entries(connection, rows)
        if replace(self.source.scan(self.scan.id), site=self.scan.site) != self.scan:
            where = self.source.where
            raise StoreError(f"{where}: scan {self.scan.id} changed while it was being merged: merge it again")
        self._update(scan_values(replace(self.scan, settings={**self.scan.settings, MERGED: mark})))
        return added

    def _is_part(self) -> bool:
        """Whether what is here of each target is the beginning of what is there."""
        theirs = _rows(self.source, select(scans.c.number).where(scans.c.id == escape(self.scan.id)))[0].number
        for target in self._targets():
            own = _seen_of(self.store, self.number, target)
            if own != _seen_of(self.source, theirs, target)[: len(own)]:
                return False
        return True

    def _lacking(self) -> Iterator[Values]:
        """The rows of the observations that are there and not here."""
        for target, seen in groupby(self.source.stored(self.scan.id), key=lambda one: one.target):
            known = 0 if self.before is None else len(_seen_of(self.store, self.number, target))
            yield from (_row(self.number, one) for place, one in enumerate(seen) if place >= known)

    def _targets(self) -> Iterator[str]:
        """The targets that the scan has observations of here, as they are stored."""
        target = observations.c.target
        query = select(target).where(observations.c.scan == self.number).distinct().order_by(target)
        return (row.target for row in pages(self.store.database, query, lambda last: target > last.target, _AT_ONCE))

    def _readable(self, rows: Iterator[Values]) -> Iterator[Values]:
        with faults_of_store(self.source.where, f"scan {self.scan.id}"):
            yield from rows

    def _update(self, values: Values) -> None:
        with self.store.database.writing() as connection:
            connection.execute(update(scans).where(scans.c.number == self.number).values(values))


def _new(store: Store, scan: Scan) -> int:
    """Make the row of a scan that is not here; returns its number."""
    half = {**scan.settings, MERGING: "yes"}
    values = scan_values(replace(scan, status=ScanStatus.RUNNING, finished_at=None, settings=half, notes=(_HALF,)))
    with store.database.writing() as connection:
        try:
            return insert_row(connection, scans, values)
        except IntegrityError as error:
            raise StoreError(f"scan {scan.id} is being merged by another process: wait for it") from error


def _lock(store: Store, scan_id: str, number: int) -> None:
    if not store.locks.acquire(number):
        raise StoreError(f"scan {scan_id} is being merged by another process: wait for it, or end that process")


def _half_merged(before: Row[Any]) -> Values:
    """What lets a scan that was here read as one of which a part was merged."""
    half = dump_map({**load_map(before.settings), MERGING: "yes"})
    notes = dump_list(dict.fromkeys((*load_list(before.notes), _HALF)))
    return {"status": ScanStatus.RUNNING.value, "finished_at": None, "settings": half, "notes": notes}


def _empty(store: Store, number: int, *, entirely: bool = False) -> None:
    """Delete what was merged of a scan."""
    with store.database.writing() as connection:
        drop(connection, number)
        for table in (observations, ledger):
            connection.execute(delete(table).where(table.c.scan == number))
        if entirely:
            connection.execute(delete(scans).where(scans.c.number == number))


def _site(stored: str | None) -> str | None:
    return unescape(stored) if stored else None


def _known(store: Store, key: Column[Any], site: Column[Any]) -> Iterator[tuple[str, str | None]]:
    query = select(key.label("scan"), site).order_by(key)
    rows = pages(store.database, query, lambda last: key > last.scan, _AT_ONCE)
    return ((unescape(row.scan), _site(row.site)) for row in rows)


def _rows(store: Store, query: Select[Any]) -> Sequence[Any]:
    with store.database.reading() as connection:
        return connection.execute(query).all()


def _seen_of(store: Store, number: int, target: str) -> list[Stored]:
    """What a scan saw of a target, without what differs from store to store."""
    rows = _rows(store, by_target(number).where(observations.c.target == target))
    return [Stored._make(row)._replace(sequence=0, scan=0) for row in rows]


def _row(number: int, stored: Stored) -> Values:
    """An observation of another store as a row, in which nothing stands that camscan would not write."""
    if len(stored.raw) + len(stored.fields) > _MOST:
        raise ValueError(f"an observation of {stored.target} has more than {_MOST:,} bytes")
    return observation_values(number, stored.open())


@contextmanager
def faults_of_store(where: str, what: str = "it") -> Iterator[None]:
    """Tell of what cannot be made a record, and so is not as camscan writes it, as the fault of that store.

    Raises StoreError if there was such a thing.
    """
    try:
        yield
    except (UsageError, *FAULTS) as error:
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
