from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.inventory import values
from camscan.inventory.keys import address_key, key, site_key
from camscan.inventory.values import Read

MAC = "44:19:B6:00:0A:01"


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("10.0.0.5", ["10.0.0.5"]),
        (" 10.0.0.5 ", ["10.0.0.5"]),
        ("10.0.0.5/24", ["10.0.0.5"]),
        ("10.0.0.5:8000", ["10.0.0.5"]),
        ("http://10.0.0.5:8080/doc/page/login.asp", ["10.0.0.5"]),
        ("10.0.0.5, 10.0.1.5", ["10.0.0.5", "10.0.1.5"]),
        ("10.0.0.5/10.0.1.5", ["10.0.0.5", "10.0.1.5"]),
        ("10.0.0.5\n10.0.0.5", ["10.0.0.5"]),
        ("It is 10.0.0.5.", ["10.0.0.5"]),
        ("192.168.001.064", ["192.168.1.64"]),
        ("10.0.0.05", ["10.0.0.5"]),
        ("10.20.001.009", ["10.20.1.9"]),
        ("10.0.0.089", ["10.0.0.89"]),
        ("\uff11\uff10\uff0e0.0.5", ["10.0.0.5"]),
        ("10.0.\x000.5", ["10.0.0.5"]),
        ("10.0.0.5\u200b", ["10.0.0.5"]),
        ("fd00::1", ["fd00::1"]),
        ("FD00:0:0::01", ["fd00::1"]),
        ("[fd00::1]", ["fd00::1"]),
        ("[fd00::1]:8000", ["fd00::1"]),
        ("http://[fd00::1]/", ["fd00::1"]),
        ("fd00::1/64", ["fd00::1"]),
        ("fe80::4619:b6ff:fe00:1%eth0", ["fe80::4619:b6ff:fe00:1"]),
        ("::ffff:10.0.0.5", ["10.0.0.5"]),
        ("64:ff9b::10.0.0.5", ["64:ff9b::a00:5"]),
        ("10.0.0.5 / fd00::1", ["10.0.0.5", "fd00::1"]),
        ("10.0.0.5 / 255.255.255.0", ["10.0.0.5"]),
        ("10.0.0.5 255.255.255.000", ["10.0.0.5"]),
        ("10.0.0.5 0.0.0.255", ["10.0.0.5"]),
    ],
)
def test_addresses_are_read_in_every_spelling(text: str, addresses: list[str]) -> None:
    assert values.addresses(text) == Read(tuple(addresses))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "10.0.0.999",
            "10.0.0",
            "10.0.0.5.6",
            "224.0.0.1",
            "255.255.255.0",
            "0.0.0",
            "camera 7",
            MAC,
        ),
        *("12:30:45", "10,0,0,5", "::0", "ff02::c", "10005", "255.255.255.0"),
    ],
)
def test_what_is_no_address_of_a_device_is_a_fault(text: str) -> None:
    assert values.addresses(text) == Read(fault=f"{text!r} holds no IP address")


@pytest.mark.parametrize(("text", "zero"), [("010.0.0.5", "010"), ("10.0.01.064", "064"), ("it is 10.012.0.5", "012")])
def test_of_an_address_that_is_two_the_zero_is_named(text: str, zero: str) -> None:
    told = f"'{text.rpartition(' ')[2]}' is no IP address that all programs read alike: leave out the zero of {zero}"
    assert values.addresses(text) == Read(fault=told)
    assert values.addresses(f"192.0.2.7, {text}; 192.0.2.8") == Read(("192.0.2.7", "192.0.2.8"), told)


def test_a_version_with_zeros_is_no_address_that_is_two() -> None:
    assert values.addresses("V5.4.010").fault == "'V5.4.010' holds no IP address"


def test_an_address_that_is_not_set_is_none_and_no_fault() -> None:
    assert [values.addresses(text) for text in ("::", ".".join("0000"))] == [Read(), Read()]


@pytest.mark.parametrize("beside", ["GW: 10.0.0.1", "gateway 10.0.0.1", "DNS=10.0.0.1"])
def test_an_address_of_what_all_devices_share_is_not_used(beside: str) -> None:
    told = f"the address in {beside!r} is not of the device itself, and is not used"
    assert values.addresses(f"IP: 10.0.0.5 {beside}") == Read(("10.0.0.5",), told)
    assert values.addresses(beside) == Read(fault=told)


def test_of_an_address_that_may_be_old_or_another_one_both_are_said() -> None:
    """In German "alt" is old, in English it is short for alternative."""
    why = "is an old or an alternative one, and is not used: leave out 'alt' if the device has it"
    told = f"the address in 'alt 10.0.0.6' {why}"
    assert values.addresses("10.0.0.5 (alt 10.0.0.6)") == Read(("10.0.0.5",), told)


