"""camscan beside nmap -sV on a site of simulated devices in a network namespace, in one run.

    python benchmarks/site.py                 a /24 with 60 devices, and the same with 10 % tarpits
    python benchmarks/site.py --large         also a /16 with 1 % live hosts, at --profile fast
    python benchmarks/site.py --silent        only SADP, DHIP and WS-Discovery to a silent /16, at --rate 10000
    python benchmarks/site.py --wide          a sweep of a /16 at twelve ports with 600 devices, at --rate 10000

Needs root, iproute2, nftables and nmap. Dead addresses are dropped by nftables, so that they are silent. Both tools get
the same ports and the same packet rate.
"""

from __future__ import annotations

import argparse
import asyncio
import ipaddress
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from support.lab import Lab, lab

from camscan.probes.ports import FIRST_PORTS, MORE_PORTS
from camscan.simulator import Device, Site, honest, rogues

TARPIT = "silent-after-accept"
RATE = 1_000


@dataclass(frozen=True)
class Cost:
    """What one run took: wall and CPU seconds, and peak memory."""

    seconds: float
    cpu: float
    megabytes: float


@dataclass(frozen=True)
class Result:
    """One run of one tool."""

    tool: str
    cost: Cost
    found: int
    named: int
    wrong: int


def addresses(network: str, count: int) -> list[str]:
    """Random addresses of a network, the same in every run."""
    hosts = ipaddress.ip_network(network)
    chosen = random.Random(1).sample(range(2, hosts.num_addresses - 1), count)
    return [str(hosts[number]) for number in sorted(chosen)]


def devices(network: str, count: int, tarpits: int) -> list[Device]:
    """Honest personas in turn, then tarpits."""
    places = addresses(network, count + tarpits)
    personas = honest()
    honest_ones = [Device(personas[n % len(personas)], places[n]) for n in range(count)]
    mute = [persona for persona in rogues() if persona.name == TARPIT]
    return honest_ones + [Device(mute[0], place) for place in places[count:]]


