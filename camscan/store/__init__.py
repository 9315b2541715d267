"""The only SQL: scans, append-only observations and the coverage ledger, in SQLite or on a database server.

`Store` is synchronous, `Writer` feeds it from an event loop. They are loaded when they are first asked for: SQLAlchemy
takes a quarter of a second, and much that stands beside it here needs none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from camscan.store.store import Store
    from camscan.store.writer import Writer

__all__ = ["Store", "Writer"]


def __getattr__(name: str) -> Any:
    if name == "Store":
        from camscan.store.store import Store  # noqa: PLC0415 - see above

        return Store
    if name == "Writer":
        from camscan.store.writer import Writer  # noqa: PLC0415 - see above

        return Writer
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
