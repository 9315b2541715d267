"""A rig to torture a scan in: devices in one namespace, the scanner in another, the kernel as the judge between them.

Packets that leave the scanner's namespace for an address that is no target are counted by nftables, whatever sent them.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

from support.lab import Lab, go_first, lab

from camscan.net.scope import NEVER_SEND
from camscan.records import LedgerEntry, Scan
from camscan.simulator import Persona, honest, rogues
from camscan.store.store import Store

NETWORK = "10.77.0.0/22"
EXCLUDED = "10.77.3.254"
"""A target that is excluded, and that rogues point at."""
COMMUNITY = "canary-3f9a1c7e"
"""The one secret that a scan is given: no output may hold it."""
_FIRST = int(IPv4Address("10.77.0.10"))
_SUPPORT = Path(__file__).parent.parent
_TELLING = ("maker", "brand", "model", "firmware", "serial", "kind", "level", "verdict", "ports")


@dataclass(frozen=True, slots=True)
class Result:
    """What one scan came to. `outside` and `never` are packets by the kernel's count: beyond the targets, and to ports
    that are never sent to. `seen` is what each device saw."""

    code: int
    seconds: float
    megabytes: float
    report: Mapping[str, Any]
    ledger: Mapping[str, LedgerEntry]
    scan: Scan
    errors: str
    outside: int
    never: int
    seen: Mapping[str, Mapping[str, Any]]
    leaks: tuple[str, ...]
    """Files that hold the secret."""

    def device(self, address: str) -> Mapping[str, Any] | None:
        """What was reported of an address."""
        return next((d for d in self.report["devices"] if address in d["addresses"]), None)

    def told(self, address: str) -> dict[str, Any]:
        """The part of a device's report that an honest device must always get."""
        device = self.device(address)
        return {name: device[name] for name in _TELLING} if device else {}


@dataclass(slots=True)
class Rig:
    """A running site and the place to scan it from."""

    lab: Lab
    places: Mapping[str, str]
    """Persona -> address."""
    player: subprocess.Popen[str]
    folder: Path
    whole: str = ""
    """A network of which every address is scanned, whether a device is there or not."""
    seen: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def scan(
        self,
        *words: str,
        under: Sequence[str] = (),
        program: Sequence[str] = ("-m", "camscan"),
        meanwhile: Callable[[subprocess.Popen[bytes]], object] | None = None,
        timeout: float = 240,
        more_to_come: bool = False,
    ) -> Result:
        """Scan every device, or the `whole` network, and the excluded address.

        `under` is what the command is run by (`prlimit`, `strace`), `program` what Python is to run; `meanwhile` is
        called with the running process. The site is taken down, unless there is `more_to_come`.
        """
        targets = self.folder / "targets.txt"
        targets.write_text("\n".join((*([self.whole] if self.whole else self.places.values()), EXCLUDED)))
        store = self.folder / "scan.db"
        command = [*under, sys.executable, *program, "scan", f"@{targets}", "--exclude", EXCLUDED]
        command += ["--snmp-community", COMMUNITY, "--db", str(store), "--format", "json", "--all", "--quiet"]
        self._judge()
        code, seconds, megabytes = self._run([*command, *words], meanwhile, timeout)
        outside, never = self._counted("outside"), self._counted("never")
        if not more_to_come:
            self.stop()
        with Store.open(store) as opened:
            scan = opened.scan()
            ledger = {entry.target: entry for entry in opened.ledger(scan.id)}
        report = json.loads((self.folder / "out.json").read_text() or "{}")
        errors = (self.folder / "errors.txt").read_text()
        leaks = [file.name for file in self.folder.iterdir() if COMMUNITY.encode() in file.read_bytes()]
        seen = dict(self.seen)
        return Result(code, seconds, megabytes, report, ledger, scan, errors, outside, never, seen, tuple(leaks))

    def resume(self, scan: str) -> dict[str, Any]:
        """Go on with an interrupted scan; the report of the whole."""
        command = [sys.executable, "-m", "camscan", "scan", "--resume", scan, "--db", str(self.folder / "scan.db")]
        done = self.lab.run([*command, "--format", "json", "--all", "--quiet"], timeout=240)
        report: dict[str, Any] = json.loads(done.stdout)
        return report

    def stop(self) -> None:
        """Take the site down, and keep what its devices saw."""
        if self.player.stdin and not self.player.stdin.closed:
            out, _ = self.player.communicate(timeout=60)
            self.seen = json.loads(out.splitlines()[-1])

    def _run(
        self, command: Sequence[str], meanwhile: Callable[[subprocess.Popen[bytes]], object] | None, timeout: float
    ) -> tuple[int, float, float]:
        started, most = time.monotonic(), 0.0
        with (self.folder / "out.json").open("w") as out, (self.folder / "errors.txt").open("w") as errors:
            process: subprocess.Popen[bytes] = subprocess.Popen(
                ["ip", "netns", "exec", self.lab.scanner, *command], stdout=out, stderr=errors, start_new_session=True
            )
            go_first(process)  # hosts get so many seconds each, and share them with no other test
            try:
                if meanwhile is not None:
                    meanwhile(process)
                while process.poll() is None:
                    most = max(most, _peak(process.pid))
                    assert time.monotonic() < started + timeout, "the scan does not end"
                    time.sleep(0.1)
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)  # whatever it is run by, too
                code = process.wait()
        return code, time.monotonic() - started, most

    def _judge(self) -> None:
        """Count, in the scanner's namespace, what goes elsewhere than to the targets, and to ports never sent to."""
        allowed = self.whole or ", ".join(self.places.values())
        ports = ", ".join(map(str, sorted(NEVER_SEND)))
        rules = (
            "table inet judge\ndelete table inet judge\ntable inet judge {\ncounter outside {}\ncounter never {}\n"
            f"set allowed {{ type ipv4_addr; flags interval; elements = {{ {allowed} }} ; }}\nchain out {{\n"
            "type filter hook output priority 0;\n"
            f"meta l4proto {{ tcp, udp }} th dport {{ {ports} }} counter name never\n"
            "meta l4proto { tcp, udp, icmp } ip daddr != @allowed counter name outside\n"
            "meta nfproto ipv6 meta l4proto { tcp, udp } counter name outside\n}\n}\n"
        )
        command = ["ip", "netns", "exec", self.lab.scanner, "nft", "-f", "-"]
        subprocess.run(command, input=rules, text=True, capture_output=True, check=True)

    def _counted(self, name: str) -> int:
        text = self.lab.run(["nft", "list", "counter", "inet", "judge", name]).stdout
        return int(re.search(r"packets (\d+)", text)[1])  # type: ignore[index]


