from __future__ import annotations

import pytest

from camscan.imports.files.cells import address_in, mac_in


@pytest.mark.parametrize(
    ("cell", "address"),
    [
        ("192.0.2.5", "192.0.2.5"),
        ("192.0.2.5/24", "192.0.2.5"),
        ("192.0.2.5/32", "192.0.2.5"),
        ("192.0.2.4/31", "192.0.2.4"),
        ("192.0.2.5:8000", "192.0.2.5"),
        ("http://192.0.2.5/", "192.0.2.5"),
        ('="192.0.2.5"', "192.0.2.5"),
        ("'192.0.2.5", "192.0.2.5"),
        ("192.0.2.5, fe80::1", "192.0.2.5"),
        ("cam (192.0.2.5)", "192.0.2.5"),
        ("192.000.002.005", "192.0.2.5"),
        ("2001:db8::5", "2001:db8::5"),
        ("192.0.2.0/24", ""),
        ("192.0.2.017", ""),
        ("1.2.192.0.2.5", ""),
        ("v192.0.2.5", ""),
        ("#192.0.2.5", ""),  # a row that is commented out
        ("224.0.0.1", ""),
        ("192.0.2.999", ""),
        ("", ""),
    ],
)
def test_addresses_as_programs_write_them(cell: str, address: str) -> None:
    assert address_in(cell) == address


@pytest.mark.parametrize(
    "cell",
    [
        *("44:19:b6:01:02:03", "44-19-B6-01-02-03", "44 19 b6 01 02 03", "4419.b601.0203", "4419b6-010203"),
        *("44:19:B6:01:02:03 (eth0)", '="4419b6010203"', "eth0: 44:19:b6:1:2:3", "44:19:b6:01:02:03, 4419.b601.0203"),
    ],
)
def test_macs_as_programs_write_them(cell: str) -> None:
    assert mac_in(cell) == "44:19:B6:01:02:03"


@pytest.mark.parametrize(
    "cell",
    [
        *("44:19:b6:01:02:03, 44:19:b6:01:02:04", "44:19:b6:01:02:03:04:05", "none", "", "4419b6010203ff", "0" * 12),
        *("00 03 00 01 44 19 b6 01 02 03", "44 19 b6 01 02 03 04", "id 00 01 44 19 b6 01 02 03"),
    ],
)
def test_what_holds_no_mac_of_one_card(cell: str) -> None:
    assert mac_in(cell) is None
