"""Scope: whatever an answer points at, nothing leaves for it. The kernel counts."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support.rig import gallery, neighbours, rig

from camscan.records import Fields
from camscan.store import Store

pytestmark = [pytest.mark.netns, pytest.mark.slow]

FORMS = [name for name, persona in gallery().items() if name.startswith("redirect-") and "variant" in persona.values]
LEAVES = """
import socket
for family, address in ((socket.AF_INET, "192.0.2.80"), (socket.AF_INET, "10.77.3.254"), (socket.AF_INET6, "fd00::1")):
    socket.socket(family, socket.SOCK_DGRAM).sendto(b"x", (address, 9))
"""


def places(fields: Fields) -> dict[str, bool]:
    """The places of an answer in which something may point elsewhere, and whether this one has it."""
    return {
        "Location": "http.location" in fields,
        "refresh or script": "http.refresh" in fields,
        "XAddrs": "wsd.xaddr" in fields,
        "SSDP LOCATION": "ssdp.location" in fields,
        "mDNS SRV": "mdns.host" in fields,
        "certificate": any(name.startswith("tls.") for name in fields),
    }


def test_the_judge_counts_what_leaves_the_scope(tmp_path: Path) -> None:
    """The proof that a packet to elsewhere would be seen, in either family and to an excluded address."""
    with rig(neighbours(1), tmp_path) as site:
        result = site.scan(meanwhile=lambda _: site.lab.run([sys.executable, "-c", LEAVES]))
    assert result.outside == 3


def test_nothing_follows_an_address_in_whatever_form(tmp_path: Path, figure: Callable[[str, object], None]) -> None:
    assert len(FORMS) >= 60
    with rig([gallery()[name] for name in FORMS], tmp_path) as site:
        result = site.scan("--rate", "4000")
    assert (result.outside, result.never, result.errors) == (0, 0, "")
    with Store.open(tmp_path / "scan.db") as store:
        read = [name for o in store.observations(result.scan.id) for name, there in places(o.fields).items() if there]
    counts = {name: read.count(name) for name in sorted(set(read))}
    for name in ("Location", "refresh or script", "XAddrs", "SSDP LOCATION", "mDNS SRV", "certificate"):
        assert counts[name] >= 60, f"{name}: the forms were not even read"
    figure("scope.forms", len(FORMS))
    figure("scope.places", counts)
    figure("scope.outside", result.outside)
