"""A table for spreadsheets (RFC 4180): the scalar keys of the `camscan/1` device object."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from itertools import chain

from camscan.records import Judged, Report
from camscan.reports.base import Page
from camscan.reports.document import MAX_TEXT, device_object
from camscan.reports.escape import cell

COLUMNS = (
    *("id", "address", "mac", "hostname", "maker", "brand", "model", "firmware", "serial", "kind", "hidden_channels"),
    *("level", "verdict", "listed_by", "state"),
    *("behind", "slot_number", "slot_name", "slot_online", "slots_total", "slots_named", "slots_listed", "slots_empty"),
    *("slots_cut", "switch_port", "switch_name", "switch_others", "switch_at", "switch_by"),
    "other_addresses",
)
"""`listed_by` holds the policies and `other_addresses` all but the first of `addresses`, joined by ";"; `slot_*`,
`slots_*` and `switch_*` hold what stands below `slot`, `slots` and `switch`."""
_AMONG_SITES = (*COLUMNS, "site")


_PARTS = ("slot", "slots", "switch")
_MARK = "\ufeff"


def lines(rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """Rows of cells, which `escape.cell` has made harmless, as lines."""
    writer = csv.writer(_Echo(), lineterminator="\r\n")
    return (writer.writerow(row) for row in rows)


class _Echo:
    """Hands every line that `csv` writes back to the caller."""

    def write(self, line: str) -> str:
        return line


def render(report: Report, page: Page) -> Iterator[str]:
    """A line of column names, then one line a device."""
    if page.marked:
        yield _MARK
    columns = COLUMNS if page.part is None else _AMONG_SITES
    rows = (_row(judged, report.scan.site, columns) for judged in report.devices)
    yield from lines(rows if page.part else chain((columns,), rows))


def _row(judged: Judged, site: str | None, columns: Iterable[str]) -> Iterator[str]:
    row = device_object(judged) | {"site": site}
    row["listed_by"] = ";".join(dict.fromkeys(listing["policy"] for listing in row["listed_by"]))
    row["other_addresses"] = ";".join(row["addresses"][1:])
    row |= {f"{part}_{key}": value for part in _PARTS for key, value in (row[part] or {}).items()}
    return (_text(row.get(name)) for name in columns)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else cell(str(value), MAX_TEXT)
