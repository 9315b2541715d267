"""What the role of a PostgreSQL store, or anybody else, may do there that camscan does not need."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from sqlalchemy import Connection, text

from camscan.store.engine import existing_file, open_database

_RIGHTS = text(
    "SELECT rolname, current_schema(), has_schema_privilege('public', current_schema(), 'CREATE'),"
    " rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls FROM pg_roles WHERE rolname = current_user"
)
_TOO_MUCH = ("is a superuser", "may create roles", "may create databases", "may replicate", "may bypass row security")
"""What the last five of these mean."""


def excess_privileges(target: str) -> tuple[str, ...] | None:
    """A sentence with a remedy for each right too many; None where the store is a file.

    Raises:
        StoreError: it is not there, or cannot be reached.
    """
    if existing_file(target) is not None:
        return None
    with closing(open_database(target)) as database, database.reading() as connection:
        return tuple(_excess_privileges(connection))


def _excess_privileges(connection: Connection) -> Iterator[str]:
    role, schema, open_to_all, *rights = connection.execute(_RIGHTS).one()
    if found := [words for right, words in zip(rights, _TOO_MUCH, strict=True) if right]:
        yield f"the role {role} {', '.join(found)}: let camscan use one that owns its database, and no more"
    if open_to_all:
        yield (
            f"every role may create functions in the schema {schema}, in the place of the server's own:"
            f" REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC"
        )
