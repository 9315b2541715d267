"""One neighbour as switches and hosts list it by LLDP."""

from __future__ import annotations

import pytest
from support.imported import fields

CISCO = """\
Local Intf: Gi1/0/7
Chassis id: 0200.5e00.0a01
Port id: 0200.5e00.0a01
Port Description: eth0
System Name: gate

System Description:\x20
Some Camera C-100
Firmware 1.2

Time remaining: 101 seconds
System Capabilities: S
Management Addresses:
    IP: 192.0.2.15
"""
LLDPD = """\
Interface:    eth0, via: LLDP, RID: 1, Time: 0 day, 00:01:12
  Chassis:
    ChassisID:    mac 02:00:5e:00:0a:01
    SysName:      gate
    SysDescr:     Some Camera C-100
                  Firmware 1.2
    MgmtIP:       192.0.2.15
    Capability:   Station, on
  Port:
    PortID:       mac 02:00:5e:00:0a:01
"""
COMWARE = """\
 Chassis type        : MAC address
 Chassis ID          : 0200-5e00-0a01
 System name         : gate
 System description  :

   Some Camera C-100
   Firmware 1.2

 System capabilities supported : StationOnly
"""


@pytest.mark.parametrize("text", [CISCO, LLDPD, COMWARE, CISCO.replace("\n", "\r\n")])
def test_one_neighbour_in_full(text: str) -> None:
    found = fields(text)
    (description,) = found["snmp.sys_descr"]
    assert description.split() == ["Some", "Camera", "C-100", "Firmware", "1.2"]
    assert found["snmp.sys_name"] == ("gate",)
    assert found["mac.address"] == ("02:00:5E:00:0A:01",)


def test_of_several_neighbours_none_speaks_for_the_others() -> None:
    assert "snmp.sys_descr" not in fields(f"{CISCO}\n{CISCO.replace('0a01', '0a02')}")


def test_a_chassis_that_is_known_by_another_name_has_no_mac() -> None:
    found = fields(CISCO.replace("Chassis id: 0200.5e00.0a01", "Chassis id: gate"))
    assert found["snmp.sys_name"] == ("gate",)
    assert "mac.address" not in found


def test_a_neighbour_without_a_name_is_one_too() -> None:
    found = fields(CISCO.replace("System Name: gate\n", ""))
    assert found["snmp.sys_descr"] == ("Some Camera C-100\nFirmware 1.2",)
    assert "snmp.sys_name" not in found
