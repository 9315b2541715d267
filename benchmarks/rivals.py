"""What sweeps are asked, where, and by which tools: camscan's program and command, masscan, zmap and nmap."""

from __future__ import annotations

import json
import os
import random
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from support.lab import Lab, lab
from support.sweeping import PROGRAM, listening

from camscan.net.pacing.profile import MAX_HALF_OPEN

PORTS = (22, 80, 443, 445, 3389, 8080, 8443, 9000)
SOURCE, GATEWAY = "10.99.0.1", "10.99.0.2"
_UNLIMITED = 10**7
_OPEN_SHARE, _REFUSING_SHARE = 0.01, 0.04
Pairs = set[tuple[str, int]]


@dataclass(frozen=True)
class Job:
    """What is asked: the first `addresses` of 10.77.0.0/16, at a rate (0: unlimited), in rounds."""

    where: Lab
    truth: Pairs
    addresses: int = 65_536
    ports: tuple[int, ...] = PORTS
    rate: int = 0
    rounds: int = 1

    @property
    def last(self) -> str:
        return f"10.77.{(self.addresses - 1) // 256}.255"

    @property
    def questions(self) -> int:
        return self.addresses * len(self.ports)

    @property
    def router_mac(self) -> str:
        shown = self.where.run(["cat", f"/sys/class/net/{self.where.interface}/address"], side=self.where.site)
        return shown.stdout.strip()


@dataclass(frozen=True)
class Tool:
    """A way to do a job: its command, what it reads, and how what it writes is read."""

    name: str
    command: Callable[[Job], Sequence[str]]
    read: Callable[[str], Pairs]
    stdin: Callable[[Job], str] = lambda _job: ""
    needs: str = ""


def asked(job: Job, method: str, senders: int, **changed: object) -> str:
    """A request to camscan's program."""
    ways = [
        {
            "interface": job.where.interface,
            "source": SOURCE,
            "gateway": GATEWAY,
            "frames": True,
            "ranges": [["10.77.0.0", job.last]],
        }
    ]
    request = {"method": method, "ways": ways, "ports": job.ports, "rate": job.rate, "host_rate": 20, "seed": 1}
    more = {
        "rounds": job.rounds,
        "wait": 1.5 if method == "connect" else 1.0,
        "want": "open",
        "senders": senders,
        "half_open": MAX_HALF_OPEN,
    }
    return json.dumps(request | more | changed)


def said_by_camscan(text: str) -> Pairs:
    lines = [json.loads(line) for line in text.splitlines()]
    found = [line for line in lines if line["type"] == "found" and line["errno"] == 0]
    return {pair for line in found for pair in zip(line["addresses"], line["ports"], strict=True)}


def camscan(name: str, method: str = "syn", senders: int = 1, **changed: object) -> Tool:
    return Tool(name, lambda _: PROGRAM, said_by_camscan, lambda job: asked(job, method, senders, **changed))


def whole_command(job: Job) -> Sequence[str]:
    ports = ",".join(map(str, job.ports))
    ask = ["--ports", ports, "--rate", str(job.rate), "--rounds", str(job.rounds), "--sweep", "syn", "--quiet"]
    return [sys.executable, "-m", "camscan", "ports", f"10.77.0.0-{job.last}", *ask]


def said_by_command(text: str) -> Pairs:
    return {(line["address"], line["port"]) for line in map(json.loads, text.splitlines())}


def masscan(job: Job) -> Sequence[str]:
    ports = ",".join(map(str, job.ports))
    out = ["-e", job.where.interface, "--source-ip", SOURCE, "--router-mac", job.router_mac, "--wait", "1"]
    rate = ["--rate", str(job.rate or _UNLIMITED), "--retries", str(job.rounds - 1)]
    return ["masscan", f"10.77.0.0-{job.last}", "-p", ports, *out, *rate, "-oL", "-"]


def zmap(job: Job) -> Sequence[str]:
    out = ["-i", job.where.interface, "-S", SOURCE, "-G", job.router_mac, "-c", "1", "-T", "1", "-b", os.devnull, "-q"]
    prefix = 16 - (job.addresses.bit_length() - 17)
    what = ["-p", str(job.ports[0]), f"10.77.0.0/{prefix}", "--probes", str(job.rounds)]
    return ["zmap", *what, *out, "-r", str(job.rate or _UNLIMITED), "-o", "-", "-v", "0", "--disable-syslog"]


def nmap(kind: str) -> Callable[[Job], Sequence[str]]:
    def command(job: Job) -> Sequence[str]:
        rate = ["--max-rate", str(job.rate)] if job.rate else ["--min-rate", str(_UNLIMITED)]
        ports = ",".join(map(str, job.ports))
        spans = f"10.77.0-{(job.addresses - 1) // 256}.0-255"
        hard = ["-T5", "--max-retries", str(job.rounds - 1), "--open", "-oG", "-"]
        return ["nmap", kind, "-n", "-Pn", "-p", ports, spans, *rate, *hard]

    return command


def said_by_masscan(text: str) -> Pairs:
    return {(line.split()[3], int(line.split()[2])) for line in text.splitlines() if line.startswith("open")}


def said_by_zmap(text: str) -> Pairs:
    return {(line.strip(), PORTS[0]) for line in text.splitlines() if line[:1].isdigit()}


def said_by_nmap(text: str) -> Pairs:
    lines = [line for line in text.splitlines() if "Ports:" in line]
    return {(line.split()[1], int(port)) for line in lines for port in re.findall(r"(\d+)/open", line)}


ONE, TWO = camscan("camscan, 1 process"), camscan("camscan, 2 processes", senders=2)
COMMAND = Tool("camscan ports", whole_command, said_by_command)
CONNECT = camscan("camscan, connect", "connect")
MASSCAN = Tool("masscan", masscan, said_by_masscan, needs="masscan")
ZMAP = Tool("zmap", zmap, said_by_zmap, needs="zmap")
NMAP = Tool("nmap -sS", nmap("-sS"), said_by_nmap, needs="nmap")
NMAP_CONNECT = Tool("nmap -sT", nmap("-sT"), said_by_nmap, needs="nmap")


@contextmanager
def site(*, sparse: bool = True) -> Iterator[tuple[Lab, Pairs]]:
    """The site; what is not `sparse` refuses wherever it does not accept."""
    draws = random.Random(7)
    names = [f"10.77.{number // 256}.{number % 256}" for number in range(65_536)]
    draws.shuffle(names)
    opened, alive = (int(share * len(names)) for share in (_OPEN_SHARE, _OPEN_SHARE + _REFUSING_SHARE))
    with lab("10.77.0.0/16") as made, listening(made, PORTS, accepting=True):
        if sparse:
            made.rules(made.site, _set_and_chain(made, "netdev", names[:alive], "ingress", "drop"))
        made.rules(made.site, _set_and_chain(made, "ip", names[:opened], "input", "reject with tcp reset"))
        yield made, {(name, port) for name in names[:opened] for port in PORTS}


def _set_and_chain(where: Lab, family: str, names: Sequence[str], hook: str, verdict: str) -> str:
    device = f" device {where.interface}" if family == "netdev" else ""
    kept = f"set kept {{ type ipv4_addr; elements = {{ {', '.join(names)} }}; }}"
    rule = f"ip daddr {where.network} ip daddr != @kept ip protocol tcp {verdict}"
    return f"table {family} bench {{\n{kept}\nchain c {{\ntype filter hook {hook}{device} priority 0;\n{rule}\n}}\n}}\n"
