"""When it is believed that a device is gone."""

from __future__ import annotations

import errno
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from support.estate import BEGIN, Camera
from support.tracks import track

from camscan.net.outcomes import reason, remark
from camscan.records import LedgerEntry, Outcome, Scan, ScanStatus, Vantage
from camscan.register import removal
from camscan.register.removal import Proof, beginning, candidates, objection, witnesses
from camscan.scansettings import GATEWAYS
from camscan.sweeps.snapshot import BEHIND, Snapshot
from camscan.system.icmperrors import REJECTED

LONG_AFTER = BEGIN + timedelta(days=365)
proof = partial(removal.proof, now=LONG_AFTER)
proof_by_recorder = partial(removal.proof_by_recorder, now=LONG_AFTER)
GONE = Camera("10.0.0.1", "SN000000001")
SILENT = dict.fromkeys(("sadp", "http"), Outcome.SILENT)
GATEWAY = LedgerEntry("10.0.0.254", {"http": Outcome.REFUSED, "sadp": Outcome.SILENT})


def scan(night: float, status: ScanStatus = ScanStatus.COMPLETE) -> Scan:
    at = BEGIN + timedelta(days=night)
    return Scan(f"scan{night}", at, ("10.0.0.0/24",), ("sadp", "http"), "hq", at, status)


def looked(**asked: str) -> Snapshot:
    channels = {place: frozenset((channel,)) for place, channel in asked.items()}
    return Snapshot("scan1", BEGIN, complete=True, sightings=(), asked=channels, answered={})


def test_a_complete_scan_that_asked_and_saw_a_neighbour_counts() -> None:
    assert proof(track(GONE), scan(1), [LedgerEntry("10.0.0.1", SILENT), GATEWAY]) == Proof("scan1")
    among_silent = [LedgerEntry("10.0.0.1", SILENT), GATEWAY, LedgerEntry("10.0.0.255", SILENT)]
    assert proof(track(GONE), scan(1), among_silent) == Proof("scan1")


@pytest.mark.parametrize(
    ("status", "ledger", "why_not"),
    [
        (ScanStatus.PARTIAL, [LedgerEntry("10.0.0.1", SILENT), GATEWAY], "it is partial"),
        (ScanStatus.COMPLETE, [GATEWAY], "10.0.0.1 was not among its targets"),
        (
            ScanStatus.COMPLETE,
            [LedgerEntry("10.0.0.1", {"sadp": Outcome.EXCLUDED}), GATEWAY],
            "it did not ask 10.0.0.1",
        ),
        (ScanStatus.COMPLETE, [LedgerEntry("10.0.0.1", {"snmp": Outcome.SILENT}), GATEWAY], "it did not ask 10.0.0.1"),
        (ScanStatus.COMPLETE, [LedgerEntry("10.0.0.1", SILENT)], "nothing in 10.0.0.0/24 answered"),
        (
            ScanStatus.COMPLETE,
            [LedgerEntry("10.0.0.1", SILENT), LedgerEntry("10.0.9.1", {"http": Outcome.ANSWERED})],
            "nothing in 10.0.0.0/24 answered",
        ),
        (
            ScanStatus.COMPLETE,
            [LedgerEntry("10.0.0.1", SILENT), LedgerEntry("10.0.0.2", {**SILENT, "arp": Outcome.ANSWERED})],
            "nothing in 10.0.0.0/24 answered",
        ),
    ],
)
def test_what_does_not_count_says_why(status: ScanStatus, ledger: list[LedgerEntry], why_not: str) -> None:
    assert proof(track(GONE), scan(1, status), ledger).why_not.startswith(why_not)


def test_no_scan_shows_that_a_device_is_gone_of_which_only_the_mac_is_known() -> None:
    known = track(Camera("44:19:B6:00:00:01", "SN000000001"))
    found = proof(known, scan(1), [LedgerEntry("10.0.0.1", SILENT), GATEWAY])
    assert found.why_not == "44:19:B6:00:00:01 was not among its targets"
    told = objection(known, [found], 3)
    assert told.startswith(
        "SN000000001 was last seen on 2026-01-01 02:00 UTC, by its MAC address alone: no scan can show"
    )
    assert ("call it `disconnected`" in told, "scan again" in told) == (True, False)


