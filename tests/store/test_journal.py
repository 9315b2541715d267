"""SQLite deletes the file that a journal calls its super-journal. A store of others may bring such a journal along."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from camscan.errors import StoreError
from camscan.store import sqlitefile
from camscan.store.source import open_source
from camscan.store.store import Store

PAGE = 4096
MAGIC = bytes.fromhex("d9d505f920a163d7")


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    path = tmp_path / "thesis.txt"
    path.write_text("the work of years\n")
    return path


def naming(store: Path, victim: Path) -> Path:
    """The journal of an unfinished transaction on several databases, of which `victim` were the super-journal."""
    name = os.fsencode(victim)
    head = MAGIC + struct.pack(">5I", 0, 0, store.stat().st_size // PAGE, 512, PAGE)
    checksum = sum(struct.unpack(f"{len(name)}b", name)) & 0xFFFFFFFF
    tail = struct.pack(">I", (1 << 30) // PAGE + 1) + name + struct.pack(">2I", len(name), checksum) + MAGIC
    journal = store.with_name(f"{store.name}-journal")
    journal.write_bytes(head.ljust(512, b"\0") + tail)
    return journal


def merged(store: Path) -> None:
    with open_source(str(store)) as opened:
        opened.scans()


def opened(store: Path) -> None:
    with Store.open(store):
        pass


def copied(store: Path) -> None:
    sqlitefile.backup(store, store.with_name("copy.db"))


def checked(store: Path) -> None:
    list(sqlitefile.faults(store))


@pytest.mark.parametrize("use", [opened, merged, copied, checked])
@pytest.mark.parametrize("by_link", [False, True])
def test_no_file_is_deleted_that_a_journal_names(
    tmp_path: Path, victim: Path, use: Callable[[Path], None], by_link: bool
) -> None:
    store = tmp_path / "leeds.db"
    opened(store)
    journal = naming(store, victim)
    if by_link:
        (tmp_path / "link.db").symlink_to(store)
    with pytest.raises(StoreError, match=r"leeds\.db-journal was not written by camscan: .* do not open"):
        use(tmp_path / "link.db" if by_link else store)
    assert victim.exists()
    assert journal.exists()


def test_sqlite_would_delete_it(tmp_path: Path, victim: Path) -> None:
    """Else this file guards against nothing."""
    import sqlite3  # noqa: PLC0415

    store = tmp_path / "leeds.db"
    opened(store)
    naming(store, victim)
    connection = sqlite3.connect(store)
    connection.execute("SELECT count(*) FROM scans")
    connection.close()
    if victim.exists() and sqlite3.sqlite_version_info > (3, 46, 1):
        pytest.skip(f"SQLite {sqlite3.sqlite_version} deletes it no more")  # 3.53 does not
    assert not victim.exists()
