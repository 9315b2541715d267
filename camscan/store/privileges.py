"""What this user may not do in a store that is a file, and who may do more than needed in one on a server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, text

from camscan.errors import StoreError
from camscan.store.engine import existing_file, open_database

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
