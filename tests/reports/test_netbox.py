from __future__ import annotations

import csv
import io
from dataclasses import replace

from support.sample import make_report

from camscan.records import Device, Judged, Report, Verdict
from camscan.reports import Page
from camscan.reports.netbox import COLUMNS, render


def rows(report: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(render(report, Page())), newline=""), strict=True))


def named(*devices: Device) -> tuple[Judged, ...]:
    return tuple(Judged(device, Verdict.LISTED) for device in devices)


def test_the_columns_are_those_that_the_import_knows(report: Report) -> None:
    assert next(iter(render(report, Page()))) == (
        "name,role,manufacturer,device_type,serial,status,site,description,comments\r\n"
    )
    assert list(rows(report)[0]) == list(COLUMNS)


def test_a_row_holds_the_device(report: Report) -> None:
    assert rows(report)[1] == {
        "name": "gate, north",
        "role": "Camera",
        "manufacturer": "Hikvision",
        "device_type": "IPC-B140H",
        "serial": "IPC-B140H20190507AAWRD12345678",
        "status": "active",
        "site": "harbour",
        "description": "10.0.0.25 44:19:B6:00:00:01",
        "comments": (
            "camscan: listed, level certain, also at `fe80::4619:b6ff:fe00:1`, brand `HiLook`,"
            " firmware `V5.5.84 build 190507`, on `uk-nil`, on `us-ndaa-889`"
        ),
    }


def test_what_is_not_known_is_said(report: Report) -> None:
    last = rows(report)[-1]
    assert [last[name] for name in ("name", "role", "manufacturer", "device_type")] == ["fd00::1:2", *["Unknown"] * 3]


def test_a_scan_without_a_site_leaves_it_to_the_reader(report: Report) -> None:
    assert {row["site"] for row in rows(make_report(scan=replace(report.scan, site=None)))} == {""}


def test_names_are_unique() -> None:
    devices = named(
        *(Device("10.0.0.1", (), hostname="ipcam"), Device("10.0.0.2", (), hostname="IPCAM")),
        *(Device("10.0.0.3", (), hostname="gate"), Device("10.0.0.4", ()), Device("10.0.0.4", ())),
        Device("10.0.0.5", (), hostname="10.0.0.4"),
    )
    assert [row["name"] for row in rows(make_report(devices=devices))] == [
        *("10.0.0.1", "10.0.0.2", "gate", "10.0.0.4", "10.0.0.4 #2", "10.0.0.4 #3")
    ]


def test_a_host_that_calls_itself_as_a_numbered_one_is_numbered_too() -> None:
    devices = named(
        *(Device("10.0.0.3", (), hostname="10.0.0.4 #2"), Device("10.0.0.4", ()), Device("10.0.0.4", ())),
        *(Device("10.0.0.4", ()), Device("10.0.0.5", (), hostname="10.0.0.4 #3")),
    )
    names = [row["name"] for row in rows(make_report(devices=devices))]
    assert names == ["10.0.0.4 #2", "10.0.0.4", "10.0.0.4 #3", "10.0.0.4 #4", "10.0.0.4 #3 #2"]


def test_nothing_is_longer_than_the_field_that_takes_it() -> None:
    text = "=" * 400
    long = Device(text, (), maker=text, model=text, serial=text, hostname=text)
    (row,) = rows(make_report(devices=named(long)))
    assert {name: len(row[name]) for name in ("name", "manufacturer", "device_type", "serial", "description")} == {
        "name": 64,
        "manufacturer": 100,
        "device_type": 100,
        "serial": 50,
        "description": 200,
    }
