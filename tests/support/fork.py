"""A scanner with a network behind each of two routers, which track connections; a site owns both. Root is needed.

scanner ---near0--- router ---far0--- site (10.78.0.0/24)
        ---near1--- router ---far1---      (10.79.0.0/24)
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from support.lab import Lab
from support.namespaces import Namespace, cable, namespace

NETWORKS = ("10.78.0.0/24", "10.79.0.0/24")
_TRACKING = "table ip t { chain f { type filter hook forward priority 0; ct state new accept; }; }"


@dataclass(frozen=True, slots=True)
class Fork:
    """`lab` is the scanner and the site, `routers` are on the way to the networks, in their order."""

    lab: Lab
    scanner: Namespace
    routers: tuple[Namespace, ...]


@contextlib.contextmanager
def fork() -> Iterator[Fork]:
    """Build it, and take it down whatever happens."""
    with contextlib.ExitStack() as stack:
        scanner, site, *routers = (stack.enter_context(namespace()) for _ in range(4))
        for number, (router, network) in enumerate(zip(routers, NETWORKS, strict=True)):
            cable(scanner, router, f"near{number}", (f"10.99.{number}.1/30", f"10.99.{number}.2/30"))
            cable(router, site, f"far{number}", (f"10.98.{number}.1/30", f"10.98.{number}.2/30"))
            scanner.ip(f"route add {network} via 10.99.{number}.2")
            router.ip(f"route add {network} via 10.98.{number}.2")
            site.ip(f"route add local {network} dev lo")
            site.ip(f"route add 10.99.{number}.0/30 via 10.98.{number}.1")
            router.set("net/ipv4/ip_forward", "1")
            router.nft(_TRACKING)
        yield Fork(Lab(scanner.name, site.name, "10.78.0.0/15", "near0"), scanner, tuple(routers))
