from __future__ import annotations

from dataclasses import replace

import pytest
from support.sample import make_report

from camscan.records import Device, Judged, Origin, Outcome, Report, ScanStatus, Sent, Vantage, Verdict
from camscan.reports.sentences import findings, limits, summary, urgent
from camscan.scansettings import ORIGIN
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
            "2 devices are listed (a, b), 1 is suspected.",
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


def test_a_complete_scan_says_what_it_covered_and_sent(report: Report) -> None:
    scan = replace(report.scan, status=ScanStatus.COMPLETE, notes=(), site=None, finished_at=None)
    made = make_report(devices=(), ledger=COMPLETE, targets=254, networks=(), scan=replace(scan, vantage=Vantage("a")))
    assert list(limits(made)) == [
        "254 addresses asked: 12 answered, 3 refused, 239 silent.",
        "10,432 packets sent (1.2 MB), at most 2 connections a second to one host.",
        "Scan 20261124-010000-a1b2, 2026-11-24T01:00:00.250Z, seen from a.",
    ]


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


@pytest.mark.parametrize(
    ("name", "said"),
    [("pasted", "Nothing is stored."), ("discover", "Not stored, 2026-11-24T01:00:00.250Z, seen from a.")],
)
def test_what_is_in_no_store_is_said_to_be_so(report: Report, name: str, said: str) -> None:
    scan = replace(report.scan, id=name, site=None, finished_at=None, vantage=Vantage("a"))
    assert list(limits(make_report(scan=scan)))[-1] == said


def test_files_without_an_answer_are_no_proof_that_there_is_nothing() -> None:
    report = make_report(devices=(), ledger={}, targets=0, networks=())
    imported = replace(report, scan=replace(report.scan, settings={"origin": Origin.IMPORT}))
    assert findings(imported) == "Nothing can be said: nothing that was read is the answer of a device."


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


def test_why_targets_were_not_asked_is_told() -> None:
    counts = {"": {Outcome.ANSWERED: 54, Outcome.REFUSED: 190, Outcome.NOT_SENT: 10}}
    reasons = {"not done after 30 s": 5, "no\x1b[2J route": 2, "a": 1, "b": 1}
    assert list(summary(make_report(devices=(), ledger=counts, targets=254, unasked=reasons)))[1:3] == [
        "244 addresses asked: 54 answered, 190 refused, 0 silent.",
        r"10 addresses not asked: 10 not sent (5 not done after 30 s, 2 no\x1b[2J route, 1 a, 1 for other reasons).",
    ]


def test_a_long_note_is_told_to_its_end(report: Report) -> None:
    note = f"{'open ports were found by another program, ' * 9}whose packets are not counted here"
    said = list(limits(make_report(scan=replace(report.scan, notes=(note,)))))
    assert f"Note: {note}" in said


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


def test_silence_alone_finds_nothing_out() -> None:
    silent = make_report(devices=(), ledger={"": {Outcome.SILENT: 254}})
    assert findings(silent).startswith("Nothing can be said: no address that was asked gave a sign of life")


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
