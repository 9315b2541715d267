"""What holds for a PostgreSQL server alone: its locks, and what its errors mean. No other module knows it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, TypeAlias

from sqlalchemy import Connection, Engine, TextClause, text
from sqlalchemy.exc import DBAPIError, OperationalError

from camscan.errors import StoreError

if TYPE_CHECKING:
    from camscan.store.engine import Database

BACKEND = "postgresql"
DRIVER = "pip install 'camscan[postgresql]'"
"""What brings the driver."""

PATIENCE = 30.0
"""Seconds for which a server that was there before is waited for: as long as a restart takes."""
_PAUSE = 0.2
_NAMESPACE = 0x63616D73
"""First key of the advisory locks of camscan ("cams"); the second is the number of a scan, 0 for the tables."""
_MAKE = text("SELECT pg_advisory_xact_lock(:space, 0)")
_TAKE = text("SELECT pg_try_advisory_lock(:space, :number)")
_DROP = text("SELECT pg_advisory_unlock(:space, :number)")
_STILL_THERE = text("SELECT 1")
_HELD = text(
    "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = :space AND objid = :number"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
)
_MEANINGS = (
    ("53100", "cannot grow, the disk of its server is full: free some space there; what was stored is kept"),
    ("42501", "may not be used so by this user: let it own the database, or grant it CREATE on its schema"),
    ("25006", "takes no writes (a standby, or set to read only): name the primary server"),
)

Work: TypeAlias = Callable[[Connection, bool], object]
"""What is to be written, and whether it may be there already: a server that went away said nothing of its commit."""


def prepare() -> None:
    """Keep what the driver has to say of a lost connection out of the way of our own message."""
    logging.getLogger("psycopg").setLevel(logging.ERROR)


def connect(engine: Engine, *, patient: bool) -> Connection:
    """A connection that has just been seen to work; where `patient`, a server that restarts is waited for."""
    until = time.monotonic() + (PATIENCE if patient else 0)
    while True:
        try:
            return engine.connect()
        except OperationalError:
            if time.monotonic() >= until:
                raise
            time.sleep(_PAUSE)


def carry_out(connect: Callable[[], Connection], first: Callable[[], None], work: Work) -> None:
    """Do the work as one transaction, and what comes first: again where the server goes away meanwhile."""
    until = time.monotonic() + PATIENCE
    again = False
    while True:
        try:
            first()
            with connect() as connection, connection.begin():
                work(connection, again)
                return
        except DBAPIError as error:
            if not error.connection_invalidated or time.monotonic() > until:
                raise
        again = True


def make_alone(connection: Connection) -> None:
    """Let nobody else make or alter the tables until the transaction has ended."""
    connection.execute(_MAKE, {"space": _NAMESPACE})


def meaning(error: BaseException | None) -> str | None:
    """What an error of the server means, with a remedy; None where only its own words tell."""
    state = getattr(error, "sqlstate", None)
    said = next((words for code, words in _MEANINGS if code == state), None)
    if said is None and type(error).__name__ == "OperationalError" and state is None:
        first = str(error).strip().splitlines()[0]
        return f"cannot be reached: {first}: check that the server runs, and the URL; what was stored is kept"
    return said


class SessionLocks:
    """Claims on the scans of a database on a server, as `FileLocks` are beside a file: locks that end with a session.

    So they end with the process, too, or with its network. A proxy that shares sessions out by transaction keeps none:
    connect to the server itself.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._session: Connection | None = None
        self._taken: set[int] = set()
        self._turn = threading.Lock()

    def take(self, number: int) -> bool:
        """See `Claims.take`."""
        with self._turn:
            if number not in self._taken and self._ask(_TAKE, number):
                self._taken.add(number)
            return number in self._taken

    def held(self, number: int) -> bool:
        """See `Claims.held`."""
        with self._turn:
            return self._ask(_HELD, number)

    def drop(self, number: int) -> None:
        """See `Claims.drop`."""
        with self._turn:
            self._let_go(number)

    def renew(self) -> None:
        """See `Claims.renew`: a server that was started anew knows of no lock."""
        with self._turn, self._database.errors():
            if not self._taken or self._is_there():
                return
            self._hang_up()
            if not all(self._ask(_TAKE, number) for number in self._taken):
                where = self._database.where
                raise StoreError(f"{where} was away, and another process has taken the scan up meanwhile")

    def close(self) -> None:
        """See `Claims.close`."""
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
            return bool(self._session.scalar(what, {"space": _NAMESPACE, "number": number}))
