"""What must remember a scan on its way: the router that tracks its connections, and the kernel of its own link."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from support.capture import capturing, most
from support.fork import NETWORKS, fork
from support.namespaces import Namespace, cable, namespace

from camscan.net.pacing.profile import NEIGHBOURS, profile

sys.path.insert(0, str(Path(__file__).parents[2]))
from benchmarks.router import ROUTED, ended, highest, neighbour_entries, router, tracked_connections

pytestmark = [pytest.mark.netns, pytest.mark.slow]

MORE_LOOKS = 60
"""Looks at a table after the count that was waited for: in six seconds a scan without a bound would go far beyond."""
LONGEST = 100.0
"""Seconds that a test may take. A router has forgotten nothing by then."""


def scanning(scanner: Namespace, folder: Path, *words: str) -> subprocess.Popen[bytes]:
    """A scan of a network where nobody lives."""
    command = ["ip", "netns", "exec", scanner.name, sys.executable, "-m", "camscan", "scan", *words]
    return subprocess.Popen([*command, "--db", str(folder / "s.db"), "--quiet"], stdout=subprocess.DEVNULL)


def stopped(process: subprocess.Popen[bytes], counts: list[int], enough: float) -> bool:
    """Stop a scan some looks after so much was counted, however long a busy machine takes; whether it still ran."""
    patience = time.monotonic() + LONGEST
    while max(counts) < enough and process.poll() is None and time.monotonic() < patience:
        time.sleep(0.1)
    last = len(counts) + MORE_LOOKS
    while len(counts) < last and process.poll() is None and time.monotonic() < patience:
        time.sleep(0.1)
    return not ended(process, 0)


def test_a_router_never_tracks_more_than_is_promised(tmp_path: Path) -> None:
    """Without the bound there would be 23 connections for each of 1,000 addresses, at 200 packets a second."""
    promised = profile("gentle").router_flows
    assert promised is not None
    with router() as (scanner, way), highest(way, tracked_connections) as tracked:
        edges = ("--exclude", "10.78.0.1", "--exclude", "10.78.3.254")
        process = scanning(scanner, tmp_path, ROUTED, *edges, "--profile", "gentle")
        assert stopped(process, tracked, 0.8 * promised)
    assert 0.8 * promised <= max(tracked) <= promised < 1_024


def test_each_of_two_routers_tracks_no_more_than_is_promised(tmp_path: Path) -> None:
    """Each has a budget of its own, and the pace is that of both together."""
    promised, rate = profile("gentle").router_flows, profile("gentle").rate
    assert promised is not None
    with fork() as site, ExitStack() as watching:
        site.lab.keep_only(["10.78.0.1"])
        tracked = [watching.enter_context(highest(router, tracked_connections)) for router in site.routers]
        cables = enumerate(site.routers)
        captures = [watching.enter_context(capturing(router.name, f"far{number}")) for number, router in cables]
        words = ("--profile", "gentle", "--channels", "http", "--ports", "80,81,443,554,8000,8080")
        finished = ended(scanning(site.scanner, tmp_path, *NETWORKS, *words), 45)
        watching.close()
        times = sorted(packet.at for capture in captures for packet in capture.sent)
    assert not finished
    assert most(times) <= rate
    for each in tracked:
        assert 0.6 * promised <= max(each) <= promised  # without the bound it would be twice as many


def test_no_more_neighbours_are_asked_for_than_the_table_bears(tmp_path: Path) -> None:
    """Linux begins to drop entries at 1,024; the kernel goes on asking for some seconds for what was given up."""
    with namespace() as scanner, namespace() as site:
        cable(scanner, site, "near", ("10.78.0.1/22", "10.78.3.254/22"))
        with highest(scanner, lambda: neighbour_entries("near", "nud", "incomplete")) as unresolved:
            process = scanning(scanner, tmp_path, ROUTED, "--exclude", "10.78.3.254", "--profile", "default")
            stopped(process, unresolved, NEIGHBOURS)
    assert NEIGHBOURS / 2 < max(unresolved) < 2 * NEIGHBOURS
