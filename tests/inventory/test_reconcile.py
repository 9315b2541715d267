from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.costs import costs_less_than
from support.inventories import coverage, device, held, row

from camscan.inventory.agreement import Found, count_repeated
from camscan.inventory.matching import SiteScope
from camscan.inventory.reconcile import Class
from camscan.inventory.rows import Row
from camscan.inventory.summary import summarise
from camscan.records import Device, Judged, Outcome, Verdict
from camscan.summaries import Slot

MAC, OTHER_MAC = "44:19:B6:00:0A:01", "44:19:B6:00:0A:02"
UUID = "4d454930-0000-1000-8000-4419b6000a01"


def test_a_row_is_matched_by_whatever_is_unique() -> None:
    found = [
        device("10.0.0.1", serial="DS-2CD2385G1-I20190507AAWRD12345678"),
        device("10.0.0.2", mac=MAC),
        device("10.0.0.3", endpoints=(UUID,)),
        device("10.0.0.4", hostname="gate.example.org"),
    ]
    rows = [
        row(1, serial="ds2cd2385g1i20190507aawrd12345678"),
        row(2, macs=(MAC,)),
        row(3, endpoint=UUID),
        row(4, hostname="GATE"),
    ]
    results = held(rows, found)
    assert [(r.cls, r.found is found[at], r.score, r.reason) for at, r in enumerate(results)] == [
        (Class.MATCHED, True, 0.95, "serial agrees"),
        (Class.MATCHED, True, 0.9, "MAC agrees"),
        (Class.MATCHED, True, 0.9, "endpoint agrees"),
        (Class.MATCHED, True, 0.4, "host name agrees"),
    ]


def test_sites_whose_numbers_are_parted_elsewhere_are_two() -> None:
    rows = [row(1, "10.0.0.5", site="1-12"), row(2, "10.0.0.6", site="11-2")]
    found = [device("10.0.0.5", site="1-12"), device("10.0.0.5", site="11-2"), device("10.0.0.6", site="1-12")]
    results = held(rows, found)
    assert [(r.cls, r.address, r.site) for r in results] == [
        (Class.MATCHED, "10.0.0.5", "1-12"),
        (Class.NOT_COVERED, "10.0.0.6", "11-2"),
        (Class.UNDECLARED, "10.0.0.5", "11-2"),
        (Class.UNDECLARED, "10.0.0.6", "1-12"),
    ]


def test_hosts_of_one_name_in_two_domains_are_two() -> None:
    names = [f"camera1.{place}.example.org" for place in ("depot", "harbour", "mill")]
    found = [device(f"10.0.{at}.4", hostname=name) for at, name in enumerate(names[:2])]
    results = held([row(at, hostname=name) for at, name in enumerate(names)], found)
    assert [(r.cls, r.address) for r in results] == [
        (Class.MATCHED, "10.0.0.4"),
        (Class.MATCHED, "10.0.1.4"),
        (Class.NOT_COVERED, None),
    ]


def test_of_a_name_in_thousands_of_domains_each_row_has_its_device() -> None:
    names = [f"camera1.store{number}.example.org" for number in range(300)]
    found = [device(f"10.0.{at // 200}.{at % 200}", hostname=name) for at, name in enumerate(reversed(names))]
    results = held([row(at, hostname=name) for at, name in enumerate(names)], found)
    assert all(r.cls is Class.MATCHED and r.found is found[-1 - at] for at, r in enumerate(results))


@pytest.mark.parametrize(
    ("one", "other", "cls"),
    [
        ("gate.example.org", "gate.example.org", Class.DUPLICATE),
        ("gate.example.org", "GATE", Class.DUPLICATE),
        ("gate", "gate.example.org", Class.DUPLICATE),
        ("gate.example.org", "gate.example.com", Class.NOT_COVERED),
    ],
)
def test_rows_that_name_one_host(one: str, other: str, cls: Class) -> None:
    assert [r.cls for r in held([row(1, hostname=one), row(2, hostname=other)], [])] == [Class.NOT_COVERED, cls]


