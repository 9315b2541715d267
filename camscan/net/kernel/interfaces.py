"""This host's network interfaces. No privilege is needed."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import ipaddress
import os
import socket
import struct
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import ifaddr

from camscan.errors import HostError, on_os_error

_UP, _BROADCAST, _LOOPBACK, _NO_ARP, _MULTICAST = 0x1, 0x2, 0x8, 0x80, 0x1000
_ETHERNET = 1
_SIOCGIFFLAGS, _SIOCGIFHWADDR = 0x8913, 0x8927  # of netdevice(7): the flags and the hardware type of an interface
_IFREQ = struct.Struct("16sH22x")  # struct ifreq (linux/if.h): a name, and the 16-bit number that the kernel gives

_SIOCETHTOOL, _GET_DRIVER = 0x8946, 0x3  # of linux/sockios.h and linux/ethtool.h (ETHTOOL_GDRVINFO)
_DRIVER_INFO = struct.Struct("I32s160x")  # struct ethtool_drvinfo (linux/ethtool.h): the command, and the driver's name
_CONTAINER, _KUBERNETES = (Path("/.dockerenv"), Path("/run/.containerenv")), "KUBERNETES_SERVICE_HOST"
"""Files and a variable by which a container of Docker, Podman or Kubernetes is recognised."""
_VETH, _SYS = "veth", Path("/sys/class/net")
_CONTAINER_DRIVERS = frozenset({_VETH, "tun"})
"""Drivers of the interfaces of a container with a network namespace of its own."""

_WSLINFO = Path("/bin/wslinfo")
"""A program that each distribution under WSL has: it tells how WSL's machine is connected."""
_APART = frozenset({"nat", "virtioproxy", "consomme"})
"""Its words for a machine that is behind Windows, on a network of its own."""


@dataclass(frozen=True, slots=True)
class Bridge:
    """What a host is on that multicast does not leave, and how to get off it."""

    name: str
    remedy: str


_OF_CONTAINERS = Bridge(
    "a container's bridge", "run the container on its host's network (--network host), or on macvlan"
)
_OF_WSL = Bridge(
    "WSL's own network",
    "write networkingMode=mirrored under [wsl2] in .wslconfig and restart WSL, or use Linux",
)


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
        if not flags & _UP:
            continue
        multicast, loopback = bool(flags & (_MULTICAST | _BROADCAST)), bool(flags & _LOOPBACK)
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
    return _query(_SIOCGIFHWADDR, name) == _ETHERNET and not _flags(name) & _NO_ARP


def bridge() -> Bridge | None:
    """What this host is on, if it is a container or a machine of WSL with a network of its own."""
    if _KUBERNETES in os.environ or any(mark.exists() for mark in _CONTAINER):
        return _OF_CONTAINERS
    return _OF_WSL if _WSLINFO.exists() and _wsl_mode() in _APART else None


def _wsl_mode() -> str:
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        done = subprocess.run([_WSLINFO, "--networking-mode"], capture_output=True, timeout=5, check=True)  # noqa: S603 - WSL's
        return done.stdout.decode(errors="replace").strip().lower()
    return ""


def bridged() -> tuple[str, ...]:
    """The interfaces that connect this host to such a bridge; none of a container with --network host or macvlan.

    Multicast does not leave such a bridge, and only other containers, or Windows itself, are on it.
    """
    if (on := bridge()) is None:
        return ()
    names = dict.fromkeys(i.name for i in interfaces() if not (i.loopback or i.network.is_link_local))
    return tuple(name for name in names if on is _OF_WSL or _driver(name) in _CONTAINER_DRIVERS)


def is_for_containers(name: str) -> bool:
    """Whether an interface is a bridge of this host, as docker0, that nobody but containers is on, or nobody at all."""
    try:
        ports = [port.name for port in (_SYS / name / "brif").iterdir()]
    except OSError:  # it is no bridge, or a sandbox hides what it is
        return False
    return all(_driver(port) == _VETH for port in ports)


def _driver(name: str) -> str:
    """The driver of an interface, or ""."""
    info = ctypes.create_string_buffer(_DRIVER_INFO.pack(_GET_DRIVER, b""))
    request = struct.pack("16sP16x", os.fsencode(name), ctypes.addressof(info))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock, contextlib.suppress(OSError):
        fcntl.ioctl(sock, _SIOCETHTOOL, request)
        return str(_DRIVER_INFO.unpack(info.raw[: _DRIVER_INFO.size])[1].split(b"\0")[0], "ascii", "replace")
    return ""


def _flags(name: str) -> int:
    """The interface's flags (IFF_*); 0 if the interface has gone."""
    return _query(_SIOCGIFFLAGS, name) or 0


def _query(request: int, name: str) -> int | None:
    """The number in the kernel's answer to an ioctl; None if it fails."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            return int(_IFREQ.unpack(fcntl.ioctl(sock, request, _IFREQ.pack(os.fsencode(name), 0)))[1])
        except OSError:
            return None
