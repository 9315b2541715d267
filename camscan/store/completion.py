"""What a shell completes from a store in a file: read without SQLAlchemy, and nothing is written.

Of a store that is missing, damaged, locked or of another program, nothing is completed.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

from camscan.store.text import escape, unescape

_SECONDS = 0.2  # how long to wait for another process's commit
_STEPS = 5_000_000  # steps of SQLite's machine, some tenths of a second, after which a query is given up
_MOST = 100
_NEWEST = (
    "SELECT id, site FROM scans WHERE substr(id, 1, ?) = ? "
    "ORDER BY max(started_at, coalesce(finished_at, started_at)) DESC, number DESC LIMIT ?"
)
"""In the order of all lists of scans, which is that of their ends."""


def scan_ids(file: Path, beginning: str) -> list[tuple[str, str]]:
    """The ids of the newest scans that begin so, each with the site of the scan, which may be empty."""
    start = escape(beginning)
    rows = _rows(file, _NEWEST, (len(start), start, _MOST))
    return [(unescape(str(name)), unescape(str(site or ""))) for name, site in rows]


def site_names(file: Path) -> list[str]:
    """The names of sites that scans are of."""
    rows = _rows(file, "SELECT DISTINCT site FROM scans WHERE site IS NOT NULL ORDER BY site LIMIT ?", (_MOST,))
    return [unescape(str(name)) for (name,) in rows]


def _rows(file: Path, query: str, values: tuple[object, ...]) -> list[Any]:
    try:
        url = f"file:{quote(str(file.absolute()))}?mode=ro"
        with closing(sqlite3.connect(url, timeout=_SECONDS, uri=True)) as connection:
            connection.set_progress_handler(lambda: 1, _STEPS)
            return connection.execute(query, values).fetchall()
    except (sqlite3.Error, OSError):
        return []
