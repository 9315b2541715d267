"""Socket filters in classic BPF (Documentation/networking/filter.rst in the Linux sources).

They are assembled here because libpcap, which could compile "arp or udp port ...", is not available on every host. A
filter sees the packet without its link-layer header and VLAN tag.
"""

from __future__ import annotations

import ctypes
import socket
import struct
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from camscan.l2.frames import ARP, IPV4, IPV6

_SO_ATTACH_FILTER = 26
LOAD_WORD, LOAD_HALF, LOAD_BYTE = 0x20, 0x28, 0x30
LOAD_HALF_BEHIND_HEADER, LOAD_BYTE_BEHIND_HEADER, LOAD_HEADER_LENGTH = 0x48, 0x50, 0xB1
IF_EQUAL, IF_AT_LEAST, IF_ANY_BIT, GIVE = 0x15, 0x35, 0x45, 0x06
"""Instructions: class, size and mode of each (linux/filter.h)."""
_ETHERTYPE, _DIRECTION = 0xFFFFF000, 0xFFFFF004  # SKF_AD_OFF + SKF_AD_PROTOCOL, + SKF_AD_PKTTYPE
_OUTGOING = 4
_UDP = 17
_WHOLE = 0xFFFF


class Step(NamedTuple):
    """One instruction. `then` and `otherwise` name the instruction to jump to; "" is the next one."""

    code: int
    value: int
    then: str = ""
    otherwise: str = ""
    name: str = ""


def discovery(ports: Iterable[int]) -> bytes:
    """A filter that accepts ARP, and UDP from or to these ports, except what this host itself sends."""
    wanted = sorted(ports)
    steps = [
        Step(LOAD_BYTE, _DIRECTION),
        Step(IF_EQUAL, _OUTGOING, then="drop"),
        Step(LOAD_HALF, _ETHERTYPE),
        Step(IF_EQUAL, ARP, then="keep"),
        Step(IF_EQUAL, IPV6, then="ipv6"),
        Step(IF_EQUAL, IPV4, otherwise="drop"),
        Step(LOAD_BYTE, 9),
        Step(IF_EQUAL, _UDP, otherwise="drop"),
        Step(LOAD_HALF, 6),
        Step(IF_ANY_BIT, 0x1FFF, then="drop"),  # a later fragment has no ports
        Step(LOAD_HEADER_LENGTH, 0),
        *_ports(LOAD_HALF_BEHIND_HEADER, 0, wanted),
        Step(GIVE, 0, name="drop"),
        Step(LOAD_BYTE, 6, name="ipv6"),
        Step(IF_EQUAL, _UDP, otherwise="end"),
        *_ports(LOAD_HALF, 40, wanted),
        Step(GIVE, 0, name="end"),
        Step(GIVE, _WHOLE, name="keep"),
    ]
    return assemble(steps)


def assemble(steps: Sequence[Step]) -> bytes:
    """The instructions as the kernel takes them."""
    places = {step.name: number for number, step in enumerate(steps) if step.name}
    return b"".join(_assembled(number, step, places) for number, step in enumerate(steps))


def attach(sock: socket.socket, program: bytes) -> None:
    """Attach a filter to a socket."""
    held = ctypes.create_string_buffer(program)
    sock.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("@HP", len(program) // 8, ctypes.addressof(held)))


def _ports(load: int, offset: int, wanted: Sequence[int]) -> list[Step]:
    return [
        step
        for place in (offset, offset + 2)
        for step in (Step(load, place), *(Step(IF_EQUAL, port, then="keep") for port in wanted))
    ]


def _assembled(number: int, step: Step, places: dict[str, int]) -> bytes:
    """A struct sock_filter: code, jump if true, jump if false, value."""
    jumps = (places[name] - number - 1 if name else 0 for name in (step.then, step.otherwise))
    return struct.pack("@HBBI", step.code, *jumps, step.value)
