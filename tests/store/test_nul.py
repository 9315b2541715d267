"""NUL, halves of pairs and backslashes in each text of each record: kept as they came, and in no column as they are.

PostgreSQL refuses NUL in text, and one row that is refused would cost its whole batch.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import fields, replace
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Text

from camscan.records import LedgerEntry, Observation, Outcome, Scan, ScanStatus, Vantage
from camscan.store.outbox import Message
from camscan.store.registered import Entry, Mark
from camscan.store.schema import metadata
from camscan.store.store import Store
from camscan.summaries import State, StateChange

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
ODD = ("\0", "a\0b", "\0\0", "\udcff", "\ud83d\ude00", "\\u0000", "\\", "';--\0")
OBSERVATION = Observation(
    "10.0.0.7",
    "http",
    Outcome.GARBLED,
    NOON,
    80,
    "GET /",
    {"http.title": ("x", "y"), "http.server": ("z",)},
    b"raw",
    "r",
)
LEDGER = LedgerEntry("10.0.0.7", {"http": Outcome.CRASHED}, {"http": "reason"})
SCAN = Scan(
    *("one", NOON, ("10.0.0.0/24", "10.1.0.0/24"), ("http",), "site", NOON, ScanStatus.PARTIAL, ("10.0.0.9",)),
    vantage=Vantage("host", ("eth0",), (("eth0", "10.0.0.2"),)),
    settings={"profile": "gentle"},
    notes=("note",),
)
OURS = {"id", "channel", "channels"}
"""Texts that no peer and no user chooses."""


def changed(value: Any, text: str) -> Iterator[Any]:
    """The value with one of its texts replaced, for each of them."""
    if isinstance(value, str) and not isinstance(value, Enum):
        yield text
    elif isinstance(value, tuple):
        for place, item in enumerate(value):
            yield from ((*value[:place], one, *value[place + 1 :]) for one in changed(item, text))
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from ({**value, name: one} for one in changed(item, text))
            if isinstance(item, tuple):  # the name of a field
                yield {text if key == name else key: other for key, other in value.items()}
    elif isinstance(value, Vantage):
        yield from records(value, text)


def records(record: Any, text: str) -> Iterator[Any]:
    for field in fields(record):
        if field.name not in OURS:
            yield from (replace(record, **{field.name: one}) for one in changed(getattr(record, field.name), text))


def assert_portable(path: Path) -> None:
    """Every text of every table would be taken by any database: valid UTF-8, and no NUL."""
    with closing(sqlite3.connect(path)) as connection:
        connection.text_factory = bytes
        for table in metadata.sorted_tables:
            for column in (column.name for column in table.columns if isinstance(column.type, Text)):
                for (value,) in connection.execute(f"SELECT {column} FROM {table.name}"):  # noqa: S608 - our own names
                    assert b"\0" not in (value or b"")
                    assert (value or b"").decode("utf-8") is not None


@pytest.mark.parametrize("text", ODD, ids=ascii)
def test_observations_and_ledger(store: Store, path: Path, text: str) -> None:
    store.begin(replace(SCAN, status=ScanStatus.RUNNING, finished_at=None))
    odd, entries = list(records(OBSERVATION, text)), list(records(LEDGER, text))
    assert (len(odd), len(entries)) == (8, 2)
    last = {entry.target: entry for entry in (LEDGER, *entries)}  # a later entry of a target replaces the earlier one
    assert store.append("one", [OBSERVATION, *odd, OBSERVATION], [LEDGER, *entries]) == len(odd) + 2 + len(last)
    back = list(store.observations("one"))
    assert sorted(map(repr, back)) == sorted(map(repr, [OBSERVATION, *odd, OBSERVATION]))
    assert {entry.target: entry for entry in store.ledger("one")} == last
    assert_portable(path)


@pytest.mark.parametrize("text", ODD, ids=ascii)
def test_scans(store: Store, path: Path, text: str) -> None:
    odd = [replace(scan, id=f"scan{number}") for number, scan in enumerate(records(SCAN, text))]
    assert len(odd) == 10, len(odd)
    for scan in odd:
        store.begin(replace(scan, status=ScanStatus.RUNNING))
        store.finish(scan)
        assert store.scan(scan.id) == scan
    assert_portable(path)


@pytest.mark.parametrize("text", ODD, ids=ascii)
def test_what_sweeps_remember_tell_and_register(store: Store, path: Path, text: str) -> None:
    store.outbox.remember(text, text, [Message(text, text, NOON, text.encode("utf-8", "surrogatepass"), text)])
    [message] = store.outbox.take(text, NOON, NOON, 1)
    store.outbox.failed(message, text, NOON)
    assert (message.id, message.site, store.outbox.memory(text)) == (text, text, text)
    assert store.outbox.failures() == {text: {text: text}}
    entry = Entry(text, text, text, "listed", (text,), NOON, NOON, text, (text,))
    assert store.register.keep(Mark("a", text, NOON, text), [entry], [], store.register.standing(text))
    [kept] = store.register.named(text, [text], text)
    assert kept == replace(entry, keys=(), number=kept.number)
    change = StateChange(text, text, text, State.TICKETED, text, text, NOON, (text,), (text,))
    store.states.record(change, [text], kept)
    assert store.states.changes(text) == (replace(change, number=1),)
    assert_portable(path)