@pytest.mark.parametrize(
    ("label", "serial"),
    [
        ("D12345678", "DS-2CD2385G1-I20190507AAWRD12345678"),
        ("12345678", "DS-2CD2385G1-I20190507AAWRD12345678"),
        ("J12345678", "DS-7608NI-K2/8P0120190101CCRRJ12345678WCVU"),
        ("DS-7608NI-K2/8P0120190101CCRRJ12345678WCVU", "J12345678"),
    ],
)
def test_the_short_serial_of_a_label_is_enough(label: str, serial: str) -> None:
    [result] = held([row(1, serial=label)], [device("10.0.0.1", serial=serial)])
    assert (result.cls, result.reason) == (Class.MATCHED, "serial agrees")


@pytest.mark.parametrize(
    ("listed", "serial"),
    [
        ("20190507", "DS-2CD2385G1-I20190507"),
        ("2CD2385G1-I", "DS-2CD2385G1-I"),
        ("12345679", "DS-2CD2385G1-I20190507AAWRD12345678"),
        ("00000001", "1000000001"),
    ],
)
def test_a_date_a_model_or_another_number_is_no_short_serial(listed: str, serial: str) -> None:
    results = held([row(1, serial=listed)], [device("10.0.0.1", serial=serial)])
    assert [result.cls for result in results] == [Class.NOT_COVERED, Class.UNDECLARED]


@pytest.mark.parametrize("found", [[], [device("10.0.0.1", serial="DS-2CD2385G1-I20190507AAWRD12345678")]])
def test_rows_with_two_forms_of_one_serial_are_one_device(found: list[Found]) -> None:
    rows = [row(1, serial="DS-2CD2385G1-I20190507AAWRD12345678"), row(2, serial="D12345678"), row(3, serial="12345678")]
    results = held(rows, found)
    assert [r.cls for r in results] == [
        Class.MATCHED if found else Class.NOT_COVERED,
        Class.DUPLICATE,
        Class.NOT_COVERED,
    ]
    assert results[1].reason == "it names the same device as row 1: same serial"
    assert count_repeated(rows) == 1


def test_rows_whose_serials_only_end_alike_are_two_devices() -> None:
    rows = [row(1, serial="A-IPC100-WIFI"), row(2, serial="B-IPC100-WIFI"), row(3, serial="1000000001")]
    rows += [row(4, serial="2000000001"), row(5, serial="DS-X20190507AAWRD12345678"), row(6, serial="D12345679")]
    assert [r.cls for r in held(rows, [])] == [Class.NOT_COVERED] * 6
    assert count_repeated(rows) == 0
    twins = [row(7, serial="HQ-CAMERA-0001"), *(row(n, serial="B2-CAMERA-0001") for n in (8, 9))]
    assert [r.cls for r in held(twins, [])] == [Class.NOT_COVERED, Class.NOT_COVERED, Class.DUPLICATE]
    assert count_repeated(twins) == 1


def test_agreement_raises_the_score() -> None:
    found = device("10.0.0.5", serial="A1234567", mac=MAC, maker="Axis", model="P3245")
    [full] = held([row(1, "10.0.0.5", serial="A1234567", macs=(MAC,), make="Axis", model="P3245")], [found])
    [address] = held([row(1, "10.0.0.5")], [found])
    [both] = held([row(1, "10.0.0.5", model="P3245")], [found])
    assert (full.score, both.score, address.score) == (1.0, 0.7, 0.5)
    assert full.reason == "serial, MAC, address, model, make agree"
    assert address.reason == "address agrees"


def test_a_device_at_another_address_has_moved() -> None:
    [result] = held([row(1, "10.0.0.5", serial="A1234567")], [device("10.0.0.9", "fd00::9", serial="A1234567")])
    assert (result.cls, result.reason) == (
        Class.MOVED,
        "serial agrees; inventory says 10.0.0.5, found at 10.0.0.9",
    )
    assert result.address == "10.0.0.9"


