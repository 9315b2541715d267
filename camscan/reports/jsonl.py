"""One device a line: the device object of `camscan/1`, with the scan that it belongs to, its site and its beginning.

A line is read by itself, by what collects events: it must tell when and where.
"""

from __future__ import annotations

from collections.abc import Iterator

from camscan.records import Report
from camscan.reports.base import Page
from camscan.reports.document import device_object
from camscan.reports.json import dumps
from camscan.text.timestamps import utc


def render(report: Report, _page: Page) -> Iterator[str]:
    """The devices; nothing where there are none."""
    scan = report.scan
    whence = {"scan": scan.id, "site": scan.site, "started_at": utc(scan.started_at)}
    for judged in report.devices:
        yield dumps({**whence, **device_object(judged)}) + "\n"
