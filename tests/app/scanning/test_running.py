"""A scan that is cut short, whatever it is at."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.namespaces import cable, namespace
from support.peers import eventually

from camscan.app.judging.criteria import Criteria, library
from camscan.app.planning.jobs import new_job
from camscan.app.planning.scope import Choices
from camscan.app.planning.strategy import Strategy
from camscan.app.reporting.scanreport import report_of
from camscan.app.scanning import notes, running
from camscan.app.scanning.portsources import checkpoint
from camscan.app.scanning.running import LoggingSink, no_progress, run, run_together
from camscan.errors import StoreError
from camscan.net.pacing.limits import Limits
from camscan.net.programs.method import Method
from camscan.records import LedgerEntry, Observation, Outcome, Scan, ScanStatus
from camscan.reports.blindness import is_blind
from camscan.reports.findings import summary
from camscan.store.store import Store


async def scanned(store: Store, choices: Choices) -> Scan:
    """A scan as it ended."""
    job = new_job(choices, None)
    store.begin(job.scan)
    return await asyncio.wait_for(run(job, store, no_progress), 60)


async def changed_meanwhile(store: Store, network: str, change: Callable[[], object]) -> Scan:
    """A slow scan of a network while which something changes, once some of it is asked; as it ended."""
    job = new_job(Choices((network,), channels="http", ports="81", rate=20), None)
    store.begin(job.scan)
    running = asyncio.create_task(run(job, store, no_progress))
    await eventually(lambda: bool(store.covered(job.scan.id)), 60)
    change()
    return await asyncio.wait_for(running, 60)


async def test_a_scan_that_had_no_time_for_its_targets_is_not_complete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a host without CPU to spare: the time of each is over before it was asked."""
    monkeypatch.setattr(Strategy, "host_seconds", 0.05)
    with Store.open(tmp_path / "s.db") as store:
        ended = await scanned(store, Choices(("127.91.0.0/28",)))
    assert ended.status is ScanStatus.PARTIAL
    assert "no time was left to ask 14 addresses: camscan had too little CPU: scan again" in ended.notes


async def test_a_complete_scan_says_of_how_many_targets_it_had_no_time_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Strategy, "host_seconds", 0.05)
    monkeypatch.setattr(notes, "_BLIND_SHARE", 1.0)
    with Store.open(tmp_path / "s.db") as store:
        ended = await scanned(store, Choices(("127.91.0.0/28",)))
        said = list(summary(report_of(store, ended, Criteria(library()))))
    assert ended.status is ScanStatus.COMPLETE
    assert "no time was left to ask 14 addresses: camscan had too little CPU: scan again" in ended.notes
    assert "14 addresses not asked: 14 not sent (14 not done after 0.05 s)." in said


class Kept:
    """A sink that remembers."""

    def __init__(self) -> None:
        self.what: list[object] = []

    async def put(self, observation: Observation) -> None:
        self.what.append(observation)

    async def put_ledger(self, entry: LedgerEntry) -> None:
        self.what.append(entry)


async def test_a_signal_ends_a_scan_that_still_writes_down_what_is_excluded(tmp_path: Path) -> None:
    """Sixteen million addresses are excluded, and four asked: nothing has been sent when the signal comes."""
    choices = Choices(("127.0.0.0/8",), exclude=("127.0.0.0-127.255.255.250",), channels="http")
    with Store.open(tmp_path / "s.db") as store:
        job = new_job(choices, None)
        store.begin(job.scan)
        running = asyncio.create_task(run(job, store, no_progress))
        await eventually(lambda: bool(store.covered(job.scan.id)), 60)
        os.kill(os.getpid(), signal.SIGINT)
        began = time.monotonic()
        ended = await asyncio.wait_for(running, 30)
        assert time.monotonic() - began < 15  # a fraction of a second where nobody else is busy
        assert (ended.status, ended.sent.packets) == (ScanStatus.INTERRUPTED, 0)
        assert {entry.outcome for entry in store.ledger(job.scan.id)} == {Outcome.EXCLUDED}


