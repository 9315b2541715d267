"""Stores and records for the tests of this folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.postgres import Postgres, postgres

from camscan.records import LedgerEntry, Observation, Outcome, Scan
from camscan.store import Store

NOON = datetime(2026, 10, 1, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the store of a test lies."""
    return tmp_path / "camscan.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    """An empty store."""
    with Store.open(path) as opened:
        yield opened


@pytest.fixture
def new_scan() -> Callable[[str], Scan]:
    """Scans that differ in their id alone."""
    return lambda name: Scan(id=name, started_at=NOON, targets=("10.0.0.0/24",), channels=("wsd", "http"))


@pytest.fixture
def seen() -> Callable[..., Observation]:
    """Observations of a web server."""

    def build(target: str, fields: Mapping[str, tuple[str, ...]] | None = None, raw: bytes = b"") -> Observation:
        return Observation(target, "http", Outcome.ANSWERED, NOON, 80, "GET /", fields or {}, raw)

    return build


@pytest.fixture
def silent() -> Callable[[str], LedgerEntry]:
    """Ledger entries of targets that said nothing."""
    return lambda target: LedgerEntry(target, {"wsd": Outcome.SILENT, "http": Outcome.SILENT})


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres() as started:
        yield started


@pytest.fixture
def url(server: Postgres) -> Iterator[str]:
    """An empty database."""
    with server.database() as named:
        yield named
