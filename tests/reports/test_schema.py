"""The published schema and the written document hold each other."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError
from support.sample import make_report

from camscan.records import Level, Outcome, Report, ScanStatus, Verdict
from camscan.reports import Page
from camscan.reports.json import render
from camscan.reports.jsonl import render as render_lines
from camscan.summaries import GIVEN, State, Tag

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/schema/camscan-1.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA)

OUTCOMES = ("answered", "refused", "silent", "unreachable", "excluded", "not-sent")
CONTRACT: dict[str, set[str]] = {
    "": {"schema", "scan", "left_out", "devices"},
    "scan": {
        *(
            "id",
            "site",
            "started_at",
            "finished_at",
            "status",
            "targets",
            "excluded",
            "channels",
            "vantage",
            "policies",
        ),
        *("sent", "ledger", "notes", "networks"),
    },
    "scan/vantage": {"host", "interfaces", "sources"},
    "scan/sent": {"packets", "bytes", "max_host_connections_per_second"},
    "ledger": {"targets", "answered", "refused", "silent", "unreachable", "excluded", "not-sent", "by_channel"},
    "device": {
        *("id", "address", "addresses", "mac", "hostname", "ports", "maker", "brand", "model", "firmware", "serial"),
        *(
            "kind",
            "hidden_channels",
            "slots",
            "behind",
            "slot",
            "level",
            "verdict",
            "listed_by",
            "evidence",
            "conflicts",
        ),
        *("state", "said", "offends", "switch"),
    },
    "device/listed_by": {"policy", "entity", "since"},
    "network": {"network", "control", "listed", *OUTCOMES, "by_channel"},
    "device/offends": {"policy", "place", "text", "citation", "url", "since"},
    "evidence": {"rule", "channel", "port", "field", "value", "level", "sha256"},
}
OPTIONAL = {"evidence": {"file"}}


def part(name: str) -> Any:
    """The schema of one object of the contract."""
    head, _, tail = name.partition("/")
    found = SCHEMA["$defs"][head] if head else SCHEMA
    found = found["properties"][tail] if tail else found
    return found.get("items", found)


def document(report: Report) -> Any:
    return json.loads("".join(render(report, Page())))


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", CONTRACT)
def test_the_schema_names_every_key_of_the_contract_and_no_other(name: str) -> None:
    schema = part(name)
    assert set(schema["required"]) == CONTRACT[name]
    assert set(schema["properties"]) == CONTRACT[name] | OPTIONAL.get(name, set())
    assert schema["additionalProperties"] is False


def test_the_closed_lists_are_those_of_the_records() -> None:
    definitions = SCHEMA["$defs"]
    assert definitions["device"]["properties"]["verdict"]["enum"] == [verdict.value for verdict in Verdict]
    assert set(definitions["level"]["enum"]) == {str(level) for level in Level}
    assert set(definitions["scan"]["properties"]["status"]["enum"]) == {*ScanStatus} - {ScanStatus.RUNNING}
    by_channel = definitions["ledger"]["properties"]["by_channel"]
    assert set(by_channel["additionalProperties"]["propertyNames"]["enum"]) == set(Outcome)


def test_the_words_for_states_and_places_are_those_of_the_records() -> None:
    device = SCHEMA["$defs"]["device"]["properties"]
    assert device["state"]["enum"] == [*map(str, State), None]
    assert device["said"]["properties"]["state"]["enum"] == [*map(str, GIVEN)]
    assert device["offends"]["items"]["properties"]["place"]["enum"] == list(map(str, Tag))


def test_a_document_is_valid(report: Report) -> None:
    VALIDATOR.validate(document(report))
    VALIDATOR.validate(document(make_report(devices=(), ledger={}, policies=())))


def test_evidence_names_the_file_of_an_import(report: Report) -> None:
    found = report.devices[2].device.identifications[0]
    read = found._replace(evidence=(found.evidence[0]._replace(file="arp.txt"),))
    judged = replace(report.devices[2], device=replace(report.devices[2].device, identifications=(read,)))
    whole = document(replace(report, devices=(judged,)))
    VALIDATOR.validate(whole)
    assert [proof.get("file") for proof in whole["devices"][0]["evidence"]] == ["arp.txt"]


def test_a_line_is_a_device_and_its_scan(report: Report) -> None:
    device = Draft202012Validator({**SCHEMA["$defs"]["device"], "$defs": SCHEMA["$defs"]})
    for line in map(json.loads, render_lines(report, Page())):
        assert [line.pop(name) for name in ("scan", "site")] == [report.scan.id, report.scan.site]
        assert line.pop("started_at") == "2026-11-24T01:00:00.250Z"
        device.validate(line)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("schema",), "camscan/2"),
        (("extra",), 1),
        (("scan", "extra"), 1),
        (("scan", "status"), "running"),
        (("scan", "started_at"), "2026-11-24T01:00:00+01:00"),
        (("scan", "started_at"), None),
        (("scan", "site"), 7),
        (("scan", "sent", "packets"), -1),
        (("scan", "ledger", "crashed"), 1),
        (("scan", "ledger", "targets"), "256"),
        (("scan", "ledger", "by_channel", "http", "closed"), 1),
        (("scan", "ledger", "by_channel", "http", "answered"), None),
        (("devices", 2, "extra"), 1),
        (("devices", 2, "verdict"), "guilty"),
        (("devices", 2, "verdict"), None),
        (("devices", 2, "level"), "sure"),
        (("devices", 2, "level"), "hint"),
        (("devices", 2, "maker"), None),
        (("devices", 2, "listed_by"), []),
        (("devices", 2, "listed_by", 0, "extra"), 1),
        (("devices", 2, "kind"), "toaster"),
        (("devices", 2, "ports", 0), 70_000),
        (("devices", 2, "ports", 0), "80"),
        (("devices", 2, "hidden_channels"), -1),
        (("devices", 2, "model"), "x" * 501),
        (("devices", 2, "evidence", 0, "extra"), 1),
        (("devices", 2, "evidence", 0, "value"), "x" * 501),
        (("devices", 2, "evidence", 0, "level"), None),
    ],
)
def test_a_document_outside_the_contract_is_invalid(report: Report, path: tuple[str | int, ...], value: object) -> None:
    spoilt = document(report)
    holder = spoilt
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    with pytest.raises(ValidationError):
        VALIDATOR.validate(spoilt)


@pytest.mark.parametrize("name", CONTRACT)
def test_a_document_without_one_key_is_invalid(report: Report, name: str) -> None:
    whole = document(report)
    holders: dict[str, Callable[[Any], Any]] = {
        "": lambda read: read,
        "scan": lambda read: read["scan"],
        "scan/vantage": lambda read: read["scan"]["vantage"],
        "scan/sent": lambda read: read["scan"]["sent"],
        "ledger": lambda read: read["scan"]["ledger"],
        "device": lambda read: read["devices"][0],
        "device/listed_by": lambda read: read["devices"][2]["listed_by"][0],
        "device/offends": lambda read: read["devices"][4]["offends"][0],
        "network": lambda read: read["scan"]["networks"][0],
        "evidence": lambda read: read["devices"][2]["evidence"][0],
    }
    for key in CONTRACT[name]:
        spoilt = copy.deepcopy(whole)
        del holders[name](spoilt)[key]
        assert not VALIDATOR.is_valid(spoilt), key
