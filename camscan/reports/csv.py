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
    *("level", "verdict", "listed_by", "state"),
    *("behind", "slot_number", "slot_name", "slot_online", "slots_total", "slots_named", "slots_listed", "slots_empty"),
)
"""`listed_by` holds the policies, joined by ";"; `slot_*` and `slots_*` hold what stands below `slot` and `slots`."""


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
        row |= {f"{part}_{key}": value for part in ("slot", "slots") for key, value in (row[part] or {}).items()}
        yield writer.writerow(_text(row.get(name)) for name in COLUMNS)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else cell(str(value), MAX_TEXT)