@pytest.mark.parametrize("channel", ["arp", "dhcp"])
def test_arp_shows_that_a_device_is_gone_of_which_a_table_or_a_lease_told(channel: str) -> None:
    known = replace(track(GONE), channels={channel: 0})
    assert proof(known, scan(1), [LedgerEntry("10.0.0.1", {"arp": Outcome.SILENT}), GATEWAY]) == Proof("scan1")
    routed = [LedgerEntry("10.0.0.1", {**SILENT, "arp": Outcome.NOT_SENT}), GATEWAY]
    told = f"it did not ask 10.0.0.1 on a channel on which the device used to answer: {channel}"
    assert proof(known, scan(1), routed).why_not == told


@pytest.mark.parametrize("channels", [{"dhcp": 0}, {}, {"dhcp": 0, "http": 0}])
def test_that_the_address_was_leased_to_another_does_not_show_that_a_device_is_gone(channels: dict[str, int]) -> None:
    """It may have an address of its own by now, or the same one, of which the DHCP server knows nothing."""
    known = replace(track(GONE), channels=channels)
    leased = {"dhcp": Outcome.ANSWERED}
    found = proof(known, scan(1), [LedgerEntry("10.0.0.1", leased), LedgerEntry("10.0.0.2", leased), GATEWAY])
    assert found.why_not.startswith("it did not ask 10.0.0.1")
    asked = [LedgerEntry("10.0.0.1", {**leased, "arp": Outcome.SILENT}), LedgerEntry("10.0.0.2", leased)]
    assert proof(known, scan(1), asked).why_not == "nothing in 10.0.0.0/24 answered, so silence proves nothing"


def test_a_device_of_which_no_channel_is_known_must_have_been_asked_on_some() -> None:
    unknown = replace(track(GONE), channels={})
    excluded = [LedgerEntry("10.0.0.1", {"sadp": Outcome.EXCLUDED}), GATEWAY]
    assert proof(unknown, scan(1), excluded).why_not.startswith("it did not ask 10.0.0.1")
    assert proof(unknown, scan(1), [LedgerEntry("10.0.0.1", {"snmp": Outcome.SILENT}), GATEWAY]) == Proof("scan1")


def test_that_the_host_which_asks_answers_itself_does_not_remove_a_camera() -> None:
    seen = replace(scan(1), vantage=Vantage("host", ("eth0",), (("eth0", "10.0.0.254"),)))
    found = proof(track(GONE), seen, [LedgerEntry("10.0.0.1", SILENT), GATEWAY])
    assert found.why_not.startswith("nothing in 10.0.0.0/24 answered")


def test_that_a_gateway_answers_the_host_which_asks_does_not_remove_a_camera() -> None:
    """It is all that is reached where a switch isolates its ports."""
    seen = replace(scan(1), settings={GATEWAYS: "10.0.0.254"})
    found = proof(track(GONE), seen, [LedgerEntry("10.0.0.1", SILENT), GATEWAY])
    assert found.why_not.startswith("nothing in 10.0.0.0/24 answered")


def test_another_device_at_the_address_shows_that_it_could_be_seen() -> None:
    found = proof(track(GONE), scan(1), [LedgerEntry("10.0.0.1", {"http": Outcome.ANSWERED})])
    assert found == Proof("scan1", answers=True)


def test_an_answer_to_arp_alone_is_no_other_device_at_the_address() -> None:
    by_arp = {**SILENT, "arp": Outcome.ANSWERED}
    cut_off = proof(track(GONE), scan(1), [LedgerEntry("10.0.0.1", by_arp)])
    assert cut_off.why_not == "nothing in 10.0.0.0/24 answered, so silence proves nothing"
    assert proof(track(GONE), scan(1), [LedgerEntry("10.0.0.1", by_arp), GATEWAY]) == Proof("scan1", answers=True)
    closed = [LedgerEntry("10.0.0.1", {**by_arp, "http": Outcome.REFUSED}), GATEWAY]
    assert proof(track(GONE), scan(1), closed).why_not.startswith("10.0.0.1 refused to answer, as the device does")


