"""The report on accuracy as a Markdown page. The same corpus and rules give the same page, byte for byte."""

from __future__ import annotations

from collections.abc import Iterator

from camscan.evaluation.figures import Figures
from camscan.evaluation.score import Mark
from camscan.evaluation.tables import Table, details, differences, tables

_HEAD = """# Accuracy

Measured by `make accuracy` on the labelled answers in `tests/corpus`; do not edit this page.

Each answer is read as `camscan identify` reads a pasted one, and judged alone, as if its device had said nothing else.
*Recall* is the share of answers whose maker was named, *precision* the share of named makers that are right; *likely*
counts only what is claimed at level `likely` or `certain`. A MAC prefix or a shared icon is never more than a hint, so
recall at `likely` is lower by design. Answers whose maker nobody knows are negatives: they count in no recall, and
against precision where a target is claimed. The verdicts on them have a row of their own: none can be called wrong, but
`listed` says that a rule names a maker of whom the label does not tell. Ambiguous answers are those that alone do not
tell what their label says.
"""


def markdown(found: Figures) -> Iterator[str]:
    """The page in pieces."""
    yield _HEAD
    yield (
        f"\n{found.answers} answers: {found.answers - found.unknown} of known makers, {found.unknown} of unknown ones; "
        f"{found.ambiguous} are ambiguous. Targets: {', '.join(sorted(found.targets)) or 'none'}.\n"
    )
    for table in tables(found):
        yield f"\n## {table.title}\n\n"
        yield from _rows(table)
    details_of = (
        ("Misses", details(found.misses)),
        ("False claims", details(found.false_claims)),
        ("Wrong attributes", differences(found, Mark.WRONG)),
    )
    for title, table in details_of:
        yield f"\n## {title}\n\n"
        yield from _rows(table) if table.rows else ["None.\n"]


def _rows(table: Table) -> Iterator[str]:
    yield _row(table.header)
    yield "|---" + "|---:" * (len(table.header) - 1) + "|\n" if table.title else "|---" * len(table.header) + "|\n"
    for row in table.rows:
        yield _row(row)


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(map(_escaped, cells))} |\n"


def _escaped(text: str) -> str:
    """Text of a corpus is data: no cell of it can end a cell or begin a link."""
    return "".join(f"\\{letter}" if letter in "\\|`*_[]<>" else letter for letter in " ".join(text.split()))
