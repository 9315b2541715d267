"""The records of scans as JSON, one a line, with nothing left out: what another program or a later year can read."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

from camscan.records import LedgerEntry, Observation, Scan
from camscan.store import Store
from camscan.summaries import StateChange

SCHEMA = "camscan-records/1"


def lines(store: Store, scans: Iterable[Scan]) -> Iterator[str]:
    """For each scan its own line, then those of its observations, then those of its ledger."""
    for scan in scans:
        yield _line({"schema": SCHEMA, "record": "scan", **_scan(scan)})
        for seen in store.observations(scan.id):
            yield _line({"record": "observation", "scan": scan.id, **_observation(seen)})
        for entry in store.ledger(scan.id):
            yield _line({"record": "ledger", "scan": scan.id, **_entry(entry)})


def said(store: Store, site: str | None) -> Iterator[str]:
    """What people said of devices, at a site or at all, the oldest first: a line each."""
    for change in store.register.changes(site):
        yield _line({"schema": SCHEMA, "record": "state", **_state(change)})


def _state(change: StateChange) -> dict[str, Any]:
    record = {**asdict(change), "at": _utc(change.at), "state": change.state.value}
    del record["number"]  # of a row of this store: the order of the lines says the same
    return record


def _scan(scan: Scan) -> dict[str, Any]:
    return {
        **asdict(scan),
        "started_at": _utc(scan.started_at),
        "finished_at": _utc(scan.finished_at) if scan.finished_at else None,
    }


def _observation(seen: Observation) -> dict[str, Any]:
    return {
        "target": seen.target,
        "channel": seen.channel,
        "port": seen.port,
        "outcome": seen.outcome.value,
        "at": _utc(seen.at),
        "asked": seen.asked,
        "reason": seen.reason,
        "fields": seen.fields,
        "raw": base64.b64encode(seen.raw).decode("ascii"),
    }


def _entry(entry: LedgerEntry) -> dict[str, Any]:
    return {
        "target": entry.target,
        "channels": {name: outcome.value for name, outcome in entry.channels.items()},
        "reasons": dict(entry.reasons),
    }


def _utc(at: datetime) -> str:
    return at.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _line(record: dict[str, Any]) -> str:
    # ASCII alone: half a surrogate pair, which a hostile name may hold, has no form in UTF-8.
    return json.dumps(record, separators=(",", ":")) + "\n"
