"""The tables are what the migrations make, and what PostgreSQL takes as well."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Table, create_engine, inspect
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from camscan.store.migrate import STEPS
from camscan.store.schema import REVISION, ledger, metadata, observations, scans
from camscan.store.store import Store


def grow(path: Path) -> None:
    """Make a store of the first release, and have it take every step."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(Path(__file__).with_name("schema-0001.sql").read_text(encoding="utf-8"))
    Store.open(path).close()


def test_migrations_make_these_tables(path: Path) -> None:
    grow(path)
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata) == []
    engine.dispose()


def test_a_new_store_is_one_that_has_taken_every_step(path: Path, tmp_path: Path) -> None:
    Store.open(path).close()
    grow(tmp_path / "steps.db")
    new, grown = shape(path), shape(tmp_path / "steps.db")
    assert new.keys() == {"alembic_version", *metadata.tables}
    assert new == grown


def shape(path: Path) -> dict[str, list[str]]:
    """All that a store's tables are made of, by table."""
    engine = create_engine(f"sqlite:///{path}")
    found = inspect(engine)
    parts = (
        found.get_columns,
        found.get_pk_constraint,
        found.get_foreign_keys,
        found.get_unique_constraints,
        found.get_indexes,
    )
    shapes = {table: [repr(part(table)) for part in parts] for table in found.get_table_names()}
    engine.dispose()
    return shapes


def test_steps_are_numbered_without_a_gap() -> None:
    steps = ScriptDirectory(STEPS, version_locations=[STEPS])
    numbers = [step.revision for step in steps.walk_revisions()]
    assert numbers == [f"{number:04}" for number in range(len(numbers), 0, -1)]
    assert numbers[0] == REVISION
    files = [Path(step.path).name[:6] for step in steps.walk_revisions()]
    assert files == [f"m{number}_" for number in numbers]


@pytest.mark.parametrize(
    ("table", "line"),
    [
        (scans, "number SERIAL NOT NULL"),
        (observations, "sequence BIGSERIAL NOT NULL"),
        (observations, "raw BYTEA NOT NULL"),
        (ledger, "PRIMARY KEY (scan, target)"),
    ],
)
def test_postgresql_form(table: Table, line: str) -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy gives it no types
    assert line in str(CreateTable(table).compile(dialect=dialect))
