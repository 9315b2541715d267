"""Which addresses an ARP sweep asks: those it is given, as far as they are in a network of its interface."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv4Address
from typing import TypeAlias

from camscan.l2.lines import WRONG_USE, RefusalError

Range: TypeAlias = tuple[int, int]  # first and last IPv4 address as numbers, both included

MAX_INPUT = 8 * 1024 * 1024  # bytes of JSON; a /16 with every second address left out takes one million
MAX_TARGETS = 1 << 20  # addresses of one sweep: a /12, whose answers fit into memory

_HOST, _MULTICAST = 0xFFFFFFFF, 0xE0000000  # the netmask of a host route, and the first multicast address
_NO_ADDRESS = "0.0.0.0"  # noqa: S104 - as routes say that there is no gateway, or no address of this host


def read_targets(data: bytes) -> list[Range]:
    """The targets in JSON such as [["10.0.0.1", "10.0.0.254"], ["10.0.2.7", "10.0.2.7"]], sorted and merged.

    Raises RefusalError if it is something else, or more than a sweep may have.
    """
    if len(data) > MAX_INPUT:
        raise RefusalError(f"targets of more than {MAX_INPUT:,} bytes: sweep them in parts", WRONG_USE)
    try:
        ranges = merged((int(IPv4Address(first)), int(IPv4Address(last))) for first, last in json.loads(data))
    except (ValueError, TypeError, RecursionError) as error:
        raise RefusalError(
            f"targets must be a JSON list of [first, last] IPv4 addresses: {error}", WRONG_USE
        ) from error
    if sum(last - first + 1 for first, last in ranges) > MAX_TARGETS:
        raise RefusalError(f"more than {MAX_TARGETS:,} targets: sweep them in parts", WRONG_USE)
    return ranges


def merged(ranges: Iterable[Range]) -> list[Range]:
    """The ranges, sorted, with those that overlap as one; what ends before it begins is none."""
    found: list[Range] = []
    for first, last in sorted(ranges):
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        elif first <= last:
            found.append((first, last))
    return found


def on_link(interface: str, targets: Sequence[Range]) -> list[tuple[Range, str]]:
    """The parts of the targets that are in a network of the interface, each once, with this host's address there."""
    parts = []
    for (low, high), address in sorted(_networks(interface)):
        clipped = ((max(first, low), min(last, high)) for first, last in targets)
        parts += [((first, last), address) for first, last in clipped if first <= last]
    return parts


def _networks(interface: str) -> Iterator[tuple[Range, str]]:
    """The networks of an interface with this host's address in each, by its routes; where they overlap, the narrowest.

    Host routes are left out: they stand for this host's own addresses and for broadcasts. A route without an address
    counts where no other leads, as does what this host is called there: whoever asks without one claims the address
    that it asks for (RFC 5227).
    """
    import scapy.route  # noqa: F401, PLC0415 - fills conf.route; takes 0.2 s to load
    from scapy.arch import get_if_addr  # noqa: PLC0415
    from scapy.config import conf  # noqa: PLC0415

    found = []
    for network, mask, gateway, name, address, _metric in conf.route.routes:
        if name == interface and gateway == _NO_ADDRESS and mask != _HOST and network < _MULTICAST:
            found.append((address == _NO_ADDRESS, -mask, network, address))
    taken: list[Range] = []
    for is_nameless, mask, network, address in sorted(found):
        span = network, network | (-mask ^ _HOST)
        named = get_if_addr(interface) if is_nameless else address
        if named != _NO_ADDRESS:
            yield from ((part, named) for part in _without(span, taken))
            taken = merged((*taken, span))


def _without(span: Range, taken: Iterable[Range]) -> Iterator[Range]:
    """What is left of a range without others, which are sorted."""
    first, last = span
    for begin, end in taken:
        if first < begin <= last:
            yield first, begin - 1
        if begin <= last:
            first = max(first, end + 1)
    if first <= last:
        yield first, last
