"""What holds for SQLite alone: how its connections are prepared, and what its errors mean. No other module knows it.

The journal is a rollback journal on every version of SQLite. Write-ahead logging would let readers go on during a
commit, but in 3.7.0 to 3.51.2 (all but the backports 3.44.6 and 3.50.7) two connections can corrupt the database
(https://sqlite.org/wal.html#walresetbug), and the store reads in pages so short that a commit hardly waits for one.
With `synchronous=FULL` a truncated journal is synced too, so a commit that was reported survives a power cut.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Collection
from contextlib import suppress
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, Engine, event

from camscan.errors import StoreError, on_os_error

BUSY_SECONDS = 30.0
"""How long to wait for another process's commit; one takes milliseconds, so half a minute means that one hangs."""

WRITES = "camscan_writes"  # execution option of an engine whose transactions will write

_SUPER_JOURNAL = bytes.fromhex("d9d505f920a163d7")
"""What a journal ends with that names another file: its super-journal (readSuperJournal in SQLite's pager.c)."""

_STRANGE = (
    "SELECT type || ' ' || name FROM sqlite_master WHERE lower(tbl_name) IN ({tables}) "
    "AND (type NOT IN ('table', 'index') OR sql LIKE 'CREATE VIRTUAL%') UNION ALL "
    "SELECT 'column ' || m.name || '.' || c.name FROM sqlite_master AS m, pragma_table_xinfo(m.name) AS c "
    "WHERE m.type = 'table' AND lower(m.name) IN ({tables}) AND m.sql NOT LIKE 'CREATE VIRTUAL%' AND c.hidden"
)
"""Finds what tables of camscan are not: views, virtual tables, generated columns; and triggers on them."""

PRAGMAS = ("journal_mode=TRUNCATE", "synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF")
"""What each connection is set up with."""

ERRORS = (sqlite3.Error, UnicodeDecodeError)
"""What the driver raises; the latter where an error names what it met in a damaged schema."""

_MEANINGS = (
    ("SQLITE_NOTADB", "is not a camscan database: choose another file, or move this one away"),
    ("SQLITE_CORRUPT", "is damaged: restore a copy of it, or move it away and scan again"),
    ("SQLITE_FULL", "cannot grow, its disk is full: free some space, then try again; what was stored is kept"),
    ("SQLITE_IOERR", "could not be written or read: check its disk and the free space; what was stored is kept"),
    ("SQLITE_BUSY", "has been locked by another program for {seconds:.0f} s: end that program, then try again"),
    ("SQLITE_READONLY", "may not be written: check the rights of the file and of its folder"),
    ("SQLITE_CANTOPEN", "cannot be opened: check that the folder exists and the rights of both"),
)


_NO_DESCRIPTOR = "too many files are open: raise the limit (ulimit -n, or the container's or service's), then try again"


def prepare(engine: Engine) -> None:
    """Make every connection of the engine safe, and every transaction a real one."""
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)


def create_file(path: Path) -> None:
    """Make an empty database file that only its owner may read, unless there is one.

    Raises StoreError if the folder is missing or may not be written.
    """
    remedy = "check its folder, or choose another with --db"
    with on_os_error(StoreError, f"{path} cannot be created", remedy), suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def check_journal(path: Path) -> None:
    """See that no journal lies beside a database for which SQLite, as it rolls it back, would delete another file.

    A journal of camscan names none: its transactions are on one database. One that came with a store may name any.
    Raises StoreError if one does.
    """
    journal = Path(f"{os.path.realpath(path)}-journal")
    if not journal.is_file():
        return
    with suppress(OSError), journal.open("rb") as file:  # where we may not read it, SQLite may not either
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - len(_SUPER_JOURNAL)))
        if file.read() == _SUPER_JOURNAL:
            raise StoreError(
                f"{journal} was not written by camscan: SQLite would delete the file that it names, so do not open "
                f"{path} until you know who made both"
            )


def check_schema(connection: Connection, tables: Collection[str], where: str) -> None:
    """See that in a database of others these are plain tables: what is computed as it is read may take all memory.

    Raises StoreError if something else bears one of the names, or would run as one is written to.
    """
    query = _STRANGE.format(tables=", ".join(f"'{name}'" for name in tables))
    if (found := connection.exec_driver_sql(query).first()) is not None:
        raise StoreError(
            f"{where} was not made by camscan: it has a {found[0]}, which may do anything when read, "
            "so do not open it until you know who made it"
        )


def meaning(error: BaseException | None) -> str | None:
    """What an error of the driver means for the user, as the rest of a sentence that begins with the file's name."""
    damaged = isinstance(error, UnicodeDecodeError)
    name = "SQLITE_CORRUPT" if damaged else getattr(error, "sqlite_errorname", "")
    if name.startswith("SQLITE_CANTOPEN") and _has_no_descriptor():
        return f"cannot be opened: {_NO_DESCRIPTOR}"
    texts = (text for prefix, text in _MEANINGS if name.startswith(prefix))
    return next(texts, "").format(seconds=BUSY_SECONDS) or None


def _has_no_descriptor() -> bool:
    """Whether no file at all can be opened, which SQLite tells no more of than that it could not open its own."""
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        return error.errno in {errno.EMFILE, errno.ENFILE}
    return False


def _set_up(connection: sqlite3.Connection, _record: object) -> None:
    # What is no UTF-8 is to be told by its row (`damage.opened`): the driver would only say that there is such a text.
    connection.text_factory = partial(str, encoding="utf-8", errors="surrogateescape")
    connection.isolation_level = None  # transactions are begun here (`_begin`), and not by the driver as it sees fit
    connection.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000:.0f}").close()
    is_new = connection.execute("PRAGMA page_count").fetchone() == (0,)
    # In a file that holds something the first would write, and wait for the disk, each time.
    for pragma in (*(("auto_vacuum=INCREMENTAL",) if is_new else ()), *PRAGMAS):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    # One that reads first and writes later cannot wait its turn: SQLite refuses it at once, to prevent a deadlock.
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
