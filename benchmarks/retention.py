"""A store that is swept every night for a year: how large it stays under retention, and how quick its commands.

    python benchmarks/retention.py                                        the full form: five minutes
    python benchmarks/retention.py --devices 300 --nights 12 --whole 4    a small form: one minute

One site is simulated with true answers: those of the simulated site, repeated at other addresses with other serials.
Every night one device in a hundred is replaced by another. Sweeps are stored, judged, compared and thinned by the
program's own code; no packet is sent but to find out what the devices answer. What a year of 50 such sites takes is
reckoned from the sweeps that are kept whole (`--whole`) and from what each further night adds: roughly, and higher
than by the full form, after few nights (11.4 GB for 9.3); where fewer are simulated than it takes, it is left out.
`status` is timed with 50 such sites, `devices` and `diff` on this one.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from camscan.app.judging.criteria import Criteria, criteria_of, library
from camscan.app.reporting.scanreport import all_devices_in
from camscan.app.sweeping import onesite
from camscan.app.sweeping.onesite import SweepContext
from camscan.app.sweeping.pastsweeps import marked, remembered
from camscan.app.sweeping.retention import prune_after_sweep
from camscan.app.sweeping.sites import policies
from camscan.records import LedgerEntry, Observation, Scan, ScanStatus
from camscan.simulator import honest, make_site
from camscan.store.sqlitefile import shrink
from camscan.store.store import Store
from camscan.sweeps.configfile import read
from camscan.sweeps.memory import dump, status_of

NETWORK = "127.94.0.0/25"
SITES = 50
YEAR = 365
BEGIN = datetime.now(UTC).replace(hour=2, minute=0, second=0, microsecond=0) - timedelta(days=YEAR)
KEPT = 10
"""Sweeps that are kept whole, as in the configuration that `camscan init` writes."""
AT_ONCE = 50
"""Devices in one transaction, as a scan stores many answers in one."""
_FEW = 5
"""Answers below which a persona is left out: it does not behave like a device of a site."""
_CONFIG = """
[store]
url = "c.db"
[retention]
sweeps = {whole}
days = 0
[[site]]
name = "site0"
networks = ["10.0.0.0/20"]
"""


@dataclass(frozen=True)
class Model:
    """What one device of the simulated site answers, and the serial that stands in it."""

    seen: Sequence[Observation]
    entry: LedgerEntry
    serial: bytes

    def at(self, address: str, when: datetime, number: int) -> tuple[list[Observation], list[LedgerEntry]]:
        """The answers of another device of the kind."""
        own = f"{number:08}".encode()
        serial = self.serial[: -len(own)] + own if len(self.serial) > len(own) else self.serial
        seen = [
            replace(one, target=address, at=when, raw=one.raw.replace(self.serial, serial) if serial else one.raw)
            for one in self.seen
        ]
        return seen, [replace(self.entry, target=address)]


def recorded(folder: Path) -> tuple[Scan, list[Model]]:
    """A scan of the simulated site, and what each of its devices answered."""

    async def scan() -> None:
        async with make_site(honest(), NETWORK):
            command = ["scan", NETWORK, "--rate", "5000", "--db", str(folder / "r.db"), "-q", "-o", str(folder / "r")]
            process = await asyncio.create_subprocess_exec(sys.executable, "-m", "camscan", *command)
            await process.wait()

    asyncio.run(scan())
    with Store.open(folder / "r.db") as store:
        found = store.scan()
        seen: defaultdict[str, list[Observation]] = defaultdict(list)
        for one in store.observations(found.id):
            seen[one.target].append(one)
        entries = {entry.target: entry for entry in store.ledger(found.id)}
        serials = {
            address: (judged.device.serial or "").encode()
            for judged in all_devices_in(store, found, criteria_of((), ()))
            for address in judged.device.addresses
        }
    usual = {target: answers for target, answers in seen.items() if len(answers) >= _FEW}
    return found, [Model(answers, entries[target], serials.get(target, b"")) for target, answers in usual.items()]


def night(store: Store, like: Scan, models: Sequence[Model], number: int, devices: int) -> Scan:
    """Store one sweep. The device at a place is replaced every hundred nights, by one of the next model."""
    at = BEGIN + timedelta(days=number)
    begun = marked(replace(like, id=f"night{number:04}", site="site0"))
    scan = replace(begun, started_at=at, finished_at=None, status=ScanStatus.RUNNING)
    store.begin(scan)
    for begin in range(0, devices, AT_ONCE):
        seen: list[Observation] = []
        entries: list[LedgerEntry] = []
        for place in range(begin, min(begin + AT_ONCE, devices)):
            generation = (number + place) // 100
            model = models[(place + generation) % len(models)]
            address = f"10.0.{place // 250}.{place % 250 + 1}"
            told, covered = model.at(address, at, place * 100 + generation)
            seen += told
            entries += covered
        store.append(scan.id, seen, entries)
    ended = replace(scan, status=ScanStatus.COMPLETE, finished_at=at + timedelta(hours=1))
    store.finish(ended)
    return ended


def timed(*words: str) -> float:
    """Seconds that a command takes, the best of three."""
    best = float("inf")
    for _ in range(3):
        started = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "camscan", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True
        )
        best = min(best, time.perf_counter() - started)
    return best


def used(file: Path) -> int:
    """Bytes of a database once nothing is free in it."""
    shrink(file)
    return file.stat().st_size


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--devices", type=int, default=1000)
    parser.add_argument("--nights", type=_at_least(2), default=40)
    parser.add_argument("--whole", type=_at_least(2), default=KEPT, help="sweeps that are kept whole")
    parser.add_argument("--folder", type=Path, help="keep the store here, to look at it")
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as name:
        folder = arguments.folder or Path(name)
        folder.mkdir(exist_ok=True)
        measure(folder, arguments.devices, arguments.nights, _CONFIG.format(whole=arguments.whole))


def _at_least(least: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if int(text) < least:
            raise argparse.ArgumentTypeError(f"must be {least} or more")
        return int(text)

    return number


def measure(folder: Path, devices: int, nights: int, text: str) -> None:
    like, models = recorded(folder)
    (folder / "c.toml").write_text(text)
    config = read(folder / "c.toml").config
    file, sizes, seconds = folder / "c.db", [], 0.0
    with Store.open(file) as store:
        context = SweepContext(config, store, library())
        criteria = Criteria(context.rules, policies(config, config.site[0]))
        for number in range(nights):
            scan = night(store, like, models, number, devices)
            started = time.perf_counter()
            onesite.compare_with_memory(context, config.site[0], scan, criteria)
            prune_after_sweep(context, config.site[0], time.monotonic() + 3600)
            seconds += time.perf_counter() - started
            sizes.append(used(file))
        whole = len([scan for scan in store.scans() if scan.status is ScanStatus.COMPLETE])
        memory = remembered(store, "site0")
        whole_text, shown = dump(memory), dump(status_of(memory))
        for other in range(1, SITES):
            store.outbox.remember(f"site{other}", whole_text, status=shown)
    tell(sizes, devices, whole, seconds / nights)
    more = "".join(f'[[site]]\nname = "site{n}"\nnetworks = ["10.0.0.0/20"]\n' for n in range(1, SITES))
    (folder / "c.toml").write_text(text + more)
    database = ("--db", str(file))
    commands = {
        "status, 50 sites": ("status", "--config", str(folder / "c.toml")),
        "devices": ("devices", *database),
        "diff": ("diff", *database),
        "scans": ("scans", *database),
    }
    print(json.dumps({name: round(timed(*words), 2) for name, words in commands.items()}), "seconds;", end=" ")
    print(f"the host's load was {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


def tell(sizes: Sequence[int], devices: int, whole: int, seconds: float) -> None:
    nights, first = len(sizes), sizes[1] - sizes[0]
    print(f"{nights} nights of {devices:,} devices, {whole} of them kept whole; {seconds:.1f} s a night to judge them,")
    print("to compare and to thin")
    print(f"without retention a night adds {first:,} bytes, {first / devices:,.0f} a device;", end=" ")
    print(f"{YEAR} nights of {SITES} sites of 1,000 devices {YEAR * SITES * 1000 * first / devices / 1e9:,.0f} GB")
    middle = max(nights // 2, whole + 1)
    if nights < middle + 2:
        print(
            f"what a year takes shows only after {whole + 3} nights or more, when sweeps are thinned: --nights, --whole"
        )
        return
    slope = (sizes[-1] - sizes[middle]) / (nights - 1 - middle)
    year = SITES * 1000 / devices * (sizes[-1] + slope * (YEAR - nights) + first * (KEPT - whole))
    print(f"the store: {sizes[-1] / 1e6:.1f} MB, and {slope / 1e6:.2f} MB more each night")
    print(f"reckoned for {YEAR} nights of {SITES} sites of 1,000 devices, {KEPT} kept whole: {year / 1e9:.1f} GB")


if __name__ == "__main__":
    main()
