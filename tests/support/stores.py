"""What stores hold: scans that have ended, those of an older schema, and what is asked of their databases."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from camscan.records import LedgerEntry, Observation, Outcome, Scan, ScanStatus
from camscan.store import migrate
from camscan.store.store import Store

NOON = datetime(2026, 10, 1, 12, 0, 0, 123456, tzinfo=UTC)
_STEP = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "0001", "0000"


def upgrade():
    op.create_table("statuses", sa.Column("site", sa.Text(), primary_key=True), sa.Column("text", sa.Text()))
"""


def new_scan(name: str) -> Scan:
    """Scans that differ in their id alone."""
    return Scan(id=name, started_at=NOON, targets=("10.0.0.0/24",), channels=("wsd", "http"))


def seen(target: str, fields: Mapping[str, tuple[str, ...]] | None = None, raw: bytes = b"") -> Observation:
    """An observation of a web server."""
    return Observation(target, "http", Outcome.ANSWERED, NOON, 80, "GET /", fields or {}, raw)


def silent(target: str) -> LedgerEntry:
    """The ledger entry of a target that said nothing."""
    return LedgerEntry(target, {"wsd": Outcome.SILENT, "http": Outcome.SILENT})


def keep_scan(store: Store, scan: Scan, seen: Iterable[Observation] = (), entries: Iterable[LedgerEntry] = ()) -> Scan:
    """Store a scan that has ended: as it says, or else as soon as it began, and complete."""
    status = ScanStatus.COMPLETE if scan.status is ScanStatus.RUNNING else scan.status
    ended = replace(scan, status=status, finished_at=scan.finished_at or scan.started_at)
    store.begin(replace(scan, status=ScanStatus.RUNNING, finished_at=None))
    store.append(scan.id, list(seen), list(entries))
    store.finish(ended)
    return ended


def make_older(path: Path, steps: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take a table from a store, and have its schema be the one before the first, with a step that makes that table."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DROP TABLE statuses")
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
    (steps / "m0000_before.py").write_text('revision, down_revision = "0000", None\n')
    (steps / "m0001_statuses.py").write_text(_STEP)
    monkeypatch.setattr(migrate, "STEPS", steps)


@contextmanager
def statements() -> Iterator[list[tuple[str, Any]]]:
    """Every statement during the body with its parameters, of whichever database."""
    found: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        found.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)
