from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import frames as made
from support.decoders import assert_survives

from camscan.codecs import dhip, mdns, sadp, ssdp, wsdiscovery
from camscan.codecs.registry import read_again
from camscan.imports.packets import CHANNELS, first_certificate, notes, observations
from camscan.net.programs.l2 import Packet
from camscan.records import Observation, Outcome

AT = datetime(2026, 10, 1, tzinfo=UTC)
SAMPLES = Path(__file__).parents[1] / "samples"
CERTIFICATE = (SAMPLES / "tls" / "rsa-1024-sha1.der").read_bytes()


def heard(
    channel: str, data: bytes, *, port: int | None = None, whole: bool = True, asked: str = ""
) -> list[Observation]:
    """What is observed in something that came from 10.0.0.5."""
    return list(observations(Packet(channel, "10.0.0.5", data, AT, "02:00:00:00:00:05", "eth0", port, asked, whole)))


def test_an_arp_packet() -> None:
    packet = made.arp("10.0.0.5", "44:19:8d:00:00:01")
    (found,) = heard("arp", packet)
    assert (found.target, found.channel, found.port, found.asked) == ("10.0.0.5", "arp", None, "heard")
    assert (found.outcome, found.at, found.raw) == (Outcome.ANSWERED, AT, packet)
    assert found.fields["mac.address"] == ("44:19:8D:00:00:01",)


@pytest.mark.parametrize(
    ("channel", "port", "sample", "field", "value"),
    [
        ("sadp", 37020, "sadp/ds-2cd2385g1-i.xml", "sadp.device_description", "DS-2CD2385G1-I"),
        ("dhip", 37810, "dhip/ipc-hdw1431t1-s4.json", "dhip.device_type", "IPC-HDW1431T1-S4"),
        ("wsd", 3702, "wsdiscovery/hello.xml", "wsd.action", "Hello"),
    ],
)
def test_announcements_are_read_by_the_codecs_of_their_channel(
    channel: str, port: int, sample: str, field: str, value: str
) -> None:
    data = (SAMPLES / sample).read_bytes()
    (found,) = heard(channel, data, port=50_000)
    assert (found.target, found.channel, found.port, found.raw) == ("10.0.0.5", channel, port, data)
    assert found.fields[field] == (value,)
    assert "wsd.unsolicited" not in found.fields, "nobody asked, so nothing is unsolicited"


def test_a_cut_announcement_says_so() -> None:
    data = (SAMPLES / "sadp" / "ds-2cd2385g1-i.xml").read_bytes()
    assert [one.outcome for one in heard("sadp", data, whole=False)] == [Outcome.TRUNCATED]


@pytest.mark.parametrize(
    ("channel", "question"),
    [
        ("sadp", sadp.encode_inquiry("01234567-89AB-CDEF-0123-456789ABCDEF", "inquiry")),
        ("dhip", dhip.SEARCH),
        ("wsd", wsdiscovery.encode_probe("01234567-89ab-cdef-0123-456789abcdef", "")),
        ("mdns", mdns.encode_query(mdns.SERVICES)),
        ("ssdp", ssdp.SEARCH),
        ("mhed", b"MHED\x09\x00\x01\x00\x01\x00" + bytes(130)),
        ("netcommon", b"\xff" + bytes(19)),
        ("dhcp", b"x"),
        ("arp", b"x"),
        ("http", b""),
        ("rtsp", b"x"),
        ("tls", b"\x16\x03\x03"),
        ("gopher", b"x"),
    ],
)
def test_questions_and_what_cannot_be_read_are_no_observations(channel: str, question: bytes) -> None:
    assert heard(channel, question) == []


def test_a_datagram_on_a_shared_port_is_read_by_its_magic() -> None:
    answer = b"DH\x01\x08" + bytes(88) + b"VSTC000001AAAAA" + bytes(160)
    (found,) = heard("udp", answer, port=8600)
    assert (found.channel, found.port, found.asked, found.raw) == ("dh01", 8600, "heard", answer)
    assert found.fields["dh01.serial"] == ("VSTC000001AAAAA",)


def test_a_datagram_that_no_codec_reads_is_left_to_the_rules() -> None:
    (found,) = heard("udp", b"\x0b" + bytes(3) + b"SND-6083\0", port=7701)
    assert (found.target, found.channel, found.port) == ("10.0.0.5", "udp", 7701)
    assert found.fields == {"bytes.hex": ("0b000000534e442d3630383300",), "bytes.text": ("4 0b000000 SND-6083",)}
    assert read_again(found) == found
    (text,) = heard("udp", b"<root/>", port=1757)
    assert text.fields == {"banner.text": ("<root/>",)}


def dhcp(kind: int, *options: bytes, op: int = 1) -> bytes:
    head = bytes([op, 1, 6, 0]) + bytes(24) + made.mac("00:40:8c:12:34:56") + bytes(202) + b"\x63\x82\x53\x63"
    return head + bytes([53, 1, kind]) + b"".join(options) + b"\xff"


