"""Frames and captures made by hand, so that tests of what reads them do not rest on the same library."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from ipaddress import ip_address

BROADCAST = "ff:ff:ff:ff:ff:ff"


def mac(text: str) -> bytes:
    """A MAC as octets."""
    return bytes.fromhex(text.replace(":", ""))


def ethernet(kind: int, payload: bytes, *, source: str = "02:00:00:00:00:01", target: str = BROADCAST) -> bytes:
    """An Ethernet frame."""
    return mac(target) + mac(source) + struct.pack("!H", kind) + payload


def tagged(frame: bytes, *tags: tuple[int, int]) -> bytes:
    """A frame with VLAN tags, given as type and number, the outermost first."""
    return frame[:12] + b"".join(struct.pack("!HH", *tag) for tag in tags) + frame[12:]


def arp(sender: str, sender_mac: str, *, target: str = "10.66.0.1", target_mac: str = BROADCAST, op: int = 2) -> bytes:
    """An ARP packet."""
    ends = [(sender_mac, sender), (target_mac, target)]
    return struct.pack("!HHBBH", 1, 0x0800, 6, 4, op) + b"".join(mac(m) + ip_address(a).packed for m, a in ends)


def udp(source_port: int, target_port: int, payload: bytes) -> bytes:
    """A UDP datagram without checksum."""
    return struct.pack("!HHHH", source_port, target_port, 8 + len(payload), 0) + payload


def tcp(source_port: int, target_port: int, payload: bytes, *, options: bytes = b"") -> bytes:
    """A TCP segment without checksum."""
    offset = (20 + len(options)) // 4 << 4
    return struct.pack("!HHIIBBHHH", source_port, target_port, 1, 1, offset, 0x18, 1024, 0, 0) + options + payload


def ipv4(source: str, target: str, payload: bytes, *, protocol: int = 17, fragment: int = 0) -> bytes:
    """An IPv4 packet with a right checksum."""
    ends = ip_address(source).packed + ip_address(target).packed
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), 1, fragment, 1, protocol, 0) + ends
    total = sum(struct.unpack("!10H", head))
    total = (total & 0xFFFF) + (total >> 16)
    return head[:10] + struct.pack("!H", ~(total + (total >> 16)) & 0xFFFF) + head[12:] + payload


def ipv6(source: str, target: str, payload: bytes, *, protocol: int = 17) -> bytes:
    """An IPv6 packet."""
    head = struct.pack("!IHBB", 0x60000000, len(payload), protocol, 1)
    return head + ip_address(source).packed + ip_address(target).packed + payload


def pcap(frames: Iterable[bytes], *, link: int = 1, order: str = "<", magic: int = 0xA1B2C3D4) -> bytes:
    """A capture file; packets are a second apart from 2026-10-01 on."""
    head = struct.pack(f"{order}IHHIIII", magic, 2, 4, 0, 0, 262_144, link)
    return head + b"".join(
        struct.pack(f"{order}IIII", 1_790_812_800 + number, 500_000, len(frame), len(frame)) + frame
        for number, frame in enumerate(frames)
    )
