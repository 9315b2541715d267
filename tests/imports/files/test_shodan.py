from __future__ import annotations

import json
import ssl
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.imported import AT, cuts, read_all

from camscan.imports.files import jsonlines, shodan

RTSP = 'RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\nWWW-Authenticate: Digest realm="Login to 1A2B", nonce="a"\r\n\r\n'


def line(data: str, port: int, module: str, **more: object) -> bytes:
    told = {"timestamp": "2026-01-02T03:04:05.000006", "ip_str": "192.0.2.5", "port": port, "data": data}
    return json.dumps({**told, "_shodan": {"module": module}, **more}).encode() + b"\n"


def test_a_stream_and_a_page() -> None:
    head = "HTTP/1.1 200 OK\r\nServer: Webs\r\n\r\n"
    page = {"html": "<title>WEB SERVICE</title>", "favicon": {"hash": -1466785234, "data": "AAAA"}}
    data = line(RTSP, 554, "rtsp-tcp") + line(head, 80, "http", http=page)
    assert shodan.sniff(data)
    (stream, web, icon), summary = read_all(shodan.read, data)
    assert (stream.target, stream.port, stream.channel, stream.outcome) == ("192.0.2.5", 554, "rtsp", "auth-required")
    assert stream.at == datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert stream.fields["rtsp.realm"] == ("Login to 1A2B",)
    assert (web.fields["http.server"], web.fields["http.title"]) == (("Webs",), ("WEB SERVICE",))
    assert icon.fields == {"http.favicon.mmh3": ("-1466785234",)}
    assert summary.whole == 2


@pytest.mark.parametrize("name", ["data", "matches"])
def test_the_api_answers_about_a_host_and_to_a_search_with_many_banners(name: str) -> None:
    one, two = (json.loads(line(RTSP, port, "rtsp-tcp")) for port in (554, 8554))
    del two["ip_str"]  # of a host it stands above
    data = json.dumps({"ip_str": "192.0.2.5", "total": 2, name: [one, two]}).encode()
    assert shodan.sniff(data)
    seen, summary = read_all(shodan.read, data)
    assert [(banner.target, banner.port) for banner in seen] == [("192.0.2.5", 554), ("192.0.2.5", 8554)]
    assert summary.whole == 2


@pytest.mark.parametrize("indent", [None, 2])
def test_a_list_of_banners_is_read_as_its_lines_are(indent: int | None) -> None:
    lines = [line(RTSP, port, "rtsp-tcp", more="x" * 200_000) for port in range(1, 30)]
    data = json.dumps(list(map(json.loads, lines)), indent=indent).encode()
    assert shodan.sniff(data)
    assert read_all(shodan.read, data) == read_all(shodan.read, b"".join(lines))
    seen, summary = read_all(shodan.read, data[:-150_000])
    assert (len(seen), summary.broken) == (28, 1)
    assert summary.cut


def test_banners_that_are_laid_out_for_people_are_read_too() -> None:
    """As `jq .` shows them: each goes over many lines."""
    one = json.loads(line(RTSP, 554, "rtsp-tcp"))
    spread = [json.dumps({**one, "port": port, "more": "x" * 200_000}, indent=2) for port in (554, 8554)]
    data = "\n".join((*spread, '{\n  "ip_str": "192.0')).encode()
    assert shodan.sniff(data)
    seen, summary = read_all(shodan.read, data)
    assert [(banner.target, banner.port, banner.channel) for banner in seen] == [
        ("192.0.2.5", 554, "rtsp"),
        ("192.0.2.5", 8554, "rtsp"),
    ]
    assert (summary.whole, summary.broken) == (2, 1)


@pytest.mark.parametrize("told", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "yesterday", ""])
def test_a_time_that_is_none_in_utc_is_not_known(told: str) -> None:
    (one, *_), _ = read_all(shodan.read, line(RTSP, 554, "rtsp-tcp", timestamp=told))
    assert one.at == AT
    one.at.astimezone(UTC)  # as the store does


def test_what_a_module_heard_that_is_no_protocol_of_ours_is_a_banner() -> None:
    (one,), _ = read_all(shodan.read, line("220 DS-2CD2032 FTP server ready\r\n", 21, "ftp"))
    assert (one.channel, one.port, one.fields["banner.text"]) == ("banner", 21, ("220 DS-2CD2032 FTP server ready",))


@pytest.mark.parametrize("data", ["\0\0\0\x10\0\0\0\x1e", r"\x00\x00\x00\x10\x00\x00\x00\x1e"])
def test_bytes_as_characters_and_spelled_out(data: str) -> None:
    (one,), _ = read_all(shodan.read, line(data, 8000, "auto"))
    assert (one.channel, one.fields["bytes.hex"]) == ("banner", ("000000100000001e",))


