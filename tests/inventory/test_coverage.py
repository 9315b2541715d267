from __future__ import annotations

from datetime import UTC, datetime

import pytest
from support.inventories import coverage

from camscan.inventory.coverage import AddressCoverage, Coverage, CoverageStatus
from camscan.net.outcomes import remark
from camscan.records import LedgerEntry, Outcome, Scan, ScanStatus
from camscan.system.icmperrors import REJECTED

AT = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    ("outcome", "reason", "status", "text"),
    [
        (Outcome.SILENT, "", CoverageStatus.SILENT, "10.0.0.5 was asked on 1 channel and is silent"),
        (Outcome.REFUSED, "", CoverageStatus.ALIVE, "something at 10.0.0.5 lives, and answers no question (refused)"),
        (Outcome.EXCLUDED, "", CoverageStatus.MISSED, "10.0.0.5 was not covered: excluded"),
        (Outcome.NOT_SENT, "EPERM", CoverageStatus.MISSED, "10.0.0.5 was not covered: not-sent: EPERM"),
        (
            Outcome.UNREACHABLE,
            "ENETUNREACH",
            CoverageStatus.MISSED,
            "10.0.0.5 was not covered: unreachable: ENETUNREACH",
        ),
        (Outcome.CRASHED, "", CoverageStatus.MISSED, "10.0.0.5 was not covered: crashed"),
    ],
)
def test_the_ledger_says_how_far_an_address_was_looked_at(
    outcome: Outcome, reason: str, status: CoverageStatus, text: str
) -> None:
    made = coverage({"10.0.0.5": outcome}, reason=reason)
    coverage({"10.0.0.9": Outcome.ANSWERED} if status is CoverageStatus.SILENT else {}, into=made)
    assert made.look(None, "10.0.0.5") == AddressCoverage(status, text)


@pytest.mark.parametrize(
    "others",
    [{}, {"10.0.0.9": Outcome.SILENT}, {"10.0.1.9": Outcome.ANSWERED}, {"10.0.0.2": Outcome.ANSWERED}],
    ids=["alone", "silent", "elsewhere", "the host that asked"],
)
def test_silence_proves_nothing_where_nothing_else_lives(others: dict[str, Outcome]) -> None:
    """As behind a tunnel that is down: no row of such a network is a device that is gone."""
    made = coverage({"10.0.0.5": Outcome.SILENT, **others}, asking="10.0.0.2")
    assert made.look(None, "10.0.0.5") == AddressCoverage(
        CoverageStatus.MISSED,
        "10.0.0.5 was asked on 1 channel and is silent, but nothing in 10.0.0.0/24 answered, so that proves nothing",
    )


@pytest.mark.parametrize(("answered", "status"), [("arp", CoverageStatus.MISSED), ("http", CoverageStatus.SILENT)])
def test_an_answer_to_arp_alone_gives_silence_no_meaning(answered: str, status: CoverageStatus) -> None:
    silent = {"arp": Outcome.SILENT, "http": Outcome.SILENT}
    entries = [LedgerEntry("10.0.0.5", silent), LedgerEntry("10.0.0.9", {**silent, answered: Outcome.ANSWERED})]
    made = Coverage({"10.0.0.5"})
    made.add(Scan("4f2a00", AT, (), (), status=ScanStatus.COMPLETE), entries)
    assert made.look(None, "10.0.0.5").status is status


def test_an_unreachable_address_among_living_ones_is_empty() -> None:
    made = coverage({"10.0.0.5": Outcome.UNREACHABLE, "10.0.0.9": Outcome.REFUSED}, reason="EHOSTUNREACH")
    assert made.look(None, "10.0.0.5") == AddressCoverage(
        CoverageStatus.SILENT, "nobody is at 10.0.0.5 (unreachable: EHOSTUNREACH), while others in 10.0.0.0/24 answer"
    )
    assert coverage({"10.0.0.5": Outcome.UNREACHABLE, "10.0.1.9": Outcome.REFUSED}).look(None, "10.0.0.5").status is (
        CoverageStatus.MISSED
    )
    rejected = coverage({"10.0.0.5": Outcome.UNREACHABLE, "10.0.0.9": Outcome.REFUSED}, reason=remark(REJECTED))
    why = "10.0.0.5 was not covered: unreachable: EACCES: rejected by a router or firewall"
    assert rejected.look(None, "10.0.0.5") == AddressCoverage(CoverageStatus.MISSED, why)


