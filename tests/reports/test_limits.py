from __future__ import annotations

from dataclasses import replace

import pytest
from support.sample import make_report

from camscan.records import Device, Judged, Origin, Outcome, Report, ScanStatus, Sent, Vantage, Verdict
from camscan.reports.findings import summary
from camscan.reports.limits import limits
from camscan.scansettings import ORIGIN
from camscan.summaries import Listing, Segment

COMPLETE = {"": {Outcome.ANSWERED: 12, Outcome.REFUSED: 3, Outcome.SILENT: 239}}


def judged(verdict: Verdict, *policies: str) -> Judged:
    device = Device("10.0.0.5", ("10.0.0.5",))
    return Judged(device, verdict, tuple(Listing(policy, "x", "2020-01-01") for policy in policies))


def test_a_complete_scan_says_what_it_covered_and_sent(report: Report) -> None:
    scan = replace(report.scan, status=ScanStatus.COMPLETE, notes=(), site=None, finished_at=None)
    made = make_report(devices=(), ledger=COMPLETE, targets=254, networks=(), scan=replace(scan, vantage=Vantage("a")))
    assert list(limits(made)) == [
        "254 addresses asked: 12 answered, 3 refused, 239 silent.",
        "10,432 packets sent (1.2 MB), at most 2 connections a second to one host.",
        "Scan 20261124-010000-a1b2, 2026-11-24T01:00:00.250Z, seen from a.",
    ]


@pytest.mark.parametrize(
    ("name", "said"),
    [("pasted", "Nothing is stored."), ("discover", "Not stored, 2026-11-24T01:00:00.250Z, seen from a.")],
)
def test_what_is_in_no_store_is_said_to_be_so(report: Report, name: str, said: str) -> None:
    scan = replace(report.scan, id=name, site=None, finished_at=None, vantage=Vantage("a"))
    assert list(limits(make_report(scan=scan)))[-1] == said


@pytest.mark.parametrize(
    ("status", "why"),
    [(ScanStatus.RUNNING, "the scan has not ended"), (ScanStatus.INTERRUPTED, "the scan was broken off")],
)
def test_of_a_scan_that_did_not_end_by_itself_nobody_is_told_that_nothing_was_sent(
    report: Report, status: ScanStatus, why: str
) -> None:
    killed = replace(report, scan=replace(report.scan, status=status, finished_at=None, sent=Sent()))
    assert f"How many packets were sent is not known, because {why}." in limits(killed)
    ended = replace(report, scan=replace(report.scan, status=ScanStatus.INTERRUPTED))
    assert "10,432 packets sent (1.2 MB), at most 2 connections a second to one host." in limits(ended)


def test_every_gap_is_named(report: Report) -> None:
    assert list(limits(report)) == [
        "249 addresses asked: 12 answered, 3 refused, 230 silent, 4 unreachable.",
        "7 addresses not asked: 1 excluded, 6 not sent.",
        "The scan is partial: there may be more.",
        "No listed devices in fd00::/64 (only 1 address of it), where something gave a sign of life.",
        "No positive control in 10.0.9.0/24: nothing can be said about it.",
        "Channels on which nothing was sent: arp.",
        "1 attempt crashed because of a fault in camscan: see the log.",
        "Recorders say that 4 cameras are attached, and name them only to an enrolled login.",
        "10,432 packets sent (1.2 MB), at most 2 connections a second to one host.",
        "Note: eth1 went down at 01:03:10Z: what lies behind it was not asked",
        "Scan {} of harbour, {} to {}, seen from scanner-1 (eth0 10.0.0.2, eth1 192.168.7.2).".format(
            "20261124-010000-a1b2", "2026-11-24T01:00:00.250Z", "2026-11-24T01:04:30.000Z"
        ),
    ]


