from __future__ import annotations

from dataclasses import replace

import pytest
from support.sample import make_report

from camscan.records import Device, Judged, Report, Verdict
from camscan.reports import Page
from camscan.reports.markdown import code, render


def lines(report: Report) -> list[str]:
    return "".join(render(report, Page())).splitlines()


def test_sentences_then_devices_then_coverage_then_policies(report: Report) -> None:
    heads = [line for line in lines(report) if line.startswith("#")]
    assert heads == [
        "# 2 listed devices found: 1 made by Dahua, 1 by Hikvision",
        *("## Listed: 2", "## Suspected: 1", "## Unidentified: 1", "## Not listed: 1"),
        *("## Coverage by channel", "## Coverage by network"),
        *("## Inventory", "### Undeclared: 3", "### Matched: 1", "## Policies"),
    ]


def test_a_device_is_a_row_and_those_that_matter_show_their_evidence(report: Report) -> None:
    shown = lines(report)
    cells = ("`10.0.0.25`", "`IPC-B140H`", "`Hikvision`", "`HiLook`", "certain", "`V5.5.84 build 190507`")
    assert f"| {' | '.join(cells)} | `44:19:B6:00:00:01` |" in shown
    at = shown.index("- `10.0.0.25`")
    assert shown[at : at + 7] == [
        "- `10.0.0.25`",
        "  - also at `fe80::4619:b6ff:fe00:1`",
        "  - state: ticketed, `by Ann Lee on 2026-11-20: CHG-4711 <May>`",
        "  - `uk-nil`: `Hangzhou Hikvision Digital Technology Co., Ltd.`, since `2022-11-24`",
        "  - `us-ndaa-889`: `Hikvision`, since `2018-08-13`",
        "  - certain: `sadp.device_description` `IPC-B140H` (`sadp 37020`; by `hikvision-sadp`)",
        "  - likely: `http.server` `App-webs/` (`http 80`; by `hikvision-http-server`)",
    ]
    assert "- `10.0.0.101`" not in shown
    at = shown.index("- `10.0.0.7`")
    returned = "  - state: returned, `removed by Ann Lee on 2026-11-20: =1+1`"
    hangs = "  - `switch port Gi1/0/7 of sw-<hall>-1, where 2 other MACs are too (table of 2026-11-23)`"
    assert shown[at + 1 : at + 4] == [hangs, returned, "  - on a sensitive site"]


@pytest.mark.parametrize(
    ("text", "span"),
    [
        (None, ""),
        ("", ""),
        (" ", ""),
        ("@all <b> [a](x) ![i](y)", "`@all <b> [a](x) ![i](y)`"),
        ("a`b``c", "`a\\x60b\\x60\\x60c`"),
        ("a|b\\|", "`a\\x7cb\\\\x7c`"),
        ("a\nb\r\u202e", "`a\\x0ab\\x0d\\u202e`"),
    ],
)
def test_a_span_ends_where_the_text_ends(text: str | None, span: str) -> None:
    assert code(text) == span


def test_sentences_with_foreign_names_are_no_markup(report: Report) -> None:
    scan = replace(report.scan, site="*x* <b> @all https://x.example www.x.example [a](b) #1 `c` _d_")
    (line,) = (line for line in lines(make_report(scan=scan)) if line.startswith("- Scan "))
    assert r"of \*x\* \<b\> \\x40all https:\\x2f/x.example www\.x.example \[a\](b) \#1 \`c\` \_d\_, 2026-11-24T" in line


def test_an_inventory_and_the_burn_down_are_told_too(report: Report) -> None:
    shown = lines(report)
    assert any(line.startswith("- 4 of 9 listed devices are removed, 1 exempt, 4 remain; ") for line in shown)
    at = shown.index("## Inventory")
    assert shown[at + 2 : at + 14] == [
        "- cameras.xlsx: 4 rows against 3 devices.",
        *("- No estimate: the overlap is too small.", "", "### Undeclared: 3", "", "Found, but not in the list."),
        *("", "| address | reason |", "| --- | --- |", "| `10.0.0.7` | `no row names it` |", ""),
        "2 more are not shown here; camscan reconcile shows all of them.",
    ]


def test_without_devices_there_is_no_table() -> None:
    shown = lines(make_report(devices=(), ledger={}, policies=(), networks=(), reconciled=None))
    assert not [line for line in shown if line.startswith("|")]
    assert shown[0] == "# Nothing can be said: no address could be asked."


def test_every_row_of_a_table_has_as_many_cells() -> None:
    devices = tuple(
        Judged(Device(f"10.0.0.{n}", (), model=text, maker="|", firmware="\\"), Verdict.LISTED)
        for n, text in enumerate(("|", "\\|", "`|`", "a | b |", "\\"))
    )
    rows = [
        line
        for line in lines(make_report(devices=devices, ledger={}, networks=(), reconciled=None))
        if line.startswith("|")
    ]
    assert {row.count("|") for row in rows} == {8}
