from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

import pytest

from camscan.imports.files import switchports
from camscan.imports.files.base import Summary
from camscan.imports.files.switchports import SwitchPorts, sniff

AT = datetime(2026, 11, 20, tzinfo=UTC)
MAC, OTHER, THIRD = "44:19:B6:01:02:03", "3C:EF:8C:01:02:03", "44:19:B6:01:02:99"


@pytest.mark.parametrize(
    ("line", "port"),
    [
        ("  10    4419.b601.0203    DYNAMIC     Gi1/0/7", "Gi1/0/7"),
        ("*   10  4419.b601.0203   dynamic  0         F      F    Eth1/7", "Eth1/7"),
        ("v10     44:19:b6:01:02:03   D        -   ge-0/0/7.0   0   0", "ge-0/0/7.0"),
        ("4419-b601-0203 10/-                           GE0/0/7             dynamic", "GE0/0/7"),
        ("44:19:b6:01:02:03 dev swp7 master br0", "swp7"),
        (" 2   D E 44:19:B6:01:02:03   10 sfp-sfpplus1 bridge  3s", "sfp-sfpplus1"),
        ("cams   44:19:b6:01:02:03   D          -   ae0.0   0   0", "ae0.0"),
        ("44:19:b6:01:02:03   10   dynamic   1/1/7", "1/1/7"),
        ('"10","44:19:b6:01:02:03","Gi1/0/7"', "Gi1/0/7"),
        ("10,44:19:b6:01:02:03,Gi1/0/7,cam12", "Gi1/0/7"),
    ],
)
def test_tables_of_switches(line: str, port: str) -> None:
    ports, summary = SwitchPorts(), Summary()
    assert sniff(line.encode())
    ports.add("s.txt", BytesIO(f"a head\n{line}\n".encode()), summary)
    place = ports.of([MAC])
    assert place
    assert place.fields == {"switch.port": (port,), "switch.name": ("s.txt",), "switch.macs": ("1",)}
    assert str(place) == f"switch port {port} in s.txt"
    ports.count()
    assert (summary.whole, summary.without_ip) == (1, 0)


@pytest.mark.parametrize(
    ("text", "port"),
    [
        ("  MAC Address   Port   VLAN\n  ------------- ------ ----\n  4419b6-010203 12     10\n", "12"),
        ("  MAC Address   Located on Port\n  ------------- ---------------\n  4419b6-010203 A3\n", "A3"),
        ("MAC Address        VLAN  Port  Type\n44:19:b6:01:02:03  1     Trk1  dynamic\n", "Trk1"),
        ("Port  VLAN ID  MAC Address        Type\n7     10       44:19:b6:01:02:03  Dynamic\n", "7"),
        ("Port,VLAN,MAC Address\n7,10,44:19:B6:01:02:03\n", "7"),
        ('"VLAN";"MAC";"Port"\n"10";"44-19-b6-01-02-03";"7"\n', "7"),
        (
            "VLAN ID  MAC Address         Interface  IfIndex\n10       44:19:B6:01:02:03   0/12       12",
            "0/12",
        ),
    ],
)
def test_a_port_may_be_a_bare_number_below_its_heading(text: str, port: str) -> None:
    ports = SwitchPorts()
    assert sniff(text.encode())
    ports.add("s.txt", BytesIO(text.encode()), Summary())
    assert ports.of([MAC]) == (1, port, "s.txt", "s.txt")


@pytest.mark.parametrize(
    "text",
    [
        "MAC Address\n4419.b601.0203 12\n",
        "MAC Address   Port   VLAN\n  4419b6-010203 CPU    10\n",
        "",
        "4419.b601.0203",
        "Gi1/0/7 is up",
        " All    0100.0ccc.cccc    STATIC      CPU",
        "Internet  10.0.10.5  12   4419.b601.0203  ARPA   Gi1/0/7",
        '{"mac": "44:19:b6:01:02:03", "firmware": "V5.1.8"}',
        "2: eth0: <UP>\n    link/ether 44:19:b6:01:02:03 brd ff:ff:ff:ff:ff:ff",
    ],
)
def test_what_is_no_table_of_a_switch(text: str) -> None:
    assert not sniff(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        "Name;MAC;Installed\nCam1;44-19-B6-01-02-03;12/05/2023\nCam2;3C-EF-8C-01-02-03;1/6/2023\n",
        "Name;MAC;Installed\nCam1;44-19-B6-01-02-03;12/05/23\n",
        'Model,MAC,Sensor\nX-1,44-19-B6-01-02-03,"1/2.8"""\n',
        "Model,MAC,Port\nX-1,44-19-B6-01-02-03,554\n",
    ],
)
def test_a_list_of_devices_is_no_table_of_a_switch(text: str) -> None:
    assert not sniff(text.encode())


