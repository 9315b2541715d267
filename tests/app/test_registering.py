"""The register takes a scan in once, however often it was interrupted and resumed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from support.estate import cameras, sweep

from camscan.app.registering import register, track_of
from camscan.records import Scan
from camscan.store import Store
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
