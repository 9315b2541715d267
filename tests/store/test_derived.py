"""What was derived is believed only while it is whole and nothing has changed that it follows from."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.stores import new_scan, seen

from camscan.records import Device, ScanStatus
from camscan.store import derived, packed
from camscan.store.derived import Extent, PackedDevices
from camscan.store.packed import Merged, in_parts
from camscan.store.store import Store

DEVICES = [Merged(Device(f"10.0.0.{number}", (f"10.0.0.{number}",)), frozenset({"http"})) for number in range(7)]
THEN = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "PART", 3)
    monkeypatch.setattr(derived, "_AT_ONCE", 2)


@pytest.fixture
def filled(store: Store) -> Store:
    for name in ("one", "two"):
        scan = new_scan(name)
        store.begin(scan)
        store.append(name, [seen("10.0.0.1"), seen("10.0.0.2")])
        store.finish(replace(scan, status=ScanStatus.INTERRUPTED))
        keep(store, store.derived.extent(name), "basis", DEVICES)
    return store


def keep(store: Store, extent: Extent, basis: str, devices: Sequence[Merged]) -> None:
    store.derived.keep([PackedDevices(extent, in_parts(devices))], basis)


def rows(path: Path, scan: int) -> int:
    with closing(sqlite3.connect(path)) as connection, connection:
        heads = connection.execute("SELECT count(*) FROM derived WHERE scan = ?", (scan,)).fetchone()[0]
        parts = connection.execute("SELECT count(*) FROM derived_parts WHERE scan = ?", (scan,)).fetchone()[0]
    connection.close()
    return int(heads + parts)


def test_what_was_kept_is_read(filled: Store) -> None:
    assert filled.derived.read("one", "basis") == filled.derived.read("two", "basis") == DEVICES


def test_no_device_is_an_answer_too(filled: Store) -> None:
    keep(filled, filled.derived.extent("one"), "basis", [])
    assert filled.derived.read("one", "basis") == []


def test_on_another_basis_it_is_not_read_and_replaced(filled: Store, path: Path) -> None:
    assert filled.derived.read("one", "other") is None
    keep(filled, filled.derived.extent("one"), "other", DEVICES[:2])
    assert filled.derived.read("one", "other") == DEVICES[:2]
    assert filled.derived.read("one", "basis") is None
    assert rows(path, 1) == 2


def test_a_scan_that_has_gone_on_has_nothing(filled: Store) -> None:
    filled.resume("one")
    assert filled.derived.read("one", "basis") == DEVICES
    filled.append("one", [seen("10.0.0.3")])
    assert filled.derived.read("one", "basis") is None
    assert filled.derived.read("two", "basis") == DEVICES


def test_what_a_scan_got_meanwhile_is_not_overlooked(filled: Store) -> None:
    before = filled.derived.extent("one")
    filled.append("one", [seen("10.0.0.3")])
    keep(filled, before, "basis", DEVICES[:1])
    assert filled.derived.read("one", "basis") is None


def test_thinning_drops_it(filled: Store, path: Path) -> None:
    filled.thin("one", {"10.0.0.1"}, THEN)
    assert (rows(path, 1), rows(path, 2)) == (0, 4)
    assert filled.derived.read("one", "basis") is None
    before = filled.derived.extent("two")
    assert filled.thin("two", (), THEN).gone
    assert rows(path, 2) == 0
    keep(filled, before, "basis", DEVICES)
    assert rows(path, 2) == 0
    assert filled.derived.read("two", "basis") is None


DAMAGE = {
    "a byte": "UPDATE derived_parts SET data = CAST(substr(data, 1, 20) || x'7f' || substr(data, 22) AS BLOB)",
    "a digest": "UPDATE derived_parts SET digest = zeroblob(32) WHERE part = 1",
    "no data": "UPDATE derived_parts SET data = x'' WHERE part = 2",
    "text": "UPDATE derived_parts SET data = 'text' WHERE part = 2",
    "the last part gone": "DELETE FROM derived_parts WHERE part = 2",
    "a middle part gone": "DELETE FROM derived_parts WHERE part = 1",
    "no part": "DELETE FROM derived_parts",
    "fewer parts": "UPDATE derived SET parts = 2",
    "cut short": "DELETE FROM derived_parts WHERE part = 2; UPDATE derived SET parts = 2",
    "parts in another order": "UPDATE derived_parts SET part = 9 WHERE part = 0;"
    "UPDATE derived_parts SET part = 0 WHERE part = 1; UPDATE derived_parts SET part = 1 WHERE part = 9",
    "those of another scan": "DELETE FROM derived_parts WHERE scan = 1; UPDATE derived_parts SET scan = 1",
    "another basis": "UPDATE derived SET basis = 'asked'",
    "another extent": "UPDATE derived SET extent = '1 to 1'",
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_is_damaged_is_not_believed_and_mended_by_keeping(filled: Store, path: Path, damage: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(DAMAGE[damage])
    connection.close()
    assert filled.derived.read("one", "asked" if damage == "another basis" else "basis") is None
    keep(filled, filled.derived.extent("one"), "basis", DEVICES)
    assert filled.derived.read("one", "basis") == DEVICES
