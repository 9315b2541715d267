"""What the filter lets through, and what is read out of it."""

from __future__ import annotations

import errno
from typing import Any

import numpy as np
import pytest
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet import IPOption_NOP as Nothing
from scapy.layers.inet6 import (
    ICMPv6DestUnreach,
    ICMPv6ND_NA,
    ICMPv6ND_NS,
    ICMPv6NDOptDstLLAddr,
    ICMPv6TimeExceeded,
    IPv6,
)
from scapy.layers.l2 import ARP
from support.bpf import passed

from camscan.syn import answers
from camscan.syn.answers import ANSWERED, REFUSED, UNREACHABLE
from camscan.syn.filters import advertisements, arp_replies
from camscan.syn.filters import answers as answer_filter
from camscan.syn.space import space
from camscan.system.icmperrors import REJECTED

US, THEM, ROUTER = "10.99.0.1", "10.77.0.5", "10.99.0.2"
PORT = 20_003
FILTER = answer_filter(US, 20_000, 20_009)
ASKED = IP(src=US, dst=THEM) / TCP(sport=PORT, dport=554, seq=1_000)
OPTIONS = [Nothing()] * 8
NETWORK = int.from_bytes(bytes([10, 77, 0, 0]))
SPACE = space(4, [(NETWORK, NETWORK + 255)])
US6, THEM6, ROUTER6 = "fd99::1", "fd77::5", "fd99::2"
FILTER6 = answer_filter(US6, 20_000, 20_009)
ASKED6 = IPv6(src=US6, dst=THEM6) / TCP(sport=PORT, dport=554, seq=1_000, options=[("MSS", 1440)])
SPACE6 = space(6, [(0xFD77 << 112, (0xFD77 << 112) + 255)])


def tcp(flags: str, **changed: Any) -> bytes:
    fields = {"sport": 554, "dport": PORT, "ack": 1_001} | changed
    return bytes(IP(src=THEM, dst=US) / TCP(flags=flags, **fields))


def icmp(code: int, about: Any = ASKED, *, kind: int = 3, source: str = ROUTER, **ip: Any) -> bytes:
    return bytes(IP(src=source, dst=US, **ip) / ICMP(type=kind, code=code) / bytes(about)[:28])


def tcp6(flags: str, **changed: Any) -> bytes:
    fields = {"sport": 554, "dport": PORT, "ack": 1_001} | changed
    return bytes(IPv6(src=THEM6, dst=US6) / TCP(flags=flags, **fields))


def icmp6(code: int, about: Any = ASKED6, source: str = ROUTER6) -> bytes:
    return bytes(IPv6(src=source, dst=US6) / ICMPv6DestUnreach(code=code) / bytes(about))