def test_a_second_address_of_a_device_is_no_move() -> None:
    [result] = held([row(1, "fd00::9", serial="A1234567")], [device("10.0.0.9", "fd00::9%eth0", serial="A1234567")])
    assert result.cls is Class.MATCHED


@pytest.mark.parametrize(
    ("said_is", "reason"),
    [
        (
            ({"make": "Axis"}, {"maker": "Hikvision", "brand": "Annke"}),
            "inventory says Axis, device is Hikvision-made Annke",
        ),
        (({"model": "P3245"}, {"model": "P3265"}), "inventory says model P3245, device says P3265"),
        (({"serial": "A1234567"}, {"serial": "B1234567"}), "inventory says serial A1234567, device says B1234567"),
        (({"macs": (MAC,)}, {"mac": OTHER_MAC}), f"inventory says MAC {MAC}, device says {OTHER_MAC}"),
    ],
)
def test_a_row_that_says_something_else_is_in_conflict(
    said_is: tuple[dict[str, Any], dict[str, Any]], reason: str
) -> None:
    [result] = held([row(1, "10.0.0.5", **said_is[0])], [device("10.0.0.5", **said_is[1])])
    assert (result.cls, result.reason) == (Class.CONFLICT, f"address agrees; {reason}")
    assert result.score is not None
    assert result.score < 0.5


def test_another_card_of_a_device_known_by_its_serial_is_no_conflict() -> None:
    found = device("10.0.0.5", serial="A1234567", mac=OTHER_MAC)
    [result] = held([row(1, "10.0.0.5", serial="A1234567", macs=(MAC,))], [found])
    assert result.cls is Class.MATCHED
    assert result.reason.endswith(f"inventory says MAC {MAC}, device says {OTHER_MAC}")


def test_a_serial_comes_before_an_address() -> None:
    """Two cameras that changed places are both found, though each stands at the other's address."""
    found = [device("10.0.0.1", serial="A1234567"), device("10.0.0.2", serial="B1234567")]
    rows = [row(1, "10.0.0.1", serial="B1234567"), row(2, "10.0.0.2", serial="A1234567")]
    results = held(rows, found)
    assert [(r.cls, r.address) for r in results] == [(Class.MOVED, "10.0.0.2"), (Class.MOVED, "10.0.0.1")]


def test_a_row_whose_address_another_device_has_is_not_found() -> None:
    rows = [row(1, "10.0.0.1", serial="A1234567"), row(2, "10.0.0.1", serial="B1234567")]
    results = held(rows, [device("10.0.0.1", serial="B1234567")], coverage({"10.0.0.1": Outcome.ANSWERED}))
    assert [(r.cls, r.reason) for r in results] == [
        (Class.NOT_FOUND, "the device at 10.0.0.1 is a different one, that of row 2"),
        (Class.MATCHED, "serial, address agree"),
    ]


def test_address_and_model_come_before_address_alone() -> None:
    """Two devices answer at one address; the row that names a model gets the device of that model."""
    found = [device("10.0.0.1", mac=MAC, model="P3245"), device("10.0.0.1", mac=OTHER_MAC, model="Q1615")]
    results = held([row(1, "10.0.0.1"), row(2, "10.0.0.1", model="P3245")], found)
    assert [(r.cls, r.found) for r in results] == [(Class.MATCHED, found[1]), (Class.MATCHED, found[0])]


