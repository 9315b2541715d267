"""The records of scans as JSON, one a line, with nothing left out: what another program or a later year can read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from camscan.evidence.canonical import change_object, ledger_object, observation_object
from camscan.records import Scan
from camscan.store.store import Store
from camscan.text.timestamps import utc

SCHEMA = "camscan-records/1"


def lines(store: Store, scans: Iterable[Scan]) -> Iterator[str]:
    """For each scan its own line, then those of its observations, then those of its ledger."""
    for scan in scans:
        yield _line({"schema": SCHEMA, "record": "scan", **_scan(scan)})
        for seen in store.observations(scan.id):
            yield _line({"record": "observation", "scan": scan.id, **observation_object(seen)})
        for entry in store.ledger(scan.id):
            yield _line({"record": "ledger", "scan": scan.id, **ledger_object(entry)})


def state_lines(store: Store, site: str | None) -> Iterator[str]:
    """What people said of devices, at a site or at all, the oldest first: a line each."""
    for change in store.states.changes(site):
        yield _line({"schema": SCHEMA, "record": "state", **change_object(change)})


def _scan(scan: Scan) -> dict[str, Any]:
    return {
        **asdict(scan),
        "started_at": utc(scan.started_at, "microseconds"),
        "finished_at": utc(scan.finished_at, "microseconds") if scan.finished_at else None,
    }


def _line(record: dict[str, Any]) -> str:
    # ASCII alone: half a surrogate pair, which a hostile name may hold, has no form in UTF-8.
    return json.dumps(record, separators=(",", ":")) + "\n"
