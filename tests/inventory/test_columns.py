from __future__ import annotations

import pytest

from camscan.errors import UsageError
from camscan.inventory.columns import (
    Columns,
    find_by_content,
    find_columns,
    letters,
    override,
    parse_choices,
    unplaced,
)
from camscan.inventory.recognising import recognise
from camscan.inventory.synonyms import SYNONYMS, WEAK, Field


@pytest.mark.parametrize(
    ("name", "field"),
    [
        *[(name, Field.IP) for name in ("IP Addr.", "ip_address", "IP-Adresse", "Adresse IP", "Dirección IP")],
        *[
            (name, Field.IP)
            for name in ("IP地址", "IPアドレス", "Адрес IP", "Adres IP", "Camera IP (static)", "摄像机IP")
        ],
        *[(name, Field.MAC) for name in ("MAC-Adresse", "macAddress", "Adresse MAC", "MAC地址", "Physical Address")],
        *[(name, Field.SERIAL) for name in ("S/N", "Serial No.", "Seriennummer", "N° de série", "Nº de serie")],
        *[(name, Field.SERIAL) for name in ("Серийный номер", "序列号", "シリアル番号", "Matricola", "Serail Number")],
        *[
            (name, Field.MAKE)
            for name in ("Manufacturer", "Hersteller", "Marque", "Производитель", "品牌", "Manufactuer")
        ],
        *[(name, Field.MODEL) for name in ("Model No.", "Modell", "Modèle", "型号", "型番", "Type")],
        *[(name, Field.MAKE_MODEL) for name in ("Make/Model", "Make & Model", "Marke / Typ", "Fabricant et modèle")],
        *[
            (name, Field.LOCATION)
            for name in ("Location", "Standort", "Emplacement", "Ubicación", "安装位置", "Gebäude")
        ],
        *[(name, Field.MAKE) for name in ("Виробник", "Gamintojas", "Ražotājs", "Tootja", "Κατασκευαστής", "Výrobca")],
        *[(name, Field.MAKE) for name in ("יצרן", "الشركة المصنعة", "Nhà sản xuất", "Proizvođač", "Производител")],
        *[(name, Field.MODEL) for name in ("Modelis", "Mudel", "Μοντέλο", "דגם", "الموديل", "Kiểu máy", "Модел")],
        *[(name, Field.SERIAL) for name in ("Серійний номер", "Serijos numeris", "Sērijas numurs", "Seerianumber")],
        *[(name, Field.SERIAL) for name in ("Σειριακός αριθμός", "מספר סידורי", "الرقم التسلسلي", "Số sê-ri")],
        *[(name, Field.SERIAL) for name in ("Serijska številka", "Serijski broj", "Сериен номер")],
        *[(name, Field.LOCATION) for name in ("Розташування", "Atrašanās vieta", "Asukoht", "Τοποθεσία", "מיקום")],
        *[(name, Field.SITE) for name in ("Site", "Liegenschaft", "Sede")],
        *[(name, Field.NAME) for name in ("Camera name", "Kameraname", "Nombre", "名称")],
        *[(name, Field.ASSET) for name in ("Asset", "Asset tag", "asset_tag", "Inventarnummer", "N° d'inventaire")],
        *[(name, Field.ASSET) for name in ("Инв. номер", "资产编号", "Camera ID", "Inv.-Nr.", "Kamera-Nr.")],
        *[(name, Field.ASSET) for name in ("Camera reference", "Cam ref.", "Floor plan ref", "CCTV ID")],
        *[(name, Field.HOSTNAME) for name in ("Hostname", "DNS name", "FQDN")],
        *[(name, Field.HOSTNAME) for name in ("Nom DNS", "Nazwa sieciowa", "Nombre de red", "sysName")],
        *[(name, Field.STATUS) for name in ("Bemerkung / Status", "Status/Notes", "Zustand und Bemerkungen")],
        *[(name, Field.LOCATION) for name in ("Raumnummer", "Zimmer-Nr.", "Installed at", "Installed location")],
        *[("Manufacturer Part Number", Field.MODEL), ("Vendor name", Field.MAKE), ("Installed Model", Field.MODEL)],
        *[(name, Field.STATUS) for name in ("Situación", "Situação", "Állapot", "install_status", "State")],
        *[
            (name, Field.RETIRED)
            for name in ("Außerbetriebnahme", "Demontagedatum", "Fecha baja", "Data demontażu", "Date de mise au rebut")
        ],
        *[(name, Field.SERIAL) for name in ("Manufacturer Serial Number", "Manufacturer S/N", "Geräteseriennummer")],
        *[(name, Field.SERIAL) for name in ("N.º de serie del dispositivo", "Серийный номер устройства")],
        *[(name, Field.SERIAL) for name in ("N° de série de l'appareil", "Nr seryjny urządzenia", "设备序列号")],
        *[(name, Field.MODEL) for name in ("Tipo de dispositivo", "Тип устройства", "Type d'appareil", "设备类型")],
        *[("IP Camera Model", Field.MODEL), ("IP Camera Name", Field.NAME), ("IP-Kamera Seriennummer", Field.SERIAL)],
        *[("IP Camera Address", Field.IP), ("IP Camera", Field.IP), ("Decommission Date", Field.RETIRED)],
        *[(name, Field.SERIAL) for name in ("Ser.-Nr.", "Nr ser.", "Gerätenummer")],
        *[(name, Field.NAME) for name in ("Nazwa urządzenia", "Název zařízení")],
        *[(name, Field.SITE) for name in ("Store #", "Store Number", "Tienda")],
        *[(name, Field.ENDPOINT) for name in ("UUID", "ONVIF UUID")],
        *[("device_type.manufacturer", Field.MAKE), ("device_type.model", Field.MODEL), ("primary_ip4", Field.IP)],
        *[("hw_vendor", Field.MAKE), ("hw_product", Field.MODEL), ("Camera vendor", Field.MAKE)],
    ],
)
def test_names_of_columns_in_many_languages(name: str, field: Field) -> None:
    found = recognise(name)
    assert found is not None
    assert found[0] == field


