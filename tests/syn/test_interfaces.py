"""Kinds of interfaces that a sweep goes out by; `test_program` has the tunnel, the cable and this host itself.

Frames pass by the scanner's own nftables, what the kernel is to route does not: that tells which way was taken.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

import pytest
from support.lab import Lab, lab
from support.sweeping import listening

pytestmark = pytest.mark.netns

ADDRESSES = {f"10.76.0.{last}" for last in range(1, 21)}
NETWORK = "10.76.0.0/26"


@pytest.fixture
def site() -> Iterator[Lab]:
    with lab() as made, listening(made, [80]):
        made.count("tcp dport 80-81 tcp flags & syn == syn")
        yield made


def swept(site: Lab, *more: str) -> set[str]:
    """Whom the whole command finds, which chooses the way by itself."""
    what = ["10.76.0.1-10.76.0.20", *more, "--ports", "80,81", "--rate", "0", "--sweep", "syn"]
    done = site.run([sys.executable, "-m", "camscan", "ports", *what])
    assert done.returncode == 0, done.stderr
    return {json.loads(line)["address"] for line in done.stdout.splitlines()}


def ip(site: Lab, side: str, command: str) -> str:
    done = site.run(["ip", *command.split()], side=side)
    if "Unknown device type" in done.stderr:
        pytest.skip("this kernel has no such interfaces")
    assert done.returncode == 0, (command, done.stderr)
    return done.stdout


@pytest.mark.parametrize("kind", ["macvlan mode private", "vlan id 10"])
def test_an_interface_on_top_of_another_gets_frames(site: Lab, kind: str) -> None:
    for side, last in ((site.scanner, 1), (site.site, 2)):
        ip(site, side, f"link add upper link {site.interface} type {kind}")
        ip(site, side, f"addr add 10.97.0.{last}/30 dev upper")
        ip(site, side, "link set upper up")
    ip(site, site.site, f"route add local {NETWORK} dev lo")
    ip(site, site.scanner, f"route add {NETWORK} via 10.97.0.2")
    assert swept(site) == ADDRESSES
    assert site.counted() == 0


def test_ethernet_without_arp_is_left_to_the_kernel(site: Lab) -> None:
    """The neighbours are written down by hand, and nobody would answer who asks for them."""
    macs = {}
    for side in (site.scanner, site.site):
        (shown,) = json.loads(ip(site, side, f"-j link show {site.interface}"))
        macs[side] = shown["address"]
        ip(site, side, f"link set {site.interface} arp off")
    for side, other, last in ((site.scanner, site.site, 2), (site.site, site.scanner, 1)):
        ip(site, side, f"neigh add 10.99.0.{last} lladdr {macs[other]} dev {site.interface} nud permanent")
    ip(site, site.site, f"route add local {NETWORK} dev lo")
    ip(site, site.scanner, f"route add {NETWORK} via 10.99.0.2")
    assert swept(site) == ADDRESSES
    assert site.counted() >= 2 * len(ADDRESSES)


def test_who_does_not_answer_arp_is_asked_where_the_mac_is_written_down(site: Lab) -> None:
    """A neighbour of ours, and a gateway with all that is behind it."""
    (shown,) = json.loads(ip(site, site.site, f"-j link show {site.interface}"))
    chain = "chain in {\ntype filter hook input priority 0;\narp operation request drop\n}"
    site.rules(site.site, f"table arp deaf {{\n{chain}\n}}\n")
    ip(site, site.site, f"route add local {NETWORK} dev lo")
    ip(site, site.scanner, f"route add {NETWORK} via 10.99.0.2")
    ip(site, site.scanner, f"neigh flush dev {site.interface}")
    ip(site, site.scanner, f"neigh replace 10.99.0.2 lladdr {shown['address']} dev {site.interface} nud permanent")
    assert swept(site, "10.99.0.2") == ADDRESSES | {"10.99.0.2"}
