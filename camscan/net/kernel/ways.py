"""The routes to many addresses: which interface, source address and next hop the kernel would use for each.

The routes of all tables, and the rules that choose among these, say where ways may change; between two such places the
kernel is asked once, so that rules, metrics and tables are respected.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from itertools import groupby
from typing import TypeAlias

from camscan.errors import HostError
from camscan.net.kernel import netlink
from camscan.net.kernel.interfaces import has_arp

Span: TypeAlias = tuple[int, int]  # first and last address of one IP version as numbers, both included

_GET_ROUTE, _NEW_ROUTE = 26, 24
_GET_RULE, _NEW_RULE = 34, 32
_ROUTE = struct.Struct("=BBBBBBBBI")
"""struct rtmsg (rtnetlink(7)): family, lengths, tos, table, protocol, scope, type, flags. As long is fib_rule_hdr
(linux/fib_rules.h), which has the same at its beginning."""
_TO, _INTERFACE, _GATEWAY, _SOURCE, _VIA = 1, 4, 5, 7, 18
_LOCAL = 2
_LOOPBACK = "lo"
_RECEIVE = 16 * 1024
_FAMILIES = {4: (socket.AF_INET, 32), 6: (socket.AF_INET6, 128)}  # with the bits of an address


@dataclass(frozen=True, slots=True)
class Hop:
    """The kernel's route for one address. `gateway` is empty on-link; `frames`: the interface uses ARP."""

    interface: str
    source: str
    gateway: str = ""
    frames: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """The spans that are reached by one hop; without a hop, `reason` says why they cannot be reached."""

    version: int
    spans: tuple[Span, ...]
    hop: Hop | None
    reason: str = ""

    def pairs(self) -> list[tuple[str, str]]:
        """The spans as text."""
        text = IPv4Address if self.version == 4 else IPv6Address
        return [(str(text(first)), str(text(last))) for first, last in self.spans]


def ways(version: int, spans: Iterable[Span]) -> list[Way]:
    """The routes to sorted spans of one IP version. Raises HostError if the kernel cannot be asked."""
    hops: dict[int, tuple[Hop | None, str]] = {}
    found: dict[tuple[Hop | None, str], list[Span]] = {}
    try:
        cuts = _cuts(version)
        with netlink.opened() as kernel:
            for place, part in (placed for span in spans for placed in _parts(span, cuts)):
                if place not in hops:
                    hops[place] = _ask(kernel, version, part[0])
                found.setdefault(hops[place], []).append(part)
    except OSError as error:
        raise HostError(
            f"cannot ask the kernel for its routes: {error.strerror or error}: allow AF_NETLINK, or try again"
        ) from error
    return [Way(version, tuple(_joined(parts)), hop, reason) for (hop, reason), parts in found.items()]


def ways_to(pairs: Iterable[tuple[str, str]]) -> list[Way]:
    """As `ways`, to sorted spans of both versions as text."""
    ends = ((ip_address(first), ip_address(last)) for first, last in pairs)
    found = list[Way]()
    for version, some in groupby(ends, key=lambda pair: pair[0].version):
        found += ways(version, [(int(first), int(last)) for first, last in some])
    return found


def samples(spans: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """An address for each way to other hosts in sorted spans, as text, and the interface that leads there.

    None where the kernel cannot be asked.
    """
    try:
        found = [(way.pairs()[0][0], way.hop) for way in ways_to(spans) if way.hop is not None]
    except HostError:
        return {}
    return {first: hop.interface for first, hop in found if hop.interface != _LOOPBACK}


def interfaces_to(addresses: Iterable[str]) -> Mapping[str, str]:
    """The interface that leads to each of these addresses now, "" where none does; only of those that can be told."""
    found = dict[str, str]()
    with contextlib.suppress(OSError), netlink.opened() as kernel:
        for address in addresses:
            wanted = ip_address(address)
            hop, _ = _ask(kernel, wanted.version, int(wanted))
            found[address] = hop.interface if hop is not None else ""
    return found


def _cuts(version: int) -> list[int]:
    """The addresses at which the way may change: at both ends of each destination. Raises OSError."""
    family, bits = _FAMILIES[version]
    everything = _ROUTE.pack(family, 0, 0, 0, 0, 0, 0, 0, 0)
    ends = {1 << bits}
    for kind, answer in ((_GET_ROUTE, _NEW_ROUTE), (_GET_RULE, _NEW_RULE)):
        for (_, length, *_), values in netlink.dumped(kind, everything, answer, _ROUTE):
            first = int.from_bytes(values.get(_TO, b""))
            ends |= {first, first + (1 << (bits - length))}
    return sorted(ends)


def _parts(span: Span, cuts: Sequence[int]) -> Iterator[tuple[int, Span]]:
    first, last = span
    while first <= last:
        place = bisect_right(cuts, first)
        end = min(last, cuts[place] - 1)
        yield place, (first, end)
        first = end + 1


def _joined(spans: Sequence[Span]) -> Iterator[Span]:
    current = spans[0]
    for span in spans[1:]:
        if span[0] == current[1] + 1:
            current = current[0], span[1]
        else:
            yield current
            current = span
    yield current


def _ask(kernel: socket.socket, version: int, number: int) -> tuple[Hop | None, str]:
    family, bits = _FAMILIES[version]
    address = number.to_bytes(bits // 8)
    body = _ROUTE.pack(family, bits, 0, 0, 0, 0, 0, 0, 0) + netlink.attribute(_TO, address)
    kernel.send(netlink.request(_GET_ROUTE, body))
    kind, answer = next(netlink.messages(kernel.recv(_RECEIVE)), (netlink.ERROR, struct.pack("=i", 0)))
    if kind == _NEW_ROUTE and len(answer) >= _ROUTE.size:
        values = dict(netlink.attributes(answer[_ROUTE.size :]))
        if _INTERFACE in values:
            return _hop(address, _ROUTE.unpack_from(answer)[7] == _LOCAL, values), ""
    code = -struct.unpack_from("=i", answer)[0] if kind == netlink.ERROR else 0
    return None, f"no route: {os.strerror(code)}"


def _hop(address: bytes, is_own: bool, values: Mapping[int, bytes]) -> Hop:
    interface = _LOOPBACK if is_own else socket.if_indextoname(struct.unpack("=I", values[_INTERFACE])[0])
    source = str(ip_address(values.get(_SOURCE, address)))
    next_hop = values.get(_GATEWAY, b"") or values.get(_VIA, b"")[2:]
    frames = not is_own and len(next_hop) in (0, len(address)) and has_arp(interface)
    return Hop(interface, source, str(ip_address(next_hop)) if next_hop else "", frames)