async def serve(network: str, count: int, tarpits: int) -> None:
    """Play the site until standard input ends; the truth is printed first."""
    async with Site(network, devices(network, count, tarpits)) as site:
        truth = {d.address: d.truth.maker for d in site.devices if d.name != TARPIT}
        print(json.dumps(truth), flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


def timed(site: Lab, command: Sequence[str]) -> tuple[str, Cost]:
    """Output and cost of a command on the scanner's side."""
    started = time.perf_counter()
    process = subprocess.Popen(["ip", "netns", "exec", site.scanner, *command], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    output = process.stdout.read()
    _, _, usage = os.wait4(process.pid, 0)
    cpu = usage.ru_utime + usage.ru_stime
    return output, Cost(time.perf_counter() - started, cpu, usage.ru_maxrss / 1024)


def run_camscan(site: Lab, truth: dict[str, str | None], extra: Sequence[str]) -> tuple[Result, int]:
    """One camscan scan with an empty store, and how many packets it sent."""
    store = Path("/tmp") / f"bench-{os.getpid()}.db"
    command = [sys.executable, "-m", "camscan", "scan", site.network, "--db", str(store), "--format", "json"]
    output, cost = timed(site, [*command, "--quiet", "--all", *extra])
    report: dict[str, Any] = json.loads(output)
    for leftover in store.parent.glob(f"{store.name}*"):
        leftover.unlink()
    named = {address: device["maker"] for device in report["devices"] for address in device["addresses"]}
    return scored("camscan", cost, truth, named), report["scan"]["sent"]["packets"]


def run_nmap(site: Lab, truth: dict[str, str | None], rate: int) -> Result:
    """nmap's service detection and default scripts on the same ports."""
    ports = ",".join(map(str, (*FIRST_PORTS, *MORE_PORTS)))
    command = [
        "nmap",
        "-sV",
        "-sC",
        "-n",
        "-Pn",
        "--max-rate",
        str(rate),
        "-p",
        ports,
        "--host-timeout",
        "120s",
        "-oX",
        "-",
        site.network,
    ]
    output, cost = timed(site, command)
    named: dict[str, str | None] = {}
    for host in ET.fromstring(output).iter("host"):
        address = next(node.get("addr", "") for node in host.iter("address"))
        if any(state.get("state") == "open" for state in host.iter("state")):
            text = ET.tostring(host, encoding="unicode").lower()
            maker = truth.get(address)
            named[address] = maker if maker and maker.lower() in text else None
    return scored("nmap -sV -sC", cost, truth, named)


def scored(tool: str, cost: Cost, truth: dict[str, str | None], named: dict[str, str | None]) -> Result:
    """Hosts found, makers named right, makers named wrong."""
    found = sum(address in named for address in truth)
    right = sum(maker is not None and named.get(address) == maker for address, maker in truth.items())
    wrong = sum(named.get(address) not in (None, maker) for address, maker in truth.items())
    return Result(tool, cost, found, right, wrong)


def table(title: str, truth: dict[str, str | None], results: Sequence[Result]) -> None:
    """Print the results under each other."""
    makers = sum(maker is not None for maker in truth.values())
    print(f"\n{title}: {len(truth)} devices, {makers} with a maker")
    print(f"{'tool':<28}{'wall s':>8}{'CPU s':>8}{'peak MB':>9}{'found':>7}{'named':>7}{'wrong':>7}")
    for r in results:
        print(
            f"{r.tool:<28}{r.cost.seconds:>8.1f}{r.cost.cpu:>8.1f}{r.cost.megabytes:>9.0f}{r.found:>7}{r.named:>7}{r.wrong:>7}"
        )


def with_site(network: str, count: int, tarpits: int, work: Any) -> None:
    """Build a site, run the work on it, take it down."""
    with lab(network) as site:
        site.keep_only(addresses(network, count + tarpits))
        command = [sys.executable, __file__, "--serve", network, str(count), str(tarpits)]
        process = subprocess.Popen(
            ["ip", "netns", "exec", site.site, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            work(site, json.loads(process.stdout.readline()))
        finally:
            process.stdin.close()
            process.wait(30)


def small(site: Lab, truth: dict[str, str | None]) -> None:
    """The /24."""
    results = [run_camscan(site, truth, ["--rate", str(RATE)])[0], run_nmap(site, truth, RATE)]
    table(f"/24 at {RATE} packets a second", truth, results)


def tarpits(site: Lab, truth: dict[str, str | None]) -> None:
    """The /24 with tarpits."""
    table("/24 with 10 % tarpits", truth, [run_camscan(site, truth, ["--rate", str(RATE)])[0]])


def large(site: Lab, truth: dict[str, str | None]) -> None:
    """The /16, at the pace of --profile fast."""
    plan = subprocess.run(
        [sys.executable, "-m", "camscan", "plan", site.network, "--profile", "fast"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    print(plan)
    table("/16 at 10000 packets a second", truth, [run_camscan(site, truth, ["--profile", "fast"])[0]])


def silent() -> None:
    """The native protocols to a /16 where nobody answers: the time beside what the packets alone take at the rate."""
    rate = 10_000
    asked = ["--channels", "sadp,dhip,wsd", "--rate", str(rate)]
    with lab("10.88.0.0/16") as site:
        site.keep_only(["10.88.255.254"])
        command = [sys.executable, "-m", "camscan", "scan", site.network, "--exclude", "10.88.255.254", *asked]
        with tempfile.TemporaryDirectory() as folder:
            store = ["--db", str(Path(folder, "scan.db"))]
            output, cost = timed(site, [*command, *store, "--format", "json", "--quiet"])
    packets = json.loads(output)["scan"]["sent"]["packets"]
    print(
        f"{packets:,} packets to a silent /16 in {cost.seconds:.1f} s, {cost.seconds / (packets / rate):.2f} times "
        f"packets / rate; {cost.cpu:.1f} s of CPU, {cost.megabytes:.0f} MB"
    )


CAMERA_PORTS = (*FIRST_PORTS, 81, 8554, 8899, 5000)


def wide(site: Lab, truth: dict[str, str | None]) -> None:
    """A sweep, and who it found identified meanwhile: the time beside what the packets alone take at the rate."""
    rate = 10_000
    asked = ["--ports", ",".join(map(str, CAMERA_PORTS)), "--rate", str(rate), "--sweep", "syn"]
    result, packets = run_camscan(site, truth, asked)
    table(f"{site.network} at {len(CAMERA_PORTS)} ports, by a sweep of {rate} packets a second", truth, [result])
    ratio = result.cost.seconds / (packets / rate)
    print(f"{packets:,} packets: {ratio:.2f} times packets / rate")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--silent", action="store_true")
    parser.add_argument("--wide", nargs="?", const="10.80.0.0/16", metavar="NETWORK")
    parser.add_argument("--serve", nargs=3, metavar=("NETWORK", "DEVICES", "TARPITS"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        network, count, mute = arguments.serve
        asyncio.run(serve(network, int(count), int(mute)))
        return
    if arguments.silent:
        silent()
        return
    if arguments.wide:
        size = ipaddress.ip_network(arguments.wide).num_addresses
        with_site(arguments.wide, 600 * size // 65_536, 0, wide)
        return
    with_site("10.77.0.0/24", 60, 0, small)
    with_site("10.77.0.0/24", 60, 25, tarpits)
    if arguments.large:
        with_site("10.80.0.0/16", 655, 0, large)


if __name__ == "__main__":
    main()
