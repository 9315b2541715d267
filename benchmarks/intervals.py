"""The true coverage of the intervals in which the inventory's estimates say that the size of a fleet lies.

Run: python benchmarks/intervals.py
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import isinf
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from camscan.inventory.statistics import MIN_OVERLAP, Size, chao, chapman

FLEETS = 2_000
"""Simulated fleets for each line of the table: the share is then right to within one point."""


@dataclass(frozen=True)
class Fleet:
    """So many devices, and how likely each source is to see one. `hidden` of them are seen by the sources `weakened`
    only `left` as often: they have their protocols switched off, or stand behind a filter."""

    name: str
    size: int
    sources: tuple[float, ...]
    hidden: float = 0.0
    left: float = 0.1
    weakened: tuple[int, ...] = ()

    def seen(self, draw: random.Random) -> list[tuple[bool, ...]]:
        """A capture history for each device that any source sees; the inventory is the first source."""
        found = []
        for _ in range(self.size):
            hides = draw.random() < self.hidden
            odds = (p * self.left if hides and at in self.weakened else p for at, p in enumerate(self.sources))
            found.append(tuple(draw.random() < p for p in odds))
        return [history for history in found if any(history)]


NETWORK = (1, 2, 3)
FLEET = (
    *(Fleet("two sources, independent", size, (0.9, 0.8)) for size in (30, 100, 1_000)),
    *(Fleet("two sources, both nearly complete", size, (0.97, 0.97)) for size in (30, 100, 1_000)),
    *(Fleet("two sources, both poor", size, (0.4, 0.5)) for size in (100, 1_000)),
    *(Fleet("four sources, independent", size, (0.85, 0.7, 0.6, 0.8)) for size in (30, 100, 1_000)),
    *(Fleet("four sources, poor, independent", size, (0.4, 0.3, 0.3, 0.3)) for size in (100, 1_000)),
    *(
        Fleet("a fifth hides from all channels", size, (0.85, 0.7, 0.6, 0.8), 0.2, 0.1, NETWORK)
        for size in (100, 1_000)
    ),
    *(
        Fleet("a fifth hides from channels and list", size, (0.85, 0.7, 0.6, 0.8), 0.2, 0.3, (0, *NETWORK))
        for size in (100, 1_000)
    ),
)


def main() -> None:
    """How often the 95 % interval holds the true size, over many fleets of known size."""
    print(f"== true coverage of the 95 % intervals, {FLEETS:,} fleets each")
    print(f"   {'fleet':<38}{'size':>6}  {'estimate':<30}{'refused':>8}{'holds':>8}{'low<=':>8}{'median':>8}")
    for fleet in FLEET:
        draw = random.Random(7)
        histories = [fleet.seen(draw) for _ in range(FLEETS)]
        for name, method in methods(fleet):
            report(fleet, name, [method(seen) for seen in histories])


def methods(fleet: Fleet) -> Iterator[tuple[str, Callable[[list[tuple[bool, ...]]], Size | None]]]:
    if len(fleet.sources) > 2:
        yield "Chao, all sources", by_chao
    yield "Chapman, inventory and network", by_chapman


def by_chao(seen: list[tuple[bool, ...]]) -> Size | None:
    counts = Counter(map(sum, seen))
    only = [sum(history[at] for history in seen if sum(history) == 1) for at in range(len(seen[0]))]
    return chao(only, counts[2], len(seen)) if len(seen) - counts[1] >= MIN_OVERLAP else None


def by_chapman(seen: list[tuple[bool, ...]]) -> Size | None:
    first, second = sum(history[0] for history in seen), sum(any(history[1:]) for history in seen)
    both = first + second - len(seen)
    return chapman(first, second, both) if both >= MIN_OVERLAP else None


def report(fleet: Fleet, name: str, sizes: list[Size | None]) -> None:
    made = [size for size in sizes if size]
    refused = 1 - len(made) / len(sizes)
    # The true size is a whole number, and so is what the interval is shown as.
    holds = sum(round(size.low) <= fleet.size and (isinf(size.high) or fleet.size <= round(size.high)) for size in made)
    below = sum(round(size.low) <= fleet.size for size in made)
    median = sorted(size.value for size in made)[len(made) // 2] / fleet.size if made else 0.0
    shares = "".join(f"{part / max(len(made), 1):>8.1%}" for part in (holds, below))
    print(f"   {fleet.name:<38}{fleet.size:>6,}  {name:<30}{refused:>8.1%}{shares}{median:>8.3f}")


if __name__ == "__main__":
    main()
