"""The register of devices, which is derived from the scans and from what people said."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from functools import partial
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, bindparam, delete, func, insert, or_, select, true, update

from camscan.records import Scan
from camscan.store import counting
from camscan.store.batches import batched
from camscan.store.engine import Database
from camscan.store.registered import (
    Entry,
    Mark,
    entry_values,
    mark_values,
    to_entry,
    to_mark,
    to_tally,
)
from camscan.store.schema import register, register_keys, register_tracks, registered, states
from camscan.store.text import escape, unescape
from camscan.summaries import State, Tally

_PAGE = 500


class Standing(NamedTuple):
    """What the register of a site follows from: its scans, each as it was at this end, and how much was ever said."""

    marks: Mapping[str, datetime]
    said: int


class Register:
    """The register of one store; every method is one transaction.

    Every method raises StoreError where the database cannot be read or written.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def entries(self, site: str | None = None, state: State | None = None) -> tuple[Entry, ...]:
        """The devices of a site, or of all; in a state, or in any."""
        query = _entries()
        if site is not None:
            query = query.where(register.c.site == escape(site))
        if state is not None:
            query = query.where(register.c.state == state.value)
        with self._database.reading() as connection:
            return self._entries(connection, query)

    def named(self, text: str, keys: Iterable[str], site: str | None = None) -> tuple[Entry, ...]:
        """The devices with this address or id, or with one of these keys, else with this as another address."""
        bearing = select(register_keys.c.entry).where(register_keys.c.key.in_(list(map(escape, keys))))
        plain = escape(text)
        called = or_(register.c.address == plain, register.c.device == plain, register.c.number.in_(bearing))
        also = register_tracks.c.text.contains(f'"{plain}":', autoescape=True)  # among its places: a look at all tracks
        at = register.c.site == escape(site) if site is not None else true()
        with self._database.reading() as connection:
            found = (self._entries(connection, _entries().where(which, at)) for which in (called, also))
            return next(filter(None, found), ())

    def bearing(self, keys: Iterable[str], addresses: Iterable[str] = (), site: str | None = None) -> tuple[Entry, ...]:
        """The devices with one of these keys, or last seen at one of these addresses; of a site, or of all."""
        at = register.c.site == escape(site) if site is not None else true()
        keyed = (select(register_keys.c.entry).where(register_keys.c.key.in_(page)) for page in in_pages(keys))
        there = (register.c.address.in_(page) for page in in_pages(addresses))
        found: dict[int | None, Entry] = {}
        with self._database.reading() as connection:
            for which in chain(map(register.c.number.in_, keyed), there):
                entries = self._entries(connection, _entries().where(which, at))
                found.update((entry.number, entry) for entry in entries)
        return tuple(found.values())

    def standing(self, site: str) -> Standing:
        """What the register of a site follows from now: to be asked before what `keep` is given is read."""
        with self._database.reading() as connection:
            return self._standing(connection, site)

    def keep(self, mark: Mark, entries: Sequence[Entry], gone: Collection[int], before: Standing) -> bool:
        """Keep what a scan has changed: entries, those `gone` into others, and that the scan is in.

        Returns False, and keeps nothing, where others have taken in scans of the site, or said anything, since `before`
        was read.
        """
        kept = [entry.number for entry in entries if entry.number is not None]
        with self._database.alone() as connection:
            if self._standing(connection, mark.site) != before:
                return False
            _drop(connection, gone, entirely=True)
            _drop(connection, kept, entirely=False)
            _put_all(connection, entries)
            connection.execute(delete(registered).where(registered.c.scan == escape(mark.scan)))
            connection.execute(insert(registered).values(mark_values(mark)))
        return True

    def taken(self, site: str) -> tuple[Mark, ...]:
        """The scans of a site that the register holds, with what each was judged on."""
        with self._database.reading() as connection:
            return self._taken(connection, site)

    def adopt(self, marks: Sequence[Mark], entries: Sequence[Entry]) -> bool:
        """Keep what the register of another store holds of a site; False, and nothing, where this one holds any."""
        if not marks:
            return False
        with self._database.alone() as connection:
            if self._taken(connection, marks[0].site):
                return False
            _put_all(connection, entries)
            connection.execute(insert(registered), list(map(mark_values, marks)))
        return True

    def restate(self, entries: Iterable[Entry]) -> None:
        """Let the register show the states of these entries of it."""
        shown = tuple(entries)  # before others have to wait
        with self._database.alone() as connection:
            show(connection, *shown)

    def due(self) -> tuple[str, ...]:
        """The scans that are not in the register, or have gone on since; the oldest first. One may still be running."""
        with self._database.reading() as connection:
            return tuple(map(unescape, connection.scalars(counting.due())))

    def bases(self) -> Mapping[str, int]:
        """On what the scans in the register were judged, and how many of them."""
        query = select(registered.c.basis, func.count()).group_by(registered.c.basis)
        with self._database.reading() as connection:
            return {unescape(basis): count for basis, count in connection.execute(query)}

    def sites(self) -> tuple[str, ...]:
        """The sites of the scans in the register."""
        query = select(registered.c.site).distinct().order_by(registered.c.site)
        with self._database.reading() as connection:
            return tuple(map(unescape, connection.scalars(query)))

    def lost(self) -> int:
        """How many scans in the register are no longer stored: what they showed could not be derived again."""
        return self._count(counting.lost())

    def clear(self, sites: Iterable[str] | None = None) -> None:
        """Drop the register, or that of these sites, to be derived anew; what people said stays."""
        with self._database.alone() as connection:
            if sites is None:
                for table in (register_tracks, register_keys, register, registered):
                    connection.execute(delete(table))
                return
            for site in map(escape, sites):
                there = connection.scalars(select(register.c.number).where(register.c.site == site)).all()
                _drop(connection, there, entirely=True)
                connection.execute(delete(registered).where(registered.c.site == site))

    def tallies(self, sites: Collection[str] = (), policies: Collection[str] = ()) -> Iterator[Tally]:
        """The devices that count as listed (by one of these policies, or by any), by site, state and days."""
        query = counting.tallied(sites, policies)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        yield from (self._database.opened(register, row, to_tally) for row in rows)

    def unseen(self, key: str, days: int, sites: Collection[str], policies: Collection[str]) -> int:
        """How many listed devices that nobody spoke of have a key that begins so, and were not seen for days.

        The days are those before the latest scan of the site, so that no site that is not scanned counts.
        """
        return self._count(counting.unseen(key, days, sites, policies))

    def unsighted(self, scan: Scan, policies: Collection[str]) -> int:
        """How many listed devices of a site remain and were not seen since a scan of it; 0 of one that is not in it."""
        return self._count(counting.unsighted(scan.id, scan.started_at, scan.register_site, policies))

    def moved(self, key: str, sites: Collection[str], policies: Collection[str]) -> int:
        """How many listed devices share a key, which does not begin so, with one that was seen since at another site.

        Of both, nobody has said that they are gone or exempt.
        """
        return self._count(counting.moved(key, sites, policies))

    def _count(self, query: Select[Any]) -> int:
        with self._database.reading() as connection:
            return int(connection.scalar(query) or 0)

    def _entries(self, connection: Connection, query: Select[Any]) -> tuple[Entry, ...]:
        make = partial(to_entry, store=self._database.where)
        with closing(connection.execute(query)) as rows:  # an error holds its frames, and so what is locked for them
            return tuple([self._database.opened(register, row, make) for row in rows])

    def _taken(self, connection: Connection, site: str) -> tuple[Mark, ...]:
        rows = connection.execute(select(registered).where(registered.c.site == escape(site))).all()
        return tuple(self._database.opened(registered, row, to_mark) for row in rows)

    def _standing(self, connection: Connection, site: str) -> Standing:
        marks = {mark.scan: mark.at for mark in self._taken(connection, site)}
        return Standing(marks, connection.scalar(select(func.count()).select_from(states)) or 0)


