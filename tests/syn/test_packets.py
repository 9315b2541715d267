from __future__ import annotations

import socket
import struct

import numpy as np
import pytest
from scapy.layers.inet import IP, TCP
from scapy.layers.l2 import ARP, Ether

from camscan.syn.packets import ARP_LENGTH, BATCH, ETHERNET, RST, TCP_LENGTH, ArpPackets, TcpPackets
from camscan.syn.packets import IP as IP_AT

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
        assert row[ETHERNET : IP_AT + TCP_LENGTH].tobytes() == bytes(frame)


def test_a_reset_has_its_flag_and_ports_of_its_own() -> None:
    packets = TcpPackets("10.99.0.1", OURS, GATEWAY, RST)
    addresses, ports, sequences = drawn(20)
    packets.fill(addresses, ports, ports[::-1], sequences)
    for row, port, source, sequence in zip(packets.rows, ports, ports[::-1], sequences, strict=False):
        found = Ether(row[ETHERNET : IP_AT + TCP_LENGTH].tobytes())[TCP]
        assert (found.flags, found.dport, found.sport, found.seq) == ("R", port, source, sequence)
        before, found.chksum = found.chksum, None
        assert before == Ether(bytes(Ether() / IP(src="10.99.0.1", dst=found.underlayer.dst) / found))[TCP].chksum


@pytest.mark.parametrize("words", [(0, 1, 0), (2**32 - 1, 65_535, 2**32 - 1), (0xFFFF0000, 65_535, 0xFFFF)])
def test_checksums_hold_at_the_edges(words: tuple[int, int, int]) -> None:
    packets = TcpPackets("255.255.255.255")
    columns = [np.array([word], np.uint32) for word in words]
    packets.fill(columns[0], columns[1], np.uint32(65_535), columns[2])
    row = packets.rows[0, IP_AT : IP_AT + TCP_LENGTH].tobytes()
    pseudo = row[12:20] + struct.pack("!HH", 6, TCP_LENGTH - 20)
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


def test_arp_requests_are_what_scapy_makes() -> None:
    packets = ArpPackets("10.77.0.1", OURS)
    assert packets.fill(np.array([number("10.77.0.9"), number("10.77.255.1")], np.uint32)) == 2
    for row, target in zip(packets.rows, ("10.77.0.9", "10.77.255.1"), strict=False):
        request = ARP(op="who-has", hwsrc=OURS.hex(":"), psrc="10.77.0.1", pdst=target)
        frame = Ether(dst="ff:ff:ff:ff:ff:ff", src=OURS.hex(":")) / request
        assert row[ETHERNET : IP_AT + ARP_LENGTH].tobytes() == bytes(frame)
