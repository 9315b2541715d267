"""The kernel's main routing tables: through which gateway an address is reached."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
Route: TypeAlias = tuple[Network, str]

_UP = 0x1


class Routes:
    """Longest-prefix lookup over the IPv4 and IPv6 routes; an empty gateway means on-link."""

    def __init__(self, routes: list[Route]) -> None:
        self._routes = sorted(routes, key=lambda route: route[0].prefixlen, reverse=True)

    @classmethod
    def read(cls, proc: Path = Path("/proc/net")) -> Routes:
        """Read the kernel's tables; one that cannot be read counts as empty."""
        return cls([*_ipv4(_lines(proc / "route")), *_ipv6(_lines(proc / "ipv6_route"))])

    def gateway(self, address: str) -> str:
        """The gateway on the way to an address; empty where it is on-link, this host itself, or nowhere."""
        route = self._route(address)
        return route[1] if route else ""

    def on_link(self, address: str) -> bool:
        """Whether the address is a neighbour: reached without a gateway, and not this host's loopback."""
        route = self._route(address)
        return route is not None and not route[1]

    def _route(self, address: str) -> Route | None:
        wanted = ipaddress.ip_address(address)
        return None if wanted.is_loopback else next((route for route in self._routes if wanted in route[0]), None)


def _lines(path: Path) -> list[list[str]]:
    try:
        lines = path.read_bytes().split(b"\n")
        return [
            [str(word, "ascii", "replace") for word in line.split()] for line in lines
        ]  # a device may be called "büro"
    except OSError:
        return []


def _ipv4(rows: list[list[str]]) -> Iterator[Route]:
    """Rows of /proc/net/route: destination, gateway and mask are little-endian hex."""
    for row in rows[1:]:
        if len(row) >= 8 and int(row[3], 16) & _UP:
            destination, gateway, mask = (_little_endian(row[column]) for column in (1, 2, 7))
            text = "" if int(gateway) == 0 else str(gateway)
            yield ipaddress.IPv4Network(f"{destination}/{mask}"), text


def _little_endian(text: str) -> ipaddress.IPv4Address:
    return ipaddress.IPv4Address(bytes.fromhex(text)[::-1])


def _ipv6(rows: list[list[str]]) -> Iterator[Route]:
    """Rows of /proc/net/ipv6_route: destination, prefix length, source, its length, next hop, ..., flags, device."""
    for row in rows:
        if len(row) >= 10 and int(row[8], 16) & _UP and row[9] != "lo":
            network = ipaddress.IPv6Network((bytes.fromhex(row[0]), int(row[1], 16)))
            hop = ipaddress.IPv6Address(bytes.fromhex(row[4]))
            yield network, "" if hop.is_unspecified else str(hop)
