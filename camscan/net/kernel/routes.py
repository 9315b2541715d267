"""The kernel's main routing tables: through which gateway an address is reached."""

from __future__ import annotations

import ipaddress
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from itertools import chain, islice
from pathlib import Path
from typing import TypeAlias

from camscan.net.kernel.interfaces import has_arp, is_elsewhere

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
Route: TypeAlias = tuple[Network, str] | tuple[Network, str, str]
"""A destination, its gateway, and the tunnel or other link without MACs that leads there without one."""
_Hop: TypeAlias = tuple[str, str]  # a gateway, and a tunnel
_Row: TypeAlias = tuple[int, int, int, _Hop]
"""The version of IP, the length of the destination's prefix, and its first address."""

_UP = 0x1
_LOOPBACK = "lo"
_OTHER_TABLES = "another table's"


class Routes:
    """Longest-prefix lookup over the IPv4 and IPv6 routes; an empty gateway means on-link."""

    def __init__(self, routes: Iterable[Route] = ()) -> None:
        self._take(
            (network.version, network.prefixlen, int(network.network_address), (gateway, "".join(tunnel)))
            for network, gateway, *tunnel in routes
        )

    def _take(self, rows: Iterable[_Row]) -> None:
        found: defaultdict[tuple[int, int], dict[int, _Hop]] = defaultdict(dict)
        for version, length, begin, hop in rows:
            found[length, version].setdefault(begin, hop)
        self._routes = sorted(found.items(), reverse=True)

    @classmethod
    def read(cls, proc: Path = Path("/proc/net")) -> Routes:
        """Read the kernel's tables; one that cannot be read counts as empty."""
        routes = cls()
        routes._take(chain(_ipv4(_rows(proc / "route")), _ipv6(_rows(proc / "ipv6_route"))))
        return routes

    @property
    def gateways(self) -> frozenset[str]:
        """All gateways of this host."""
        return frozenset(hop[0] for _, routes in self._routes for hop in routes.values() if hop[0])

    def gateway(self, address: str) -> str:
        """The gateway on the way to an address; empty where it is on-link, this host itself, or nowhere."""
        route = self._route(address)
        return route[0] if route else ""

    def router(self, address: str) -> str:
        """The gateway, or the tunnel behind whose other end an address lies; empty where there is none.

        Those to which only other tables lead, as by a rule or for a VPN, have one for all, for want of a closer look.
        """
        route = self._route(address)
        if route is not None:
            return "".join(route)
        by_other_table = not ipaddress.ip_address(address).is_loopback and is_elsewhere(address)
        return _OTHER_TABLES if by_other_table else ""

    def on_link(self, address: str) -> bool:
        """Whether the address is a neighbour: reached without a gateway, and not this host's loopback."""
        route = self._route(address)
        return route is not None and not route[0]

    def _route(self, address: str) -> _Hop | None:
        """Gateway and tunnel; one look for each length of a prefix, since there may be a million routes."""
        wanted = ipaddress.ip_address(address)
        number, bits = int(wanted), wanted.max_prefixlen
        fitting = (
            routes.get(number >> (bits - length) << (bits - length))
            for (length, version), routes in self._routes
            if version == wanted.version
        )
        return None if wanted.is_loopback else next(filter(None, fitting), None)


def _tunnel(name: str) -> str:
    """The name of a link on which no MAC is asked for, "" for any other."""
    return "" if name == _LOOPBACK or has_arp(name) else name


def _rows(path: Path) -> Iterator[list[bytes]]:
    with suppress(OSError), path.open("rb") as file:
        yield from map(bytes.split, file)


def _ipv4(rows: Iterator[list[bytes]]) -> Iterator[_Row]:
    """Rows of /proc/net/route: destination, gateway and mask are little-endian hex."""
    hop = cache(lambda gateway, name: _hop(ipaddress.IPv4Address(_turned(gateway)), name))
    for row in islice(rows, 1, None):
        if len(row) >= 8 and int(row[3], 16) & _UP:
            yield 4, int(row[7], 16).bit_count(), _turned(row[1]), hop(row[2], row[0])


def _turned(text: bytes) -> int:
    return int.from_bytes(int(text, 16).to_bytes(4, "little"))


def _ipv6(rows: Iterator[list[bytes]]) -> Iterator[_Row]:
    """Rows of /proc/net/ipv6_route: destination, prefix length, source, its length, next hop, ..., flags, device."""
    hop = cache(lambda gateway, name: _hop(ipaddress.IPv6Address(int(gateway, 16)), name))
    for row in rows:
        if len(row) >= 10 and int(row[8], 16) & _UP and row[9] != _LOOPBACK.encode():
            yield 6, int(row[1], 16), int(row[0], 16), hop(row[4], row[9])


def _hop(gateway: ipaddress.IPv4Address | ipaddress.IPv6Address, name: bytes) -> _Hop:
    """Each next hop is one object: there may be a million routes."""
    return ("", _tunnel(os.fsdecode(name))) if gateway.is_unspecified else (str(gateway), "")
