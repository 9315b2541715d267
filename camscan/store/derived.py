"""A cache of what was derived from the observations of each scan.

It is no evidence, and can be dropped at any time. An entry is used only if it is whole, and was derived from the very
observations that are stored now, on the very basis that is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select

from camscan.store.batches import batched
from camscan.store.engine import Database
from camscan.store.packed import LazyDevice, Merged, unpack, unpack_lazily
from camscan.store.rows import Values
from camscan.store.schema import derived, derived_parts, observations, scans
from camscan.store.text import escape, unescape

_AT_ONCE = 50  # rows in one statement

_EXTENTS = (
    select(
        scans.c.id,
        scans.c.number,
        func.count(observations.c.sequence),
        func.coalesce(func.max(observations.c.sequence), 0),
    )
    .outerjoin(observations)
    .where(scans.c.id.in_(bindparam("ids", expanding=True)))
    .group_by(scans.c.number)
)
_HEAD = select(derived).where(derived.c.scan == bindparam("number"))
_PARTS = select(derived_parts).where(derived_parts.c.scan == bindparam("number")).order_by(derived_parts.c.part)
"""Made once: of thousands of scans, to put such a statement together takes longer than to run it."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Extent:
    """Which observations a scan had: observations are only added or deleted, so their count and the last one tell."""

    scan: str
    number: int
    count: int
    last: int

    def __str__(self) -> str:
        return f"{self.count} to {self.last}"


class PackedDevices(NamedTuple):
    """What was derived from a scan, as parts (see `camscan.store.packed`)."""

    extent: Extent
    parts: Sequence[bytes]


class Derived:
    """The devices of each scan as they were last derived; every method is one transaction.

    Every method raises StoreError where the database cannot be read or written.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def extent(self, scan_id: str) -> Extent:
        """Which observations a scan has now: to be asked before they are read for `keep`."""
        with self._database.reading() as connection:
            return _extent(connection, scan_id)

    def holds(self, scan_id: str, basis: str) -> bool:
        """Whether the devices of a scan are kept on this basis and as it is now; whether whole, `read` tells."""
        with self._database.reading() as connection:
            return _head(connection, _extent(connection, scan_id), basis) is not None

    def read(self, scan_id: str, basis: str) -> list[Merged] | None:
        """The devices of a scan, as kept on this basis; None where they are not, or no longer what they were."""
        return self._whole(scan_id, basis, unpack)

    def read_lazily(self, scan_id: str, basis: str) -> list[LazyDevice] | None:
        """The same, but no record is made of a device before it is opened."""
        return self._whole(scan_id, basis, unpack_lazily)

    def _whole(self, scan_id: str, basis: str, opened: Callable[[bytes], Iterable[T]]) -> list[T] | None:
        """What all parts hold, opened one after the other: a part takes several times the memory of its devices."""
        with self._database.reading() as connection:
            extent = _extent(connection, scan_id)
            head = _head(connection, extent, basis)
            if head is None:
                return None
            rows = connection.execute(_PARTS, {"number": extent.number}).all()
        try:
            _check(rows, extent, head)
            return [one for row in rows for one in opened(row.data)]
        except (ValueError, TypeError, LookupError):
            return None

    def keep(self, kept: Sequence[PackedDevices], basis: str) -> None:
        """Keep what was derived from so many observations of each scan, in place of what was kept of it.

        Nothing is kept of a scan that has gone on or was thinned meanwhile.
        """
        with self._database.writing() as connection:
            now = _extents(connection, [one.extent.scan for one in kept])
            made = [rows_of(one.extent, basis, one.parts) for one in kept if now.get(one.extent.scan) == one.extent]
            if not made:
                return
            drop(connection, *(head["scan"] for head, _ in made))
            connection.execute(insert(derived), [head for head, _ in made])
            parts = (part for _, of_scan in made for part in of_scan)
            for some in batched(parts, _AT_ONCE):
                connection.execute(insert(derived_parts), some)


def rows_of(extent: Extent, basis: str, data: Sequence[bytes]) -> tuple[Values, list[Values]]:
    """The row of `derived`, and those of `derived_parts`, for the devices of a scan in packed parts."""
    head = {"scan": extent.number, "basis": basis, "extent": str(extent), "parts": len(data)}
    parts = [
        {"scan": extent.number, "part": at, "digest": _digest(extent, basis, (at, len(data)), one), "data": one}
        for at, one in enumerate(data)
    ]
    return head, parts


def drop(connection: Connection, *numbers: int) -> None:
    """Forget what was derived from some scans."""
    connection.execute(delete(derived_parts).where(derived_parts.c.scan.in_(numbers)))
    connection.execute(delete(derived).where(derived.c.scan.in_(numbers)))


def _extent(connection: Connection, scan_id: str) -> Extent:
    nowhere = Extent(scan_id, -1, 0, 0)  # it was thinned away: an extent that no scan has
    return _extents(connection, [scan_id]).get(scan_id, nowhere)


def _extents(connection: Connection, ids: Sequence[str]) -> Mapping[str, Extent]:
    """Which observations some scans have, of those that are there."""
    rows = connection.execute(_EXTENTS, {"ids": list(map(escape, ids))})
    found = (Extent(unescape(scan), *extent) for scan, *extent in rows)
    return {one.scan: one for one in found}


def _head(connection: Connection, extent: Extent, basis: str) -> Row[Any] | None:
    """What is said of the devices that are kept of a scan, where they are of this extent and basis."""
    head = connection.execute(_HEAD, {"number": extent.number}).one_or_none()
    return head if head is not None and (head.basis, head.extent) == (basis, str(extent)) else None


def _check(rows: Sequence[Row[Any]], extent: Extent, head: Row[Any]) -> None:
    """See that all parts are there and as they were kept; ValueError or LookupError where one is not."""
    if [row.part for row in rows] != list(range(head.parts)):
        raise LookupError("a part is missing")
    for row in rows:
        if row.digest != _digest(extent, head.basis, (row.part, head.parts), row.data):
            raise ValueError("a part is damaged")


def _digest(extent: Extent, basis: str, place: Sequence[int], data: bytes) -> bytes:
    """Over the data and all that it is said to be."""
    return sha256(f"{extent.scan}\n{basis}\n{extent}\n{place[0]} of {place[1]}\n".encode() + data).digest()
