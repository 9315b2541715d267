from __future__ import annotations

import csv
import io

from support.sample import make_report

from camscan.records import Device, Judged, Report, Verdict
from camscan.reports import Page
from camscan.reports.csv import COLUMNS, render
from camscan.reports.document import device_object
from camscan.summaries import Listing


def rows(report: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(render(report, Page())), newline=""), strict=True))


def test_the_columns_are_the_scalar_keys(report: Report) -> None:
    device = device_object(report.devices[0])
    nested = ("slots", "behind", "slot", "switch")
    other = {name for name, value in device.items() if isinstance(value, list)} - {"listed_by"}
    scalar = [name for name in device if name not in {*other, *nested, "said"}]
    assert list(COLUMNS[: len(scalar)]) == scalar
    assert {column.partition("_")[0] for column in COLUMNS[len(scalar) : -1]} == set(nested)
    assert COLUMNS[-1] == "other_addresses"
    assert next(render(report, Page())) == ",".join(COLUMNS) + "\r\n"


def test_a_mark_comes_first_where_it_is_asked_for(report: Report) -> None:
    plain = "".join(render(report, Page()))
    assert "".join(render(report, Page(marked=True))) == f"\ufeff{plain}"


def test_a_row_holds_the_device(report: Report) -> None:
    row = rows(report)[2]
    assert {name: text for name, text in row.items() if not name.startswith(("slot", "behind", "switch"))} == {
        "id": "IPC-B140H20190507AAWRD12345678",
        "address": "10.0.0.25",
        "mac": "44:19:B6:00:00:01",
        "hostname": "gate, north",
        "maker": "Hikvision",
        "brand": "HiLook",
        "model": "IPC-B140H",
        "firmware": "V5.5.84 build 190507",
        "serial": "IPC-B140H20190507AAWRD12345678",
        "kind": "camera",
        "hidden_channels": "",
        "level": "certain",
        "verdict": "listed",
        "listed_by": "uk-nil;us-ndaa-889",
        "state": "ticketed",
        "other_addresses": "fe80::4619:b6ff:fe00:1",
    }


def test_where_it_hangs_stands_in_columns_of_its_own(report: Report) -> None:
    row = next(row for row in rows(report) if row["address"] == "10.0.0.7")
    assert {name: text for name, text in row.items() if name.startswith("switch")} == {
        "switch_port": "Gi1/0/7",
        "switch_name": "sw-<hall>-1",
        "switch_others": "2",
        "switch_at": "2026-11-23T08:00:00.000Z",
        "switch_by": "mac",
    }


def test_a_policy_that_lists_twice_is_named_once() -> None:
    listings = (Listing("b", "x", "2020-01-01"), Listing("a", "x", "2020-01-01"), Listing("b", "y", "2020-01-01"))
    judged = Judged(Device("10.0.0.5", ("10.0.0.5",)), Verdict.LISTED, listings)
    assert rows(make_report(devices=(judged,)))[0]["listed_by"] == "b;a"


def test_a_line_break_in_a_name_makes_no_new_line() -> None:
    judged = Judged(Device("10.0.0.5", ("10.0.0.5",), hostname='a"\r\n=1+1,b', model="=1+1"), Verdict.UNIDENTIFIED)
    header, line = render(make_report(devices=(judged,)), Page())
    assert line == '10.0.0.5,10.0.0.5,,"a""\\x0d\\x0a=1+1,b",,,\'=1+1,,,,,,unidentified,,,,,,,,,,,,,,,,,\r\n'
    assert header.count("\n") == 1
