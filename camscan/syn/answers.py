"""What answers say, read out of a batch of packets at once."""

from __future__ import annotations

import errno
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from camscan.syn.order import Numbers
from camscan.syn.ring import Packets

ANSWERED, REFUSED, UNREACHABLE, SILENT = 0, errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.ETIMEDOUT
"""How a question ended, as the errno that connect(2) gives for it."""

_TCP = 6
_SYN, _RST = 0x02, 0x04
_PORT_UNREACHABLE = 3
"""The one code of ICMP "destination unreachable" that connect(2) calls a refusal (RFC 1122, 3.2.2.1)."""
_TCP_PART, _ICMP_PART = 14, 36
"""Bytes behind the IP header that are looked at."""


@dataclass(frozen=True, slots=True)
class Answers:
    """One answer an element: to which question it claims to be (`sequences` is ours), and how that ended."""

    errnos: Numbers
    addresses: Numbers
    ports: Numbers
    source_ports: Numbers
    sequences: Numbers

    def only(self, mask: NDArray[np.bool_]) -> Answers:
        """Those that the mask names."""
        return Answers(*(column[mask] for column in self.columns))

    @property
    def columns(self) -> tuple[Numbers, ...]:
        """All five."""
        return self.errnos, self.addresses, self.ports, self.source_ports, self.sequences


def read(packets: Packets) -> Answers:
    """The answers in packets that passed `filters.answers`, one a row from the IP header on."""
    is_tcp = packets[:, 9] == _TCP
    parts = _of_tcp(packets[is_tcp]), _of_icmp(packets[~is_tcp])
    return Answers(*(np.concatenate(columns) for columns in zip(*(part.columns for part in parts), strict=True)))


def _of_tcp(packets: Packets) -> Answers:
    tcp = _behind_header(packets, _TCP_PART)
    refused = (tcp[:, 13] & _RST) != 0
    errnos = np.where(refused, np.uint32(REFUSED), np.uint32(ANSWERED))
    acknowledged = _words(tcp, 8) - np.uint32(1)
    return Answers(errnos, _words(packets, 12), _halves(tcp, 0), _halves(tcp, 2), acknowledged)


def _of_icmp(packets: Packets) -> Answers:
    """What stands behind 8 bytes of ICMP is the packet of ours that could not be delivered."""
    icmp = _behind_header(packets, _ICMP_PART)
    errnos = np.where(icmp[:, 1] == _PORT_UNREACHABLE, np.uint32(REFUSED), np.uint32(UNREACHABLE))
    return Answers(errnos, _words(icmp, 24), _halves(icmp, 30), _halves(icmp, 28), _words(icmp, 32))


def _behind_header(packets: Packets, length: int) -> Packets:
    begins = (packets[:, 0] & np.uint8(15)).astype(np.intp) * 4
    return np.take_along_axis(packets, begins[:, None] + np.arange(length), axis=1)


def _words(packets: Packets, at: int) -> Numbers:
    return np.ascontiguousarray(packets[:, at : at + 4]).view(">u4")[:, 0].astype(np.uint32)


def _halves(packets: Packets, at: int) -> Numbers:
    return np.ascontiguousarray(packets[:, at : at + 2]).view(">u2")[:, 0].astype(np.uint32)