def test_rows_that_name_one_device_are_duplicates() -> None:
    rows = [
        row(1, "10.0.0.1", serial="A1234567"),
        row(2, "10.0.0.2", serial="a123-4567"),
        row(3, "10.0.0.2"),
        row(4, "10.0.0.7", macs=(MAC,)),
        row(5, "10.0.0.7"),
        row(6, "10.0.0.7", macs=(OTHER_MAC,)),
        row(7, "10.0.0.2", serial="A1234567", macs=(MAC,), endpoint=UUID, make="Axis"),
    ]
    results = held(rows, [device("10.0.0.2", serial="A1234567", maker="Dahua")])
    assert [(r.cls, r.reason) for r in results] == [
        (
            Class.DUPLICATE,
            "it names the same device as row 2: same serial; inventory says 10.0.0.1, found at 10.0.0.2",
        ),
        (Class.MATCHED, "serial, address agree"),
        (Class.DUPLICATE, "it names the same device as row 2: same address"),
        (Class.NOT_COVERED, "10.0.0.7 is not among the targets of the scan"),
        (Class.DUPLICATE, "it names the same device as row 4: same address"),
        (Class.NOT_COVERED, "10.0.0.7 is not among the targets of the scan"),
        (
            Class.DUPLICATE,
            "it names the same device as row 2: same serial, address; inventory says Axis, device is Dahua",
        ),
    ]


def test_devices_that_no_row_names_are_undeclared() -> None:
    found = [device("10.0.0.1", maker="Dahua"), device("10.0.0.2", counts=False), device("10.0.0.3")]
    results = held([row(1, "10.0.0.3")], found)
    assert [(r.cls, r.address, r.reason) for r in results] == [
        (Class.MATCHED, "10.0.0.3", "address agrees"),
        (Class.UNDECLARED, "10.0.0.1", "no row names this device; its verdict is not-listed"),
    ]


def test_the_gravest_of_what_no_row_names_comes_first() -> None:
    order = (Verdict.UNIDENTIFIED, Verdict.NOT_LISTED, Verdict.LISTED, Verdict.SUSPECTED, Verdict.LISTED)
    found = [device(f"10.0.0.{n}") for n in range(len(order))]
    found = [replace(one, judged=replace(one.judged, verdict=v)) for one, v in zip(found, order, strict=True)]
    assert [r.address for r in held([], found)] == ["10.0.0.2", "10.0.0.4", "10.0.0.3", "10.0.0.1", "10.0.0.0"]


def test_a_host_that_is_no_camera_to_the_eye_still_matches_by_address() -> None:
    [result] = held([row(1, "10.0.0.2")], [device("10.0.0.2", counts=False)])
    assert (result.cls, result.reason) == (Class.MATCHED, "address agrees; nothing shows that it is a camera")


def test_silence_and_no_coverage_are_told_apart() -> None:
    covered = coverage({"10.0.0.1": Outcome.SILENT, "10.0.0.2": Outcome.EXCLUDED, "10.0.0.3": Outcome.REFUSED})
    rows = [row(n, f"10.0.0.{n}") for n in (1, 2, 3, 4)] + [row(5, serial="A1234567"), row(6)]
    rows.append(row(7, "10.0.0.2", "10.0.0.11"))
    assert [r.cls for r in held(rows, [], covered)] == [
        Class.NOT_FOUND,
        Class.NOT_COVERED,
        Class.NOT_COVERED,
        Class.NOT_COVERED,
        Class.NOT_COVERED,
        Class.UNUSABLE,
        Class.DUPLICATE,
    ]


def test_an_address_on_the_link_alone_leaves_no_row_uncovered() -> None:
    """Lists that discovery tools save have one of IPv6 for each device, and no scan asks it."""
    covered = coverage({"10.0.0.1": Outcome.SILENT, "10.0.0.9": Outcome.ANSWERED})
    rows = [row(1, "10.0.0.1", "fe80::4619:b6ff:fe00:1"), row(2, "169.254.1.1"), row(3, "10.0.0.1", "fd00::1")]
    assert [held([one], [], covered)[0].cls for one in rows] == [
        Class.NOT_FOUND,
        Class.NOT_COVERED,
        Class.NOT_COVERED,
    ]


