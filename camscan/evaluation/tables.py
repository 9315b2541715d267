"""The tables of a report on accuracy, as rows of text: what the terminal and the Markdown page share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from camscan.evaluation.figures import Figures, Tally
from camscan.evaluation.score import Mark, Scored
from camscan.records import Verdict

_SHARES = ("recall", "recall, likely", "precision", "precision, likely")


@dataclass(frozen=True, slots=True)
class Table:
    """A titled table; the first column is text, the others are figures."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tables(found: Figures) -> Iterator[Table]:
    """Every table that has rows."""
    summary = (
        ("makers, all answers", found.overall),
        ("makers, without ambiguous answers", found.clear),
        ("targets against all others", found.target),
    )
    yield _of_tallies("Overall", "", dict(summary))
    yield _of_tallies("By channel", "channel", found.by_channel)
    yield _of_tallies("By maker", "maker", found.by_maker)
    yield _of_marks("Attributes", found.marks)
    if found.target_marks:
        yield _of_marks("Attributes of targets", found.target_marks)
    yield Table("Verdicts", ("expected", *(verdict.value for verdict in Verdict)), tuple(_verdicts(found)))
    if found.confused:
        rows = tuple(
            (maker or "unknown", other, str(count)) for (maker, other), count in sorted(found.confused.items())
        )
        yield Table("Confused makers", ("label", "named instead", "answers"), rows)


def details(scored: Sequence[Scored]) -> Table:
    """What was claimed of single answers, and by which rules."""
    rows = tuple(
        (
            one.entry.id,
            one.entry.channel,
            (one.maker or "unknown") + (" (ambiguous)" if one.entry.ambiguous else ""),
            f"{one.named} ({one.level})" if one.named else "none",
            ", ".join(one.rules) or "none",
        )
        for one in scored
    )
    return Table("", ("answer", "channel", "label", "named", "rules"), rows)


def differences(found: Figures, *marks: Mark) -> Table:
    """The attributes of single answers that are not as their labels have them."""
    rows = tuple(
        (one.entry.id, name, wanted, str(given))
        for one in found.scored
        for name, mark, wanted, given in one.compared()
        if mark in marks
    )
    return Table("", ("answer", "attribute", "label", "found"), rows)


def percent(share: float | None) -> str:
    """A share in percent, rounded down so that 100 % means all; "" where there is none."""
    return "" if share is None else f"{int(share * 1000) / 10:.1f} %"


def _of_tallies(title: str, name: str, tallies: Mapping[str, Tally]) -> Table:
    rows = tuple((name, str(tally.answers), str(tally.claims), *_shares(tally)) for name, tally in tallies.items())
    return Table(title, (name, "answers", "claims", *_SHARES), rows)


def _shares(tally: Tally) -> tuple[str, ...]:
    shares = (tally.recall, tally.recall_likely, tally.precision, tally.precision_likely)
    return tuple(percent(share) for share in shares)


def _of_marks(title: str, marks: Mapping[str, Mapping[Mark, int]]) -> Table:
    rows = tuple(
        (name, *(str(counts.get(mark, 0)) for mark in Mark), percent(counts.get(Mark.RIGHT, 0) / sum(counts.values())))
        for name, counts in marks.items()
    )
    return Table(title, ("attribute", *(mark.value for mark in Mark), "right"), rows)


def _verdicts(found: Figures) -> Iterator[tuple[str, ...]]:
    for expected in Verdict:
        counts = [found.verdicts.get((expected, given), 0) for given in Verdict]
        if any(counts):
            yield (expected.value, *map(str, counts))
    if found.unknown:
        yield ("unknown maker", *(str(found.unknown_verdicts.get(given, 0)) for given in Verdict))
