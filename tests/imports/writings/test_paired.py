"""Heads as programs and tables hold them."""

from __future__ import annotations

import json

import pytest

from camscan.imports.writings.registry import sent


def lines(text: str) -> list[str]:
    return [line for line in sent(text).splitlines() if line.strip()]


@pytest.mark.parametrize(
    "text",
    [
        "rawHeaders: [\n  'Server', 'a/1',\n  'WWW-Authenticate', 'Basic realm=\"b\"'\n],",
        "statusCode: 401,\nheaders: { server: 'a/1', 'www-authenticate': 'Basic realm=\"b\"' }",
        "<CIMultiDictProxy('Server': 'a/1', 'WWW-Authenticate': 'Basic realm=\"b\"')>",
        'status: 401, headers: {"server": "a/1", "www-authenticate": "Basic realm=\\"b\\""}',
        'map[Server:[a/1] Www-Authenticate:[Basic realm="b"]]',
        '{Server=[a/1], WWW-Authenticate=[Basic realm="b"]}',
        json.dumps(
            {
                "headers": [
                    {"name": n, "value": v} for n, v in (("Server", "a/1"), ("WWW-Authenticate", 'Basic realm="b"'))
                ]
            }
        ),
        '| Name | Value |\n|---|---|\n| Server | a/1 |\n| WWW-Authenticate | Basic realm="b" |',
        'Key               Value\n---               -----\nServer            a/1\nWWW-Authenticate  Basic realm="b"',
        'HTTP Headers:\n\tServer: a/1\n\tWWW-Authenticate: Basic realm="b"',
    ],
)
def test_headers_as_pairs(text: str) -> None:
    told = {line.lower() for line in lines(text)}
    assert {"server: a/1", 'www-authenticate: basic realm="b"'} <= told


def test_what_php_prints() -> None:
    plain = "Array\n(\n    [Maker] => a b\n    [Model] => c-1\n    [More] => Array\n        (\n        )\n)\n"
    assert lines(plain) == ["Maker: a b", "Model: c-1"]
    typed = 'array(2) {\n  ["Maker"]=>\n  string(3) "a b"\n  ["Model":protected]=>\n  string(3) "c-1"\n}'
    assert lines(typed) == ["Maker: a b", "Model: c-1"]
    assert sent("[a] => b") == "[a] => b"


def test_a_single_header() -> None:
    assert lines("rawHeaders: [ 'Server', 'a/1' ]") == ["Server: a/1"]


def test_pairs_of_a_stream() -> None:
    assert lines("headers { CSeq: '2', Server: 'a' }") == ["RTSP/1.0 200 -", "CSeq: 2", "Server: a"]


@pytest.mark.parametrize(
    "text", ["", '{"server": "a", "date": "b"}', "Server: 'a'", "HTTP/1.1 200 OK\nServer: a\nDate: b"]
)
def test_other_text_stays(text: str) -> None:
    assert sent(text) == text
