from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from pathlib import Path

from support.imported import AT, cuts, read_all

from camscan.imports.files import zgrab

PAGE = {
    "status_line": "401 Unauthorized",
    "status_code": 401,
    "protocol": {"name": "HTTP/1.1", "major": 1, "minor": 1},
    "headers": {
        "server": ["App-webs/"],
        "www_authenticate": ['Digest realm="IP Camera(E1234)", nonce="aa"'],
        "unknown": [{"key": "x_device", "value": ["cam"]}],
    },
    "body": "<title>index</title>",
    "request": {"method": "GET", "url": {"scheme": "http", "host": "192.0.2.5:8080", "path": "/"}},
}


def line(ip: str = "192.0.2.5", **modules: object) -> bytes:
    return json.dumps({"ip": ip, "data": modules}, separators=(",", ":")).encode() + b"\n"


def http(response: object, **more: object) -> object:
    return {"status": "success", "protocol": "http", "result": {"response": response}, **more}


def test_a_page_gives_the_fields_of_an_answer() -> None:
    data = line(http=http(PAGE, timestamp="2026-01-02T03:04:05Z"))
    assert zgrab.sniff(data)
    (one,), summary = read_all(zgrab.read, data)
    assert (one.target, one.port, one.channel, one.outcome) == ("192.0.2.5", 8080, "http", "auth-required")
    assert one.at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert one.fields["http.server"] == ("App-webs/",)
    assert one.fields["http.realm"] == ("IP Camera(E1234)",)
    assert one.fields["http.title"] == ("index",)
    assert (summary.whole, summary.broken) == (1, 0)


def test_the_port_that_zgrab_names_counts() -> None:
    (one,), _ = read_all(zgrab.read, line(http=http(PAGE, port=88)))
    assert one.port == 88
    (one,), _ = read_all(zgrab.read, line(http=http({"status_line": "200 OK", "headers": {"server": ["Boa"]}})))
    assert one.port is None


def test_certificates_and_banners() -> None:
    der = (Path(__file__).parents[2] / "samples" / "tls" / "rsa-1024-sha1.der").read_bytes()
    log = {"handshake_log": {"server_certificates": {"certificate": {"raw": base64.b64encode(der).decode()}}}}
    seen, _ = read_all(
        zgrab.read,
        line(tls={"status": "success", "result": log, "port": 443}, banner={"result": {"banner": "DVR login:"}}),
    )
    assert [(one.channel, one.port) for one in seen] == [("tls", 443), ("banner", None)]
    assert seen[0].raw == der
    assert seen[1].fields["banner.text"] == ("DVR login:",)


def test_what_is_broken_costs_no_other_line() -> None:
    data = line("name.example", http=http(PAGE)) + b"nonsense\n[1]\n" + line(http=http(PAGE))
    seen, summary = read_all(zgrab.read, data + b'{"ip":"192.0.2.6","data":{"http":{"resu')
    assert [one.target for one in seen] == ["192.0.2.5"]
    assert (summary.whole, summary.broken, summary.skipped) == (1, 3, {"no address": 1})


def test_other_shapes_are_no_error() -> None:
    headers = {"server": 7, "unknown": [7]}
    odd: tuple[object, ...] = (None, 7, "x", [], {"result": 7}, http(7), http({"headers": headers, "body": 7}))
    for found in odd:
        seen, summary = read_all(zgrab.read, line(http=found))
        assert summary.whole == 1
        assert all(one.at == AT for one in seen)
    url = {"url": {"scheme": "http", "host": "192.0.2.5:99999"}}
    (one,), _ = read_all(zgrab.read, line(http=http(PAGE | {"request": url})))
    assert one.port is None


def test_a_file_cut_anywhere_gives_what_was_whole() -> None:
    data = line(http=http(PAGE)) * 2
    for piece in cuts(data):
        _, summary = read_all(zgrab.read, piece)
        assert summary.whole == 2 * len(piece) // len(data)
        assert summary.broken <= 1


def test_headers_that_zgrab_does_not_know_and_single_values_are_read_too() -> None:
    headers = {"server": "App-webs/", "unknown": [{"key": "www_authenticate", "value": ['Basic realm="DVR"']}]}
    for port, scheme in ((80, "http"), (443, "https")):
        request = {"url": {"scheme": scheme, "host": "192.0.2.5"}}
        (one,), _ = read_all(zgrab.read, line(http=http({"headers": headers, "request": request})))
        assert (one.port, one.fields["http.server"], one.fields["http.realm"]) == (port, ("App-webs/",), ("DVR",))
