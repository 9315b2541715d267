"""What a page shows of a report, ready to be laid out. Texts are raw: whoever writes them escapes them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from camscan.records import Outcome, Report, Scan, ScanStatus, Verdict
from camscan.reports import charts, grid
from camscan.reports.document import coverage, status
from camscan.reports.order import ranked
from camscan.reports.rows import Row
from camscan.reports.sentences import burndown, findings, limits, passive, urgent
from camscan.reports.words import many
from camscan.summaries import Citation, Segment

_MAPS_AT_FIRST = 6
"""Blocks that are drawn unfolded."""
_NETWORKS = 256
_MAKERS_IN_A_HEADLINE = 3
_MANY = 4_000
"""Devices beyond which each shows only its strongest proofs, for 20,000 of them are to stay below 30 MB."""
_LOGIN = "login"
"""The channel of a scan that may use enrolled logins."""
_EVIDENCE, _LITTLE_EVIDENCE = (40, 3), (2, 1)
"""Proofs of a device, and answers for each, that are shown."""

SECTIONS: Mapping[Verdict, str] = {
    Verdict.LISTED: "Their maker is on a chosen policy, and the evidence is likely or certain.",
    Verdict.SUSPECTED: "Only hints speak for a listed maker, or the evidence is in conflict: go and look at the label.",
    Verdict.UNIDENTIFIED: "They behave like surveillance devices, and nothing says who made them.",
    Verdict.NOT_LISTED: "Their maker is known, and is on none of the chosen policies.",
}
"""Verdict -> what it means, in the order of the page."""


@dataclass(frozen=True, slots=True)
class Section:
    """The devices of one verdict; `left_out` more are not shown."""

    verdict: Verdict
    meaning: str
    rows: tuple[Row, ...]
    left_out: int = 0

    @property
    def count(self) -> int:
        """All devices of the verdict."""
        return len(self.rows) + self.left_out


@dataclass(frozen=True)
class Sheet:
    """A report, laid out. `most` is how many devices of one verdict are shown (None: all), `maps` how many maps."""

    report: Report
    rows: tuple[Row, ...]
    most: int | None = None
    maps: int = grid.MAX_BLOCKS

    @property
    def scan(self) -> Scan:
        """The scan that the report is about."""
        return self.report.scan

    @property
    def headline(self) -> str:
        """The verdict on the whole, in one sentence."""
        counts = self.counts
        listed, suspected = counts[Verdict.LISTED], counts[Verdict.SUSPECTED]
        if listed:
            return f"{many(listed, 'listed device')} found: {self._listed_makers}"
        if not self.rows:
            return self.findings
        where = " where it was possible to look" if self.blind or not self.is_complete else ""
        return f"No listed device found{where}{f', {suspected:,} suspected' if suspected else ''}"

    @property
    def lead(self) -> str:
        """What the headline leaves open: by which policies, and what is to be done."""
        if not self.rows:
            return ""
        suspected = self.counts[Verdict.SUSPECTED]
        looks = f" {suspected:,} more {'needs' if suspected == 1 else 'need'} a look at the label." if suspected else ""
        if not self.counts[Verdict.LISTED]:
            return f"Judged by {', '.join(self.report.policies) or 'no policy'}."
        return f"Listed: made by a company that {self._listing} names, whatever the label says.{looks}"

    @property
    def _listed_makers(self) -> str:
        """As "14 made by Axis, 14 by Sony, 7 by others"; the most frequent first."""
        makers = Counter(row.device.maker or "" for row in self.rows if row.judged.verdict is Verdict.LISTED)
        first = sorted(makers.items(), key=lambda pair: (-pair[1], pair[0]))[:_MAKERS_IN_A_HEADLINE]
        parts = [f"{count:,} by {maker or 'a maker without a name'}" for maker, count in first]
        if rest := makers.total() - sum(count for _, count in first):
            parts.append(f"{rest:,} by {'another' if rest == 1 else 'others'}")
        return ", ".join(parts).replace(" by ", " made by ", 1)

    @property
    def _listing(self) -> str:
        """The policies that list a device, as "uk-nil, us-fcc-covered or us-ndaa-889"."""
        listing = {by for row in self.rows if row.judged.verdict is Verdict.LISTED for by in row.policies}
        *others, last = [policy for policy in self.report.policies if policy in listing] or ["a policy"]
        return " or ".join(filter(None, (", ".join(others), last)))

    @property
    def findings(self) -> str:
        """How many devices have which verdict, under which policies."""
        return findings(self.report)

    @property
    def passive(self) -> str:
        """What was covered where nobody was asked by address; "" where somebody was."""
        return passive(self.report)

    @cached_property
    def urgent(self) -> list[str]:
        """What cannot wait."""
        return list(urgent(self.report))

    @cached_property
    def limits(self) -> list[str]:
        """What was covered, what was not, and what it took."""
        return list(limits(self.report))

    @cached_property
    def counts(self) -> Counter[Verdict]:
        """Devices by verdict."""
        return Counter(row.judged.verdict for row in self.rows)

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """All verdicts, in the order of the page."""
        return tuple(SECTIONS)

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
    def blind(self) -> int:
        """Targets about which nothing can be said, though they were asked for."""
        return self.coverage[Outcome.UNREACHABLE] + self.coverage[Outcome.NOT_SENT]

    @property
    def asked(self) -> int:
        """Targets to which something was sent."""
        return sum(self.coverage.values()) - self.coverage[Outcome.EXCLUDED] - self.coverage[Outcome.NOT_SENT]

    @property
    def is_complete(self) -> bool:
        """Whether the scan came to its end."""
        return status(self.scan) is ScanStatus.COMPLETE

    @property
    def logs_in(self) -> bool:
        """Whether enrolled devices were asked with their login."""
        return _LOGIN in self.scan.channels

    @property
    def status(self) -> str:
        """How the scan ended."""
        return status(self.scan).value

    @property
    def sections(self) -> Iterator[Section]:
        """The devices by verdict, those that need a person first; a verdict without devices is left out."""
        for verdict, meaning in SECTIONS.items():
            rows = tuple(row for row in self.rows if row.judged.verdict is verdict)
            if rows:
                shown = rows[: self.most]
                yield Section(verdict, meaning, shown, len(rows) - len(shown))

    @cached_property
    def blocks(self) -> list[grid.Block]:
        """The maps that are drawn."""
        return grid.worth_drawing(self._every_block)[: self.maps]

    @property
    def maps_at_first(self) -> int:
        """How many maps are not folded away."""
        return _MAPS_AT_FIRST

    @property
    def most_evidence(self) -> tuple[int, int]:
        """How many proofs a device shows, and how many answers for each."""
        return _EVIDENCE if len(self.rows) <= _MANY else _LITTLE_EVIDENCE

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
    def bar(self) -> tuple[tuple[str, float, float], ...]:
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
    def networks(self) -> tuple[Segment, ...]:
        """The coverage by network, as much as a page shows; those without a positive control first."""
        return tuple(sorted(self.report.networks, key=lambda segment: bool(segment.control)))[:_NETWORKS]

    @property
    def more_networks(self) -> int:
        """How many networks are not shown."""
        return len(self.report.networks) - len(self.networks)

    @property
    def method(self) -> list[tuple[str, str]]:
        """What was asked, from where, how fast: label -> text."""
        scan = self.scan
        told = (
            ("Scan", scan.id),
            ("Site", scan.site),
            ("Began", moment(scan.started_at)),
            ("Ended", moment(scan.finished_at) if scan.finished_at else "never"),
            ("Status", self.status),
            ("Seen from", ", ".join((scan.vantage.host, *scan.vantage.interfaces))),
            ("Source addresses", ", ".join(map(" ".join, scan.vantage.sources))),
            ("Targets", ", ".join(scan.targets)),
            ("Excluded", ", ".join(scan.excluded)),
            ("Channels", ", ".join(scan.channels)),
            ("Choices", ", ".join(_choices(scan))),
            ("Made with", ", ".join(f"{name} {version}" for name, version in self.report.tools.items())),
        )
        return [(label, text) for label, text in told if text]

    @cached_property
    def _every_block(self) -> list[grid.Block]:
        return grid.blocks(self.report, [row.judged for row in self.rows])


def view(report: Report, most: int | None = None, maps: int = grid.MAX_BLOCKS) -> Sheet:
    """Lay a report out, with at most `most` devices of a verdict and at most `maps` maps."""
    return Sheet(report, tuple(Row(*pair) for pair in enumerate(ranked(report.devices))), most, maps)


def moment(at: datetime) -> str:
    """A moment for people, in UTC, as "24 November 2026, 01:00 UTC"."""
    at = at.astimezone(UTC)
    return f"{at.day} {at:%B %Y, %H:%M} UTC"


def _choices(scan: Scan) -> Iterator[str]:
    """What the user chose, as "profile gentle"; what holds nothing is left out."""
    try:
        kept = json.loads(scan.settings.get("choices", "{}"))
    except ValueError:
        return
    if isinstance(kept, dict):
        for name, value in kept.items():
            if value and not isinstance(value, list):
                yield f"{name.replace('_', ' ')}{'' if value is True else f' {value}'}"
