from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.imported import AT, cuts, read_all

from camscan.imports.files import runzero

ASSET = {"id": "1", "alive": True, "last_seen": 1_767_322_000, "type": "IP Camera", "hw": "Some Maker Camera"}
SEEN = datetime(2026, 1, 2, 2, 46, 40, tzinfo=UTC)


def service(port: int, data: object, summary: str = "", **more: object) -> bytes:
    place = {"service_id": "1", "service_asset_id": "2", "service_address": "192.0.2.5", "service_transport": "tcp"}
    told = {**ASSET, **place, "service_port": port, "service_data": data, "service_summary": summary, **more}
    return json.dumps(told).encode() + b"\n"


def asset(*macs: str, addresses: object = ("192.0.2.5", "192.0.2.6")) -> bytes:
    return json.dumps({**ASSET, "addresses": addresses, "addresses_extra": [], "macs": macs}).encode() + b"\n"


def test_a_page_whose_attributes_are_of_several_answers() -> None:
    attributes = {
        "http.message": "200 OK\t401 Unauthorized",
        "http.head.server": "App-webs/\tWebs",
        "http.head.wwwAuthenticate": 'Digest realm="IP Camera(A1)", nonce="a"',
        "http.body": "<title>WEB\tSERVICE</title>",
        "favicon.ico.image.md5": "89b932fcc47cf4ca3faadb0cfdef89cf",
        "favicon.ico.image.mmh3": "-1466785234\t7",
        "hw.vendor": "Some Maker",
        "ts": "1767323045",
    }
    data = service(80, attributes)
    assert runzero.sniff(data)
    (web, icon), summary = read_all(runzero.read, data)
    assert (web.target, web.port, web.channel, web.outcome) == ("192.0.2.5", 80, "http", "auth-required")
    assert web.at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert web.fields["http.server"] == ("App-webs/", "Webs")
    assert (web.fields["http.realm"], web.fields["http.title"]) == (("IP Camera(A1)",), ("WEB SERVICE",))
    assert icon.fields["http.favicon.mmh3"] == ("-1466785234",)
    assert icon.fields["http.favicon.md5"] == ("89b932fcc47cf4ca3faadb0cfdef89cf",)
    assert summary.whole == 1


def test_what_runzero_itself_concludes_is_no_evidence() -> None:
    seen, summary = read_all(runzero.read, service(80, {"hw.vendor": "Some Maker", "product": "Some Maker:Camera:"}))
    assert (seen, summary.whole) == ([], 1)


def test_a_summary_that_is_the_answer_itself() -> None:
    stream = 'RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\nWWW-Authenticate: Digest realm="Login to 1A2B", nonce="a"\r\n\r\n'
    lines = service(554, {"banner": "x"}, stream) + service(81, {}, "HTTP/1.0 200 OK\r\nServer: Boa\r\n\r\n")
    (rtsp, web), _ = read_all(runzero.read, lines + service(82, {}, "some words about it"))
    assert (rtsp.channel, rtsp.port, rtsp.fields["rtsp.realm"]) == ("rtsp", 554, ("Login to 1A2B",))
    assert (web.channel, web.port, web.at, web.fields["http.server"]) == ("http", 81, SEEN, ("Boa",))


def test_a_title_where_the_page_was_not_kept() -> None:
    (web,), _ = read_all(runzero.read, service(80, {"http.head.server": "Webs", "html.title": "WEB SERVICE\tOther"}))
    assert (web.fields["http.server"], web.fields["http.title"]) == (("Webs",), ("WEB SERVICE",))


def test_banners_and_snmp() -> None:
    attributes = {"snmp.sysDescr": "Linux camera\tLinux camera 2", "snmp.sysObjectID": "1.3.6.1.4.1.39165.1"}
    (ftp, agent), _ = read_all(runzero.read, service(21, {"banner": "220 FTP ready"}) + service(161, attributes))
    assert (ftp.channel, ftp.fields["banner.text"]) == ("banner", ("220 FTP ready",))
    assert (agent.channel, agent.port, agent.fields["snmp.sys_descr"]) == ("snmp", 161, ("Linux camera",))
    assert agent.fields["snmp.sys_object_id"] == ("1.3.6.1.4.1.39165.1",)


