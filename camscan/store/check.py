"""Whether a store is sound, asked without changing it."""

from __future__ import annotations

from pathlib import Path

from camscan.errors import StoreError
from camscan.store import sqlitefile
from camscan.store.engine import existing_file, open_database
from camscan.store.migrate import pending


def faults(target: str | Path | None) -> tuple[str, list[str]]:
    """The name of a store, and what is wrong with it, each with what to do.

    Raises:
        StoreError: it is not there, or cannot be read at all.
    """
    file = existing_file(target)
    found = list(sqlitefile.faults(file)) if file else []
    database = open_database(target)
    try:
        if not found and (due := pending(database)):
            found.append(due)
    except StoreError as error:
        found.append(str(error).removeprefix(f"{database.where} "))
    finally:
        database.close()
    return database.where, found