@pytest.mark.parametrize(
    "name",
    [
        "IP rating",
        "Support IPv6",
        "Subnet mask",
        "Old IP",
        "Default IP",
        "Lens model",
        "SD card serial",
        "Switch port",
        "Asset notes",
        "Asset class",
        "Nr.",
        "Firmware version",
        "Notes",
        "Notes and remarks",
        "License status / Notes",
        "Installed",
        "Installed on",
        "Mode",
        "Number",
        "Nummer",
        "Devices",
        "Modules",
        "Static",
        "Current",
        "Device mode",
        "deviceCode",
        "Camera code",
        "deviceTypeId",
        "MAC vendor prefix",
        "mac_vendors",
        "MAC Manufacturer",
        "newest_mac_vendor",
        "",
        "-",
    ],
)
def test_names_that_say_something_else(name: str) -> None:
    assert recognise(name) is None


@pytest.mark.parametrize(
    ("name", "field"),
    [("Gebäude / Raum", Field.LOCATION), ("Bâtiment et étage", Field.LOCATION), ("Building, room", Field.LOCATION)],
)
def test_words_that_tell_the_same_tell_it_together(name: str, field: Field) -> None:
    found = recognise(name)
    assert found is not None
    assert found[0] is field


def test_a_name_that_fits_better_comes_before_one_that_fits() -> None:
    found = find_columns(["Type", "Vendor", "NVR IP", "Model", "Hersteller", "IP"])
    assert found.of == {Field.IP: (5,), Field.MAKE: (4,), Field.MODEL: (3,)}
    assert found.unused == ("Type", "Vendor", "NVR IP")
    assert find_columns(["NVR IP", "Type"]).of == {Field.IP: (0,), Field.MODEL: (1,)}


@pytest.mark.parametrize(
    ("cells", "is_model"),
    [
        (["IP Camera", "NVR", "IP Camera"], False),
        (["4 MP Dome", "8MP bullet", "Dome 2.8mm"], False),
        (["Dome 2.8-12mm", "8 megapixel bullet", "Recorder, 16 channels"], False),
        (["DS-2CD2143G2-I", "IP Camera", "DS-7616NI-K2"], True),
        ([], True),
    ],
)
def test_a_type_that_is_no_model_is_none(cells: list[str], is_model: bool) -> None:
    found = find_columns(["IP", "Type"], [["10.0.0.1", cell] for cell in cells])
    assert (Field.MODEL in found.of) is is_model
    assert Field.MODEL in find_columns(["IP", "Model"], [["10.0.0.1", cell] for cell in cells]).of


