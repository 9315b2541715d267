"""What a scan does to a network, seen from outside: a capture at the cable, and the tables of a router.

    python benchmarks/harm.py                             print the tables
    python benchmarks/harm.py --markdown docs/harm.md     and write them

camscan and `nmap -sV` look at the same site in one run, on the same ports. Needs root, iproute2, nftables and nmap.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
sys.path.insert(1, str(Path(__file__).parent.parent / "tests"))

from support.capture import Harm, capturing
from support.rig import Rig, gallery, neighbours, rig

from benchmarks.router import GENTLE_SECONDS, Router, on_link, through_router
from camscan.net.pacing.profile import PROFILES, profile
from camscan.probes.ports import FIRST_PORTS, MORE_PORTS

DELICATE = ("fragile", "fading", "every-port-open")
HONEST, SILENT = 40, 100


@dataclass(frozen=True)
class Run:
    """One tool on the site."""

    tool: str
    harm: Harm
    seconds: float
    fragile_lives: bool
    cameras: Sequence[str]
    silent: Sequence[str]


def look(site: Rig, tool: str, command: Sequence[str], silent: Sequence[str], cameras: int) -> Run:
    """Run a tool on the site, captured at the scanner's cable, and take the site down."""
    began = time.monotonic()
    with capturing(site.lab.scanner, site.lab.interface) as capture:
        site.lab.run(command, timeout=900)
    seconds = time.monotonic() - began
    site.stop()
    if capture.lost:
        sys.exit(f"{capture.lost} packets found no room in the capture")
    lives = site.seen[site.places["fragile"]]["violations"] == []
    honest = list(site.places.values())[:cameras]
    return Run(tool, Harm(capture, list(site.places.values())), seconds, lives, honest, silent)


def beside_nmap() -> list[Run]:
    """camscan at each pace, and nmap at its own, each on a fresh copy of the same site."""
    ports = ",".join(map(str, (*FIRST_PORTS, *MORE_PORTS)))
    runs = []
    personas = [*neighbours(HONEST), *(gallery()[name] for name in DELICATE)]
    for tool in ("gentle", "default", "fast", "nmap -sV"):
        with tempfile.TemporaryDirectory() as folder, rig(personas, Path(folder)) as site:
            silent = [f"10.77.2.{last}" for last in range(1, SILENT + 1)]
            targets = Path(folder) / "targets"
            targets.write_text("\n".join((*site.places.values(), *silent)))
            camscan = [sys.executable, "-m", "camscan", "scan", f"@{targets}", "--db", f"{folder}/s.db", "--quiet"]
            nmap = ["nmap", "-sV", "-n", "-Pn", "--host-timeout", "120s", "-p", ports, "-iL", str(targets)]
            command = nmap if tool.startswith("nmap") else [*camscan, "--profile", tool, "--format", "json"]
            name = tool if tool.startswith("nmap") else f"camscan --profile {tool}"
            runs.append(look(site, name, command, silent, HONEST))
    return runs


def forced() -> tuple[int, int]:
    """How many hostile devices there are, and the most packets that one was sent in a second at the default pace."""
    hostile = list(gallery().values())
    with tempfile.TemporaryDirectory() as folder, rig(hostile, Path(folder)) as site:
        targets = Path(folder) / "targets"
        targets.write_text("\n".join(site.places.values()))
        command = [sys.executable, "-m", "camscan", "scan", f"@{targets}", "--db", f"{folder}/s.db", "--quiet"]
        run = look(site, "camscan --profile default", command, [], 0)
    return len(hostile), run.harm.packets_per_host()


def tables() -> tuple[str, list[dict[str, object]]]:
    """All tables, in Markdown, and the figures of docs/torture.md."""
    runs = beside_nmap()
    routers = [through_router(p.name) for p in PROFILES]
    links = {p.name: on_link(p.name) for p in PROFILES}
    paced = {run.tool.split()[-1]: run.harm for run in runs if run.tool.startswith("camscan")}
    figures: list[dict[str, object]] = [
        {"name": "router", "value": {r.profile: [r.tracked, r.neighbours, links[r.profile]] for r in routers}},
    ]
    for name, harm in paced.items():
        figures.append({"name": f"pace.{name}", "value": [harm.packets_per_host(), harm.packets_a_second]})
    rogues, worst = forced()
    page = PAGE.format(
        rogues=rogues,
        worst=worst,
        cameras=HONEST,
        silent=SILENT,
        ports=len(FIRST_PORTS) + len(MORE_PORTS),
        columns=" | ".join(run.tool for run in runs),
        rule="---|" * len(runs),
        rows="\n".join(rows(runs)),
        routers="\n".join(router_row(r, links) for r in routers),
        gentle=f"{GENTLE_SECONDS:g}",
    )
    return page, figures


