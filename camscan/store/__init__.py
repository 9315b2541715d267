"""The only SQL: scans, append-only observations and the coverage ledger, in SQLite or on a database server.

`Store` is synchronous, `Writer` feeds it from an event loop. They are loaded when they are first asked for: SQLAlchemy
takes a quarter of a second, and much that stands beside it here needs none.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from camscan.store.store import Store
    from camscan.store.writer import Writer

__all__ = ["Store", "Writer"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(import_module(f"camscan.store.{name.lower()}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