def test_a_tag_comes_before_a_running_number() -> None:
    assert find_columns(["Camera ID", "IP", "Asset tag"]).of == {Field.IP: (1,), Field.ASSET: (2,)}
    assert find_columns(["Asset", "Asset serial", "Asset IP"]).of == {
        Field.ASSET: (0,),
        Field.SERIAL: (1,),
        Field.IP: (2,),
    }


def test_several_columns_may_hold_addresses_and_macs() -> None:
    found = find_columns(["IPv4", "IPv6", "LAN MAC", "Serial", "Serial number"])
    assert found.of == {Field.IP: (0, 1), Field.MAC: (2,), Field.SERIAL: (3,)}


def test_what_stands_under_a_name_tells_addresses_from_macs_and_from_flags() -> None:
    """As in lists of XProtect, whose HardwareAddress is a URL, and of SADP, which says of IPv4 whether it is leased."""
    rows = [("http://10.0.0.5/", "4419B6000001", "::", "OFF"), ("http://10.0.0.6/", "4419B6000002", "fd00::6", "ON")]
    names = ("HardwareAddress", "MACAddress", "IPv6 Address", "IPv4 DHCP")
    assert find_columns(names, rows).of == {Field.IP: (0, 2), Field.MAC: (1,)}
    assert find_columns(names).of == {Field.IP: (2, 3), Field.MAC: (0, 1)}
    blank = [("", "", "", "")]
    assert find_columns(names, blank).of == find_columns(names).of
    assert find_columns(("IP", "MAC"), [("none yet", "10.0.0.5")]).of == {Field.IP: (0, 1)}
    assert find_columns(("Host IP",), [("gate.example.org",)]).of == {Field.IP: (0,)}
    assert find_columns(("IP / Hostname",), [("gate",), ("lobby",), ("yard",)]).of == {Field.IP: (0,)}


@pytest.mark.parametrize("name", ["Public IP", "WAN IP", "Planned IP", "Replacement IP", "Original IP", "PC IP"])
def test_an_address_that_others_share_or_that_is_yet_to_come_is_taken_where_there_is_no_other(name: str) -> None:
    rows = [["10.0.0.5", "192.0.2.1"], ["10.0.0.6", "192.0.2.1"]]
    assert find_columns(["IP", name], rows).of == {Field.IP: (0,)}
    assert find_columns([name], [["10.0.0.5"]]).of == {Field.IP: (0,)}


@pytest.mark.parametrize("name", ["Planned site", "Original site", "Replacement site"])
def test_a_site_of_another_time_is_none(name: str) -> None:
    assert find_columns([name, "IP"], [["Depot", "10.0.0.5"]]).of == {Field.IP: (1,)}


def test_links_to_the_database_of_a_list_are_no_addresses_of_its_devices() -> None:
    """Each row would name the same host, and be a duplicate of the first."""
    links = [[f"https://cmdb.example.org/devices/{number}", "Gate"] for number in (5, 6)]
    assert find_columns(["URL", "Name"], links).of == {Field.NAME: (1,)}
    assert find_columns(["Address", "Name"], links).of == {Field.NAME: (1,)}
    own = [[f"http://{name}.example.org/doc/page/login.asp", name] for name in ("gate", "yard")]
    assert find_columns(["URL", "Name"], own).of == {Field.IP: (0,), Field.NAME: (1,)}
    assert find_columns(["URL", "Name"], own[:1]).of == {Field.IP: (0,), Field.NAME: (1,)}


def test_networks_and_words_beside_addresses_are_none() -> None:
    rows = [["10.0.0.5", "10.0.0.0/24", "by hand", ""], ["10.0.0.6", "10.0.0.0/24", "leased soon", ""]]
    names = ["IP", "IP Network", "IP assignment", "IPv6"]
    assert find_columns(names, rows).of == {Field.IP: (0, 3)}
    assert find_columns(names[:1], [["soon"], ["later"]]).of == {Field.IP: (0,)}
    assert find_columns(["IP", "IP 2"], [["10.0.0.5", "gate.local"]]).of == {Field.IP: (0, 1)}


