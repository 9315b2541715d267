"""From scored answers to figures: precision and recall by maker, by channel, of targets, and what was confused."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from camscan.evaluation.score import Mark, Scored
from camscan.records import Verdict


@dataclass(slots=True)
class Tally:
    """Counts of answers of one maker or channel, and of claims; `likely` counts only those at `likely` or `certain`."""

    answers: int = 0
    right: int = 0
    right_likely: int = 0
    claims: int = 0
    claims_likely: int = 0

    def add_claim(self, *, right: bool, likely: bool) -> None:
        """Count one more claim."""
        self.claims += 1
        self.claims_likely += likely
        self.right += right
        self.right_likely += right and likely

    @property
    def recall(self) -> float | None:
        """Of the answers, the share whose maker was named, at whatever level."""
        return _share(self.right, self.answers)

    @property
    def recall_likely(self) -> float | None:
        """Of the answers, the share whose maker was named at `likely` or `certain`."""
        return _share(self.right_likely, self.answers)

    @property
    def precision(self) -> float | None:
        """Of the claims, the share that is right."""
        return _share(self.right, self.claims)

    @property
    def precision_likely(self) -> float | None:
        """Of the claims at `likely` or `certain`, the share that is right."""
        return _share(self.right_likely, self.claims_likely)


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that a report on accuracy shows.

    `targets` are the makers that the corpus marks as targets. Answers whose maker nobody knows are negatives: they
    count in no recall, and against a precision only where a target is claimed.
    """

    answers: int
    unknown: int
    ambiguous: int
    targets: frozenset[str]
    overall: Tally
    clear: Tally  # the same without answers that are marked as ambiguous
    target: Tally
    by_maker: Mapping[str, Tally]
    by_channel: Mapping[str, Tally]
    marks: Mapping[str, Mapping[Mark, int]]
    target_marks: Mapping[str, Mapping[Mark, int]]  # the same of answers of targets alone
    verdicts: Mapping[tuple[Verdict, Verdict], int]  # (expected, given) -> answers, of those whose maker is known
    unknown_verdicts: Mapping[Verdict, int]  # the verdicts given on the others: which would be right, nobody knows
    confused: Mapping[tuple[str, str], int]
    """(label's maker, other maker that was named) -> answers; "" is a maker that nobody knows."""
    scored: tuple[Scored, ...]
    misses: tuple[Scored, ...]  # answers whose maker is known, and was not named
    false_claims: tuple[Scored, ...]
    """Answers of which a wrong maker is claimed at `likely` or `certain`; of unknown makers, where it is a target."""

    @property
    def least(self) -> float:
        """The lower of precision at `likely` and recall at any level, over answers that are not ambiguous."""
        return min(share for share in (self.clear.precision_likely, self.clear.recall, 1.0) if share is not None)


def figures(scored: Sequence[Scored]) -> Figures:
    """Count it all."""
    targets = frozenset(one.maker for one in scored if one.entry.truth.is_target and one.maker)
    known = [one for one in scored if one.maker is not None]
    counted = [one for one in scored if one.maker is not None or (one.is_likely and one.named in targets)]
    makers: defaultdict[str, Tally] = defaultdict(Tally)
    for one in counted:
        _count_maker(makers, one)
    return Figures(
        answers=len(scored),
        unknown=len(scored) - len(known),
        ambiguous=sum(one.entry.ambiguous for one in scored),
        targets=targets,
        overall=_tally(counted),
        clear=_tally(one for one in counted if not one.entry.ambiguous),
        target=_target_tally(scored, targets),
        by_maker=dict(sorted(makers.items(), key=lambda item: (-item[1].answers, item[0].casefold()))),
        by_channel=_by(counted, lambda one: one.entry.channel),
        marks=_mark_counts(scored),
        target_marks=_mark_counts(one for one in scored if one.entry.truth.is_target),
        verdicts=Counter((one.expected, one.verdict) for one in known),
        unknown_verdicts=Counter(one.verdict for one in scored if one.maker is None),
        confused=Counter((one.maker or "", one.named) for one in counted if one.named and not one.is_right),
        scored=tuple(scored),
        misses=tuple(one for one in known if not one.is_right),
        false_claims=tuple(one for one in counted if one.is_likely and not one.is_right),
    )


def _count(tally: Tally, one: Scored) -> None:
    tally.answers += one.maker is not None
    if one.named is not None:
        tally.add_claim(right=one.is_right, likely=one.is_likely)


def _tally(scored: Iterable[Scored]) -> Tally:
    tally = Tally()
    for one in scored:
        _count(tally, one)
    return tally


def _count_maker(makers: defaultdict[str, Tally], one: Scored) -> None:
    """An answer counts for its own maker; a claim for the one that is claimed."""
    if one.maker is not None:
        makers[one.maker].answers += 1
    if one.named is not None:
        makers[one.named].add_claim(right=one.is_right, likely=one.is_likely)


def _target_tally(scored: Iterable[Scored], targets: frozenset[str]) -> Tally:
    """Targets against everything else: whether it is one, whichever."""
    tally = Tally()
    for one in scored:
        tally.answers += one.entry.truth.is_target
        if one.named in targets:
            tally.add_claim(right=one.entry.truth.is_target, likely=one.is_likely)
    return tally


def _by(scored: Iterable[Scored], name: Callable[[Scored], str]) -> Mapping[str, Tally]:
    tallies: defaultdict[str, Tally] = defaultdict(Tally)
    for one in scored:
        _count(tallies[name(one)], one)
    return dict(sorted(tallies.items()))


def _mark_counts(scored: Iterable[Scored]) -> Mapping[str, Mapping[Mark, int]]:
    counts: defaultdict[str, Counter[Mark]] = defaultdict(Counter)
    for one in scored:
        for name, mark in one.marks.items():
            counts[name][mark] += 1
    return {name: counts[name] for name in ("brand", "model", "firmware", "serial", "kind") if name in counts}


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
