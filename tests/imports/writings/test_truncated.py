"""Answers that break off before their end."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from camscan.imports import pasted
from camscan.imports.writings.truncated import elements, members

_INFO = (
    '<DeviceInfo version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema">\n'
    "<deviceName>IP CAMERA</deviceName>\n<model>DS-2CD2143G0-I</model>\n"
    "<serialNumber>DS-2CD2143G0-I20200101AAWR00000001</serialNumber>\n<macAddress>44:19:b6:00:00:01</macAddress>\n"
)
_SAMPLES = Path(__file__).parents[2] / "samples"
TEXTS = (
    _INFO,
    (_SAMPLES / "onvif" / "information.xml").read_text(),
    (_SAMPLES / "ssdp" / "description.xml").read_text(),
    (_SAMPLES / "sadp" / "ds-2cd2385g1-i.xml").read_text(),
    (_SAMPLES / "dhip" / "ipc-hdw1431t1-s4.json").read_text(),
)
_NAMES = (
    (r"\.mac$|^mac\.address$", "mac"),
    (r"serial|device_sn", "serial"),
    (r"model$|model_name|device_description|dhip\.device_type", "model"),
    (r"udn|endpoint|uuid", "endpoint"),
    (r"firmware|version$", "firmware"),
)


def _told(text: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one in pasted.read(text):
        for field, values in one.fields.items():
            for pattern, name in _NAMES:
                if re.search(pattern, field):
                    found.setdefault(name, set()).update(values)
    return found


@pytest.mark.parametrize(
    ("text", "ended"),
    [
        ("<a><b>x</b", "<a><b>x</b>"),
        ("<a:b>x</a:b><a:c d='1'>y\n  ...", "<a:b>x</a:b><a:c d='1'>y</a:c>"),
        ("<a><b>x\n[truncated]", "<a><b>x</b>"),
    ],
)
def test_an_element_whose_text_is_whole_is_ended(text: str, ended: str) -> None:
    assert elements(text) == ended


@pytest.mark.parametrize(
    ("text", "ended"),
    [
        ("<a><model>IPC-1", "<a><model>IPC-1</model>"),
        ("<a><p:model>IPC-1 [truncated]", "<a><p:model>IPC-1</p:model>"),
        ("<a><model>IPC-1 ...", "<a><model>IPC-1</model>"),
        ("<a><serial>x...", "<a><serial></serial>"),
        ("<a><mac>x", "<a><mac></mac>"),
    ],
)
def test_one_whose_text_may_go_on_is_ended_where_its_beginning_tells_something(text: str, ended: str) -> None:
    assert elements(text) == ended


@pytest.mark.parametrize(
    "text",
    [
        "<a><b>x</b></a>",
        "<a><b>x</b>\n...",
        "<a><b>",
        "<html><b>x",
        "a < b",
        "no element ...",
        "<a/>x",
        'realm="DS-1(<id>)" qop',
        "",
    ],
)
def test_what_has_no_open_text_stays(text: str) -> None:
    assert elements(text) == text


@pytest.mark.parametrize(
    ("text", "ended"),
    [
        ('{"a": {"b": "c", "d', '{"a": {"b": "c"}}'),
        ('{"a": {"b": "c", "d": ', '{"a": {"b": "c"}}'),
        ('{"a": {"b": "c", "d": "e', '{"a": {"b": "c", "d": "e"}}'),
        ('{"a": {"b": "c", "SerialNo": "4J0', '{"a": {"b": "c"}}'),
        ("{'a': 'c', 'mac_address': '3c:ef", "{'a': 'c'}"),
        ('[{"b": "c", "a": [1, 2', '[{"b": "c", "a": [1, 2]}]'),
        ('{"b": 1, "a": tru', '{"b": 1}'),
        ('{"a": true', '{"a": true}'),
        ('{"a": "b", ...', '{"a": "b"}'),
        ('{"a": "b\\', '{"a": "b"}'),
        ("{'a': \"it's\", 'b': {'c': 'd'", "{'a': \"it's\", 'b': {'c': 'd'}}"),
        ("12:00 DEBUG [x.y] got {'a': 'b',", "12:00 DEBUG [x.y] got {'a': 'b'}"),
    ],
)
def test_json_that_breaks_off_is_ended(text: str, ended: str) -> None:
    assert members(text) == ended


@pytest.mark.parametrize(
    "text",
    [
        '{"a": "b"}',
        '{"a": "b"} ...',
        "{a: 1",
        '{"a": "b"]',
        "Code=x;data={",
        'see {"',
        '{"a": tru',
        '{"a": [{',
        "<a>{'b': 'c'",
        "",
    ],
)
def test_what_is_whole_or_no_json_stays(text: str) -> None:
    assert members(text) == text


@pytest.mark.parametrize("text", TEXTS, ids=["interface", "information", "description", "search", "notice"])
def test_whatever_the_length_a_copied_answer_names_no_other_device(text: str) -> None:
    whole = _told(text)
    assert {"model", "serial"} <= whole.keys()
    for length in range(20, len(text)):
        for name, values in _told(text[:length]).items():
            others = values - whole[name]
            assert not others or name == "model", (name, text[:length])
            assert all(any(one.startswith(other) for one in whole[name]) for other in others), text[:length]


def test_what_is_whole_of_a_description_counts() -> None:
    fields = next(one.fields for one in pasted.read(_INFO[:-20]) if one.channel == "http")
    assert fields["isapi.namespace"] == ("http://www.hikvision.com/ver20/XMLSchema",)
    assert fields["isapi.device_name"] == ("IP CAMERA",)


def test_name_and_hardware_beside_a_torn_list_of_scopes() -> None:
    text = '{"name": "Panasonic BB-SC384B", "hardware": "BB-SC384B", "scopes": ["onvif://www.onvif.org/Profile/Str'
    (found,) = (one.fields for one in pasted.read(text, "ws_discovery") if one.channel == "wsd")
    assert (found["onvif.scope.name"], found["onvif.scope.hardware"]) == (("Panasonic BB-SC384B",), ("BB-SC384B",))
