from __future__ import annotations

import json
import os
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from camscan.errors import UsageError
from camscan.inventory import reading
from camscan.inventory.columns import described
from camscan.inventory.kinds import is_binary
from camscan.inventory.reading import read_inventory
from camscan.inventory.rows import Row
from camscan.inventory.synonyms import Field
from camscan.reports import xlsx

Written = Callable[..., Path]


def brief(rows: tuple[Row, ...]) -> list[tuple[int, tuple[str, ...], str | None]]:
    return [(row.number, row.addresses, row.serial) for row in rows]


def test_a_list_with_everything_in_it(written: Written) -> None:
    path = written(
        "Camera name;IP Addr.;MAC-Adresse;S/N;Make/Model;Location;Site;Hostname;UUID;VLAN\n"
        "Gate;[fd00::5];4419.b600.0a01;ACCC8E012345;Axis P3245;North;Harbour;gate.example;"
        "4d454930-0000-1000-8000-4419b6000a01;7\n"
    )
    found = read_inventory(path)
    [row] = found.rows
    assert row.number == 2
    assert row.addresses == ("fd00::5",)
    assert row.macs == ("44:19:B6:00:0A:01",)
    assert row.serial == "ACCC8E012345"
    assert row.endpoint == "4d454930-0000-1000-8000-4419b6000a01"
    assert (row.hostname, row.make, row.model, row.make_model) == ("gate.example", None, None, "Axis P3245")
    assert (row.site, row.location, row.name, row.faults) == ("Harbour", "North", "Gate", ())
    assert row.named_cells["VLAN"] == "7"
    [sheet] = found.sheets
    assert described(sheet.columns) == (
        'endpoint = "UUID", hostname = "Hostname", ip = "IP Addr.", location = "Location", mac = "MAC-Adresse", '
        'make-model = "Make/Model", name = "Camera name", serial = "S/N", site = "Site"'
    )
    assert sheet.columns.unused == ("VLAN",)
    assert (found.format, found.encoding) == ("text", "utf-8")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("address,maker\n", r"has no rows below its column names 'address', 'maker': export the list again"),
        ("[]", r"contains no rows: export the list again"),
    ],
)
def test_a_list_without_rows_says_so(written: Written, text: str, why: str) -> None:
    with pytest.raises(UsageError, match=rf"^{written(text)} {why}"):
        read_inventory(written(text))


@pytest.mark.parametrize("name", ["list.xlsx", "list.csv"])
def test_what_is_neither_a_text_nor_a_workbook_is_not_read_as_one(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(random.Random(1).randbytes(5_000))
    with pytest.raises(UsageError, match=rf"^{path} is neither a text nor a workbook: save the list again as XLSX"):
        read_inventory(path)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "gb18030", "shift_jis", "iso2022_jp", "cp1251"])
