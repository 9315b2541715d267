from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support import frames
from support.stores import keep_scan

from camscan.app.judging.criteria import Criteria, library
from camscan.app.reporting.scanreport import DOUBT, by_datagram_alone, report_of, with_doubts
from camscan.codecs import arp
from camscan.records import (
    UNCALLED,
    Device,
    Judged,
    LedgerEntry,
    Observation,
    Outcome,
    Report,
    Scan,
    ScanStatus,
    Verdict,
)
from camscan.reports.blindness import is_blind
from camscan.reports.document import coverage
from camscan.reports.findings import findings
from camscan.store.store import Store

AT = datetime(2026, 11, 24, tzinfo=UTC)
ANSWERED, SILENT, REFUSED = Outcome.ANSWERED, Outcome.SILENT, Outcome.REFUSED
RESET, NOT_SENT, GARBLED = Outcome.RESET, Outcome.NOT_SENT, Outcome.GARBLED


@pytest.mark.parametrize(
    ("channels", "alone"),
    [
        ({"tcp": SILENT, "sadp": ANSWERED}, True),
        ({"tcp": SILENT, "arp": SILENT, "snmp": GARBLED}, True),
        ({"tcp": REFUSED, "sadp": ANSWERED}, False),
        ({"tcp": ANSWERED, "http": RESET, "sadp": ANSWERED}, False),
        ({"tcp": SILENT, "arp": ANSWERED, "sadp": ANSWERED}, False),
        ({"tcp": NOT_SENT, "sadp": ANSWERED}, False),
        ({"sadp": ANSWERED}, False),
        ({"tcp": SILENT, "sadp": SILENT}, False),
    ],
)
def test_what_only_datagrams_speak_for(channels: Mapping[str, Outcome], alone: bool) -> None:
    assert by_datagram_alone(LedgerEntry("10.0.0.7", channels)) is alone


@pytest.mark.parametrize(
    ("status", "specs", "targets"),
    [
        (ScanStatus.INTERRUPTED, "10.0.0.0/24\n10.0.0.0/25\n10.1.0.1", 255),
        (ScanStatus.INTERRUPTED, "gate.example\n10.0.0.0/30", 2),
        (ScanStatus.INTERRUPTED, "", 1),
        (ScanStatus.COMPLETE, "10.0.0.0/24", 1),
    ],
)
def test_what_a_scan_that_broke_off_did_not_reach_counts(
    tmp_path: Path, status: ScanStatus, specs: str, targets: int
) -> None:
    scan = Scan("4f2a00", AT, ("10.0.0.0/24",), ("http",), status=status, settings={"specs": specs})
    with Store.open(tmp_path / "store.db") as store:
        keep_scan(store, scan, entries=[LedgerEntry("10.0.0.1", {"http": SILENT})])
        report = report_of(store, store.scan(scan.id), Criteria(library()))
    assert report.targets == targets
    assert coverage(report)[NOT_SENT] == targets - 1


def test_why_targets_were_not_asked_is_counted(tmp_path: Path) -> None:
    """Each target once; not those that answered on another channel, or for which nothing is missing."""
    unsent, late, down = {"http": NOT_SENT, "tls": NOT_SENT}, "not done after 30 s", "ENETUNREACH: no route"
    entries = [
        LedgerEntry("10.0.0.1", unsent, {"http": late, "tls": late}),
        LedgerEntry("10.0.0.2", {"http": Outcome.CRASHED}, {"http": down}),
        LedgerEntry("10.0.0.3", {"http": REFUSED, "wsd": NOT_SENT}, {"wsd": UNCALLED}),
        LedgerEntry("10.0.0.4", {"http": ANSWERED, "tls": NOT_SENT}, {"tls": late}),
        LedgerEntry("10.0.0.5", unsent),
        LedgerEntry("10.0.0.6", unsent, {"tls": late}),
    ]
    with Store.open(tmp_path / "store.db") as store:
        store.begin(Scan("4f2a00", AT, ("10.0.0.0/29",), ("http",)))
        store.append("4f2a00", [], entries)
        report = report_of(store, store.scan("4f2a00"), Criteria(library()))
    assert report.unasked == {late: 2, down: 1}


def asked_by_arp(store: Store, macs: Mapping[str, str], *, more: Mapping[str, Outcome] | None = None) -> Report:
    """A scan in which nobody answered but by ARP, with these MACs, and one address in some `more` ways."""
    raw = {address: frames.arp(address, mac) for address, mac in macs.items()}
    seen = [Observation(one, "arp", ANSWERED, AT, fields=arp.decode(raw[one]), raw=raw[one]) for one in macs]
    rest: Mapping[str, Outcome] = {"tcp": SILENT, "http": SILENT}
    entries = [LedgerEntry(address, {"arp": ANSWERED, **rest}) for address in macs]
    entries += [LedgerEntry(f"10.0.0.{number}", {"arp": SILENT, **rest}) for number in (200, 201)]
    entries += [LedgerEntry("10.0.0.210", more)] if more else []
    keep_scan(store, Scan("4f2a00", AT, ("10.0.0.0/24",), ("arp", "http")), seen, entries=entries)
    return report_of(store, store.scan("4f2a00"), Criteria(library()))


@pytest.mark.parametrize("count", [3, 16])
def test_what_answers_arp_for_several_addresses_shows_of_none_that_it_was_possible_to_look(
    tmp_path: Path, count: int
) -> None:
    router = {f"10.0.0.{number}": "02:00:00:00:00:fe" for number in range(1, count + 1)}
    with Store.open(tmp_path / "store.db") as store:
        report = asked_by_arp(store, router)
    [network] = report.networks
    assert (network.control, is_blind(report)) == ("", True)
    assert findings(report).startswith("Nothing can be said: only ARP was answered, with one MAC for several")


@pytest.mark.parametrize(
    ("macs", "more", "control"),
    [
        ({"10.0.0.1": "02:00:00:00:00:01", "10.0.0.2": "02:00:00:00:00:02"}, None, "10.0.0.1"),
        ({"10.0.0.1": "02:00:00:00:00:fe", "10.0.0.2": "02:00:00:00:00:fe"}, {"tcp": REFUSED}, "10.0.0.210"),
    ],
)
def test_who_answers_arp_for_itself_or_anything_else_is_a_control(
    tmp_path: Path, macs: Mapping[str, str], more: Mapping[str, Outcome] | None, control: str
) -> None:
    with Store.open(tmp_path / "store.db") as store:
        report = asked_by_arp(store, macs, more=more)
    assert ([network.control for network in report.networks], is_blind(report)) == ([control], False)


@pytest.mark.parametrize(
    ("addresses", "conflicts"),
    [
        (("10.0.0.7",), ("one", DOUBT)),
        (("10.0.0.7", "10.0.0.8"), ("one", DOUBT)),
        (("10.0.0.7", "10.0.0.9"), ("one",)),
        (("10.0.0.9",), ("one",)),
        ((), ("one",)),
    ],
)
def test_a_device_is_in_doubt_only_at_all_its_addresses(addresses: tuple[str, ...], conflicts: tuple[str, ...]) -> None:
    judged = Judged(Device("10.0.0.7", addresses, conflicts=("one",)), Verdict.LISTED)
    [found] = with_doubts([judged], {"10.0.0.7", "10.0.0.8"})
    assert found.device.conflicts == conflicts
