"""One page of several sites: what is where, what is not known, and no more devices than a browser bears."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from support.crowd import HOSTILE
from support.sample import make_report

from camscan.records import Device, Judged, Outcome, Report, ScanStatus, Verdict
from camscan.reports import FORMATS, Page, html
from camscan.summaries import State

SILENT: dict[str, Any] = {"ledger": {"": {Outcome.SILENT: 5}}, "targets": 5, "outcomes": {}}


def site(name: str | None, *devices: Judged, status: ScanStatus = ScanStatus.COMPLETE, **changes: object) -> Report:
    report = make_report(devices=devices, progress=None, networks=(), **changes)
    return replace(report, scan=replace(report.scan, site=name, status=status))


def page(*reports: Report) -> str:
    return "".join(map(str, FORMATS["html"].render_each(reports, Page())))


def texts(shown: str, tag: str) -> Sequence[str]:
    found = re.findall(rf"<{tag}[ >].*?</{tag}>", shown, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]*>", " ", text).split()) for text in found]


def device(address: str, verdict: Verdict = Verdict.LISTED) -> Judged:
    return Judged(Device(address, (address,), maker="Acme"), verdict)


def test_it_says_how_many_there_are_and_at_which_sites() -> None:
    devices = (device("10.0.0.1"), device("10.0.0.2"), device("10.0.0.3", Verdict.SUSPECTED))
    shown = page(site("yard", *devices), site("depot"), site(None, device("10.0.0.9")))
    assert texts(shown, "h1") == ["3 listed devices at 2 of 3 sites"]
    assert texts(shown, "h2")[-5:] == ["Sites", "Devices", "yard", "(no site)", "Policies"]
    assert re.findall(r'href="#(site-\d)"', shown) == re.findall(r'id="(site-\d)"', shown) == ["site-0", "site-2"]
    assert sorted(re.findall(r'<tbody id="(d\d+)"', shown)) == ["d0", "d1", "d2", "d3"]
    rows = [row for row in texts(shown, "tr") if row.startswith(("yard", "depot", "All"))]
    assert [("complete" in row or "3 sites" in row) for row in rows] == [True, True, True]
    assert any("a site that was never scanned is not here" in text for text in texts(shown, "p"))


def test_listed_devices_that_were_not_asked_for_are_not_said_to_be_absent() -> None:
    left_out = {Verdict.LISTED: 3}
    none = page(site("yard", device("10.0.0.3", Verdict.NOT_LISTED), left_out=left_out), site("depot"))
    some = page(site("yard", device("10.0.0.1"), left_out=left_out), site("depot"))
    all_listed = page(site("yard", device("10.0.0.1"), left_out={Verdict.NOT_LISTED: 3}))
    assert [texts(shown, "h1")[0] for shown in (none, some, all_listed)] == [
        "No listed device among those asked for at 2 sites",
        "1 listed device among those asked for at 1 of 2 sites",
        "1 listed device at 1 of 1 site",
    ]


def test_sites_that_could_not_be_looked_at_come_first() -> None:
    shown = page(site("yard", **SILENT), site("depot", status=ScanStatus.PARTIAL))
    assert texts(shown, "h1") == [
        "No listed device found at 1 site where it was possible to look; nothing can be said of 1 other"
    ]
    alerts = texts(shown, "li")
    assert alerts[:2] == [
        "Could not look: yard Nothing can be said of these sites.",
        "Partial: depot There may be more than the latest scan shows.",
    ]
    assert "No device is to be shown." in shown


def test_what_has_come_back_is_said_first_and_where() -> None:
    back = replace(device("10.0.0.1"), state=State.RETURNED)
    shown = page(site("yard", back, device("10.0.0.2")), site("depot", back), site("quay", device("10.0.0.3")))
    assert texts(shown, "li")[0] == "RETURNED: 2 devices recorded as removed are back: yard, depot"
    assert not texts(page(site("quay", device("10.0.0.3"))), "li")


def test_where_no_site_could_be_looked_at_none_is_said_to_be_clean() -> None:
    pages = (page(site("yard", **SILENT)), page(site("yard", **SILENT), site("depot", **SILENT)))
    assert [texts(shown, "h1")[0] for shown in (*pages, page(site("yard", **SILENT), site("depot")))] == [
        "Nothing can be said of 1 site: it could not be looked at",
        "Nothing can be said of 2 sites: none of them could be looked at",
        "No listed device found at 1 site; nothing can be said of 1 other",
    ]


def test_it_shows_no_more_than_a_browser_bears(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "MOST", 3)
    devices = [device(f"10.0.0.{number}") for number in range(1, 5)]
    shown = page(site("yard", *devices[:2]), site("depot", *devices[2:]), site("quay", *devices))
    assert shown.count("<tbody id=") == 3
    assert "1 more is not shown here" in shown
    assert "5 more are not shown here" in shown
    assert texts(shown, "h1") == ["8 listed devices at 3 of 3 sites"]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_name_is_markup(text: str) -> None:
    hostile = Judged(Device(text, (text,), maker="Acme", model=text, hostname=text), Verdict.LISTED)
    plain = page(site("yard", device("10.0.0.1")))
    shown = page(site(text, hostile))
    assert shown.count("<script") == plain.count("<script") == 1
    assert not re.search(r"<(?:img|iframe|b onclick)|[\x00-\x08\x1b\x7f]", shown.split("</head>")[1])
    shown.encode()
