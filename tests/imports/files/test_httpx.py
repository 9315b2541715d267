from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from support.imported import cuts, read_all

from camscan.imports.files import httpx

RECORD = {
    "timestamp": "2026-01-02T03:04:05.123456789Z",
    "port": "443",
    "url": "https://192.0.2.5",
    "input": "192.0.2.5",
    "title": "NVR-304",
    "scheme": "https",
    "webserver": "nginx",
    "content_type": "text/html",
    "host": "192.0.2.5",
    "favicon": "999357577",
    "tls": {"subject_dn": "CN=cam,O=Acme", "subject_cn": "cam", "issuer_dn": "CN=Acme CA", "not_after": "x"},
    "status_code": 200,
}


def line(**more: object) -> bytes:
    return json.dumps(RECORD | more, separators=(",", ":")).encode() + b"\n"


def test_a_record_that_is_laid_out_for_people_says_the_same() -> None:
    spread = json.dumps(RECORD, indent=4).encode()
    assert httpx.sniff(spread)
    assert read_all(httpx.read, spread) == read_all(httpx.read, line())


def test_one_server_gives_its_page_icon_and_certificate() -> None:
    assert httpx.sniff(line())
    (page, icon, names), summary = read_all(httpx.read, line())
    assert (page.target, page.port, page.channel) == ("192.0.2.5", 443, "http")
    assert page.at == datetime(2026, 1, 2, 3, 4, 5, 123456, tzinfo=UTC)
    assert (page.fields["http.server"], page.fields["http.title"]) == (("nginx",), ("NVR-304",))
    assert icon.fields == {"http.favicon.mmh3": ("999357577",)}
    assert (names.channel, names.fields["tls.subject.o"], names.fields["tls.issuer"]) == (
        "tls",
        ("Acme",),
        ("CN=Acme CA",),
    )
    assert summary.whole == 1


def test_a_head_that_was_kept_counts_before_its_parts() -> None:
    head = 'HTTP/1.1 401 Unauthorized\r\nServer: Webs\r\nWWW-Authenticate: Basic realm="DVR"\r\n'
    page, *_ = read_all(httpx.read, line(raw_header=head, body="<title>body</title>"))[0]
    assert (page.fields["http.server"], page.fields["http.realm"]) == (("Webs",), ("DVR",))
    assert (page.fields["http.title"], page.outcome) == (("body",), "auth-required")
    headers = {"www_authenticate": 'Basic realm="DVR"', "set_cookie": "a=1"}
    page, *_ = read_all(httpx.read, line(header=headers, status_code=401))[0]
    assert (page.fields["http.realm"], page.fields["http.server"]) == (("DVR",), ("nginx",))


def test_the_address_that_a_name_led_to() -> None:
    page, *_ = read_all(httpx.read, line(host="cam.example", host_ip="192.0.2.7", input="cam.example"))[0]
    assert page.target == "192.0.2.7"


@pytest.mark.parametrize("port", ["0", "65536", "000001" + "0" * 5_000, "४४३", ""])
def test_a_port_that_is_none_costs_no_answer(port: str) -> None:
    page, *_ = read_all(httpx.read, line(port=port))[0]
    assert (page.target, page.port) == ("192.0.2.5", None)


def test_what_did_not_answer_and_what_has_no_address_is_left_out() -> None:
    data = line(failed=True) + line(host="cam.example", input="cam.example") + b"no\n"
    seen, summary = read_all(httpx.read, data)
    assert seen == []
    assert (summary.broken, summary.skipped) == (1, {"host that did not answer": 1, "no address": 1})


def test_a_file_cut_anywhere_gives_what_was_whole() -> None:
    data = line() * 2
    for piece in cuts(data):
        _, summary = read_all(httpx.read, piece)
        assert summary.whole == 2 * len(piece) // len(data)
        assert summary.broken <= 1
