"""Bringing a database to today's schema: the numbered steps in `migrations/`, all in one transaction.

Alembic runs the steps and keeps the number of the last in `alembic_version`. It takes a third of a second to import,
and 11 MiB for as long as the process lives, so it is imported only where a step is due: an empty database gets today's
tables straight away.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, PrimaryKeyConstraint, String, Table, inspect, select

from camscan.errors import StoreError
from camscan.store.engine import Database
from camscan.store.schema import REVISION, metadata, scans

STEPS = Path(__file__).parent / "migrations"

_version = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
"""As Alembic makes it."""

TABLES = (*metadata.tables, _version.name)  # all that a store has


def migrate(database: Database) -> None:
    """Take the steps that the database lacks. Cut off at any point, it is as it was before.

    Raises StoreError if a camscan of a schema that is not known wrote it, another program did, or it cannot be written.
    """
    with database.reading() as connection:
        if _revision(connection, database.where) == REVISION:
            return
    with database.alone() as connection:
        found = _revision(connection, database.where)  # again: another process may have been quicker
        if found is None:
            _make(connection)
        elif found != REVISION:
            _run(connection, found)


def pending(database: Database) -> str:
    """What is to be done for the schema to be today's; nothing where it is. Raises StoreError as `migrate`."""
    with database.reading() as connection:
        found = _revision(connection, database.where)
    if found == REVISION:
        return ""
    return f"it has schema {found or 'none'} of {REVISION}: any command that opens it brings it up to date"


def _revision(connection: Connection, where: str) -> str | None:
    """The number of the last step that was taken; None in an empty database."""
    tables = inspect(connection).get_table_names()
    if not tables:
        return None
    if not {_version.name, scans.name} <= set(tables):
        raise StoreError(f"{where} is the database of another program: choose another")
    found = connection.scalar(select(_version.c.version_num))
    if found is None or found > REVISION:
        raise StoreError(
            f"{where} has schema {found}, which this camscan does not know (its own is {REVISION}): it was written by "
            "a newer one, or by one from before the first release: update camscan, or name another file"
        )
    return str(found)


def _make(connection: Connection) -> None:
    """Make today's tables, which are those of the first release after all steps, in a database that has none."""
    metadata.create_all(connection, checkfirst=False)
    _version.create(connection, checkfirst=False)
    connection.execute(_version.insert().values(version_num=REVISION))


def _run(connection: Connection, found: str) -> None:
    from alembic.operations import Operations  # noqa: PLC0415 - see the module's docstring
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    steps = ScriptDirectory(STEPS, version_locations=[STEPS])
    context = MigrationContext.configure(connection)
    due = list(steps.iterate_revisions(REVISION, found))
    with Operations.context(context):
        for step in reversed(due):
            step.module.upgrade()
    context.stamp(steps, REVISION)
