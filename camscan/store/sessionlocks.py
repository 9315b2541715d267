"""Which scans and sites have a living process, on a PostgreSQL server: advisory locks, which end with their session."""

from __future__ import annotations

import threading
from contextlib import suppress

from sqlalchemy import Connection, TextClause, text
from sqlalchemy.exc import OperationalError

from camscan.errors import StoreError
from camscan.store.engine import Database
from camscan.store.server import NAMESPACE

_TAKE = text("SELECT pg_try_advisory_lock(:space, :number)")
_DROP = text("SELECT pg_advisory_unlock(:space, :number)")
_STILL_THERE = text("SELECT 1")
_HELD = text(
    "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = :space AND objid = :number"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
)


class SessionLocks:
    """Locks on the scans and sites of a database on a server, as `FileLocks` beside a file; they end with a session.

    So they end with the process, too, or with its network. A proxy that shares sessions out by transaction keeps none:
    connect to the server itself.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._session: Connection | None = None
        self._taken: set[int] = set()
        self._turn = threading.Lock()

    def acquire(self, number: int) -> bool:
        """See `ScanLocks.acquire`."""
        with self._turn:
            if number not in self._taken and self._ask(_TAKE, number):
                self._taken.add(number)
            return number in self._taken

    def is_held(self, number: int) -> bool:
        """See `ScanLocks.is_held`."""
        with self._turn:
            return self._ask(_HELD, number)

    def holder(self, _number: int) -> str:
        """See `ScanLocks.holder`."""
        return "another process, maybe on another host"

    def release(self, number: int) -> None:
        """See `ScanLocks.release`."""
        with self._turn:
            self._let_go(number)

    def renew(self) -> None:
        """See `ScanLocks.renew`: a server that was started anew knows of no lock."""
        with self._turn, self._database.errors():
            if not self._taken or self._is_there():
                return
            self._hang_up()
            if not all(self._ask(_TAKE, number) for number in self._taken):
                where = self._database.where
                why = f"{where} was away, and another process has taken the scan up meanwhile"
                raise StoreError(f"{why}: let that one end it")

    def close(self) -> None:
        """See `ScanLocks.close`."""
        with self._turn:
            for number in tuple(self._taken):  # else the server lets go of them only when it notices that we are gone
                self._let_go(number)
            self._hang_up()

    def _let_go(self, number: int) -> None:
        if number in self._taken:
            self._taken.discard(number)
            with suppress(StoreError):  # with its session the lock is gone as well
                self._ask(_DROP, number)

    def _is_there(self) -> bool:
        try:
            return self._session is not None and self._session.scalar(_STILL_THERE) == 1
        except OperationalError:
            return False

    def _hang_up(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None

    def _ask(self, what: TextClause, number: int) -> bool:
        with self._database.errors():
            if self._session is None:
                self._session = self._database.session()
            return bool(self._session.scalar(what, {"space": NAMESPACE, "number": number}))
