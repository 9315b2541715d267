"""One row a site: when its scan looked, how far it got, and what it found. Texts are raw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from camscan.records import Origin, Outcome, Report, ScanStatus, Verdict
from camscan.reports.blindness import could_look
from camscan.reports.document import coverage
from camscan.reports.findings import summary
from camscan.reports.limits import asked, ending, passive
from camscan.reports.words import burndown
from camscan.reports.workbook import Cell, Columns
from camscan.text.wording import heading, plural

SITE = ("Site", 24)
_VERDICTS = (Verdict.LISTED, Verdict.SUSPECTED, Verdict.NOT_LISTED, Verdict.UNIDENTIFIED)
_COUNTS: Columns = (
    *(("Asked", 10), ("Answered", 11), ("Not asked", 11)),
    *((heading(verdict.value), 13) for verdict in _VERDICTS),
    *(("Left out", 10), ("Removed", 10), ("Exempt", 10), ("Not seen", 10)),
)
COUNTED = frozenset(head for head, _ in _COUNTS)  # heads of columns that hold numbers
COLUMNS: Columns = (SITE, ("Last scan (UTC)", 18), ("Status", 16), *_COUNTS, ("In words", 120), ("Scan", 36))
_NOBODY_ASKED = {Origin.DISCOVER: "discovered", Origin.LISTEN: "listened", Origin.IMPORT: "imported"}
BLIND = "could not look"


def name(report: Report) -> str:
    """What the site of a report is called."""
    return report.scan.site or "(no site)"


class Overview:
    """Makes the rows, and sums them up."""

    def __init__(self) -> None:
        self._statuses, self._sums = Counter[str](), Counter[int]()
        self.latest = datetime.min.replace(tzinfo=UTC)  # when the latest scan of all rows began

    def row(self, report: Report) -> Sequence[Cell]:
        """The row of a site. A count is empty where nothing is known: 0 says that somebody has looked."""
        scan, status, counts = report.scan, _status(report), tuple(_counts(report))
        self.latest = max(self.latest, scan.started_at)
        self._statuses[status] += 1
        self._sums.update({column: count for column, count in enumerate(counts) if count is not None})
        told = (*summary(report), burndown(report.progress) if report.progress else "")
        words = " ".join(filter(None, told))
        return (name(report), f"{scan.started_at:%Y-%m-%d %H:%M}", status, *counts, words, scan.id)

    @property
    def whole(self) -> Sequence[Cell]:
        """All rows together."""
        ended = ", ".join(f"{count:,} {status}" for status, count in sorted(self._statuses.items()))
        counts = (self._sums.get(column) for column in range(len(_COUNTS)))
        return ("All", None, plural(self._statuses.total(), "site"), *counts, ended, None)


def _status(report: Report) -> str:
    scan = report.scan
    if scan.origin in _NOBODY_ASKED:
        return _NOBODY_ASKED[scan.origin]
    has_ended = scan.status in (ScanStatus.COMPLETE, ScanStatus.PARTIAL)
    return BLIND if has_ended and not _is_told(report) else ending(scan.status)


def _counts(report: Report) -> Iterator[int | None]:
    """One for each of `_COUNTS`."""
    covered, progress = coverage(report), report.progress
    heard = bool(passive(report))
    yield None if heard else asked(covered)
    yield covered[Outcome.ANSWERED]
    yield None if heard else covered[Outcome.EXCLUDED] + covered[Outcome.NOT_SENT]
    found = Counter(judged.verdict for judged in report.devices)
    yield from (found[verdict] if _is_told(report) else None for verdict in _VERDICTS)
    yield sum(report.left_out.values()) or None
    yield progress.removed if progress else None
    yield progress.exempt if progress else None
    yield progress.unseen if progress else None


def _is_told(report: Report) -> bool:
    """Whether a verdict that no device has says that there is none."""
    return bool(report.devices or report.left_out) or could_look(report)
