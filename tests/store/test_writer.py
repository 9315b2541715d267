"""The writer stores all it took, in order, and says so where it cannot."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from support.peers import eventually
from support.stores import new_scan, seen, silent
from support.threads import no_thread

from camscan.errors import StoreError
from camscan.records import LedgerEntry, Observation
from camscan.store import writer
from camscan.store.store import Store
from camscan.store.writer import Writer


async def test_all_rows_are_stored_in_order(store: Store) -> None:
    store.begin(new_scan("one"))
    rows = [seen("10.0.0.1", {"n": (str(number),)}) for number in range(1200)]
    out = Writer(store, "one")
    for row in rows:
        await out.put(row)
    await out.put_ledger(silent("10.0.0.1"))
    await out.close()
    assert list(store.observations("one")) == rows
    assert list(store.ledger("one")) == [silent("10.0.0.1")]
    assert (out.stored, out.lost) == (1201, 0)
    await out.close()


async def test_rows_do_not_wait_for_a_full_batch(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "BATCH_SECONDS", 0.02)
    store.begin(new_scan("one"))
    out = Writer(store, "one")
    await out.put(seen("10.0.0.1"))
    await eventually(lambda: out.stored == 1)
    assert list(store.observations("one")) == [seen("10.0.0.1")]
    await out.close()


async def test_large_rows_make_small_batches(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    append = store.append

    def count(scan_id: str, rows: list[Observation], entries: list[LedgerEntry]) -> int:
        sizes.append(len(rows))
        return append(scan_id, rows, entries)

    monkeypatch.setattr(store, "append", count)
    monkeypatch.setattr(writer, "BATCH_BYTES", 1000)
    store.begin(new_scan("one"))
    out = Writer(store, "one")
    for _ in range(7):
        await out.put(seen("10.0.0.1", raw=bytes(400)))
    await out.close()
    assert sizes == [3, 3, 1]


async def test_slow_disk_slows_the_scan_and_not_the_loop(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    go = threading.Event()
    append = store.append

    def slow(scan_id: str, rows: list[Observation], entries: list[LedgerEntry]) -> int:
        assert go.wait(60)
        return append(scan_id, rows, entries)

    monkeypatch.setattr(store, "append", slow)
    monkeypatch.setattr(writer, "QUEUE_ROWS", 4)
    monkeypatch.setattr(writer, "BATCH_ROWS", 3)
    store.begin(new_scan("one"))
    out = Writer(store, "one")
    puts = [asyncio.create_task(out.put(seen("10.0.0.1"))) for _ in range(20)]
    await eventually(lambda: sum(put.done() for put in puts) == 7)  # a batch with the thread, and a full queue
    await asyncio.sleep(0.1)  # comes back although the thread is stuck
    assert sum(put.done() for put in puts) == 7
    go.set()
    await asyncio.gather(*puts)
    await out.close()
    assert out.stored == 20


async def test_full_disk_reaches_the_scan(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "BATCH_ROWS", 20)
    store.begin(new_scan("one"))
    with store.database.writing() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=60")
    out = Writer(store, "one")
    puts = [out.put(seen("10.0.0.1", raw=bytes(500))) for _ in range(1000)]
    ends = await asyncio.gather(*puts, return_exceptions=True)
    assert "its disk is full" in str(ends[-1])
    with pytest.raises(StoreError, match=r"its disk is full: .* \(\d+ rows of scan one were not stored\)$"):
        await out.close()
    assert out.stored >= 100
    assert out.stored + out.lost == 1000
    assert sum(1 for _ in store.observations("one")) == out.stored


async def test_those_who_wait_hear_of_an_error(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(store, "append", broken)
    monkeypatch.setattr(writer, "QUEUE_ROWS", 2)
    monkeypatch.setattr(writer, "BATCH_ROWS", 2)
    out = Writer(store, "one")
    async with asyncio.timeout(60):
        ends = await asyncio.gather(*(out.put(seen("10.0.0.1")) for _ in range(30)), return_exceptions=True)
    assert [type(end) for end in ends[-20:]] == [StoreError] * 20
    with pytest.raises(StoreError, match=r"the store failed \(ZeroDivisionError\(\)\): report it .*\(30 rows"):
        await out.close()


async def test_a_host_that_lets_no_thread_start_is_no_fault_of_ours(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threading.Thread, "start", no_thread)
    out = Writer(store, "one")
    await out.put(seen("10.0.0.1"))
    with pytest.raises(StoreError, match=r": can't start new thread: raise the limit of processes .*\(1 rows"):
        await out.close()


async def test_closed_writer_takes_nothing(store: Store) -> None:
    out = Writer(store, "one")
    await out.close()
    with pytest.raises(StoreError, match="the writer of scan one is closed"):
        await out.put(seen("10.0.0.1"))


PROGRAM = """
import asyncio, sys
from datetime import UTC, datetime
from camscan.records import Observation, Outcome, Scan
from camscan.store.store import Store
from camscan.store.writer import Writer

async def run():
    now = datetime.now(UTC)
    store = Store.open(sys.argv[1])
    store.begin(Scan(id="one", started_at=now, targets=(), channels=()))
    writer = Writer(store, "one")
    await writer.put(Observation("10.0.0.1", "http", Outcome.SILENT, now))
    await writer.close()
    if sys.argv[2] == "close":
        store.close()
    print("done")

asyncio.run(run())
"""


@pytest.mark.parametrize("end", ["close", "forget"])
def test_process_ends_by_itself(path: Path, end: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM, path, end],
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    )
    assert ended.stdout == "done\n"
    assert end == "forget" or not ended.stderr  # an unclosed store is warned of
    with Store.open(path) as store:
        assert len(list(store.observations("one"))) == 1
