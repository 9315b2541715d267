"""Packets built in batches: SYN and RST segments over IPv4 (RFC 791, RFC 9293) and ARP requests (RFC 826), on Ethernet.

A batch is a matrix of bytes, one packet a row. In a row the IP header begins at byte 16, so that its words are aligned;
what comes before it is two bytes of padding and the Ethernet header, which raw IP sockets leave out.
"""

from __future__ import annotations

import socket
import struct

import numpy as np
from numpy.typing import NDArray

from camscan.syn.order import Numbers

BATCH = 4096
"""Packets built at once, at most: fewer cost more time for each, and more cost no less."""
ROW = 64
ETHERNET, IP = 2, 16
"""Where the headers begin in a row."""
TCP_LENGTH, ARP_LENGTH = 44, 28
"""Bytes behind the Ethernet header; frames are sent with what they have, and the driver pads them."""
HOPS = 64

_IPV4, _ARP = 0x0800, 0x0806
_TCP = 6
_DONT_FRAGMENT = 0x4000
SYN, RST = 0x02, 0x04
_HEADER_WORDS = 6
"""The TCP header has one option: some stacks leave a SYN without a maximum segment size unanswered."""
_WINDOW = 64_240
_MSS = 1_460
BROADCAST = b"\xff" * 6
Macs = NDArray[np.uint8]


class TcpPackets:
    """Room for `BATCH` segments with nothing but flags, from one address and, on Ethernet, one MAC."""

    def __init__(self, source: str, mac: bytes = b"", gateway_mac: bytes = b"", flags: int = SYN) -> None:
        self.rows = np.zeros((BATCH, ROW), np.uint8)
        ip = struct.pack(
            "!BBHHHBBH4s4x", 0x45, 0, TCP_LENGTH, 0, _DONT_FRAGMENT, HOPS, _TCP, 0, socket.inet_aton(source)
        )
        tcp = struct.pack(
            "!HHIIBBHHHBBH", 0, 0, 0, 0, _HEADER_WORDS << 4, flags, _WINDOW, 0, 0, 2, 4, _MSS
        )  # the last: kind, length and value of the option
        ethernet = (gateway_mac or bytes(6)) + (mac or bytes(6)) + struct.pack("!H", _IPV4)
        self.rows[:, ETHERNET : IP + TCP_LENGTH] = np.frombuffer(ethernet + ip + tcp, np.uint8)
        pseudo = ip[12:16] + struct.pack("!HH", _TCP, TCP_LENGTH - 20)
        self._ip_sum, self._tcp_sum = np.uint32(_sum(ip)), np.uint32(_sum(pseudo + tcp))
        halves, words = self.rows.view(">u2"), self.rows.view(">u4")
        self._destination, self._sequence = words[:, 8], words[:, 10]
        self._ip_check, self._tcp_check = halves[:, 13], halves[:, 26]
        self._source_port, self._port = halves[:, 18], halves[:, 19]

    def fill(
        self,
        addresses: Numbers,
        ports: Numbers,
        source_ports: Numbers | np.uint32,
        sequences: Numbers,
        macs: Macs | None = None,
    ) -> int:
        """Write a packet for each address into the first rows; returns how many."""
        count = len(addresses)
        low = np.uint32(0xFFFF)
        both = (addresses >> np.uint32(16)) + (addresses & low)
        self._destination[:count] = addresses
        self._ip_check[:count] = _check(both + self._ip_sum)
        self._sequence[:count] = sequences
        self._source_port[:count] = source_ports
        self._port[:count] = ports
        rest = (sequences >> np.uint32(16)) + (sequences & low) + ports + source_ports + self._tcp_sum
        self._tcp_check[:count] = _check(both + rest)
        if macs is not None:
            self.rows[:count, ETHERNET : ETHERNET + 6] = macs
        return count


class ArpPackets:
    """Room for `BATCH` ARP requests from one address and MAC."""

    def __init__(self, source: str, mac: bytes) -> None:
        self.rows = np.zeros((BATCH, ROW), np.uint8)
        ethernet = BROADCAST + mac + struct.pack("!H", _ARP)
        arp = struct.pack("!HHBBH6s4s10x", 1, _IPV4, 6, 4, 1, mac, socket.inet_aton(source))
        self.rows[:, ETHERNET : IP + ARP_LENGTH] = np.frombuffer(ethernet + arp, np.uint8)
        self._target = self.rows.view(">u4")[:, (IP + 24) // 4]

    def fill(self, addresses: Numbers) -> int:
        """Write a request for each address into the first rows; returns how many."""
        self._target[: len(addresses)] = addresses
        return len(addresses)


def _sum(data: bytes) -> int:
    """The sum of 16-bit words that RFC 1071 takes the complement of, not folded yet."""
    return int(np.frombuffer(data, ">u2").sum(dtype=np.uint32))


def _check(sums: Numbers) -> Numbers:
    sums = (sums >> np.uint32(16)) + (sums & np.uint32(0xFFFF))
    sums += sums >> np.uint32(16)
    return ~sums & np.uint32(0xFFFF)