def rows(runs: Sequence[Run]) -> Iterator[str]:
    """One line for each figure."""
    promised = [profile(run.tool.split()[-1]) if run.tool.startswith("camscan") else None for run in runs]
    yield line(
        "promised: packets a second in all, a host", [f"{p.rate:,}, {p.host_rate}" if p else "-" for p in promised]
    )
    yield line("packets in the busiest second, in all", [f"{run.harm.packets_a_second:,}" for run in runs])
    yield line("to one host: packets in its busiest second", [run.harm.packets_per_host() for run in runs])
    yield line(
        "to one host: packets a second over its busiest 10 s",
        [f"{run.harm.packets_per_host(10) / 10:.1f}" for run in runs],
    )
    yield line(
        "to one host: connection attempts in its busiest second", [run.harm.connects_a_second_and_host for run in runs]
    )
    yield line("to one host: connections at once", [run.harm.connections_at_once for run in runs])
    yield line("packets to a silent address (mean, most)", [burden(run, run.silent)[0] for run in runs])
    yield line("bytes to a silent address (mean, most)", [burden(run, run.silent)[1] for run in runs])
    yield line("packets to a device (mean, most)", [burden(run, run.cameras)[0] for run in runs])
    yield line("bytes to a device (mean, most)", [burden(run, run.cameras)[1] for run in runs])
    yield line("payload bytes to ports that are never sent to", [run.harm.never_send_bytes for run in runs])
    yield line(
        "Authorization headers, user names", [f"{run.harm.authorizations}, {len(run.harm.user_names)}" for run in runs]
    )
    yield line(
        "the device that dies above 20 connections a second", ["lives" if run.fragile_lives else "dies" for run in runs]
    )
    yield line("seconds", [f"{run.seconds:.0f}" for run in runs])


def burden(run: Run, hosts: Sequence[str]) -> tuple[str, str]:
    """Packets and bytes, each as mean and most."""
    packets, most_packets, size, largest = run.harm.per_host(hosts)
    return f"{packets:.0f}, {most_packets}", f"{size:,.0f}, {largest:,}"


def line(name: str, values: Sequence[object]) -> str:
    """A line of a table."""
    return f"| {name} | {' | '.join(map(str, values))} |"


def router_row(found: Router, links: dict[str, int]) -> str:
    """A line of the router's table."""
    how = "" if found.finished else f", stopped after {GENTLE_SECONDS:g} s"
    return f"| {found.profile}{how} | {found.tracked:,} | {found.neighbours:,} | {links[found.profile]} |"


PAGE = """# What a scan does to the network

Counted in a capture at the scanner's cable and in the tables of a router on the way, never by camscan itself.
`python benchmarks/harm.py --markdown docs/harm.md` (root, iproute2, nftables, nmap) measures anew and writes this page.

## Beside nmap

The site: {cameras} honest devices, three delicate ones and {silent} silent addresses. nmap asks the same {ports} TCP
ports, at its own pace (`-sV -n -Pn --host-timeout 120s`).

| | {columns} |
|---|{rule}
{rows}

camscan keeps that by itself: it sends only while the packets of the last second leave room for more. Those that the
kernel may yet send by itself count too: on open connections (acknowledgements, the end) and just after them (a reset
for what the device says late). It reads on only while there is room for what that may cause, and the small receive
buffer of each connection stops the device after a few segments. What remains is what a device can force: the kernel
acknowledges each segment out of turn, and resets whatever comes after the end, however often. Of the {rogues} hostile
devices of the gallery (endless bodies, drips, floods), the worst got {worst} packets in its busiest second.

## On the way

A silent /22 through a router that tracks connections (Linux, default time-outs), and the same /22 on the scanner's
own link. The router's neighbour table holds 1,024 entries. The gentle scan is stopped after {gentle} s: a connection
is remembered for 120 s, so that the highest count has been reached by then.

| profile | connections tracked | neighbour entries of the router | unresolved neighbours on the scanner's own link |
|---|---|---|---|
{routers}

Each is the highest count at any one time.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="where the page is written")
    parser.add_argument("--figures", type=Path, metavar="FILE", help="where figures for docs/torture.md are added")
    arguments = parser.parse_args()
    if os.geteuid():
        sys.exit("this benchmark makes network namespaces: run it as root")
    page, figures = tables()
    print(page)
    if arguments.figures:
        with arguments.figures.open("a", encoding="utf-8") as stream:
            stream.writelines(f"{json.dumps(figure)}\n" for figure in figures)
    if arguments.markdown:
        arguments.markdown.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
