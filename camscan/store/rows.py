"""Records to table rows, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, insert, select, tuple_

from camscan.records import LedgerEntry, Observation, Outcome, Scan, ScanStatus, Sent, Vantage
from camscan.store.schema import observations
from camscan.store.text import dump_fields, dump_list, dump_map, escape, load_fields, load_list, load_map, unescape

Values: TypeAlias = dict[str, Any]  # one row as it is handed to an insert: column name -> value

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MAX_PORT = 65535

_LETTERS = {
    Outcome.ANSWERED: "a",
    Outcome.AUTH_REQUIRED: "q",
    Outcome.TRUNCATED: "t",
    Outcome.GARBLED: "g",
    Outcome.RESET: "x",
    Outcome.REFUSED: "r",
    Outcome.UNREACHABLE: "u",
    Outcome.SILENT: "s",
    Outcome.EXCLUDED: "e",
    Outcome.NOT_SENT: "n",
    Outcome.CRASHED: "c",
}
"""Outcomes in the ledger, where 65,536 targets times a dozen channels have to stay small. No letter ever changes."""
_OUTCOMES = {letter: outcome for outcome, letter in _LETTERS.items()}


def to_time(moment: datetime) -> int:
    """Microseconds since 1970 UTC. A time without a zone raises TypeError: it names no moment."""
    return (moment - _EPOCH) // _MICROSECOND


def from_time(microseconds: int) -> datetime:
    """The moment, in UTC."""
    return _EPOCH + microseconds * _MICROSECOND


def insert_row(connection: Connection, table: Table, values: Values) -> int:
    """Insert a row, and give the number that it got: without RETURNING, which SQLite has from 3.35 on."""
    made = connection.execute(insert(table).values(values))
    return int(next(iter(made.inserted_primary_key or ())))


def scan_values(scan: Scan) -> Values:
    """A scan as a row of `scans`, without its number."""
    return {
        "id": escape(scan.id),
        "site": None if scan.site is None else escape(scan.site),
        "started_at": to_time(scan.started_at),
        "finished_at": None if scan.finished_at is None else to_time(scan.finished_at),
        "status": scan.status.value,
        "targets": dump_list(scan.targets),
        "excluded": dump_list(scan.excluded),
        "channels": dump_list(scan.channels),
        "vantage": dump_list((scan.vantage.host, *scan.vantage.interfaces, *map(" ".join, scan.vantage.sources))),
        "settings": dump_map(scan.settings),
        "sent": json.dumps(asdict(scan.sent)),
        "notes": dump_list(scan.notes),
    }


def to_scan(row: Row[Any], status: ScanStatus) -> Scan:
    """The scan of a row of `scans`, with the status that it is to be read with."""
    host, *looked = load_list(row.vantage)
    # No name of an interface holds a blank (dev_valid_name in Linux' net/core/dev.c): one with an address has one.
    interfaces = tuple(name for name in looked if " " not in name)
    sources = tuple((name, address) for name, gap, address in (text.partition(" ") for text in looked) if gap)
    return Scan(
        id=unescape(row.id),
        started_at=from_time(row.started_at),
        targets=load_list(row.targets),
        channels=load_list(row.channels),
        site=None if row.site is None else unescape(row.site),
        finished_at=None if row.finished_at is None else from_time(row.finished_at),
        status=status,
        excluded=load_list(row.excluded),
        vantage=Vantage(host, interfaces, sources),
        settings=load_map(row.settings),
        sent=_sent(json.loads(row.sent)),
        notes=load_list(row.notes),
    )


def _sent(counts: Mapping[str, int]) -> Sent:
    sent = Sent(**counts)
    if not all(isinstance(count, int) for count in counts.values()):
        raise TypeError("sent holds what is no count")
    return sent


def observation_values(scan: int, observation: Observation) -> Values:
    """An observation as a row; ValueError, TypeError or AttributeError where it holds what no row can."""
    if observation.port is not None and not 0 <= observation.port <= _MAX_PORT:
        raise ValueError(f"{observation.port} is no port")
    return {
        "scan": scan,
        "target": escape(observation.target),
        "channel": escape(observation.channel),
        "port": observation.port,
        "outcome": observation.outcome.value,
        "at": to_time(observation.at),
        "asked": escape(observation.asked),
        "reason": escape(observation.reason),
        "fields": dump_fields(observation.fields),
        "raw": bytes(observation.raw),
    }


class Stored(NamedTuple):
    """An observation as its row holds it: to be handed on, and opened where it is worked on."""

    sequence: int
    scan: int
    target: str
    channel: str
    port: int | None
    outcome: str
    at: int
    asked: str
    reason: str
    fields: str
    raw: bytes

    def open(self) -> Observation:
        """The record that the row stands for; one of `damage.FAULTS` where it stands for none."""
        if self.port is not None and not 0 <= self.port <= _MAX_PORT:
            raise ValueError(f"{self.port} is no port")
        return Observation(
            unescape(self.target),
            unescape(self.channel),
            Outcome(self.outcome),
            from_time(self.at),
            self.port,
            unescape(self.asked),
            load_fields(self.fields),
            bytes(memoryview(self.raw)),
            unescape(self.reason),
        )


def to_stored(row: Row[Any]) -> Stored:
    """The observation of a row, seen to stand for a record: it is opened where nobody knows of which store it is."""
    stored = Stored._make(row)
    stored.open()
    return stored


def ledger_values(scan: int, entry: LedgerEntry) -> Values:
    """A ledger entry as a row; ValueError or AttributeError where it holds what no row can."""
    return {
        "scan": scan,
        "target": escape(entry.target),
        "channels": _dump_channels(entry),
        "reasons": dump_map(entry.reasons) if entry.reasons else None,
    }


def to_entry(row: Row[Any]) -> LedgerEntry:
    """The ledger entry of a row."""
    return LedgerEntry(unescape(row.target), load_channels(row.channels), load_map(row.reasons or "{}"))


def outcome_of(channels: str, reasons: str | None) -> Outcome:
    """The outcome of the targets whose ledger rows hold this."""
    return LedgerEntry("", load_channels(channels), load_map(reasons or "{}")).outcome


def _dump_channels(entry: LedgerEntry) -> str:
    """`{wsd: silent, sadp: silent, http: refused}` as "r http;s sadp wsd": equal coverage is equal text."""
    pairs = sorted((_LETTERS[outcome], channel) for channel, outcome in entry.channels.items())
    for _, channel in pairs:
        if not channel or not channel.isascii() or any(character in channel for character in " ;\x00\\"):
            raise ValueError(f"{channel!r} is no name of a channel")
    groups = groupby(pairs, key=lambda pair: pair[0])
    return ";".join(" ".join((letter, *(channel for _, channel in group))) for letter, group in groups)


@lru_cache(maxsize=256)
def load_channels(text: str) -> Mapping[str, Outcome]:
    """Channel -> outcome, as a ledger row holds it: equal coverage is one object."""
    groups = (group.split(" ") for group in text.split(";") if group)
    return MappingProxyType({channel: _OUTCOMES[letter] for letter, *channels in groups for channel in channels})


def by_target(number: int) -> Select[Any]:
    """The observations of a scan by target (as text), then as they were stored: so devices follow from them."""
    columns = (observations.c[name] for name in Stored._fields)
    return (
        select(*columns).where(observations.c.scan == number).order_by(observations.c.target, observations.c.sequence)
    )


def after_observation(last: Row[Any]) -> ColumnElement[bool]:
    """What comes after an observation."""
    table = observations.c
    # The index answers one comparison of pairs at once; for "a later target, or this one and later" all before is read.
    return tuple_(table.target, table.sequence) > tuple_(last.target, last.sequence)