def test_of_several_ports_the_one_with_the_fewest_addresses_counts() -> None:
    """The others lead to the switch that the device is connected to."""
    core = f"1 {MAC} Te1/1/1\n1 {OTHER} Te1/1/1\n1 01:00:5e:00:00:01 Te1/1/9\n"
    for order in (1, -1):
        ports = SwitchPorts()
        for name, text in [("core", core), ("access", f"1 {MAC} Gi1/0/7\n")][::order]:
            ports.add(name, BytesIO(text.encode()), Summary())
        assert ports.of([MAC]) == (1, "Gi1/0/7", "access", "access")
        assert ports.of([OTHER]) == (2, "Te1/1/1", "core", "core")
        assert ports.of([MAC, OTHER]) is ports.of([]) is ports.of(["01:00:5E:00:00:01"]) is None


@pytest.mark.parametrize("order", [1, -1])
def test_so_it_does_where_one_log_holds_the_tables_of_several_switches(order: int) -> None:
    core = f"sw-core#show mac address-table\n1 {MAC} Te1/1/1\n1 {OTHER} Te1/1/1\n20 {OTHER} Te1/1/1\n"
    access = f"sw-hall#show mac address-table\n1 {MAC} Gi1/0/7\n"
    ports, summary = SwitchPorts(), Summary()
    ports.add("log", BytesIO("".join((core, access)[::order]).encode()), summary)
    assert ports.of([MAC]) == (1, "Gi1/0/7", "sw-hall", "log")
    assert ports.of([OTHER]) == (2, "Te1/1/1", "sw-core", "log")
    ports.count()
    assert summary.whole == 2


def test_what_no_other_file_tells_of_goes_by_its_mac_in_the_table_nearest_to_it() -> None:
    ports, summary = SwitchPorts(), Summary()
    ports.add("core", BytesIO(f"1 {MAC} Te1/1\n1 {OTHER} Te1/1\n1 {THIRD} Te1/1\n".encode()), summary)
    ports.add("access", BytesIO(f"1 {MAC} Gi1/0/7\n".encode()), Summary())
    ports.of([OTHER])
    found = [one for name in ("core", "access") for one in ports.untold(name, AT)]
    assert [(one.target, one.channel, one.asked, one.fields["switch.port"]) for one in found] == [
        (THIRD, "arp", "switch port Te1/1 in core", ("Te1/1",)),
        (MAC, "arp", "switch port Gi1/0/7 in access", ("Gi1/0/7",)),
    ]
    assert all(one.fields["mac.address"] == (one.target,) for one in found)
    ports.count()
    assert (summary.whole, summary.without_ip) == (3, 2)


@pytest.mark.parametrize(
    "command",
    [
        "sw-hall-1#show mac address-table",
        "sw-hall-1>sh mac address-table dynamic",
        "sw-hall-1# show mac-address-table",
        "<sw-hall-1>display mac-address",
        "admin@sw-hall-1> show ethernet-switching table",
        "sw-hall-1(config)#do show mac address-table",
    ],
)
def test_the_log_of_a_terminal_names_the_switch(command: str) -> None:
    ports = SwitchPorts()
    ports.add(
        "log.txt", BytesIO(f"{command}\n10 {MAC} Gi1/0/7\nsw-2#show mac\n10 {OTHER} Gi1/0/7\n".encode()), Summary()
    )
    assert ports.of([MAC]) == (1, "Gi1/0/7", "sw-hall-1", "log.txt")
    assert ports.of([OTHER]) == (1, "Gi1/0/7", "sw-2", "log.txt")


def test_a_file_of_too_many_lines_is_read_to_its_limit_and_called_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(switchports, "_MAX_ENTRIES", 2)
    summary, ports = Summary(), switchports.SwitchPorts()
    table = b"".join(b"  10  0200.5e00.0a0%d  DYNAMIC  Gi1/0/%d\n" % (number, number) for number in (1, 2, 3))
    ports.add("sw1", BytesIO(table), summary)
    assert [ports.of([f"02:00:5E:00:0A:0{number}"]) is not None for number in (1, 2, 3)] == [True, True, False]
    assert summary.cut == "it has more than 2 lines"


def test_where_a_device_hangs_in_words() -> None:
    assert switchports.asked_of({"switch.port": ("Gi1/0/7",), "switch.name": ("sw1",)}) == "switch port Gi1/0/7 in sw1"
    assert switchports.asked_of({}) == ""
