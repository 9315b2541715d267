"""What a page shows of a report, ready to be laid out. Texts are raw: whoever writes them escapes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from camscan.records import Outcome, Report, ScanStatus, Verdict
from camscan.reports import charts, grid
from camscan.reports.document import coverage, status
from camscan.reports.findings import findings, listing
from camscan.reports.order import ranked
from camscan.reports.rows import Row
from camscan.reports.words import burndown, left_out
from camscan.scansettings import UNSTORED
from camscan.summaries import Citation, Group, Segment
from camscan.text.wording import plural

_NETWORKS = 256
_MAKERS_IN_A_HEADLINE = 3
_NAMELESS = "a maker without a name"
_MANY = 4_000  # devices beyond which each shows only its strongest proofs, for 20,000 of them are to stay below 30 MB
_EMPTY = {"", "-"}  # what stands in a cell of a reconciliation that holds nothing
_EVIDENCE, LITTLE_EVIDENCE = (40, 3), (2, 1)  # proofs of a device, and answers for each, that are shown

SECTIONS: Mapping[Verdict, str] = {
    Verdict.LISTED: "A chosen policy names their maker, and the evidence is likely or certain.",
    Verdict.SUSPECTED: "Only hints point to a listed maker, or the evidence is in conflict: go and look at the label.",
    Verdict.UNIDENTIFIED: "They behave like surveillance devices, and nothing says who made them.",
    Verdict.NOT_LISTED: "Their maker is known, and no chosen policy names it.",
}
"""Verdict -> what it means, in the order of the page."""
_ALL_UNIDENTIFIED = "Nothing says who made them; some do not even behave like surveillance devices."
"""What it means where every host that answered is shown."""


@dataclass(frozen=True, slots=True)
class Section:
    """The devices of one verdict; `left_out` more are not shown."""

    verdict: Verdict
    meaning: str
    rows: tuple[Row, ...]
    left_out: int

    @property
    def count(self) -> int:
        """All devices of the verdict."""
        return len(self.rows) + self.left_out


@dataclass(frozen=True)
class Sheet:
    """A report, laid out. `most` is how many devices of one verdict are shown (None: all), `maps` how many maps.

    `whole` says that paper, too, gets all evidence.
    """

    report: Report
    rows: tuple[Row, ...]
    most: int | None = None
    maps: int = grid.MAX_BLOCKS
    whole: bool = False

    @property
    def headline(self) -> str:
        """The verdict on the whole, in one sentence."""
        counts = self.counts
        listed, suspected = counts[Verdict.LISTED], counts[Verdict.SUSPECTED]
        which = "among those asked for" if self.report.left_out.get(Verdict.LISTED) else "found"
        if listed:
            return f"{plural(listed, 'listed device')} {which}{self._listed_makers}"
        if not self.rows:
            return self.findings
        where = "" if self._could_look else " where it was possible to look"
        earlier = self.report.progress.unseen if self.report.progress else 0
        others = (
            f"{suspected:,} suspected" if suspected else "",
            f"{earlier:,} known from earlier scans" if earlier else "",
        )
        return ", ".join((f"No listed device {which}{where}", *filter(None, others)))

    @property
    def lead(self) -> str:
        """What the headline leaves open: by which policies, and what is to be done."""
        if not self.rows:
            return ""
        others = left_out(self.report.left_out)
        return f"{self._meaning} {others}." if others else self._meaning

    @property
    def _meaning(self) -> str:
        suspected = self.counts[Verdict.SUSPECTED]
        looks = f" {suspected:,} more {'needs' if suspected == 1 else 'need'} a look at the label." if suspected else ""
        if not self.counts[Verdict.LISTED]:
            return f"Judged by {', '.join(self.report.policies) or 'no policy'}."
        by = listing(self.report) or "one that is not named"
        named = f"Listed means that a policy names the maker ({by}), whatever the label says."
        return f"{named}{self._behind}{looks}"

    @property
    def _behind(self) -> str:
        """How many of the listed devices are at no address that was asked: else the counts seem to contradict."""
        found = sum(row.judged.verdict is Verdict.LISTED and row.device.behind is not None for row in self.rows)
        kind = "is a camera" if found == 1 else "are cameras"
        return f" {found:,} of them {kind} behind a recorder, at no address that was asked." if found else ""

    @property
    def _listed_makers(self) -> str:
        """As ": 14 made by Axis, 7 by Sony, 7 by others", the most frequent first; of one, as ", all made by Axis"."""
        makers = Counter(row.device.maker or "" for row in self.rows if row.judged.verdict is Verdict.LISTED)
        if len(makers) == 1:
            ((maker, count),) = makers.items()
            every = {1: "", 2: "both "}.get(count, "all ")
            return f", {every}made by {maker or _NAMELESS}"
        first = sorted(makers.items(), key=lambda pair: (-pair[1], pair[0]))[:_MAKERS_IN_A_HEADLINE]
        parts = [f"{count:,} by {maker or _NAMELESS}" for maker, count in first]
        if rest := makers.total() - sum(count for _, count in first):
            parts.append(f"{rest:,} by {'another' if rest == 1 else 'others'}")
        return f": {', '.join(parts)}".replace(" by ", " made by ", 1)

    @property
    def findings(self) -> str:
        """How many devices have which verdict, under which policies."""
        return findings(self.report)

    @cached_property
    def counts(self) -> Counter[Verdict]:
        """Devices by verdict."""
        return Counter(row.judged.verdict for row in self.rows)

    @property
    def citations(self) -> list[Citation]:
        """Where the chosen policies are laid down; of one without a citation, its name alone."""
        known = {cited.policy: cited for cited in self.report.citations}
        return [known.get(policy, Citation(policy, "", "", "", "")) for policy in self.report.policies]

    @cached_property
    def coverage(self) -> dict[str, int]:
        """Targets by what became of them, in six outcomes."""
        return {outcome.value: count for outcome, count in coverage(self.report).items()}

    @property
    def is_stored(self) -> bool:
        """Whether the report is on a scan that the store keeps, with its answers."""
        return self.report.scan.id not in UNSTORED

    @property
    def _could_look(self) -> bool:
        """Whether all was asked, and something in each network gave a sign of life."""
        dark = any(not segment.control for segment in self.report.networks)
        return self.is_complete and not self.coverage[Outcome.NOT_SENT] and not dark

    @property
    def asked(self) -> int:
        """Targets to which something was sent."""
        return sum(self.coverage.values()) - self.coverage[Outcome.EXCLUDED] - self.coverage[Outcome.NOT_SENT]

    @property
    def is_complete(self) -> bool:
        """Whether the scan came to its end."""
        return status(self.report.scan) is ScanStatus.COMPLETE

    @property
    def sections(self) -> Iterator[Section]:
        """The devices by verdict, those that need a person first; a verdict without devices is left out."""
        for verdict, meaning in SECTIONS.items():
            rows = tuple(row for row in self.rows if row.judged.verdict is verdict)
            if rows:
                shown = rows[: self.most]
                alike = verdict is not Verdict.UNIDENTIFIED or all(row.device.camera_like for row in rows)
                yield Section(verdict, meaning if alike else _ALL_UNIDENTIFIED, shown, len(rows) - len(shown))

    @cached_property
    def blocks(self) -> list[grid.Block]:
        """The maps that are drawn."""
        return grid.worth_drawing(self._every_block)[: self.maps]

    @property
    def most_evidence(self) -> tuple[int, int]:
        """How many proofs a device shows, and how many answers for each."""
        return _EVIDENCE if len(self.rows) <= _MANY else LITTLE_EVIDENCE

    @property
    def undrawn(self) -> int:
        """Blocks without a map."""
        return len(self._every_block) - len(self.blocks)

    @property
    def legend(self) -> list[str]:
        """The kinds of cell that the maps hold."""
        held = {kind for block in self.blocks for kind in block.cells}
        return [kind for kind in charts.KINDS if kind in held]

    @property
    def makers(self) -> list[charts.Bar]:
        """Devices by maker."""
        return charts.makers(row.judged for row in self.rows)

    @property
    def bar(self) -> tuple[charts.Part, ...]:
        """The coverage as one bar."""
        return charts.stacked(self.coverage)

    @property
    def ledger(self) -> Iterator[tuple[str, list[int]]]:
        """Channel -> counts, one for each of `outcomes`."""
        for channel, counts in sorted(self.report.ledger.items()):
            if channel:
                yield channel, [counts.get(outcome, 0) for outcome in self.outcomes]

    @cached_property
    def outcomes(self) -> list[Outcome]:
        """The outcomes that occur on any channel."""
        held = {Outcome(o) for channel, counts in self.report.ledger.items() if channel for o, n in counts.items() if n}
        return [outcome for outcome in Outcome if outcome in held]

    @property
    def curve(self) -> charts.Curve | None:
        """The burn-down of the site, where there is one."""
        return charts.curve(self.report.progress.curve) if self.report.progress else None

    @property
    def burndown(self) -> str:
        """The burn-down in a sentence."""
        return burndown(self.report.progress) if self.report.progress else ""

    @property
    def removal(self) -> list[tuple[str, int]]:
        """What became of the listed devices of the site: label -> count."""
        whole = self.report.progress
        if not whole:
            return []
        told = (("Known", whole.known), ("Removed", whole.removed), ("Exempt", whole.exempt))
        parts = (("of these returned", whole.returned), ("of these not seen now", whole.unseen))
        return [*told, ("Remaining", whole.remaining), *(part for part in parts if part[1])]

    @property
    def groups(self) -> Iterator[tuple[Group, list[str], list[tuple[str, ...]]]]:
        """Each class of a reconciliation, with heads and rows of the columns in which anything stands."""
        if made := self.report.reconciled:
            for group in made.groups:
                columns = list(zip(made.heads, *group.rows, strict=True))
                filled = [column for column in columns if {*column[1:]} - _EMPTY]
                yield group, [head for head, *_ in filled], list(zip(*(cells for _, *cells in filled), strict=True))

    @property
    def networks(self) -> tuple[Segment, ...]:
        """The coverage by network, as much as a page shows; those without a positive control first."""
        return tuple(sorted(self.report.networks, key=lambda segment: bool(segment.control)))[:_NETWORKS]

    @property
    def more_networks(self) -> int:
        """How many networks are not shown."""
        return len(self.report.networks) - len(self.networks)

    @cached_property
    def _every_block(self) -> list[grid.Block]:
        return grid.blocks(self.report, [row.judged for row in self.rows])


def view(report: Report, most: int | None = None, maps: int = grid.MAX_BLOCKS, *, whole: bool = False) -> Sheet:
    """Lay a report out, with at most `most` devices of a verdict and at most `maps` maps."""
    return Sheet(report, tuple(Row(*pair) for pair in enumerate(ranked(report.devices))), most, maps, whole)
