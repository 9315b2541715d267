"""A simulated year of nights: every answer may get lost, and now and then something really happens.

    python benchmarks/year.py                     the full form: ten years, half a minute
    python benchmarks/year.py --years 1           a small form: some seconds
    python benchmarks/year.py --loss 0.05         with more answers lost

Each night each of 50 cameras loses one channel with the given probability; five of them answer on one channel alone.
Once a month something true happens: a camera comes, goes, comes back, moves or is re-flashed, a network is cut off,
or a probe fails. A change that is told and is not true is a false alarm; one that is true and is not told is missed.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from support.estate import Camera, cameras, moved, sweep

from camscan.sweeps.changes import Changes
from camscan.sweeps.compare import advance
from camscan.sweeps.coverage import Terms
from camscan.sweeps.memory import Memory, dump, load

NIGHTS = 365
CAMERAS = 50
SPARE = Camera("10.0.0.200", "SN200000", "02:00:00:00:00:c8")
ELSEWHERE = "10.0.0.201"
OUTAGE = 3
"""Nights that a cut network or a failed probe lasts."""


@dataclass
class Year:
    """One year: what is there, what is due to be told, and what was told."""

    site: list[Camera] = field(default_factory=list)
    due: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    lost: set[tuple[str, str]] = field(default_factory=set)
    dead: set[str] = field(default_factory=set)

    def event(self, night: int) -> None:
        """What truly happens in the middle of some months, and ends some nights later."""
        month, day = divmod(night, 30)
        if day == 15 + OUTAGE:
            self.lost, self.dead = set(), set()
        elif day == 15:
            event = self.months().get(month)
            if event:
                event()

    def months(self) -> dict[int, Callable[[], None]]:
        return {
            1: self.comes,
            3: self.goes,
            5: self.comes_back,
            6: self.moves,
            7: self.is_flashed,
            8: self.is_cut_off,
            9: self.probe_fails,
            10: self.is_swapped,
        }

    def comes(self) -> None:
        self.site.append(SPARE)
        self.due[f"new {SPARE.address}"] += 1

    def goes(self) -> None:
        self.site.remove(SPARE)
        self.due[f"missing {SPARE.address}"] += 1

    def comes_back(self) -> None:
        self.site.append(SPARE)
        self.due[f"returned {SPARE.address}"] += 1

    def moves(self) -> None:
        self.site[-1] = moved(SPARE, ELSEWHERE)
        self.due[f"changed {ELSEWHERE} address"] += 1

    def is_flashed(self) -> None:
        self.site[10] = replace(self.site[10], firmware="V5.5.0")
        self.due[f"changed {self.site[10].address} firmware"] += 1

    def is_cut_off(self) -> None:
        self.dead = {"10.0.0."}
        self.due["loss network 10.0.0.0/24"] += 1

    def probe_fails(self) -> None:
        self.lost = {("", "sadp")}
        self.due["loss channel sadp"] += 1

    def is_swapped(self) -> None:
        self.site[20] = replace(self.site[20], serial="SN777777", mac="02:00:00:00:07:07")
        self.due[f"new {self.site[20].address}"] += 1
        self.due[f"missing {self.site[20].address}"] += 1

    def tell(self, changes: Changes) -> None:
        """Note what would be told to somebody."""
        for change in changes.changes:
            self.told[f"{change.kind} {change.device.address} {change.what}".rstrip()] += 1
        for loss in changes.fresh_losses:
            self.told[f"loss {loss.what}"] += 1


def live(seed: int, loss: float) -> Year:
    """One year of nights."""
    chance = random.Random(seed)
    year = Year(cameras(CAMERAS))
    year.site[:5] = [replace(camera, channels=("sadp",)) for camera in year.site[:5]]
    memory, terms = Memory(), Terms(3, 3)
    for night in range(NIGHTS):
        year.event(night)
        lost = {(c.address, chance.choice(c.channels)) for c in year.site if chance.random() < loss}
        look = sweep(night, year.site, lost=lost | year.lost, dead=year.dead, targets=[SPARE.address, ELSEWHERE])
        if not night:  # whom the first sweep misses is rightly new in the second
            year.due += Counter(
                f"new {a}" for a, channel in lost for c in year.site if c.channels == (channel,) and c.address == a
            )
        memory, changes = advance(load(dump(memory)), look, terms)
        year.tell(changes)
    return year


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--loss", type=float, default=0.01)
    arguments = parser.parse_args()
    false: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    true = 0
    started = time.perf_counter()
    for seed in range(arguments.years):
        year = live(seed, arguments.loss)
        false += year.told - year.due
        missed += year.due - year.told
        true += (year.told & year.due).total()
    seconds = time.perf_counter() - started
    nights = arguments.years * NIGHTS
    print(f"{nights:,} sweeps of {CAMERAS} cameras, {seconds / nights * 1000:.1f} ms each")
    print(f"true alarms: {true}, missed: {missed.total()}, false alarms: {false.total()}")
    for name, count in (*false.items(), *missed.items()):
        print(f"  {count} x {name}")
    sys.exit(bool(false or missed))


if __name__ == "__main__":
    main()
