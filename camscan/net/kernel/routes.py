"""The kernel's main routing tables: through which gateway an address is reached."""

from __future__ import annotations

import ipaddress
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache, lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import TypeAlias

from camscan.net.kernel.interfaces import has_arp

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
Route: TypeAlias = tuple[Network, str] | tuple[Network, str, str]
"""A destination, its gateway, and the tunnel or other link without MACs that leads there without one."""

_UP = 0x1
_LOOPBACK = "lo"


class Routes:
    """Longest-prefix lookup over the IPv4 and IPv6 routes; an empty gateway means on-link."""

    def __init__(self, routes: Iterable[Route]) -> None:
        found: defaultdict[tuple[int, int], dict[int, tuple[str, str]]] = defaultdict(dict)
        for network, gateway, *tunnel in routes:
            begins = found[network.prefixlen, network.version]
            begins.setdefault(int(network.network_address), (gateway, "".join(tunnel)))
        self._routes = sorted(found.items(), reverse=True)

    @classmethod
    def read(cls, proc: Path = Path("/proc/net")) -> Routes:
        """Read the kernel's tables; one that cannot be read counts as empty."""
        tunnel = cache(_tunnel)
        found = chain(_ipv4(_rows(proc / "route")), _ipv6(_rows(proc / "ipv6_route")))
        return cls((network, gateway, "" if gateway else tunnel(name)) for network, gateway, name in found)

    def gateway(self, address: str) -> str:
        """The gateway on the way to an address; empty where it is on-link, this host itself, or nowhere."""
        route = self._route(address)
        return route[0] if route else ""

    def router(self, address: str) -> str:
        """The gateway, or the tunnel behind whose other end an address lies; empty where there is none."""
        route = self._route(address)
        return "".join(route) if route else ""

    def on_link(self, address: str) -> bool:
        """Whether the address is a neighbour: reached without a gateway, and not this host's loopback."""
        route = self._route(address)
        return route is not None and not route[0]

    def _route(self, address: str) -> tuple[str, str] | None:
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


def _rows(path: Path) -> Iterator[list[str]]:
    with suppress(OSError), path.open("rb") as file:
        for line in file:
            yield list(map(os.fsdecode, line.split()))  # a device may be called "büro"


def _ipv4(rows: Iterator[list[str]]) -> Iterator[tuple[Network, str, str]]:
    """Rows of /proc/net/route: destination, gateway and mask are little-endian hex."""
    for row in islice(rows, 1, None):
        if len(row) >= 8 and int(row[3], 16) & _UP:
            destination, gateway, mask = (bytes.fromhex(row[column])[::-1] for column in (1, 2, 7))
            text = _hop(ipaddress.IPv4Address(gateway))
            yield ipaddress.IPv4Network((destination, int.from_bytes(mask).bit_count())), text, row[0]


def _ipv6(rows: Iterator[list[str]]) -> Iterator[tuple[Network, str, str]]:
    """Rows of /proc/net/ipv6_route: destination, prefix length, source, its length, next hop, ..., flags, device."""
    for row in rows:
        if len(row) >= 10 and int(row[8], 16) & _UP and row[9] != _LOOPBACK:
            network = ipaddress.IPv6Network((bytes.fromhex(row[0]), int(row[1], 16)))
            yield network, _hop(ipaddress.IPv6Address(bytes.fromhex(row[4]))), row[9]


@lru_cache(maxsize=64)
def _hop(gateway: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    return "" if gateway.is_unspecified else str(gateway)
