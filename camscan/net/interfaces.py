"""This host's interfaces, as the kernel shows them to everybody."""

from __future__ import annotations

import contextlib
import fcntl
import ipaddress
import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass

import ifaddr

from camscan.errors import HostError

_UP, _BROADCAST, _LOOPBACK, _NO_ARP, _MULTICAST = 0x1, 0x2, 0x8, 0x80, 0x1000
_ETHERNET = 1
_SIOCGIFFLAGS, _SIOCGIFHWADDR = 0x8913, 0x8927
"""Of netdevice(7): what an interface does, and of what kind it is."""
_IFREQ = struct.Struct("16sH22x")
"""struct ifreq (linux/if.h): a name, and the 16-bit number that the kernel gives."""


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

    Raises:
        HostError: the kernel does not list them, at a second try either.
    """
    with contextlib.suppress(OSError):
        return _listed()
    try:
        return _listed()
    except OSError as error:
        raise HostError(f"cannot list the network interfaces: {error.strerror}: try again in a moment") from error


def _listed() -> tuple[Interface, ...]:
    found = []
    for adapter in ifaddr.get_adapters():
        flags = _flags(adapter.name)
        if not flags & _UP:
            continue
        multicast, loopback = bool(flags & (_MULTICAST | _BROADCAST)), bool(flags & _LOOPBACK)
        for ip in adapter.ips:
            address = ip.ip if isinstance(ip.ip, str) else ip.ip[0]
            network = ipaddress.ip_network(f"{address}/{ip.network_prefix}", strict=False)
            found.append(Interface(adapter.name, adapter.index or 0, address, network, loopback, multicast))
    return tuple(sorted(found, key=lambda i: (i.network.version, i.index)))


def sources(targets: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """From which interface and address this host would ask each target, each pair once. Nothing is sent."""
    names = {interface.address: interface.name for interface in interfaces()}
    found = filter(None, map(_source, targets))
    return tuple(dict.fromkeys((names.get(address, "lo"), address) for address in found))


def is_own(address: str) -> bool:
    """Whether this host has the address: to itself it sends from nowhere else."""
    return _source(address) == address


def _source(target: str) -> str | None:
    """The address that the kernel would send from: connecting a datagram socket only chooses the route."""
    family = socket.AF_INET6 if ":" in target else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.connect((target, 9))
            return str(sock.getsockname()[0])
    except OSError:
        return None


def has_arp(name: str) -> bool:
    """Whether an interface is Ethernet or Wi-Fi, with ARP on: tunnels and point-to-point links speak none."""
    return _told(_SIOCGIFHWADDR, name) == _ETHERNET and not _flags(name) & _NO_ARP


def _flags(name: str) -> int:
    """The interface's flags; none where it is gone by now."""
    return _told(_SIOCGIFFLAGS, name) or 0


def _told(question: int, name: str) -> int | None:
    """The number that the kernel gives of an interface; None where it gives none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            return int(_IFREQ.unpack(fcntl.ioctl(sock, question, _IFREQ.pack(name.encode(), 0)))[1])
        except OSError:
            return None
