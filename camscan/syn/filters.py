"""The filters that leave all but answers in the kernel (see `camscan.l2.bpf`)."""

from __future__ import annotations

import socket
import struct

from camscan.l2.bpf import (
    GIVE,
    IF_ANY_BIT,
    IF_AT_LEAST,
    IF_EQUAL,
    LOAD_BYTE,
    LOAD_BYTE_BEHIND_HEADER,
    LOAD_HALF,
    LOAD_HALF_BEHIND_HEADER,
    LOAD_HEADER_LENGTH,
    LOAD_WORD,
    Step,
    assemble,
)

SNAP = 128
"""Bytes of an answer that are wanted: headers with all options, and in ICMP those of the packet that it is about."""
_TCP, _ICMP, _ICMPV6 = 6, 1, 58
_SYN, _RST, _ACK = 0x02, 0x04, 0x10
_UNREACHABLE, _UNREACHABLE6 = 3, 1
_REPLY, _ADVERTISEMENT = 2, 136
_ON_LINK_HOPS, _ITS_MAC = 255, 2


def answers(address: str, first_port: int, last_port: int) -> bytes:
    """Lets through TCP with ACK and one of SYN and RST, and ICMP "destination unreachable", to our address and ports.

    Of ICMP, the ports are those that the packet came from which it is about.
    """
    return _answers6(address, first_port, last_port) if ":" in address else _answers4(address, first_port, last_port)


def _answers4(address: str, first_port: int, last_port: int) -> bytes:
    return assemble(
        [
            Step(LOAD_WORD, 16),
            Step(IF_EQUAL, struct.unpack("!I", socket.inet_aton(address))[0], otherwise="drop"),
            Step(LOAD_HALF, 6),
            Step(IF_ANY_BIT, 0x1FFF, then="drop"),  # a later fragment has no ports
            Step(LOAD_HEADER_LENGTH, 0),
            Step(LOAD_BYTE, 9),
            Step(IF_EQUAL, _ICMP, then="icmp"),
            Step(IF_EQUAL, _TCP, otherwise="drop"),
            Step(LOAD_BYTE_BEHIND_HEADER, 13),
            Step(IF_ANY_BIT, _SYN | _RST, otherwise="drop"),
            Step(IF_ANY_BIT, _ACK, otherwise="drop"),
            Step(LOAD_HALF_BEHIND_HEADER, 2),
            Step(IF_AT_LEAST, first_port, then="port", otherwise="drop"),
            Step(LOAD_BYTE_BEHIND_HEADER, 0, name="icmp"),
            Step(IF_EQUAL, _UNREACHABLE, otherwise="drop"),
            Step(LOAD_BYTE_BEHIND_HEADER, 17),
            Step(IF_EQUAL, _TCP, otherwise="drop"),
            Step(LOAD_HALF_BEHIND_HEADER, 28),
            Step(IF_AT_LEAST, first_port, otherwise="drop"),
            Step(IF_AT_LEAST, last_port + 1, then="drop", otherwise="keep", name="port"),
            Step(GIVE, SNAP, name="keep"),
            Step(GIVE, 0, name="drop"),
        ]
    )


def _answers6(address: str, first_port: int, last_port: int) -> bytes:
    """The filter of `answers` for IPv6 packets whose first header is that of TCP or ICMPv6."""
    ours = struct.unpack("!4I", socket.inet_pton(socket.AF_INET6, address))
    to_us = [
        step
        for number, word in enumerate(ours)
        for step in (Step(LOAD_WORD, 24 + 4 * number), Step(IF_EQUAL, word, otherwise="drop"))
    ]
    return assemble(
        [
            *to_us,
            Step(LOAD_BYTE, 6),
            Step(IF_EQUAL, _ICMPV6, then="icmp"),
            Step(IF_EQUAL, _TCP, otherwise="drop"),
            Step(LOAD_BYTE, 53),
            Step(IF_ANY_BIT, _SYN | _RST, otherwise="drop"),
            Step(IF_ANY_BIT, _ACK, otherwise="drop"),
            Step(LOAD_HALF, 42),
            Step(IF_AT_LEAST, first_port, then="port", otherwise="drop"),
            Step(LOAD_BYTE, 40, name="icmp"),
            Step(IF_EQUAL, _UNREACHABLE6, otherwise="drop"),
            Step(LOAD_BYTE, 54),
            Step(IF_EQUAL, _TCP, otherwise="drop"),
            Step(LOAD_HALF, 88),
            Step(IF_AT_LEAST, first_port, otherwise="drop"),
            Step(IF_AT_LEAST, last_port + 1, then="drop", otherwise="keep", name="port"),
            Step(GIVE, SNAP, name="keep"),
            Step(GIVE, 0, name="drop"),
        ]
    )


def advertisements() -> bytes:
    """Lets neighbour advertisements through that come from this link and name a MAC (RFC 4861, 4.4)."""
    return assemble(
        [
            Step(LOAD_BYTE, 6),
            Step(IF_EQUAL, _ICMPV6, otherwise="drop"),
            Step(LOAD_BYTE, 7),
            Step(IF_EQUAL, _ON_LINK_HOPS, otherwise="drop"),
            Step(LOAD_BYTE, 40),
            Step(IF_EQUAL, _ADVERTISEMENT, otherwise="drop"),
            Step(LOAD_BYTE, 64),
            Step(IF_EQUAL, _ITS_MAC, otherwise="drop"),
            Step(GIVE, SNAP),
            Step(GIVE, 0, name="drop"),
        ]
    )


def arp_replies() -> bytes:
    """Lets ARP replies through."""
    return assemble(
        [
            Step(LOAD_HALF, 6),
            Step(IF_EQUAL, _REPLY, otherwise="drop"),
            Step(GIVE, SNAP),
            Step(GIVE, 0, name="drop"),
        ]
    )
