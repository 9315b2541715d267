from __future__ import annotations

import socket
import struct

import numpy as np
import pytest
from scapy.layers.inet import IP, TCP
from scapy.layers.inet6 import ICMPv6ND_NA, ICMPv6ND_NS, ICMPv6NDOptDstLLAddr, ICMPv6NDOptSrcLLAddr, IPv6
from scapy.layers.l2 import ARP, Ether

from camscan.syn.neighbourrequests import neighbour_requests
from camscan.syn.packets import BATCH, ETHERNET, RST, TcpPackets
from camscan.syn.packets import IP as IP_AT

LENGTH = 44
OURS, GATEWAY = bytes.fromhex("020000000001"), bytes.fromhex("020000000002")


def number(address: str) -> int:
    return int(struct.unpack("!I", socket.inet_aton(address))[0])


def drawn(count: int) -> tuple[np.typing.NDArray[np.uint32], ...]:
    draws = np.random.default_rng(3)
    addresses = draws.integers(0, 2**32, count, dtype=np.uint32)
    ports = draws.integers(1, 65_536, count, dtype=np.uint32)
    return addresses, ports, draws.integers(0, 2**32, count, dtype=np.uint32)


def test_syns_are_what_scapy_makes_of_the_same_fields() -> None:
    packets = TcpPackets("10.99.0.1", OURS, GATEWAY)
    addresses, ports, cookies = drawn(300)
    assert packets.fill(addresses, ports, np.uint32(43_210), cookies) == 300
    for row, address, port, cookie in zip(packets.rows, addresses, ports, cookies, strict=False):
        frame = Ether(dst=GATEWAY.hex(":"), src=OURS.hex(":")) / IP(
            src="10.99.0.1", dst=socket.inet_ntoa(struct.pack("!I", address)), id=0, flags="DF", ttl=64
        )
        frame /= TCP(sport=43_210, dport=int(port), seq=int(cookie), window=64_240, options=[("MSS", 1460)])
        assert row[ETHERNET : IP_AT + LENGTH].tobytes() == bytes(frame)


def test_a_reset_has_its_flag_and_ports_of_its_own() -> None:
    packets = TcpPackets("10.99.0.1", OURS, GATEWAY, RST)
    addresses, ports, sequences = drawn(20)
    packets.fill(addresses, ports, ports[::-1], sequences)
    for row, port, source, sequence in zip(packets.rows, ports, ports[::-1], sequences, strict=False):
        found = Ether(row[ETHERNET : IP_AT + LENGTH].tobytes())[TCP]
        assert (found.flags, found.dport, found.sport, found.seq) == ("R", port, source, sequence)
        before, found.chksum = found.chksum, None
        assert before == Ether(bytes(Ether() / IP(src="10.99.0.1", dst=found.underlayer.dst) / found))[TCP].chksum


@pytest.mark.parametrize("words", [(0, 1, 0), (2**32 - 1, 65_535, 2**32 - 1), (0xFFFF0000, 65_535, 0xFFFF)])
def test_checksums_hold_at_the_edges(words: tuple[int, int, int]) -> None:
    packets = TcpPackets("255.255.255.255")
    columns = [np.array([word], np.uint32) for word in words]
    packets.fill(columns[0], columns[1], np.uint32(65_535), columns[2])
    row = packets.rows[0, IP_AT : IP_AT + LENGTH].tobytes()
    pseudo = row[12:20] + struct.pack("!HH", 6, 24)
    for data in (row[:20], pseudo + row[20:]):
        total = sum(struct.unpack(f"!{len(data) // 2}H", data))
        while total >> 16:
            total = (total >> 16) + (total & 0xFFFF)
        assert total == 0xFFFF


def test_each_neighbour_has_its_own_mac() -> None:
    packets = TcpPackets("10.99.0.1", OURS)
    addresses, ports, cookies = drawn(3)
    macs = np.arange(18, dtype=np.uint8).reshape(3, 6)
    packets.fill(addresses, ports, np.uint32(1), cookies, macs)
    assert packets.rows[:3, ETHERNET : ETHERNET + 6].tolist() == macs.tolist()


