"""`camscan fingerprints evaluate`: how right the rules are on labelled answers."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from camscan.cli.parameters import options
from camscan.cli.parameters.numbers import Decimal
from camscan.cli.terminal.exits import Exit
from camscan.cli.terminal.output import Output, written
from camscan.cli.terminal.telling import tell
from camscan.reports.escape import terminal

if TYPE_CHECKING:
    from camscan.evaluation.figures import Figures
    from camscan.evaluation.tables import Table


@click.command()
@click.argument("path", type=options.Existing(path_type=Path, exists=True))
@click.option(
    "--fail-below",
    type=Decimal(0, 1),
    metavar="SHARE",
    help="Exit with 1 if precision at likely, or recall at any level, is below this, such as 0.98; ambiguous "
    "answers do not count.",
)
@click.option(
    "--misses",
    is_flag=True,
    help="List every miss, every false claim, and every wrong or missing attribute; json always does.",
)
@options.judging
@written("table", "json", "markdown")
def evaluate(path: Path, fail_below: float | None, misses: bool, judging: options.Judging, out: Output) -> None:
    """Measure the rules on labelled answers: PATH is a JSON file of them, or a folder of such files.

    \b
    Examples:
      camscan fingerprints evaluate tests/corpus
      camscan fingerprints evaluate answers.json --misses --fail-below 0.98
      camscan fingerprints evaluate answers.json --output accuracy.md
    """
    from camscan.evaluation.corpus import read
    from camscan.evaluation.document import document
    from camscan.evaluation.figures import figures
    from camscan.evaluation.markdown import markdown
    from camscan.evaluation.score import score

    corpus = read(path)
    tell(*(f"Warning: left out: {fault}" for fault in corpus.faults))
    criteria = judging.criteria()
    found = figures(tuple(score(corpus.entries, criteria.rules, criteria.policies)))
    shown = {"json": document, "markdown": markdown}.get(out.format, partial(_shown, misses=misses))
    out.write(shown(found))
    if fail_below is not None and found.least < fail_below:
        tell(f"Error: {found.least:.3f} is below {fail_below}: see the misses with --misses")
        sys.exit(Exit.FAILED)


def _shown(found: Figures, *, misses: bool) -> Iterator[str]:
    from camscan.evaluation.score import Mark
    from camscan.evaluation.tables import details, differences, tables
    from camscan.text.wording import plural

    yield (
        f"{plural(found.answers, 'answer')}, {found.unknown} of them of unknown makers, {found.ambiguous} ambiguous; "
        f"{plural(len(found.misses), 'miss')}, {plural(len(found.false_claims), 'false claim')}\n"
    )
    for table in tables(found):
        yield f"\n{table.title}\n"
        yield from _lines(table)
    if not misses:
        return
    wrong = differences(found, Mark.WRONG, Mark.MISSING)
    for title, table in (
        ("Misses", details(found.misses)),
        ("False claims", details(found.false_claims)),
        ("Attributes that are wrong or missing", wrong),
    ):
        yield f"\n{title}\n"
        yield from _lines(table, figures=False) if table.rows else ["  none\n"]


def _lines(table: Table, *, figures: bool = True) -> Iterator[str]:
    """The rows in columns, the first to the left and figures to the right."""
    from camscan.reports.columns import lines

    rows = [tuple(map(terminal, row)) for row in (table.header, *table.rows)]
    return (f"  {one}" for one in lines(rows, range(1, len(table.header)) if figures else ()))