@contextlib.contextmanager
def rig(personas: Sequence[Persona], folder: Path, whole: str = "") -> Iterator[Rig]:
    """Build a rig with these personas, one address each; taken down at the end. Needs root.

    In a `whole` network they stand evenly apart. Of those that play the same, `places` has the first.
    """
    first, apart = _FIRST, 1
    if whole:
        first, apart = int(IPv4Network(whole)[10]), IPv4Network(whole).num_addresses // (len(personas) + 1)
    stands = [(persona.name, str(IPv4Address(first + number * apart))) for number, persona in enumerate(personas)]
    with lab(whole or NETWORK) as made:
        made.keep_only([address for _, address in stands])
        _open_the_way_out(made)
        player = subprocess.Popen(
            ["ip", "netns", "exec", made.site, sys.executable, "-m", "support.play"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join((str(_SUPPORT), os.environ.get("PYTHONPATH", "")))},
            start_new_session=True,
        )
        go_first(player)
        assert player.stdin
        assert player.stdout
        try:
            player.stdin.write(json.dumps(stands) + "\n")
            player.stdin.flush()
            assert json.loads(player.stdout.readline()) == [], "not every port could be had"
            yield Rig(made, dict(reversed(stands)), player, folder, whole)
        finally:
            player.kill()
            player.wait()
            player.stdin.close()
            player.stdout.close()


def _open_the_way_out(made: Lab) -> None:
    """Give the scanner routes to everywhere: what had no route would fail before the kernel could count it."""
    for command in (
        "route add default via 10.99.0.2",
        f"-6 addr add fd99::1/64 dev {made.interface} nodad",
        "-6 route add default via fd99::2",
    ):
        subprocess.run(["ip", "-n", made.scanner, *command.split()], capture_output=True, check=True)


@cache
def gallery() -> Mapping[str, Persona]:
    """Every rogue by name."""
    return {persona.name: persona for persona in rogues()}


@cache
def neighbours(count: int = 50) -> tuple[Persona, ...]:
    """Honest devices to stand beside rogues."""
    return honest()[:count]


def _peak(pid: int) -> float:
    """The most memory that a process has had, in MiB; 0 where it is gone."""
    with contextlib.suppress(OSError):
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
        return int(found[1]) / 1024 if found else 0.0
    return 0.0
