from __future__ import annotations

from dataclasses import replace

import pytest
from support.sample import make_report

from camscan.records import Device, Judged, Origin, Outcome, Report, ScanStatus, Sent, Verdict
from camscan.reports.findings import findings, summary, urgent
from camscan.reports.limits import limits
from camscan.summaries import Listing, Offence, Segment, State, Tag

COMPLETE = {"": {Outcome.ANSWERED: 12, Outcome.REFUSED: 3, Outcome.SILENT: 239}}


def judged(verdict: Verdict, *policies: str) -> Judged:
    device = Device("10.0.0.5", ("10.0.0.5",))
    return Judged(device, verdict, tuple(Listing(policy, "x", "2020-01-01") for policy in policies))


@pytest.mark.parametrize(
    ("devices", "sentence"),
    [
        (
            (judged(Verdict.LISTED, "b"), judged(Verdict.LISTED, "b", "a"), judged(Verdict.SUSPECTED, "c")),
            "2 devices are listed (a: 1, b: 2), 1 is suspected.",
        ),
        (
            (judged(Verdict.LISTED, "b"), *[judged(Verdict.UNIDENTIFIED)] * 1_200, *[judged(Verdict.NOT_LISTED)] * 2),
            "1 device is listed (b), 2 are not listed, 1,200 are unidentified.",
        ),
        ((judged(Verdict.SUSPECTED),), "0 devices are listed (a, b, c), 1 is suspected."),
    ],
)
def test_findings(devices: tuple[Judged, ...], sentence: str) -> None:
    assert findings(make_report(devices=devices, policies=("a", "b", "c"))) == sentence


def test_suspects_that_people_have_confirmed_are_told_apart_since_they_count_as_listed() -> None:
    said = [replace(judged(Verdict.SUSPECTED), state=state) for state in (State.CONFIRMED, State.TICKETED, State.FOUND)]
    known = replace(judged(Verdict.NOT_LISTED), state=State.CONFIRMED)
    report = make_report(devices=(judged(Verdict.SUSPECTED), *said, known), policies=("a",))
    assert findings(report) == "0 devices are listed (a), 4 are suspected (2 confirmed by people), 1 is not listed."


def test_findings_without_a_policy() -> None:
    report = make_report(devices=(judged(Verdict.NOT_LISTED),), policies=())
    assert findings(report) == "0 devices are listed (no policy chosen), 1 is not listed."


def test_none_found_is_told_apart_from_could_not_look() -> None:
    report = make_report(devices=(), ledger=COMPLETE, targets=254)
    assert findings(report) == "None found: no address that was asked shows a surveillance device."
    for outcome in (Outcome.NOT_SENT, Outcome.UNREACHABLE, Outcome.EXCLUDED, Outcome.CRASHED):
        report = make_report(devices=(), ledger={"": {outcome: 254}}, targets=254)
        assert findings(report) == "Nothing can be said: no address could be asked."
    assert findings(make_report(devices=(), ledger={}, targets=0)) == "Nothing can be said: no address could be asked."
    begun = replace(report.scan, status=ScanStatus.INTERRUPTED, sent=Sent(packets=9))
    assert findings(make_report(devices=(), ledger={}, targets=0, scan=begun)) == (
        "Nothing can be said: it ended before any address was asked in full."
    )


def test_where_nobody_but_the_host_that_asked_answered_nothing_is_said_of_the_others() -> None:
    dark = Segment("10.0.0.0/24", {"answered": 1, "silent": 253}, {}, "", 0, 254)
    report = make_report(
        devices=(), ledger={"": {Outcome.ANSWERED: 1, Outcome.SILENT: 253}}, targets=254, networks=(dark,)
    )
    assert (
        findings(report) == "Nothing can be said: nothing beyond the scanning host and its gateway gave a sign of life."
    )
    refusing = replace(report, ledger={"": {Outcome.REFUSED: 254}})
    assert findings(refusing) == (
        "Nothing can be said: every address refused, as a firewall does in the place of devices."
    )
    lit = replace(dark, control="10.0.0.9")
    assert findings(replace(report, networks=(dark, lit))).startswith("None found")