def test_a_text_in_any_encoding_is_a_text(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "list.xls"  # as some programs name it
    path.write_bytes("IP\tName\r\n10.0.0.5\tA\r\n".encode(encoding))
    assert brief(read_inventory(path).rows) == [(2, ("10.0.0.5",), None)]


def test_titles_above_and_two_header_rows(written: Written) -> None:
    path = written("Cameras of the harbour\n\nName,IP,MAC,Serial\n,Address,Address,Number\nGate,10.0.0.5,,A1234\n")
    found = read_inventory(path)
    [sheet] = found.sheets
    assert brief(found.rows) == [(5, ("10.0.0.5",), "A1234")]
    assert sheet.columns.names == ("Name", "IP Address", "MAC Address", "Serial Number")
    assert (sheet.headers, sheet.above, sheet.blank, sheet.lines) == ([3, 4], 1, 1, 5)


@pytest.mark.parametrize(
    "last", ["Summe;12;;", "Total :;7 cameras;1;", "Grand total;3;;", ";TOTAL;;12", "Summe: 3;;;", "Zwischensumme = 12"]
)
def test_a_sum_at_the_end_is_no_device(written: Written, last: str) -> None:
    found = read_inventory(written(f"Name;IP;MAC;Serial\nGate;10.0.0.5;;\n{last}\n"))
    assert brief(found.rows) == [(2, ("10.0.0.5",), None)]
    assert (found.sheets[0].totals, found.sheets[0].lines) == (1, 3)


@pytest.mark.parametrize("row", ["Total;10.0.0.6;;", "Total;;;A1234", "Totally;;;", "Total;;;yard camera", "Yard;12;;"])
def test_what_may_be_a_device_is_no_sum(written: Written, row: str) -> None:
    found = read_inventory(written(f"Name;IP;MAC;Serial\nGate;10.0.0.5;;\n{row}\n"))
    assert (len(found.rows), found.sheets[0].totals) == (2, 0)


def test_a_group_row_above_the_header_is_no_part_of_it(written: Written) -> None:
    found = read_inventory(written("General,,Network,\nName,Location,IP,MAC\nGate,North,10.0.0.5,\n"))
    assert brief(found.rows) == [(3, ("10.0.0.5",), None)]
    assert (found.sheets[0].headers, found.sheets[0].above) == ([2], 1)


@pytest.mark.parametrize("group", ["Device,Location,Network", "Model,Site,Status", "Camera,Location,"])
@pytest.mark.parametrize("first", ["10.0.0.5", ""])
def test_a_group_row_may_be_more_plainly_named_than_the_header(written: Written, group: str, first: str) -> None:
    """Else the header is a row of the list, and each column has the name of a group."""
    text = f"{group}\nCam label,Where mounted,IP (eth0)\nGate,North,{first}\nYard,South,10.0.0.6\n"
    found = read_inventory(written(text))
    assert brief(found.rows) == [(3, (first,) if first else (), None), (4, ("10.0.0.6",), None)]
    assert (found.sheets[0].headers, found.sheets[0].above) == ([2], 1)


@pytest.mark.parametrize("model", ["DIVAR IP 5000", "IP Camera", "IP"])
def test_a_model_that_is_called_by_a_word_for_addresses_is_no_header(written: Written, model: str) -> None:
    """Else the first rows of the list are lost, and it is read as one of addresses without a single one."""
    found = read_inventory(written(f"Make,Model,Qty\nBosch,{model},4\nAxis,P1455-LE,2\n"), by_label=True)
    assert [(row.make, row.model) for row in found.rows] == [("Bosch", model), ("Axis", "P1455-LE")]
    kinds = read_inventory(written("Type,Brand,Network\nIP Camera,Bosch,CCTV\nIP Camera,Axis,CCTV\n"), by_label=True)
    assert [row.make for row in kinds.rows] == ["Bosch", "Axis"]


@pytest.mark.parametrize("title", ["Network,,Device", ",,Inventory", "cameras,,"])
def test_a_word_above_the_header_is_no_serial_and_no_host_name(written: Written, title: str) -> None:
    found = read_inventory(written(f"{title}\nHost name,IP,Serial\ngate,10.0.0.5,A1234\n"))
    assert brief(found.rows) == [(3, ("10.0.0.5",), "A1234")]
    assert (found.sheets[0].headers, found.sheets[0].above) == ([2], 1)


@pytest.mark.parametrize("mark", ['"', "''", "〃", "″", "dito", "Ditto", "idem", "same as above", "s. o.", "同上"])
def test_a_ditto_mark_stands_for_the_text_above(written: Written, mark: str) -> None:
    """Else the make of all but the first device would be unknown, and their site one that was never scanned."""
    quoted = '"{}"'.format(mark.replace('"', '""'))
    path = written(
        "IP;Hersteller;Modell;Standort;Site;Status\n10.0.0.5;Hikvision;DS-2CD2143G2-I;Hof;Leeds;ausgebaut\n"
        f"10.0.0.6;{quoted};{quoted};{quoted};{quoted};{quoted}\n10.0.0.7;{quoted};IPC;;{quoted};aktiv\n"
    )
    _, second, third = read_inventory(path).rows
    assert (second.make, second.model, second.location, second.site) == ("Hikvision", "DS-2CD2143G2-I", "Hof", "Leeds")
    assert (third.make, third.model, third.location, third.site) == ("Hikvision", "IPC", None, "Leeds")
    assert (second.retired, third.retired) == ("'ausgebaut'", None)
    assert second.named_cells["Hersteller"] == mark, "what stands there"


def test_a_ditto_mark_below_nothing_says_nothing(written: Written) -> None:
    (row,) = read_inventory(written("IP;Make;Site;Status\n10.0.0.5;dito;dito;dito\n")).rows
    assert (row.make, row.site, row.retired) == (None, None, None)


def test_repeated_headers_are_counted_and_no_rows(written: Written) -> None:
    found = read_inventory(written("Name,IP\nGate,10.0.0.5\nName,IP\nDoor,10.0.0.6\nKameraname,IP-Adresse\n"))
    assert brief(found.rows) == [(2, ("10.0.0.5",), None), (4, ("10.0.0.6",), None)]
    assert found.sheets[0].headers == [1, 3, 5]


def test_a_repeated_header_with_a_serial_is_no_device(written: Written) -> None:
    """Any word may be a serial or a host name, that of its column as well."""
    text = "Name,Serial,Hostname\nGate,A12345,gate\nName,Serial,Hostname\nDoor,A12346,door\nName,S/N,FQDN\n"
    found = read_inventory(written(text))
    assert [row.number for row in found.rows] == [2, 4]
    assert found.sheets[0].headers == [1, 3, 5]


def test_a_heading_that_is_merged_over_the_columns_is_no_device(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Serial", "IP", "Model"])
        sheet.merge_range(1, 0, 1, 2, "Second floor")
        sheet.write_row(2, 0, ["A12345", "10.0.0.5", "C-1"])
        sheet.write_row(3, 0, ["A12346", "", "A12346"])
    found = read_inventory(path)
    assert [(row.number, row.serial) for row in found.rows] == [(3, "A12345"), (4, "A12346")]
    assert (found.sheets[0].headings, found.sheets[0].lines) == (1, 4)


def test_a_second_list_below_the_first_has_its_own_columns(written: Written) -> None:
    found = read_inventory(written("Name,IP\nGate,10.0.0.5\n\nIP,Serial,Name\n10.0.0.6,A1234,Door\n"))
    assert brief(found.rows) == [(2, ("10.0.0.5",), None), (5, ("10.0.0.6",), "A1234")]
    assert found.sheets[0].notes == [
        'row 4 is another header: from there on, ip = "IP", name = "Name", serial = "Serial"'
    ]


def test_a_repeated_header_with_a_name_that_may_mean_a_street_keeps_its_addresses(written: Written) -> None:
    table = "Name,Address,MAC\na,10.0.0.{},44:19:b6:01:02:03\nb,10.0.0.{},\n"
    found = read_inventory(written(table.format(1, 2) + table.format(3, 4)))
    assert [row.addresses for row in found.rows] == [("10.0.0.1",), ("10.0.0.2",), ("10.0.0.3",), ("10.0.0.4",)]
    assert found.sheets[0].notes == []


def test_a_row_that_names_addresses_and_macs_is_a_header_whatever_its_other_names_are(written: Written) -> None:
    """As in exports of Infoblox, in which each kind of record has its own."""
    found = read_inventory(
        written(
            "header-hostrecord,fqdn*,addresses,disabled\nhostrecord,cam1.example.com,10.0.0.5,False\n"
            "hostrecord,cam2.example.com,10.0.0.7,False\n"
            "header-hostaddress,address*,_new_address,mac_address,boot_file\nhostaddress,10.0.0.6,,44:19:b6:01:02:04,\n"
        )
    )
    assert [(row.addresses, row.macs) for row in found.rows] == [
        (("10.0.0.5",), ()),
        (("10.0.0.7",), ()),
        (("10.0.0.6",), ("44:19:B6:01:02:04",)),
    ]
    assert found.sheets[0].headers == [1, 4]


@pytest.mark.parametrize(
    ("head", "gap"), [("Name,IP,Make", ""), ("Name,IP,Make", ",,"), ("IP,MAC", ","), ("No.,IP Address", ",")]
)
def test_tables_beside_each_other_are_read_one_after_another(written: Written, head: str, gap: str) -> None:
    cells = {"Name": "x", "Make": "Acme", "No.": "1", "MAC": "44:19:b6:01:02:03"}

    def row(address: str) -> str:
        return ",".join(cells.get(name, address) for name in head.split(","))

    text = f"Cameras\n{head}{gap},{head}\n{row('10.0.0.5')}{gap},{row('10.0.1.5')}\n{row('10.0.0.6')}\n"
    found = read_inventory(written(text))
    assert [row.addresses for row in found.rows] == [("10.0.0.5",), ("10.0.1.5",), ("10.0.0.6",)]
    assert {row.make for row in found.rows} == {"Acme" if "Make" in head else None}
    assert found.sheets[0].notes == ["holds 2 tables beside each other, which are read one after another"]


def test_a_column_of_addresses_and_macs_may_lack_some(written: Written) -> None:
    rows = read_inventory(written("Name,IP / MAC\na,10.0.0.5 / 44:19:b6:01:02:03\nb,10.0.0.6\nc,tbc later on\n")).rows
    assert [(row.addresses, row.macs) for row in rows] == [
        (("10.0.0.5",), ("44:19:B6:01:02:03",)),
        (("10.0.0.6",), ()),
        ((), ()),
    ]
    assert [len(row.faults) for row in rows] == [0, 0, 1]


def test_several_cards_of_one_device_are_no_tables_beside_each_other(written: Written) -> None:
    [row] = read_inventory(written("IP,MAC,IP,MAC\n10.0.0.5,44:19:b6:1:2:3,10.0.1.5,44:19:b6:1:2:4\n")).rows
    assert row.addresses == ("10.0.0.5", "10.0.1.5")


def test_a_list_without_a_header(written: Written) -> None:
    found = read_inventory(written("Gate;10.0.0.5;4419B6000A01\nDoor;10.0.0.6;\n"))
    assert [(row.number, row.addresses, row.macs) for row in found.rows] == [
        (1, ("10.0.0.5",), ("44:19:B6:00:0A:01",)),
        (2, ("10.0.0.6",), ()),
    ]
    assert found.rows[0].named_cells == {"A": "Gate", "B": "10.0.0.5", "C": "4419B6000A01"}
    assert brief(read_inventory(written("10.0.0.5\n10.0.0.6\n")).rows) == [
        (1, ("10.0.0.5",), None),
        (2, ("10.0.0.6",), None),
    ]


def test_devices_above_the_header_are_rows(written: Written) -> None:
    found = read_inventory(written("Gate,10.0.0.4\nName,IP\nDoor,10.0.0.5\n"))
    assert brief(found.rows) == [(1, ("10.0.0.4",), None), (3, ("10.0.0.5",), None)]


def test_the_user_names_the_columns(written: Written) -> None:
    path = written("Ref,Wert,IP\nA1234,P1,10.0.0.5\n")
    found = read_inventory(path, {Field.SERIAL: "Ref", Field.MODEL: "2"})
    assert brief(found.rows) == [(2, ("10.0.0.5",), "A1234")]
    assert found.rows[0].model == "P1"
    headless = read_inventory(written("A1234;x\nA1235;y\n"), {Field.SERIAL: "A"})
    assert brief(headless.rows) == [(1, (), "A1234"), (2, (), "A1235")]


def test_a_column_that_does_not_exist_is_named_with_those_that_do(written: Written) -> None:
    with pytest.raises(UsageError) as error:
        read_inventory(written("Ref,IP\nA1234,10.0.0.5\n"), {Field.SERIAL: "Nope"})
    assert str(error.value) == "--map serial=Nope: no such column among 'Ref', 'IP': give a name, letter or number"


def test_a_chosen_column_need_not_be_in_every_sheet(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        workbook.add_worksheet("Read me").write("A1", "Last changed in May")
        cameras = workbook.add_worksheet("Cameras")
        cameras.write_row("A1", ["IP", "Plate"])
        cameras.write_row("A2", ["10.0.0.5", "A1234"])
        old = workbook.add_worksheet("Old")
        old.write_row("A1", ["IP"])
        old.write_row("A2", ["10.0.0.6"])
    found = read_inventory(path, {Field.SERIAL: "Plate"})
    assert brief(found.rows) == [(2, ("10.0.0.5",), "A1234"), (2, ("10.0.0.6",), None)]
    assert [reading.notes for reading in found.sheets] == [[], [], ["it has no column Plate for --map serial"]]
    with pytest.raises(UsageError, match=r"^--map serial=Tag: no such column among 'A', 'IP', 'Plate', 'IP': give a "):
        read_inventory(path, {Field.SERIAL: "Tag"})


def test_a_table_that_identifies_nothing_is_refused_with_its_columns(written: Written) -> None:
    path = written("Name,Colour\nGate,red\n")
    with pytest.raises(UsageError) as error:
        read_inventory(path)
    assert str(error.value) == (
        f"no column of {path} says which device a row means (address, MAC, serial, UUID, host name); its columns are "
        "'Name', 'Colour': choose one with --map ip=COLUMN"
    )


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "is empty"),
        (b" \n\0\n", "is empty"),
        (b"%PDF-1.7", "is a PDF: save the list as XLSX, ODS, CSV or JSON"),
        (b"SQLite format 3\0", "is a database: a store of camscan's is read by --db, or by `camscan db merge`"),
        (b"PK\3\4" + bytes(26) + b"README.txt", "is a bundle of evidence: `camscan evidence verify` checks it"),
        (b"<html><table>", "is HTML or XML"),
        (b"\x1f\x8b\x08\x00", "is packed with gzip"),
        (b"BZh91AY&SY", "is packed with bzip2: save the list"),
        (b"7z\xbc\xaf\x27\x1c\0\4", "is a 7-Zip archive: save the list"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "is a picture: save the list"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, data: bytes, why: str) -> None:
    path = tmp_path / "list.xls"
    path.write_bytes(data)
    with pytest.raises(UsageError, match=why):
        read_inventory(path)


@pytest.mark.parametrize("text", ['["10.0.0.5", "10.0.0.6"]', '[["ip"], ["10.0.0.5"]]'])
def test_a_json_list_without_names_is_refused_and_not_half_read(written: Written, text: str) -> None:
    with pytest.raises(UsageError, match="is a JSON list without names: write each device as an object"):
        read_inventory(written(text))


def test_a_list_of_addresses_in_brackets_is_no_json(written: Written) -> None:
    assert [row.addresses for row in read_inventory(written("[fd00::5]\n[fd00::6]:80\n")).rows] == [
        ("fd00::5",),
        ("fd00::6",),
    ]


def test_why_a_sheet_could_not_be_read_is_said_where_nothing_else_could(tmp_path: Path) -> None:
    path, cut = tmp_path / "list.xlsx", tmp_path / "cut.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Cameras").write_column(0, 0, ["IP", "10.0.0.5"])
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(cut, "w") as damaged:
        for name in whole.namelist():
            data = whole.read(name)
            damaged.writestr(name, data[: data.index(b"</row>")] if name.endswith("sheet1.xml") else data)
    with pytest.raises(UsageError, match=r"its columns are none \(sheet 'Cameras': it cannot be read"):
        read_inventory(cut)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"missing\.csv cannot be read: No such file or directory: check its name"):
        read_inventory(tmp_path / "missing.csv")


