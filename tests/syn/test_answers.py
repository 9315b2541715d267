"""What the filter lets through, and what is read out of it."""

from __future__ import annotations

import errno
from typing import Any

import numpy as np
import pytest
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet import IPOption_NOP as Nothing
from scapy.layers.l2 import ARP
from support.bpf import passed

from camscan.syn import answers
from camscan.syn.answers import ANSWERED, REFUSED, UNREACHABLE
from camscan.syn.filters import answers as answer_filter
from camscan.syn.filters import arp_replies

US, THEM, ROUTER = "10.99.0.1", "10.77.0.5", "10.99.0.2"
PORT = 20_003
FILTER = answer_filter(US, 20_000, 20_009)
ASKED = IP(src=US, dst=THEM) / TCP(sport=PORT, dport=554, seq=1_000)
OPTIONS = [Nothing()] * 8


def tcp(flags: str, **changed: Any) -> bytes:
    fields = {"sport": 554, "dport": PORT, "ack": 1_001} | changed
    return bytes(IP(src=THEM, dst=US) / TCP(flags=flags, **fields))


def icmp(code: int, about: Any = ASKED, *, kind: int = 3, **ip: Any) -> bytes:
    return bytes(IP(src=ROUTER, dst=US, **ip) / ICMP(type=kind, code=code) / bytes(about)[:28])


WANTED = [
    (tcp("SA"), ANSWERED),
    (tcp("RA"), REFUSED),
    (bytes(IP(src=THEM, dst=US, options=OPTIONS) / TCP(flags="SA", sport=554, dport=PORT, ack=1_001)), ANSWERED),
    (icmp(0), UNREACHABLE),
    (icmp(1), UNREACHABLE),
    (icmp(13), UNREACHABLE),
    (icmp(3), REFUSED),
    (icmp(1, options=OPTIONS), UNREACHABLE),
]
UNWANTED = [
    tcp("A"),
    tcp("S"),
    tcp("R"),
    tcp("PA"),
    tcp("SA", dport=19_999),
    tcp("SA", dport=20_010),
    bytes(IP(src=THEM, dst="10.99.0.7") / TCP(flags="SA", sport=554, dport=PORT)),
    bytes(IP(src=THEM, dst=US, frag=3) / TCP(flags="SA", sport=554, dport=PORT)),
    bytes(IP(src=THEM, dst=US) / UDP(sport=554, dport=PORT)),
    icmp(0, kind=11),
    icmp(1, IP(src=US, dst=THEM) / UDP(sport=PORT, dport=554)),
    icmp(1, IP(src=US, dst=THEM) / TCP(sport=19_999, dport=554)),
    bytes(IP(src=ROUTER, dst=US) / ICMP(type=8)),
]


def rows(packets: list[bytes]) -> np.typing.NDArray[np.uint8]:
    return np.stack([np.frombuffer(packet[:176].ljust(176, b"\xa5"), np.uint8) for packet in packets])


def test_what_is_wanted_is_let_through_and_read() -> None:
    assert all(passed(FILTER, packet) >= 68 for packet, _ in WANTED)
    found = answers.read(rows([packet for packet, _ in WANTED]))
    expected = sorted(kind for _, kind in WANTED)
    assert sorted(found.errnos.tolist()) == expected
    count = len(WANTED)
    address = int.from_bytes(bytes([10, 77, 0, 5]))
    assert found.addresses.tolist() == [address] * count
    assert found.ports.tolist() == [554] * count
    assert found.source_ports.tolist() == [PORT] * count
    assert found.sequences.tolist() == [1_000] * count


@pytest.mark.parametrize("packet", UNWANTED)
def test_nothing_else_is(packet: bytes) -> None:
    assert passed(FILTER, packet) == 0


@pytest.mark.parametrize("packet", [packet for packet, _ in WANTED])
def test_cut_packets_are_let_go_or_read(packet: bytes) -> None:
    for end in range(len(packet)):
        if passed(FILTER, packet[:end]):
            assert len(answers.read(rows([packet[:end]])).errnos) == 1


def test_anything_at_all_can_be_read() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (500, 176), dtype=np.uint8)
    assert len(answers.read(noise).errnos) == 500
    assert len(answers.read(noise[:0]).errnos) == 0


def test_the_outcomes_are_those_of_connect() -> None:
    assert (ANSWERED, REFUSED, UNREACHABLE) == (0, errno.ECONNREFUSED, errno.EHOSTUNREACH)


def test_arp_replies_alone_are_let_through() -> None:
    assert passed(arp_replies(), bytes(ARP(op=2)))
    assert not passed(arp_replies(), bytes(ARP(op=1)))