def test_addresses_of_servers_are_not_those_of_the_devices() -> None:
    rows = [["10.0.0.5", "10.0.0.2", "10.0.0.3"], ["10.0.0.6", "10.0.0.2", "10.0.0.3"]]
    assert find_columns(["IP address", "DNS", "Workstation IP"], rows).of == {Field.IP: (0,)}
    named = [[address, "cam.example", ""] for address, *_ in rows]
    assert find_columns(["IP address", "DNS", ""], named).of == {Field.IP: (0,), Field.HOSTNAME: (1,)}
    assert find_columns(["URL", "Host", ""], rows).of == {Field.IP: (0,), Field.HOSTNAME: (1,)}


def test_a_column_of_addresses_is_told_from_one_of_streets_by_what_is_in_it() -> None:
    assert find_columns(["Address"], [["10.0.0.5"], [""], ["10.0.0.6"]]).of == {Field.IP: (0,)}
    assert find_columns(["Adresse"], [["Hafenstr. 1"], ["10.0.0.6"], ["Kai 3"]]).of == {Field.LOCATION: (0,)}
    named = [["http://10.0.0.5/"], ["http://gate.depot.example:80/"], ["door.depot.example.org"]]
    assert find_columns(["Address"], named).of == {Field.IP: (0,)}
    assert find_columns(["Address"], [["geb.nord"], ["geb.west"]]).of == {Field.LOCATION: (0,)}


def test_a_serial_number_that_counts_the_rows_is_none() -> None:
    """As in India, where the true one has a longer name then."""
    names = ["Serial No.", "IP", "Camera serial number"]
    rows = [[str(number), f"10.0.0.{number}", f"A{number}B4567"] for number in (998, 999, 1000, 1001)]
    assert find_columns(names, rows).of == {Field.IP: (1,), Field.SERIAL: (2,)}
    assert find_columns(names[:2], rows).of == {Field.IP: (1,)}
    restarted = [["1."], ["2."], [""], ["1."], ["2."], ["Yard"]]
    assert find_columns(["Serial No."], restarted).of == {}


@pytest.mark.parametrize(
    "cells", [["12345"], ["", ""], ["102001234567", "102001234568"], ["1001", "1003"], ["A1001", "A1002"]]
)
def test_numbers_that_count_nothing_may_be_serials(cells: list[str]) -> None:
    assert find_columns(["Serial No."], [[cell] for cell in cells]).of == {Field.SERIAL: (0,)}


def test_of_two_columns_of_models_the_one_with_numbers_of_models_counts() -> None:
    names = ["Model", "Model No."]
    rows = [["Turret 4MP", "DS-2CD2143G0-I"], ["Dome camera", "DS-2CD1123G0E-I"]]
    assert find_columns(names, rows).of == {Field.MODEL: (1,)}
    assert find_columns(names[:1], rows).of == {Field.MODEL: (0,)}
    assert find_columns(names, [[number, words] for words, number in rows]).of == {Field.MODEL: (0,)}


def test_columns_without_names_are_found_by_what_is_in_them() -> None:
    rows = [["Gate", "10.0.0.5", "44:19:B6:00:0A:01"], ["Door", "10.0.0.6", ""]]
    found = find_by_content(rows, Columns(()))
    assert found.of == {Field.IP: (1,), Field.MAC: (2,)}
    assert found.names == ("A", "B", "C")
    assert find_by_content([["Gate"]], Columns(("x",))).of == {}


@pytest.mark.parametrize("name", ["IP / MAC", "MAC + IP address", "IP & MAC"])
def test_a_column_may_hold_addresses_and_macs(name: str) -> None:
    rows = [["a", "10.0.0.5 / 44:19:b6:01:02:03"], ["b", "10.0.0.6 / 44:19:b6:01:02:04"]]
    assert find_columns(("Name", name), rows).of == {Field.NAME: (0,), Field.IP: (1,), Field.MAC: (1,)}
    assert Field.MAC not in find_columns(("Name", "IP")).of


