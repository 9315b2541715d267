"""The report as one HTML page, which needs nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from camscan.records import Report
from camscan.reports import sitespage
from camscan.reports.base import Page
from camscan.reports.pages import filled
from camscan.reports.view import Sheet, view

SHOWN_ROWS = 100
"""Devices of one table that the page shows at a time where its script runs; a browser lays out thousands slowly."""


def render(report: Report, shown_on: Page) -> Iterator[str]:
    """The page."""
    return page(view(report, whole=shown_on.whole))


def page(sheet: Sheet) -> Iterator[str]:
    """The page that shows `sheet`, in pieces."""
    return filled("report.html.j2", sheet=sheet, shown_rows=SHOWN_ROWS)


def render_each(reports: Iterable[Report], _page: Page) -> Iterator[str]:
    """A page of several sites."""
    return sitespage.render_each(reports)
