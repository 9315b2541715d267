"""Answers within JSON, and within mappings that programs print."""

from __future__ import annotations

import json

import pytest
from support.costs import costs_less_than

from camscan.imports.notations.mappings import held
from camscan.imports.notations.registry import unwrap


def test_a_mapping_of_an_older_python() -> None:
    assert unwrap("{u'a': [u'b', u\"c\"]}") == '{"a": ["b", "c"]}'
    assert unwrap("menu'a' (u'") == "menu'a' ('"


def test_a_mapping_that_python_printed_is_json() -> None:
    assert unwrap("[{'cmd': 'Login', 'ok': True}]") == '[{"cmd": "Login", "ok": true}]'
    for text in ("{'a': b'c'}", "{'a': b'c'} 1", "{'a'} x"):
        assert unwrap(text) == text


def test_a_string_within_code() -> None:
    assert unwrap(r'(b"HTTP/1.1 200 OK\r\nServer: a\r\n\r\n", 200),').startswith("HTTP/1.1 200 OK\r\nServer: a")
    assert unwrap('f("a\nb")') == 'f("a\nb")'


@pytest.mark.parametrize(
    "part", ['"a":"b"', "}", "[", " ", '""', '\\"', "{'a': ", '{"data": "', '\\"HTTP/1.1 200 ', "\\'v=0\\n"]
)
def test_hostile_text_takes_no_time(part: str) -> None:
    with costs_less_than(1.0):
        unwrap(part * (60_000 // len(part)))


@pytest.mark.parametrize("name", ["response", "raw", "banner"])
def test_the_only_member_of_an_object_is_what_was_said(name: str) -> None:
    assert held(f'{{"{name}": "Acme X-1 fw 2"}}') == "Acme X-1 fw 2"


@pytest.mark.parametrize(
    "text", ['{"name": "Acme X-1"}', '{"data": "Acme X-1"}', '{"response": "Acme X-1", "model": "X-1"}', '{"raw": 1}']
)
def test_one_line_beside_others_or_under_another_name_is_no_answer(text: str) -> None:
    assert held(text) == text


def test_what_a_web_server_quotes_of_others_is_not_its_own_answer() -> None:
    quoted = r'{"sdp": "v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=Acme\r\n"}'
    assert held(quoted).startswith("v=0\r\n")
    for head in (
        "HTTP/1.1 200 OK\r\nServer: Acme\r\n\r\n",
        "HTTP/1.0 200\nContent-Type: text/plain\n\n",
        "\n  HTTP/1.1 200 OK\n  Server: Acme\n\n",
        "> GET / HTTP/1.1\n>\n< HTTP/1.1 200 OK\n< Server: Acme\n<\n",
    ):
        assert held(head + quoted) == head + quoted
    assert held(f"asked for HTTP/1.1 200 OK\nServer: Acme\n{quoted}").startswith("v=0\r\n")


@pytest.mark.parametrize("lines", ["[Server] => A/1\n    [Date] => b", "[0] => Server: A/1\n    [1] => Date: b"])
def test_headers_that_php_listed(lines: str) -> None:
    printed = f"Array\n(\n    {lines}\n)\n"
    for text in (printed, printed.replace("\n", "\r\n")):
        assert unwrap(text).splitlines() == ["Server: A/1", "Date: b"]
    other = "Array\n(\n    [0] => a\n)"
    assert unwrap(other) == other


def test_a_recorded_answer_keeps_its_head() -> None:
    content = {"mimeType": "text/html", "text": "<html></html>"}
    record = {"response": {"status": 401, "headers": [{"name": "Server", "value": "A/1"}], "content": content}}
    assert unwrap(json.dumps(record)).splitlines() == ["HTTP/1.1 401 -", "Server: A/1", "", "<html></html>"]
