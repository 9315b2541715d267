"""Whether a store is sound, asked without changing it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Row, Select, Table, literal, select

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
