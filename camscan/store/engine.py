"""Opens the database that the user names, and turns its errors into sentences with a remedy."""

from __future__ import annotations

import logging
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, Row, Table, create_engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from camscan.errors import DamageError, StoreError, on_os_error
from camscan.store import damage, server, sqlite
from camscan.store.damage import OnDamage
from camscan.system.userdirs import data_file

T = TypeVar("T")

_log = logging.getLogger(__name__)
_NEEDS_FILE = "a database in memory cannot be shared with a thread that writes: choose a file"
_URL = "postgresql://user@host/name"
_REMEDY = f"name a file, or a PostgreSQL database as {_URL}"


class Database:
    """One open database. `where` names it in messages, without a password; `file` is its file, where it has one.

    `on_damage` is what becomes of damaged rows, of which `left_out` counts those that were left out.
    """

    def __init__(self, url: URL) -> None:
        secret = [name for name in url.query if "password" in name.casefold()]
        self.where = url.difference_update_query(secret).render_as_string(hide_password=True)
        self.file: Path | None = None
        if url.get_backend_name() == "sqlite":
            if not url.database or url.database.startswith((":memory:", "file:")):
                raise StoreError(f"{self.where}: {_NEEDS_FILE}")
            self.file = Path(url.database)
            self.where = str(self.file)
            sqlite.check_journal(self.file)
            sqlite.create_file(self.file)
        self.on_damage, self.left_out = OnDamage.DEFAULT, 0
        self._engine = _engine(url, self.where)
        if self.file:
            sqlite.prepare(self._engine)
        else:
            server.prepare()
        self._writing = self._engine.execution_options(**{sqlite.WRITES: True})
        self._was_there = False

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One transaction that only reads. Keep it short: a commit waits for it."""
        with self._transaction(self._engine) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction that writes: all of it is stored when the block has ended, or nothing."""
        with self._transaction(self._writing) as connection:
            yield connection

    def write(self, work: server.Work, first: Callable[[], None] = lambda: None) -> None:
        """Do the work, which only writes, as one transaction, and before it what comes first.

        Both are done again, and the work is told so, where a server goes away before it has confirmed the work.
        """
        if self.file is None:
            with self.errors():
                server.run_transaction(lambda: self._connected(self._writing), first, work)
            return
        first()
        with self.writing() as connection:
            work(connection, False)

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """A transaction that writes, while nobody else alters the tables or the register: what it reads stays true."""
        with self.writing() as connection:
            if self.file is None:  # of SQLite, whoever writes is alone
                server.lock_exclusively(connection)
            yield connection

    def session(self) -> Connection:
        """A connection apart from the transactions, for what lasts as long as it is not closed."""
        connection = self._connected(self._engine).execution_options(isolation_level="AUTOCOMMIT")
        connection.detach()
        return connection

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Tell an error of the database as a StoreError."""
        try:
            yield
        except (SQLAlchemyError, UnicodeDecodeError) as error:
            cause = error.orig if isinstance(error, DBAPIError) else error
            told = (sqlite if self.file else server).meaning(cause)
            told = told or f"cannot be used: {str(cause).strip().splitlines()[0]}: check the database"
            raise StoreError(f"{self.where} {told}") from error

    @contextmanager
    def _transaction(self, engine: Engine) -> Iterator[Connection]:
        with self.errors(), self._connected(engine) as connection, connection.begin():
            yield connection

    def _connected(self, engine: Engine) -> Connection:
        if self.file is None:
            connection = server.connect(engine, patient=self._was_there)
            self._was_there = True
            return connection
        return engine.connect()

    def opened(self, table: Table, row: Row[Any], make: Callable[[Any], T]) -> T:
        """The record that `make` makes of a row; DamageError where it makes none."""
        return damage.opened(self.where, table, row, make)

    def whole(self, table: Table, rows: Iterable[Row[Any]], make: Callable[[Any], T]) -> Iterator[T]:
        """The records of rows; one of which none can be made is told and left out, unless `on_damage` is to raise."""
        for row in rows:
            try:
                yield self.opened(table, row, make)
            except DamageError as error:
                if self.on_damage is OnDamage.RAISE:
                    raise
                self.left_out += 1
                _log.warning("left out: %s", error)

    def close(self) -> None:
        """Give every connection back."""
        self._engine.dispose()


def open_database(target: str | Path | None) -> Database:
    """Open a file, an SQLAlchemy URL or, for None, the user's own database; a file that is missing is made.

    Raises StoreError if it cannot be opened or made.
    """
    if target is None:
        folder = _default_file().parent
        with on_os_error(StoreError, f"{folder} cannot be created", "choose a database with --db"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Database(_url(target))


def existing_file(target: str | Path | None) -> Path | None:
    """The file of what `open_database` would open; None where that is on a server.

    Raises StoreError if there is no such file, or what was named is no database.
    """
    if missing := missing_file(target):
        if missing.is_dir():
            raise StoreError(f"{missing} is a folder: name a file in it, such as {missing / 'camscan.db'}")
        raise StoreError(f"there is no store {missing}: choose one with --db, or create one with `camscan scan`")
    url = _url(target)
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def missing_file(target: str | Path | None) -> Path | None:
    """The file that `open_database` would make, else None. Raises StoreError if this user may not look there."""
    url = _url(target)
    file = Path(url.database or "")
    try:
        if url.get_backend_name() != "sqlite" or stat.S_ISREG(file.stat().st_mode):
            return None
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as error:
        what = f"{file} cannot be looked at: {error.strerror}"
        raise StoreError(f"{what}: check the permissions of its folder, or choose another with --db") from error
    return file


def _url(target: str | Path | None) -> URL:
    if isinstance(target, str) and "://" in target:
        try:
            url = make_url(target)
        except (ArgumentError, ValueError) as error:
            raise StoreError(f"the database URL cannot be read: write it as {_URL}") from error
        if "@" in (url.host or ""):  # what stands before it is a part of the password, and is to be shown nowhere
            raise StoreError("the database URL cannot be read: it has a second @: write that in the password as %40")
        return url
    file = _default_file() if target is None else Path(target)
    try:
        str(file.absolute()).encode()
    except UnicodeEncodeError as error:
        raise StoreError(
            f"{file.absolute()} is not a name in UTF-8, as SQLite requires: choose another file"
        ) from error
    return URL.create("sqlite", database=str(file))


def _default_file() -> Path:
    return data_file("camscan.db")


def _engine(url: URL, where: str) -> Engine:
    backend = url.get_backend_name()
    try:
        if backend in ("sqlite", server.BACKEND):
            return create_engine(url, pool_pre_ping=backend == server.BACKEND)
    except ImportError as error:
        raise StoreError(f"{where} cannot be opened: {error}: run {server.DRIVER}") from error
    except ArgumentError as error:
        raise StoreError(f"{where} cannot be opened: {error}: {_REMEDY}") from error
    raise StoreError(f"{where} cannot be opened: {_REMEDY}")
