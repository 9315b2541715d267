"""The kernel's main routing tables: through which gateway an address is reached."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterator, Sequence
from functools import cache
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

    def __init__(self, routes: Sequence[Route]) -> None:
        self._routes = sorted(routes, key=lambda route: route[0].prefixlen, reverse=True)

    @classmethod
    def read(cls, proc: Path = Path("/proc/net")) -> Routes:
        """Read the kernel's tables; one that cannot be read counts as empty."""
        tunnel = cache(_tunnel)
        found = (*_ipv4(_lines(proc / "route")), *_ipv6(_lines(proc / "ipv6_route")))
        return cls([(network, gateway, "" if gateway else tunnel(name)) for network, gateway, name in found])

    def gateway(self, address: str) -> str:
        """The gateway on the way to an address; empty where it is on-link, this host itself, or nowhere."""
        route = self._route(address)
        return route[1] if route else ""

    def router(self, address: str) -> str:
        """The gateway, or the tunnel behind whose other end an address lies; empty where there is none."""
        route = self._route(address)
        return "".join(route[1:]) if route else ""

    def on_link(self, address: str) -> bool:
        """Whether the address is a neighbour: reached without a gateway, and not this host's loopback."""
        route = self._route(address)
        return route is not None and not route[1]

    def _route(self, address: str) -> Route | None:
        wanted = ipaddress.ip_address(address)
        return None if wanted.is_loopback else next((route for route in self._routes if wanted in route[0]), None)


def _tunnel(name: str) -> str:
    """The name of a link on which no MAC is asked for, "" for any other."""
    return "" if name == _LOOPBACK or has_arp(name) else name


def _lines(path: Path) -> list[list[str]]:
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError:
        return []
    return [list(map(os.fsdecode, line.split())) for line in lines]  # a device may be called "büro"


def _ipv4(rows: list[list[str]]) -> Iterator[tuple[Network, str, str]]:
    """Rows of /proc/net/route: destination, gateway and mask are little-endian hex."""
    for row in rows[1:]:
        if len(row) >= 8 and int(row[3], 16) & _UP:
            destination, gateway, mask = (_little_endian(row[column]) for column in (1, 2, 7))
            text = "" if int(gateway) == 0 else str(gateway)
            yield ipaddress.IPv4Network(f"{destination}/{mask}"), text, row[0]


def _little_endian(text: str) -> ipaddress.IPv4Address:
    return ipaddress.IPv4Address(bytes.fromhex(text)[::-1])


def _ipv6(rows: list[list[str]]) -> Iterator[tuple[Network, str, str]]:
    """Rows of /proc/net/ipv6_route: destination, prefix length, source, its length, next hop, ..., flags, device."""
    for row in rows:
        if len(row) >= 10 and int(row[8], 16) & _UP and row[9] != _LOOPBACK:
            network = ipaddress.IPv6Network((bytes.fromhex(row[0]), int(row[1], 16)))
            hop = ipaddress.IPv6Address(bytes.fromhex(row[4]))
            yield network, "" if hop.is_unspecified else str(hop), row[9]
