from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

from support.sample import make_report

from camscan.records import Device, Judged, Report, ScanStatus, Verdict
from camscan.reports import Page
from camscan.reports.sarif import render
from camscan.summaries import Citation, Listing, State


def run(report: Report) -> Any:
    log = json.loads("".join(render(report, Page())))
    assert log["version"] == "2.1.0"
    (only,) = log["runs"]
    return only


def test_results_are_the_listed_and_the_suspected_devices(report: Report) -> None:
    results = run(report)["results"]
    assert [(result["level"], result["ruleId"], result["message"]["text"]) for result in results[:2]] == [
        ("error", "dahua-dhip", "10.0.0.7: listed, DHI-NVR4104HS-P-4KS2/L-with-a-very-long-name, Dahua."),
        ("error", "hikvision-sadp", "10.0.0.25: listed, IPC-B140H, HiLook, Hikvision."),
    ]
    (suspected,) = results[2:]
    assert suspected["level"] == "warning"
    assert suspected["message"]["text"].startswith("10.0.0.9: suspected, Hikvision. Look at the label for the name")


def test_rules_are_the_fingerprints_and_every_index_fits(report: Report) -> None:
    log = run(report)
    rules = log["tool"]["driver"]["rules"]
    assert [(rule["id"], rule["defaultConfiguration"]["level"], rule["properties"]["level"]) for rule in rules] == [
        ("dahua-dhip", "error", "likely"),
        ("hikvision-http-server", "error", "likely"),
        ("hikvision-sadp", "error", "certain"),
        ("hikvision-oui", "warning", "hint"),
    ]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in log["results"])
    assert rules[3]["fullDescription"]["text"] == (
        "Names Hikvision as the maker. A hint: devices of other makers show the same."
    )
    assert all(rule["help"]["text"].startswith("Each result contains its evidence") for rule in rules)


def test_policies_are_taxonomies(report: Report) -> None:
    log = run(report)
    assert log["taxonomies"] == [
        {
            "name": "uk-nil",
            "taxa": [{"id": "Hangzhou Hikvision Digital Technology Co., Ltd."}],
            "informationUri": "https://example.org/h?a=1&b",
        },
        {"name": "us-ndaa-889", "taxa": [{"id": "Dahua Technology Company"}, {"id": "Hikvision"}]},
    ]
    for result in log["results"]:
        for taxon in result["taxa"]:
            taxonomy = log["taxonomies"][taxon["toolComponent"]["index"]]
            assert taxonomy["name"] == taxon["toolComponent"]["name"]
            assert {"id": taxon["id"]} in taxonomy["taxa"]


def test_who_is_exempt_is_suppressed_with_the_reason(report: Report) -> None:
    exempt, *others = (judged for judged in report.devices if judged.state_change)
    assert exempt.state_change is not None
    said = replace(exempt.state_change, state=State.EXEMPT, why="CHG-1, until 2027")
    device = replace(exempt, state=State.EXEMPT, state_change=said)
    results = run(make_report(devices=(device, *others)))["results"]
    assert sorted((result["suppressions"] for result in results), key=len) == [
        [],
        [{"kind": "external", "status": "accepted", "justification": "by Ann Lee on 2026-11-20: CHG-1, until 2027"}],
    ]


def test_the_location_is_the_address() -> None:
    device = Judged(Device("fe80::1%eth0/../x y", ()), Verdict.LISTED)
    (result,) = run(make_report(devices=(device,)))["results"]
    (location,) = result["locations"]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == "devices/fe80%3A%3A1%25eth0%2F..%2Fx%20y"
    assert location["logicalLocations"] == [{"name": "fe80::1%eth0/../x y", "kind": "device"}]
    assert result["ruleId"] == "unexplained"


def test_a_device_keeps_its_fingerprint_from_scan_to_scan(report: Report) -> None:
    def prints(made: Report) -> list[str]:
        return [result["partialFingerprints"]["device/v1"] for result in run(made)["results"]]

    assert prints(make_report(scan=replace(report.scan, id="later"))) == prints(report)
    assert len(set(prints(report))) == 3
    assert set(prints(make_report(scan=replace(report.scan, site="elsewhere")))).isdisjoint(prints(report))


def test_clones_have_a_fingerprint_each(report: Report) -> None:
    """Else a consumer shows one of them, and takes the others for the same finding."""
    one = next(judged for judged in report.devices if judged.verdict is Verdict.LISTED)
    clones = [
        replace(one, device=replace(one.device, serial="SN-1", mac=mac, address=address, addresses=(address,)))
        for address, mac in (("10.0.0.1", None), ("10.0.0.2", None), ("10.0.0.2", "02:00:00:00:00:01"))
    ]
    results = run(make_report(devices=tuple(clones)))["results"]
    assert len({result["partialFingerprints"]["device/v1"] for result in results}) == 3


def test_the_invocation_says_whether_the_scan_saw_all(report: Report) -> None:
    (invocation,) = run(report)["invocations"]
    assert invocation == {
        "executionSuccessful": False,
        "startTimeUtc": "2026-11-24T01:00:00.250Z",
        "endTimeUtc": "2026-11-24T01:04:30.000Z",
        "toolExecutionNotifications": [
            {
                "level": "warning",
                "message": {"text": "eth1 went down at 01:03:10Z: what lies behind it was not asked"},
            }
        ],
    }
    complete = replace(report.scan, status=ScanStatus.COMPLETE)
    assert run(make_report(scan=complete))["invocations"][0]["executionSuccessful"] is True


def test_a_message_holds_no_link_and_no_placeholder() -> None:
    device = Device("10.0.0.5", (), model="[x](http://y) {0} \x1b", maker="M")
    (result,) = run(make_report(devices=(Judged(device, Verdict.LISTED),)))["results"]
    assert result["message"]["text"] == ("10.0.0.5: listed, \\x5bx\\x5d(http://y) \\x7b0\\x7d \\x1b, M.")
    assert result["properties"]["model"] == "[x](http://y) {0} \x1b"


def test_only_a_web_address_stands_for_a_policy() -> None:
    cited = (Citation("uk-nil", "t", "c", "javascript:x", ""), Citation("us-ndaa-889", "t", "c", 'https://x/ "é', ""))
    taxonomies = run(make_report(citations=cited))["taxonomies"]
    assert [taxonomy.get("informationUri") for taxonomy in taxonomies] == [None, "https://x/%20%22%C3%A9"]


def test_a_listing_of_a_policy_that_was_not_chosen_is_left_out() -> None:
    device = Judged(Device("10.0.0.5", ()), Verdict.LISTED, (Listing("other", "E", "2020-01-01"),))
    (result,) = run(make_report(devices=(device,)))["results"]
    assert result["taxa"] == []


def test_no_finding_is_an_empty_run() -> None:
    log = run(make_report(devices=()))
    assert log["results"] == []
    assert log["tool"]["driver"]["rules"] == []
    assert log["tool"]["driver"]["version"] == "0.1.0"
    assert re.fullmatch(r"camscan/harbour/[\w-]+", log["automationDetails"]["id"])