def test_what_is_repeated_behind_the_name_of_another_device_is_of_that() -> None:
    rows = [["a", "10.0.0.5", "44:19:b6:1:2:3", "r", "10.0.0.9", "44:19:b6:1:2:9"]]
    found = find_columns(("Camera", "IP", "MAC", "NVR", "IP", "MAC"), rows)
    assert (found.of[Field.IP], found.of[Field.MAC]) == ((1,), (2,))
    assert find_columns(("Camera", "NVR", "IP"), [["a", "r", "10.0.0.5"]]).of[Field.IP] == (2,)
    assert find_columns(("Camera", "IP", "MAC", "IP")).of[Field.IP] == (1, 3)


@pytest.mark.parametrize("name", ["Stream URL", "Host Address", "Management", "Name"])
def test_beside_a_serial_addresses_may_stand_under_any_name(name: str) -> None:
    rows = [["A1", "10.0.0.1", "rtsp://10.0.0.5/1"], ["A2", "10.0.0.1", "10.0.0.6"], ["A3", "10.0.0.1", "x"]]
    found = find_by_content(rows, find_columns(("Serial", "Uplink", name), rows))
    assert found.of == {Field.SERIAL: (0,), Field.IP: (2,)}


@pytest.mark.parametrize(
    "name",
    [
        *("Default gateway", "NVR", "Notes", "Location", ""),
        *("Uplink", "Scanned by", "Last login from", "Controller", "Rekorder", "Enregistreur"),
    ],
)
def test_addresses_of_something_else_are_not_taken_for_the_device(name: str) -> None:
    rows = [["A1", "10.0.0.5"], ["A2", "10.0.0.6"]]
    assert Field.IP not in find_by_content(rows, find_columns(("Serial", name), rows)).of


def test_of_columns_without_names_the_one_with_an_address_for_each_row_counts() -> None:
    rows = [["10.0.0.1", "10.0.0.5"], ["10.0.0.1", "10.0.0.6"], ["10.0.0.1", "10.0.0.7"]]
    assert find_by_content(rows, Columns(())).of == {Field.IP: (1,)}


def test_the_user_places_fields_by_name_letter_or_number() -> None:
    columns = find_columns(["Ref", "IP", "Tag", "Serial"])
    for chosen in ("Tag", "tag ", "C", "c", "3"):
        assert override(columns, {Field.SERIAL: chosen}).of == {Field.IP: (1,), Field.SERIAL: (2,)}
    assert override(columns, {Field.MAC: "IP"}).of == {Field.MAC: (1,), Field.SERIAL: (3,)}


def test_a_field_whose_column_does_not_exist_stays_where_it_is() -> None:
    columns = find_columns(["Serial", "IP"])
    for nowhere in ("Nope", "0", "3", "C", "-1", "\u0661"):
        chosen = {Field.SERIAL: nowhere, Field.MAC: "IP"}
        assert override(columns, chosen).of == {Field.SERIAL: (0,), Field.MAC: (1,)}
        assert unplaced(columns, chosen) == (Field.SERIAL,)


def test_choices_are_read() -> None:
    assert parse_choices(["ip=IP Addr.", "make_model = C"]) == {Field.IP: "IP Addr.", Field.MAKE_MODEL: "C"}
    for text in ("ip", "ip=", "adr=C", "=C"):
        with pytest.raises(UsageError, match="write FIELD=COLUMN"):
            parse_choices([text])


def test_letters_count_as_a_spreadsheet_does() -> None:
    assert [letters(at) for at in (0, 25, 26, 51, 52, 701, 702)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]


def test_every_synonym_tells_its_own_field() -> None:
    for table in (SYNONYMS, WEAK):
        for field, names in table.items():
            for name in names.split():
                found = recognise(name)
                assert found is not None
                assert found[0] == field, name


def test_the_number_of_a_device_is_its_serial_only_where_no_column_is_called_so() -> None:
    assert find_columns(["Gerätenummer", "Seriennummer"]).of[Field.SERIAL] == (1,)
    assert find_columns(["Gerätenummer", "IP"]).of[Field.SERIAL] == (0,)
