"""How a scan was done: what was asked, from where and how."""

from __future__ import annotations

import json
from collections.abc import Iterator

from camscan.records import Report, Scan
from camscan.reports.document import status
from camscan.reports.words import moment


def method(report: Report) -> list[tuple[str, str]]:
    """What was asked, from where, how fast: label -> text."""
    scan = report.scan
    told = (
        ("Scan", scan.id),
        ("Site", scan.site),
        ("Began", moment(scan.started_at)),
        ("Ended", moment(scan.finished_at) if scan.finished_at else "never"),
        ("Status", status(scan).value),
        ("Seen from", ", ".join((scan.vantage.host, *scan.vantage.interfaces))),
        ("Source addresses", ", ".join(map(" ".join, scan.vantage.sources))),
        ("Targets", ", ".join(scan.targets)),
        ("Excluded", ", ".join(scan.excluded)),
        ("Channels", ", ".join(scan.channels)),
        ("Choices", ", ".join(_choices(scan))),
        ("Made with", ", ".join(f"{name} {version}" for name, version in report.tools.items())),
    )
    return [(label, text) for label, text in told if text]


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
