"""A SQLite database as a file: a copy of it while it is written to, its faults, and its free space given back."""

from __future__ import annotations

import os
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from camscan.errors import StoreError, on_os_error
from camscan.store.sqlite import BUSY_SECONDS, ERRORS, check_journal, meaning

_PAGES = 2_000  # pages that are copied at once: 8 MB, for which a commit has to wait
_PAUSE = 0.02
_RESTARTS = 3
"""A commit by another process starts the copy anew. After so many, the rest is copied at once and the writer waits."""
MOST_FAULTS = 20  # told at once; where there are more, the file is to be replaced
_SHRUNK_AT_ONCE = 4_000
_INCREMENTAL = 2


def backup(file: Path, copy: Path) -> None:
    """Copy a database as it is at one moment; the copy appears under its name only once it is whole and on the disk.

    Raises StoreError if the database cannot be read, or the copy not written.
    """
    with on_os_error(StoreError, f"{copy} cannot be created", "create the folder, or choose another file"):
        handle, name = tempfile.mkstemp(prefix=f".{copy.name}.", dir=copy.parent)
        os.close(handle)
    part = Path(name)
    try:
        with closing(_connect(file)) as source, closing(sqlite3.connect(part)) as target:
            _copy(source, target)
        _sync(part)
        # What a killed process has left beside an older copy would be rolled back into this one.
        copy.with_name(f"{copy.name}-journal").unlink(missing_ok=True)
        part.replace(copy)
        _sync(copy.parent)
    except ERRORS as error:
        raise StoreError(f"{file} cannot be copied to {copy}: {meaning(error) or error}") from error
    except OSError as error:
        raise StoreError(f"{copy} cannot be written: {error.strerror}: choose another file") from error
    finally:
        part.unlink(missing_ok=True)


def faults(file: Path) -> Iterator[str]:
    """What is wrong inside a database, each with what to do. Raises StoreError if it cannot be read at all."""
    try:
        with closing(_connect(file)) as connection:
            for (text,) in connection.execute(f"PRAGMA integrity_check({MOST_FAULTS})"):
                if text != "ok":
                    yield f"{text}: restore a backup; `camscan db export` saves what can still be read"
            for table, row, other, _ in connection.execute("PRAGMA foreign_key_check").fetchmany(MOST_FAULTS):
                yield f"row {row} of {table} belongs to nothing in {other}: restore a backup, or delete that row"
    except ERRORS as error:
        raise StoreError(f"{file} {meaning(error) or f'cannot be checked: {error}'}") from error


def shrink(file: Path) -> int:
    """Give the space of deleted rows back to the disk, a little at a time, and say how many bytes.

    Raises StoreError if the file cannot be written, or one that was restored from a dump has no room for being written
    anew.
    """
    before = file.stat().st_size
    try:
        with closing(_connect(file)) as connection:
            if _value(connection, "auto_vacuum") == _INCREMENTAL:
                left = _value(connection, "freelist_count") + 1
                while left > (left := _value(connection, "freelist_count")):
                    # It takes a step for each page, and `execute` makes one: each page would be a transaction.
                    connection.executescript(f"PRAGMA incremental_vacuum({_SHRUNK_AT_ONCE})")
            else:
                connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
                connection.execute("VACUUM")
    except ERRORS as error:
        raise StoreError(f"{file} {meaning(error) or f'cannot be made smaller: {error}'}") from error
    return before - file.stat().st_size


def _connect(file: Path) -> sqlite3.Connection:
    check_journal(file)
    # Not read-only: what a killed process left half done has to be rolled back before anything is true.
    url = f"file:{quote(str(file.absolute()))}?mode=rw"
    return sqlite3.connect(url, uri=True, timeout=BUSY_SECONDS, isolation_level=None)


class _TooOftenError(Exception):
    """The copy was started anew too often."""


def _copy(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    restarts, before = 0, sys.maxsize

    def step(_status: int, left: int, _pages: int) -> None:
        nonlocal restarts, before
        restarts, before = restarts + (left > before), left
        if restarts > _RESTARTS:
            raise _TooOftenError

    try:
        source.backup(target, pages=_PAGES, progress=step, sleep=_PAUSE)
    except _TooOftenError:
        source.backup(target)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _value(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])
