"""`camscan sample`: what to inspect by hand, drawn at random."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from camscan.cli.parameters import inventories, options
from camscan.cli.parameters.numbers import Decimal, Whole
from camscan.cli.terminal.output import Output, written
from camscan.cli.terminal.telling import mention
from camscan.errors import UsageError
from camscan.reports.escape import terminal

if TYPE_CHECKING:
    from camscan.inventory.rows import Row

SCHEMA = "camscan-sample/1"


@dataclass(frozen=True, slots=True)
class Sample:
    """What was drawn from how many, and how; `items` are addresses, or rows of an inventory with their number."""

    population: int
    confidence: float
    tolerance: float
    seed: int
    items: tuple[dict[str, Any], ...]


@click.command()
@options.targets
@click.option("--inventory", type=inventories.FILE, help="Draw rows of this inventory instead of addresses.")
@inventories.reading
@click.option(
    "--confidence",
    type=Decimal(50, 99.99),
    default=95.0,
    show_default=True,
    metavar="PERCENT",
    help="The confidence level of the result, in percent.",
)
@click.option(
    "--tolerance",
    type=Decimal(0.1, 50),
    default=5.0,
    show_default=True,
    metavar="POINTS",
    help="The margin of error, in percentage points.",
)
@click.option(
    "--seed", type=Whole(0, 2**63 - 1), metavar="N", help="Seed of the draw: the same seed draws the same sample again."
)
@written("table", "json", "csv", "xlsx")
@options.quiet
def sample(
    targets: tuple[str, ...],
    inventory: Path | None,
    reading: inventories.Reading,
    confidence: float,
    tolerance: float,
    seed: int | None,
    out: Output,
) -> None:
    """Draw a random sample of addresses, or of the rows of an inventory, to inspect by hand. No packet is sent.

    The size is that of a simple random sample, for the worst case (a share of one half) and with the correction for
    finite populations (Cochran, Sampling Techniques, 1977, section 4.4).

    \b
    Examples:
      camscan sample 10.20.0.0/22
      camscan sample --inventory cameras.xlsx --tolerance 10 --seed 7 -o visit.xlsx
    """
    import secrets

    from camscan.app.planning.targetfiles import read
    from camscan.inventory.statistics import sample_size
    from camscan.targets import expand, parse
    from camscan.targets.shuffle import permutation

    out.ready()
    reading.check(inventory)
    if bool(targets) == (inventory is not None):
        raise UsageError("give either targets or --inventory FILE to draw the sample from")
    seed = secrets.randbits(32) if seed is None else seed
    if inventory:
        rows = reading.read(inventory).rows
        population, items = len(rows), (_row(rows[at]) for at in permutation(len(rows), seed))
    else:
        aimed = parse(expand(targets, read))
        population, items = aimed.count, ({"address": address} for address in aimed.shuffled(seed))
    size = sample_size(population, confidence / 100, tolerance / 100)
    drawn = Sample(population, confidence, tolerance, seed, tuple(islice(items, size)))
    if out.file or out.format != "table":  # which begins with it
        mention(_told(drawn))
    if out.format == "table":
        out.write_lines(_table(drawn))
    elif out.format == "json":
        out.write(_json(drawn))
    else:
        out.write_table(_told(drawn), "Sample", *_columns(drawn))


def _row(row: Row) -> dict[str, Any]:
    place = {"sheet": row.sheet} if row.sheet else {}
    return {**place, "row_number": row.number, "row": dict(row.named_cells)}


def _flat(item: dict[str, Any]) -> dict[str, Any]:
    """An item without nesting; a column of the list that is called like one of ours gives way."""
    place = {name: value for name, value in item.items() if name != "row"}
    return {**place, **item.get("row", {}), **place}


def _told(drawn: Sample) -> str:
    size, seed = f"{len(drawn.items):,}", f"drawn with --seed {drawn.seed}"
    if len(drawn.items) == drawn.population:
        return f"All {size} {seed}: so few that none can be left out, and a share found among these is exact."
    return (
        f"{size} of {drawn.population:,} {seed}: a share found among these is "
        f"right to within {drawn.tolerance:g} points at {drawn.confidence:g} % confidence."
    )


def _table(drawn: Sample) -> Iterator[str]:
    yield _told(drawn) + "\n"
    for item in drawn.items:
        head, *rest = _flat(item).items()
        first = str(head[1]) if head[0] == "address" else f"{head[0].replace('_number', '')} {head[1]}"
        yield "  ".join([terminal(first), *(terminal(f"{name}: {value}") for name, value in rest if value)]) + "\n"


def _json(drawn: Sample) -> Iterator[str]:
    from camscan.reports.json import document

    told = {name: getattr(drawn, name) for name in ("population", "confidence", "tolerance", "seed")}
    return document({"schema": SCHEMA, **told, "size": len(drawn.items)}, "sample", drawn.items)


def _columns(drawn: Sample) -> tuple[list[str], list[list[str]]]:
    """The names of the columns, and the rows."""
    rows = [_flat(item) for item in drawn.items]
    names = list(dict.fromkeys(name for row in rows for name in row))
    return names, [[str(row.get(name, "")) for name in names] for row in rows]
