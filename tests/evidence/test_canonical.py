"""Records become one canonical line each, and the same record again."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.bundles import AT, SCAN

from camscan.errors import EvidenceError
from camscan.evidence import canonical, conclusions
from camscan.records import Device, Judged, LedgerEntry, Observation, Outcome, Scan, Verdict
from camscan.summaries import Slot, Slots

# A high half of a surrogate pair before a low one is read as the pair; codecs never leave them apart.
TEXT = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("\udc80\udcff\0\u2028")).map(str)
OBSERVATIONS = st.builds(
    Observation,
    target=TEXT,
    channel=TEXT,
    outcome=st.sampled_from(Outcome),
    at=st.datetimes(min_value=datetime(1900, 1, 1), timezones=st.just(UTC)),
    port=st.none() | st.integers(0, 65_535),
    asked=TEXT,
    fields=st.dictionaries(TEXT, st.lists(TEXT, max_size=3).map(tuple), max_size=3),
    raw=st.binary(max_size=100),
    reason=TEXT,
)


@given(OBSERVATIONS)
def test_an_observation_is_the_same_again(observation: Observation) -> None:
    line = canonical.dump(canonical.observation_object(observation))
    assert line.isascii()
    assert line.count(b"\n") == 1
    assert canonical.to_observation(canonical.load(line, "x")) == observation


def test_the_canonical_form_is_the_documented_one() -> None:
    value = {"b": 1, "a": ["é", "😀", "\x00", "/", '"']}
    assert canonical.dump(value) == b'{"a":["\\u00e9","\\ud83d\\ude00","\\u0000","/","\\""],"b":1}\n'


@pytest.mark.parametrize(
    "line",
    [b"", b"\n", b"1\n", b"[]\n", b'{"a":1}', b'{"a": 1}\n', b'{"a":1,"a":1}\n', b'{"a":"\\u00E9"}\n', b'{"a":1e0}\n'],
)
def test_other_forms_are_not_read(line: bytes) -> None:
    with pytest.raises(EvidenceError, match=r"^x: "):
        canonical.load(line, "x")


def test_the_record_of_a_scan_holds_all_but_its_settings() -> None:
    found = json.loads(canonical.dump(canonical.scan_object(SCAN)))
    assert found["vantage"] == {
        "host": "scanner",
        "interfaces": ["eth0"],
        "sources": [{"interface": "eth0", "address": "192.0.2.1"}],
    }
    assert found["started_at"] == "2026-11-24T12:00:00.000000Z"
    assert (found["status"], found["targets"]) == ("complete", ["10.0.0.0/24"])
    assert "settings" not in found


def test_a_scan_and_an_entry_are_the_same_again() -> None:
    for scan in (replace(SCAN, settings={}), Scan("x", AT, (), ())):
        assert canonical.to_scan(canonical.load(canonical.dump(canonical.scan_object(scan)), "x")) == scan
    entry = LedgerEntry("10.0.0.1", {"http": Outcome.NOT_SENT}, {"http": "no route"})
    assert canonical.to_entry(canonical.ledger_object(entry)) == entry


@pytest.mark.parametrize("name", sorted(canonical.scan_object(SCAN)))
@pytest.mark.parametrize("value", [7, [7], {"x": 7}, [None]])
def test_a_scan_that_is_none(name: str, value: object) -> None:
    altered = {**canonical.scan_object(SCAN), name: value}
    with pytest.raises(EvidenceError, match=r"^scan\.json: is not a record"):
        canonical.read(altered, canonical.to_scan, canonical.scan_object, "scan.json")


def test_settings_are_unfolded_and_secrets_left_out() -> None:
    assert canonical.settings_object(SCAN) == {"seed": "7", "choices": {"rate": 10, "snmp_community": "(left out)"}}


@pytest.mark.parametrize(
    "name", ["web_Password", "passphrase", "client_secret", "community", "credentials", "api_token", "private_key"]
)
def test_no_setting_tells_a_secret(name: str) -> None:
    scan = replace(SCAN, settings={name: "x", "choices": json.dumps({"inner": {name: "x", "seed": 7}})})
    inner = {name: "(left out)", "seed": 7}
    assert canonical.settings_object(scan) == {name: "(left out)", "choices": {"inner": inner}}


def test_an_entry_of_the_ledger_names_its_outcomes() -> None:
    entry = LedgerEntry("10.0.0.1", {"http": Outcome.NOT_SENT}, {"http": "no route"})
    assert canonical.ledger_object(entry) == {
        "target": "10.0.0.1",
        "channels": {"http": "not-sent"},
        "reasons": {"http": "no route"},
    }


def test_a_time_before_the_epoch_is_one() -> None:
    line = canonical.observation_object(Observation("x", "y", Outcome.SILENT, AT - timedelta(days=30_000)))
    assert canonical.to_observation(line).at == AT - timedelta(days=30_000)


def test_a_recorder_and_the_cameras_behind_it_are_told_apart() -> None:
    recorder = Device("10.0.0.9", ("10.0.0.9",), serial="REC1", slots=Slots(4, 2, ("CAM9",), 2, 1))
    camera = Device("192.168.1.64", (), behind=Slot("REC1", "10.0.0.9", 3, "Gate", online=True))
    told = json.loads(canonical.dump(conclusions.device_object(Judged(recorder, Verdict.UNIDENTIFIED))))
    assert told["slots"] == {"total": 4, "empty": 2, "elsewhere": ["CAM9"], "named": 2, "listed": 1, "cut": False}
    assert told["behind"] is None
    other = Judged(camera, Verdict.UNIDENTIFIED)
    told = json.loads(canonical.dump(conclusions.device_object(other)))
    assert told["behind"] == {"recorder": "REC1", "address": "10.0.0.9", "number": 3, "name": "Gate", "online": True}
    assert conclusions.verdict_object(other)["behind"] == "10.0.0.9 #3"
