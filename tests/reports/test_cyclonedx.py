"""The bill of hardware: as the published schema of CycloneDX 1.6 wants it, and with the evidence of each claim."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft7Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7
from support.hostile import HOSTILE, every_example, hostile, poisoned
from support.sample import make_report, sample

from camscan.records import NO_BYTES, Device, Evidence, Identification, Judged, Level, Report, Verdict
from camscan.reports import Page
from camscan.reports.cyclonedx import render
from camscan.summaries import Slot

_OTHERS = ("spdx", "jsf-0.82")  # the schemas of licences and signatures, of which a bill of ours has none


def validator() -> Draft7Validator:
    schema = json.loads((Path(__file__).parent / "schemas" / "cyclonedx-1.6.json").read_text(encoding="utf-8"))
    base = schema["$id"].rpartition("/")[0]
    nothing: Resource[Any] = Resource.from_contents({"definitions": {"signature": False}}, DRAFT7)
    others = ((f"{base}/{name}.SNAPSHOT.schema.json", nothing) for name in _OTHERS)
    return Draft7Validator(schema, registry=Registry[Any]().with_resources(others))


VALIDATOR = validator()


def bill(report: Report) -> Any:
    return checked("".join(render(report, Page())))


def checked(written: str) -> Any:
    found = json.loads(written)
    faults = [f"{error.json_path}: {error.message[:200]}" for error in VALIDATOR.iter_errors(found)]
    assert not faults
    refs = [c["bom-ref"] for c in found["components"]]
    refs += [part["bom-ref"] for c in found["components"] for part in c.get("components", ())]
    assert len(refs) == len(set(refs)), "references are unique within a bill"
    return found


def properties(component: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in component["properties"]:
        found.setdefault(one["name"], []).append(one["value"])
    return found


def test_the_schema_would_refuse_what_is_none() -> None:
    broken = {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"type": "camera", "name": "x"}]}
    assert [error.json_path for error in VALIDATOR.iter_errors(broken)] == ["$.components[0].type"]


def test_a_device_is_a_component_with_maker_model_firmware_serial_and_mac(report: Report) -> None:
    found = bill(report)
    assert [c["name"] for c in found["components"]] == [
        *("DHI-NVR4104HS-P-4KS2/L-with-a-very-long-name", "IPC-B140H"),
        *("Hikvision device", "P3245-LVE", "unidentified device"),
    ]
    camera = found["components"][1]
    assert (camera["type"], camera["group"], camera["manufacturer"]) == ("device", "Hikvision", {"name": "Hikvision"})
    [firmware] = camera["components"]
    assert (firmware["type"], firmware["name"], firmware["version"]) == (
        *("firmware", "firmware of IPC-B140H", "V5.5.84 build 190507"),
    )
    told = properties(camera)
    assert told["cdx:device:serialNumber"] == ["IPC-B140H20190507AAWRD12345678"]
    assert told["cdx:device:macAddress"] == ["44:19:B6:00:00:01"]
    assert told["camscan:brand"] == ["HiLook"]
    assert told["camscan:address"] == ["10.0.0.25", "fe80::4619:b6ff:fe00:1"]
    assert told["camscan:listed"][1] == "us-ndaa-889: Hikvision, since 2018-08-13"
    assert (told["camscan:verdict"], told["camscan:state"], camera["tags"]) == (["listed"], ["ticketed"], ["listed"])
    unknown = found["components"][4]
    assert {"group", "manufacturer", "evidence", "components"}.isdisjoint(unknown)


def test_the_evidence_says_what_each_claim_rests_on_and_how_sure_it_is() -> None:
    sha = "ab" * 32
    said = (Evidence("sadp", 37020, "sadp.device_description", "IPC-B140H", sha, asked="inquiry"),)
    rules = (
        Identification("by-mac", Level.HINT, "A", None, {}, (Evidence("mac", None, "mac.oui", "4419B6", NO_BYTES),)),
        Identification("by-sadp", Level.CERTAIN, "A", None, {"model": "B140", "firmware": "V5"}, said),
        Identification("again", Level.LIKELY, "A", None, {"model": "B140"}, (said[0]._replace(asked="again"),)),
        Identification("other", Level.HINT, "B", None, {"model": "other"}, said),
    )
    device = Device("10.0.0.1", (), maker="A", model="B140", firmware="V5", identifications=rules)
    [component] = bill(make_report(devices=(Judged(device, Verdict.LISTED),)))["components"]
    maker, model = component["evidence"]["identity"]
    assert (maker["field"], maker["concludedValue"], maker["confidence"], maker["tools"]) == (
        *("group", "A", 0.99, ["camscan"]),
    )
    where = f"(sadp port 37020; rule by-sadp; sha256 {sha})"
    assert maker["methods"] == [
        {
            "technique": "dynamic-analysis",
            "confidence": 0.99,
            "value": f"sadp.device_description: IPC-B140H {where}",
        },
        {
            "technique": "dynamic-analysis",
            "confidence": 0.4,
            "value": "mac.oui: 4419B6 (mac; rule by-mac; no bytes of an answer)",
        },
    ]
    assert (model["field"], model["concludedValue"], len(model["methods"])) == ("name", "B140", 1)
    [firmware] = component["components"]
    [version] = firmware["evidence"]["identity"]
    assert (version["field"], version["concludedValue"]) == ("version", "V5")


def test_the_metadata_says_of_which_scan_and_how_far_it_saw(report: Report) -> None:
    metadata = bill(report)["metadata"]
    told = properties(metadata)
    assert metadata["lifecycles"] == [{"phase": "discovery"}]
    assert metadata["timestamp"] == "2026-11-24T01:04:30.000Z"
    assert (told["camscan:scan"], told["camscan:status"]) == ([report.scan.id], ["partial"])
    assert told["camscan:note"] == list(report.scan.notes)
    part = properties(bill(make_report(left_out={Verdict.LISTED: 2}))["metadata"])
    assert part["camscan:note"][-1] == "2 other devices of the scan are left out: they were not asked for"
    [tool] = metadata["tools"]["components"]
    assert (tool["name"], tool.get("version")) == ("camscan", report.tools.get("camscan"))


def test_the_serial_number_is_that_of_the_judgement(report: Report) -> None:
    others = (make_report(policies=("own",)), make_report(tools={"camscan": "9"}))
    parts = (make_report(devices=report.devices[:2]), make_report(devices=report.devices[1:3]))
    numbers = [bill(made)["serialNumber"] for made in (report, make_report(), *others, *parts)]
    assert numbers[0] == numbers[1]
    assert len({*numbers}) == 5


def test_several_devices_at_one_address_and_one_behind_a_recorder() -> None:
    slot = Slot("REC1", "10.0.0.1", 3)
    devices = (Device("10.0.0.1", ()), Device("10.0.0.1", ()), Device("192.168.0.5", (), behind=slot))
    found = bill(make_report(devices=tuple(Judged(device, Verdict.UNIDENTIFIED) for device in devices)))
    assert [c["bom-ref"] for c in found["components"]] == [
        *("device 10.0.0.1", "device 10.0.0.1 (2)", "device 10.0.0.1 #3")
    ]
    assert properties(found["components"][2])["camscan:behind"] == ["REC1, channel 3"]
    assert properties(found["components"][2])["camscan:address"] == ["192.168.0.5"]


@pytest.mark.parametrize("changes", [{"devices": ()}, {"tools": {}}, {"policies": ()}])
def test_what_is_not_there_makes_no_fault(changes: dict[str, Any]) -> None:
    bill(make_report(**changes))


def test_a_scan_that_never_ended_has_the_time_of_its_beginning(report: Report) -> None:
    made = make_report(scan=replace(report.scan, finished_at=None, site=None))
    assert bill(made)["metadata"]["timestamp"] == "2026-11-24T01:00:00.250Z"


@hostile
@every_example
@given(HOSTILE)
def test_hostile_texts_stay_texts(text: str) -> None:
    written = "".join(render(poisoned(sample(), text), Page()))
    assert written.isascii()
    assert written.replace("\n", "").isprintable()
    checked(written)
