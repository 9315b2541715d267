"""This host's interfaces, as the kernel shows them to everybody."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path

import ifaddr

_UP, _BROADCAST, _LOOPBACK, _MULTICAST = 0x1, 0x2, 0x8, 0x1000


@dataclass(frozen=True, slots=True)
class Interface:
    """One address of one interface that is up. `index` is the kernel's interface index."""

    name: str
    index: int
    address: str
    network: ipaddress.IPv4Network | ipaddress.IPv6Network
    loopback: bool
    multicast: bool

    @property
    def is_private(self) -> bool:
        """Whether the connected network is private space that a scan may cover unasked."""
        return self.network.is_private and not self.network.is_link_local and not self.loopback


def interfaces() -> tuple[Interface, ...]:
    """Every address of every interface that is up, IPv4 first."""
    found = []
    for adapter in ifaddr.get_adapters():
        flags = _flags(adapter.name)
        if not flags & _UP:
            continue
        for ip in adapter.ips:
            text = ip.ip if isinstance(ip.ip, str) else ip.ip[0]
            network = ipaddress.ip_network(f"{text}/{ip.network_prefix}", strict=False)
            multicast = bool(flags & (_MULTICAST | _BROADCAST))
            found.append(Interface(adapter.name, adapter.index or 0, text, network, bool(flags & _LOOPBACK), multicast))
    return tuple(sorted(found, key=lambda i: (i.network.version, i.index)))


def _flags(name: str) -> int:
    try:
        return int(Path("/sys/class/net", name, "flags").read_text(encoding="ascii"), 16)
    except (OSError, ValueError):
        return _UP | _MULTICAST