def test_a_batch_is_written_over_the_one_before() -> None:
    packets = TcpPackets("10.99.0.1", OURS, GATEWAY)
    addresses, ports, cookies = drawn(BATCH)
    packets.fill(addresses, ports, np.uint32(1), cookies)
    before = packets.rows[10].copy()
    packets.fill(addresses[:10], ports[:10], np.uint32(2), cookies[:10])
    assert packets.rows[10].tolist() == before.tolist()


def test_segments_over_ipv6_are_what_scapy_makes_of_the_same_fields() -> None:
    packets = TcpPackets("2001:db8::1", OURS, GATEWAY)
    _, ports, cookies = drawn(300)
    addresses = np.random.default_rng(5).integers(0, 2**32, (300, 4), dtype=np.uint32)
    assert packets.fill(addresses, ports, np.uint32(43_210), cookies) == 300
    for row, address, port, cookie in zip(packets.rows, addresses, ports, cookies, strict=False):
        text = socket.inet_ntop(socket.AF_INET6, address.astype(">u4").tobytes())
        frame = Ether(dst=GATEWAY.hex(":"), src=OURS.hex(":")) / IPv6(src="2001:db8::1", dst=text, hlim=64)
        frame /= TCP(sport=43_210, dport=int(port), seq=int(cookie), window=64_240, options=[("MSS", 1440)])
        assert row[ETHERNET : IP_AT + packets.length].tobytes() == bytes(frame)


def test_neighbour_solicitations_are_what_scapy_makes() -> None:
    packets = neighbour_requests("fd77::1", OURS)
    targets = ["fd77::9", "fd77::12:3456", "2001:db8::ffff:ffff:ffff", "fe80::80ff:1"]
    words = np.frombuffer(b"".join(socket.inet_pton(socket.AF_INET6, t) for t in targets), ">u4").reshape(-1, 4)
    assert packets.fill(words.astype(np.uint32)) == len(targets)
    for row, target in zip(packets.rows, targets, strict=False):
        last = socket.inet_pton(socket.AF_INET6, target)[-3:]
        group = socket.inet_ntop(socket.AF_INET6, socket.inet_pton(socket.AF_INET6, "ff02::1:ff00:0")[:13] + last)
        frame = Ether(dst=f"33:33:ff:{last.hex(':')}", src=OURS.hex(":")) / IPv6(src="fd77::1", dst=group, hlim=255)
        frame /= ICMPv6ND_NS(tgt=target) / ICMPv6NDOptSrcLLAddr(lladdr=OURS.hex(":"))
        assert row[ETHERNET : IP_AT + packets.length].tobytes() == bytes(frame)


def test_advertisements_name_address_and_mac() -> None:
    answer = IPv6(src="fd77::9", dst="fd77::1", hlim=255) / ICMPv6ND_NA(tgt="fd77::9")
    packet = bytes(answer / ICMPv6NDOptDstLLAddr(lladdr=GATEWAY.hex(":"))).ljust(128, b"\0")
    addresses, macs = neighbour_requests("fd77::1", OURS).read(np.frombuffer(packet, np.uint8)[None])
    assert addresses.tolist() == [[0xFD770000, 0, 0, 9]]
    assert macs.tobytes() == GATEWAY


def test_arp_requests_are_what_scapy_makes() -> None:
    packets = neighbour_requests("10.77.0.1", OURS)
    assert packets.fill(np.array([number("10.77.0.9"), number("10.77.255.1")], np.uint32)) == 2
    for row, target in zip(packets.rows, ("10.77.0.9", "10.77.255.1"), strict=False):
        request = ARP(op="who-has", hwsrc=OURS.hex(":"), psrc="10.77.0.1", pdst=target)
        frame = Ether(dst="ff:ff:ff:ff:ff:ff", src=OURS.hex(":")) / request
        assert row[ETHERNET : IP_AT + packets.length].tobytes() == bytes(frame)
