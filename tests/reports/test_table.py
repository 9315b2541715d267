from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from rich.cells import cell_len
from support.sample import make_report

from camscan.records import Device, Evidence, Identification, Judged, Level, Report, Verdict
from camscan.reports import Page
from camscan.reports.table import render


def lines(report: Report, page: Page) -> list[str]:
    return "".join(render(report, page)).splitlines()


def body(report: Report, page: Page) -> list[str]:
    """What follows the sentences."""
    shown = lines(report, page)
    return shown[shown.index("") + 1 :]


@pytest.mark.parametrize("width", [80, 100, 140, 200])
def test_no_line_is_wider_than_the_page(report: Report, width: int) -> None:
    assert max(map(cell_len, lines(report, Page(width)))) <= width


@pytest.mark.parametrize("width", range(40, 80))
def test_a_word_is_never_torn(report: Report, width: int) -> None:
    assert "us-ndaa-889" in "".join(render(report, Page(width))).split(".", 1)[0]


def test_wide_characters_are_counted_as_two() -> None:
    devices = tuple(
        Judged(Device(f"10.0.0.{n}", (), maker="Hanwha Vision", brand="海康" * n, model="威视" * 30), Verdict.LISTED)
        for n in range(1, 9)
    )
    shown = body(make_report(devices=devices), Page(80))
    assert {cell_len(line[: line.index("威")]) for line in shown[1:]} == {shown[0].index("model")}
    assert max(map(cell_len, shown)) <= 80


def test_the_evidence_stands_beside_where_there_is_room_and_below_where_not(report: Report) -> None:
    assert len(body(report, Page(300))) == 6
    assert body(report, Page(300))[0].endswith("level    evidence")
    assert len(body(report, Page(80))) == 14
    assert body(report, Page(80))[0].endswith("level")


def test_the_evidence_stands_below_where_a_conflict_would_hide_it() -> None:
    rule = Identification("r", Level.LIKELY, None, None, {}, (Evidence("http", 80, "http.server", "App-webs/", ""),))
    device = Device("10.0.0.5", (), identifications=(rule,), conflicts=("claims the address 192.168.100.108",))
    report = make_report(devices=(Judged(device, Verdict.SUSPECTED),))
    shown = "conflict: claims the address 192.168.100.108; http.server: App-webs/"
    assert body(report, Page(140))[1].endswith(shown)
    assert body(report, Page(100))[2].strip() == shown


def test_what_was_found_has_a_line_of_its_own_where_a_conflict_takes_the_first(report: Report) -> None:
    shown = body(report, Page(80))
    at = next(number for number, line in enumerate(shown) if "conflict:" in line)
    assert [line.strip() for line in shown[at : at + 2]] == [
        "conflict: 10.0.0.9 answered with two MAC addresses",
        "mac.prefix: 4419B6",
    ]
    assert [line for line in shown if len(line) > 80] == []
    assert "two MAC addresses; mac.prefix: 4419B6" in "\n".join(body(report, Page(90)))


def test_listed_first_then_by_address_as_a_number() -> None:
    order = [
        ("10.0.0.9", Verdict.LISTED),
        ("10.0.0.10", Verdict.LISTED),
        ("fd00::9", Verdict.LISTED),
        ("fd00::10", Verdict.LISTED),
        ("not an address", Verdict.LISTED),
        ("10.0.0.8", Verdict.SUSPECTED),
        ("10.0.0.7", Verdict.NOT_LISTED),
        ("10.0.0.6", Verdict.UNIDENTIFIED),
    ]
    devices = tuple(Judged(Device(address, ()), verdict) for address, verdict in reversed(order))
    shown = body(make_report(devices=devices), Page(80))[1:]
    assert [line.split("  ")[0] for line in shown] == [verdict for _, verdict in order]
    assert all(address in line for (address, _), line in zip(order, shown, strict=True))


@pytest.mark.parametrize(("width", "columns"), [(60, 4), (73, 4), (74, 6), (80, 6)])
def test_where_columns_have_no_room_the_label_gives_way_to_the_maker(width: int, columns: int) -> None:
    other = Device("192.168.100.10", (), maker="Hanwha Vision", brand="Wisenet Brand", model="XNV-6080R-1234")
    own = Device("192.168.100.11", (), maker="Hanwha Vision", brand="Hanwha Vision", model="XNV-6081R-1234")
    devices = tuple(Judged(device, Verdict.UNIDENTIFIED) for device in (other, own))
    head, *rows = body(make_report(devices=devices), Page(width))
    assert len(head.split()) == columns
    assert max(map(cell_len, rows)) <= width
    if columns == 4:
        assert [row.strip() for row in rows[1::2]] == ["Wisenet Brand XNV-6080R-1234", "XNV-6081R-1234"]
        rows = rows[::2]
    assert [row[30:43] for row in rows] == ["Hanwha Vision"] * 2


