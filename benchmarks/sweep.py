"""Port sweeps side by side with masscan, zmap and nmap, in network namespaces, all tools interleaved in one run.

A site of 65,536 addresses lies behind a router: 1 % of them accept at eight ports, 4 % refuse, the rest are silent
(`--quick` asks a quarter of it, and once). What leaves is counted where it arrives, by the kernel, every millisecond.
On a cable of namespaces the site's share of the work is done by the sender's CPU: compare within a run, not between.

Run as root, with iproute2 and nftables, and what there is of the Debian packages masscan, zmap and nmap:
python benchmarks/sweep.py [--quick] [--rounds N] [--only NAME]... [--realtime]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
os.environ["PYTHONPATH"] = str(ROOT)

from support.lab import Lab, lab  # noqa: E402  the checkout is put on the path first
from support.sweeping import PROGRAM, listening  # noqa: E402

PORTS = (22, 80, 443, 445, 3389, 8080, 8443, 9000)
SOURCE, GATEWAY = "10.99.0.1", "10.99.0.2"
UNLIMITED = 10**7
OPEN_SHARE, REFUSING_SHARE = 0.01, 0.04
BEFORE: list[str] = []
"""What every tool is run by."""
LONGEST = 180.0
"""Seconds after which a tool is ended."""
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


@dataclass
class Ran:
    """How one run went."""

    wall: float
    cpu: float
    memory: int
    found: Pairs
    arrived: list[tuple[float, int]] = field(repr=False)

    @property
    def rate(self) -> float:
        """Packets a second between the arrival of the first and of the last fiftieth."""
        total = self.arrived[-1][1]
        inner = [(at, count) for at, count in self.arrived if total * 0.02 <= count <= total * 0.98]
        if len(inner) < 2 or inner[-1][0] == inner[0][0]:
            return float("nan")
        return (inner[-1][1] - inner[0][1]) / (inner[-1][0] - inner[0][0])

    @property
    def most_in_10_ms(self) -> float:
        """The most packets that arrived within 10 ms."""
        most, first = 0.0, 0
        for at, count in self.arrived:
            while at - self.arrived[first][0] > 0.0105:
                first += 1
            took = at - self.arrived[first][0]
            if took > 0.0085:
                most = max(most, (count - self.arrived[first][1]) * 0.01 / took)
        return most


def asked(job: Job, method: str, threads: int, **changed: object) -> str:
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
        "threads": threads,
        "half_open": 16_384,
    }
    return json.dumps(request | more | changed)


def said_by_camscan(text: str) -> Pairs:
    lines = [json.loads(line) for line in text.splitlines()]
    found = [line for line in lines if line["type"] == "found" and line["errno"] == 0]
    return {pair for line in found for pair in zip(line["addresses"], line["ports"], strict=True)}


def camscan(name: str, method: str = "syn", threads: int = 1) -> Tool:
    return Tool(name, lambda _: PROGRAM, said_by_camscan, lambda job: asked(job, method, threads))


def whole_command(job: Job) -> Sequence[str]:
    ports = ",".join(map(str, job.ports))
    ask = ["--ports", ports, "--rate", str(job.rate), "--rounds", str(job.rounds), "--sweep", "syn", "--quiet"]
    return [sys.executable, "-m", "camscan", "ports", f"10.77.0.0-{job.last}", *ask]


def said_by_command(text: str) -> Pairs:
    return {(line["address"], line["port"]) for line in map(json.loads, text.splitlines())}


def masscan(job: Job) -> Sequence[str]:
    ports = ",".join(map(str, job.ports))
    out = ["-e", job.where.interface, "--source-ip", SOURCE, "--router-mac", job.router_mac, "--wait", "1"]
    rate = ["--rate", str(job.rate or UNLIMITED), "--retries", str(job.rounds - 1)]
    return ["masscan", f"10.77.0.0-{job.last}", "-p", ports, *out, *rate, "-oL", "-"]


def zmap(job: Job) -> Sequence[str]:
    out = ["-i", job.where.interface, "-S", SOURCE, "-G", job.router_mac, "-c", "1", "-T", "1", "-b", os.devnull, "-q"]
    prefix = 16 - (job.addresses.bit_length() - 17)
    what = ["-p", str(job.ports[0]), f"10.77.0.0/{prefix}", "--probes", str(job.rounds)]
    return ["zmap", *what, *out, "-r", str(job.rate or UNLIMITED), "-o", "-", "-v", "0", "--disable-syslog"]


def nmap(kind: str) -> Callable[[Job], Sequence[str]]:
    def command(job: Job) -> Sequence[str]:
        rate = ["--max-rate", str(job.rate)] if job.rate else ["--min-rate", str(UNLIMITED)]
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


ONE, TWO = camscan("camscan, 1 thread"), camscan("camscan, 2 threads", threads=2)
COMMAND = Tool("camscan ports", whole_command, said_by_command)
CONNECT = camscan("camscan, connect", "connect")
MASSCAN = Tool("masscan", masscan, said_by_masscan, needs="masscan")
ZMAP = Tool("zmap", zmap, said_by_zmap, needs="zmap")
NMAP = Tool("nmap -sS", nmap("-sS"), said_by_nmap, needs="nmap")
NMAP_CONNECT = Tool("nmap -sT", nmap("-sT"), said_by_nmap, needs="nmap")

_WATCH = """
import socket, sys, time
path, stop = f"/sys/class/net/{sys.argv[1]}/statistics/rx_packets", time.monotonic() + float(sys.argv[2])
beat = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
due, seen = 0, []
with open(path, buffering=1) as file:
    print("ready", flush=True)
    while (now := time.monotonic()) < stop:
        file.seek(0)
        seen.append((now, int(file.read())))
        if now >= due:
            try:
                beat.sendto(b"beat", (sys.argv[3], 9))  # masscan ends with the first packet after its wait
            except ConnectionRefusedError:
                pass
            due = now + 0.1
        time.sleep(0.0008)
        if len(seen) % 64 == 0 and not sys.stdin.isatty():
            import select
            if select.select([sys.stdin], [], [], 0)[0]:
                break