@pytest.mark.parametrize(
    ("origin", "found", "covered"),
    [
        (
            Origin.DISCOVER,
            "Nobody answered.",
            "12 addresses answered. Which others are there is unknown: a switch that",
        ),
        (
            Origin.LISTEN,
            "No surveillance device was heard.",
            "12 addresses heard. Which others are there is unknown: most",
        ),
        (Origin.IMPORT, "None found: nothing that was read", "12 addresses read. Which others were asked is unknown"),
    ],
)
def test_where_nobody_was_asked_by_address_nothing_is_said_about_silence(
    report: Report, origin: Origin, found: str, covered: str
) -> None:
    scan = replace(report.scan, settings={"origin": origin}, sent=Sent(), notes=())
    passive = make_report(devices=(), ledger={"": {Outcome.ANSWERED: 12}}, targets=12, scan=scan)
    assert findings(passive).startswith(found)
    first, *others = limits(passive)
    assert first.startswith(covered)
    assert "No packet was sent." in others


def test_files_without_an_answer_are_no_proof_that_there_is_nothing() -> None:
    report = make_report(devices=(), ledger={}, targets=0, networks=())
    imported = replace(report, scan=replace(report.scan, settings={"origin": Origin.IMPORT}))
    assert findings(imported) == "Nothing can be said: nothing that was read is the answer of a device."


def test_why_targets_were_not_asked_is_told() -> None:
    counts = {"": {Outcome.ANSWERED: 54, Outcome.REFUSED: 190, Outcome.NOT_SENT: 10}}
    reasons = {"not done after 30 s": 5, "no\x1b[2J route": 2, "a": 1, "b": 1}
    assert list(summary(make_report(devices=(), ledger=counts, targets=254, unasked=reasons)))[1:3] == [
        "244 addresses asked: 54 answered, 190 refused, 0 silent.",
        r"10 addresses not asked: 10 not sent (5 not done after 30 s, 2 no\x1b[2J route, 1 a, 1 for other reasons).",
    ]


def test_what_cannot_wait_quotes_the_sentence_once_and_the_gravest_first() -> None:
    core = Offence("uk-nil", Tag.CORE, "Not on core networks.", "HCWS386", "https://example.org/", "2022-11-24")
    both = (replace(core, place=Tag.SENSITIVE, text="Not onto sensitive sites."), core)
    device = judged(Verdict.LISTED, "uk-nil")
    devices = (replace(device, offends=(core,)), replace(device, offends=both), replace(device, state=State.RETURNED))
    assert list(urgent(make_report(devices=devices))) == [
        "1 listed device is on a sensitive site: \u201cNot onto sensitive sites.\u201d (uk-nil, HCWS386, 2022-11-24).",
        "2 listed devices are on a core network: \u201cNot on core networks.\u201d (uk-nil, HCWS386, 2022-11-24).",
        "RETURNED: 1 device recorded as removed is back: 10.0.0.5.",
    ]
    assert list(urgent(make_report(devices=(device,)))) == []


def test_silence_alone_finds_nothing_out() -> None:
    silent = make_report(devices=(), ledger={"": {Outcome.SILENT: 254}})
    assert findings(silent).startswith("Nothing can be said: no address that was asked gave a sign of life")


def test_a_scan_that_missed_a_decoy_finds_nothing_out() -> None:
    missed = ("10.0.0.9",)
    blind = make_report(devices=(), ledger=COMPLETE, missed=missed, outcomes={"10.0.0.9": Outcome.SILENT})
    assert findings(blind) == "Nothing can be said: 10.0.0.9 should have answered and did not, so the scan was blind."
    cut = make_report(devices=(), ledger=COMPLETE, missed=missed, outcomes={})
    told = "Nothing can be said: 10.0.0.9 should have answered and could not be asked, so the scan was blind."
    assert findings(cut) == told


def test_of_a_choice_without_listed_devices_nothing_is_said_of_listed_ones() -> None:
    chosen = make_report(devices=(Judged(Device("10.0.0.5", ()), Verdict.SUSPECTED),), left_out={Verdict.LISTED: 3})
    assert findings(chosen) == "Of those asked for, 1 is suspected; 3 others left out."
