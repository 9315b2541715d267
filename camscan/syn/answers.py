"""What answers say, read out of a batch of packets at once."""

from __future__ import annotations

import errno
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from camscan.syn.order import Numbers
from camscan.syn.ring import Packets
from camscan.syn.space import Space
from camscan.system.icmperrors import PROHIBITED, REJECTED

ANSWERED, REFUSED, UNREACHABLE, SILENT = 0, errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.ETIMEDOUT
"""How a question ended, as the errno that connect(2) gives for it."""

_TCP = 6
_RST = 0x04
_TCP_PART = 14  # bytes behind the IP header that are looked at
_QUOTED = 8  # bytes of ICMP before the packet of ours that could not be delivered


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where things stand in an IP header: offsets in bytes. `length` is that of our own headers, without options."""

    protocol: int
    source: int
    destination: int
    words: int
    length: int
    refusing: tuple[int, ...]
    """The codes of ICMP "destination unreachable" that refuse: for the port, and whatever is prohibited."""


_LAYOUTS = {4: _Layout(9, 12, 16, 1, 20, (3, *PROHIBITED)), 6: _Layout(6, 8, 24, 4, 40, (4, 1, 5, 6))}
"""RFC 791 and RFC 792; RFC 8200 and RFC 4443."""


@dataclass(frozen=True, slots=True)
class Answers:
    """One answer an element: to which question it claims to be (`sequences` is ours), and how that ended.

    `hosts` has numbers of the space that was asked, -1 for what is none of it.
    """

    errnos: Numbers
    hosts: NDArray[np.int64]
    ports: Numbers
    source_ports: Numbers
    sequences: Numbers

    def only(self, mask: NDArray[np.bool_]) -> Answers:
        """The answers that the mask names."""
        return Answers(
            self.errnos[mask], self.hosts[mask], self.ports[mask], self.source_ports[mask], self.sequences[mask]
        )


def read(packets: Packets, asked: Space) -> Answers:
    """The answers in packets that passed `filters.answers`, one a row from the IP header on."""
    layout = _LAYOUTS[asked.version]
    is_tcp = packets[:, layout.protocol] == _TCP
    if is_tcp.all():
        return _of_tcp(packets, asked, layout)
    one, other = _of_tcp(packets[is_tcp], asked, layout), _of_icmp(packets[~is_tcp], asked, layout)
    return Answers(
        np.concatenate((one.errnos, other.errnos)),
        np.concatenate((one.hosts, other.hosts)),
        np.concatenate((one.ports, other.ports)),
        np.concatenate((one.source_ports, other.source_ports)),
        np.concatenate((one.sequences, other.sequences)),
    )


def _of_tcp(packets: Packets, asked: Space, layout: _Layout) -> Answers:
    tcp = _behind_header(packets, _TCP_PART, asked.version)
    refused = (tcp[:, 13] & _RST) != 0
    errnos = np.where(refused, np.uint32(REFUSED), np.uint32(ANSWERED))
    hosts = asked.hosts(_words(packets, layout.source, layout.words))
    return Answers(errnos, hosts, _halves(tcp, 0), _halves(tcp, 2), _words(tcp, 8) - np.uint32(1))


def _of_icmp(packets: Packets, asked: Space, layout: _Layout) -> Answers:
    at = _QUOTED + layout.length
    icmp = _behind_header(packets, at + 8, asked.version)
    to_whom = _words(icmp, _QUOTED + layout.destination, layout.words)
    same = _words(packets, layout.source, layout.words) == to_whom
    by_host = same.reshape(len(icmp), -1).all(axis=1)
    refusals = np.where(by_host, np.uint32(REFUSED), np.uint32(REJECTED))
    errnos = np.where(np.isin(icmp[:, 1], layout.refusing), refusals, np.uint32(UNREACHABLE))
    return Answers(errnos, asked.hosts(to_whom), _halves(icmp, at + 2), _halves(icmp, at), _words(icmp, at + 4))


def _behind_header(packets: Packets, length: int, version: int) -> Packets:
    if version == 6:
        return packets[:, 40 : 40 + length]
    begins = (packets[:, 0] & np.uint8(15)).astype(np.intp) * 4
    if (begins == 20).all():  # nearly always
        return packets[:, 20 : 20 + length]
    return np.take_along_axis(packets, begins[:, None] + np.arange(length), axis=1)


def _words(packets: Packets, at: int, count: int = 1) -> Numbers:
    """Words from there on: a row of them, or a matrix where each packet has several."""
    words = np.ascontiguousarray(packets[:, at : at + 4 * count]).view(">u4").astype(np.uint32)
    return words[:, 0] if count == 1 else words


def _halves(packets: Packets, at: int) -> Numbers:
    return np.ascontiguousarray(packets[:, at : at + 2]).view(">u2")[:, 0].astype(np.uint32)
