"""One device a line: the device object of `camscan/1`, with the scan that it belongs to, and the site among several."""

from __future__ import annotations

from collections.abc import Iterator

from camscan.records import Report
from camscan.reports.base import Page
from camscan.reports.document import device_object
from camscan.reports.json import dumps


def render(report: Report, page: Page) -> Iterator[str]:
    """The devices; nothing where there are none."""
    whence = {"scan": report.scan.id} | ({} if page.part is None else {"site": report.scan.site})
    for judged in report.devices:
        yield dumps({**whence, **device_object(judged)}) + "\n"
