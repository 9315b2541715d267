"""Parses frames as far as this program needs. A malformed frame gives None.

Fragments are not reassembled: only the first one is read, which has the ports, and it is marked as not whole.
"""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass
from typing import TypeAlias

ARP, IPV4, IPV6 = 0x0806, 0x0800, 0x86DD  # types of what a frame carries (IEEE 802 EtherTypes)

_VLAN = (0x8100, 0x88A8, 0x9100)
_MAX_TAGS = 4
_ARP_SIZE = 28
_ARP_HEADS = tuple(struct.pack("!HHBBH", 1, IPV4, 6, 4, operation) for operation in (1, 2))
"""Ethernet, IPv4, address lengths 6 and 4, request or reply (RFC 826)."""
_TCP, _UDP = 6, 17
_LATER_FRAGMENT, _MORE_FRAGMENTS = 0x1FFF, 0x2000
_FRAGMENT, _FRAGMENT_SIZE = 44, 8
_EXTENSIONS = (0, 43, 60)
"""Headers of IPv6 before what it carries: options for routers, routing, options for the target."""
_MAX_EXTENSIONS = 4


@dataclass(frozen=True, slots=True)
class Origin:
    """Source MAC, interface and time of a frame; MAC and interface are empty if unknown."""

    mac: bytes
    interface: str
    at: float


@dataclass(frozen=True, slots=True)
class Arp:
    """The sender of an ARP packet; `packet` holds its bytes."""

    address: str
    mac: bytes
    packet: bytes


@dataclass(frozen=True, slots=True)
class Segment:
    """A UDP datagram or a TCP segment; `whole` is false where payload is missing."""

    source: str
    source_port: int
    target: str
    target_port: int
    payload: bytes
    whole: bool
    is_tcp: bool


Packet: TypeAlias = Arp | Segment
Link: TypeAlias = tuple[int, bytes, bytes]
"""The EtherType of a packet, the MAC that it came from (empty where unknown), and the packet."""


def ethernet(frame: bytes) -> Link | None:
    """Parse an Ethernet header."""
    return link(int.from_bytes(frame[12:14]), frame[6:12], frame[14:])


def link(kind: int, mac: bytes, data: bytes) -> Link | None:
    """Remove VLAN tags; None if no payload is left."""
    for _ in range(_MAX_TAGS):
        if kind not in _VLAN:
            break
        kind, data = int.from_bytes(data[2:4]), data[4:]
    return (kind, mac, data) if data else None


def packet(kind: int, data: bytes) -> Packet | None:
    """Parse a packet of this EtherType; None if this program does not use it."""
    if kind == ARP:
        return arp(data)
    if kind == IPV4:
        return _ipv4(data)
    return _ipv6(data) if kind == IPV6 else None


def arp(data: bytes) -> Arp | None:
    """Parse an ARP request or reply; None for a probe (RFC 5227), whose sender has no address yet."""
    if len(data) < _ARP_SIZE or data[:8] not in _ARP_HEADS:
        return None
    mac, address = data[8:14], data[14:18]
    if mac[0] & 1 or not any(mac) or not any(address):
        return None
    return Arp(socket.inet_ntoa(address), mac, data[:_ARP_SIZE])


def _ipv4(data: bytes) -> Segment | None:
    if len(data) < 20 or data[0] >> 4 != 4:
        return None
    begin, total = (data[0] & 15) * 4, int.from_bytes(data[2:4])
    fragment = int.from_bytes(data[6:8])
    end = total or len(data)  # 0 if segmentation is left to the network card
    if begin < 20 or end < begin or fragment & _LATER_FRAGMENT:
        return None
    ends = (socket.inet_ntoa(data[12:16]), socket.inet_ntoa(data[16:20]))
    return _segment(data[9], data[begin:end], ends, end <= len(data) and not fragment & _MORE_FRAGMENTS)


def _ipv6(data: bytes) -> Segment | None:
    if len(data) < 40 or data[0] >> 4 != 6:
        return None
    end = 40 + int.from_bytes(data[4:6])
    ends = (socket.inet_ntop(socket.AF_INET6, data[8:24]), socket.inet_ntop(socket.AF_INET6, data[24:40]))
    carried = _extended(data[6], data[40:end])
    return _segment(carried[0], carried[1], ends, carried[2] and end <= len(data)) if carried else None


def _extended(kind: int, data: bytes) -> tuple[int, bytes, bool] | None:
    """Protocol and payload behind extension headers (RFC 8200, section 4), and whether it is all; None if not its head.

    An announcement that is too long for one frame comes in fragments.
    """
    whole = True
    for _ in range(_MAX_EXTENSIONS):
        if len(data) < _FRAGMENT_SIZE or kind not in (_FRAGMENT, *_EXTENSIONS):
            break
        size = _FRAGMENT_SIZE
        if kind == _FRAGMENT:
            place = int.from_bytes(data[2:4])
            if place >> 3:
                return None
            whole = whole and not place & 1
        else:
            size += 8 * data[1]
        kind, data = data[0], data[size:]
    return kind, data, whole


def _segment(protocol: int, data: bytes, ends: tuple[str, str], whole: bool) -> Segment | None:
    if protocol == _UDP and len(data) >= 8:
        begin, end = 8, int.from_bytes(data[4:6])
    elif protocol == _TCP and len(data) >= 20:
        begin, end = max(20, (data[12] >> 4) * 4), len(data)
    else:
        return None
    if end < begin:
        return None
    ports = struct.unpack_from("!HH", data)
    payload = data[begin:end]
    return Segment(ends[0], ports[0], ends[1], ports[1], payload, whole and end <= len(data), protocol == _TCP)