def test_a_row_is_not_found_only_where_all_its_addresses_were_looked_at() -> None:
    covered = coverage({"10.0.0.1": Outcome.SILENT, "10.0.0.2": Outcome.SILENT, "10.0.0.3": Outcome.REFUSED})
    rows = [row(n, "10.0.0.1", f"10.0.0.{n}") for n in (2, 3, 4)]
    assert [r.cls for r in held(rows, [], covered)] == [Class.NOT_FOUND, Class.DUPLICATE, Class.DUPLICATE]
    [second], [third] = held(rows[1:2], [], covered), held(rows[2:], [], covered)
    assert (second.cls, second.reason) == (
        Class.NOT_COVERED,
        "something at 10.0.0.3 lives, and answers no question (refused)",
    )
    assert (third.cls, third.reason) == (Class.NOT_COVERED, "10.0.0.4 is not among the targets of the scan")
    # At one of several sites is enough, also where there are very many.
    many = [device(f"10.9.{n}.9", site=f"Site {n}") for n in range(20)]
    covered = coverage({"10.0.0.1": Outcome.SILENT, "10.0.0.9": Outcome.ANSWERED}, site="Site 1")
    for found in (many[:2], many):
        assert next(r.cls for r in held([row(1, "10.0.0.1")], found, covered)) is Class.NOT_FOUND
        assert next(r.cls for r in held([row(1, "10.0.0.1", "10.0.0.4")], found, covered)) is Class.NOT_COVERED


def test_faults_of_a_row_are_in_its_reason() -> None:
    [result] = held([row(1, faults=("ip: 'x' holds no IP address",))], [])
    assert result.reason == (
        "it names no address, MAC, serial, UUID or host name that can be used; ip: 'x' holds no IP address"
    )


def test_clones_with_one_serial_are_told_apart_by_address_or_not_at_all() -> None:
    found = [device(f"10.0.0.{n}", serial="A1234567") for n in (1, 2, 3)]
    covered = coverage({"10.0.0.9": Outcome.SILENT})
    rows = [row(1, "10.0.0.2", serial="A1234567"), row(2, "10.0.0.9", serial="A1234567")]
    results = held(rows, found, covered)
    assert [(r.cls, r.address) for r in results] == [
        (Class.MATCHED, "10.0.0.2"),
        (Class.DUPLICATE, "10.0.0.9"),
        (Class.UNDECLARED, "10.0.0.1"),
        (Class.UNDECLARED, "10.0.0.3"),
    ]


def test_very_many_clones_take_no_time() -> None:
    addresses = [f"10.0.{n // 250}.{n % 250}" for n in range(2_000)]
    found = [device(address, serial="A1234567") for address in addresses]
    rows = [row(n, address, serial="A1234567") for n, address in enumerate(addresses)]
    assert Counter(r.cls for r in held(rows, found)) == {Class.MATCHED: 2_000}
    assert Counter(r.cls for r in held(rows, found[:1])) == {Class.MATCHED: 1, Class.DUPLICATE: 1_999}
    assert Counter(r.cls for r in held(rows[:1], found)) == {Class.MATCHED: 1, Class.UNDECLARED: 1_999}


def test_sites_keep_the_same_address_apart() -> None:
    found = [device("10.0.0.1", site="North"), device("10.0.0.1", site="South")]
    rows = [row(1, "10.0.0.1", site="SOUTH"), row(2, "10.0.0.1", site="East"), row(3, "10.0.0.1", site="north")]
    results = held(rows, found)
    assert [(r.cls, r.found) for r in results[:3]] == [
        (Class.MATCHED, found[1]),
        (Class.NOT_COVERED, None),
        (Class.MATCHED, found[0]),
    ]
    assert results[1].reason == "its site 'East' is not among those that were scanned"
    assert [r.site for r in results[:3]] == ["South", None, "North"]


def test_a_device_is_undeclared_at_its_own_site() -> None:
    found = [device("10.0.0.1", site="North", serial="A1234567"), device("10.0.0.2", site="South")]
    found.append(device("10.0.0.1", site="South"))
    rows = [row(1, "10.0.0.1", serial="A1234567", site="North"), row(2, "10.0.0.9", site="South")]
    covered = coverage({"10.0.0.9": Outcome.SILENT, "10.0.0.2": Outcome.ANSWERED}, site="South")
    assert [(r.cls, r.site, r.reason) for r in held(rows, found, covered)] == [
        (Class.MATCHED, "North", "serial, address agree"),
        (Class.NOT_FOUND, "South", "10.0.0.9 was asked on 1 channel and is silent"),
        (Class.UNDECLARED, "South", "no row names this device; its verdict is not-listed"),
        (Class.UNDECLARED, "South", "no row names this device; its verdict is not-listed"),
    ]


