"""Requests for the MACs of neighbours, built in batches: ARP (RFC 826) and neighbour solicitations (RFC 4861)."""

from __future__ import annotations

import socket
import struct
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from camscan.syn import filters
from camscan.syn.order import Numbers
from camscan.syn.packets import IP, IPV4, IPV6, Macs, check, halves_of, header6, rows, total
from camscan.syn.ring import Packets, Ring

_ARP, _ICMPV6 = 0x0806, 58
_SOLICITATION, _MY_MAC = 135, 1
_ROW4, _ROW6 = 64, 96
_ON_LINK_HOPS = 255
_LAST = np.uint32(0xFFFFFF)  # of an address, what names the group that its owner listens to (RFC 4291, 2.7.1)


class NeighbourRequests(Protocol):
    """Room for `BATCH` questions from one address and MAC."""

    rows: NDArray[np.uint8]
    length: int  # bytes behind the Ethernet header

    def fill(self, addresses: Numbers) -> int:
        """Write a question for each address into the first rows; returns how many."""

    def read(self, packets: Packets) -> tuple[Numbers, Macs]:
        """The addresses that speak in packets, one a row, and their MACs."""


def neighbour_requests(source: str, mac: bytes) -> NeighbourRequests:
    """The requests of the source's family."""
    return _Solicitations(source, mac) if ":" in source else _ArpRequests(source, mac)


def reply_ring(interface: str, source: str) -> Ring:
    """The receive ring for the answers. Raises RefusalError if the interface cannot be used."""
    if ":" in source:
        return Ring(interface, IPV6, filters.advertisements())
    return Ring(interface, _ARP, filters.arp_replies())


class _ArpRequests:
    """Implements `NeighbourRequests` by ARP."""

    length = 28

    def __init__(self, source: str, mac: bytes) -> None:
        ethernet = b"\xff" * 6 + mac + struct.pack("!H", _ARP)
        arp = struct.pack("!HHBBH6s4s10x", 1, IPV4, 6, 4, 1, mac, socket.inet_aton(source))
        self.rows = rows(_ROW4, ethernet + arp)
        self._target = self.rows.view(">u4")[:, (IP + 24) // 4]

    def fill(self, addresses: Numbers) -> int:
        """See `NeighbourRequests.fill`."""
        self._target[: len(addresses)] = addresses
        return len(addresses)

    def read(self, packets: Packets) -> tuple[Numbers, Macs]:
        """See `NeighbourRequests.read`."""
        return np.ascontiguousarray(packets[:, 14:18]).view(">u4")[:, 0].astype(np.uint32), packets[:, 8:14]


class _Solicitations:
    """Implements `NeighbourRequests` by neighbour discovery, each to the group of the address that it is about."""

    length = 72

    def __init__(self, source: str, mac: bytes) -> None:
        ip, pseudo = header6(source, _ICMPV6, 32, _ON_LINK_HOPS)
        group = socket.inet_pton(socket.AF_INET6, "ff02::1:ff00:0")
        icmp = struct.pack("!BBHI16xBB6s", _SOLICITATION, 0, 0, 0, _MY_MAC, 1, mac)
        ethernet = b"\x33\x33\xff\0\0\0" + mac + struct.pack("!H", IPV6)
        self.rows = rows(_ROW6, ethernet + ip[:24] + group + icmp)
        words = self.rows.view(">u4")
        self._sum = np.uint32(total(pseudo + group + icmp))
        self._group_mac, self._group = self.rows[:, 5:8], self.rows[:, IP + 37 : IP + 40]
        self._target = words[:, (IP + 48) // 4 : (IP + 64) // 4]
        self._check = self.rows.view(">u2")[:, (IP + 42) // 2]

    def fill(self, addresses: Numbers) -> int:
        """See `NeighbourRequests.fill`."""
        count = len(addresses)
        self._target[:count] = addresses
        last = self.rows[:count, IP + 61 : IP + 64]
        self._group_mac[:count] = self._group[:count] = last
        self._check[:count] = check(halves_of(addresses) + halves_of(addresses[:, 3] & _LAST) + self._sum)
        return count

    def read(self, packets: Packets) -> tuple[Numbers, Macs]:
        """See `NeighbourRequests.read`."""
        return np.ascontiguousarray(packets[:, 48:64]).view(">u4").astype(np.uint32), packets[:, 66:72]
