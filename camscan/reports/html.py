"""The report as one HTML page, which needs nothing else; of several sites, a row for each, then the devices of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import IO

from markupsafe import Markup

from camscan.records import Report, Verdict
from camscan.reports.base import Page
from camscan.reports.order import ranked
from camscan.reports.pages import filled
from camscan.reports.rows import Row
from camscan.reports.sites import BLIND, COLUMNS, COUNTED, Overview, name
from camscan.reports.view import LITTLE_EVIDENCE, Sheet, view
from camscan.reports.workbook import Cell
from camscan.summaries import Citation, State
from camscan.text.wording import are, heading, plural

SHOWN_ROWS = 100
"""Devices of one table that the page shows at a time where its script runs; a browser lays out thousands slowly."""


def render(report: Report, shown_on: Page) -> Iterator[str]:
    """The page."""
    return page(view(report, whole=shown_on.whole))


def page(sheet: Sheet) -> Iterator[str]:
    """The page that shows `sheet`, in pieces."""
    return filled("report.html.j2", sheet=sheet, shown_rows=SHOWN_ROWS)


MOST = 2_000  # devices that the page shows; a browser is slow with many more, and `xlsx` has all of them
_HEADS = tuple(head for head, _ in COLUMNS)
_UNSHOWN = frozenset({"In words", "Scan"})  # columns that are too wide for the page, or for programs
_COMPLETE = frozenset({"complete", "discovered", "listened", "imported"})


@dataclass
class Estate:
    """What is known of all sites, once the last of them has been read. `left_out` devices are not shown."""

    rows: list[Mapping[str, Cell]] = field(default_factory=list)
    whole: Mapping[str, Cell] = field(default_factory=dict)
    policies: dict[str, None] = field(default_factory=dict)
    citations: dict[str, Citation] = field(default_factory=dict)
    linked: set[int] = field(default_factory=set)  # the places in `rows` of sites of which the page shows devices
    shown: int = 0
    left_out: int = 0
    returned: dict[str, int] = field(default_factory=dict)
    """Site -> how many devices are back there that were recorded as removed."""
    has_others_listed: bool = False  # whether there are listed devices that were not asked for

    @property
    def heads(self) -> list[str]:
        """The columns that hold anything."""
        return [head for head in _HEADS if head not in _UNSHOWN and any(row[head] is not None for row in self.rows)]

    @property
    def headline(self) -> str:
        """How many listed devices there are, and at how many sites."""
        listed = sum(self._count(row, Verdict.LISTED) for row in self.rows)
        at = sum(bool(self._count(row, Verdict.LISTED)) for row in self.rows)
        sites = plural(len(self.rows), "site")
        earlier = sum(int(row["Not seen"] or 0) for row in self.rows)
        known = f", {earlier:,} more known from earlier scans" if earlier else ""
        which = "among those asked for" if self.has_others_listed else "found"
        if listed:
            among = f" {which}" if self.has_others_listed else ""
            return f"{plural(listed, 'listed device')}{among} at {at:,} of {sites}{known}"
        blind = len(self.doubtful.get(BLIND, ()))
        if blind == len(self.rows):
            why = "it could not" if blind == 1 else "none of them could"
            return f"Nothing can be said of {sites}: {why} be looked at{known}"
        where = " where it was possible to look" if self.doubtful.keys() - {BLIND} else ""
        rest = f"; nothing can be said of {plural(blind, 'other')}" if blind else ""
        return f"No listed device {which} at {plural(len(self.rows) - blind, 'site')}{where}{rest}{known}"

    @property
    def doubtful(self) -> Mapping[str, list[str]]:
        """How scans ended that tell less than they should -> their sites."""
        found: dict[str, list[str]] = {}
        for row in self.rows:
            if (status := str(row["Status"])) not in _COMPLETE:
                found.setdefault(status, []).append(str(row["Site"]))
        return found

    @property
    def back(self) -> str:
        """That devices are back that were recorded as removed, and where."""
        count = sum(self.returned.values())
        devices = f"{plural(count, 'device')} recorded as removed {are(count)} back"
        return f"RETURNED: {devices}: {', '.join(self.returned)}" if count else ""

    @staticmethod
    def _count(row: Mapping[str, Cell], verdict: Verdict) -> int:
        return int(row[heading(verdict.value)] or 0)


def render_each(reports: Iterable[Report], _page: Page) -> Iterator[str]:
    """The page. What it tells of each site lies on the disk until all have been read: there may be thousands."""
    estate, overview = Estate(), Overview()
    with TemporaryFile("w+", encoding="utf-8", errors="surrogatepass", newline="") as file:
        for number, report in enumerate(reports):
            estate.rows.append(dict(zip(_HEADS, overview.row(report), strict=True)))
            estate.has_others_listed |= bool(report.left_out.get(Verdict.LISTED))
            if back := sum(judged.state is State.RETURNED for judged in report.devices):
                estate.returned[name(report)] = back
            estate.policies |= dict.fromkeys(report.policies)
            estate.citations |= {cited.policy: cited for cited in report.citations}
            _write_site(estate, number, report, file)
        estate.whole = dict(zip(_HEADS, overview.whole, strict=True))
        file.seek(0)
        pieces = map(Markup, file)
        yield from filled("sites.html.j2", estate=estate, pieces=pieces, latest=overview.latest, counted=COUNTED)


def _write_site(estate: Estate, number: int, report: Report, file: IO[str]) -> None:
    """Write what the page shows of the devices of a site, as far as it has room."""
    rows = tuple(Row(at, judged) for at, judged in enumerate(ranked(report.devices), estate.shown))
    shown = rows[: MOST - estate.shown]
    estate.shown += len(shown)
    estate.left_out += len(rows) - len(shown)
    if shown:
        estate.linked.add(number)
        sheet, told = Sheet(report, shown), str(estate.rows[number]["In words"])
        left_out = len(rows) - len(shown)
        given = {"sheet": sheet, "site": name(report), "words": told, "most": LITTLE_EVIDENCE, "left_out": left_out}
        file.writelines(filled("site.html.j2", number=number, **given))