def test_rows_of_sites_that_were_not_asked_about_are_counted_apart() -> None:
    found = [device("10.0.0.1", site="North"), device("10.0.0.7", site="North", serial="A1234567")]
    rows = [
        row(1, "10.0.0.1", site="South"),
        row(2, "10.0.0.1", site="South"),
        row(3, site="South"),
        row(4, "10.0.0.7", serial="A1234567", site="South"),
        row(5, serial="A1234567", site="South"),
        row(6, "10.0.0.9", site="Nroth"),
    ]
    results = held(rows, found, scope=SiteScope(frozenset(("North", "South"))))
    told = [(Class.OTHER_SITE, "it is of site 'South', which was not asked about")] * 3
    assert [(r.cls, r.reason) for r in results[:3]] == told
    assert [r.cls for r in results[3:]] == [Class.MOVED, Class.DUPLICATE, Class.NOT_COVERED, Class.UNDECLARED]
    narrow = held(rows, found, scope=SiteScope(frozenset(("North", "South")), narrow=True))
    assert (narrow[5].cls, narrow[5].reason) == (
        Class.OTHER_SITE,
        "it is of site 'Nroth', which was not asked about, and no scan is of a site with that name",
    )
    summary = summarise(narrow)
    assert (summary.counts[Class.OTHER_SITE], summary.counts[Class.NOT_COVERED]) == (4, 0)
    assert summary.precision
    assert summary.precision.total == 2


def test_what_was_scanned_without_a_site_may_be_at_any() -> None:
    [result] = held(
        [row(1, "10.0.0.1", site="North")], [device("10.0.0.1")], scope=SiteScope(frozenset(("North", None)))
    )
    assert result.cls is Class.MATCHED


def test_an_address_of_two_sites_is_not_guessed() -> None:
    found = [device("10.0.0.1", site="North"), device("10.0.0.1", site="South", model="P3245")]
    results = held([row(1, "10.0.0.1")], found)
    assert (results[0].cls, results[0].reason) == (
        Class.NOT_COVERED,
        "devices are at 10.0.0.1 of North and South: the row does not say which is meant",
    )
    assert held([row(1, "10.0.0.1", model="P3245")], found)[0].found is found[1]


def test_a_device_at_another_site_has_moved() -> None:
    found = [device("10.0.0.1", site="North", serial="A1234567"), device("10.0.0.2", site="South")]
    results = held([row(1, "10.0.0.1", serial="A1234567", site="South")], found)
    assert (results[0].cls, results[0].reason) == (
        Class.MOVED,
        "serial, address agree; inventory says site South, found at North",
    )


def test_sites_that_the_list_writes_otherwise_do_not_count() -> None:
    found = [device("10.0.0.1", site="harbour-7")]
    assert held([row(1, "10.0.0.1", site="Harbour building")], found)[0].cls is Class.MATCHED


def test_a_row_for_several_devices_is_for_one_of_them_and_the_others_are_not_said_to_be_unnamed() -> None:
    found = [device("10.0.0.1", maker="Axis"), device("10.0.0.2", maker="Axis"), device("10.0.0.3", maker="Axis")]
    results = held([row(4, "10.0.0.1", "10.0.0.2", make="Axis")], found)
    assert [(result.cls, result.address) for result in results] == [
        (Class.MATCHED, "10.0.0.1"),
        (Class.UNDECLARED, "10.0.0.2"),
        (Class.UNDECLARED, "10.0.0.3"),
    ]
    assert [result.reason for result in results[1:]] == [
        "row 4 names its address, but is for the device at 10.0.0.1; its verdict is not-listed",
        "no row names this device; its verdict is not-listed",
    ]


