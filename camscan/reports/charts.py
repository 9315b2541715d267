"""Drawings as SVG path data: a sign for each kind of cell, bars. Numbers in, numbers out: no text of a peer.

Signs differ in shape, so that nobody needs the colours to tell them apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from camscan.records import Judged, Outcome, Verdict
from camscan.summaries import Point

CELL = 20  # units from one cell of a map to the next
COLUMNS = 32
CURVE = (600, 140)  # width and height of a curve
_TAIL = 30  # units for which the last count is drawn on

PALETTE: Mapping[str, str] = {
    Verdict.LISTED: "#b42318",
    Verdict.SUSPECTED: "#a95700",
    Verdict.NOT_LISTED: "#1f7a54",
    Verdict.UNIDENTIFIED: "#56606e",
    Outcome.ANSWERED: "#6b7684",
    Outcome.REFUSED: "#7b8695",
    Outcome.SILENT: "#838d9b",
    Outcome.UNREACHABLE: "#8b6f1a",
    Outcome.EXCLUDED: "#808a97",
    Outcome.NOT_SENT: "#8b6f1a",
}
"""Kind of cell -> its colour on white, as in the page's style sheet: for what applies none to drawings."""

BARS: Mapping[str, str] = {
    **PALETTE,
    Outcome.ANSWERED: "#3d4654",
    Outcome.REFUSED: "#8b95a3",
    Outcome.SILENT: "#cdd4dc",
    Outcome.EXCLUDED: "#dde2e8",
    Outcome.NOT_SENT: "#a95700",
}
"""The same for the parts of a bar, which have no shape to be told by."""

_SIGNS: Mapping[str, str] = {
    Verdict.LISTED: "m3 3h14v14h-14z",
    Verdict.SUSPECTED: "m10 2.5 8 14.5h-16z",
    Verdict.NOT_LISTED: "m3 10a7 7 0 1 0 14 0a7 7 0 1 0-14 0z",
    Verdict.UNIDENTIFIED: "m3 10a7 7 0 1 0 14 0a7 7 0 1 0-14 0zm3 0a4 4 0 1 1 8 0a4 4 0 1 1-8 0z",
    Outcome.ANSWERED: "m6 10a4 4 0 1 0 8 0a4 4 0 1 0-8 0z",
    Outcome.REFUSED: "m6 10a4 4 0 1 0 8 0a4 4 0 1 0-8 0zm2 0a2 2 0 1 1 4 0a2 2 0 1 1-4 0z",
    Outcome.SILENT: "m8.5 8.5h3v3h-3z",
    Outcome.UNREACHABLE: "m4 6 2-2 4 4 4-4 2 2-4 4 4 4-2 2-4-4-4 4-2-2 4-4z",
    Outcome.EXCLUDED: "m5 9h10v2h-10z",
    Outcome.NOT_SENT: "m5 13.5 8.5-8.5 1.5 1.5-8.5 8.5z",
}
KINDS = tuple(_SIGNS)  # every kind of cell, in the order of a legend


class Part(NamedTuple):
    """Of a bar, in percent of the longest one of its chart."""

    kind: str
    start: float
    length: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a bar chart."""

    name: str
    count: int
    parts: tuple[Part, ...]
    text: str


def sign(kind: str, *offsets: int) -> str:
    """Path data of a kind's sign, at each of these cells of a block; alone, it fills a square of `CELL` units."""
    return "".join(f"M{x} {y}{_SIGNS[kind]}" for x, y in map(_corner, offsets or (0,)))


def makers(devices: Iterable[Judged], most: int = 8) -> list[Bar]:
    """Devices by maker: those with most listed devices first, and then by suspected ones and by all.

    Makers beyond the first `most` make one row, and so do devices without one.
    """
    counts: dict[str, Counter[str]] = {}
    for judged in devices:
        counts.setdefault(judged.device.maker or "", Counter())[judged.verdict] += 1
    nobody = counts.pop("", Counter())
    order = sorted(counts, key=lambda maker: (*_gravity(counts[maker]), maker))
    rows = [(maker, counts[maker]) for maker in order[:most]]
    if rest := order[most:]:
        rows.append((f"{len(rest):,} more makers", sum((counts[maker] for maker in rest), Counter())))
    if nobody:
        rows.append(("no maker named", nobody))
    longest = max((count.total() for _, count in rows), default=1)
    return [Bar(name, count.total(), _parts(count, longest), _spelled(count)) for name, count in rows]


def _gravity(counts: Counter[str]) -> tuple[int, int, int]:
    return -counts[Verdict.LISTED], -counts[Verdict.SUSPECTED], -counts.total()


def stacked(counts: Mapping[str, int]) -> tuple[Part, ...]:
    """The parts of one bar that is as long as all counts together."""
    return _parts(counts, sum(counts.values()) or 1)


@dataclass(frozen=True, slots=True)
class Curve:
    """Counts over days as steps, in a box of `CURVE` units: the steps, the area below, and what stands at the axes."""

    line: str
    area: str
    top: int
    first: str
    last: str


def curve(points: Sequence[Point]) -> Curve | None:
    """The burn-down; None where it has no two days to draw."""
    if len(points) < 2:
        return None
    first, last, top = points[0].day, points[-1].day, max(point.remaining for point in points) or 1
    days = (last - first).days or 1
    width = CURVE[0] - _TAIL
    steps = [
        (round(width * (point.day - first).days / days, 1), round(CURVE[1] * (1 - point.remaining / top), 1))
        for point in points
    ]
    line = f"M0 {steps[0][1]}{''.join(f'H{x}V{y}' for x, y in steps[1:])}H{CURVE[0]}"
    return Curve(line, f"{line}V{CURVE[1]}H0Z", top, first.isoformat(), last.isoformat())


def _corner(offset: int) -> tuple[int, int]:
    row, column = divmod(offset, COLUMNS)
    return column * CELL, row * CELL


def _parts(counts: Mapping[str, int], whole: int) -> tuple[Part, ...]:
    start, parts = 0, []
    for kind in KINDS:
        if count := counts.get(kind, 0):
            parts.append(Part(kind, round(100 * start / whole, 3), round(100 * count / whole, 3)))
            start += count
    return tuple(parts)


def _spelled(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {kind.replace('-', ' ')}" for kind in KINDS if (count := counts.get(kind, 0)))
