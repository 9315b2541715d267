"""Network namespaces for tests that need more than loopback: a scanner's side and a site's side, joined by a cable.

    scanner (10.99.0.1) ---veth--- (10.99.0.2) site, which owns every address of the site's network

The site answers for all its addresses (a local route makes each of them its own); addresses that are to be dead are
dropped by nftables, so that they are silent as a firewalled host is. Root is needed.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_NUMBERS = itertools.count()
_FIRST = -10
"""How nice a device is that goes first; a session counts ten times as much then."""


def go_first(process: subprocess.Popen[Any]) -> None:
    """Let what plays devices, in a session of its own, answer at once on a busy host, as they do on hosts of their own.

    Linux shares the processors among sessions first (CONFIG_SCHED_AUTOGROUP). Within that of the tests, a device would
    be as late as all of them together make it; and what is given up for silence is not the scan's fault then.
    """
    with contextlib.suppress(OSError):  # another system, or a container that may not
        deadline = time.monotonic() + 10
        while os.getsid(process.pid) != process.pid:  # forked from the tests' session, which shall not go first
            assert time.monotonic() < deadline, "no session of its own"
            time.sleep(0.001)
        os.setpriority(os.PRIO_PROCESS, process.pid, _FIRST)
        Path(f"/proc/{process.pid}/autogroup").write_text(str(_FIRST), encoding="ascii")


@dataclass(frozen=True, slots=True)
class Lab:
    """Two namespaces. `network` belongs to the site's side; `interface` is the scanner's cable."""

    scanner: str
    site: str
    network: str
    interface: str

    def run(self, command: Sequence[str], *, side: str = "", timeout: float = 120) -> subprocess.CompletedProcess[str]:
        """Run a command on one side (default: the scanner's) and wait for it."""
        return subprocess.run(
            ["ip", "netns", "exec", side or self.scanner, *command],
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    @contextlib.contextmanager
    def running(self, command: Sequence[str], *, side: str = "") -> Iterator[subprocess.Popen[bytes]]:
        """Run a command on one side (default: the site's) for as long as the body."""
        process = subprocess.Popen(["ip", "netns", "exec", side or self.site, *command], start_new_session=True)
        if not side:
            go_first(process)
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def add_ipv6(self) -> None:
        """Give both sides IPv6 as well: fd99::1 and fd99::2 on the cable, and fd77::/112 for the site."""
        for name, address in ((self.scanner, "fd99::1/64"), (self.site, "fd99::2/64")):
            _must(["ip", "-n", name, "addr", "add", address, "dev", self.interface, "nodad"])
        _must(["ip", "-n", self.site, "-6", "route", "add", "local", "fd77::/112", "dev", "lo"])
        _must(["ip", "-n", self.scanner, "-6", "route", "add", "fd77::/112", "via", "fd99::2"])

    def keep_only(self, alive: Sequence[str]) -> None:
        """Drop every packet to the site's network but those to these addresses."""
        elements = ", ".join(alive)
        ip, kind, network = ("ip6", "ipv6_addr", "fd77::/112") if ":" in elements else ("ip", "ipv4_addr", self.network)
        self.rules(
            self.site,
            f"table {ip} lab {{\nset alive {{ type {kind}; elements = {{ {elements} }} ; }}\nchain in {{\n"
            "type filter hook prerouting priority -300;\n"
            f"{ip} daddr {network} {ip} daddr != @alive counter drop\n}}\n}}\n",
        )

    def count(self, match: str) -> None:
        """Count packets that leave the scanner and match an nftables expression; read by `counted`."""
        self.rules(
            self.scanner,
            f"table inet counting {{\nchain out {{\ntype filter hook output priority 0;\n{match} counter\n}}\n}}\n",
        )

    def counted(self) -> int:
        """Packets counted so far."""
        return self._counter(self.scanner)

    def count_arriving(self, *matches: str) -> None:
        """Count packets that reach the site and match any, those sent past the scanner's kernel too; see `arrived`."""
        rules = "".join(f"{match} counter\n" for match in matches)
        chain = f"chain in {{\ntype filter hook prerouting priority -400;\n{rules}}}\n"
        self.rules(self.site, f"table inet counting {{\n{chain}}}\n")

    def arrived(self) -> int:
        """Packets that `count_arriving` has counted so far."""
        return self._counter(self.site)

    @contextlib.contextmanager
    def losing(self, percent: int) -> Iterator[None]:
        """Lose this share of the TCP packets, each way, as long as the body."""
        rule = f"meta l4proto tcp numgen random mod 100 < {percent} drop"
        chains = "".join(
            f"chain {hook} {{\ntype filter hook {hook} priority -350;\n{rule}\n}}\n"
            for hook in ("prerouting", "output")
        )
        self.rules(self.site, f"table ip losing {{\n{chains}}}\n")
        try:
            yield
        finally:
            self.run(["nft", "delete", "table", "ip", "losing"], side=self.site)

    def _counter(self, side: str) -> int:
        text = self.run(["nft", "list", "table", "inet", "counting"], side=side).stdout
        return sum(int(part.split()[0]) for part in text.split("counter packets ")[1:])

    def rules(self, side: str, text: str) -> None:
        """Load nftables rules on one side."""
        command = ["ip", "netns", "exec", side, "nft", "-f", "-"]
        subprocess.run(command, input=text, text=True, capture_output=True, check=True)


@contextlib.contextmanager
def lab(network: str = "10.77.0.0/24", *, on_link: bool = False) -> Iterator[Lab]:
    """Build a lab, and take it down whatever happens. `on_link` puts the scanner into the site's own network."""
    tag = f"cs{os.getpid() % 10_000}n{next(_NUMBERS)}"
    scanner, site, cable = f"{tag}a", f"{tag}b", f"{tag}v"
    try:
        for name in (scanner, site):
            _must(["ip", "netns", "add", name])
        _must(["ip", "link", "add", cable, "netns", scanner, "type", "veth", "peer", "name", cable, "netns", site])
        ours = _first(network) if on_link else "10.99.0.1/30"
        for name, address in ((scanner, ours), (site, "10.99.0.2/30")):
            inside = ["ip", "-n", name]
            _must([*inside, "link", "set", "lo", "up"])
            _must([*inside, "addr", "add", address, "dev", cable])
            _must([*inside, "link", "set", cable, "up"])
        _must(["ip", "-n", site, "route", "add", "local", network, "dev", "lo"])
        if on_link:
            _must(["ip", "-n", site, "route", "add", f"{ours.split('/')[0]}/32", "dev", cable])
        else:
            _must(["ip", "-n", scanner, "route", "add", network, "via", "10.99.0.2"])
        _wait_for_cable(scanner, cable)
        yield Lab(scanner, site, network, cable)
    finally:
        for name in (scanner, site):
            subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)


def _first(network: str) -> str:
    base, prefix = network.split("/")
    return f"{base.rsplit('.', 1)[0]}.1/{prefix}"


def _wait_for_cable(namespace: str, cable: str) -> None:
    for _ in range(100):
        shown = subprocess.run(
            ["ip", "-n", namespace, "link", "show", cable], capture_output=True, text=True, check=True
        )
        if "LOWER_UP" in shown.stdout:
            return
        time.sleep(0.02)


def _must(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
