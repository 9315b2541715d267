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
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
os.environ["PYTHONPATH"] = str(ROOT)

from support.lab import Lab, lab  # noqa: E402
from support.sweeping import PROGRAM, listening  # noqa: E402

from benchmarks.arrivals import BEFORE, Ran, realtime, run  # noqa: E402  the checkout is put on the path first
from benchmarks.exactness import exactness  # noqa: E402
from benchmarks.rivals import (  # noqa: E402
    COMMAND,
    CONNECT,
    GATEWAY,
    MASSCAN,
    NMAP,
    NMAP_CONNECT,
    ONE,
    PORTS,
    TWO,
    ZMAP,
    Job,
    Tool,
    asked,
    said_by_camscan,
    site,
)


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
        for rate, ports in ((100_000, PORTS), (10_000, PORTS), (10_000, PORTS[:1]), (1_000, PORTS[:1])):
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


PARTS = {
    part.__name__: part for part in (unlimited, paced, exactness, answered, lossy, memory, neighbours, unprivileged)
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a quarter of the addresses, once")
    parser.add_argument("--rounds", type=int, default=0, help="how often each tool runs; default 5, or 1")
    parser.add_argument("--only", action="append", choices=PARTS, help="this part; repeatable")
    parser.add_argument(
        "--realtime", action="store_true", help="tools go before all other work, on hosts that have any"
    )
    chosen = parser.parse_args()
    BEFORE.extend(realtime(5) if chosen.realtime else [])
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # or camscan is compiled anew with each run
    if os.geteuid():
        sys.exit("this benchmark makes network namespaces: run it as root")
    rounds, addresses = chosen.rounds or (1 if chosen.quick else 5), 16_384 if chosen.quick else 65_536
    for name in chosen.only or PARTS:
        PARTS[name](rounds, addresses)


if __name__ == "__main__":
    main()