def test_the_figures() -> None:
    found = [device(f"10.0.0.{n}", maker="Axis") for n in range(1, 9)] + [device("10.0.0.9", counts=False)]
    rows = [row(n, f"10.0.0.{n}", make="Axis") for n in range(1, 6)]
    rows += [row(6, "10.0.0.6", make="Dahua"), row(9, "10.0.0.9"), row(10, "10.0.0.10"), row(11, "10.0.0.11"), row(12)]
    summary = summarise(held(rows, found, coverage({"10.0.0.1": Outcome.ANSWERED, "10.0.0.10": Outcome.SILENT})))
    assert {cls: count for cls, count in summary.counts.items() if count} == {
        Class.MATCHED: 6,
        Class.CONFLICT: 1,
        Class.UNDECLARED: 2,
        Class.NOT_FOUND: 1,
        Class.NOT_COVERED: 1,
        Class.UNUSABLE: 1,
    }
    assert (summary.rows, summary.devices) == (10, 8)
    assert [rate and (rate.count, rate.total) for rate in (summary.recall, summary.precision, summary.accuracy)] == [
        (6, 8),
        (7, 8),
        (6, 7),
    ]
    assert summarise(()).recall is None


def test_a_copy_of_a_row_that_could_not_be_checked_is_not_checked_either() -> None:
    rows = [row(n, address) for n, address in enumerate(("10.0.0.1", "10.0.0.1", "10.9.9.9", "10.9.9.9"))]
    summary = summarise(held(rows, [device("10.0.0.1")], coverage({"10.0.0.1": Outcome.ANSWERED})))
    assert {cls: count for cls, count in summary.counts.items() if count} == {
        Class.MATCHED: 1,
        Class.NOT_COVERED: 1,
        Class.DUPLICATE: 2,
    }
    assert summary.precision is not None
    assert (summary.precision.count, summary.precision.total) == (1, 2)
    assert summarise(held(rows[2:], [], coverage({}))).precision is None


_SERIALS = st.sampled_from([None, "A1234567", "B1234567", "DS-X1A1234567"])
_MACS = st.sampled_from([(), (MAC,), (OTHER_MAC,), (MAC, OTHER_MAC)])
_SITES = st.sampled_from([None, "North", "South", "East"])
_ADDRESSES = st.lists(st.sampled_from([f"10.0.0.{n}" for n in range(1, 7)]), max_size=2, unique=True).map(tuple)
_ROWS = st.lists(
    st.builds(
        lambda addresses, serial, macs, site, make, retired: Row(
            0, addresses=addresses, serial=serial, macs=macs, site=site, make=make, retired=retired
        ),
        _ADDRESSES,
        _SERIALS,
        _MACS,
        _SITES,
        st.sampled_from([None, "Axis", "Annke"]),
        st.sampled_from([None, None, "'Removed'"]),
    ),
    max_size=12,
)
_FOUND = st.lists(
    st.builds(
        lambda address, serial, macs, site, counts, maker: Found(
            Judged(
                Device(address, (address,), serial=serial, mac=macs[0] if macs else None, maker=maker),
                Verdict.NOT_LISTED,
            ),
            site,
            counts=counts,
        ),
        st.sampled_from([f"10.0.0.{n}" for n in range(1, 7)]),
        _SERIALS,
        _MACS,
        st.sampled_from([None, "North", "South"]),
        st.booleans(),
        st.sampled_from([None, "Axis", "Hikvision"]),
    ),
    max_size=12,
)


@given(_ROWS, _FOUND)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_row_and_every_device_is_counted_once(rows: list[Row], found: list[Found]) -> None:
    results = held(rows, found, coverage({"10.0.0.1": Outcome.SILENT}))
    assert [id(result.row) for result in results if result.row] == [id(row) for row in rows]
    shown = [id(result.found) for result in results if result.found]
    assert len(shown) == len(set(shown))
    assert {id(one) for one in found if one.counts} <= set(shown)
    summary = summarise(results)
    assert summary.rows == len(rows)
    assert sum(summary.counts.values()) == len(results) == len(rows) + summary.counts[Class.UNDECLARED]
    for result in results:
        assert (result.cls is Class.UNDECLARED) == (result.row is None)
        assert (result.score is None) == (result.row is None or result.found is None)
        assert result.row is None or result.row.retired is None or result.cls in _OF_RETIRED
        assert result.reason


