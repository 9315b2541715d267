from __future__ import annotations

import pytest
from support.imported import AT, read_all

from camscan.imports.files import banners


@pytest.mark.parametrize(
    ("line", "port"),
    [
        ("192.0.2.5\tHTTP/1.1 200 OK\\r\\nServer: App-webs/\\r\\n\\r\\n", None),
        ("192.0.2.5:80 HTTP/1.1 200 OK\\r\\nServer: App-webs/", 80),
        ("192.0.2.5 80/tcp Server: App-webs/", 80),
        ("192.0.2.5,80,Server: App-webs/", 80),
        ('"192.0.2.5";"80";"Server: App-webs/"', 80),
        ("192.0.2.5 | 80 | Server: App-webs/\r", 80),
        ("192.0.2.5 Server: App-webs/", None),
    ],
)
def test_one_line_of_each_notation(line: str, port: int | None) -> None:
    seen, summary = read_all(banners.read, line.encode())
    assert {(one.target, one.port, one.at) for one in seen} == {("192.0.2.5", port, AT)}
    assert ("App-webs/",) in [one.fields.get("http.server") for one in seen]
    assert (summary.whole, summary.broken) == (1, 0)
    assert banners.sniff(line.encode())


def test_addresses_are_kept_apart_and_what_is_no_banner_is_counted() -> None:
    text = "ip,port,banner\n# seen in May\n192.0.2.5,80,Server: App-webs/\n\n192.0.2.6,80,Server: Boa\n192.0.2.7,80\n"
    assert banners.sniff(text.encode())
    assert banners.addresses(text) == 3
    seen, summary = read_all(banners.read, text.encode())
    assert {one.target for one in seen} == {"192.0.2.5", "192.0.2.6"}
    assert summary.skipped == {"line without an address": 1, "address without a banner": 1}


def test_ipv6_stands_in_brackets_before_a_port() -> None:
    seen, _ = read_all(banners.read, b"[2001:DB8::5]:554 RTSP/1.0 401 Unauthorized\n2001:db8::6 Server: Boa\n")
    assert {(one.target, one.port) for one in seen} == {("2001:db8::5", 554), ("2001:db8::6", None)}


@pytest.mark.parametrize(
    "text",
    [
        "192.0.2.5;Hikvision;DS-2CD2142FWD-I\n192.0.2.6;Axis;P1375\n",  # what somebody believes
        "192.0.2.5 HTTP/1.1 200 OK\nServer: App-webs/\n",  # one answer in several lines
        "Server: App-webs/\n",
        "",
    ],
)
def test_what_is_no_list_of_banners(text: str) -> None:
    assert not banners.sniff(text.encode())
