"""Answers within JSON, and within mappings that programs print."""

from __future__ import annotations

import json

import pytest
from support.costs import costs_less_than

from camscan.imports.writings.records import bare_members, embedded, framed, lines
from camscan.imports.writings.registry import unwrap


def test_members_without_their_object() -> None:
    assert json.loads(bare_members('"banner": "Server: A/1",')) == {"banner": "Server: A/1"}
    assert json.loads(bare_members('"DeviceType":"B","IP":{"a":1},"c":null}}}')) == {
        "DeviceType": "B",
        "IP": {"a": 1},
        "c": None,
    }
    assert json.loads(bare_members('"a": [{"b": 1}], "c": "d"')) == {"a": [{"b": 1}], "c": "d"}
    for text in (
        '"quoted": words',
        '"Server": "A/1",',
        '"a": "b" and more',
        '"a": "b"' + "}" * 40,
        '{"a": "b"}',
        '"a"',
    ):
        assert bare_members(text) == text


def test_a_mapping_of_an_older_python() -> None:
    assert unwrap("{u'a': [u'b', u\"c\"]}") == '{"a": ["b", "c"]}'
    assert unwrap("menu'a' (u'") == "menu'a' ('"


def test_texts_of_a_rust_program() -> None:
    assert unwrap('a: Some("b c".into()), d: "e".to_string(), f: String::from("g")') == 'a: "b c", d: "e", f: "g"'
    assert unwrap('Some(b), "c".trim()') == 'Some(b), "c".trim()'


def test_a_mapping_that_python_printed_is_json() -> None:
    assert unwrap("[{'cmd': 'Login', 'ok': True}]") == '[{"cmd": "Login", "ok": true}]'
    for text in ("{'a': b'c'}", "{'a': b'c'} 1", "{'a'} x"):
        assert unwrap(text) == text


def test_a_string_within_code() -> None:
    assert unwrap(r'(b"HTTP/1.1 200 OK\r\nServer: a\r\n\r\n", 200),').startswith("HTTP/1.1 200 OK\r\nServer: a")
    assert unwrap('f("a\nb")') == 'f("a\nb")'


@pytest.mark.parametrize("part", ['"a":"b"', "}", "[", " ", '""', '\\"', "{'a': ", '{"data": "'])
def test_hostile_text_takes_no_time(part: str) -> None:
    with costs_less_than(1.0):
        framed(part * (60_000 // len(part)))
        bare_members(part * (60_000 // len(part)))
        bare_members('"a": "b"' + part * (60_000 // len(part)))
        unwrap(part * (60_000 // len(part)))


@pytest.mark.parametrize("name", ["response", "raw", "banner"])
def test_the_only_member_of_an_object_is_what_was_said(name: str) -> None:
    assert embedded(f'{{"{name}": "Acme X-1 fw 2"}}') == "Acme X-1 fw 2"


@pytest.mark.parametrize(
    "text", ['{"name": "Acme X-1"}', '{"data": "Acme X-1"}', '{"response": "Acme X-1", "model": "X-1"}', '{"raw": 1}']
)
def test_one_line_beside_others_or_under_another_name_is_no_answer(text: str) -> None:
    assert embedded(text) == text


@pytest.mark.parametrize("text", ['["HTTP/1.1 200 OK", "Server: A/", ""]', "['HTTP/1.1 200 OK',\n 'Server: A/', '']"])
def test_a_list_of_the_lines_of_an_answer(text: str) -> None:
    assert lines(text) == "HTTP/1.1 200 OK\r\nServer: A/\r\n"


@pytest.mark.parametrize("text", ['["a", "b"]', '["Server"]', '["HTTP/1.1 200 OK", 1]', '["HTTP/1.1 200 OK", "a"'])
def test_other_lists_stay(text: str) -> None:
    assert lines(text) == text


RECORD = '{\n  "Name": "a",\n  "Data": {"b": [1, 2]}\n}'


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(f"| {line}" for line in RECORD.splitlines()),
        "\n".join(f"[DEBUG] api: {line}" for line in RECORD.splitlines()),
        "\n".join(f"web | 10:00:0{at} {line}" for at, line in enumerate(RECORD.splitlines())),
        "\n".join(f"**{line}**" for line in RECORD.splitlines()),
        f"(1, '{RECORD}');",
        f"| Port | Banner |\n|---|---|\n| 80 | {RECORD.replace(chr(10), '<br>')} |",
        RECORD.replace("\n", r"\n"),
        RECORD.replace("\n", r"\r\n"),
        f'192.0.2.1,80,"{RECORD.replace(chr(34), chr(34) * 2)}"',
        str(RECORD.splitlines()),
        f"<!-- {RECORD} -->",
    ],
)
def test_a_record_within_marks(text: str) -> None:
    assert json.loads(framed(text)) == json.loads(RECORD)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        RECORD,
        f"[{RECORD}]",
        'HTTP/1.1 200 OK\r\n\r\n{"a": 1, "b": 2}',
        'a {"b": 1} c',
        'a {"b": 1, "c": } d',
        '<script>var req = {"a": {}}; post("/b", req)</script>',
    ],
)
def test_a_record_alone_or_behind_a_head_stays(text: str) -> None:
    assert framed(text) == text