async def test_what_breaks_a_scan_off_leaves_its_sweep_to_a_resumed_one_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error is still at hand, and so is everything that its traceback leads to."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))

    def broken(*_: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(running, "eligible", broken)
    with Store.open(tmp_path / "s.db") as store:
        job = replace(new_job(Choices(("127.91.0.0/24",), channels="http"), None), method=Method("syn", "asked for"))
        store.begin(job.scan)
        with pytest.raises(StoreError) as raised:
            await run(job, store, no_progress)
        checkpoint(job.scan.id).close(over=True)
    assert raised.traceback


@pytest.mark.parametrize("level", [logging.WARNING, logging.INFO, logging.DEBUG])
async def test_who_wants_to_know_more_is_told_of_each_target(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, level: int
) -> None:
    """Nobody listens there, so a refusal is all that comes."""
    choices = Choices(("127.91.0.1-2",), exclude=("127.91.0.2",), channels="http", ports="81")
    with Store.open(tmp_path / "s.db") as store, caplog.at_level(level, "camscan"):
        job = new_job(choices, None)
        store.begin(job.scan)
        await run(job, store, no_progress)
    said = [record.getMessage() for record in caplog.records if record.name == "camscan"]
    assert said == ([] if level == logging.WARNING else ["127.91.0.1: refused"])


async def test_at_debug_each_answer_is_told(caplog: pytest.LogCaptureFixture) -> None:
    at, seen = datetime(2026, 11, 24, tzinfo=UTC), Kept()
    told = LoggingSink(seen)
    with caplog.at_level(logging.DEBUG, "camscan"):
        await told.put(Observation("10.0.0.5", "http", Outcome.ANSWERED, at, 80, "GET /\x1b[2J"))
        await told.put_ledger(LedgerEntry("10.0.0.6", {"http": Outcome.SILENT}))
    assert [record.getMessage() for record in caplog.records] == [
        r"10.0.0.5 port 80 http GET /\x1b[2J: answered",
        "10.0.0.6: silent",
    ]
    assert len(seen.what) == 2


@pytest.mark.netns
async def test_a_gateway_that_is_lost_makes_a_scan_partial_and_is_named(tmp_path: Path) -> None:
    with namespace() as scanner, namespace() as router, Store.open(tmp_path / "s.db") as store:
        cable(scanner, router, "near", ("10.78.0.1/24", "10.78.0.2/24"))
        scanner.ip("route add 10.79.0.0/16 via 10.78.0.2")
        scanner.set("net/ipv4/neigh/near/base_reachable_time_ms", "1000")
        scanner.set("net/ipv4/neigh/near/delay_first_probe_time", "1")
        router.ip("addr add 10.79.0.1/24 dev lo")
        with scanner.inside():
            ended = await changed_meanwhile(store, "10.79.0.0/25", lambda: router.ip("addr flush dev near"))
    assert ended.status is ScanStatus.PARTIAL
    assert "the gateway 10.78.0.2 did not answer ARP any more for " in " ".join(ended.notes)


@pytest.mark.netns
async def test_each_interface_to_the_targets_is_watched_from_the_beginning_on(tmp_path: Path) -> None:
    """Also one to which only a later part of a range leads, and one that was never connected."""
    with namespace() as scanner, namespace() as first, namespace() as second, Store.open(tmp_path / "s.db") as store:
        cable(scanner, first, "one", ("10.78.0.1/25", "10.78.0.2/25"))
        cable(scanner, second, "two", ("10.78.0.129/25", "10.78.0.130/25"))
        second.ip("link set two down")
        with scanner.inside():
            ended = await scanned(store, Choices(("10.78.0.120-10.78.0.136",), channels="http", ports="81"))
    assert ended.status is ScanStatus.PARTIAL
    assert "two was not connected for " in " ".join(ended.notes)
    assert ended.vantage.sources == (("one", "10.78.0.1"), ("two", "10.78.0.129"))


@pytest.mark.netns
@pytest.mark.parametrize(
    ("targets", "status"),
    [("10.78.0.1", ScanStatus.COMPLETE), ("10.78.0.1-2", ScanStatus.PARTIAL)],
    ids=["this host alone", "a neighbour"],
)
async def test_an_interface_without_a_cable_cuts_off_whom_it_leads_to_and_not_this_host_itself(
    tmp_path: Path, targets: str, status: ScanStatus
) -> None:
    with namespace() as scanner, namespace() as site, Store.open(tmp_path / "s.db") as store:
        cable(scanner, site, "one", ("10.78.0.1/24", "10.78.0.2/24"))
        site.ip("link set one down")
        with scanner.inside():
            ended = await scanned(store, Choices((targets,), channels="http", ports="81-100"))
    assert ended.status is status
    assert ended.vantage.sources == (("one", "10.78.0.1"),)


@pytest.mark.netns
async def test_a_way_that_changes_on_the_way_makes_a_scan_partial(tmp_path: Path) -> None:
    """As where DHCP gives this host an address in another network: who is asked then is asked elsewhere."""
    with namespace() as scanner, namespace() as site, namespace() as provider, Store.open(tmp_path / "s.db") as store:
        cable(scanner, site, "near", ("10.78.0.1/24", "10.78.0.2/24"))
        cable(scanner, provider, "wan", ("10.99.0.1/30", "10.99.0.2/30"))
        scanner.ip("route add default via 10.99.0.2")
        with scanner.inside():
            ended = await changed_meanwhile(store, "10.78.0.0/25", lambda: scanner.ip("addr flush dev near"))
    assert ended.status is ScanStatus.PARTIAL
    assert "near did not lead to 10.78.0.2 any more for " in " ".join(ended.notes)


@pytest.mark.netns
def test_each_address_of_this_host_among_the_targets_is_known_for_its_own() -> None:
    """Else one that it has beside the usual one would count as a sign of life of others."""
    with namespace() as scanner, namespace() as site:
        cable(scanner, site, "near", ("10.78.0.1/24", "10.78.0.2/24"))
        scanner.ip("addr add 10.78.0.9/24 dev near")
        scanner.ip("addr add 10.78.0.10/24 dev near")
        with scanner.inside():
            job = new_job(Choices(("10.78.0.0/24",), exclude=("10.78.0.10",)), None)
    assert job.scan.vantage.sources == (("near", "10.78.0.1"), ("near", "10.78.0.9"))


@pytest.mark.netns
async def test_the_broadcast_address_of_a_network_makes_no_scan_partial(tmp_path: Path) -> None:
    """A range may end in it: this host sends nothing there, and nobody has it."""
    with namespace() as scanner, namespace() as site, Store.open(tmp_path / "s.db") as store:
        cable(scanner, site, "near", ("10.78.0.1/24", "10.78.0.254/24"))
        with scanner.inside():
            ended = await scanned(store, Choices(("10.78.0.254-10.78.0.255",), channels="wsd,http", ports="81"))
        outcomes = {entry.target: entry.outcome for entry in store.ledger(ended.id)}
    assert (ended.status, ended.notes) == (ScanStatus.COMPLETE, ())
    assert outcomes == {"10.78.0.254": Outcome.REFUSED, "10.78.0.255": Outcome.NOT_SENT}


@pytest.mark.netns
async def test_where_a_gateway_alone_answers_nothing_is_said_of_the_others(tmp_path: Path) -> None:
    """As on an isolated port of a switch, or in a wireless network for guests: nobody could look."""
    with namespace() as scanner, namespace() as router, Store.open(tmp_path / "s.db") as store:
        cable(scanner, router, "near", ("10.78.0.5/29", "10.78.0.1/29"))
        scanner.ip("route add default via 10.78.0.1")
        with scanner.inside():
            ended = await scanned(store, Choices(("10.78.0.0/29",), channels="http,sadp", ports="81"))
        alive = {entry.target for entry in store.ledger(ended.id) if entry.outcome.is_alive}
        report = report_of(store, store.scan(ended.id), Criteria(library(), ()))
    assert alive == {"10.78.0.1", "10.78.0.5"}
    assert [segment.control for segment in report.networks] == [""]
    assert is_blind(report)


@pytest.mark.netns
@pytest.mark.parametrize("seconds", [0.7, None], ids=["interrupted", "to the end"])
async def test_scans_at_one_time_leave_what_they_share_as_it_was(tmp_path: Path, seconds: float | None) -> None:
    """The next ones use it, too; what one of them held back would be missing all night."""
    with namespace() as scanner, namespace() as site, Store.open(tmp_path / "s.db") as store:
        cable(scanner, site, "near", ("10.78.0.1/24", "10.78.0.2/24"))
        scanner.ip("route add 10.79.0.0/24 via 10.78.0.2")
        site.ip("route add blackhole 10.79.0.0/25")
        with scanner.inside():
            targets = ("10.79.0.0/29", "10.79.0.128/29", "10.78.0.2-4")
            jobs = [new_job(Choices((one,), channels="http,sadp", ports="81,82"), None) for one in targets]
            for job in jobs:
                store.begin(job.scan)
            limits = Limits(jobs[0].strategy.profile, 2)
            before = places(limits)
            jobs = [replace(job, seconds=seconds) for job in jobs]
            ended = await asyncio.wait_for(run_together(jobs, store, no_progress, limits), 60)
            assert places(limits) == before
        asked = [entry.target for job in jobs for entry in store.ledger(job.scan.id)]
    wanted = ScanStatus.COMPLETE if seconds is None else ScanStatus.INTERRUPTED
    assert [isinstance(scan, Scan) and scan.status for scan in ended] == [wanted] * 3
    assert len(asked) == len(set(asked)) == (6 + 6 + 3 if seconds is None else len(asked))


def places(limits: Limits) -> list[int]:
    """How much of each thing is free."""
    shared = (limits.descriptors, limits.half_open, limits.tls, *limits.spared.neighbours.values())
    return [semaphore._value for semaphore in shared]


async def test_a_store_that_another_process_has_keeps_no_answer_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the end of a scan, others may run beside it."""
    went_on = threading.Event()
    with Store.open(tmp_path / "s.db") as store:

        def finish(scan: Scan) -> None:
            loop.call_soon_threadsafe(went_on.set)
            assert went_on.wait(60)
            Store.finish(store, scan)

        loop, job = asyncio.get_running_loop(), new_job(Choices(("127.91.0.1",), channels="sadp"), None)
        store.begin(job.scan)
        monkeypatch.setattr(store, "finish", finish)
        await asyncio.wait_for(run(job, store, no_progress), 60)
        assert store.scan(job.scan.id).status is ScanStatus.COMPLETE
