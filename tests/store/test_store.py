"""Records in, the same records out."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from support.stores import new_scan, seen, silent, statements

from camscan.errors import StoreError, UsageError
from camscan.records import LedgerEntry, Observation, Outcome, ScanStatus, Sent, Vantage
from camscan.store.reading import OBSERVATIONS_PAGE, PAGE
from camscan.store.store import Store

HOSTILE = ("a\x00b", "\udcff\ud83d", "'; DROP TABLE scans; --", "\\u0000", "\x1b]0;x\x07", "摄像机", "")


def test_scan_comes_back_whole(store: Store) -> None:
    scan = replace(
        new_scan("0a1b"),
        site="Köln\x00\\",
        excluded=("10.0.0.9", HOSTILE[1]),
        vantage=Vantage("host\x00", ("eth0", "eth1")),
        settings={"profile": "gentle", "rate": HOSTILE[0]},
    )
    store.begin(scan)
    assert store.scan("0a1b") == scan
    ended = replace(
        scan,
        status=ScanStatus.PARTIAL,
        finished_at=scan.started_at + timedelta(minutes=3),
        sent=Sent(1200, 90000, 2),
        notes=("10.0.0.7 went silent", HOSTILE[2]),
    )
    store.finish(ended)
    assert store.scan("0a1b") == ended


def test_observations_come_back_whole(store: Store) -> None:
    store.begin(new_scan("one"))
    hostile = Observation(
        target="10.0.0.1",
        channel="wsd",
        outcome=Outcome.GARBLED,
        at=seen("10.0.0.1").at,
        asked=HOSTILE[0],
        fields={HOSTILE[0]: HOSTILE, "wsd.xaddr": ()},
        raw=bytes(range(256)),
        reason=HOSTILE[1],
    )
    later = seen("10.0.0.1", {"http.server": ("App-webs/",)}, b"HTTP/1.1 200 OK\r\n")
    other = seen("10.0.0.0")
    assert store.append("one", [hostile, later]) == 2
    assert store.append("one", [other]) == 1
    assert list(store.observations("one")) == [other, hostile, later]


def test_scans_do_not_mix(store: Store) -> None:
    for name in ("one", "two"):
        store.begin(new_scan(name))
        store.append(name, [seen("10.0.0.1", {"http.title": (name,)})])
    assert [observation.fields for observation in store.observations("two")] == [{"http.title": ("two",)}]


def test_stream_crosses_pages_inside_a_target(store: Store) -> None:
    store.begin(new_scan("one"))
    many = [seen(f"10.0.0.{number % 3}", {"n": (str(number),)}) for number in range(3 * OBSERVATIONS_PAGE)]
    store.append("one", many)
    expected = [(f"10.0.0.{last}", str(n)) for last in range(3) for n in range(last, 3 * OBSERVATIONS_PAGE, 3)]
    assert [(seen_.target, seen_.fields["n"][0]) for seen_ in store.observations("one")] == expected


def test_a_page_begins_where_the_last_one_ended(store: Store, path: Path) -> None:
    """The index leads there: no page reads all the pages before it."""
    store.begin(new_scan("one"))
    store.append("one", [seen("10.0.0.1")] * (OBSERVATIONS_PAGE + 1))
    with statements() as asked:
        assert len(list(store.observations("one"))) == OBSERVATIONS_PAGE + 1
    statement, parameters = asked[-1]
    with contextlib.closing(sqlite3.connect(path)) as connection:
        [plan] = connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
    assert re.search(r"USING INDEX observations_by_target \(scan=\? AND target>\?\)", plan[-1])


def test_one_bad_row_does_not_cost_the_others(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    store.begin(new_scan("one"))
    good = seen("10.0.0.1")
    bad = [replace(good, port=70000), replace(good, at=good.at.replace(tzinfo=None)), replace(good, raw=3j)]  # type: ignore[arg-type]
    entries = [silent("10.0.0.1"), LedgerEntry("10.0.0.2", {"a b": Outcome.SILENT})]
    assert store.append("one", [bad[0], good, *bad[1:], good], entries) == 3
    assert list(store.observations("one")) == [good, good]
    assert list(store.ledger("one")) == entries[:1]
    assert len(caplog.records) == 4
    assert caplog.messages[0] == "not stored, of target '10.0.0.1': ValueError: 70000 is no port"


def test_ledger(store: Store) -> None:
    store.begin(new_scan("one"))
    asked = LedgerEntry(
        "10.0.0.2",
        {"wsd": Outcome.SILENT, "http": Outcome.ANSWERED, "snmp": Outcome.NOT_SENT},
        {"snmp": "no community\x00"},
    )
    refused = LedgerEntry("10.0.0.3", {"wsd": Outcome.SILENT, "http": Outcome.REFUSED})
    nothing = LedgerEntry("10.0.0.4", {})
    entries = [silent("10.0.0.1"), asked, refused, nothing]
    assert store.append("one", entries=entries[::-1]) == 4
    assert list(store.ledger("one")) == entries
    assert store.covered("one") == {"10.0.0.1": False, "10.0.0.2": True, "10.0.0.3": True, "10.0.0.4": False}
    assert store.ledger_counts("one") == {
        "": {"silent": 1, "answered": 1, "refused": 1, "not-sent": 1},
        "http": {"silent": 1, "answered": 1, "refused": 1},
        "snmp": {"not-sent": 1},
        "wsd": {"silent": 3},
    }


def test_a_target_that_was_heard_after_its_entry_was_written_is_not_covered(store: Store) -> None:
    """It answered a multicast late, and was to be asked when all others were: a scan that is resumed does so."""
    store.begin(new_scan("one"))
    store.append("one", entries=[silent("10.0.0.1"), silent("10.0.0.2"), silent("10.0.0.3")])
    crashed = replace(seen("10.0.0.3"), outcome=Outcome.CRASHED)
    store.append("one", [seen("10.0.0.1"), seen("10.0.0.1"), seen("10.0.0.4"), crashed])
    store.append("one", entries=[LedgerEntry("10.0.0.4", {"wsd": Outcome.SILENT, "http": Outcome.REFUSED})])
    assert store.covered("one").keys() == {"10.0.0.2", "10.0.0.3", "10.0.0.4"}
    store.append("one", entries=[LedgerEntry("10.0.0.1", {"wsd": Outcome.ANSWERED, "http": Outcome.SILENT})])
    assert "10.0.0.1" in store.covered("one")


def test_a_target_of_which_nothing_could_be_asked_is_not_covered(store: Store) -> None:
    """The host that asked had no route: when the scan goes on, it may have one."""
    store.begin(new_scan("one"))
    unsent, silent = {"tcp": Outcome.NOT_SENT, "sadp": Outcome.NOT_SENT}, {"tcp": Outcome.SILENT}
    store.append("one", entries=[LedgerEntry("10.0.0.1", unsent, {"tcp": "ENETUNREACH"})])
    store.append("one", entries=[LedgerEntry("10.0.0.2", {**unsent, **silent}, {"sadp": "EPERM"})])
    store.append("one", entries=[LedgerEntry("10.0.0.3", {**unsent, **silent})])
    store.append("one", entries=[LedgerEntry("10.0.0.4", {"tcp": Outcome.EXCLUDED})])
    assert store.covered("one").keys() == {"10.0.0.3", "10.0.0.4"}


def test_a_target_of_which_something_could_not_be_asked_counts_as_that(store: Store) -> None:
    store.begin(new_scan("one"))
    channels = {"tcp": Outcome.REFUSED, "sadp": Outcome.NOT_SENT}
    entries = [LedgerEntry("10.0.0.1", channels, {"sadp": "EPERM"}), LedgerEntry("10.0.0.2", channels)]
    store.append("one", entries=entries)
    assert store.ledger_counts("one") == {
        "": {"not-sent": 1, "refused": 1},
        "tcp": {"refused": 2},
        "sadp": {"not-sent": 2},
    }


def test_later_ledger_entry_replaces_the_earlier(store: Store) -> None:
    store.begin(new_scan("one"))
    store.append("one", entries=[silent(f"10.0.{n // 250}.{n % 250}") for n in range(2 * PAGE + 1)])
    refused = {"http": Outcome.REFUSED}
    again = [LedgerEntry("10.0.0.0", {"http": Outcome.RESET}), LedgerEntry("10.0.0.0", refused)]
    assert store.append("one", entries=again) == 1
    entries = list(store.ledger("one"))
    assert len(entries) == 2 * PAGE + 1
    assert entries[0] == LedgerEntry("10.0.0.0", refused)


def test_empty_scan(store: Store) -> None:
    store.begin(new_scan("one"))
    assert store.append("one", []) == 0
    assert list(store.observations("one")) == []
    assert store.ledger_counts("one") == {"": {}}
    assert not store.covered("one")


def test_scans_are_newest_first_and_by_site(store: Store) -> None:
    first = new_scan("first")
    for scan in (
        replace(new_scan("late"), started_at=first.started_at + timedelta(hours=1), site="b"),
        first,
        replace(new_scan("second"), site="b"),
    ):
        store.begin(scan)
    assert [scan.id for scan in store.scans()] == ["late", "second", "first"]
    assert [scan.id for scan in store.scans("b")] == ["late", "second"]
    assert store.scans("c") == ()
    assert store.scan().id == "late"


def test_scan_by_beginning_of_its_id(store: Store) -> None:
    for name in ("ab", "abc", "b%"):
        store.begin(new_scan(name))
    assert store.scan("abc").id == "abc"
    assert store.scan("ab").id == "ab"
    assert store.scan("b").id == "b%"
    with pytest.raises(UsageError, match=r"^a matches several scans in .*: give more of the ID$"):
        store.scan("a")
    for unknown in ("abcd", "%", "A"):
        with pytest.raises(UsageError, match=f"has no scan {unknown}: `camscan scans` lists those"):
            store.scan(unknown)


def test_no_scan_at_all(store: Store) -> None:
    with pytest.raises(StoreError, match=r"camscan\.db has no scans yet: make one with `camscan scan`"):
        store.scan()
    with pytest.raises(UsageError, match="has no scan x"):
        store.append("x", [])


def test_id_is_taken_once(store: Store) -> None:
    store.begin(new_scan("one"))
    with pytest.raises(StoreError, match="has a scan one already"):
        store.begin(new_scan("one"))


def test_scan_without_its_process_is_interrupted(path: Path) -> None:
    with Store.open(path) as reader:
        with Store.open(path) as store:
            store.begin(new_scan("one"))
            assert reader.scan("one").status is ScanStatus.RUNNING
            with pytest.raises(StoreError, match="scan one is still running in another process"):
                reader.resume("one")
        assert reader.scan("one").status is ScanStatus.INTERRUPTED
        assert [scan.status for scan in reader.scans()] == [ScanStatus.INTERRUPTED]


def test_resume(path: Path) -> None:
    scan = new_scan("one")
    with Store.open(path) as store:
        store.begin(scan)
    with Store.open(path) as store, Store.open(path) as reader:
        assert store.resume("one") == scan
        assert reader.scan("one") == scan
        store.finish(replace(scan, status=ScanStatus.PARTIAL, finished_at=scan.started_at))
        assert store.resume("one") == scan
        assert reader.scan("one") == scan
        store.finish(replace(scan, status=ScanStatus.COMPLETE, finished_at=scan.started_at))
        with pytest.raises(StoreError, match="scan one is complete, nothing is left to resume"):
            reader.resume("one")
        assert reader.scan("one").status is ScanStatus.COMPLETE
    assert [file.name for file in path.parent.glob("*.lock")] == []
