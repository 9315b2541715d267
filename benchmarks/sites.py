"""A nightly sweep of very many small sites behind one router, in network namespaces.

Run: python benchmarks/sites.py [SITES] [--camscan CHECKOUT] [--losing PERCENT] [--profile NAME]

A third of the sites each have a /28, a /27 and a /26; in every third one, nobody is there, and the others have three
devices each. Addresses without a device are silent. `--camscan` names another checkout, to be measured by the same
means. Printed are wall and CPU seconds, memory, packets, the busiest second and who was found. Needs root, iproute2
and nftables.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import resource
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from ipaddress import IPv4Network, ip_address
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from support.lab import Lab, lab  # noqa: E402  the checkout is put on the path first
from support.namespaces import Namespace  # noqa: E402

from camscan.simulator import Device, Site, honest  # noqa: E402
from camscan.store.store import Store  # noqa: E402

SPACE = "10.96.0.0/16"
_EACH = 3
_IPV4, _SCANNER = 0x0800, socket.inet_aton("10.99.0.1")
_RCVBUFFORCE, _TIMESTAMP = 33, 35


@dataclass(frozen=True)
class Small:
    """A small site, and the addresses of its devices."""

    network: IPv4Network
    devices: tuple[str, ...]


def sites(count: int) -> list[Small]:
    """So many sites, the same in every run; each begins where a /26 may."""
    found, chance = list[Small](), random.Random(1)
    for number, room in zip(range(count), IPv4Network(SPACE).subnets(new_prefix=26), strict=False):
        network = IPv4Network((room.network_address, 28 - number % _EACH))
        places = sorted(chance.sample(list(network.hosts()), _EACH)) if number // _EACH % _EACH else []
        found.append(Small(network, tuple(map(str, places))))
    return found


def config(estate: Sequence[Small], profile: str) -> str:
    """A configuration of these sites."""
    tables = (
        f'[[site]]\nname = "site {number}"\nnetworks = ["{site.network}"]\nprofile = "{profile}"\n'
        for number, site in enumerate(estate)
    )
    return "\n".join(('[store]\nurl = "c.db"', *tables))


async def play(count: int) -> None:
    """Play the devices until standard input ends."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    personas = [persona for persona in honest() if persona.truth.maker]
    places = [address for site in sites(count) for address in site.devices]
    playing = [Device(personas[number % len(personas)], address) for number, address in enumerate(places)]
    async with Site(SPACE, playing):
        print("up", flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


@contextmanager
def played(made: Lab, estate: Sequence[Small]) -> Iterator[None]:
    """The devices of these sites live during the body, and nobody else."""
    made.keep_only([address for site in estate for address in site.devices] or ["10.96.255.254"])
    command = ["ip", "netns", "exec", made.site, sys.executable, __file__, str(len(estate)), "--play"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        try:
            assert process.stdout.readline() == "up\n"
            yield
        finally:
            process.stdin.close()


class Arrivals(threading.Thread):
    """Notes when each IP packet of the scanner arrived at the router, by the kernel's clock."""

    def __init__(self, made: Lab) -> None:
        super().__init__(daemon=True)
        with Namespace(made.site).inside():
            self._sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_IPV4))
            self._sock.bind((made.interface, _IPV4))
        self._sock.setsockopt(socket.SOL_SOCKET, _RCVBUFFORCE, 64 << 20)
        self._sock.setsockopt(socket.SOL_SOCKET, _TIMESTAMP, 1)
        self._sock.settimeout(0.5)
        self._times = array("d")
        self._is_over = False

    def run(self) -> None:
        """Note them until the end."""
        while not self._is_over:
            with suppress(TimeoutError):
                head, ancillary, _, _ = self._sock.recvmsg(20, 64)
                if head[12:16] == _SCANNER:
                    seconds, nanoseconds = struct.unpack("qq", ancillary[0][2][:16])
                    self._times.append(seconds + nanoseconds / 1e9)

    def busiest_second(self) -> int:
        """End, and say how many packets arrived in the second in which most did."""
        self._is_over = True
        self.join()
        times = sorted(self._times)
        return max((bisect_left(times, begin + 1) - place for place, begin in enumerate(times)), default=0)


def measure(made: Lab, estate: Sequence[Small], checkout: Path, profile: str) -> None:
    """Sweep all sites once, and print what it took and who was found."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "c.toml").write_text(config(estate, profile))
        command = ["ip", "netns", "exec", made.scanner, sys.executable, "-m", "camscan", "sweep", "--quiet"]
        inside = {**os.environ, "PYTHONPATH": str(checkout)}
        arrivals, began = Arrivals(made), time.monotonic()
        arrivals.start()
        with Path(folder, "log.txt").open("w") as log:
            process = subprocess.Popen(
                [*command, "--config", f"{folder}/c.toml"], cwd=checkout, env=inside, stderr=log, stdout=log
            )
            _, status, usage = os.wait4(process.pid, 0)
        seconds, code = time.monotonic() - began, os.waitstatus_to_exitcode(status)
        with Store.open(Path(folder, "c.db")) as store:
            scans = store.scans()
            seen = {o.target for scan in scans for o in store.observations(scan.id) if o.outcome.has_answer}
        alive = [address for site in estate for address in site.devices]
        print(
            json.dumps(
                {
                    "checkout": str(checkout.name),
                    "sites": len(estate),
                    "addresses": sum(site.network.num_addresses for site in estate),
                    "seconds": round(seconds, 1),
                    "cpu": round(usage.ru_utime + usage.ru_stime, 1),
                    "MB": usage.ru_maxrss >> 10,
                    "packets": sum(scan.sent.packets for scan in scans),
                    "busiest second": arrivals.busiest_second(),
                    "found": f"{sum(address in seen for address in alive)} of {len(alive)}",
                    "strangers": sorted(seen - set(alive), key=ip_address),
                    "status": sorted({str(scan.status) for scan in scans}),
                    "code": code,
                }
            )
        )


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sites", nargs="?", type=int, default=60)
    parser.add_argument("--camscan", type=Path, default=ROOT)
    parser.add_argument("--losing", type=int, default=0)
    parser.add_argument("--profile", default="default")
    parser.add_argument("--play", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.play:
        asyncio.run(play(chosen.sites))
        return
    estate = sites(chosen.sites)
    with lab(SPACE) as made, played(made, estate), made.losing(chosen.losing) if chosen.losing else nullcontext():
        measure(made, estate, chosen.camscan, chosen.profile)


if __name__ == "__main__":
    main()
