"""Address space that nobody scans by accident: public, very large, or not a host's at all."""

from __future__ import annotations

from ipaddress import ip_network
from itertools import islice

from camscan.errors import TargetError
from camscan.targets.addresses import TargetSet, key
from camscan.text.wording import plural

MAX_ADDRESSES = 65_536  # addresses that a scan takes without being told that so many are meant: a /16


def guard(targets: TargetSet, *, allow_public: bool, allow_large: bool) -> None:
    """Refuse targets that are hardly meant. Exclusions are taken off before.

    Raises TargetError if nothing is left; an address can be no host's; the space is public; it is very large.
    """
    if not targets:
        raise TargetError("no address is left to ask: give a target, or drop the exclusions that cover them all")
    if never := targets.within(_NEVER):
        raise TargetError(
            f"{_some(never)} cannot be a host (unspecified, multicast, broadcast or mapped): leave it out"
        )
    if not allow_public and (public := public_part(targets)):
        raise TargetError(f"{_some(public)} is public: leave it out, or add --allow-public if you may scan it")
    if not allow_large and targets.count > MAX_ADDRESSES:
        raise TargetError(
            f"{_some(targets)} is more than {MAX_ADDRESSES:,} addresses: give smaller networks, "
            "or add --allow-large; `camscan plan --allow-large` shows what that would take"
        )


def public_part(targets: TargetSet) -> TargetSet:
    """The part in globally routable space. What no registry entry takes out of it counts as public."""
    return targets.minus(_NOT_PUBLIC)


def _some(targets: TargetSet) -> str:
    """The first parts of a set and its size, for a message."""
    shown = ", ".join(islice(targets.networks(), 3))
    more = ", …" if len(targets.ranges) > 3 else ""
    return f"{shown}{more} ({plural(targets.count, 'address')})"


def _space(*blocks: str) -> TargetSet:
    return TargetSet.of((key(block[0]), key(block[-1])) for block in map(ip_network, blocks))


# RFC 1122 3.2.1.3, RFC 5771, RFC 4291 2.5.2, 2.5.5.2 and 2.7. The IPv4-mapped block would be IPv4 past every exclusion.
_NEVER = _space("0.0.0.0/8", "224.0.0.0/4", "255.255.255.255/32", "::/128", "::ffff:0:0/96", "ff00::/8")

# The IANA special-purpose address registries, less the entries that lead to global hosts (6to4, NAT64, AS112, anycast).
_NOT_PUBLIC = _space(
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/3",
    "::/127",
    "64:ff9b:1::/48",
    "100::/64",
    "2001:2::/48",
    "2001:db8::/32",
    "3fff::/20",
    "5f00::/16",
    "fc00::/7",
    "fe80::/9",
    "ff00::/8",
)