@pytest.mark.parametrize("outcome", [Outcome.SILENT, Outcome.UNREACHABLE])
def test_silence_in_a_partial_scan_proves_nothing(outcome: Outcome) -> None:
    """Its cable was cut for a while, or a decoy did not answer; one that was cut short did ask whom it covered."""
    covered = {"10.0.0.5": outcome, "10.0.0.9": Outcome.ANSWERED}
    made = coverage(covered, status=ScanStatus.PARTIAL)
    status, reason = made.look(None, "10.0.0.5")
    assert status is CoverageStatus.MISSED
    assert reason.endswith(", but scan 4f2a is partial, so that proves nothing")
    assert coverage(covered, status=ScanStatus.INTERRUPTED).look(None, "10.0.0.5").status is CoverageStatus.SILENT
    coverage(covered, into=made)
    assert made.look(None, "10.0.0.5").status is CoverageStatus.SILENT, "a scan beside it was complete"


@pytest.mark.parametrize(("reason", "told"), [("ENETUNREACH", "ENETUNREACH"), ("", "too slow")])
def test_of_several_reasons_that_of_the_outcome_is_told(reason: str, told: str) -> None:
    made = coverage({})
    channels, reasons = {"a": Outcome.SILENT, "b": Outcome.UNREACHABLE}, {"a": "too slow", "b": reason}
    made.add(Scan("x", AT, (), (), None, AT, ScanStatus.COMPLETE), [LedgerEntry("10.0.0.5", channels, reasons)])
    assert made.look(None, "10.0.0.5").reason == f"10.0.0.5 was not covered: unreachable: {told}"


def test_what_was_no_target_is_not_covered() -> None:
    assert coverage({}).look(None, "10.0.0.5").reason == "10.0.0.5 is not among the targets of the scan"
    partial = coverage({}, status=ScanStatus.INTERRUPTED)
    assert partial.look(None, "10.0.0.5").reason == (
        "10.0.0.5 is not among the targets of the scan, or scan 4f2a ended before it"
    )


def test_the_same_address_of_two_sites_is_two_addresses() -> None:
    made = coverage({"10.0.0.5": Outcome.SILENT, "10.0.0.9": Outcome.REFUSED}, site="north")
    coverage({"10.0.0.5": Outcome.EXCLUDED}, site="south", into=made)
    assert made.look("north", "10.0.0.5").status is CoverageStatus.SILENT
    assert made.look("south", "10.0.0.5").status is CoverageStatus.MISSED
    assert made.sites == {"north", "south"}


def test_of_two_scans_of_a_site_the_more_telling_counts() -> None:
    made = coverage({"10.0.0.5": Outcome.NOT_SENT})
    coverage({"10.0.0.5": Outcome.SILENT, "10.0.0.9": Outcome.REFUSED}, into=made)
    coverage({"10.0.0.5": Outcome.EXCLUDED}, into=made)
    assert made.look(None, "10.0.0.5").status is CoverageStatus.SILENT


def test_only_what_is_wanted_is_kept() -> None:
    living = {"10.0.0.9": Outcome.REFUSED, "fd00::9": Outcome.REFUSED}
    silent = {"10.0.0.5": Outcome.SILENT, "fd00::0005": Outcome.SILENT}
    made = coverage({**silent, **living}, into=Coverage({"fd00::5"}))
    assert made.look(None, "10.0.0.5").status is CoverageStatus.MISSED
    assert made.look(None, "fd00::5").status is CoverageStatus.SILENT


def test_segments_of_ipv6_have_64_bits() -> None:
    made = coverage({"fd00::5": Outcome.UNREACHABLE, "fd00::9": Outcome.REFUSED})
    assert made.look(None, "fd00::5").reason == "nobody is at fd00::5 (unreachable), while others in fd00::/64 answer"


def test_addresses_that_were_covered_in_very_many_ways_are_told_apart() -> None:
    """Channels of one object are read once; no other object is ever taken for it."""
    outcomes = (Outcome.SILENT, Outcome.REFUSED, Outcome.EXCLUDED, Outcome.UNREACHABLE)
    where = {f"10.0.{number >> 8}.{number & 255}": outcomes[number * 7 % 4] for number in range(2_000)}
    shared = {outcome: {"http": outcome} for outcome in outcomes[:2]}
    scan = Scan("4f2a", datetime(2026, 11, 24, tzinfo=UTC), (), (), status=ScanStatus.COMPLETE)
    made = Coverage(set(where))
    made.add(scan, (LedgerEntry(address, shared.get(one) or {"http": one}) for address, one in where.items()))
    alive = {address for address in where if made.look(None, address).status is CoverageStatus.ALIVE}
    silent = {address for address in where if "is silent" in made.look(None, address).reason}
    assert alive == {address for address, one in where.items() if one is Outcome.REFUSED}
    assert silent == {address for address, one in where.items() if one is Outcome.SILENT}