_OF_RETIRED = (Class.CONFLICT, Class.RETIRED, Class.OTHER_SITE)
BEHIND = Slot("NVR", "10.0.4.9", 3)


def unreachable(found: Found) -> Found:
    """The same device, as one that was never asked itself."""
    return replace(found, judged=replace(found.judged, device=replace(found.judged.device, addresses=())))


@pytest.mark.parametrize(
    ("address", "cls"), [("192.168.254.3", Class.MATCHED), ("10.0.4.9", Class.MATCHED), ("10.0.7.7", Class.MOVED)]
)
def test_a_camera_behind_a_recorder_is_known_by_its_serial(address: str, cls: Class) -> None:
    camera = unreachable(device("192.168.254.3", serial="E12345678", behind=BEHIND))
    (result,) = held([row(1, address, serial="E12345678")], [camera])
    assert (result.cls, result.address) == (cls, "10.0.4.9 #3")


def test_a_private_address_alone_names_no_camera_behind_a_recorder() -> None:
    camera = unreachable(device("192.168.254.3", behind=BEHIND))
    missing, undeclared = held([row(1, "192.168.254.3")], [camera])
    assert (missing.cls, undeclared.cls) == (Class.NOT_COVERED, Class.UNDECLARED)
    assert "the private address of a camera on 10.0.4.9 #3" in missing.reason


def test_the_private_address_of_a_camera_that_a_row_names_says_nothing_of_another_row() -> None:
    camera = unreachable(device("192.168.254.3", serial="E12345678", behind=BEHIND))
    rows = [row(1, "192.168.254.3", serial="E12345678"), row(2, "192.168.254.3", serial="F12345678")]
    covered = coverage({"192.168.254.3": Outcome.SILENT, "192.168.254.9": Outcome.ANSWERED})
    assert [r.cls for r in held(rows, [camera], covered)] == [Class.MATCHED, Class.NOT_FOUND]


def test_a_row_that_leaves_its_site_open_is_the_twin_of_one_that_names_it() -> None:
    found = [device("10.0.0.1", site="North"), device("10.0.0.1", site="South")]
    rows = [row(1, "10.0.0.9", site="North"), row(2, "10.0.0.9"), row(3, "10.0.0.8", site="South"), row(4, "10.0.0.8")]
    rows += [row(5, "10.0.0.7", site="North"), row(6, "10.0.0.7", site="South")]
    told = {r.row.number: (r.cls, r.reason) for r in held(rows, found) if r.row}
    assert {number for number, (cls, _) in told.items() if cls is Class.DUPLICATE} == {2, 4}
    assert told[2][1] == "it names the same device as row 1: same address"


def test_of_very_many_sites_those_that_know_of_an_address_tell() -> None:
    """The list names no sites: to look for each row at each site takes hours at 3,000 sites and 210,000 rows."""
    found = [device(f"10.{n >> 8}.{n & 255}.1", site=f"Site {n}") for n in range(1_500)]
    rows = [row(n, f"10.{n >> 8}.{n & 255}.{2 if n % 2 else 1}") for n in range(1_500)]
    covered = coverage({"10.0.1.1": Outcome.ANSWERED, "10.0.1.3": Outcome.SILENT}, site="Site 1")
    with costs_less_than(5):
        results = held([*rows, row(9_999, "10.0.1.3")], found, covered)
    assert Counter(r.cls for r in results) == {
        Class.MATCHED: 750,
        Class.NOT_COVERED: 750,
        Class.NOT_FOUND: 1,
        Class.UNDECLARED: 750,
    }
    assert results[1].reason == "10.0.1.2 is not among the targets of the scan"
    assert results[1_500].reason == "10.0.1.3 was asked on 1 channel and is silent"
