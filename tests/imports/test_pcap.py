from __future__ import annotations

import gzip
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from support import frames as made

from camscan.imports import pcap
from camscan.imports.files.base import Summary
from camscan.records import Observation

AT = datetime(2026, 11, 24, tzinfo=UTC)
SADP = (Path(__file__).parents[1] / "samples" / "sadp" / "ds-2cd2385g1-i.xml").read_bytes()
ARP = made.ethernet(0x0806, made.arp("10.0.0.5", "02:00:00:00:00:05"))
ANNOUNCED = made.ethernet(0x0800, made.ipv4("10.0.0.6", "239.255.255.250", made.udp(37020, 37020, SADP)))
QUESTION = made.ethernet(0x0800, made.ipv4("10.0.0.9", "239.255.255.250", made.udp(37020, 37020, b"<Probe/>")))
OTHER = made.ethernet(0x0800, made.ipv4("10.0.0.9", "10.0.0.8", made.udp(53, 53, b"x")))


def read(data: bytes) -> tuple[list[Observation], Summary]:
    summary = Summary()
    return list(pcap.read(BytesIO(data), AT, summary)), summary


@pytest.mark.parametrize(
    ("head", "known"),
    [
        (made.pcap([]), True),
        (made.pcap([], order=">"), True),
        (made.pcap([], magic=0xA1B23C4D), True),
        (b"\x0a\x0d\x0d\x0a\x1c\x00\x00\x00\x4d\x3c\x2b\x1a", True),
        (gzip.compress(made.pcap([]), mtime=0), True),
        (gzip.compress(b'{"ip": "192.0.2.1"}', mtime=0), False),
        (b"\x1f\x8b\x08", False),
        (b"\x1f\x8b\xff", False),
        (b"", False),
        (b"<?xml version", False),
        (b"\xa1\xb2\xc3", False),
    ],
)
def test_captures_are_told_by_their_first_bytes(head: bytes, known: bool) -> None:
    assert pcap.sniff(head) is known


def test_a_capture_becomes_observations() -> None:
    found, summary = read(made.pcap([ARP, OTHER, QUESTION, ANNOUNCED]))
    assert [(one.target, one.channel, one.at) for one in found] == [
        ("10.0.0.5", "arp", datetime(2026, 10, 1, 0, 0, 0, 500_000, UTC)),
        ("10.0.0.6", "sadp", datetime(2026, 10, 1, 0, 0, 3, 500_000, UTC)),
    ]
    assert found[1].fields["sadp.device_description"] == ("DS-2CD2385G1-I",)
    assert {one.channel for one in found} <= set(pcap.CHANNELS)
    assert (summary.whole, summary.broken, summary.cut) == (4, 0, "")
    assert summary.skipped == {"a request, or a packet that no codec can read": 1}


def test_a_protocol_that_is_only_heard_gives_its_bytes() -> None:
    answer = made.ethernet(0x0800, made.ipv4("10.0.0.7", "10.0.0.9", made.udp(7701, 7711, b"\x0b\0SND-6083")))
    question = made.ethernet(0x0800, made.ipv4("10.0.0.9", "10.0.0.7", made.udp(7711, 7701, b"\x01\0")))
    found, _ = read(made.pcap([answer, question]))
    assert [(one.target, one.channel, one.port) for one in found] == [("10.0.0.7", "udp", 7701)]
    assert found[0].fields["bytes.text"] == ("2 0b00 SND-6083",)


def test_a_packet_without_a_time_is_of_the_files_time() -> None:
    data = bytearray(made.pcap([ARP]))
    data[24:32] = bytes(8)
    assert [one.at for one in read(bytes(data))[0]] == [AT]


def test_what_is_left_out_is_counted() -> None:
    _, summary = read(made.pcap([ARP, ARP], link=127))
    assert summary.whole == 0
    assert summary.skipped == {"a link type other than Ethernet, cooked or bare IP": 2}
    many = [made.ethernet(0x0806, made.arp("10.0.0.5", f"02:00:00:00:00:{number:02x}")) for number in range(100)]
    found, summary = read(made.pcap(many))
    assert len(found) == 64
    assert summary.skipped == {"above the limit for one source, or for all": 36}


def test_a_capture_that_was_cut_gives_what_was_whole() -> None:
    found, summary = read(made.pcap([ARP, ANNOUNCED])[:-1])
    assert [one.target for one in found] == ["10.0.0.5"]
    assert (summary.whole, summary.cut) == (1, "it ends within a packet, or is damaged, after 1 packets")


def test_what_is_no_capture_is_said_to_be_none() -> None:
    found, summary = read(b"\x1f\x8bnothing that gzip wrote")
    assert (found, summary.whole) == ([], 0)
    assert summary.cut == "no capture file: pcap or pcapng is needed, gzipped or not"


def test_an_answer_by_a_makers_own_protocol_over_tcp_gives_its_bytes() -> None:
    status = bytes.fromhex("000000100000000d0000000d00000000")
    segment = made.ipv4("10.0.0.6", "10.0.0.9", made.tcp(8000, 40_000, status), protocol=6)
    (found,), summary = read(made.pcap([made.ethernet(0x0800, segment)]))
    assert (found.target, found.channel, found.port, found.raw) == ("10.0.0.6", "banner", 8000, status)
    assert found.fields["bytes.hex"] == (status.hex(),)
    assert found.channel in pcap.CHANNELS
    assert summary.whole == 1
