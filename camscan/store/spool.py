"""Spools to disk what memory should not hold, in a temporary database that is gone with its process.

SQLite puts it where it keeps temporary files (https://sqlite.org/tempfiles.html, 5): SQLITE_TMPDIR, TMPDIR, /var/tmp.
"""

from __future__ import annotations

import pickle
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from typing import Any, Generic, Self, TypeVar

from camscan.errors import StoreError

_CACHE = 4 << 10  # KiB of the database that are held in memory
_PAGE = 100  # things that are read together
_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA cache_size = -{cache};
CREATE TABLE things (number INTEGER PRIMARY KEY, place BLOB, data BLOB);
CREATE TABLE labels (label BLOB, number INTEGER, PRIMARY KEY (label, number)) WITHOUT ROWID;
BEGIN;
"""

T = TypeVar("T")


class Spool(Generic[T]):
    """Numbers things from one as they are put, and gives them back by number, in order, or by label.

    Every method raises StoreError where there is no room for temporary files.
    """

    def __init__(self) -> None:
        with _faults_of_files():
            self._database = sqlite3.connect("", isolation_level=None)
            self._database.executescript(_TABLES.format(cache=_CACHE))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def put(self, thing: T, place: bytes = b"", labels: Iterable[str] = ()) -> None:
        """Keep a thing; `place` is where it comes in order, before all that are put later with the same."""
        data = pickle.dumps(thing, pickle.HIGHEST_PROTOCOL)
        with _faults_of_files():
            number = self._database.execute("INSERT INTO things VALUES (NULL, ?, ?)", (place, data)).lastrowid
            rows = [(_digest(label), number) for label in labels]
            self._database.executemany("INSERT OR IGNORE INTO labels VALUES (?, ?)", rows)

    def get(self, number: int) -> T:
        """The thing of this number."""
        return self._thing(self._rows("SELECT data FROM things WHERE number = ?", number)[0][0])

    def in_order(self) -> Iterator[tuple[int, T]]:
        """All things with their numbers, by their places."""
        self._rows("CREATE INDEX IF NOT EXISTS places ON things (place)")
        page = "SELECT place, number, data FROM things WHERE (place, number) > (?, ?) ORDER BY place, number LIMIT ?"
        last: tuple[bytes, int] = b"", 0
        while rows := self._rows(page, *last, _PAGE):  # no statement is under way while somebody else has the turn
            yield from ((number, self._thing(data)) for _, number, data in rows)
            last = rows[-1][:2]

    def sharing(self) -> list[int]:
        """The numbers of the things that have a label in common with another one."""
        several = "SELECT label FROM labels GROUP BY label HAVING count(*) > 1"
        return [number for (number,) in self._rows(f"SELECT DISTINCT number FROM labels WHERE label IN ({several})")]  # noqa: S608 - no value in it

    def under(self, label: str, most: int) -> list[T]:
        """The first things that bear a label, so many at most."""
        return self._labelled("ASC", label, most)

    def last(self, label: str) -> T | None:
        """The last thing that bears a label."""
        found = self._labelled("DESC", label, 1)
        return found[0] if found else None

    def _labelled(self, order: str, label: str, most: int) -> list[T]:
        found = f"SELECT data FROM labels JOIN things USING (number) WHERE label = ? ORDER BY number {order} LIMIT ?"  # noqa: S608 - nor here
        return [self._thing(data) for (data,) in self._rows(found, _digest(label), most)]

    def _rows(self, query: str, *values: Any) -> list[Any]:
        with _faults_of_files():
            return self._database.execute(query, values).fetchall()

    def _thing(self, data: bytes) -> T:
        thing: T = pickle.loads(data)  # noqa: S301 - this process wrote it, into a file that no other can open
        return thing


def _digest(label: str) -> bytes:
    """What stands for a label, which may be as long as whoever sent it likes."""
    return blake2b(label.encode("utf-8", "surrogatepass"), digest_size=16).digest()


@contextmanager
def _faults_of_files() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(
            f"temporary files cannot be written ({error}): free some space, or set SQLITE_TMPDIR to another folder"
        ) from error
