"""A table for spreadsheets (RFC 4180): the scalar keys of the `camscan/1` device object."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from camscan.records import Report
from camscan.reports.base import Page
from camscan.reports.document import MAX_TEXT, device_object
from camscan.reports.escape import cell

COLUMNS = (
    *("id", "address", "mac", "hostname", "maker", "brand", "model", "firmware", "serial", "kind", "hidden_channels"),
    *("level", "verdict", "listed_by"),
)
"""`listed_by` holds the policies, joined by ";"."""


class Echo:
    """Hands every line that `csv` writes back to the caller."""

    def write(self, line: str) -> str:
        """The line as it came."""
        return line


def render(report: Report, _page: Page) -> Iterator[str]:
    """A line of column names, then one line a device."""
    writer = csv.writer(Echo(), lineterminator="\r\n")
    yield writer.writerow(COLUMNS)
    for judged in report.devices:
        row = device_object(judged)
        row["listed_by"] = ";".join(dict.fromkeys(listing["policy"] for listing in row["listed_by"]))
        yield writer.writerow("" if row[name] is None else cell(str(row[name]), MAX_TEXT) for name in COLUMNS)