def test_an_address_before_which_a_firewall_rejects_does_not_show_that_the_device_is_gone() -> None:
    own = {"sadp": Outcome.UNREACHABLE, "tcp": Outcome.UNREACHABLE}
    rejected = [LedgerEntry("10.0.0.1", own, {"tcp": remark(REJECTED)}), GATEWAY]
    nobody = [LedgerEntry("10.0.0.1", own, {"tcp": remark(errno.EHOSTUNREACH)}), GATEWAY]
    assert proof(track(GONE), scan(1), rejected).why_not == (
        "a router or firewall rejects what is for 10.0.0.1, whoever is there"
    )
    assert proof(track(GONE), scan(1), nobody) == Proof("scan1")
    own |= {"tcp": Outcome.NOT_SENT}
    by_itself = [LedgerEntry("10.0.0.1", own, {"tcp": reason(REJECTED)}), GATEWAY]  # by the host that scanned
    assert proof(track(GONE), scan(1), by_itself) == Proof("scan1")


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.RESET])
@pytest.mark.parametrize("others", [Outcome.REFUSED, Outcome.ANSWERED])
def test_an_address_that_only_refuses_does_not_show_that_the_device_is_gone(outcome: Outcome, others: Outcome) -> None:
    ledger = [
        LedgerEntry("10.0.0.1", {"sadp": Outcome.SILENT, "http": outcome}),
        LedgerEntry("10.0.0.2", {"sadp": Outcome.SILENT, "http": others}),
    ]
    assert proof(track(GONE), scan(1), ledger).why_not.startswith("10.0.0.1 refused to answer")


def test_only_scans_after_the_last_sight_are_looked_at() -> None:
    scans = [scan(3), scan(2, ScanStatus.RUNNING), scan(1), scan(0)]
    assert [one.id for one in candidates(track(GONE), scans)] == ["scan3", "scan1"]


def test_a_scan_while_which_the_clock_was_set_back_is_not_after_what_it_saw() -> None:
    saw_it = replace(scan(0), started_at=BEGIN + timedelta(hours=2))  # and it ended when the device was last seen
    assert candidates(track(GONE), [scan(1), saw_it]) == [scan(1)]


def test_a_scan_of_a_time_to_come_does_not_count() -> None:
    ledger = [LedgerEntry("10.0.0.1", SILENT), GATEWAY]
    assert proof(track(GONE), scan(1), ledger, now=BEGIN + timedelta(days=1)) == Proof("scan1")
    too_early = proof(track(GONE), scan(1), ledger, now=BEGIN + timedelta(hours=23))
    assert too_early.why_not == "it is dated 2026-01-02 02:00 UTC, which is yet to come: the clock was wrong"
    recorder = proof_by_recorder(track(GONE), scan(1), looked(), now=BEGIN)
    assert "yet to come" in recorder.why_not


def test_so_many_clean_scans_are_enough_and_fewer_are_told_with_the_reasons() -> None:
    clean = [Proof("a"), Proof("b", "it is partial"), Proof("c")]
    assert objection(track(GONE), clean, 2) == ""
    assert objection(track(GONE), clean, 3) == (
        "SN000000001 was last seen on 2026-01-01 02:00 UTC, and 10.0.0.1 has had 2 of 3 clean scans since: scan again, "
        "and call it `disconnected` until then; scan b does not count: it is partial"
    )
    assert objection(track(GONE), [Proof(name, "it is partial") for name in "abcde"], 3).count("does not count") == 3


def test_a_camera_behind_a_recorder_is_gone_where_the_recorder_tells_of_its_channel() -> None:
    behind = track(Camera("10.0.4.9 #3", "SN000000009"))
    assert proof_by_recorder(behind, scan(1), looked(**{"10.0.4.9 #": BEHIND})) == Proof("scan1")
    for seen in (looked(**{"10.0.4.9": "http"}), looked(**{"10.0.4.90 #": BEHIND})):
        assert proof_by_recorder(behind, scan(1), seen).why_not == (
            "no recorder reported on 10.0.4.9 #3: that requires a login to it, and a whole list"
        )
    assert proof_by_recorder(behind, scan(1, ScanStatus.PARTIAL), looked()).why_not == "it is partial"


def test_a_scan_proves_it_by_the_address_and_one_that_lives_beside_it() -> None:
    seen = replace(scan(1), vantage=Vantage("host", ("eth0",), (("eth0", "10.0.0.9"),)))
    itself, afar = (LedgerEntry(target, {"http": Outcome.ANSWERED}) for target in ("10.0.0.9", "10.0.9.1"))
    beside = [itself, afar, LedgerEntry("10.0.0.1", SILENT), LedgerEntry("10.0.0.2", SILENT), GATEWAY]
    assert list(witnesses("10.0.0.1", seen, beside)) == ["10.0.0.1", "10.0.0.254"]
    assert list(witnesses("10.0.0.1", seen, ())) == []
    assert list(witnesses("10.0.0.1 #3", seen, ())) == ["10.0.0.1"]
    assert [beginning(text) for text in ("10.0.0.1", "fd00::1", "10.0.0.1 #3")] == ["10.0.0.", "", ""]
