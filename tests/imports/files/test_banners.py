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


SAID = r"HTTP/1.1 200 OK\r\nServer: App-webs/\r\n\r\n{}"


@pytest.mark.parametrize(
    "text",
    [
        '{"ip":"192.0.2.5","port":80,"banner":"%s"}\n{"ip":"192.0.2.6","port":80,"banner":"Server: Boa"}\n',
        '[{"banner": "%s", "addr": "192.0.2.5", "port": "80"},\n{"host":"192.0.2.6","port":80,"banner":"Server: Boa"}]',
        '{"ip":"192.0.2.5","tags":[],"port":80,"banner":"%s"}\n{"ip":"192.0.2.6","port":80,"banner":"Server: Boa"}\n',
    ],
)
def test_banners_as_json(text: str) -> None:
    data = (text % SAID).encode()
    assert banners.sniff_json(data)
    seen, summary = read_all(banners.read_json, data)
    servers = {(one.target, one.port, server) for one in seen for server in one.fields.get("http.server", ())}
    assert servers == {("192.0.2.5", 80, "App-webs/"), ("192.0.2.6", 80, "Boa")}
    assert (summary.whole, summary.broken, summary.cut) == (2, 0, "")


def test_json_without_an_address_or_a_banner_is_counted_and_the_time_is_kept() -> None:
    lines = (
        '{"ip":"192.0.2.5","timestamp":"2026-01-02T03:04:05Z","banner":"Server: App-webs/"}',
        '{"ip":"camera.example","banner":"Server: Boa"}',
        '{"ip":"192.0.2.7","banner":" "}',
        '{"ip":"192.0.2.8","banner":["Server: Boa"]}',
        "[]",
    )
    seen, summary = read_all(banners.read_json, "\n".join(lines).encode())
    assert {(one.target, one.port, one.at.year) for one in seen} == {("192.0.2.5", None, 2026)}
    assert (summary.whole, summary.broken) == (1, 1)
    assert summary.skipped == {"no address": 1, "address without a banner": 2}


@pytest.mark.parametrize(
    "text",
    [
        '{"ip":"192.0.2.1","timestamp":"1","ports":[{"port":80,"service":{"name":"http","banner":"x"}}]}',
        '{"banner":"Server: Boa"}',
        '{"ip":"192.0.2.1","port":80}\n{"banner":"x"}',
        '{"a":' * 2000,
    ],
)
def test_what_is_no_banner_as_json(text: str) -> None:
    assert not banners.sniff_json(text.encode())


@pytest.mark.parametrize(("by", "channels"), [("udp", {"udp"}), ("tcp", {"http", "banner"})])
def test_what_came_by_udp_makes_no_open_port(by: str, channels: set[str]) -> None:
    said = r"SIP/2.0 200 OK\r\nServer: Webs\r\n\r\n"
    seen, _ = read_all(banners.read, f"192.0.2.5 5060/{by} {said}".encode())
    assert {(one.port, one.channel) for one in seen} == {(5060, channel) for channel in channels}
    assert ("Webs",) in [one.fields.get("http.server") for one in seen]
    for member in ("transport", "protocol", "proto"):
        record = f'{{"ip": "192.0.2.5", "port": 5060, "{member}": "{by.upper()}", "banner": "{said}"}}'
        listed, _ = read_all(banners.read_json, record.encode())
        assert {(one.port, one.channel) for one in listed} == {(5060, channel) for channel in channels}


def test_a_banner_is_kept_as_a_whole_beside_what_is_read_in_it() -> None:
    (one, *_), _ = read_all(banners.read, b"192.0.2.5:21 220 NX-510 FTP server ready\n")
    assert (one.port, one.fields["banner.text"]) == (21, ("220 NX-510 FTP server ready",))
    told = {name for one in read_all(banners.read, b"192.0.2.5:80 Server: App-webs/\n")[0] for name in one.fields}
    assert {"http.server", "banner.text"} <= told
