"""From the event loop to the store: a bounded queue, batches, one thread."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TypeAlias

from camscan.errors import StoreError
from camscan.records import LedgerEntry, Observation
from camscan.store.store import Store
from camscan.system.exhaustion import shortage

BATCH_ROWS = 500
BATCH_SECONDS = 0.5
"""A batch is stored when it is full or this old: with a commit a row the disk, not the network, would set the pace."""
BATCH_BYTES = 1024 * 1024
"""Raw bytes in a batch; together with the queue this bounds what a scan of hostile devices can hold in memory."""
QUEUE_ROWS = 256
"""Rows that may wait while a batch is being stored; then `put` waits, and the scan slows down to the disk's pace."""

_Row: TypeAlias = Observation | LedgerEntry


def one_thread() -> ThreadPoolExecutor:
    """The thread of one or more writers."""
    return ThreadPoolExecutor(1, thread_name_prefix="camscan-store")


class Writer:
    """Stores the rows of one scan in the order in which they are put, without ever blocking the event loop.

    A row that `put` took is stored within about `BATCH_SECONDS`; after `close` all are, or it raises. Since a batch is
    one transaction and order is kept, a target whose ledger entry is put last is never covered without its
    observations.
    Make a writer inside the running loop, and close it after the last `put` has returned. Those of several scans at one
    time share a `thread` (`one_thread`), since the store takes one transaction after the other, and the rows `waiting`.
    """

    def __init__(
        self, store: Store, scan_id: str, thread: ThreadPoolExecutor | None = None, waiting: int | None = None
    ) -> None:
        self._store = store
        self._scan_id = scan_id
        self._queue: asyncio.Queue[_Row | None] = asyncio.Queue(waiting or QUEUE_ROWS)
        self._thread, self._has_own = thread or one_thread(), thread is None
        self._error: StoreError | None = None
        self._closed = False
        self.stored = 0  # rows that are on the disk
        self.lost = 0  # rows that were put and could not be stored
        self._task = asyncio.get_running_loop().create_task(self._drain())

    async def put(self, row: _Row) -> None:
        """Hand over an observation or a ledger entry; waits while the queue is full.

        Raises StoreError if an earlier batch could not be stored, so the scan should stop; or the writer is closed.
        """
        if self._closed:
            raise StoreError(f"the writer of scan {self._scan_id} is closed: open another")
        if self._error is None:
            await self._queue.put(row)
        else:
            self.lost += 1
        if self._error is not None:
            raise self._error

    put_ledger = put

    async def close(self) -> None:
        """Store what is left and end the thread. Raises StoreError, with their count, if rows could not be stored."""
        if not self._closed:
            self._closed = True
            await self._queue.put(None)
        await self._task
        if self._has_own:
            self._thread.shutdown()
        if self._error:
            raise StoreError(
                f"{self._error} ({self.lost} rows of scan {self._scan_id} were not stored)"
            ) from self._error

    async def _drain(self) -> None:
        """Store batch after batch; after an error empty the queue all the same, or those who wait to put would hang."""
        more = True
        while more:
            rows, more = await self._batch()
            stored = 0
            if self._error is None and rows:
                stored = await self._save(rows)
            self.stored += stored
            self.lost += len(rows) - stored

    async def _batch(self) -> tuple[list[_Row], bool]:
        """The next rows, and whether more may follow."""
        rows: list[_Row] = []
        size = 0
        try:
            deadline: float | None = None
            while len(rows) < BATCH_ROWS and size < BATCH_BYTES:
                async with asyncio.timeout_at(deadline):
                    row = await self._queue.get()
                if row is None:
                    return rows, False
                rows.append(row)
                size += len(row.raw) if isinstance(row, Observation) else 0
                deadline = deadline or asyncio.get_running_loop().time() + BATCH_SECONDS
        except TimeoutError:
            pass
        return rows, True

    async def _save(self, rows: list[_Row]) -> int:
        seen = [row for row in rows if isinstance(row, Observation)]
        entries = [row for row in rows if isinstance(row, LedgerEntry)]
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._thread, self._store.append, self._scan_id, seen, entries)
        except StoreError as error:
            self._error = error
        except Exception as error:  # a fault of ours must reach `put` as well, not hang it
            what = shortage(error) or f"the store failed ({error!r}): report it as a bug of camscan"
            self._error = StoreError(f"{self._store.where}: {what}")
        return 0
