"""What holds for a PostgreSQL server alone: how it is reached, and what its errors mean. See also `sessionlocks`."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeAlias

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from camscan.errors import brought_by

BACKEND = "postgresql"
DRIVER = brought_by("postgresql")  # what brings the driver

PATIENCE = 30.0  # seconds for which a server that was there before is waited for: as long as a restart takes
_PAUSE = 0.2
NAMESPACE = 0x63616D73
"""First key of the advisory locks of camscan ("cams"); the second is the number of a scan, 0 for the tables
and the register."""
_MAKE = text("SELECT pg_advisory_xact_lock(:space, 0)")
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


def run_transaction(connect: Callable[[], Connection], first: Callable[[], None], work: Work) -> None:
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


def lock_exclusively(connection: Connection) -> None:
    """Let nobody else make or alter the tables, or change the register, until the transaction has ended."""
    connection.execute(_MAKE, {"space": NAMESPACE})


def meaning(error: BaseException | None) -> str | None:
    """What an error of the server means, with a remedy; None where only its own words tell."""
    state = getattr(error, "sqlstate", None)
    said = next((words for code, words in _MEANINGS if code == state), None)
    if said is None and type(error).__name__ == "OperationalError" and state is None:
        first = next(iter(str(error).strip().splitlines()), "no reason is given")
        return f"cannot be reached: {first}: check that the server runs, and the URL; what was stored is kept"
    return said
