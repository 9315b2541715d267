"""What scanners print of an answer becomes the lines that it had."""

from __future__ import annotations

import json

import pytest

from camscan.imports.writings.registry import unwrap
from camscan.imports.writings.scanners import shadowserver

RECORD = {"data": {"http": {"response": {"status_code": 401, "headers": {"server": ["a/1"], "set_cookie": "x=1"}}}}}


def test_banners_of_masscan() -> None:
    lead = "Banner on port 554/tcp on 192.0.2.4: "
    assert unwrap(rf"{lead}[rtsp] RTSP/1.0 401 No\x0d\x0aA: \x22b\x22") == 'RTSP/1.0 401 No\r\nA: "b"'
    assert unwrap(rf"{lead}[rtsp] RTSP/1.0 401 No\\x0d\\x0aA: b") == "RTSP/1.0 401 No\r\nA: b"
    assert unwrap(f"{lead}[http.server] a/1") == "Server: a/1"
    assert unwrap(f"{lead}[title] A") == "<title>A</title>"


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        ("http://192.0.2.4 [401] [a/1]", "Server: a/1\r\n"),
        ("[INF] http://192.0.2.4 [200] [480] [A] [a/1]", "Server: a/1\r\n\r\n<title>A</title>"),
        ("https://a.example:8443 [301,200] [A title] [a/1]", "Server: a/1\r\n\r\n<title>A title</title>"),
        ("http://a [200 OK] Country[ZZ], HTTPServer[a/1], Title[A]", "Server: a/1\r\n\r\n<title>A</title>"),
    ],
)
def test_lines_of_httpx_and_whatweb(line: str, lines: str) -> None:
    assert unwrap(line) == lines.strip()


def test_records_of_zgrab() -> None:
    assert unwrap(json.dumps(RECORD)) == "HTTP/1.1 401 -\r\nserver: a/1\r\nset-cookie: x=1"
    whole = {"headers": {"Server": "a/1"}, "body": "<p>"}
    assert unwrap('{"headers": {"Server": "a/1"}, "body": "<p>"}') == "HTTP/1.1 200 -\r\nServer: a/1\r\n\r\n<p>"
    assert unwrap(json.dumps(whole)) == "HTTP/1.1 200 -\r\nServer: a/1\r\n\r\n<p>"


def test_records_that_name_the_server_and_the_title() -> None:
    lines = "HTTP/1.1 401 -\r\nServer: a/1\r\n\r\n<title>A &amp; B</title>"
    assert unwrap(json.dumps({"webserver": "a/1", "title": "A & B", "status_code": 401})) == lines
    assert unwrap(json.dumps({"http": {"response": {"html_title": "A"}}})).endswith("\r\n\r\n<title>A</title>")


@pytest.mark.parametrize(
    "record",
    [
        {"data": "HTTP/1.1 200 OK\r\nServer: b\r\n", "http": {"server": "a/1", "title": "A"}},
        {"server": "a/1"},
        {"title": "A"},
        {"server": 1, "title": "A"},
    ],
)
def test_records_that_hold_more_or_less_stay(record: dict[str, object]) -> None:
    assert "<title>" not in unwrap(json.dumps(record))


def test_findings_of_nikto() -> None:
    text = "- Nikto v2\n+ Server: a/1\n+ / - Requires Authentication for realm 'A B'\n+ 1 host(s) tested"
    assert unwrap(text) == 'Server: a/1\r\nWWW-Authenticate: Basic realm="A B"'
    assert unwrap("+ Server: No banner retrieved") == "+ Server: No banner retrieved"


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        ("[+] 192.0.2.4:80 a/1 (B) ( 302-/x.htm )", "HTTP/1.1 302 -\r\nServer: a/1 (B)\r\nLocation: /x.htm\r\n"),
        ('[*] 192.0.2.4:80 ( 401-Basic realm="A" )', 'HTTP/1.1 401 -\r\nWWW-Authenticate: Basic realm="A"\r\n'),
        ("[+] 192.0.2.4:80 a/1 ( Powered by B, 302-/x )", "HTTP/1.1 302 -\r\nServer: a/1\r\nLocation: /x\r\n"),
    ],
)
def test_lines_of_metasploit(line: str, lines: str) -> None:
    assert unwrap(line) == lines.strip()


@pytest.mark.parametrize(
    "text", ["http://192.0.2.4/", "http://a [401]", '{"headers": [1]}', '{"headers": {', "Banner on port 80", "a [b]"]
)
def test_other_text_stays(text: str) -> None:
    assert unwrap(text) == text


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Plugin Output:\n  The remote web server type is :\n\n  acme-httpd/1", "Server: acme-httpd/1"),
        ("HTTP Server: acme-httpd\nDetected by: a test", "Server: acme-httpd"),
        ("Detected Acme IP Camera\n\nVersion:  V5\nCPE: cpe:/h:a:b", "0/tcp open unknown Acme IP Camera"),
        ('{"layers": {"http": {"http.server": "acme"}}}', "HTTP/1.1 200 -\r\nServer: acme"),
    ],
)
def test_findings_of_scanners(text: str, lines: str) -> None:
    assert unwrap(text) == lines


@pytest.mark.parametrize("text", ["Detected a thing\nand more", "HTTP Servers: 2"])
def test_words_alike_are_no_findings(text: str) -> None:
    assert unwrap(text) == text


def test_events_of_feeds() -> None:
    event = """"extra.http_code": 401,\n"extra.server": "A/1",\n'extra.www_authenticate': 'Basic',\n"extra.tag": "b","""
    assert shadowserver(event) == "server: A/1\r\nwww-authenticate: Basic"
    assert shadowserver('"extra.tag": "b"') == '"extra.tag": "b"'


def test_a_service_that_masscan_noted_in_json() -> None:
    record = {"ip": "192.0.2.1", "ports": [{"port": 80, "service": {"name": "http.server", "banner": "acme"}}]}
    assert unwrap(json.dumps([record])) == "Server: acme"
    assert unwrap(json.dumps(record).replace("http.server", "title")) == "<title>acme</title>"


def test_a_banner_below_an_open_port() -> None:
    text = "Discovered open port 80/tcp on 192.0.2.1\nBanner on port 80/tcp on 192.0.2.1: [title] Acme"
    assert unwrap(text) == "<title>Acme</title>"


def test_rules_of_nmap() -> None:
    assert unwrap(r"match ipcam m|^\0\x10|s p/Acme port/") == "0/tcp open ipcam Acme port"
    told = unwrap(r"match http m=^HTTP/1\.0 .*Server: a=i p/Acme httpd/ v/1/ d/webcam/ cpe:/h:a:b/")
    assert told == "0/tcp open http Acme httpd\nService Info: Device: webcam"


@pytest.mark.parametrize("text", ["match a m|b", "match a m|b| v/1/", "match a m|b| p/$1/", "rematch a m|b| p/c/"])
def test_other_rules_stay(text: str) -> None:
    assert unwrap(text) == text


def test_rows_of_marks_and_a_server_in_words() -> None:
    assert unwrap("Camera:a|headers|Server|b/1") == "Server: b/1"
    assert unwrap("Camera:a|index|index|<title>b</title>") == "<title>b</title>"
    assert unwrap("[info] x\n[+] RTSP banner on port 554: b/1") == "RTSP/1.0 200 -\r\nServer: b/1"
    assert unwrap("a|b|c|d") == "a|b|c|d"
