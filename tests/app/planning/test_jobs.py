"""What a scan that goes on keeps of the one that was interrupted, and what it must not do to it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest
from support.nets import AT
from support.stores import keep_scan

from camscan.app.planning.jobs import check_decoys, ignored_options, job_for_rest, new_job, resume_job
from camscan.app.planning.scope import Choices
from camscan.app.scanning.notes import together
from camscan.errors import CamscanError, TargetError, UsageError
from camscan.net.kernel.routes import Routes
from camscan.records import LedgerEntry, Observation, Origin, Outcome, Scan, ScanStatus, Sent
from camscan.scansettings import GATEWAYS
from camscan.store.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "s.db") as store:
        yield store


def interrupted(store: Store, choices: Choices) -> Scan:
    """A scan that sent something, covered one address, and was cut short."""
    scan = new_job(choices, "depot").scan
    ended = replace(scan, status=ScanStatus.INTERRUPTED, finished_at=AT, sent=Sent(70, 900, 5))
    keep_scan(store, ended, entries=[LedgerEntry("10.0.0.1", {"http": Outcome.SILENT})])
    return store.scan(scan.id)


def test_a_scan_that_goes_on_asks_the_rest_and_remembers_what_was_sent(store: Store) -> None:
    before = interrupted(store, Choices(("10.0.0.0/29",)))
    job = resume_job(store, job_for_rest(before, Choices()))
    assert (set(job.done), job.scan.sent) == ({"10.0.0.1"}, Sent(70, 900, 5))
    assert store.scan(before.id).status is ScanStatus.RUNNING


def test_a_scan_that_goes_on_knows_who_answered_a_multicast_and_was_not_covered(store: Store) -> None:
    before = interrupted(store, Choices(("10.0.0.0/29",)))
    seen = [
        Observation(address, channel, outcome, AT)
        for address in ("10.0.0.1", "10.0.0.2", "10.0.0.3")
        for channel, outcome in (("wsd", Outcome.ANSWERED), ("http", Outcome.ANSWERED), ("sadp", Outcome.RESET))
    ]
    silent = {"tcp": Outcome.SILENT, "wsd": Outcome.SILENT}
    alive = LedgerEntry("10.0.0.1", {"tcp": Outcome.ANSWERED, "wsd": Outcome.ANSWERED})
    store.append(before.id, seen, [alive, LedgerEntry("10.0.0.2", silent)])
    job = resume_job(store, job_for_rest(before, Choices()))
    assert [(one.target, one.channel) for one in job.heard] == [("10.0.0.2", "wsd"), ("10.0.0.3", "wsd")]


def test_that_a_run_before_was_broken_off_is_noted_since_nobody_counted_what_it_sent(store: Store) -> None:
    scan = new_job(Choices(("10.0.0.0/29",)), "depot").scan
    store.begin(scan)
    store.finish(replace(scan, status=ScanStatus.RUNNING, finished_at=None))  # as it is left by a kill
    store.locks.release(1)
    note = "a run before this one was broken off: what it sent is not counted"
    assert resume_job(store, job_for_rest(store.scan(scan.id), Choices())).scan.notes == (note,)
    ended = interrupted(store, Choices(("10.0.0.0/29",)))
    assert resume_job(store, job_for_rest(ended, Choices())).scan.notes == ()


def test_from_where_each_run_looked_is_remembered(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """As of a laptop that has moved: its own answers show nothing, by whichever address it has them."""
    monkeypatch.setattr("camscan.app.planning.jobs.sources", lambda _: (("wlan0", "10.0.0.2"),))
    before = interrupted(store, Choices(("10.0.0.0/29",)))
    monkeypatch.setattr("camscan.app.planning.jobs.sources", lambda _: (("eth0", "10.0.0.3"), ("wlan0", "10.0.0.2")))
    job = resume_job(store, job_for_rest(before, Choices()))
    store.finish(replace(job.scan, status=ScanStatus.COMPLETE, finished_at=AT))
    assert store.scan(before.id).vantage.sources == (("wlan0", "10.0.0.2"), ("eth0", "10.0.0.3"))


def test_the_gateways_of_each_run_are_remembered(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """As of a laptop that has moved: neither shows anything of others."""

    def reached_by(gateway: str) -> None:
        routes = Routes([(ip_network("0.0.0.0/0"), gateway), (ip_network("::/0"), "fe80::1")])
        monkeypatch.setattr("camscan.app.planning.jobs.Routes.read", lambda: routes)

    reached_by("10.0.0.6")
    before = interrupted(store, Choices(("10.0.0.0/29",)))
    reached_by("10.0.0.5")
    found = [one.settings[GATEWAYS] for one in (before, job_for_rest(before, Choices()).scan)]
    assert found == ["10.0.0.6", "10.0.0.6 10.0.0.5"]


def test_what_is_excluded_does_not_count_as_covered(store: Store) -> None:
    before = interrupted(store, Choices(("10.0.0.0/29",), exclude=("10.0.0.4/30",)))
    excluded = [LedgerEntry(f"10.0.0.{last}", {"http": Outcome.EXCLUDED}) for last in (4, 5, 6)]
    store.append(before.id, entries=excluded)
    job = resume_job(store, job_for_rest(before, Choices()))
    assert (job.scope.asked.count, len(job.done), job.covered) == (3, 4, 1)


@pytest.mark.parametrize(("before", "now", "both"), [(5, 8, 8), (8, 5, 8)])
def test_what_two_runs_sent_is_told_as_one(before: int, now: int, both: int) -> None:
    assert together(Sent(70, 900, before), Sent(30, 100, now)) == Sent(100, 1000, both)


def test_the_record_of_a_scan_that_went_on_holds_what_was_excluded_and_asked_at_last(store: Store) -> None:
    before = interrupted(store, Choices(("10.0.0.0/29",)))
    job = resume_job(store, job_for_rest(before, Choices(exclude=("10.0.0.4",), with_credentials=True)))
    store.finish(replace(job.scan, status=ScanStatus.COMPLETE, finished_at=AT))
    ended = store.scan(before.id)
    assert ended.excluded == ("10.0.0.4",)
    assert "login" not in before.channels
    assert {*ended.channels} >= {*before.channels, "login"}


@pytest.mark.parametrize("choices", [Choices(exclude=("-",)), Choices(exclude_files=("-",))])
def test_what_stdin_excluded_stays_so_as_a_scan_goes_on(
    store: Store, monkeypatch: pytest.MonkeyPatch, choices: Choices
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("10.0.0.4\n"))
    before = interrupted(store, replace(choices, targets=("10.0.0.0/29",)))
    monkeypatch.setattr("sys.stdin", io.StringIO("10.0.0.5\n"))
    assert [*job_for_rest(before, Choices()).scope.excluded.networks()] == ["10.0.0.4"]


def test_what_was_excluded_as_a_scan_went_on_stays_so_as_it_goes_on_again(store: Store, tmp_path: Path) -> None:
    never = tmp_path / "never.txt"
    never.write_text("10.0.0.5\n")
    before = interrupted(store, Choices(("10.0.0.0/29",), exclude=("10.0.0.1",)))
    job = resume_job(store, job_for_rest(before, Choices(exclude=("10.0.0.4",), exclude_files=(str(never),))))
    store.locks.release(1)  # as by a kill
    never.write_text("10.0.0.6\n")
    again = job_for_rest(store.scan(before.id), Choices())
    assert again.scope.excluding == job.scope.excluding == ("10.0.0.1", "10.0.0.4", f"@{never}")
    assert [*again.scope.excluded.networks()] == ["10.0.0.1", "10.0.0.4", "10.0.0.6"]


@pytest.mark.parametrize(
    "now", [Choices(("10.0.0.9",)), Choices(exclude_files=("nowhere.txt",)), Choices(exclude=("10.0.0.0/8",))]
)
def test_a_scan_that_cannot_go_on_stays_as_it_was(store: Store, now: Choices) -> None:
    before = interrupted(store, Choices(("10.0.0.0/29",)))
    with pytest.raises(CamscanError):
        resume_job(store, job_for_rest(before, now))
    assert store.scan(before.id) == before


@pytest.mark.parametrize("origin", [Origin.IMPORT, Origin.LISTEN])
def test_what_asked_nobody_cannot_go_on_and_stays_as_it_was(store: Store, origin: Origin) -> None:
    keep_scan(store, Scan("heard", AT, (), ("arp",), status=ScanStatus.PARTIAL, settings={"origin": origin}))
    before = store.scan("heard")
    with pytest.raises(UsageError, match=f".{origin}. asked no addresses"):
        resume_job(store, job_for_rest(before, Choices()))
    assert store.scan("heard") == before


def test_what_would_change_nothing_in_a_scan_that_goes_on_is_told() -> None:
    assert ignored_options(Choices(exclude=("10.0.0.4",), with_credentials=True, snmp_community="x")) == []
    assert ignored_options(Choices(rate=10, expect_decoy=("10.0.0.4",))) == ["--rate", "--expect-decoy"]


def test_a_decoy_that_is_excluded_as_a_scan_goes_on_is_told_of(store: Store) -> None:
    before = interrupted(store, Choices(("10.0.0.0/29",), expect_decoy=("10.0.0.4",)))
    check_decoys(job_for_rest(before, Choices()))
    rest = job_for_rest(before, Choices(exclude=("10.0.0.4",)))
    assert rest.decoys == ("10.0.0.4",)
    with pytest.raises(TargetError, match=r"the decoy 10\.0\.0\.4 is not asked: add it to the targets"):
        check_decoys(rest)


@pytest.mark.parametrize("text", ["10.0.0.0/30", "10.0.0.1-2"])
def test_a_decoy_is_one_address(text: str) -> None:
    with pytest.raises(TargetError, match=f"cannot use {text} as a decoy: name one address"):
        new_job(Choices(("10.0.0.0/29",), expect_decoy=(text,)), None)


def test_a_core_network_that_cannot_be_read_is_told_before_a_packet_is_sent() -> None:
    with pytest.raises(TargetError, match="cannot use '999' as a target"):
        new_job(Choices(("127.0.0.9",), core=("999",)), None)
