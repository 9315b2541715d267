from __future__ import annotations

import json

from support.sample import make_report

from camscan.records import Report
from camscan.reports import Page
from camscan.reports.document import device_object
from camscan.reports.jsonl import render


def test_a_line_is_the_device_object_and_its_scan(report: Report) -> None:
    lines = list(render(report, Page()))
    assert all(line.endswith("}\n") and line.count("\n") == 1 for line in lines)
    assert [json.loads(line) for line in lines] == [
        {"scan": report.scan.id, "site": "harbour", "started_at": "2026-11-24T01:00:00.250Z", **device_object(judged)}
        for judged in report.devices
    ]


def test_no_device_no_line() -> None:
    assert list(render(make_report(devices=()), Page())) == []
