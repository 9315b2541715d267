"""Answers that break off before their end."""

from __future__ import annotations

import pytest

from camscan.imports import pasted
from camscan.imports.writings.torn import elements, members

_INFO = (
    '<DeviceInfo version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema">\n'
    "<deviceName>IP CAMERA</deviceName>\n<model>DS-2CD2143G0-I"
)


@pytest.mark.parametrize(
    ("text", "ended"),
    [
        ("<a><b>x", "<a><b>x</b>"),
        ("<a><b>x</b", "<a><b>x</b>"),
        ("<a:b>x</a:b><a:c d='1'>y\n  ...", "<a:b>x</a:b><a:c d='1'>y</a:c>"),
        ("<a><b>x [truncated]", "<a><b>x</b>"),
    ],
)
def test_an_element_that_breaks_off_is_ended(text: str, ended: str) -> None:
    assert elements(text) == ended


@pytest.mark.parametrize(
    "text", ["<a><b>x</b></a>", "<a><b>x</b>\n...", "<a><b>", "<html><b>x", "a < b", "no element ...", "<a/>x", ""]
)
def test_what_has_no_open_text_stays(text: str) -> None:
    assert elements(text) == text


@pytest.mark.parametrize(
    ("text", "ended"),
    [
        ('{"a": {"b": "c", "d', '{"a": {"b": "c"}}'),
        ('{"a": {"b": "c", "d": ', '{"a": {"b": "c"}}'),
        ('{"a": {"b": "c", "d": "e', '{"a": {"b": "c", "d": "e"}}'),
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


@pytest.mark.parametrize("length", range(len(_INFO) - 8, len(_INFO) + 1))
def test_a_description_gives_what_was_copied_of_it(length: int) -> None:
    fields = next(one.fields for one in pasted.read(_INFO[:length]) if one.channel == "http")
    assert fields["isapi.namespace"] == ("http://www.hikvision.com/ver20/XMLSchema",)
    assert fields["isapi.model"] == (_INFO[:length].rpartition(">")[2],)


def test_name_and_hardware_beside_a_torn_list_of_scopes() -> None:
    text = '{"name": "Panasonic BB-SC384B", "hardware": "BB-SC384B", "scopes": ["onvif://www.onvif.org/Profile/Str'
    (found,) = (one.fields for one in pasted.read(text, "ws_discovery") if one.channel == "wsd")
    assert (found["onvif.scope.name"], found["onvif.scope.hardware"]) == (("Panasonic BB-SC384B",), ("BB-SC384B",))