def show(connection: Connection, *entries: Entry) -> None:
    """Let the register show the states of entries."""
    known = ((entry.number, entry_values(entry)) for entry in entries)
    if rows := [{"known": number, "state": of["state"], "state_at": of["state_at"]} for number, of in known]:
        connection.execute(update(register).where(register.c.number == bindparam("known")), rows)


def _entries() -> Select[Any]:
    return select(register, register_tracks.c.text).join(register_tracks).order_by(register.c.number)


def _drop(connection: Connection, numbers: Collection[int], *, entirely: bool) -> None:
    """Take entries out: with all rows that refer to them, or only so that this can be written anew."""
    for page in in_pages(numbers):
        connection.execute(delete(register_tracks).where(register_tracks.c.entry.in_(page)))
        connection.execute(delete(register_keys).where(register_keys.c.entry.in_(page)))
        if entirely:
            connection.execute(delete(register).where(register.c.number.in_(page)))


def _put_all(connection: Connection, entries: Sequence[Entry]) -> None:
    """Write entries, and the rows that refer to each; in few statements, as all other processes wait meanwhile."""
    known = [(entry.number, entry) for entry in entries if entry.number is not None]
    if rows := [{**entry_values(entry), "known": number} for number, entry in known]:
        connection.execute(update(register).where(register.c.number == bindparam("known")), rows)
    new = [entry for entry in entries if entry.number is None]
    pairs = [*known, *zip(_made(connection, new), new, strict=True)]
    if pairs:
        tracks = [{"entry": number, "text": escape(entry.track)} for number, entry in pairs]
        connection.execute(insert(register_tracks), tracks)
    keys = [{"key": escape(key), "entry": number} for number, entry in pairs for key in set(entry.keys)]
    if keys:
        connection.execute(insert(register_keys), keys)


def _made(connection: Connection, entries: Sequence[Entry]) -> Sequence[int]:
    """Insert entries, and give their numbers: in a transaction that is alone, those beyond the last, in order."""
    if not entries:
        return ()
    number = register.c.number
    last = connection.scalar(select(func.max(number))) or 0
    connection.execute(insert(register), list(map(entry_values, entries)))
    return connection.scalars(select(number).where(number > last).order_by(number)).all()


def in_pages(values: Iterable[Any]) -> Iterator[list[Any]]:
    """Some values, each once and as the database holds it, so many at a time as one statement may name."""
    return batched((escape(value) if isinstance(value, str) else value for value in dict.fromkeys(values)), _PAGE)
