"""Leases, and the lines of logs about them."""

from __future__ import annotations

import pytest
from support.imported import fields

from camscan.imports.forms.leases import is_lease

LEASES = {
    "dnsmasq log": "Oct 12 10:11:12 dnsmasq-dhcp[812]: DHCPACK(br0) 192.0.2.20 44:19:b6:00:00:01 CAM-1",
    "dhcpd log": "dhcpd: DHCPACK on 192.0.2.20 to 44:19:b6:00:00:01 (CAM-1) via eth0",
    "dnsmasq": "1700000000 44:19:b6:00:00:01 192.0.2.20 CAM-1 01:44:19:b6:00:00:01",
    "dhcpd": 'lease 192.0.2.20 {\n  hardware ethernet 44:19:b6:00:00:01;\n  client-hostname "CAM-1";\n}',
    "option": 'host cam { hardware ethernet 44:19:b6:00:00:01; option host-name "CAM-1"; }',
    "dhcpd on one line": 'lease { client-hostname "CAM-1"; hardware ethernet 44:19:b6:00:00:01; }',
}


@pytest.mark.parametrize("text", LEASES.values(), ids=LEASES)
@pytest.mark.parametrize("hint", ["dhcp", "", "nonsense"])
def test_leases(text: str, hint: str) -> None:
    found = fields(text, hint)
    assert found["dhcp.hostname"] == ("CAM-1",)
    assert found["mac.address"] == ("44:19:B6:00:00:01",)


def test_the_class_of_a_device() -> None:
    text = LEASES["dhcpd"].replace("}", '  set vendor-class-identifier = "udhcp 1.2";\n}')
    assert fields(text, "")["dhcp.vendor_class"] == ("udhcp 1.2",)


def test_a_mapping_needs_the_hint() -> None:
    text = '{"hostname": "cam-1", "ip": "192.0.2.5", "macaddress": "4419b6000001"}'
    assert fields(text, "dhcp")["dhcp.hostname"] == ("cam-1",)
    assert fields(text, "dhcp")["mac.address"] == ("44:19:B6:00:00:01",)


@pytest.mark.parametrize("text", ["Server: a", "44:19:b6:00:00:01", "DHCPACK", "2024 44:19 192.0.2.1"])
def test_other_text_is_no_lease(text: str) -> None:
    assert not is_lease(text)
