from __future__ import annotations

import pytest
from support.costs import costs_less_than
from support.imported import fields

from camscan.imports.forms.macs import MAX_ADDRESSES, addresses, blocks, is_address, named, written

WRITTEN = [
    "44:19:b6:01:02:03",
    "44-19-B6-01-02-03",
    "4419b6010203",
    "4419.b601.0203",
    "44 19 b6 01 02 03",
    "4419b6-010203",
]


@pytest.mark.parametrize(
    "text", [*WRITTEN, "MAC Address: 44:19:B6:01:02:03 (Example)", "lladdr 44:19:b6:01:02:03 STALE"]
)
def test_six_notations(text: str) -> None:
    (one,) = addresses(text)
    assert one.fields["mac.address"] == ("44:19:B6:01:02:03",)
    assert one.fields["mac.prefix"] == ("4419B6",)


@pytest.mark.parametrize(
    "text", ["", "00:00:00:00:00:00", "deadbeefdeadbeefdeadbeefdeadbeef", "12:30:45", "fe80::1:2:3"]
)
def test_other_digits_are_none(text: str) -> None:
    assert all("mac.address" not in one.fields for one in addresses(text))


def test_one_address_alone_is_told_from_a_text_about_it() -> None:
    assert all(map(is_address, WRITTEN))
    assert is_address("MAC: 44:19:b6:01:02:03 (Example)")
    assert is_address("44:19:b6")
    assert not is_address("44:19:b6 and more")
    assert not is_address("Server: 44:19:b6:01:02:03 and more")


def test_a_block_is_read_where_there_is_no_address() -> None:
    assert [one.fields.keys() for one in written("44:19:b6")] == [{"mac.prefix", "mac.organization"}]
    assert [one.fields["mac.address"] for one in written("44:19:b6:01:02:03")] == [("44:19:B6:01:02:03",)]


@pytest.mark.parametrize(
    "text",
    [
        "('10:20:30', '11:21:31')",
        "'44:19:b6:01:02:03'",
        "'a44:19:b6'",
        "a:44:19:b6:xx",
        "mac_prefix: 44:19:b6:01",
        "facade of a house",
        "10:20:30 now",
    ],
)
def test_times_addresses_and_words_are_no_blocks(text: str) -> None:
    assert not list(blocks(text))


