"""The only SQL: scans, append-only observations and the coverage ledger, in SQLite or on a database server.

`Store` is synchronous, `Writer` feeds it from an event loop. Importing this package imports SQLAlchemy, which takes a
quarter of a second: import it where it is used.
"""

from camscan.store.store import Store
from camscan.store.writer import Writer

__all__ = ["Store", "Writer"]
