"""The register takes a scan in once, however often it was interrupted and resumed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from support.estate import cameras, sweep

from camscan.app.reporting.registering import register, track_of
from camscan.records import Scan
from camscan.register.entries import RegisterChanges, apply_snapshot
from camscan.store.store import Store
from camscan.sweeps.memory import Track
from camscan.sweeps.snapshot import Snapshot


def registered(path: Path, *seen: Snapshot) -> Track:
    with Store.open(path) as store:
        for one in seen:
            if not any(scan.id == one.scan for scan in store.scans()):
                store.begin(Scan(one.scan, one.at, (), (), "hq"))
            register(store, one, "hq", "rules")
        [entry] = store.register.entries("hq")
        return track_of(entry)


def test_a_resumed_scan_counts_once(tmp_path: Path) -> None:
    site = cameras(1)
    before, weak = sweep(0, site), sweep(1, site, lost=[("", "sadp"), ("", "http")])
    parts = [replace(weak, at=weak.at - timedelta(hours=left), complete=False) for left in (3, 2, 1)]
    once = registered(tmp_path / "once.db", before, weak)
    assert registered(tmp_path / "parts.db", before, *parts, weak) == once


class Counted(dict[int, Track]):
    """Counts how often all of it is gone through."""

    looks = 0

    def __iter__(self) -> Iterator[int]:
        self.looks += 1
        return super().__iter__()


def test_what_a_scan_changes_is_not_gone_through_for_each_device(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 24,000 devices that took 12 of 20 seconds."""
    taken: list[Counted] = []

    def applied(*given: Any) -> RegisterChanges:
        changes = apply_snapshot(*given)
        taken.append(Counted(changes.seen))
        return replace(changes, seen=taken[-1])

    monkeypatch.setattr("camscan.app.reporting.registering.apply_snapshot", applied)
    with Store.open(tmp_path / "many.db") as store:
        for number in range(2):
            register(store, sweep(number, cameras(50)), "hq", "rules")
    assert len(taken[-1]) == 50
    assert taken[-1].looks < 5