@pytest.mark.parametrize(("count", "who"), [(1, "1 other host"), (3, "3 other hosts")])
def test_those_who_answered_and_are_not_shown_are_counted(count: int, who: str) -> None:
    """Else 54 addresses answer and 51 devices are listed, and nobody knows what became of the others."""
    said = f"{who} answered without a sign of a surveillance device (see --all)."
    assert said in list(limits(make_report(others=count)))
    heard = replace(make_report().scan, settings={ORIGIN: Origin.LISTEN})
    assert said not in list(limits(make_report(others=count, scan=heard)))
    assert not any("see --all" in text for text in limits(make_report()))


def test_targets_without_an_entry_were_not_asked(report: Report) -> None:
    scan = replace(report.scan, status=ScanStatus.RUNNING)
    sentences = list(limits(make_report(ledger={"": {Outcome.SILENT: 1}}, targets=254, scan=scan)))
    assert sentences[:3] == [
        "1 address asked in full: 0 answered, 0 refused, 1 silent.",
        "253 addresses not asked in full.",
        "The scan is still running: there may be more.",
    ]
    ended = replace(scan, status=ScanStatus.INTERRUPTED)
    counts = {"": {Outcome.SILENT: 1, Outcome.EXCLUDED: 2, Outcome.NOT_SENT: 10}}
    made = make_report(ledger=counts, targets=13, scan=ended, unasked={"no route": 3})
    assert "12 addresses not asked in full: 2 excluded (3 no route)." in list(limits(made))
    assert "The scan is interrupted: there may be more." in list(limits(make_report(scan=ended)))


def test_a_long_note_is_told_to_its_end(report: Report) -> None:
    note = f"{'open ports were found by another program, ' * 9}whose packets are not counted here"
    said = list(limits(make_report(scan=replace(report.scan, notes=(note,)))))
    assert f"Note: {note}" in said


def test_no_listed_device_is_claimed_only_where_something_answered() -> None:
    clear = [
        Segment(f"10.0.{n}.0/24", {Outcome.REFUSED: 4, Outcome.SILENT: 250}, {}, f"10.0.{n}.1", hosts=254)
        for n in range(10)
    ]
    blind = [Segment("10.1.0.0/24", {Outcome.SILENT: 254}, {})]
    found = [Segment("10.2.0.0/24", {Outcome.ANSWERED: 1}, {}, "10.2.0.1", 1)]
    said = [text for text in limits(make_report(networks=(*clear, *blind, *found))) if "/24" in text]
    assert said[0].startswith("No listed devices in 10.0.0.0/24, 10.0.1.0/24, ")
    assert said[0].endswith("10.0.7.0/24 and 2 more, where something gave a sign of life.")
    assert said[1] == "No positive control in 10.1.0.0/24: nothing can be said about it."
    assert len(said) == 2


def test_of_addresses_that_were_not_asked_nothing_is_claimed() -> None:
    part = Segment(
        "10.0.0.0/24", {Outcome.REFUSED: 2, Outcome.SILENT: 40, Outcome.EXCLUDED: 212}, {}, "10.0.0.1", hosts=254
    )
    said = [text for text in limits(make_report(networks=(part,))) if "/24" in text]
    assert said == ["No listed devices in 10.0.0.0/24 (only 42 addresses of it), where something gave a sign of life."]


def test_silence_beside_a_device_that_was_excluded_after_it_was_seen_is_told() -> None:
    known = (judged(Verdict.LISTED, "a"),)
    dark = Segment("10.0.0.0/24", {"excluded": 1, "silent": 253}, {}, "", 1, 254)
    counts = {"": {Outcome.EXCLUDED: 1, Outcome.SILENT: 253}}
    ended = replace(make_report().scan, status=ScanStatus.COMPLETE)
    report = make_report(scan=ended, devices=known, ledger=counts, targets=254, networks=(dark,))
    silence = "no address that was asked gave a sign of life, so silence proves nothing"
    told = f"Of other devices nothing can be said: {silence}."
    assert told in list(limits(report))
    assert told in list(summary(report))
    lit = make_report(
        scan=ended, devices=known, ledger=COMPLETE, targets=254, networks=(replace(dark, control="10.0.0.9"),)
    )
    assert not [text for text in limits(lit) if "nothing can be said" in text]
