"""What scanners print of an answer becomes the lines that it had."""

from __future__ import annotations

import json

import pytest
from support.costs import costs_less_than

from camscan.imports.notations.registry import unwrap
from camscan.imports.notations.scanners import recorded

RECORD = {"data": {"http": {"response": {"status_code": 401, "headers": {"server": ["a/1"], "set_cookie": "x=1"}}}}}


def test_banners_of_masscan() -> None:
    lead = "Banner on port 554/tcp on 192.0.2.4: "
    assert unwrap(rf"{lead}[rtsp] RTSP/1.0 401 No\x0d\x0aA: \x22b\x22") == 'RTSP/1.0 401 No\r\nA: "b"'
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


def test_a_head_as_browsers_and_dissectors_export_it() -> None:
    asked = {"method": "GET", "headers": [{"name": "Host", "value": "a"}, {"name": "Connection", "value": "close"}]}
    told = {
        "status": 401,
        "headers": [{"name": "Server", "value": "a/1"}, {"name": "X-A", "value": "b"}],
        "content": {"mimeType": "text/html", "text": "<p>"},
    }
    archive = {"log": {"entries": [{"request": asked, "response": told}]}}
    assert recorded(json.dumps(archive)) == "HTTP/1.1 401 -\r\nServer: a/1\r\nX-A: b\r\n\r\n<p>"
    dissected = '{"layers": {"http": {"http.server": "acme"}}}'
    assert recorded(dissected) == "HTTP/1.1 200 -\r\nServer: acme\r\n\r\n"
    spoken = {"headers": {"CSeq": "1", "Server": "a"}}
    assert recorded(json.dumps(spoken)).startswith("RTSP/1.0 200 -")


@pytest.mark.parametrize(
    "record",
    [
        {"status_code": 200, "headers": {"Content-Type": "a"}, "body": "<p>"},
        {"statusCode": 200, "header": {"Content-Type": "a"}, "text": "<p>"},
        {"status": "200", "response_headers": [{"name": "Content-Type", "value": "a"}], "html": "<p>"},
        {"code": 200, "headers": "HTTP/1.1 200 OK\r\nContent-Type: a", "response_body": "<p>"},
    ],
)
def test_an_answer_as_programs_write_it_into_json(record: dict[str, object]) -> None:
    lines = "HTTP/1.1 200 -\r\nContent-Type: a\r\n\r\n<p>"
    assert recorded(json.dumps(record)) == lines
    assert isinstance(record.get("headers"), str) or unwrap(json.dumps(record)) == lines


@pytest.mark.parametrize("name", ["body", "payload", "json", "data"])
def test_a_body_that_was_parsed_is_a_body(name: str) -> None:
    record = {"http_status": 200, "headers": {"content-type": "a"}, name: {"Device": {"model": "b"}}}
    assert recorded(json.dumps(record)) == 'HTTP/1.1 200 -\r\ncontent-type: a\r\n\r\n{"Device": {"model": "b"}}'


@pytest.mark.parametrize(
    "record",
    [
        {"headers": {"Content-Type": "a"}, "body": "<p>"},
        {"status": 200, "headers": {"Content-Type": "a", "Host": "b"}, "body": "<p>"},
        {"status": "active", "headers": {"Content-Type": "a"}, "body": "<p>"},
        {"status": 200, "headers": {"Content-Type": "a"}},
    ],
)
def test_a_request_or_a_record_of_no_answer_stays(record: dict[str, object]) -> None:
    assert recorded(json.dumps(record)) == json.dumps(record)


@pytest.mark.parametrize(
    "text",
    ['{"headers": {"Host": "a"}}', '{"headers": [1]}', '{"headers": {"Server": 1}}', '{"headers": "a"}', "[", ""],
)
def test_other_records_stay(text: str) -> None:
    assert recorded(text) == text


def test_a_server_and_a_title_by_name() -> None:
    lines = "HTTP/1.1 401 -\r\nServer: a/1\r\n\r\n<title>A &amp; B</title>"
    assert recorded(json.dumps({"webserver": "a/1", "title": "A & B", "status_code": 401})) == lines
    for record in ({"server": "a/1"}, {"title": "A"}, {"server": 1, "title": "A"}):
        assert recorded(json.dumps(record)) == json.dumps(record)


@pytest.mark.parametrize(
    "text", ["http://192.0.2.4/", "http://a [401]", '{"headers": [1]}', '{"headers": {', "Banner on port 80", "a [b]"]
)
def test_other_text_stays(text: str) -> None:
    assert unwrap(text) == text


def test_a_banner_below_an_open_port() -> None:
    text = "Discovered open port 80/tcp on 192.0.2.1\nBanner on port 80/tcp on 192.0.2.1: [title] Acme"
    assert unwrap(text) == "<title>Acme</title>"


@pytest.mark.parametrize(
    ("line", "product"),
    [
        ("[acme-detect] [http] [info] http://192.0.2.9/login", "acme"),
        ("[acme-cam-login] [http] [info] http://192.0.2.9/login [Acme]", "acme cam"),
        ("[acme-cam-file-read] [http] [high] http://192.0.2.9/a", "acme cam"),
        ("[acme-cam-info-exposure] [http] [critical] http://192.0.2.9/", "acme cam"),
        ("[CVE-2021-36260] [http] [critical] http://192.0.2.9/", "CVE-2021-36260"),
    ],
)
def test_templates_of_nuclei(line: str, product: str) -> None:
    assert unwrap(line) == f"0/tcp open unknown {product}"


@pytest.mark.parametrize(
    "text",
    [
        "[cnvd-2021-12345] [http] [critical] http://192.0.2.9/",
        "[http-missing-security-headers:x-frame-options] [http] [info] http://192.0.2.9",
        "[acme-detect] of http",
    ],
)
def test_templates_that_name_no_product_stay(text: str) -> None:
    assert unwrap(text) == text


@pytest.mark.parametrize(
    "part", ["[a-detect", "[a-detect] [http] [", "-detect", "System information\nDescription:", '{"headers":[']
)
def test_hostile_text_takes_no_time(part: str) -> None:
    with costs_less_than(1.0):
        unwrap(part * (60_000 // len(part)))
