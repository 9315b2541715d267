"""Whether a store is sound, and who may do what in it, asked without changing it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, literal, select, text

from camscan.errors import DamageError, StoreError
from camscan.records import ScanStatus
from camscan.store import sqlitefile
from camscan.store.engine import Database, existing_file, open_database
from camscan.store.migrate import pending
from camscan.store.outbox import to_message
from camscan.store.registered import to_change, to_mark
from camscan.store.registered import to_entry as to_device
from camscan.store.rows import to_entry, to_scan, to_stored
from camscan.store.schema import (
    ledger,
    memories,
    observations,
    outbox,
    register,
    register_tracks,
    registered,
    scans,
    states,
    statuses,
)
from camscan.store.text import unescape

_AT_ONCE = 200  # rows in memory: an observation may hold 100 KB


def faults(target: str | Path | None) -> tuple[str, list[str]]:
    """The name of a store, and what is wrong with it, with remedies. Raises StoreError if it cannot be read at all."""
    file = existing_file(target)
    found = list(sqlitefile.faults(file)) if file else []
    database = open_database(target)
    try:
        if not found and (due := pending(database)):
            found.append(due)
        elif not found:
            found += islice(_damaged(database), sqlitefile.MOST_FAULTS)
    except StoreError as error:
        found.append(str(error).removeprefix(f"{database.where} "))
    finally:
        database.close()
    return database.where, found


def _damaged(database: Database) -> Iterator[str]:
    """What rows hold that camscan does not write; not of what is derived again where it does not hold."""
    for table, query, make in _READERS:
        for row in _rows(database, table, query):
            try:
                database.opened(table, row, make)
            except DamageError as error:
                yield str(error).removeprefix(f"{database.where}: ")


def _rows(database: Database, table: Table, query: Select[Any]) -> Iterator[Row[Any]]:
    """The rows of a table; of what scans hold, those of one scan at a time: a commit waits until these are read."""
    parts = [query]
    if table in (observations, ledger):
        with database.reading() as connection:
            parts = [query.where(table.c.scan == number) for number in connection.scalars(select(scans.c.number))]
    for part in parts:
        with database.reading() as connection:
            yield from connection.execution_options(yield_per=_AT_ONCE).execute(part)


def _json(row: Row[Any]) -> None:
    json.loads(unescape(row.text))


_READERS: tuple[tuple[Table, Select[Any], Callable[[Row[Any]], object]], ...] = (
    (scans, select(scans), lambda row: to_scan(row, ScanStatus(row.status))),
    (observations, select(observations), to_stored),
    (ledger, select(ledger), to_entry),
    (memories, select(memories), _json),
    (statuses, select(statuses), _json),
    (outbox, select(outbox), to_message),
    (states, select(states), to_change),
    (register, select(register, literal("").label("text")), partial(to_device, store="")),
    (register_tracks, select(register_tracks), _json),
    (registered, select(registered), to_mark),
)


_RIGHTS = text(
    "SELECT rolname, current_schema(), has_schema_privilege('public', current_schema(), 'CREATE'),"
    " rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls FROM pg_roles WHERE rolname = current_user"
)
_TOO_MUCH = ("is a superuser", "may create roles", "may create databases", "may replicate", "may bypass row security")
"""What the last five of these mean."""


def excess_privileges(target: str) -> tuple[str, ...] | None:
    """A sentence with a remedy for each right too many; None where the store is a file.

    Raises StoreError if it is not there, cannot be opened, or is a file that may only be read.
    """
    file = existing_file(target)
    with closing(open_database(target)) as database, database.reading() as connection:
        if file is None:
            return tuple(_excess_privileges(connection))
    _check_writable(file)
    return None


def _check_writable(file: Path) -> None:
    # SQLite itself would not say so before something is written: it opens such a file for reading.
    if not all(os.access(path, os.W_OK) for path in (file, file.absolute().parent)):
        raise StoreError(f"{file} can be read, but not written: check the rights of the file and of its folder")


def _excess_privileges(connection: Connection) -> Iterator[str]:
    role, schema, open_to_all, *rights = connection.execute(_RIGHTS).one()
    if found := [words for right, words in zip(rights, _TOO_MUCH, strict=True) if right]:
        yield f"the role {role} {', '.join(found)}: let camscan use one that owns its database, and no more"
    if open_to_all:
        yield (
            f"every role may create functions in the schema {schema}, in the place of the server's own:"
            f" REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC"
        )
