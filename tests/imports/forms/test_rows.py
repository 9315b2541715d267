"""One row of a table, with the header above it or without."""

from __future__ import annotations

import pytest

from camscan.imports.forms.rows import MAX_TABLE, host_name, table_row

ROW = {"onvif.model": ("A1-B",), "onvif.manufacturer": ("Acme",), "onvif.firmware": ("V1.2",)}


@pytest.mark.parametrize(
    "text",
    [
        "IP,Model,Manufacturer,Firmware\n192.0.2.5,A1-B,Acme,V1.2",
        'IP;Model;Vendor;"Software Version"\n192.0.2.5;A1-B;Acme;"V1.2"',
        "IP\tDevice Type\tBrand\tVersion\n192.0.2.5\tA1-B\tAcme\tV1.2",
        "| IP | Model | Manufacturer | Firmware |\n|---|:--|---|---|\n| 192.0.2.5 | A1-B | Acme | V1.2 |",
        "IP         Model  Manufacturer  Firmware\n192.0.2.5  A1-B   Acme          V1.2",
    ],
)
def test_a_row_below_its_header(text: str) -> None:
    device, banner = table_row(text)
    assert device.fields == ROW
    assert banner.fields == {"banner.text": (text,)}


def test_the_maker_of_a_network_card_is_no_maker_of_a_device() -> None:
    found = list(table_row("Name,IP,Manufacturer,MAC address\nCam-1,192.0.2.5,Acme,44:19:B6:01:02:03"))
    assert [one.channel for one in found] == ["dhcp", "mac", "banner"]


def test_the_web_server_of_a_row() -> None:
    server, title, _ = table_row("ip,port,title,server\n192.0.2.9,80,A Title,acme-httpd")
    assert (server.fields["http.server"], title.fields["http.title"]) == (("acme-httpd",), ("A Title",))


def test_a_row_of_a_search_engine_without_a_header() -> None:
    found = [one.fields for one in table_row("192.0.2.9,8080,http,A Title,acme-httpd 1.0,VN")]
    assert {value for fields in found for value in fields.get("http.server", ())} == {"A Title", "acme-httpd 1.0"}
    assert {value for fields in found for value in fields.get("http.title", ())} == {"A Title", "acme-httpd 1.0"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "one line",
        "IP,Model\n192.0.2.5,A1",
        "IP,Model,Firmware\n192.0.2.5,A1,1\n192.0.2.6,A2,1",
        "IP,Model,Firmware\n192.0.2.5,A1",
        "a,b,c\n1,2,3",
        "192.0.2.30     0144.19b6.0102.03       Mar 02 2026 10:11 AM    Automatic",
        "192.0.2.5,44:19:B6:01:02:03,Cam,Active,1",
        "192.0.2.5 - - [01/Jan/2026] GET, a, b, c",
        "IP,Model,Firmware\n" + "a" * MAX_TABLE,
    ],
)
def test_other_text_is_no_row(text: str) -> None:
    assert not list(table_row(text))


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (" 3   192.0.2.21   EC:71:DB:12:0A:01  CAM-820A   defconf   bound   5m12s", "CAM-820A"),
        ('"192.0.2.50","A8:31:62:12:0A:01","CAM-C22E","Active","2026/10/02 10:11:12"', "CAM-C22E"),
        ("192.0.2.30   90-02-a9-12-0a-01   XVR   10/2/2026   Active", "XVR"),
        ("192.0.2.50  A8:31:62:12:0A:01  Active", ""),
        ("192.0.2.50  CAM-1  Active", ""),
        ("192.0.2.50  A8:31:62:12:0A:01  CAM-1  CAM-2", ""),
    ],
)
def test_the_name_in_a_lease_without_a_header(line: str, name: str) -> None:
    assert host_name(line) == name


@pytest.mark.parametrize(
    "text", ["a,b,c\nd\re,f,g", "a,b\rc,d", "192.0.2.1,a\rb,c,d", "a\0,b,c\nd,e,f", "a,b,c\n" + '"' * 9]
)
def test_torn_tables_break_nothing(text: str) -> None:
    assert not any(one.channel == "onvif" for one in table_row(text))
    assert host_name(text) == ""
