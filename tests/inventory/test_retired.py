"""Rows of devices that are no longer in use: what says so, and what is true where one of them answers all the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from support.inventories import coverage, device, held, row

from camscan.inventory.completeness import estimate
from camscan.inventory.reading import read_inventory
from camscan.inventory.reconcile import Class
from camscan.inventory.retired import is_retired_sheet, is_retired_status, is_yes
from camscan.inventory.summary import summarise
from camscan.records import Outcome

GONE = "'Decommissioned'"


@pytest.mark.parametrize(
    "text",
    [
        *("Decommissioned", "REMOVED 2024-03", "out of use since May", "Written-off", "scrapped (fire)"),
        *("No longer in use", "no longer in service since May"),
        *("außer Betrieb", "Ausser  Betrieb", "demontiert", "Déposée", "Retiré", "hors service"),
        *("Retirado", "Dado de baja", "Baja (2024)", "Archived", "Sold", "gestohlen"),
        *("Dismesso", "buiten gebruik", "Usunięty", "Vyřazeno", "Демонтирована", "已拆除", "撤去済み", "폐기"),
    ],
)
def test_words_for_what_is_over(text: str) -> None:
    assert is_retired_status(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "In use",
        "active",
        "aktiv",
        "in Betrieb",
        "To be removed",
        "Retire in 2027",
        "not removed",
        "planned",
        "offline",
        "defekt",
    ],
)
def test_what_may_be_in_its_place_is_not_over(text: str) -> None:
    assert not is_retired_status(text)


def test_what_is_to_be_over_is_not_over_yet() -> None:
    year = datetime.now(UTC).year + 1
    told = (f"Decommissioned {year}", f"Demontiert ab 01.06.{year}", f"Ausgebaut geplant {year}", "Removed: no")
    assert not any(map(is_retired_status, told))
    assert is_retired_status(f"Decommissioned {year - 2}, no longer needed")


def test_words_that_begin_like_a_month_or_end_like_a_device_in_use_are_none() -> None:
    year = datetime.now(UTC).year
    told = (f"Decommissioned {year}", f"Decommissioned ({year})", f"Removed by Decker {year}", f"Out of service {year}")
    ended = ("Ausgemustert, nicht mehr aktiv", "Decommissioned, no longer active", "Removed (was never active)")
    assert all(map(is_retired_status, told + ended))


def test_the_name_of_a_sheet_says_nothing_else() -> None:
    over = ("Decommissioned", "Removed cameras 2024", "Außer Betrieb", "Cameras out of use", "No longer in use")
    others = ("Removed duplicates", "Cameras", "In use", "2024", "")
    assert [is_retired_sheet(name) for name in (*over, *others)] == [True] * len(over) + [False] * len(others)


def test_a_no_in_a_column_of_what_is_over() -> None:
    said: tuple[str, ...] = ("2024-05-01", "01.05.2024", "x", "✓", "Yes", "Ann Noble")
    denied: tuple[str, ...] = ("No", "FALSE", "nein", "Não", "0", "00.00.0000", "no (planned for 2027)", "not yet")
    denied += ("never", "active", "Aktiv", "in use", "in Betrieb", "en service", "ongoing", "使用中")
    said += ("in 2024", "en mars 2024", "Mai 2024")
    assert [is_yes(text) for text in (*said, *denied)] == [True] * len(said) + [False] * len(denied)


def test_a_date_that_is_yet_to_come_or_none_at_all_takes_nothing_out_of_use() -> None:
    today = datetime.now(UTC).date()
    past: tuple[str, ...] = (
        today.isoformat(),
        f"{today.year}-01-01",
        f"31.12.{today.year - 1}",
        "1999-05-01",
        "4/2000",
        "Q3 2021",
    )
    years = today.year + 1, today.year + 5
    ways = ("%Y-%m-%d 00:00:00", "%d.%m.%Y", "%Y/%m/%d", "%m/%d/%Y", "%d/%m/%Y")  # the last two may mean two days
    to_come: tuple[str, ...] = (f"{years[0]}", f"31.12.{years[1]}", f"planned for {years[0]}")
    to_come += tuple(f"{today + timedelta(days=1):{way}}" for way in ways[:3])
    past += tuple(f"{today:{way}}" for way in ways)
    unset = ("1/0/1900", "1899-12-30", "30/12/1899")
    past += ("45123", f"01.05.{today.year % 100 - 1}", f"15 Jan {today.year}", f"01/{today.year}")
    to_come += (f"01.05.{today.year % 100 + 1}", f"{(today - date(1899, 12, 30)).days + 1}")
    if today.month > 2:  # a quarter is over with its last month
        past += (f"Q1/{today.year}",)
    if today.month < 12:  # then nothing of this year is yet to come that is told by its month
        to_come += (f"15 Dec {today.year}", f"Dez. {today.year}", f"12/{today.year}", f"Q4 {today.year}")
    assert [is_yes(text) for text in past] == [True] * len(past)
    assert [is_yes(text) for text in (*to_come, *unset)] == [False] * (len(to_come) + len(unset))


def test_status_date_and_sheet_say_it(tmp_path: Path) -> None:
    lines = [("IP address", "Status", "Date removed"), ("10.0.0.1", "In use", ""), ("10.0.0.2", "Decommissioned", "")]
    lines += [("10.0.0.3", "", "2024-05-01"), ("10.0.0.4", "Active", "n/a")]
    path = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        sheets = workbook.add_worksheet("Cameras"), workbook.add_worksheet("Decommissioned")
        for number, line in enumerate(lines):
            sheets[0].write_row(number, 0, line)
        sheets[1].write_column(0, 0, ("IP address", "10.0.0.5"))
    assert {row.addresses[0]: row.retired for row in read_inventory(path).rows} == {
        "10.0.0.1": None,
        "10.0.0.2": GONE,
        "10.0.0.3": "Date removed '2024-05-01'",
        "10.0.0.4": None,
        "10.0.0.5": "sheet 'Decommissioned'",
    }


@pytest.mark.parametrize("name", ["Removal due", "Removal date", "Planned removal", "Interface status"])
def test_a_column_of_what_is_to_come_says_nothing(written: Callable[..., Path], name: str) -> None:
    [row] = read_inventory(written(f"IP,{name}\n10.0.0.1,2027-05-01\n")).rows
    assert row.retired is None


def test_one_that_answers_is_a_conflict_and_one_that_does_not_is_no_error() -> None:
    rows = [row(1, "10.0.0.1", make="Axis", retired=GONE), row(2, "10.0.0.2", make="Axis", retired=GONE)]
    covered = coverage({"10.0.0.1": Outcome.ANSWERED, "10.0.0.2": Outcome.SILENT})
    there, gone = held(rows, [device("10.0.0.1", maker="Axis")], covered)
    over = "the list says that it is no longer in use ('Decommissioned')"
    assert (there.cls, there.reason) == (Class.CONFLICT, f"address, make agree; {over}, and it answers")
    silent = "10.0.0.2 was asked on 1 channel and is silent"
    assert (gone.cls, gone.reason) == (Class.RETIRED, f"{over}, and it was not found; {silent}")
    summary = summarise((there, gone))
    rates = (summary.recall, summary.precision, summary.accuracy)
    assert [rate and (rate.count, rate.total) for rate in rates] == [(0, 1), (1, 1), (0, 1)]
    assert estimate([there]).estimates[0].listed == 0
    assert estimate([gone]).estimates[0].seen == 0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({}, {}),
        ({"make": "Axis"}, {"make": "Axis"}),
        ({"serial": "A1234567"}, {"serial": "B1234567"}),
        ({"serial": "B1234567"}, {"serial": "B1234567"}),
    ],
    ids=["address", "make", "serials", "one serial"],
)
def test_a_device_belongs_to_the_row_that_is_in_use(old: dict[str, Any], new: dict[str, Any]) -> None:
    rows = [row(1, "10.0.0.1", retired=GONE, **old), row(2, "10.0.0.1", **new)]
    results = held(rows, [device("10.0.0.1", maker="Axis", serial="B1234567")])
    assert [result.cls for result in results] == [Class.RETIRED, Class.MATCHED]
    assert results[0].reason.endswith("; another device is at 10.0.0.1")


def test_a_row_in_use_is_no_second_row_of_one_that_is_not() -> None:
    rows = [row(1, "10.0.0.1", retired=GONE), row(2, "10.0.0.1"), row(3, retired=GONE)]
    covered = coverage({"10.0.0.1": Outcome.SILENT, "10.0.0.9": Outcome.ANSWERED})
    results = held(rows, [], covered)
    assert [result.cls for result in results] == [Class.RETIRED, Class.NOT_FOUND, Class.RETIRED]
    assert results[2].reason.endswith("; it names nothing that can be looked for")


@pytest.mark.parametrize(
    ("says", "cls"),
    [
        ({"make": "Hikvison", "model": "M-100"}, Class.CONFLICT),
        ({"make": "Hikvision"}, Class.RETIRED),
        ({"make": "Axis", "model": "M-200"}, Class.RETIRED),
    ],
    ids=["misspelt", "other make", "other model"],
)
def test_another_device_at_the_address_is_undeclared(says: dict[str, Any], cls: Class) -> None:
    results = held([row(1, "10.0.0.1", retired=GONE, **says)], [device("10.0.0.1", maker="Axis", model="M-100")])
    assert results[0].cls is cls
    assert (len(results) == 2) == (cls is Class.RETIRED), "then the device has no row"


@pytest.mark.parametrize("text", ["planned", "Pending", "scheduled for 2023", "to be removed", "geplant", "pr\u00e9vu"])
def test_what_is_yet_to_be_done_is_not_done(text: str) -> None:
    assert not is_yes(text)
