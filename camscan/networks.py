"""The network of an address: what is usually behind one router port; and what shows that something lives in it."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import TypeAlias

from camscan.records import LedgerEntry, Scan
from camscan.scansettings import GATEWAYS

Network: TypeAlias = IPv4Network | IPv6Network

ALL_REFUSE = 16
"""Addresses that were asked from which on it means nothing that all refuse: nowhere do so many hosts live without any
service, and a firewall refuses for whoever is there or not."""
LEASE = "dhcp"  # the channel on which nobody is asked: a DHCP server knows only to whom it gave an address
HEARSAY = frozenset({"arp", LEASE})
"""Channels on which others may speak for a device: a router answers in its place, a DHCP server knows of its lease."""
_OCTETS = frozenset(map(str, range(256)))


def network_of(address: str) -> Network | None:
    """The /24 of an address, or the /64 of one of IPv6 without its zone; None where it is no address."""
    head, _, last = address.rpartition(".")
    return (_by_head(head) if last in _OCTETS else None) or _by_address(address)


def speaks(entry: LedgerEntry) -> bool:
    """Whether a target gave a sign of life itself: then it was possible to look into its network."""
    return any(outcome.is_alive for channel, outcome in entry.channels.items() if channel not in HEARSAY)


def bystanders(scan: Scan) -> frozenset[str]:
    """Addresses that show nothing of others by giving a sign of life: of the host that asked, and of its own gateways.

    Where a switch or an access point isolates its ports, as is good practice for cameras, each host reaches its gateway
    and nobody else. A gateway that is named as a decoy is somebody's word that it is enough.
    """
    gateways = {*scan.settings.get(GATEWAYS, "").split()}
    if gateways:
        gateways.difference_update(scan.choices.get("expect_decoy") or ())
    return scan.vantage.addresses | gateways


def is_private(host: str) -> bool:
    """Whether this is an address outside of public space; a name is none."""
    try:
        return not ip_address(host).is_global
    except ValueError:
        return False


def is_public(host: str) -> bool:
    """Whether this is an address in public space; a name is none."""
    try:
        return ip_address(host).is_global
    except ValueError:
        return False


@lru_cache(maxsize=16_384)  # a million addresses are in few networks, and to read each takes 5 us
def _by_head(head: str) -> IPv4Network | None:
    try:
        return IPv4Network(f"{head}.0/24")
    except ValueError:
        return None


@lru_cache(maxsize=16_384)
def _by_address(address: str) -> Network | None:
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    return IPv4Network((int(found), 24), strict=False) if found.version == 4 else IPv6Network((int(found), 64), False)
