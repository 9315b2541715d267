"""Queries of search engines, as the answers that they look for."""

from __future__ import annotations

import time

import pytest

from camscan.imports.writings.queries import MAX_LENGTH, search

ICON = "http.favicon.hash:999357577"


@pytest.mark.parametrize(
    "text",
    [
        "shodan-query: http.favicon.hash:999357577",
        '    fofa-query: icon_hash="999357577"',
        'zoomeye-query: iconhash:"999357577"',
        'hunter: web.icon=="999357577"',
        '    fofa-query:\n      - title="x"\n      - icon_hash="999357577"\n    max-request: 1',
        'metadata:\n  max-request: 1\n  shodan-query: http.favicon.hash:999357577\n  fofa-query: title="x"',
        '- "http.favicon.hash:999357577"',
        'icon_hash="999357577" && title!="x"',
        '{"name":"x","rule":"icon_hash=\\"999357577\\""}',
        '- name: x\n  favicon_hash:\n  - "999357577"',
    ],
)
def test_an_icon(text: str) -> None:
    assert search(text) == ICON


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('fofa-query: server="App-webs"', "Server: App-webs"),
        ('header="App-webs"', "Server: App-webs"),
        ('shodan-query: "Server: A b/1"', "Server: A b/1"),
        ('header="ETag: 1"', "ETag: 1"),
        ('header="realm=\\"DVR\\""', 'WWW-Authenticate: Digest realm="DVR"'),
        ('inurl:"/doc/page/login.asp"', "Location: /doc/page/login.asp"),
        ('title="A b" || body="c d"', "<html><title>A b</title><body>c d</body></html>"),
        ('body="doc/page/a.js"', '<html><body><a href="doc/page/a.js"></a></body></html>'),
    ],
)
def test_a_page(text: str, line: str) -> None:
    assert line in search(text).splitlines()


def test_a_product_and_what_stands_beside_it() -> None:
    assert search('fofa-query: app="TVT-NVMS-1000"') == "0/tcp open unknown TVT-NVMS-1000"
    assert search('app="A" || title="B"') == "80/tcp open unknown A\n|_http-title: B"
    assert search('product="A" || app="B" || app="A"') == "0/tcp open unknown A\n1/tcp open unknown B"


def test_whom_a_certificate_names() -> None:
    assert search('shodan-query: ssl:"HIKVISION"') == "subject: O = HIKVISION"


def test_a_query_without_conditions() -> None:
    assert search('shodan-query: "a b"') == "a b"


@pytest.mark.parametrize(
    "text",
    [
        'HTTP/1.1 200 OK\r\nServer: a\r\n\r\ntitle="x"',
        "Shodan: port 80\nServer: a/1",
        'vendor: acme\nproduct: b\nshodan-query: title:"Login"',
        "Server: a/1",
        "id: CVE-2021-1\ninfo:\n  metadata:\n    shodan-query: http.favicon.hash:999357577",
        'the page has title="x" in it',
        "rule: " + "x" * MAX_LENGTH,
        '{"Product": "x", "FofaQuery": "body=\\"/a/b\\""}',
        "",
    ],
)
def test_other_text_stays(text: str) -> None:
    assert search(text) == text


@pytest.mark.parametrize(
    "piece", ['a="', "a.", "query:\n- a\n", 'title="x" && ', '"keyword": ["', "{ ", "\n- ", "and "]
)
def test_hostile_text_costs_little(piece: str) -> None:
    text = (piece * MAX_LENGTH)[: MAX_LENGTH - 1]
    start = time.process_time()
    search(text)
    assert time.process_time() - start < 0.5
