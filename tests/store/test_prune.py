"""A scan is thinned as a whole or not at all, and says so."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.stores import new_scan, seen, silent

from camscan.errors import StoreError, UsageError
from camscan.records import LedgerEntry, Outcome, Scan, ScanStatus
from camscan.store import prune
from camscan.store.prune import Thinned
from camscan.store.store import Store, check_resumable

THEN = datetime(2026, 12, 1, tzinfo=UTC)
TARGETS = ("10.0.0.1", "10.0.0.2", "fd00::\x00")


@pytest.fixture
def filled(store: Store) -> Store:
    for name in ("old", "other"):
        scan = new_scan(name)
        store.begin(scan)
        store.append(name, [seen(target) for target in TARGETS for _ in range(2)], [silent("10.0.0.9")])
        store.append(name, entries=[silent(target) for target in TARGETS])
        store.finish(replace(scan, status=ScanStatus.COMPLETE, finished_at=scan.started_at))
    return store


def whole(store: Store, scan: str) -> tuple[Scan, int, int]:
    return store.scan(scan), len(list(store.observations(scan))), len(list(store.ledger(scan)))


def test_only_the_evidence_is_left_and_the_scan_says_so(filled: Store) -> None:
    other = whole(filled, "other")
    keep = {TARGETS[0], TARGETS[2], "10.9.9.9"}
    assert filled.would_thin("old", keep) == Thinned(deleted=2, kept=4, gone=False)
    assert len(list(filled.observations("old"))) == 6
    assert filled.thin("old", keep, THEN) == Thinned(deleted=2, kept=4, gone=False)
    assert {one.target for one in filled.observations("old")} == {TARGETS[0], TARGETS[2]}
    assert [one.target for one in filled.ledger("old")] == [TARGETS[0], TARGETS[2]]
    scan = filled.scan("old")
    assert (scan.status, scan.settings["thinned"]) == (ScanStatus.PARTIAL, "2026-12-01T00:00:00Z")
    assert scan.notes[-1] == (
        "thinned on 2026-12-01: 4 of 6 observations are kept, of devices seen for the first or the last time; "
        "its 4 targets were: 4 silent"
    )
    assert whole(filled, "other") == other


def test_the_note_counts_a_target_of_which_something_could_not_be_asked_as_that(filled: Store) -> None:
    refused = {"tcp": Outcome.REFUSED, "sadp": Outcome.NOT_SENT}
    filled.append("old", entries=[LedgerEntry(TARGETS[1], refused, {"sadp": "EPERM"})])
    filled.thin("old", {TARGETS[0]}, THEN)
    assert filled.scan("old").notes[-1].endswith("its 4 targets were: 1 not-sent, 3 silent")


def test_a_scan_of_which_nothing_is_kept_is_gone(filled: Store) -> None:
    assert filled.thin("old", (), THEN) == Thinned(deleted=6, kept=0, gone=True)
    assert [scan.id for scan in filled.scans()] == ["other"]
    assert filled.thin("old", (), THEN).gone, "another process was quicker"


def test_the_silence_of_a_target_can_be_kept_alone(filled: Store) -> None:
    assert filled.would_thin("old", {"10.0.0.9"}) == Thinned(deleted=6, kept=0, gone=False)
    assert filled.thin("old", {"10.0.0.9"}, THEN) == Thinned(deleted=6, kept=0, gone=False)
    assert [one.target for one in filled.ledger("old")] == ["10.0.0.9"]
    assert filled.scan("old").status is ScanStatus.PARTIAL


def test_cut_off_it_is_as_it_was(filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    before = whole(filled, "old")
    delete, calls = prune._delete, []

    def cut(*arguments: object) -> None:
        calls.append(arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        delete(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(prune, "_delete", cut)
    with pytest.raises(KeyboardInterrupt):
        filled.thin("old", {TARGETS[0]}, THEN)
    assert whole(filled, "old") == before


def test_a_running_scan_is_left_alone(filled: Store) -> None:
    filled.begin(new_scan("now"))
    with pytest.raises(StoreError, match="still running"):
        filled.thin("now", (), THEN)


def test_a_thinned_scan_is_not_resumed(filled: Store) -> None:
    filled.thin("old", {TARGETS[0]}, THEN)
    with pytest.raises(StoreError, match="was thinned"):
        filled.resume("old")


@pytest.mark.parametrize("kind", ["path", "url"])
def test_a_scan_that_is_being_taken_up_is_not_thinned(
    kind: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = request.getfixturevalue(kind)
    with Store.open(where) as store, Store.open(where) as other, ThreadPoolExecutor(1) as pool:
        store.begin(new_scan("old"))
        store.finish(replace(new_scan("old"), status=ScanStatus.INTERRUPTED, finished_at=THEN))
        store.append("old", entries=[LedgerEntry(target, {"http": Outcome.SILENT}) for target in TARGETS])
        thinning = list[Future[Thinned]]()

        def check(scan: Scan) -> None:
            check_resumable(scan)
            thinning.append(pool.submit(other.thin, "old", (), THEN))
            wait(thinning, 0.3)

        monkeypatch.setattr("camscan.store.store.check_resumable", check)
        assert store.resume("old").status is ScanStatus.RUNNING
        with pytest.raises(StoreError, match="scan old is still running"):
            thinning[0].result(20)
        assert len(list(store.ledger("old"))) == 3


def test_a_scan_that_is_gone_is_not_taken_up(path: Path) -> None:
    with Store.open(path) as store, Store.open(path) as other:
        store.begin(new_scan("old"))
        store.finish(replace(new_scan("old"), status=ScanStatus.INTERRUPTED, finished_at=THEN))
        assert other.thin("old", (), THEN).gone
        with pytest.raises(UsageError, match="has no scan old"):
            store.resume("old")
        assert store.locks.acquire(1), "it is held no longer"


def test_what_was_deleted_meanwhile_is_not_taken_for_the_scan_that_has_its_number_now(
    filled: Store, path: Path
) -> None:
    """As while `camscan db remove` asks, and somebody else has removed the same scan, and made another."""
    with Store.open(path) as other:
        other.thin("other", (), THEN)
        other.begin(new_scan("new"))
        other.finish(replace(new_scan("new"), status=ScanStatus.INTERRUPTED, finished_at=THEN))
        assert filled.thin("other", (), THEN) == Thinned(deleted=0, kept=0, gone=True)
        with pytest.raises(UsageError, match="has no scan other"):
            filled.resume("other")
        assert {scan.id: scan.status for scan in other.scans()} == {
            "old": ScanStatus.COMPLETE,
            "new": ScanStatus.INTERRUPTED,
        }
