from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from camscan.records import Device, Identification, Judged, Level, Verdict
from camscan.reports import FORMATS, select


def test_select_keeps_what_a_rule_named_or_what_behaves_like_a_camera() -> None:
    rule = Identification("r", Level.HINT, None, None, {}, ())
    named = Judged(Device("10.0.0.1", (), identifications=(rule,)), Verdict.SUSPECTED)
    like = Judged(Device("10.0.0.2", (), camera_like=True), Verdict.UNIDENTIFIED)
    printer = Judged(Device("10.0.0.3", ()), Verdict.UNIDENTIFIED)
    assert list(select([printer, like, named], all_hosts=False)) == [like, named]
    assert list(select([printer, like, named], all_hosts=True)) == [printer, like, named]


@pytest.mark.parametrize(
    ("known", "counts"),
    [({}, False), ({"brand": "go2rtc"}, True), ({"conflicts": ("maker",)}, True), ({"camera_like": True}, True)],
)
def test_a_host_that_is_only_known_to_be_something_else_is_not_identified(known: dict[str, Any], counts: bool) -> None:
    rule = Identification("r", Level.HINT, None, None, {"kind": "other"}, ())
    server = Judged(Device("10.0.0.1", (), identifications=(rule,), kind="other", **known), Verdict.UNIDENTIFIED)
    assert list(select([server], all_hosts=False)) == [server] * counts


def test_formats_are_named_once_and_the_table_comes_first() -> None:
    assert [*FORMATS] == [
        *("table", "json", "jsonl", "csv", "html", "xlsx", "markdown", "pdf", "sarif", "netbox", "cyclonedx")
    ]
    assert {form.name for form in FORMATS.values() if form.binary} == {"xlsx", "pdf"}


def test_the_reports_know_no_network_and_load_only_what_they_use() -> None:
    banned = "{'socket', 'asyncio', 'ssl', 'rich.console', 'jinja2', 'xlsxwriter', 'weasyprint'}"
    code = f"import sys, camscan.reports; print(*{banned} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30)
    assert ran.stdout.split() == []
