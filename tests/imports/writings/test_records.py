"""Answers within JSON, and within mappings that programs print."""

from __future__ import annotations

import json

import pytest
from support.costs import costs_less_than

from camscan.imports.writings.records import members
from camscan.imports.writings.registry import sent


def test_members_without_their_object() -> None:
    assert json.loads(members('"banner": "Server: A/1",')) == {"banner": "Server: A/1"}
    assert json.loads(members('"DeviceType":"B","IP":{"a":1},"c":null}}}')) == {
        "DeviceType": "B",
        "IP": {"a": 1},
        "c": None,
    }
    assert json.loads(members('"a": [{"b": 1}], "c": "d"')) == {"a": [{"b": 1}], "c": "d"}
    for text in (
        '"quoted": words',
        '"Server": "A/1",',
        '"a": "b" and more',
        '"a": "b"' + "}" * 40,
        '{"a": "b"}',
        '"a"',
    ):
        assert members(text) == text


def test_a_mapping_of_an_older_python() -> None:
    assert sent("{u'a': [u'b', u\"c\"]}") == '{"a": ["b", "c"]}'
    assert sent("menu'a' (u'") == "menu'a' ('"


def test_texts_of_a_rust_program() -> None:
    assert sent('a: Some("b c".into()), d: "e".to_string(), f: String::from("g")') == 'a: "b c", d: "e", f: "g"'
    assert sent('Some(b), "c".trim()') == 'Some(b), "c".trim()'


def test_a_mapping_that_python_printed_is_json() -> None:
    assert sent("[{'cmd': 'Login', 'ok': True}]") == '[{"cmd": "Login", "ok": true}]'
    for text in ("{'a': b'c'}", "{'a': b'c'} 1", "{'a'} x"):
        assert sent(text) == text


def test_a_string_within_code() -> None:
    assert sent(r'(b"HTTP/1.1 200 OK\r\nServer: a\r\n\r\n", 200),').startswith("HTTP/1.1 200 OK\r\nServer: a")
    assert sent('f("a\nb")') == 'f("a\nb")'


@pytest.mark.parametrize("part", ['"a":"b"', "}", "[", " ", '""', '\\"', "{'a': ", '{"data": "'])
def test_hostile_text_takes_no_time(part: str) -> None:
    with costs_less_than(1.0):
        members(part * (60_000 // len(part)))
        members('"a": "b"' + part * (60_000 // len(part)))
        sent(part * (60_000 // len(part)))