@pytest.mark.parametrize("part", ["oui ", "mac:\t", "AA:BB:CC ", "OUI", "a", "0:"])
def test_hostile_text_takes_no_time(part: str) -> None:
    with costs_less_than(1):
        list(written(part * (60_000 // len(part))))
        is_address(part * (60_000 // len(part)))


def test_addresses_are_bounded() -> None:
    text = " ".join(f"44:19:b6:00:00:{number:02x}" for number in range(1, 100))
    assert len(list(addresses(text.replace(" ", "\n")))) == MAX_ADDRESSES


@pytest.mark.parametrize(
    "text",
    [
        "44:19:B6\tHangzhouHikv",
        "4419B6 Hangzhou Hikvision Digital Technology",
        "oui: 44:19:B6, org: Example",
        'MA-L,4419B6,"Example Co.,Ltd.",Some Road 5',
        'f.println("MA-L,4419B6,Example,Some Road 5");',
        "44-19-B6   (hex)\t\tExample",
        "44:19:b6:xx:xx:xx",
        "44:19:B6:**:**:**",
        "44:19:b6:..:..:..",
        "44:19:b6:[redacted]",
        "44:19:b6/24",
    ],
)
def test_blocks_as_registries_and_reports_write_them(text: str) -> None:
    (one,) = blocks(text)
    assert not list(addresses(text))
    assert one.fields["mac.prefix"] == ("4419B6",)
    assert one.fields["mac.organization"] == ("Hangzhou Hikvision Digital Technology Co.,Ltd.",)


@pytest.mark.parametrize(
    "text",
    [
        "ipNetToMediaPhysAddress.12.192.0.2.64 = STRING: 44:19:b6:1:2:3",
        "4419b6.010203",
    ],
)
def test_notations_of_switches_and_of_dhcp(text: str) -> None:
    [found] = addresses(text)
    assert found.fields["mac.address"] == ("44:19:B6:01:02:03",)


@pytest.mark.parametrize("text", ["10:1:2:3:4:5", "fe80:a:b:c:d:e:f:1", "1.2.3.4.5.6", "a:b:c:d:e:f:0"])
def test_addresses_of_other_kinds_and_times_are_no_macs(text: str) -> None:
    assert not list(addresses(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(C4:2F:90|54:C4:15)", ["C42F90", "54C415"]),
        ("$oui -match '^(18:68:CB|24-0F-9B)$'", ["1868CB", "240F9B"]),
        ("acme: ['44:19:b6', 'bc:ad:28'],", ["4419B6", "BCAD28"]),
        ("{ prefix: '3c:ef:8c', type: 'camera' }", ["3CEF8C"]),
        ("sold by Acme:\n`14:2F:FD`", ["142FFD"]),
        ("// mac 28:57:be:xx:xx:xx or 44-19-B6-??-??-??", ["2857BE", "4419B6"]),
        ("the OUI is `4C11BF`, its path", ["4C11BF"]),
        ("port: 554\nmac_prefix: 54:8c:81\n", ["548C81"]),
        ('"mac_prefix": "b4-4c-3b"', ["B44C3B"]),
        ("OUI B4:4C:3B is held by", ["B44C3B"]),
        ("OUI: 00:30:46", ["003046"]),
        ("44:19:b6", ["4419B6"]),
        ("4419B6", ["4419B6"]),
    ],
)
def test_lists_of_blocks(text: str, expected: list[str]) -> None:
    assert [one.fields["mac.prefix"][0] for one in blocks(text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "Camera: front door, MAC `44:19:B6:00:00:01`, IP 192.168.1.64",
        "a device with mac=4419b6000001 and ports 80, 554",
        '{"ip": "192.168.1.64", "macAddress": "44-19-b6-00-00-01"}',
        "<device><mac>44:19:b6:00:00:01</mac></device>",
        "Name: cam\nPhysical Address: 44:19:B6:00:00:01",
        "? (192.168.1.64) at 44:19:b6:0:0:1 on en0",
    ],
)
def test_the_mac_that_a_text_calls_so(text: str) -> None:
    assert [one.fields["mac.address"] for one in named(text)] == [("44:19:B6:00:00:01",)]


@pytest.mark.parametrize(
    "text",
    [
        "the key 44:19:b6:00:00:01:02:03 of a server",
        "session=4419b6000001",
        "mac address table",
        "emacs 4419b6000001",
        "mac: 00:00:00:00:00:00",
        "\n".join(f"mac: 44:19:b6:00:00:0{number}" for number in range(1, 4)),  # those of several devices
    ],
)
def test_no_mac_of_one_device(text: str) -> None:
    assert list(named(text)) == []


@pytest.mark.parametrize("end", ["XX:XX:XX", "xx:xx:xx", "**:**:**", "??:??:??", "\u2026"])
def test_a_mac_whose_end_is_hidden(end: str) -> None:
    (one,) = named(f'{{"mac": "44:19:b6:{end}", "a": 1}}')
    assert one.fields["mac.prefix"] == ("4419B6",)
    assert "mac.address" not in one.fields
    assert is_address(f"44:19:B6:{end}")


def test_blocks_of_several_devices_are_no_one_s() -> None:
    assert not list(named("\n".join(f"mac: 44:19:{number}:XX:XX:XX" for number in (10, 11, 12))))


@pytest.mark.parametrize(
    "line",
    [
        "Oct 12 10:11:12 dnsmasq-dhcp[812]: DHCPACK(br0) 192.0.2.20 44:19:b6:00:00:01 CAM-1",
        "dhcpd: DHCPACK on 192.0.2.20 to 44:19:b6:00:00:01 (CAM-1) via eth0",
        "dhcpd: DHCPREQUEST for 192.0.2.20 from 44:19:b6:00:00:01 (CAM-1) via eth0",
    ],
)
def test_lines_that_servers_of_dhcp_log(line: str) -> None:
    for text in (line, f"{line}\n{line}\n"):
        found = fields(text, "")
        assert found["dhcp.hostname"] == ("CAM-1",)
        assert found["mac.address"] == ("44:19:B6:00:00:01",)
