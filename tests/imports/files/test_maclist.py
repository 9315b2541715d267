from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

import pytest

from camscan.imports.files.base import SNIFFED, Summary
from camscan.imports.files.maclist import read, sniff
from camscan.records import Observation

MAC, OTHER, THIRD = "44:19:B6:01:02:03", "3C:EF:8C:01:02:03", "00:40:8C:01:02:03"
NOW = datetime(2026, 1, 2, tzinfo=UTC)
SWITCH = """sw-hall-1#show mac address-table
Vlan    Mac Address       Type        Ports
----    -----------       --------    -----
  10    4419.b601.0203    DYNAMIC     Gi1/0/7
  10    3cef.8c01.0203    DYNAMIC     Gi1/0/8
  10    0040.8c01.0203    DYNAMIC     Gi1/0/8
"""


def reading(text: str) -> tuple[list[Observation], Summary]:
    summary = Summary()
    return list(read(BytesIO(text.encode()), NOW, summary)), summary


@pytest.mark.parametrize(
    "text",
    [
        f"{MAC}\n{OTHER}\n",
        f"{MAC}, {OTHER}",
        f"MAC\r\n{MAC}\r\n{OTHER}\r\n",
        "4419b6010203\n3CEF8C010203\n",
        f"name,mac\nhall,{MAC}\ndoor,{OTHER}\nroof,{THIRD}\n",
        f"MAC;Room\n{MAC};1\n{OTHER};2\n",
        SWITCH,
        "10 4419.b601.0203 DYNAMIC Gi1/0/7",
    ],
)
def test_lists_of_addresses(text: str) -> None:
    assert sniff(text.encode())
    found, summary = reading(text)
    assert found[0].target == MAC
    assert found[0].fields["mac.organization"] == ("Hangzhou Hikvision Digital Technology Co.,Ltd.",)
    assert summary.whole == len(found)


@pytest.mark.parametrize(
    "text",
    [
        "",
        MAC,
        f"LAN MAC: {MAC}\nWLAN MAC: {OTHER}\n",  # of one device
        f"LAN MAC: {MAC}, WLAN MAC: {OTHER}\n",
        f"Internet  10.1.2.3  5  {MAC}  ARPA\nInternet  10.1.2.4  5  {OTHER}  ARPA\n",  # an import knows it
        f"HTTP/1.1 200 OK\r\nServer: App-webs/\r\n\r\nmac={MAC}\r\nname=IPCAM\r\nmac2={OTHER}\r\n",
        f'{{"mac": "{MAC}"}}\n{{"mac": "{OTHER}"}}\n',
    ],
)
def test_what_is_no_list_of_addresses(text: str) -> None:
    assert not sniff(text.encode())


def test_an_address_has_the_port_at_which_a_switch_lists_it() -> None:
    found, _ = reading(SWITCH)
    places = {one.target: [one.fields[f"switch.{name}"] for name in ("name", "port", "macs")] for one in found}
    assert places[MAC] == [("sw-hall-1",), ("Gi1/0/7",), ("1",)]
    assert places[OTHER] == [("sw-hall-1",), ("Gi1/0/8",), ("2",)]


def test_an_address_counts_once_and_one_of_a_group_not_at_all() -> None:
    found, summary = reading(f"{MAC}\n{OTHER}\n44-19-b6-01-02-03\n01:00:5E:00:00:FB\n")
    assert [one.target for one in found] == [MAC, OTHER]
    assert summary.skipped == {"MAC address listed twice": 1, "MAC address of a group": 1}


def test_the_last_line_of_a_long_list_is_cut_and_looked_at_all_the_same() -> None:
    text = "".join(f"44:19:B6:00:{n >> 8:02X}:{n & 255:02X}\n" for n in range(1_000))
    assert sniff(text.encode()[:4096])
    assert len(reading(text)[0]) == 1_000


def test_a_file_that_begins_with_nothing_but_blanks_is_none() -> None:
    assert not sniff(b" " * SNIFFED)