@pytest.mark.parametrize(
    "text",
    ["10.0.0.5 (old 10.0.0.4)", "10.0.0.5, was 10.0.0.4", "10.0.0.5\nfrüher: 10.0.0.4", "old IP 10.0.0.4, 10.0.0.5"],
)
def test_an_address_from_before_is_not_one_of_the_device(text: str) -> None:
    """Another one may have it now, and would be taken for the device of the row where that is silent."""
    found = values.addresses(text)
    assert found.values == ("10.0.0.5",)
    assert found.fault.endswith("10.0.0.4' is one from before, and is not used")


def test_of_a_cell_with_an_address_from_before_alone_it_is_said_that_it_is_one() -> None:
    told = "the address in 'old IP: 10.0.0.4' is one from before, and is not used"
    assert values.addresses("old IP: 10.0.0.4") == Read(fault=told)


@pytest.mark.parametrize(
    "text",
    [
        "10.0.0.12-15",
        "10.0.0.12 – 10.0.0.15",  # noqa: RUF001
        "10.0.0.12 bis 10.0.0.15",
        "10.0.0.12..15",
        "10.0.0.12 to .15",
        "10.0.0.12, 15",
        "10.0.0.12; .15",
        "10.0.0.12 & 15",
        "10.0.0.12+15",
        "10.0.0.12 und 15",
    ],
)
def test_of_a_range_it_is_said_that_most_of_it_is_not_used(text: str) -> None:
    found = values.addresses(text)
    assert found.values[0] == "10.0.0.12"
    assert "means more addresses, which are not used: give each its row" in found.fault


@pytest.mark.parametrize(
    "text",
    [
        "10.0.0.12, 8000",
        "10.0.0.12, 554",
        "10.0.0.12, 4 MP",
        "10.0.0.12, 2nd floor",
        "10.0.0.12 - Hall",
        "10.0.0.12/24",
        "10.0.0.12:8000",
        "10.0.0.12, 10.0.0.15",
        "10.0.0.12",
    ],
)
def test_what_is_no_range_is_no_fault(text: str) -> None:
    assert not values.addresses(text).fault


@pytest.mark.parametrize("text", ["", "  ", "-", "n/a", "N/A", "DHCP", "tbd", "\u2014", "0", "\x00", "\u200b"])
def test_blank_cells_are_no_fault(text: str) -> None:
    for read in (values.addresses, values.macs, values.serial, values.endpoint, values.host_name):
        assert read(text) == Read(), read


@pytest.mark.parametrize(
    "text",
    [
        "44:19:B6:00:0A:01",
        "44-19-b6-00-0a-01",
        "44\u201319\u2013b6\u201300\u20130a\u201301",
        "4419.b600.0a01",
        "4419:b600:0a01",
        "4419B6000A01",
        "0x4419B6000A01",
        "4419b6-000a01",
        "44 19 B6 00 0A 01",
        "44.19.B6.00.0A.01",
        "44:19:b6:0:a:1",
        "MAC: 44:19:B6:00:0A:01 (LAN)",
        "MAC:44:19:B6:00:0A:01",
        "mac 4419B6000A01.",
    ],
)
def test_macs_are_read_in_every_notation(text: str) -> None:
    assert values.macs(text) == Read((MAC,))


@pytest.mark.parametrize(
    "text",
    [
        *("00:00:00:00:00:00", "FF:FF:FF:FF:FF:FF", "01:00:5E:00:00:01", "44:19:B6:00:0A", "44:18:B6:00:0A:01:02"),
        *("4419B6000A0", "4419B6000A011", "4419123456", "44:19-B6:00:0A:01", "10.0.0.5"),
    ],
)
def test_what_is_no_mac_of_one_card_is_a_fault(text: str) -> None:
    assert values.macs(text) == Read(fault=f"{text!r} is not the MAC address of one network card")


def test_several_macs_in_one_cell() -> None:
    assert values.macs("44:19:B6:00:0A:01, 4419.b600.0a02").values == (MAC, "44:19:B6:00:0A:02")


def test_only_so_many_identifiers_of_one_cell_are_used() -> None:
    text = " ".join(f"10.0.0.{number}" for number in range(1, 11))
    found = values.addresses(text)
    assert found.values == tuple(f"10.0.0.{number}" for number in range(1, 9))
    assert found.fault == "only the first 8 of 10 in one cell are used"


