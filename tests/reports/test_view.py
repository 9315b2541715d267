from __future__ import annotations

from dataclasses import replace

import pytest
from support.sample import make_report

from camscan.records import Device, Judged, Outcome, Report, ScanStatus, Verdict
from camscan.reports.limits import ending, limits
from camscan.reports.method import method
from camscan.reports.view import view
from camscan.summaries import Listing, Progress, Segment


def devices(*verdicts: Verdict) -> tuple[Judged, ...]:
    listing = (Listing("uk-nil", "Maker Ltd.", "2022-11-24"),)
    return tuple(
        Judged(Device(f"10.0.0.{n}", (), maker=f"Maker {n}"), verdict, listing if verdict is Verdict.LISTED else ())
        for n, verdict in enumerate(verdicts, 1)
    )


@pytest.mark.parametrize(
    ("verdicts", "headline", "lead"),
    [
        (
            (Verdict.LISTED,),
            "1 listed device found, made by Maker 1",
            "Listed means that a policy names the maker (uk-nil), whatever the label says.",
        ),
        (
            (Verdict.SUSPECTED, Verdict.SUSPECTED),
            "No listed device found, 2 suspected",
            "Judged by uk-nil, us-ndaa-889.",
        ),
        ((Verdict.NOT_LISTED,), "No listed device found", "Judged by uk-nil, us-ndaa-889."),
        (
            (Verdict.LISTED, Verdict.LISTED, Verdict.SUSPECTED, Verdict.SUSPECTED),
            "2 listed devices found: 1 made by Maker 1, 1 by Maker 2",
            (
                "Listed means that a policy names the maker (uk-nil), whatever the label says."
                " 2 more need a look at the label."
            ),
        ),
    ],
)
def test_the_headline_is_the_verdict(report: Report, verdicts: tuple[Verdict, ...], headline: str, lead: str) -> None:
    scan = replace(report.scan, status=ScanStatus.COMPLETE)
    sheet = view(make_report(scan=scan, devices=devices(*verdicts), ledger={"": {Outcome.SILENT: 256}}, networks=()))
    assert (sheet.headline, sheet.lead) == (headline, lead)


def test_a_headline_names_three_makers_and_counts_the_others() -> None:
    sheet = view(make_report(devices=devices(*[Verdict.LISTED] * 5)))
    assert sheet.headline == ("5 listed devices found: 1 made by Maker 1, 1 by Maker 2, 1 by Maker 3, 2 by others")


@pytest.mark.parametrize(("count", "every"), [(2, "both"), (3, "all")])
def test_a_headline_says_one_number_where_one_maker_made_them_all(count: int, every: str) -> None:
    (one,) = devices(Verdict.LISTED)
    sheet = view(make_report(devices=(one,) * count))
    assert sheet.headline == f"{count} listed devices found, {every} made by Maker 1"


def test_a_clean_result_is_said_only_of_what_could_be_looked_at() -> None:
    sheet = view(make_report(devices=devices(Verdict.NOT_LISTED)))
    assert sheet.headline == "No listed device found where it was possible to look"
    assert sheet.asked == 249


@pytest.mark.parametrize(
    ("outcomes", "control", "where"),
    [
        ({Outcome.ANSWERED: 4, Outcome.UNREACHABLE: 250}, "10.0.0.9", ""),
        ({Outcome.ANSWERED: 4, Outcome.NOT_SENT: 250}, "10.0.0.9", " where it was possible to look"),
        ({Outcome.UNREACHABLE: 254}, "", " where it was possible to look"),
    ],
)
def test_nobody_at_an_address_is_no_blindness_where_others_in_its_network_answer(
    report: Report, outcomes: dict[str, int], control: str, where: str
) -> None:
    made = make_report(
        scan=replace(report.scan, status=ScanStatus.COMPLETE),
        devices=devices(Verdict.NOT_LISTED),
        ledger={"": outcomes},
        targets=254,
        networks=(Segment("10.0.0.0/24", outcomes, {}, control),),
    )
    assert view(made).headline == f"No listed device found{where}"


