"""Stores as older versions of camscan have left them, and what stores ask of their databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event

from camscan.store import migrate


def of_schema(path: Path, revision: str) -> None:
    """Make an empty store by the steps up to this one."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        migrate._run(connection, None, revision)
    engine.dispose()


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