def test_an_address_is_never_cut() -> None:
    address = "2001:db8:1111:2222:3333:4444:5555:6666"
    device = Device(address, (address,), maker="Hanwha Vision", brand="B" * 40, model="M" * 40, level=Level.CERTAIN)
    judged = (Judged(device, Verdict.LISTED),)
    assert body(make_report(devices=judged), Page(80))[1] == f"listed   {address}  Hanwha Vision  certain"
    assert body(make_report(devices=judged), Page(60))[1] == f"listed   {address}  Hanwh…  certain"


@pytest.mark.parametrize(
    ("conflicts", "values", "channels", "shown"),
    [
        ((), ["App-webs/"], None, "http.server: App-webs/"),
        ((), ["a", "b", "c"], None, "http.server: c (+2)"),
        ((), ["a", "b", "a"], None, "http.server: a (+1)"),
        ((), ["a", "a"], None, "http.server: a"),
        (("two MACs", "two serials"), ["a"], None, "conflict: two MACs; http.server: a"),
        ((), [], None, "answers like a camera"),
        ((), [], 4, "answers like a camera; states 4 attached cameras"),
        ((), ["x" * 100], None, "http.server: " + "x" * 59 + "…"),
    ],
)
def test_the_reason_is_one_short_line(
    conflicts: tuple[str, ...], values: Sequence[str], channels: int | None, shown: str
) -> None:
    rules = tuple(
        Identification(f"r{n}", Level(n + 1), None, None, {}, (Evidence("http", 80, "http.server", value, ""),))
        for n, value in enumerate(values)
    )
    device = Device(
        "10.0.0.5", (), identifications=rules, conflicts=conflicts, camera_like=True, hidden_channels=channels
    )
    head, row = body(make_report(devices=(Judged(device, Verdict.SUSPECTED),)), Page(160))
    assert row[head.index("evidence") :] == shown


def test_a_suspect_says_who_else_may_have_made_it() -> None:
    """A recorder of a maker on no list was suspected, and no word said why."""
    rules = tuple(
        Identification(maker, Level.HINT, maker, None, {}, (Evidence("http", 80, "http.server", "x", ""),))
        for maker in ("Bosch", "Dahua")
    )
    device = Device("10.0.0.5", (), maker="Bosch", identifications=rules)
    said = "the evidence also names Dahua; http.server: x"
    assert said in body(make_report(devices=(Judged(device, Verdict.SUSPECTED),)), Page(160))[1]
    assert said not in body(make_report(devices=(Judged(device, Verdict.NOT_LISTED),)), Page(160))[1]


def test_colour_is_only_in_the_verdict(report: Report) -> None:
    plain, coloured = body(report, Page(300)), body(report, Page(300, colour=True))
    assert "\x1b" not in "".join(plain)
    assert coloured[1] == plain[1].replace("listed", "\x1b[1;31mlisted\x1b[0m", 1)
    assert [line.count("\x1b") for line in coloured] == [0, 2, 2, 2, 2, 2]


def test_a_report_without_devices_says_so_only_with_its_coverage() -> None:
    shown = lines(make_report(devices=()), Page(80))
    assert shown[:2] == [
        "None found: no address that was asked shows a surveillance device.",
        "249 addresses asked: 12 answered, 3 refused, 230 silent, 4 unreachable.",
    ]
    assert "" not in shown


def test_of_chosen_devices_the_table_says_how_far_was_looked_and_no_more() -> None:
    judged = Judged(Device("10.0.0.5", ()), Verdict.LISTED)
    whole = make_report(devices=(judged,))
    chosen = replace(whole, left_out={Verdict.LISTED: 3})
    shown = lines(chosen, Page(200))
    told = [line.split()[0] for line in shown[: shown.index("")]]
    assert told == ["Of", "249", "7", "The", "Scan"]
    assert len(told) < lines(whole, Page(200)).index("")
    nobody = replace(chosen, devices=())
    assert [line for line in lines(nobody, Page(200)) if line.startswith("Note: ")]


@pytest.mark.parametrize("width", [0, 1, 13, 39])
def test_a_tiny_page_is_survived(report: Report, width: int) -> None:
    assert lines(report, Page(width)) == lines(report, Page(40))
