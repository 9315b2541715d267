"""The tables of a router on the way of a scan, and of the scanner's own kernel: how full they become.

Needs root, iproute2 and nftables; benchmarks/harm.py writes down what it finds.
"""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path

from support.namespaces import Namespace, cable, namespace

ROUTED = "10.78.0.0/22"
GENTLE_SECONDS = 150.0
"""Longer than a router remembers a connection (120 s), so that the highest count is reached; then it is stopped."""


@dataclass(frozen=True)
class Router:
    """The most entries at once in the tables of a router on the way."""

    profile: str
    tracked: int
    neighbours: int
    finished: bool


@contextlib.contextmanager
def router() -> Iterator[tuple[Namespace, Namespace]]:
    """A scanner behind a router that tracks connections; behind the router, a network where nobody lives."""
    with namespace() as scanner, namespace() as way, namespace() as site:
        cable(scanner, way, "near", ("10.99.0.1/30", "10.99.0.2/30"))
        first = next(IPv4Network(ROUTED).hosts())
        cable(way, site, "far", (f"{first}/22", "10.78.3.254/22"))
        scanner.ip("route add default via 10.99.0.2")
        way.set("net/ipv4/ip_forward", "1")
        way.nft("table ip t { chain f { type filter hook forward priority 0; ct state new accept; }; }")
        yield scanner, way


def through_router(name: str) -> Router:
    """Scan a silent network through a router, and look at its tables meanwhile."""
    with router() as (scanner, way), tempfile.TemporaryDirectory() as folder:
        command = ["ip", "netns", "exec", scanner.name, sys.executable, "-m", "camscan", "scan", ROUTED]
        command += ["--exclude", "10.78.0.1", "--exclude", "10.78.3.254", "--profile", name]
        process = subprocess.Popen([*command, "--db", f"{folder}/s.db", "--quiet"], stdout=subprocess.DEVNULL)
        tracked = highest(way, tracked_connections)
        known = highest(way, lambda: neighbour_entries("far"))
        with tracked as most_tracked, known as most_known:
            finished = ended(process, GENTLE_SECONDS if name == "gentle" else 600)
    return Router(name, max(most_tracked), max(most_known), finished)


def on_link(name: str) -> int:
    """Scan a silent network that the scanner itself is in: the most neighbours that its kernel asks for at once."""
    with namespace() as scanner, namespace() as site, tempfile.TemporaryDirectory() as folder:
        cable(scanner, site, "near", ("10.78.0.1/22", "10.78.3.254/22"))
        command = ["ip", "netns", "exec", scanner.name, sys.executable, "-m", "camscan", "scan", ROUTED]
        command += ["--exclude", "10.78.3.254", "--profile", name]
        process = subprocess.Popen([*command, "--db", f"{folder}/s.db", "--quiet"], stdout=subprocess.DEVNULL)
        with highest(scanner, lambda: neighbour_entries("near", "nud", "incomplete")) as most:
            ended(process, 40)
    return max(most)


def tracked_connections() -> int:
    """Connections that the kernel tracks in the namespace of this thread; its own count holds expired ones, too."""
    return Path("/proc/thread-self/net/nf_conntrack").read_text(encoding="ascii").count("\n")


def neighbour_entries(interface: str, *what: str) -> int:
    """Entries of the neighbour table, as `ip` shows it in the namespace of this thread."""
    shown = subprocess.run(["ip", "-4", "neigh", "show", "dev", interface, *what], capture_output=True, check=True)
    return shown.stdout.count(b"\n")


@contextlib.contextmanager
def highest(place: Namespace, count: Callable[[], int]) -> Iterator[list[int]]:
    """Count again and again inside a namespace, for as long as the body."""
    found, over = [0], threading.Event()

    def watch() -> None:
        with place.inside():
            while not over.wait(0.1):
                found.append(count())

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        over.set()
        thread.join()


def ended(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Wait for the end of a scan, and make one after so many seconds; whether it came by itself."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)
        process.wait(30)
        return False
    return True
