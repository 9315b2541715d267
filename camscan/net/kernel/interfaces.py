"""This host's network interfaces. No privilege is needed."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass

import ifaddr

from camscan.errors import HostError, on_os_error
from camscan.system import netdevice
from camscan.system.netdevice import BROADCAST, LOOPBACK, MULTICAST, NO_ARP, UP

_ETHERNET = 1  # the kind of hardware (ARPHRD_ETHER)


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
    """Every address of every interface that is up, IPv4 first. `multicast`: it can multicast or at least broadcast.

    Raises HostError if the kernel does not list them, at a second try either.
    """
    with contextlib.suppress(OSError):
        return _listed()
    with on_os_error(HostError, "cannot list the network interfaces", "try again in a moment"):
        return _listed()


def _listed() -> tuple[Interface, ...]:
    found = []
    for adapter in ifaddr.get_adapters():
        name = adapter.name.partition(":")[0]  # it may be the label of an address, such as eth0:1
        flags = _flags(name)
        if not flags & UP:
            continue
        multicast, loopback = bool(flags & (MULTICAST | BROADCAST)), bool(flags & LOOPBACK)
        for ip in adapter.ips:
            address = ip.ip if isinstance(ip.ip, str) else ip.ip[0]
            network = ipaddress.ip_network(f"{address}/{ip.network_prefix}", strict=False)
            found.append(Interface(name, adapter.index or 0, address, network, loopback, multicast))
    return tuple(sorted(found, key=lambda i: (i.network.version, i.index)))


def broadcasts() -> frozenset[str]:
    """The addresses that stand for all hosts of a connected IPv4 network; the kernel sends nothing of ours to them."""
    networks = {interface.network for interface in interfaces() if interface.network.version == 4}
    return frozenset(str(network.broadcast_address) for network in networks if network.num_addresses > 2)


def sources(targets: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """The interfaces and source addresses that this host would use for the targets, each pair once. Nothing is sent."""
    names = {interface.address: interface.name for interface in interfaces()}
    found = filter(None, map(_source, targets))
    return tuple(dict.fromkeys((names.get(address, "lo"), address) for address in found))


def is_own(address: str) -> bool:
    """Whether the address is one of this host: only then the kernel uses it as source as well."""
    return _source(address) == address


def is_elsewhere(address: str) -> bool:
    """Whether the kernel has a route to the address that leads to another host."""
    return _source(address) not in (None, address)


def _source(target: str) -> str | None:
    """The source address that the kernel would use; connecting a datagram socket sends nothing."""
    family = socket.AF_INET6 if ":" in target else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.connect((target, 9))
            return str(sock.getsockname()[0])
    except OSError:
        return None


def has_arp(name: str) -> bool:
    """Whether an interface is Ethernet or Wi-Fi and uses ARP, unlike tunnels and point-to-point links."""
    with contextlib.suppress(OSError):
        return netdevice.number(netdevice.HARDWARE, name) == _ETHERNET and not _flags(name) & NO_ARP
    return False


def _flags(name: str) -> int:
    """The interface's flags (IFF_*); 0 if the interface has gone."""
    with contextlib.suppress(OSError):
        return netdevice.number(netdevice.FLAGS, name)
    return 0
