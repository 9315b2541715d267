"""A store that is merged into another one: it is read, and nothing of it is changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from camscan.errors import StoreError
from camscan.store.damage import OnDamage
from camscan.store.engine import missing_file, open_database
from camscan.store.locks import FileLocks
from camscan.store.merge import faults_of_store, known_scans, known_sites
from camscan.store.migrate import TABLES, pending
from camscan.store.sqlite import check_schema
from camscan.store.sqlitefile import backup
from camscan.store.store import Store


@contextmanager
def open_source(target: str) -> Iterator[Store]:
    """A store as it is, also while a sweep writes to it; one of an older schema as a copy that is brought up to date.

    Raises StoreError if it is not there, is none, or cannot be read.
    """
    if missing := missing_file(target):
        raise StoreError(f"there is no store {missing}: give the file of one")
    with ExitStack() as stack:
        database = open_database(target)
        stack.callback(database.close)
        if database.file is not None:
            with database.reading() as connection:
                check_schema(connection, TABLES, database.where)
        if not pending(database):
            yield _checked(Store(database))
            return
        if database.file is None:
            raise StoreError(f"{database.where} was written by an older camscan: run `camscan scans` on it first")
        copy = Path(stack.enter_context(TemporaryDirectory(prefix="camscan-"))) / database.file.name
        backup(database.file, copy)
        yield _checked(stack.enter_context(Store.open(copy, FileLocks(database.file), database.where)))


def _checked(store: Store) -> Store:
    """The store, once its scans and what people said there were seen to be readable.

    Raises StoreError if something there is not as camscan writes it.
    """
    store.set_on_damage(OnDamage.RAISE)
    with faults_of_store(store.where):
        known_sites(store)
        for _ in known_scans(store):
            pass
        if not all(change.names for change in store.states.changes()):
            raise ValueError("a statement is about no device")
        for _ in store.newest():
            pass
    return store