def test_a_workbook_is_known_by_its_bytes_and_all_its_sheets_are_read(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    with xlsxwriter.Workbook(str(path)) as workbook:
        first = workbook.add_worksheet("North")
        first.write_row("A1", ["IP", "Serial", "MAC"])
        first.write_row("A2", ["10.0.0.5", 210235412, "44-19-B6-00-0A-01"])
        workbook.add_worksheet("Notes").write_column("A1", ["Written in May", "by hand"])
        second = workbook.add_worksheet("South")
        second.write_row("B4", ["S/N", "IP-Adresse"])
        second.write_row("B5", ["A1234", "10.0.0.6"])
    found = read_inventory(path)
    assert [(row.sheet, *brief((row,))[0]) for row in found.rows] == [
        ("North", 2, ("10.0.0.5",), "210235412"),
        ("South", 5, ("10.0.0.6",), "A1234"),
    ]
    assert [(sheet.sheet, sheet.rows, sheet.unread) for sheet in found.sheets] == [
        ("North", 1, 0),
        ("Notes", 0, 2),
        ("South", 1, 0),
    ]
    assert found.rows[1].where == "row 5 of 'South'"


def test_a_merged_cell_names_the_site_of_all_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        sheet = workbook.add_worksheet("Cams")
        sheet.write_row("A1", ["Site", "IP"])
        sheet.merge_range("A2:A3", "Harbour")
        sheet.write("B2", "10.0.0.5")
        sheet.write("B3", "10.0.0.6")
    assert [(row.site, row.addresses) for row in read_inventory(path).rows] == [
        ("Harbour", ("10.0.0.5",)),
        ("Harbour", ("10.0.0.6",)),
    ]


def test_a_netbox_export(written: Written) -> None:
    device = {
        "name": "CAM-7",
        "device_type": {"model": "P3245", "manufacturer": {"name": "Axis"}},
        "serial": "ACCC8E012345",
        "site": {"name": "Harbour"},
        "primary_ip4": {"address": "10.0.0.5/24"},
        "primary_ip6": {"address": "fd00::5/64"},
    }
    text = json.dumps({"count": 2, "results": [{"name": "CAM-6", "primary_ip4": None}, device]})
    found = read_inventory(written(text, "netbox.json"))
    assert found.format == "json"
    [first, second] = found.rows
    assert (first.number, first.usable, first.name) == (1, False, "CAM-6")
    assert second.addresses == ("10.0.0.5", "fd00::5")
    assert (second.make, second.model, second.serial, second.site) == ("Axis", "P3245", "ACCC8E012345", "Harbour")


def test_the_records_of_netbox_are_not_taken_for_the_device(written: Written) -> None:
    def record(number: int, display: str, **more: object) -> dict[str, object]:
        return {"id": number, "url": f"https://10.0.0.1/api/{number}/", "display": display, **more}

    address = record(9, "10.0.0.5/24", family={"value": 4, "label": "IPv4"}, address="10.0.0.5/24", description="")
    maker = record(1, "Axis", name="Axis", slug="axis", description="")
    device = record(7, "CAM-7 (0042)", name="CAM-7", serial="ACCC8E012345", primary_ip=address, primary_ip4=address)
    device |= {"device_type": record(3, "P3245", manufacturer=maker, model="P3245", slug="p3245")}
    [row] = read_inventory(written(json.dumps([device]), "netbox.json")).rows
    assert (row.addresses, row.faults) == (("10.0.0.5",), ())
    assert (row.make, row.model, row.make_model, row.name) == ("Axis", "P3245", None, "CAM-7")


def test_keys_that_come_late_are_read_too(written: Written) -> None:
    items = [{"address": f"10.0.0.{n}"} for n in range(1, 41)] + [{"address": "10.0.0.41", "serial": "A1234"}]
    found = read_inventory(written(json.dumps(items), "list.json"))
    assert len(found.rows) == 41
    assert brief(found.rows)[-1] == (41, ("10.0.0.41",), "A1234")
    broken = "[" + "{x}," * 40 + '{"ip": "10.0.0.5"}]'
    found = read_inventory(written(broken, "list.json"))
    assert [row.usable for row in found.rows] == [False] * 40 + [True]


def test_the_csv_export_of_netbox(written: Written) -> None:
    found = read_inventory(
        written(
            "Name,Status,Tenant,Site,Location,Rack,Role,Manufacturer,Type,IP Address,Serial number\n"
            "CAM-7,Active,,Harbour,North,,Camera,Axis,P3245,10.0.0.5/24,ACCC8E012345\n"
        )
    )
    [row] = found.rows
    assert (row.addresses, row.make, row.model, row.serial) == (("10.0.0.5",), "Axis", "P3245", "ACCC8E012345")
    assert (row.site, row.location, row.name) == ("Harbour", "North", "CAM-7")


def test_faults_are_kept_with_their_row(written: Written) -> None:
    found = read_inventory(
        written('Name,IP,MAC,Serial\n"Gate,10.0.0.5,4419,01.05.2023\nDoor,10.0.0.999,,\nYard,,,A1234\n')
    )
    assert [row.faults for row in found.rows] == [
        (
            "a quote in it is never closed, or a cell is far too long",
            "mac: '4419' is not the MAC address of one network card",
            "serial: '01.05.2023' is a date: the spreadsheet has changed it",
        ),
        ("ip: '10.0.0.999' holds no IP address",),
        (),
    ]
    assert [row.usable for row in found.rows] == [True, False, True]


@pytest.mark.parametrize("cell", ["10,77,0,19", "10.77.0. 19", "10..77.0.19", "10 77 0 19", "10-77-0-19", "10.77,0.19"])
def test_an_address_with_other_marks_than_points_is_read_and_told(written: Written, cell: str) -> None:
    [row] = read_inventory(written(f'IP;Model\n"{cell}";P3245\n')).rows
    assert (row.addresses, row.faults) == (("10.77.0.19",), (f"ip: {cell!r} is taken for 10.77.0.19",))


@pytest.mark.parametrize(
    "cell", ["10,77,0", "10,77,0,19,20", "10,77,0,999", "10-77.0.19", "10/77/0/19", "255,255,255,0"]
)
def test_other_numbers_are_no_mistyped_address(written: Written, cell: str) -> None:
    [row] = read_inventory(written(f'IP;Model\n"{cell}";P3245\n')).rows
    assert (row.addresses, row.faults) == ((), (f"ip: {cell!r} holds no IP address",))


def test_a_list_of_numbers_makes_no_column_of_addresses(written: Written) -> None:
    [row] = read_inventory(written('Host;Channels;Model\nnvr-1;"1,2,3,4";P3245\n')).rows
    assert (row.addresses, row.hostname) == ((), "nvr-1")


def test_an_address_in_the_place_of_a_host_name_is_one(written: Written) -> None:
    [row] = read_inventory(written("Host,Model\n10.0.0.5,P3245\n")).rows
    assert (row.addresses, row.hostname) == (("10.0.0.5",), None)


def test_a_full_host_name_in_the_place_of_an_address_is_one(written: Written) -> None:
    text = "IP / Hostname,Model\nGate-3.Example.org.,P3245\n10.0.0.5,P3245\nspare,P3245\n10.20.0,P3245\n10.0.0.xxx,\n"
    rows = read_inventory(written(text)).rows
    assert [(row.addresses, row.hostname) for row in rows] == [
        ((), "gate-3.example.org"),
        (("10.0.0.5",), None),
        *[((), None)] * 3,
    ]
    assert [bool(row.faults) for row in rows] == [False, False, True, True, True]


def test_too_many_rows_are_refused(written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_ROWS", 1)
    with pytest.raises(UsageError, match="more than 1 rows: split it by site"):
        read_inventory(written("10.0.0.5\n10.0.0.6\n"))


_CELL = st.one_of(
    st.sampled_from(
        ["", "10.0.0.5", "IP", "Serial", "A1234", '"', '"x', 'x"', "\x00", "n/a", "Name", "4419B6000A01", "ü"]
    ),
    st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=6),
)


@given(
    st.lists(st.lists(_CELL, max_size=5), max_size=40), st.sampled_from(",;\t"), st.sampled_from(["utf-8", "utf-16"])
)
@example([['"', "10.0.0.5"]] * 30, ",", "utf-8")
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_line_of_a_file_is_counted(tmp_path: Path, table: list[list[str]], delimiter: str, encoding: str) -> None:
    path = tmp_path / "list.csv"
    lines = ["IP,Name".replace(",", delimiter), *(delimiter.join(row) for row in table)]
    content = "\n".join(lines).encode(encoding)
    assume(encoding != "utf-8" or not is_binary(content[:512]))
    path.write_bytes(content)
    found = read_inventory(path, {Field.IP: "1"})
    [sheet] = found.sheets
    assert sheet.rows == len(found.rows)
    # A quoted cell may take several lines, so there are at most as many rows, and the numbers are those of lines.
    trailing = 1 if lines[-1] == "" else 0
    assert sheet.lines <= len(lines) - trailing
    if not any('"' in line for line in lines):
        assert sheet.lines == len(lines) - trailing
    numbers = [row.number for row in found.rows]
    assert numbers == sorted(set(numbers))


@given(st.binary(max_size=400))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_break_the_reader(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(data)
    try:
        found = read_inventory(path)
    except UsageError:
        return
    assert sum(sheet.rows for sheet in found.sheets) == len(found.rows)


def test_cells_are_named_by_their_column_or_its_letter() -> None:
    row = Row(1, ("a", "", "c", "d", ""), ("Name", "IP", "Name", ""))
    assert row.named_cells == {"Name": "a", "IP": "", "Name (C)": "c", "D": "d"}


def test_a_pipe_is_refused_before_anything_of_it_is_lost(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(UsageError, match="is not a regular file: save its output"):
        read_inventory(pipe, encoding="cp1252")


def test_a_list_of_json_that_names_no_devices_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    path.write_text('{"groups": [{"id": 1}, {"id": 2}], "devices": [{"ip": "10.0.0.5"}, {"ip": "10.0.0.6"}]}')
    inventory = read_inventory(path)
    assert [row.where for row in inventory.rows] == ["row 1 of 'devices'", "row 2 of 'devices'"]
    assert [(one.sheet, one.rows, one.unread, one.lines) for one in inventory.sheets] == [
        ("groups", 0, 2, 2),
        ("devices", 2, 0, 2),
    ]


def test_of_a_report_only_the_sheet_of_devices_is_a_list(tmp_path: Path) -> None:
    """Evidence has a line for each answer, and among the addresses are all that were silent."""
    heads = {
        name: [head for head, _ in columns]
        for name, columns in (("Devices", xlsx._DEVICES), ("Evidence", xlsx._EVIDENCE), ("Addresses", xlsx._ADDRESSES))
    }
    path = tmp_path / "report.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        for name, names in heads.items():
            sheet = workbook.add_worksheet(name)
            sheet.write_row(0, 0, names)
            for row in range(1, 4):
                sheet.write(row, names.index("Address"), f"10.0.0.{row}")
    found = read_inventory(path)
    assert [(sheet.sheet, sheet.rows, sheet.unread) for sheet in found.sheets] == [
        ("Devices", 3, 0),
        ("Evidence", 0, 3),
        ("Addresses", 0, 3),
    ]
    assert found.sheets[1].notes == ["belongs to a report, whose devices are on a sheet of their own"]


def test_what_stands_below_the_next_header_says_nothing_of_the_columns_of_this_one(written: Written) -> None:
    """Nor would it be read for each: lists of one block for each device have a header in every second row."""
    hosts = "".join(f"c,10.0.0.{number},ACCC8E0123{number}\n" for number in range(50, 70))
    streets = "Name,Address,Serial,Make\nc,Main Street 1,ACCC8E012345,Axis\n"
    found = read_inventory(written(f"Name,Address,Serial\n{hosts}{streets}Name,Address,Serial\n{hosts}"))
    assert [(row.addresses, row.location) for row in found.rows[19:22]] == [
        (("10.0.0.69",), None),
        ((), "Main Street 1"),
        (("10.0.0.50",), None),
    ]