@pytest.mark.parametrize(
    ("shown", "others", "headline", "lead"),
    [
        (
            (Verdict.NOT_LISTED, Verdict.SUSPECTED),
            {Verdict.LISTED: 2, Verdict.UNIDENTIFIED: 1},
            "No listed device among those asked for where it was possible to look, 1 suspected",
            "3 other devices of the scan are left out: they were not asked for.",
        ),
        (
            (Verdict.LISTED,),
            {Verdict.LISTED: 1},
            "1 listed device among those asked for, made by",
            "1 other device of the scan is left out: it was not asked for.",
        ),
        (
            (Verdict.LISTED,),
            {Verdict.NOT_LISTED: 1},
            "1 listed device found, made by",
            "1 other device of the scan is left out: it was not asked for.",
        ),
    ],
)
def test_devices_that_were_not_asked_for_are_not_said_to_be_absent(
    shown: tuple[Verdict, ...], others: dict[Verdict, int], headline: str, lead: str
) -> None:
    sheet = view(make_report(devices=devices(*shown), left_out=others))
    assert sheet.headline.startswith(headline)
    assert sheet.lead.endswith(lead)


def test_listed_devices_of_earlier_scans_are_not_said_to_be_absent() -> None:
    progress = Progress("hq", 9, 1, 0, 0, 8, 0.0, None, None, (), unseen=3)
    sheet = view(make_report(devices=devices(Verdict.SUSPECTED), progress=progress))
    assert sheet.headline.endswith(", 1 suspected, 3 known from earlier scans")
    assert sheet.burndown.startswith("1 of 9 listed devices is removed, 8 remain (3 not seen since this scan began); ")
    assert sheet.removal[-1] == ("of these not seen now", 3)


def test_sections_come_by_what_needs_a_person(report: Report) -> None:
    assert [(section.verdict.value, section.count, section.left_out) for section in view(report, most=1).sections] == [
        *(("listed", 2, 1), ("suspected", 1, 0), ("unidentified", 1, 0), ("not-listed", 1, 0))
    ]


def test_the_ledger_shows_the_outcomes_that_occur(report: Report) -> None:
    sheet = view(report)
    assert sheet.outcomes == [
        *(Outcome.ANSWERED, Outcome.AUTH_REQUIRED, Outcome.REFUSED, Outcome.NOT_SENT),
        Outcome.CRASHED,
    ]
    assert list(sheet.ledger) == [("arp", [0, 0, 0, 254, 0]), ("http", [10, 2, 3, 0, 1])]


def test_a_policy_without_a_citation_is_named(report: Report) -> None:
    assert [(cited.policy, cited.title) for cited in view(report).citations] == [
        ("uk-nil", "Security update"),
        ("us-ndaa-889", ""),
    ]


@pytest.mark.parametrize(
    ("choices", "shown"),
    [
        (
            '{"profile": "gentle", "rate": null, "exclude": ["10.0.0.1"], "allow_public": true}',
            "profile gentle, allow public",
        ),
        ("{", None),
        ("[1]", None),
        ("{}", None),
    ],
)
def test_the_method_tells_what_was_chosen(report: Report, choices: str, shown: str | None) -> None:
    told = dict(method(make_report(scan=replace(report.scan, settings={"choices": choices}))))
    assert told.get("Choices") == shown
    assert told["Began"] == "24 November 2026, 01:00 UTC"
    assert told["Made with"] == "camscan 0.1.0, fingerprints 812 rules"


def test_many_devices_show_less_evidence_each() -> None:
    assert view(make_report(devices=devices(Verdict.LISTED))).most_evidence == (40, 3)
    assert view(make_report(devices=devices(*[Verdict.LISTED] * 4_001))).most_evidence == (2, 1)


def test_maps_beyond_the_most_are_counted() -> None:
    outcomes = {f"10.0.{n}.1": Outcome.ANSWERED for n in range(5)} | {"10.0.9.1": Outcome.SILENT}
    sheet = view(make_report(outcomes=outcomes, devices=()), maps=2)
    assert ([block.network for block in sheet.blocks], sheet.undrawn) == (["10.0.0.0/24", "10.0.1.0/24"], 4)
    assert sheet.legend == ["answered"]


@pytest.mark.parametrize(("ended", "told"), [(ScanStatus.RUNNING, "still running"), (ScanStatus.PARTIAL, "partial")])
def test_a_scan_that_runs_is_not_called_interrupted(report: Report, ended: ScanStatus, told: str) -> None:
    assert ending(ended) == told
    made = make_report(scan=replace(report.scan, status=ended))
    assert f"The scan is {told}: there may be more." in limits(made)
    assert ("Status", told) in method(made)
