from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.imported import cuts, read_all

from camscan.imports.files import masscan

WHEN = datetime(2014, 1, 22, 8, 7, 44, tzinfo=UTC)
HTTP = "HTTP/1.0 200 OK\\u000d\\u000aServer: App-webs/\\u000d\\u000a\\u000d\\u000a"


def record(address: str, found: str) -> str:
    return (
        f'{{   "ip": "{address}",   "timestamp": "1390378064", "ports": [ {{"port": 80, "proto": "tcp", {found}}} ] }}'
    )


JSON = "\n,\n".join(
    (
        "[\n" + record("192.0.2.7", '"status": "open", "reason": "syn-ack", "ttl": 64'),
        record("192.0.2.7", f'"service": {{"name": "http", "banner": "{HTTP}"}}'),
        record("192.0.2.8", '"service": {"name": "title", "banner": "WEB SERVICE"}') + "\n]\n",
    )
).encode()


def test_json() -> None:
    seen, summary = read_all(masscan.read_json, JSON)
    assert [(one.target, one.channel, one.port, one.at) for one in seen] == [
        ("192.0.2.7", "masscan", 80, WHEN),
        ("192.0.2.7", "http", 80, WHEN),
        ("192.0.2.8", "http", 80, WHEN),
    ]
    assert seen[1].raw == b"HTTP/1.0 200 OK\r\nServer: App-webs/\r\n\r\n"
    assert seen[1].fields["http.server"] == ("App-webs/",)
    assert seen[2].fields == {"http.title": ("WEB SERVICE",)}
    assert (summary.whole, summary.broken, summary.cut) == (3, 0, "")


def test_a_list_without_its_end_gives_its_whole_lines() -> None:
    for piece in cuts(JSON):
        seen, summary = read_all(masscan.read_json, piece)
        assert summary.cut or piece.rstrip().endswith(b"]")
        assert len(seen) == summary.whole
        assert summary.broken <= 1


def test_an_older_end_is_an_end() -> None:
    _, summary = read_all(masscan.read_json, JSON.removesuffix(b"]\n") + b",\n{finished: 1}\n")
    assert summary.cut == ""


def test_records_that_are_not_as_they_should_be() -> None:
    lines = [
        b'{"ip": "no", "ports": [{"port": 80, "proto": "tcp", "status": "open"}]},',
        b'{"ip": "192.0.2.1", "ports": [{"port": 70000, "proto": "tcp"}, {"port": 53, "proto": "udp"}, 7]},',
        b'{"ip": "192.0.2.1", "ports": "x"},',
        b"[1, 2],",
        b'{"ip": "192.0.2.1"',
        b"{" * 5000,
    ]
    seen, summary = read_all(masscan.read_json, b"[\n" + b"\n".join(lines) + b"\n]")
    assert seen == []
    assert summary.skipped == {"no address": 1, "port that is not an open TCP port": 3}
    assert summary.broken == 4


def test_the_list() -> None:
    data = (
        b"#masscan\nopen tcp 554 192.0.2.9 1390378064\n"
        b"banner tcp 21 192.0.2.9 1390378064 ftp 220 AXIS M1065-L Network Camera 6.50 ready.\\x0d\\x0a\n"
        b"banner tcp 80 192.0.2.9 1390378064 http.server App-webs/\nwhat is this\n# end\n"
    )
    seen, summary = read_all(masscan.read_list, data)
    assert [(one.channel, one.port, dict(one.fields)) for one in seen] == [
        ("masscan", 554, {"tcp.port": ("554",)}),
        ("banner", 21, {"banner.text": ("220 AXIS M1065-L Network Camera 6.50 ready.",)}),
        (
            "http",
            80,
            {"http.server": ("App-webs/",), "http.header": ("server: App-webs/",), "http.header_order": ("Server",)},
        ),
    ]
    assert (summary.whole, summary.broken) == (3, 1)


def test_json_lines_and_json_that_was_laid_out_anew() -> None:
    lines = (
        b'{"ip":"192.0.2.7","timestamp":"1390378064","port":80,"proto":"tcp","rec_type":"status",'
        b'"data":{"status":"open","reason":"syn-ack","ttl":64}}\n'
        b'{"ip":"192.0.2.7","timestamp":"1390378064","port":80,"proto":"tcp","rec_type":"banner",'
        b'"data":{"service_name":"http","banner":"' + HTTP.encode() + b'"}}\n'
        b'{"ip":"192.0.2.8","timestamp":"1390378064","port":80,"proto":"tcp","rec_type":"banner",'
        b'"data":{"service_name":"title","banner":"WEB SERVICE"}}\n'
    )
    for data in (lines, json.dumps(json.loads(JSON)).encode(), json.dumps(json.loads(JSON), indent=2).encode()):
        assert masscan.sniff_json(data)
        assert read_all(masscan.read_json, data) == read_all(masscan.read_json, JSON)
    assert not masscan.sniff_json(b'{"ip": "192.0.2.1", "port": 80, "state": "open"}')


def test_a_certificate_and_what_is_no_greeting() -> None:
    der = (Path(__file__).parents[2] / "samples" / "tls" / "rsa-1024-sha1.der").read_bytes()
    text = base64.b64encode(der).decode()
    data = f"[{record('192.0.2.7', json.dumps({'service': {'name': 'X509', 'banner': text}})[1:-1])}]"
    (one,), _ = read_all(masscan.read_json, data.encode())
    assert (one.channel, one.port, one.raw) == ("tls", 80, der)
    data = f"[{record('192.0.2.7', json.dumps({'service': {'name': 'vuln', 'banner': 'x: 1'}})[1:-1])}]"
    assert read_all(masscan.read_json, data.encode())[0] == []


def test_bytes_that_the_list_spells_out() -> None:
    line = rb"banner tcp 8000 192.0.2.9 1390378064 unknown \x00\x00\x00\x10\xb6"
    (one,), _ = read_all(masscan.read_list, line)
    assert (one.channel, one.raw) == ("banner", b"\0\0\0\x10\xb6")


@pytest.mark.parametrize(("port", "seen"), [(0, []), (1, [1]), (65_535, [65_535]), (65_536, [])])
def test_a_port_is_one_that_there_is(port: int, seen: list[int]) -> None:
    line = f"open tcp {port} 192.0.2.9 1390378064"
    assert [one.port for one in read_all(masscan.read_list, line.encode())[0]] == seen


def test_another_list_is_not_taken_for_one() -> None:
    assert masscan.sniff_list(b"open tcp 554 192.0.2.9 1390378064\n")
    assert not masscan.sniff_list(b"open ports of 192.0.2.9\n")
