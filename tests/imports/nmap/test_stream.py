"""nmap's XML: whole, cut off, hostile."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from support.imported import AT, cuts, read_all

from camscan.imports.files.base import Summary
from camscan.imports.nmap import stream
from camscan.records import Outcome

SAMPLE = (Path(__file__).parent.parent / "samples" / "nmap.xml").read_bytes()
"""A run of nmap 7.95 against a server of ours on loopback."""

HEAD = b'<?xml version="1.0"?>\n<!DOCTYPE nmaprun>\n<nmaprun scanner="nmap">\n'
TAIL = b'<runstats><finished time="1"/><hosts up="1" down="0" total="1"/></runstats></nmaprun>'


def host(address: str = "192.0.2.1", state: str = "up", more: str = "") -> bytes:
    return (
        f'<host endtime="1700000000"><status state="{state}" reason="arp-response"/>'
        f'<address addr="{address}" addrtype="ipv4"/>'
        '<address addr="44:19:B6:01:02:03" addrtype="mac" vendor="Hangzhou"/>'
        '<hostnames><hostname name="cam.example" type="PTR"/></hostnames>'
        '<ports><port protocol="tcp" portid="80"><state state="open" reason="syn-ack"/>'
        '<service name="http" product="App httpd" version="1.2" method="probed" conf="10"/></port>'
        f'<port protocol="tcp" portid="22"><state state="closed" reason="reset"/></port>{more}</ports></host>\n'
    ).encode()


def test_a_run_is_read_port_by_port() -> None:
    seen, summary = read_all(stream.read, SAMPLE)
    assert (summary.whole, summary.broken, summary.cut, summary.skipped.total()) == (1, 0, "", 0)
    assert {one.target for one in seen} == {"127.0.0.9"}
    assert {one.at for one in seen} == {datetime(2026, 11, 24, 16, 27, 59, tzinfo=UTC)}
    assert seen[0].fields == {"tcp.port": ("10554", "12121", "18080", "18443")}
    told = {(one.channel, one.port) for one in seen[1:]}
    assert told == {
        ("nmap", 10554), ("http", 10554), ("rtsp", 10554), ("banner", 12121),
        ("nmap", 18080), ("http", 18080), ("rtsp", 18080), ("nmap", 18443), ("tls", 18443),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("start", "at"),
    [(' start="1700000000"', datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)), ("", AT), (' start="x"', AT)],
)
def test_a_host_that_was_only_pinged_is_dated_by_its_run(start: str, at: datetime) -> None:
    pinged = b'<host><status state="up" reason="arp-response"/><address addr="192.0.2.1" addrtype="ipv4"/></host>\n'
    seen, _ = read_all(
        stream.read, HEAD.replace(b' scanner="nmap"', f' scanner="nmap"{start}'.encode()) + pinged + TAIL
    )
    assert {one.at for one in seen} == {at}


def test_banners_of_masscan_in_the_form_of_nmap() -> None:
    port = '<port protocol="tcp" portid="80"><state state="open" reason="response" reason_ttl="64" />{}</port>'
    told = {"http": r"HTTP/1.1 401 Unauthorized\x0d\x0aServer: App-webs/\x0d\x0a\x0d\x0a", "title": "WEB SERVICE"}
    services = [f'<service name="{name}" banner="{banner}"></service>' for name, banner in told.items()]
    begin = '<host endtime="1700000000"><address addr="192.0.2.5" addrtype="ipv4"/><ports>'
    hosts = [f"{begin}{port.format(one)}</ports></host>" for one in ("", *services)]
    seen, summary = read_all(stream.read, HEAD + "".join(hosts).encode() + TAIL)
    assert summary.whole == 3
    head, title = (one for one in seen if one.channel == "http")
    assert (head.port, head.outcome, head.fields["http.server"]) == (80, Outcome.AUTH_REQUIRED, ("App-webs/",))
    assert title.fields["http.title"] == ("WEB SERVICE",)


def test_a_mac_address_that_is_missing_costs_nothing() -> None:
    seen, summary = read_all(stream.read, HEAD + host().replace(b'addr="44:19:B6:01:02:03" ', b"") + TAIL)
    assert (seen[0].target, summary.whole) == ("192.0.2.1", 1)
    assert "arp" not in {one.channel for one in seen}


def assumed(ports: str) -> bytes:
    status = '<status state="up" reason="user-set" reason_ttl="0"/><address addr="192.0.2.9" addrtype="ipv4"/>'
    return f"<host>{status}<hostnames></hostnames><ports>{ports}</ports></host>".encode()


@pytest.mark.parametrize(
    "ports",
    [
        "",
        '<extraports state="filtered" count="100"><extrareasons reason="no-response" count="100"/></extraports>',
        '<port protocol="tcp" portid="80"><state state="filtered" reason="no-response"/><service name="http"/></port>',
        '<port protocol="udp" portid="161"><state state="open|filtered" reason="no-response"/></port>',
    ],
)
def test_an_address_that_nmap_was_told_to_take_for_up_is_no_host(ports: str) -> None:
    seen, summary = read_all(stream.read, HEAD + assumed(ports) + host() + TAIL)
    assert {one.target for one in seen} == {"192.0.2.1"}
    assert (summary.whole, summary.skipped) == (1, {"host that was only taken to be up (-Pn)": 1})


@pytest.mark.parametrize(
    "ports",
    [
        '<extraports state="closed" count="100"><extrareasons reason="reset" count="100"/></extraports>',
        '<port protocol="tcp" portid="80"><state state="open" reason="syn-ack"/><service name="http"/></port>',
        '<port protocol="tcp" portid="80"><state state="closed" reason="reset"/><service name="http"/></port>',
        '<port protocol="tcp" portid="80"><state state="unfiltered" reason="reset"/><service name="http"/></port>',
    ],
)
def test_a_port_that_answered_shows_that_it_is_there(ports: str) -> None:
    seen, _ = read_all(stream.read, HEAD + assumed(ports) + TAIL)
    assert {one.target for one in seen} == {"192.0.2.9"}


def test_the_bytes_that_probes_drew_are_kept() -> None:
    seen, _ = read_all(stream.read, SAMPLE)
    answer = next(one for one in seen if one.channel == "http" and one.port == 18080)
    assert answer.raw.startswith(b"HTTP/1.1 401 Unauthorized\r\nServer: CamWeb/3\r\n")
    assert (answer.asked, answer.outcome) == ("GET /", Outcome.AUTH_REQUIRED)
    assert answer.fields["http.title"] == ("Front Door",)
    certificate = next(one for one in seen if one.channel == "tls")
    assert certificate.raw.startswith(b"\x30\x82")
    assert certificate.fields["tls.subject"] == ("CN=www.hikvision.com,OU=DVRNVR,O=HIKVISION,C=CN",)


def test_what_python_nmap_reads_and_what_it_leaves_out() -> None:
    seen, _ = read_all(stream.read, HEAD + host() + TAIL)
    assert [(one.channel, one.port, dict(one.fields)) for one in seen] == [
        ("nmap", None, {"host.name": ("cam.example",), "tcp.port": ("80",)}),
        (
            "arp",
            None,
            {
                "mac.address": ("44:19:B6:01:02:03",),
                "mac.prefix": ("4419B6",),
                "mac.organization": ("Hangzhou Hikvision Digital Technology Co.,Ltd.",),
            },
        ),
        ("nmap", 80, {"nmap.service": ("http",), "nmap.product": ("App httpd 1.2",)}),
    ]
    assert seen[0].at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


def test_a_service_that_nmap_only_supposes_is_not_named() -> None:
    guess = '<port protocol="tcp" portid="9000"><state state="open"/><service name="cslistener" conf="3"/></port>'
    seen, _ = read_all(stream.read, HEAD + host(more=guess) + TAIL)
    assert not [one for one in seen if one.port == 9000]
    assert seen[0].fields["tcp.port"] == ("80", "9000")


def test_hosts_that_are_down_or_have_no_address_are_counted() -> None:
    nameless = b'<host><status state="up"/><address addr="44:19:B6:01:02:03" addrtype="mac"/></host>'
    seen, summary = read_all(stream.read, HEAD + host(state="down") + nameless + host("192.0.2.9") + TAIL)
    assert {one.target for one in seen} == {"192.0.2.9"}
    assert summary.whole == 1
    assert summary.skipped == {"host that is down": 1, "host without an address": 1}


@pytest.mark.parametrize("port", ["x", "-1", "65536", "99999999999999999999"])
def test_a_broken_host_costs_no_other(port: str) -> None:
    broken = host("192.0.2.2").replace(b'portid="22"', f'portid="{port}"'.encode())
    seen, summary = read_all(stream.read, HEAD + host("192.0.2.1") + broken + host("192.0.2.3") + TAIL)
    assert {one.target for one in seen} == {"192.0.2.1", "192.0.2.3"}
    assert (summary.whole, summary.broken, summary.cut) == (2, 1, "")


def test_a_file_that_is_cut_off_gives_its_whole_hosts() -> None:
    hosts = [host(f"192.0.2.{number}") for number in range(1, 21)]
    data = HEAD + b"".join(hosts) + TAIL
    ends = [len(HEAD) + sum(map(len, hosts[:number])) - 1 for number in range(1, 21)]
    for piece in cuts(data):
        seen, summary = read_all(stream.read, piece)
        whole = sum(len(piece) >= end for end in ends)
        assert len({one.target for one in seen}) == summary.whole == whole
        assert summary.cut
        begun = piece.count(b'<host endtime="1700000000">')
        assert summary.broken == begun - whole


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'<?xml version="1.0"?><!DOCTYPE nmaprun [<!ENTITY a "b">]><nmaprun>&a;</nmaprun>', "document type"),
        (b'<!DOCTYPE nmaprun [<!ENTITY x SYSTEM "file:///etc/passwd">]><nmaprun/>', "document type"),
        (b"<html><body></body></html>", "the root is 'html'"),
        (b"<nmaprun>" + b"<a>" * 100, "nested deeper than 64"),
        (b"not XML at all", "not well-formed"),
        (b'<?xml version="1.0" encoding="UTG-8"?><nmaprun/>', "unknown encoding"),
        (b'<?xml version="1.0" encoding="shift-jis"?><nmaprun/>', "multi-byte encodings"),
        (b"", "not well-formed"),
    ],
)
def test_hostile_and_foreign_files_are_refused(data: bytes, reason: str) -> None:
    seen, summary = read_all(stream.read, data)
    assert seen == []
    assert reason in summary.cut


def test_a_tag_without_end_is_given_up() -> None:
    summary = Summary()
    endless = BytesIO(b'<nmaprun><host a="' + b"x" * (3 * stream.MAX_SILENCE))
    assert list(stream.read(endless, AT, summary)) == []
    assert "without the end of a tag" in summary.cut
    assert endless.tell() < 2 * stream.MAX_SILENCE


PORT = '<port protocol="tcp" portid="1"><state state="open"/></port>'
LARGE = {
    "elements": PORT * (stream.MAX_ELEMENTS // 2),
    "text": f"<elem>{'x' * 500_000}</elem>" * (stream.MAX_CHARACTERS // 500_000 + 1),
    "attributes": "".join(f'<elem key="{"x" * 500_000}"/>' for _ in range(stream.MAX_CHARACTERS // 500_000 + 1)),
}


@pytest.mark.parametrize("what", LARGE)
def test_a_host_that_is_too_large_costs_no_memory_and_no_other(what: str) -> None:
    large = host("192.0.2.2", more=LARGE[what])
    seen, summary = read_all(stream.read, HEAD + host("192.0.2.1") + large + host("192.0.2.3") + TAIL)
    assert {one.target for one in seen} == {"192.0.2.1", "192.0.2.3"}
    assert summary.broken == 1


def test_one_host_is_in_memory_at_a_time() -> None:
    """Hosts come out while the file is still being read."""
    stream_of = BytesIO(HEAD + b"".join(host(f"192.0.2.{number % 250 + 1}") for number in range(2000)) + TAIL)
    seen = stream.read(stream_of, AT, Summary())
    next(seen)
    assert stream_of.tell() <= 2 * stream.PIECE
    assert sum(1 for _ in seen) == 2000 * 3 - 1


def test_a_port_in_an_unusual_notation_costs_no_host() -> None:
    port = '<port protocol="tcp" portid="0554"><state state="open"/><service name="rtsp" conf="10"/></port>'
    seen, summary = read_all(stream.read, HEAD + host(more=port) + TAIL)
    assert {one.port for one in seen if "nmap.service" in one.fields} == {80, 554}
    assert (summary.whole, summary.broken) == (1, 0)


def test_what_came_by_udp_makes_no_open_port() -> None:
    state = '<state state="open" reason="udp-response"/>'
    said = '<script id="banner" output="hello"/><script id="snmp-sysdescr" output="Linux camera"/>'
    seen, _ = read_all(stream.read, HEAD + host(more=f'<port protocol="udp" portid="161">{state}{said}</port>') + TAIL)
    assert [one.channel for one in seen if one.port == 161] == ["udp", "snmp"]


def test_a_host_that_was_whole_before_the_damage_is_kept() -> None:
    (*seen,), summary = read_all(stream.read, HEAD + host() + b"<host><" + host("192.0.2.2"))
    assert {one.target for one in seen} == {"192.0.2.1"}
    assert (summary.whole, summary.broken) == (1, 1)
    assert "not well-formed" in summary.cut
