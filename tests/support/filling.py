"""Fills a store batch by batch, and says so for each that is stored: a program of its own, or part of a test."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime

from camscan.errors import StoreError
from camscan.records import LedgerEntry, Observation, Outcome, Scan
from camscan.store.store import Store


def batches_stored(path: str, batches: int, rows: int, *, again: bool) -> Iterator[None]:
    """Store so many batches of so many rows in one scan, which is gone on with where it is there; one item for each."""
    now = datetime.now(UTC)
    with Store.open(path) as store:
        if again and [scan.id for scan in store.scans()] == ["one"]:
            store.resume("one")
        else:
            store.begin(Scan(id="one", started_at=now, targets=(), channels=()))
        for batch in range(batches):
            targets = [f"10.{int(again)}.{batch}.{number}" for number in range(rows)]
            seen = [Observation(target, "http", Outcome.ANSWERED, now, 80, raw=bytes(1500)) for target in targets]
            store.append("one", seen, [LedgerEntry(target, {"http": Outcome.ANSWERED}) for target in targets])
            yield


if __name__ == "__main__":
    try:
        for _ in batches_stored(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), again=False):
            print("stored", flush=True)  # noqa: T201 - which the test counts
    except StoreError as error:
        sys.exit(f"StoreError: {error}")