def test_the_first_certificate_or_else_its_names() -> None:
    data = (Path(__file__).parents[2] / "samples" / "tls" / "rsa-1024-sha1.der").read_bytes()
    chain = "\t".join(base64.b64encode(one).decode() for one in (data, data[::-1]))
    lines = service(443, {"tls.certificates": chain}) + service(444, {"tls.subject": "CN=camera", "tls.issuer": "CN=a"})
    (whole, named), _ = read_all(runzero.read, lines)
    assert (whole.channel, whole.port, whole.raw) == ("tls", 443, data)
    assert (named.port, named.fields["tls.subject"]) == (444, ("CN=camera",))


def test_an_asset_gives_its_mac_once() -> None:
    data = asset("00:11:22:33:44:55")
    assert runzero.sniff(data)
    (link,), summary = read_all(runzero.read, data + service(0, {}, macs=["00:11:22:33:44:55"]))
    assert (link.target, link.channel, link.at) == ("192.0.2.5", "arp", SEEN)
    assert link.fields["mac.address"] == ("00:11:22:33:44:55",)
    assert summary.whole == 2


def test_of_several_macs_none_is_given_to_an_address() -> None:
    seen, summary = read_all(runzero.read, asset("00:11:22:33:44:55", "00:11:22:33:44:66"))
    assert (seen, summary.skipped) == ([], {"asset with several MAC addresses": 1})


@pytest.mark.parametrize("odd", [7, "x", [], None, {"http.message": 7, "http.body": [], "tls.certificates": "\t"}])
def test_other_shapes_are_no_error(odd: object) -> None:
    lines = service(80, odd, macs=odd, last_seen=odd) + asset(addresses=odd) + b"[]\n"
    _, summary = read_all(runzero.read, lines)
    assert (summary.whole, summary.broken, summary.skipped["no address"]) == (1, 1, 1)


def test_a_line_without_a_time_has_that_of_the_file() -> None:
    (one,), _ = read_all(runzero.read, service(21, {"banner": "220 FTP ready"}, last_seen=0))
    assert one.at == AT


def test_a_file_cut_anywhere_gives_what_was_whole() -> None:
    data = service(21, {"banner": "220 FTP ready"}) * 2
    for piece in cuts(data):
        _, summary = read_all(runzero.read, piece)
        assert summary.whole == 2 * len(piece) // len(data)
        assert summary.broken <= 1


def test_what_came_by_udp_makes_no_open_port() -> None:
    agent = service(161, {"snmp.sysDescr": "Linux camera"}, service_transport="udp")
    seen, _ = read_all(runzero.read, agent + service(5683, {"banner": "CoAP"}, service_transport="udp"))
    assert [(one.channel, one.port) for one in seen] == [("snmp", 161), ("udp", 5683)]
    assert seen[1].fields["banner.text"] == ("CoAP",)


def test_a_banner_beside_some_words_about_it_is_kept_and_one_beside_the_answer_itself_is_not() -> None:
    (one,), _ = read_all(runzero.read, service(21, {"banner": "220 FTP ready"}, "some words about it"))
    assert one.fields["banner.text"] == ("220 FTP ready",)
    (page,), _ = read_all(runzero.read, service(80, {"banner": "x"}, "HTTP/1.0 200 OK\r\nServer: Boa\r\n\r\n"))
    assert page.channel == "http"


def test_of_icons_and_names_the_first_counts() -> None:
    data = {"favicon.ico.image.mmh3": "-1466785234\t999357577", "tls.subject": "CN=camera\tCN=other"}
    icon, names = read_all(runzero.read, service(443, data))[0]
    assert icon.fields["http.favicon.mmh3"] == ("-1466785234",)
    assert names.fields["tls.subject"] == ("CN=camera",)


@pytest.mark.parametrize(
    "head", [b"", b'{"service_address": "192.0.2.5"}', b'x {"addresses_extra": [], "alive": true}']
)
def test_other_lines_are_not_taken_for_an_export(head: bytes) -> None:
    assert not runzero.sniff(head)