def test_a_dhcp_client_is_found_at_the_address_that_it_asks_for() -> None:
    request = dhcp(3, bytes([50, 4, 10, 0, 0, 77]), b"\x0c\x03cam")
    (found,) = observations(Packet("dhcp", "0.0.0.0", request, AT, "", "eth0", 68))  # noqa: S104
    assert (found.target, found.port) == ("10.0.0.77", 68)
    assert found.fields == {"mac.address": ("00:40:8C:12:34:56",), "dhcp.hostname": ("cam",)}


def test_a_dhcp_client_without_an_address_is_nowhere() -> None:
    assert heard("dhcp", dhcp(1, b"\x0c\x03cam")) == []


def test_an_http_answer() -> None:
    whole = b"HTTP/1.1 200 OK\r\nServer: App-webs/\r\nContent-Length: 2\r\n\r\nok"
    (found,) = heard("http", whole, port=80, asked="GET /doc/page/login.asp")
    assert (found.channel, found.port, found.asked, found.outcome) == (
        "http",
        80,
        "GET /doc/page/login.asp",
        Outcome.ANSWERED,
    )
    assert found.fields["http.path"] == ("/doc/page/login.asp",)
    assert found.fields["http.server"] == ("App-webs/",)
    (cut,) = heard("http", whole[:-1], port=80, asked="GET /")
    assert cut.outcome is Outcome.TRUNCATED
    (denied,) = heard("http", b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", port=80)
    assert (denied.outcome, denied.asked, denied.fields["http.path"]) == (Outcome.AUTH_REQUIRED, "GET ?", ("?",))


def test_an_rtsp_answer() -> None:
    data = b'RTSP/1.0 401 Unauthorized\r\nCSeq: 2\r\nWWW-Authenticate: Basic realm="x"\r\n\r\n'
    (found,) = heard("rtsp", data, port=554, asked="DESCRIBE")
    assert (found.outcome, found.port, found.asked) == (Outcome.AUTH_REQUIRED, 554, "DESCRIBE")
    assert found.fields["rtsp.method"] == ("DESCRIBE",)
    (unknown,) = heard("rtsp", b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n", port=554)
    assert (unknown.outcome, unknown.asked, unknown.fields["rtsp.method"]) == (Outcome.ANSWERED, "?", ("?",))


def message(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + len(body).to_bytes(3) + body


def record(body: bytes) -> bytes:
    return b"\x16\x03\x03" + len(body).to_bytes(2) + body


HELLO = message(2, bytes(70))
CHAIN = len(CERTIFICATE).to_bytes(3) + CERTIFICATE
CERTIFICATES = message(11, len(CHAIN).to_bytes(3) + CHAIN)
FLIGHTS = {
    "a record for each message": record(HELLO) + record(CERTIFICATES) + record(message(14, b"")),
    "one record for all": record(HELLO + CERTIFICATES + message(14, b"")),
    "a message over two records": record(HELLO + CERTIFICATES[:100]) + record(CERTIFICATES[100:]),
    "cut behind the certificate": record(HELLO + CERTIFICATES + message(12, bytes(300)))[:-250],
}


@pytest.mark.parametrize("flight", FLIGHTS.values(), ids=FLIGHTS)
def test_the_first_certificate_of_a_handshake(flight: bytes) -> None:
    assert first_certificate(flight) == CERTIFICATE
    (found,) = heard("tls", flight, port=443, whole=False)
    assert (found.channel, found.port, found.raw, found.asked) == ("tls", 443, CERTIFICATE, "")
    assert found.outcome is Outcome.ANSWERED, "the certificate is whole, if not the flight"
    assert len(found.fields["tls.sha256"]) == 1


@pytest.mark.parametrize(
    "flight",
    [
        b"",
        record(HELLO),
        record(HELLO + CERTIFICATES)[:-1],
        record(message(11, b"")),
        record(message(11, bytes(6))),
        record(HELLO)[:-1] + record(CERTIFICATES),
        b"\x17\x03\x03\x00\x10" + bytes(16),
    ],
)
def test_a_handshake_without_a_whole_certificate(flight: bytes) -> None:
    assert first_certificate(flight) == b""
    assert heard("tls", flight) == []


def test_survives_damage() -> None:
    assert_survives(first_certificate, FLIGHTS["a record for each message"])


@given(st.sampled_from([*CHANNELS, "http", "rtsp", "tls"]), st.binary(max_size=300), st.text(max_size=20))
def test_nothing_that_is_heard_does_harm(channel: str, data: bytes, asked: str) -> None:
    heard(channel, data, port=1, asked=asked)


def test_notes_tell_what_was_lost() -> None:
    assert list(notes({"packets": 5, "said": 5, "dropped": 0, "over": 0})) == []
    assert list(notes({"dropped": 1200, "over": 7})) == [
        "1,200 packets were lost because a buffer was full",
        "7 packets were left out: too many different ones of one source, or too many sources",
    ]


def test_two_macs_at_one_address_are_two_observations() -> None:
    packets = [made.arp("10.0.0.5", mac) for mac in ("02:00:00:00:00:01", "02:00:00:00:00:02")]
    found = [one for packet in packets for one in heard("arp", packet)]
    assert [one.fields["mac.address"] for one in found] == [("02:00:00:00:00:01",), ("02:00:00:00:00:02",)]
    assert replace(found[0], fields={}, raw=b"") == replace(found[1], fields={}, raw=b"")
