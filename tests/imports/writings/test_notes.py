"""A line of notes becomes the lines that the web server had."""

from __future__ import annotations

import json

import pytest

from camscan.imports.writings.notes import MAX_NOTE
from camscan.imports.writings.registry import unwrap


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        ("HTTP Title: index | Server: a/1 | Status: 200", "Server: a/1\r\n\r\n<title>index</title>"),
        ('title="A & B" && server="a/1" && port="80"', "Server: a/1\r\n\r\n<title>A &amp; B</title>"),
        ("[+] 192.0.2.4:80 - HTTP/1.1 200 OK (Server: a 1.0) Title: A B", "Server: a 1.0\r\n\r\n<title>A B</title>"),
        ('http.title:"A"', "<title>A</title>"),
        ('server: "a 7"', "Server: a 7\r\n\r\n"),
        ('Server: a 1.0 200 OK country:"JP"', "Server: a 1.0"),
        ("Server: a/1, realm: b", 'Server: a/1\r\nWWW-Authenticate: Basic realm="b"\r\n\r\n'),
    ],
)
def test_lines(line: str, lines: str) -> None:
    assert unwrap(line) == lines.strip()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Server: a/1",
        "Print Server: a",
        "Server: a\nTitle: b",
        '<p title="a" server="b">',
        'server="a"' + " " * MAX_NOTE + "title=b",
        'Digest realm=b, nonce="c"',
        'a, realm="b"',
        'WWW-Authenticate: Digest realm="b", nonce="c"',
        "ServiceInfo(title='a', server='b.local.')",
    ],
)
def test_other_texts_stay(text: str) -> None:
    assert unwrap(text) == text


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("$ curl -sI http://192.0.2.4\nServer: a/1", "Server: a/1"),
        ("Response headers:\nServer: a/1\nDate: b", "Server: a/1\nDate: b"),
        ("- Server: a/1\n- X-Frame-Options: b", "Server: a/1\nX-Frame-Options: b"),
        ("header: Server: a/1", "Server: a/1"),
        ('("Server", "a/1")', "Server: a/1"),
        ('[("Server","a/1"),("Date","b")]', "Server: a/1\r\nDate: b"),
        ('http.Header{"Server":[]string{"a/1"}}', "Server: a/1"),
        ('array(1) { ["Server"]=> string(3) "a/1" }', "Server: a/1"),
        (r'"WWW-Authenticate": "Basic realm=\"b\""', 'WWW-Authenticate: Basic realm="b"'),
        ("http-server-header: a/1", "Server: a/1"),
        ("http.server: a/1", "Server: a/1"),
        ("HTTPServer[a/1]", "Server: a/1"),
        ("realm: a b", 'WWW-Authenticate: Basic realm="a b"'),
        ("Login to 3M01A2BPAK00123", 'WWW-Authenticate: Basic realm="Login to 3M01A2BPAK00123"'),
        ("rtsp-auth: Digest realm=a b", 'WWW-Authenticate: Digest realm="a b"'),
        ('gst: Basic realm="a", x="b"', 'WWW-Authenticate: Basic realm="a", x="b"'),
        (
            'RTSP/1.0 401 Unauthorized (auth required, realm="a")',
            'RTSP/1.0 401 Unauthorized\r\nWWW-Authenticate: Digest realm="a"',
        ),
        ('RTSP/1.0 401 (realm="a")\nA: b', 'RTSP/1.0 401\r\nWWW-Authenticate: Digest realm="a"\nA: b'),
        ('401 (realm "a")', 'WWW-Authenticate: Digest realm="a"'),
    ],
)
def test_headers_with_a_mark_or_out_of_code(text: str, lines: str) -> None:
    assert unwrap(text) == lines


@pytest.mark.parametrize(
    "text",
    [
        "- Model: a",
        "Camera:\nModel: a",
        '"location": "a", "name": "b"',
        "realm: a\nb: c",
        "HTTPServer[",
        "(a, b)",
        "Login to your camera",
        "401 (realm)",
    ],
)
def test_texts_about_other_things_stay(text: str) -> None:
    assert unwrap(text) == text


def lines_of(text: str) -> list[str]:
    return [line for line in unwrap(text).splitlines() if line.strip()]


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
        'HTTP Headers:\n\tServer: a/1\n\tWWW-Authenticate: Basic realm="b"',
    ],
)
def test_headers_as_pairs(text: str) -> None:
    told = {line.lower() for line in lines_of(text)}
    assert {"server: a/1", 'www-authenticate: basic realm="b"'} <= told


def test_a_single_header() -> None:
    assert lines_of("rawHeaders: [ 'Server', 'a/1' ]") == ["Server: a/1"]


def test_pairs_of_a_stream() -> None:
    assert lines_of("headers { CSeq: '2', Server: 'a' }") == ["CSeq: 2", "Server: a"]


@pytest.mark.parametrize(
    "text", ["", '{"server": "a", "date": "b"}', "Server: 'a'", "HTTP/1.1 200 OK\nServer: a\nDate: b"]
)
def test_other_pairs_stay(text: str) -> None:
    assert unwrap(text) == text


def test_code_in_notes() -> None:
    assert unwrap("`200`, `Info` with `model=A-1`, `version=2 b`, `type=C`") == "model=A-1\nversion=2 b\ntype=C"
    for text in ("set `a.b=1` in the file", "`ab=1`, `c`, `d`, `e`, `fg=2`"):
        assert unwrap(text) == text


def test_a_table_of_notes() -> None:
    table = "| HTTP server | `A-Webs` |\n| Realm | B |\n| Title | c |\n| Port | 80 |"
    assert unwrap(table) == 'Server: A-Webs\r\nWWW-Authenticate: Basic realm="B"\r\n\r\n<title>c</title>'
    assert unwrap("| Server | a |\n| Port | b |") == "| Server | a |\n| Port | b |"


def test_a_header_line_in_a_table() -> None:
    table = "| Port | Banner |\n|---|---|\n| 80 | `Server: A/1` |"
    assert unwrap(table) == "Server: A/1"
    assert unwrap(f"{table}\n| 81 | Server: B/1 |") != "Server: A/1"
