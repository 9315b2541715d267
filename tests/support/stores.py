"""Stores as older versions of camscan have left them."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import create_engine

from camscan.store import migrate


def of_schema(path: Path, revision: str) -> None:
    """Make an empty store by the steps up to this one."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        migrate._run(connection, None, revision)
    engine.dispose()
