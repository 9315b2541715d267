"""Packets built in batches: SYN and RST segments over IPv4 and IPv6 (RFC 791, RFC 8200, RFC 9293), on Ethernet.

A batch is a matrix of bytes, one packet a row. In a row the IP header begins at byte 16, so that its words are aligned;
what comes before it is two bytes of padding and the Ethernet header, which raw IP sockets leave out.
"""

from __future__ import annotations

import socket
import struct

import numpy as np
from numpy.typing import NDArray

from camscan.syn.memory import shared_rows
from camscan.syn.order import Numbers

BATCH = 4096  # packets built at once, at most: fewer cost more time for each, and more cost no less
ETHERNET, IP = 2, 16  # where the headers begin in a row
HOPS = 64
IPV4, IPV6 = 0x0800, 0x86DD
SYN, RST = 0x02, 0x04
Macs = NDArray[np.uint8]

_ROW4, _ROW6 = 64, 96
_TCP = 6
_TCP_LENGTH = 24
_DONT_FRAGMENT = 0x4000
_HEADER_WORDS = 6  # the TCP header has one option: some stacks leave a SYN without a maximum segment size unanswered
_WINDOW = 64_240
_MSS4, _MSS6 = 1_460, 1_440


class TcpPackets:
    """Room for `BATCH` segments with nothing but flags, from one address and, on Ethernet, one MAC."""

    def __init__(self, source: str, mac: bytes = b"", gateway_mac: bytes = b"", flags: int = SYN) -> None:
        by_six = ":" in source
        ip, pseudo = header6(source, _TCP, _TCP_LENGTH, HOPS) if by_six else _header4(source)
        self.length = len(ip) + _TCP_LENGTH
        """Bytes behind the Ethernet header; frames are sent with what they have, and the driver pads them."""
        tcp = struct.pack(
            "!HHIIBBHHHBBH", 0, 0, 0, 0, _HEADER_WORDS << 4, flags, _WINDOW, 0, 0, 2, 4, _MSS6 if by_six else _MSS4
        )  # the last: kind, length and value of the option
        ethernet = (gateway_mac or bytes(6)) + (mac or bytes(6)) + struct.pack("!H", IPV6 if by_six else IPV4)
        self.rows = rows(_ROW6 if by_six else _ROW4, ethernet + ip + tcp)
        self._ip_sum, self._tcp_sum = np.uint32(total(ip)), np.uint32(total(pseudo + tcp))
        halves, words = self.rows.view(">u2"), self.rows.view(">u4")
        begin = IP + len(ip)
        self._destination = words[:, begin // 4 - 4 : begin // 4] if by_six else words[:, begin // 4 - 1]
        self._ip_check = None if by_six else halves[:, 13]
        self._source_port, self._port = halves[:, begin // 2], halves[:, begin // 2 + 1]
        self._sequence, self._tcp_check = words[:, begin // 4 + 1], halves[:, begin // 2 + 8]

    def send_to(self, mac: bytes) -> None:
        """Address all frames to this MAC, from the next one on."""
        self.rows[:, ETHERNET : ETHERNET + 6] = np.frombuffer(mac, np.uint8)

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
        both = halves_of(addresses)
        self._destination[:count] = addresses
        if self._ip_check is not None:
            self._ip_check[:count] = check(both + self._ip_sum)
        self._sequence[:count] = sequences
        self._source_port[:count] = source_ports
        self._port[:count] = ports
        self._tcp_check[:count] = check(both + halves_of(sequences) + ports + source_ports + self._tcp_sum)
        if macs is not None:
            self.rows[:count, ETHERNET : ETHERNET + 6] = macs
        return count


def _header4(source: str) -> tuple[bytes, bytes]:
    """An IPv4 header for TCP without destination and checksum, and what of it TCP sums up, without the destination."""
    sender = socket.inet_aton(source)
    length = 20 + _TCP_LENGTH
    header = struct.pack("!BBHHHBBH4s4x", 0x45, 0, length, 0, _DONT_FRAGMENT, HOPS, _TCP, 0, sender)
    return header, sender + struct.pack("!HH", _TCP, _TCP_LENGTH)


def header6(source: str, protocol: int, length: int, hops: int) -> tuple[bytes, bytes]:
    """An IPv6 header without destination, and what of it the checksum of its content sums up."""
    sender = socket.inet_pton(socket.AF_INET6, source)
    header = struct.pack("!IHBB16s16x", 6 << 28, length, protocol, hops, sender)
    return header, sender + struct.pack("!HH", protocol, length)


def rows(width: int, packet: bytes) -> NDArray[np.uint8]:
    """A batch in which each row holds the same packet, from the Ethernet header on."""
    made = shared_rows(BATCH, width)
    made[:, ETHERNET : ETHERNET + len(packet)] = np.frombuffer(packet, np.uint8)
    return made


def total(data: bytes) -> int:
    """The sum of 16-bit words that RFC 1071 takes the complement of, not folded yet."""
    return int(np.frombuffer(data, ">u2").sum(dtype=np.uint32))


def halves_of(words: Numbers) -> Numbers:
    """The sum of the 16-bit halves of each of many words, or rows of words."""
    halves = (words >> np.uint32(16)) + (words & np.uint32(0xFFFF))
    return halves if halves.ndim == 1 else halves.sum(axis=1, dtype=np.uint32)


def check(sums: Numbers) -> Numbers:
    """The checksums that sums of 16-bit words come to (RFC 1071)."""
    sums = (sums >> np.uint32(16)) + (sums & np.uint32(0xFFFF))
    sums += sums >> np.uint32(16)
    return ~sums & np.uint32(0xFFFF)