print("\\n".join(f"{at:.6f} {count}" for at, count in seen))
"""


@contextmanager
def watching(where: Lab, seen: list[tuple[float, int]]) -> Iterator[None]:
    """Note what arrives at the site during the body."""
    watch = [sys.executable, "-c", _WATCH, where.interface, str(LONGEST), SOURCE]
    command = ["ip", "netns", "exec", where.site, *watch]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield
        finally:
            out, _ = process.communicate("stop\n")
            lines = [line.split() for line in out.splitlines()]
            base = int(lines[0][1])
            seen += [(float(at), int(count) - base) for at, count in lines]


def run(tool: Tool, job: Job) -> Ran:
    """Run a tool once, in the scanner's namespace."""
    command = [*BEFORE, "ip", "netns", "exec", job.where.scanner, *tool.command(job)]
    arrived: list[tuple[float, int]] = []
    memory = 0
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as ask, watching(job.where, arrived):
        ask.write(tool.stdin(job))
        ask.seek(0)
        began = time.monotonic()
        process = subprocess.Popen(command, stdin=ask, stdout=out, stderr=subprocess.DEVNULL)
        while not (ended := os.wait4(process.pid, os.WNOHANG))[0]:
            if time.monotonic() - began > LONGEST:
                process.kill()
            memory = max(memory, _memory(process.pid))
            time.sleep(0.01)
        process.returncode = os.waitstatus_to_exitcode(ended[1])
        if process.returncode:
            print(f"{tool.name} ended with {process.returncode}", file=sys.stderr)
        wall, usage = time.monotonic() - began, ended[2]
        out.seek(0)
        found = tool.read(out.read())
    return Ran(wall, usage.ru_utime + usage.ru_stime, memory // 1024, found, arrived)


def _memory(process: int) -> int:
    """The most kB that a process has had; not `ru_maxrss`, which begins with that of the process that started it."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0)


def compare(title: str, tools: Sequence[Tool], job: Callable[[Tool], Job], rounds: int) -> None:
    """Run all tools in turn, some rounds, and print medians."""
    there = [tool for tool in tools if not tool.needs or shutil.which(tool.needs)]
    absent = [tool.needs for tool in tools if tool not in there]
    print(f"\n### {title}" + (f" (not installed: {', '.join(absent)})" if absent else ""))
    runs: dict[str, list[Ran]] = {tool.name: [] for tool in there}
    for _ in range(rounds):
        for tool in there:
            runs[tool.name].append(run(tool, job(tool)))
    print("| tool | packets/s (min-max) | wall s | CPU s/M | MB | recall | false open | most in 10 ms |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for tool in there:
        print(row(tool.name, runs[tool.name], job(tool)), flush=True)


def row(name: str, runs: Sequence[Ran], job: Job) -> str:
    truth = {(address, port) for address, port in job.truth if port in job.ports and within(address, job.addresses)}
    rates = [one.rate for one in runs]
    middle = statistics.median
    recall = middle(len(one.found & truth) / len(truth) for one in runs)
    wrong = max(len(one.found - truth) for one in runs)
    speed = f"{middle(rates):,.0f} ({min(rates):,.0f}-{max(rates):,.0f})"
    cpu = middle(one.cpu for one in runs) / (job.questions * job.rounds) * 1e6
    most = middle(one.most_in_10_ms for one in runs) / (job.rate / 100) if job.rate else float("nan")
    smooth = f"{most:.2f} x" if job.rate else ""
    cells = (speed, f"{middle(one.wall for one in runs):.2f}", f"{cpu:.2f}", str(max(one.memory for one in runs)))
    return f"| {name} | {' | '.join(cells)} | {recall:.4f} | {wrong} | {smooth} |"


def within(address: str, addresses: int) -> bool:
    third, last = map(int, address.split(".")[2:])
    return third * 256 + last < addresses


@contextmanager
def site(*, sparse: bool = True) -> Iterator[tuple[Lab, Pairs]]:
    """The site; what is not `sparse` refuses wherever it does not accept."""
    draws = random.Random(7)
    names = [f"10.77.{number // 256}.{number % 256}" for number in range(65_536)]
    draws.shuffle(names)
    opened, alive = (int(share * len(names)) for share in (OPEN_SHARE, OPEN_SHARE + REFUSING_SHARE))
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


def unlimited(rounds: int, addresses: int) -> None:
    """As fast as each can: eight ports; nmap, which would take a minute, a sixteenth of the addresses."""
    with site() as (where, truth):
        small = min(addresses, 4_096)
        compare(
            f"{addresses:,} addresses x 8 ports, unlimited (nmap: {small:,} addresses)",
            [ONE, TWO, COMMAND, MASSCAN, NMAP],
            lambda tool: Job(where, truth, small if tool is NMAP else addresses),
            rounds,
        )
        compare(
            f"{addresses:,} addresses x 1 port, unlimited",
            [ONE, TWO, MASSCAN, ZMAP],
            lambda _: Job(where, truth, addresses, PORTS[:1]),
            rounds,
        )


def paced(rounds: int, addresses: int) -> None:
    """At a set rate."""
    with site() as (where, truth):
        for rate, ports in ((100_000, PORTS), (10_000, PORTS[:1]), (1_000, PORTS[:1])):
            asked = 4_096 if rate < 10_000 else addresses
            tools = [ONE, MASSCAN] if len(ports) > 1 else [ONE, MASSCAN, ZMAP]
            compare(
                f"{asked:,} addresses x {len(ports)} ports at {rate:,} a second",
                tools,
                lambda _, asked=asked, ports=ports, rate=rate: Job(where, truth, asked, ports, rate),  # type: ignore[misc]
                rounds,
            )


def answered(rounds: int, addresses: int) -> None:
    """Every probe is answered."""
    with site(sparse=False) as (where, truth):
        compare(
            f"{addresses:,} addresses x 8 ports, all answer, unlimited",
            [ONE, TWO, MASSCAN],
            lambda _: Job(where, truth, addresses),
            rounds,
        )


def lossy(rounds: int, addresses: int) -> None:
    """Packets get lost each way."""
    with site() as (where, truth):
        for percent in (1, 10):
            with where.losing(percent):
                for times in (1, 2, 3):
                    compare(
                        f"{addresses:,} addresses x 1 port at 50,000/s, {percent} % loss each way, {times} rounds",
                        [ONE, MASSCAN] if times > 1 else [ONE, MASSCAN, ZMAP],
                        lambda _, times=times: Job(where, truth, addresses, PORTS[:1], 50_000, times),  # type: ignore[misc]
                        rounds,
                    )


def memory(_rounds: int, addresses: int) -> None:
    """Ten million targets; `--quick` two million."""
    last = 10_000_000 if addresses == 65_536 else 2_000_000
    with site() as (where, truth):
        where.run(["ip", "route", "add", "10.128.0.0/9", "via", GATEWAY])
        job = Job(where, truth, addresses, PORTS[:1])
        request = json.loads(asked(job, "syn", 1))
        first = 10 << 24 | 128 << 16
        ends = [".".join(map(str, (number).to_bytes(4))) for number in (first, first + last - 1)]
        request["ways"][0]["ranges"] = [ends]
        done = run(Tool("camscan", lambda _: PROGRAM, said_by_camscan, lambda _: json.dumps(request)), job)
        print(f"\n### {last:,} targets, 1 port, unlimited")
        print(f"{done.wall:.1f} s, {done.rate:,.0f} packets/s, {done.memory} MB at most")


def neighbours(rounds: int, _addresses: int) -> None:
    """On link, ARP first: until the first port answers, which is asked when all neighbours are known."""
    print("\n### 65,536 neighbours on link, ARP first, unlimited")
    for share in (0.05, 1.0):
        with lab("10.77.0.0/16", on_link=True) as where, listening(where, [PORTS[0]]):
            where.run(["sysctl", "-qw", "net.ipv4.neigh.default.gc_thresh3=131072"])
            alive = [
                f"10.77.{n // 256}.{n % 256}" for n in random.Random(3).sample(range(2, 65_000), int(63_000 * share))
            ]
            if share < 1:
                rule = f"arp operation request arp daddr ip != {{ {', '.join(alive)} }} drop"
                chain = f"chain in {{\ntype filter hook input priority 0;\n{rule}\n}}"
                where.rules(where.site, f"table arp bench {{\n{chain}\n}}\n")
            times = [_time_to_first(where) for _ in range(rounds)]
            print(f"{share:.0%} of them there: {statistics.median(times):.2f} s until the first open port")


def _time_to_first(where: Lab) -> float:
    way = {"interface": where.interface, "source": "10.77.0.1", "gateway": "", "frames": True}
    request = json.loads(asked(Job(where, set()), "syn", 1))
    request |= {"ways": [way | {"ranges": [["10.77.0.2", "10.77.255.254"]]}], "ports": PORTS[:1]}
    command = [*BEFORE, "ip", "netns", "exec", where.scanner, *PROGRAM]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(request))
        process.stdin.close()
        process.stdout.readline()
        began = time.monotonic()
        for line in process.stdout:
            if json.loads(line)["type"] == "found":
                break
        took = time.monotonic() - began
        process.kill()
    return took


def unprivileged(rounds: int, addresses: int) -> None:
    """Without CAP_NET_RAW, by connecting; nmap asks a sixteenth where all answer."""
    with site() as (where, truth):
        compare(
            f"connecting: {addresses:,} addresses x 1 port, 1 % open, 4 % refuse",
            [CONNECT, NMAP],
            lambda _: Job(where, truth, addresses, PORTS[:1]),
            rounds,
        )
    with site(sparse=False) as (where, truth):
        compare(
            f"connecting: {addresses:,} addresses x 1 port, all answer (nmap: {addresses // 16:,})",
            [CONNECT, NMAP_CONNECT],
            lambda tool: Job(where, truth, addresses // 16 if tool is NMAP_CONNECT else addresses, PORTS[:1]),
            rounds,
        )


PARTS = {part.__name__: part for part in (unlimited, paced, answered, lossy, memory, neighbours, unprivileged)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a quarter of the addresses, once")
    parser.add_argument("--rounds", type=int, default=0, help="how often each tool runs; default 5, or 1")
    parser.add_argument("--only", action="append", choices=PARTS, help="this part; repeatable")
    parser.add_argument(
        "--realtime", action="store_true", help="tools go before all other work, on hosts that have any"
    )
    chosen = parser.parse_args()
    BEFORE.extend(["chrt", "--fifo", "5"] if chosen.realtime else [])
    if os.geteuid():
        sys.exit("this benchmark makes network namespaces: run it as root")
    rounds, addresses = chosen.rounds or (1 if chosen.quick else 5), 16_384 if chosen.quick else 65_536
    for name in chosen.only or PARTS:
        PARTS[name](rounds, addresses)


if __name__ == "__main__":
    main()