WANTED = [
    (tcp("SA"), ANSWERED),
    (tcp("RA"), REFUSED),
    (bytes(IP(src=THEM, dst=US, options=OPTIONS) / TCP(flags="SA", sport=554, dport=PORT, ack=1_001)), ANSWERED),
    (icmp(0), UNREACHABLE),
    (icmp(1), UNREACHABLE),
    *((icmp(code), REJECTED) for code in (3, 9, 10, 13)),
    *((icmp(code, source=THEM), REFUSED) for code in (3, 9, 10, 13)),
    (icmp(3, options=OPTIONS, source=THEM), REFUSED),
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


WANTED6 = [
    (tcp6("SA"), ANSWERED),
    (tcp6("RA"), REFUSED),
    *((icmp6(code), REJECTED if code in (1, 4, 5, 6) else UNREACHABLE) for code in range(7)),
    *((icmp6(code, source=THEM6), REFUSED if code in (1, 4, 5, 6) else UNREACHABLE) for code in range(7)),
]
UNWANTED6 = [
    tcp6("A"),
    tcp6("S"),
    tcp6("R"),
    tcp6("SA", dport=19_999),
    tcp6("SA", dport=20_010),
    bytes(IPv6(src=THEM6, dst="fd99::7") / TCP(flags="SA", sport=554, dport=PORT)),
    bytes(IPv6(src=THEM6, dst=US6) / UDP(sport=554, dport=PORT)),
    icmp6(1, IPv6(src=US6, dst=THEM6) / UDP(sport=PORT, dport=554) / bytes(8)),
    icmp6(1, IPv6(src=US6, dst=THEM6) / TCP(sport=19_999, dport=554)),
    bytes(IPv6(src=ROUTER6, dst=US6) / ICMPv6TimeExceeded() / bytes(ASKED6)),
]
FAMILIES = [(FILTER, SPACE, WANTED), (FILTER6, SPACE6, WANTED6)]


def rows(packets: list[bytes]) -> np.typing.NDArray[np.uint8]:
    return np.stack([np.frombuffer(packet[:176].ljust(176, b"\xa5"), np.uint8) for packet in packets])


@pytest.mark.parametrize(("let_through", "asked", "wanted"), FAMILIES)
def test_what_is_wanted_is_let_through_and_read(
    let_through: bytes, asked: Any, wanted: list[tuple[bytes, int]]
) -> None:
    assert all(passed(let_through, packet) >= 68 for packet, _ in wanted)
    found = answers.read(rows([packet for packet, _ in wanted]), asked)
    expected = sorted(kind for _, kind in wanted)
    assert sorted(found.errnos.tolist()) == expected
    count = len(wanted)
    assert found.hosts.tolist() == [5] * count
    assert found.ports.tolist() == [554] * count
    assert found.source_ports.tolist() == [PORT] * count
    assert found.sequences.tolist() == [1_000] * count


@pytest.mark.parametrize(
    ("let_through", "packet"), [(FILTER, packet) for packet in UNWANTED] + [(FILTER6, packet) for packet in UNWANTED6]
)
def test_nothing_else_is(let_through: bytes, packet: bytes) -> None:
    assert passed(let_through, packet) == 0


@pytest.mark.parametrize(("let_through", "asked", "wanted"), FAMILIES)
def test_cut_packets_are_let_go_or_read(let_through: bytes, asked: Any, wanted: list[tuple[bytes, int]]) -> None:
    for packet, _ in wanted:
        for end in range(len(packet)):
            if passed(let_through, packet[:end]):
                assert len(answers.read(rows([packet[:end]]), asked).errnos) == 1


@pytest.mark.parametrize("asked", [SPACE, SPACE6])
def test_anything_at_all_can_be_read(asked: Any) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (500, 176), dtype=np.uint8)
    assert len(answers.read(noise, asked).errnos) == 500
    assert len(answers.read(noise[:0], asked).errnos) == 0


def test_advertisements_from_this_link_alone_are_let_through() -> None:
    option = ICMPv6NDOptDstLLAddr(lladdr="02:00:00:00:00:05")
    ours = IPv6(src=THEM6, dst=US6, hlim=255)
    assert passed(advertisements(), bytes(ours / ICMPv6ND_NA(tgt=THEM6) / option))
    assert not passed(advertisements(), bytes(IPv6(src=THEM6, dst=US6, hlim=64) / ICMPv6ND_NA(tgt=THEM6) / option))
    assert not passed(advertisements(), bytes(ours / ICMPv6ND_NA(tgt=THEM6)))
    assert not passed(advertisements(), bytes(ours / ICMPv6ND_NS(tgt=THEM6) / option))


def test_the_outcomes_are_those_of_connect() -> None:
    assert (ANSWERED, REFUSED, UNREACHABLE) == (0, errno.ECONNREFUSED, errno.EHOSTUNREACH)


def test_arp_replies_alone_are_let_through() -> None:
    assert passed(arp_replies(), bytes(ARP(op=2)))
    assert not passed(arp_replies(), bytes(ARP(op=1)))
