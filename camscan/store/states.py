"""What people said of devices: it is added to, and never changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from sqlalchemy import Connection, insert, select

from camscan.store.engine import Database
from camscan.store.register import in_pages, show
from camscan.store.registered import Entry, change_values, to_change
from camscan.store.rows import insert_row
from camscan.store.schema import state_keys, states
from camscan.store.text import escape
from camscan.summaries import StateChange


class States:
    """The states that people gave to devices, of one store; every method is one transaction.

    Every method raises StoreError where the database cannot be read or written.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, change: StateChange, keys: Collection[str], entry: Entry) -> None:
        """Append what was said of a device, and let the register show it."""
        with self._database.alone() as connection:
            _append(connection, change, keys)
            show(connection, replace(entry, state=change.state, state_at=change.at))

    def add(self, said: Iterable[tuple[StateChange, Collection[str]]]) -> None:
        """Append what was said elsewhere, each with the keys of its device; the register does not show it yet."""
        with self._database.alone() as connection:
            for change, keys in said:
                _append(connection, change, keys)

    def changes(self, site: str | None = None) -> tuple[StateChange, ...]:
        """Everything that was ever said, of a site where it is named, the oldest first."""
        query = select(states).order_by(states.c.at, states.c.number)
        if site is not None:
            query = query.where(states.c.site == escape(site))
        with self._database.reading() as connection:
            return tuple(self._database.whole(states, connection.execute(query).all(), to_change))

    def has_no_changes(self) -> bool:
        """Whether nobody has ever said anything of a device."""
        with self._database.reading() as connection:
            return connection.scalar(select(states.c.number).limit(1)) is None

    def changes_of(self, keys: Iterable[str]) -> tuple[StateChange, ...]:
        """What was ever said of devices with one of these keys, at whichever site; the oldest first."""
        found: dict[int, StateChange] = {}
        with self._database.reading() as connection:
            for page in in_pages(keys):
                joined = select(states).join(state_keys).where(state_keys.c.key.in_(page)).distinct()
                said = self._database.whole(states, connection.execute(joined).all(), to_change)
                found.update((change.number, change) for change in said)
        return tuple(sorted(found.values(), key=lambda change: (change.at, change.number)))


def _append(connection: Connection, change: StateChange, keys: Collection[str]) -> None:
    made = insert_row(connection, states, change_values(change))
    connection.execute(insert(state_keys), [{"key": escape(key), "state": made} for key in set(keys)])