def test_the_first_certificate_of_a_chain() -> None:
    data = (Path(__file__).parents[2] / "samples" / "tls" / "rsa-1024-sha1.der").read_bytes()
    chain = [ssl.DER_cert_to_PEM_cert(data), ssl.DER_cert_to_PEM_cert(data[::-1])]
    seen, _ = read_all(shodan.read, line("HTTP/1.1 200 OK\r\n\r\n", 443, "https", ssl={"chain": chain}))
    (names,) = [one for one in seen if one.channel == "tls"]
    assert (names.raw, names.port) == (data, 443)


def test_other_shapes_are_no_error() -> None:
    odd: tuple[object, ...] = (7, "x", [], {"chain": "x"}, {"chain": [7]})
    data = b"".join(line("", 80, "", ssl=one, http=one) for one in odd) + b"[]\n" + line("x", 0, "").replace(b"5", b"")
    _, summary = read_all(shodan.read, data)
    assert (summary.whole, summary.broken, summary.skipped) == (len(odd), 1, {"no address": 1})


def test_a_file_cut_anywhere_gives_what_was_whole() -> None:
    data = line(RTSP, 554, "rtsp-tcp") * 2
    for piece in cuts(data):
        _, summary = read_all(shodan.read, piece)
        assert summary.whole == 2 * len(piece) // len(data)
        assert summary.broken <= 1


@pytest.mark.parametrize(
    ("told", "module", "channel"),
    [
        ("SIP/2.0 200 OK\r\nUser-Agent: Webs\r\n\r\n", "sip", "udp"),
        ("CoAP Resources:\n  /x", "coap", "udp"),
        ("\0\0\0\x10\0\0\0\x1e", "auto", "udp"),
        ("HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\nServer: Webs\r\n\r\n", "upnp", "ssdp"),
    ],
)
def test_what_came_by_udp_makes_no_open_port(told: str, module: str, channel: str) -> None:
    by_udp, _ = read_all(shodan.read, line(told, 1900, module, transport="udp"))
    by_tcp, _ = read_all(shodan.read, line(told, 1900, module, transport="tcp"))
    assert {(one.channel, one.port) for one in by_udp} == {(channel, 1900)}
    assert [one.fields for one in by_udp] == [one.fields for one in by_tcp]
    assert channel == "ssdp" or {one.channel for one in by_tcp} <= {"http", "banner"}


def test_the_certificate_of_a_datagram_is_one_too() -> None:
    data = (Path(__file__).parents[2] / "samples" / "tls" / "rsa-1024-sha1.der").read_bytes()
    chain = [ssl.DER_cert_to_PEM_cert(data)]
    (names,), _ = read_all(shodan.read, line("", 443, "quic", transport="udp", ssl={"chain": chain}))
    assert (names.channel, names.raw) == ("udp", data)
    assert "tls.subject" in names.fields


def test_a_page_that_has_no_head_is_no_answer_over_http() -> None:
    (one,), _ = read_all(shodan.read, line("220 ready\r\n", 21, "ftp", http={"html": "<title>WEB SERVICE</title>"}))
    assert one.fields["banner.text"] == ("220 ready",)


def test_the_second_certificate_of_a_chain_is_not_the_devices() -> None:
    folder = Path(__file__).parents[2] / "samples" / "tls"
    own, issuer = ((folder / name).read_bytes() for name in ("rsa-1024-sha1.der", "ec-multi-valued.der"))
    chain = list(map(ssl.DER_cert_to_PEM_cert, (own, issuer)))
    (one,), _ = read_all(shodan.read, line("", 443, "https", ssl={"chain": chain}))
    assert one.raw == own


@pytest.mark.parametrize("head", [b"", b'{"ip": "192.0.2.5"}', b'x {"ip_str": "192.0.2.5"}'])
def test_other_lines_are_not_taken_for_an_export(head: bytes) -> None:
    assert not shodan.sniff(head)


@pytest.mark.parametrize("told", ["2026-01-02T03:04:05", "2026-01-02T03:04:05Z", "2026-01-02T12:04:05+09:00"])
def test_a_time_without_a_zone_is_in_utc_wherever_it_is_read(told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        (one, *_), _ = read_all(shodan.read, line(RTSP, 554, "rtsp-tcp", timestamp=told))
        assert one.at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    ("told", "port"),
    [
        ("1", 1),
        ("00080", 80),
        ("000080", None),
        ("0", None),
        ("65535", 65535),
        ("65536", None),
        ("\u0663", None),
        ("", None),
    ],
)
def test_a_port_in_decimal(told: str, port: int | None) -> None:
    assert jsonlines.port_of(told) == port