@pytest.mark.parametrize(
    ("text", "serial"),
    [
        ("DS-2CD2385G1-I20190507AAWRD12345678", "DS-2CD2385G1-I20190507AAWRD12345678"),
        (" ACCC8E012345 ", "ACCC8E012345"),
        ("S/N: 3L08942PAA00001", "3L08942PAA00001"),
        ("Serial No. # 3L08942PAA00001", "3L08942PAA00001"),
        ("210235412", "210235412"),
        ("210235412.0", "210235412"),
        ("00012345", "00012345"),
        ("210235C2AB3180000012", "210235C2AB3180000012"),
        ("SN12345", "SN12345"),
    ],
)
def test_serials(text: str, serial: str) -> None:
    assert values.serial(text) == Read((serial,))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2023-05-01", "is a date: the spreadsheet has changed it"),
        ("2023-05-01 00:00:00", "is a date: the spreadsheet has changed it"),
        ("01.05.2023", "is a date: the spreadsheet has changed it"),
        ("2024/05/06", "is a date: the spreadsheet has changed it"),
        ("2024年5月6日", "is a date: the spreadsheet has changed it"),
        ("5/1/23", "is a date: the spreadsheet has changed it"),
        ("Mar-23", "is a date: the spreadsheet has changed it"),
        ("1-Mar", "is a date: the spreadsheet has changed it"),
        ("01-Mär-2023", "is a date: the spreadsheet has changed it"),
        ("2.10235E+14", "is a rounded number: the spreadsheet has changed it"),
        ("2,10235E+14", "is a rounded number: the spreadsheet has changed it"),
        ("21023541234567000", "is a rounded number: the spreadsheet has changed it"),
        ("=A2&B2", "is a formula without a value"),
        ("#REF!", "is an error of the spreadsheet"),
        ("123", "is too short for a serial"),
    ],
)
def test_a_serial_that_a_spreadsheet_has_spoilt_is_a_fault(text: str, why: str) -> None:
    assert values.serial(text) == Read(fault=f"{text!r} {why}")


@pytest.mark.parametrize("text", ["0000", "XXXXXXXX", "----", "unknown", "0"])
def test_placeholders_are_no_serial_and_no_fault(text: str) -> None:
    assert values.serial(text) == Read()


@pytest.mark.parametrize("text", ["[n/a]", "[n/s]", "n/a"])
def test_what_scanners_write_where_nothing_is_known_is_no_fault(text: str) -> None:
    assert values.host_name(text) == values.addresses(text) == values.macs(text) == Read()


def test_endpoints_and_host_names() -> None:
    uuid = "4d454930-0000-1000-8000-4419b6000a01"
    assert values.endpoint(f"urn:uuid:{uuid.upper()}") == Read((uuid,))
    assert values.endpoint("00000000-0000-0000-0000-000000000000").values == ()
    assert values.endpoint("x1").fault == "'x1' holds no UUID"
    assert values.host_name("Gate-North.Example.ORG.") == Read(("gate-north.example.org",))
    assert values.host_name("two words").fault == "'two words' is no host name"


def test_keys_hold_letters_and_digits_alone() -> None:
    assert key("ds-2cd 2385_G1.I") == "DS2CD2385G1I"
    assert address_key("fe80::1%eth0") == "fe80::1"
    assert address_key("::ffff:10.0.0.5") == "10.0.0.5"
    assert address_key("gate") == "gate"


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("10.0.0.0/24", ()),
        ("10.0.0.5, 10.0.0.0 / 24", ("10.0.0.5",)),
        ("10.0.0.5/24", ("10.0.0.5",)),
        ("10.0.0.0/31", ("10.0.0.0",)),
        ("10.0.0.0", ("10.0.0.0",)),
        ("fd00::/64", ()),
        ("fd00::5/64", ("fd00::5",)),
        ("10.1.0.0/8", ("10.1.0.0",)),
        ("10.0.0.5/999", ("10.0.0.5",)),
    ],
)
def test_a_network_is_no_address(text: str, addresses: tuple[str, ...]) -> None:
    assert values.addresses(text).values == addresses


def test_names_of_sites_keep_what_stands_between_numbers() -> None:
    assert site_key("Depot North") == site_key("depot-north") == "DEPOTNORTH"
    assert site_key("Shop 1-12") == site_key("shop 1 / 12") == "SHOP1-12"
    assert site_key("Shop 11-2") != site_key("Shop 1-12") != site_key("Shop 112")


@given(st.text(max_size=200))
def test_no_text_breaks_a_reader(text: str) -> None:
    for read in (values.addresses, values.macs, values.serial, values.endpoint, values.host_name):
        found = read(text)
        assert not found.values or not any("\x00" in value for value in found.values)


@pytest.mark.parametrize(("text", "address"), [("192168100123", "192.168.100.123"), ("10120130140", "10.120.130.140")])
def test_an_address_that_a_spreadsheet_has_made_a_number_is_read_and_told(text: str, address: str) -> None:
    assert values.addresses(text) == (
        (address,),
        f"{text} is taken for {address}: the spreadsheet has made it a number",
    )


@pytest.mark.parametrize("text", ["3232261243", "192168300123", "1,92168E+11", "4919123456789"])
def test_other_numbers_are_no_addresses(text: str) -> None:
    assert values.addresses(text).values == ()


@pytest.mark.parametrize("text", ["unknown / see photo", "Unbekannt (siehe Foto)", "?? check label", "tbd"])
def test_a_remark_that_something_is_unknown_is_no_value(text: str) -> None:
    assert values.words(text) is None
    assert values.serial(text) == Read()
    assert values.words("unknown DS-2CD2142") == "unknown DS-2CD2142"
