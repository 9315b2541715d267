from __future__ import annotations

import json

import pytest
from support.costs import costs_less_than
from support.imported import AT, read_all

from camscan.imports.files import neighbours


@pytest.mark.parametrize(
    "line",
    [
        "192.0.2.5 dev eth0 lladdr 44:19:b6:01:02:03 REACHABLE",
        "192.0.2.5 dev eth0 lladdr 44:19:b6:01:02:03 ref 1 used 0/0/0 probes 4 STALE",
        "? (192.0.2.5) at 44:19:b6:01:02:03 [ether] on eth0",
        "? (192.0.2.5) at 44:19:b6:1:2:3 on en0 ifscope [ethernet]",
        "  192.0.2.5             44-19-b6-01-02-03     dynamic",
        "Internet  192.0.2.5               5   4419.b601.0203  ARPA   Vlan10",
        "192.0.2.5     0x1         0x2         44:19:b6:01:02:03     *        eth0",
        "192.0.2.5   ether   44:19:b6:01:02:03   C   eth0",
        "192.0.2.5\t44:19:b6:01:02:03\tHangzhou Hikvision Digital Technology",
        "192.0.2.5  4419b6-010203  10  1/1",
        " 0 DC 192.0.2.5  44:19:B6:01:02:03  bridge  reachable",
        "192.0.2.5;;up;;;44:19:B6:01:02:03;Acme",
        "index=14 ifname=internal7 192.0.2.5 44:19:b6:01:02:03 state=00000004 use=2494 confirm=1995 update=374 ref=3",
    ],
)
def test_one_line_of_each_tool(line: str) -> None:
    seen, summary = read_all(neighbours.read, line.encode())
    (one,) = seen
    assert neighbours.sniff_arp(line.encode())
    assert (one.target, one.channel, one.at) == ("192.0.2.5", "arp", AT)
    assert one.fields["mac.address"] == ("44:19:B6:01:02:03",)
    assert "host.name" not in one.fields
    assert summary.whole == 1


@pytest.mark.parametrize(
    "text",
    [
        "12 D 192.0.2.5  44:19:B6:01:02:03  IPC  dhcp1  bound  3m2s",
        "192.0.2.5       192.0.2.0       44-19-b6-01-02-03    IPC                  Active",
        "192.0.2.5       0144.19b6.0102.03       Nov 29 2026 02:11 AM    Automatic  Active     Vlan30",
        "add address=192.0.2.5 client-id=1:44:19:b6:1:2:3 mac-address=44:19:B6:01:02:03 server=dhcp1",
        " 0 D address=192.0.2.5 mac-address=44:19:B6:01:02:03 active-mac-address=44:19:B6:01:02:09",
        "44:19:B6:01:02:03   192.0.2.5       85000       dhcp-snooping  30    Vlan30",
        "192.0.2.5       0144.19b6.0102.03       Infinite                Manual",
        "DH4 192.0.2.5     4419.b601.0203     Gi1/0/8  10    0024       40h        STALE      try 0",
        "/ip dhcp-server lease\nadd address=192.0.2.5 mac-address=44:19:B6:01:02:03",
        "Columns: ADDRESS, MAC-ADDRESS, HOST-NAME, LAST-SEEN\n 0 192.0.2.5  44:19:B6:01:02:03  IPC  1h",
        "MAC Address  IP address  Lease (sec)  Type  Interface\n44:19:B6:01:02:03  192.0.2.5  72  dynamic  ge-0/0/1",
    ],
)
def test_a_lease_is_told_from_an_answer_to_arp(text: str) -> None:
    """Somebody was given the address; that nobody answers there any more, no DHCP server knows."""
    (one,), _ = read_all(neighbours.read, text.encode())
    assert (one.target, one.channel, one.fields["mac.address"]) == ("192.0.2.5", "dhcp", ("44:19:B6:01:02:03",))


@pytest.mark.parametrize(
    "text",
    [
        (
            "IP Address  MAC address  State  Lease start  Lease expiration  Remaining  Pool  Hostname  Origin\n"
            "192.0.2.5   44:19:b6:01:02:03  {0}  2026/02/28 11:22:33  2026/03/02 11:22:33  23:22:10  LAN  cam  local"
        ),
        (
            "ip  mac  hostname  state  duration  lease_time\n"
            "192.0.2.5  44:19:b6:01:02:03  cam-gate  {0}  86400  Mon Mar  2 11:22:33 2026"
        ),
        (
            "IP address  Session Id  Hardware address  Expires  State  Interface\n"
            "192.0.2.5  2  44:19:b6:01:02:03  86180  {0}  ge-0/0/1.0"
        ),
    ],
)
@pytest.mark.parametrize(
    ("state", "count"), [("active", 1), ("committed", 1), ("BOUND", 1), ("expired", 0), ("free", 0), ("RELEASE", 0)]
)
def test_a_lease_in_a_table_of_leases_may_be_over(text: str, state: str, count: int) -> None:
    seen, summary = read_all(neighbours.read, text.format(state).encode())
    assert [(one.channel, one.at) for one in seen] == [("dhcp", AT)] * count
    assert summary.skipped["lease or entry that is not in use"] == 1 - count
    seen, _ = read_all(neighbours.read, f"? (192.0.2.5) at 44:19:b6:01:02:03 [ether] on {state}".encode())
    assert [one.channel for one in seen] == ["arp"]


@pytest.mark.parametrize("state", ["bound", "active", "committed"])
def test_a_host_may_be_called_by_the_name_of_a_state(state: str) -> None:
    (one,), _ = read_all(neighbours.read, f"DHCP leases\n192.0.2.5  44:19:B6:01:02:03  free  dhcp1  {state}".encode())
    assert (one.target, one.channel) == ("192.0.2.5", "dhcp")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Lease expiration  Pool\n192.0.2.5  44:19:b6:01:02:03  2026/02/13 11:22:33  LAN  cam", 13),
        ("MAC-Address  Hostname  Expiry\n192.0.2.5  44:19:b6:01:02:03  cam  Fri Feb  6 11:22:33 2026", 6),
        ("Lease expiration  Type\n192.0.2.5  0144.19b6.0102.03  Feb 13 2026 02:11 AM    Automatic", 13),
        ("Lease start  Lease expiration\n192.0.2.5  44:19:b6:01:02:03  2026/02/01 11:22:33  2026/02/13 11:22:33", 13),
        ("Unique ID - Lease Expires\n192.0.2.5 - 255.255.255.0 - 44-19-b6-01-02-03 - 2/13/2026 11:22:33 AM   -D-", 13),
        ("Lease expiration  Pool\n192.0.2.5  44:19:b6:01:02:03  2026/03/13 11:22:33  LAN  cam", 1),
        ("Lease start  Pool\n192.0.2.5  44:19:b6:01:02:03  2026/02/13 11:22:33  LAN  cam", 1),
        ("Lease expiration  Pool\n192.0.2.5  44:19:b6:01:02:03  Infinite  LAN  cam", 1),
    ],
)
def test_nobody_had_a_lease_after_its_end(text: str, day: int) -> None:
    (one,), _ = read_all(neighbours.read, f"DHCP leases\n{text}".encode())
    assert (one.channel, one.at.day) == ("dhcp", day)


@pytest.mark.parametrize(
    "text",
    [
        "DH4 192.0.2.5     4419.b601.0203     Gi1/0/8  10    0024       40h        REACHABLE  20 s",
        "MAC Address       Address    Interface    Flags\n44:19:b6:01:02:03 192.0.2.5  ge-0/0/0.0   none",
        "192.0.2.5       4419.b601.0203  10   GigabitEthernet1/0/7     30              ACTIVE",
        "sw1#show ip dhcp binding\nsw1#show ip arp\nInternet  192.0.2.5   5   4419.b601.0203  ARPA   Vlan10",
        "bound (192.0.2.5) at 44:19:b6:01:02:03 [ether] on eth0",
        "/ip arp\n;;; in the DHCP lease office\nadd address=192.0.2.5 interface=lan mac-address=44:19:B6:01:02:03",
        "DHCP leases: none\n\nSchnittstelle: 192.0.2.1 --- 0x4\n  192.0.2.5   44-19-b6-01-02-03   dynamisch",
        "ARP table after the change of DHCP servers:\n192.0.2.5 44:19:b6:01:02:03",
    ],
)
def test_what_answers_is_no_mere_lease(text: str) -> None:
    (one,), _ = read_all(neighbours.read, text.encode())
    assert (one.target, one.channel) == ("192.0.2.5", "arp")


@pytest.mark.parametrize(
    "line",
    [
        " 0   192.0.2.5  44:19:B6:01:02:03  IPC  dhcp1  waiting  never",
        " 0 X 192.0.2.5  44:19:B6:01:02:03  IPC  dhcp1",
        " 0 XD 192.0.2.5  44:19:B6:01:02:03  bridge",
        " 0   address=192.0.2.5 mac-address=44:19:B6:01:02:03 server=dhcp1 status=waiting last-seen=never",
        "add address=192.0.2.5 disabled=yes mac-address=44:19:B6:01:02:03 server=dhcp1",
        "192.0.2.5       192.0.2.0       44-19-b6-01-02-03    IPC                  InactiveReservation",
        "192.0.2.5       192.0.2.0       44-19-b6-01-02-03    IPC                  Expired      1/2/2026",
        "12      192.0.2.5         44-19-B6-01-02-03      Unreachable  ActiveStore",
        "192.0.2.5 dev eth0 lladdr 44:19:b6:01:02:03 FAILED",
        " 4 D 192.0.2.5  44:19:B6:01:02:03  bridge  failed",
        "192.0.2.5       4419.b601.0203  10   GigabitEthernet1/0/7     30              INACTIVE",
        "192.0.2.5;;down;;;44:19:B6:01:02:03;Acme",
        "index=14 ifname=internal7 192.0.2.5 44:19:b6:01:02:03 state=00000020 use=172 confirm=1037790 update=78 ref=2",
        "ARP 192.0.2.5   4419.b601.0203  Gi1/0/7    10   0005   40h   DOWN",
    ],
)
def test_a_lease_that_no_device_has_shows_none(line: str) -> None:
    seen, summary = read_all(neighbours.read, f"{line}\n? (192.0.2.6) at 44:19:b6:01:02:04 on eth0\n".encode())
    assert [one.target for one in seen] == ["192.0.2.6"]
    assert summary.skipped == {"lease or entry that is not in use": 1}


@pytest.mark.parametrize(
    "line",
    [
        "waiting (192.0.2.5) at 44:19:b6:01:02:03 on eth0",
        " 0   192.0.2.5  44:19:B6:01:02:03  waiting-room  dhcp1  bound  never",
        "add address=192.0.2.5 comment=waiting mac-address=44:19:B6:01:02:03 disabled=no",
    ],
)
def test_a_name_is_no_state_of_a_lease(line: str) -> None:
    seen, _ = read_all(neighbours.read, line.encode())
    assert [one.target for one in seen] == ["192.0.2.5"]


def test_what_a_switch_has_learned_from_dhcp_tells_the_port() -> None:
    text = (
        "SW1#show ip dhcp snooping binding\n"
        "MacAddress          IpAddress        Lease(sec)  Type           VLAN  Interface\n"
        "------------------  ---------------  ----------  -------------  ----  --------------------\n"
        "44:19:B6:01:02:03   192.0.2.5        85000       dhcp-snooping  30    GigabitEthernet1/0/7\n"
    )
    assert neighbours.sniff_arp(text.encode())
    [one], _ = read_all(neighbours.read, text.encode())
    assert (one.target, one.asked) == ("192.0.2.5", "switch port GigabitEthernet1/0/7 in SW1")
    assert one.fields["switch.port"] == ("GigabitEthernet1/0/7",)
    assert one.fields["switch.name"] == ("SW1",)


def test_lines_that_go_on_in_the_next_as_routeros_exports_them() -> None:
    text = (
        "/ip dhcp-server lease\n"
        'add address=192.0.2.5 client-id=1:44:19:b6:1:2:3 comment="Gate cam" mac-address=\\\n'
        "    44:19:B6:01:02:03 server=defconf\n"
        'add address=192.0.2.6 comment=\\\n    "Hall" mac-address=44:19:B6:01:02:04 server=\\\r\n    defconf\n'
        "add address=192.0.2.7 \\"
    )
    assert neighbours.sniff_arp(text.encode())
    seen, summary = read_all(neighbours.read, text.encode())
    assert [(one.target, one.fields["mac.address"]) for one in seen] == [
        ("192.0.2.5", ("44:19:B6:01:02:03",)),
        ("192.0.2.6", ("44:19:B6:01:02:04",)),
    ]
    assert summary.skipped == {"line without an address and a MAC": 2}


def test_the_state_of_a_lease_that_routeros_shows_in_detail_stands_in_a_line_of_its_own() -> None:
    text = (
        "Flags: X - disabled, R - radius, D - dynamic, B - blocked\n"
        " 0   ;;; gate\n     address=192.0.2.5 mac-address=44:19:B6:01:02:03 server=dhcp1 \n"
        "     status=bound last-seen=6m33s\n     host-name=gate-cam\n\n"
        " 1   ;;; removed\n     address=192.0.2.6 mac-address=44:19:B6:01:02:04 server=dhcp1 \n"
        "     status=waiting last-seen=never\n\n"
        ' 2 D address=192.0.2.7 mac-address=44:19:B6:01:02:05 status=bound \n     host-name="the hall"\n'
    )
    assert neighbours.sniff_arp(text.encode())
    seen, summary = read_all(neighbours.read, text.encode())
    assert [(one.target, one.fields["dhcp.hostname"]) for one in seen] == [
        ("192.0.2.5", ("gate-cam",)),
        ("192.0.2.7", ("the hall",)),
    ]
    assert summary.skipped["lease or entry that is not in use"] == 1


def test_a_switch_that_tracks_devices_tells_their_ports_and_the_source_is_no_host() -> None:
    text = (
        "sw1#show device-tracking database\n"
        "ARP 192.0.2.5     4419.b601.0203     Gi1/0/7  10    0005       2mn        REACHABLE  180 s\n"
        "DH4 192.0.2.6     4419.b601.0204     Gi1/0/8  10    0024       40h        STALE      try 0\n"
        "L   192.0.2.1     0011.2233.4455     Vl10     10    0100       90d        REACHABLE\n"
    )
    seen, _ = read_all(neighbours.read, text.encode())
    assert [(one.target, one.asked) for one in seen] == [
        ("192.0.2.5", "switch port Gi1/0/7 in sw1"),
        ("192.0.2.6", "switch port Gi1/0/8 in sw1"),
        ("192.0.2.1", ""),
    ]
    assert not any("host.name" in one.fields for one in seen)


def test_a_file_of_nothing_but_lines_that_go_on_is_not_gathered() -> None:
    with costs_less_than(5):
        seen, summary = read_all(neighbours.read, b"a\\\n" * 100_000)
    assert seen == []
    assert summary.skipped["line without an address and a MAC"] > 10


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        (["VR-Default  192.0.2.5  44:19:b6:01:02:03  2  NO", "VR-Default  192.0.2.6  44:19:b6:01:02:04  2  NO"], []),
        (["\tinside 192.0.2.5 4419.b601.0203 27", "\tinside 192.0.2.6 4419.b601.0204 9"], []),
        (["ethernet1/2  192.0.2.5  44:19:b6:01:02:03 ethernet1/2 c 1700"], []),
        (["cam1  192.0.2.5  44:19:b6:01:02:03", "cam2  192.0.2.6  44:19:b6:01:02:04"], ["cam1", "cam2"]),
        (["cam (192.0.2.5) at 44:19:b6:1:2:3 on en0", "cam (192.0.2.6) at 44:19:b6:1:2:3 on en1"], ["cam", "cam"]),
    ],
)
def test_an_interface_before_the_addresses_is_no_host(lines: list[str], names: list[str]) -> None:
    seen, _ = read_all(neighbours.read, "\n".join(lines).encode())
    assert [one.target for one in seen] == ["192.0.2.5", "192.0.2.6"][: len(lines)]
    assert [name for one in seen for name in one.fields.get("host.name", ())] == names


def test_names_ipv6_headers_and_the_dead() -> None:
    text = (
        "Address                  HWtype  HWaddress           Flags Mask            Iface\n"
        "cam.example (192.0.2.5) at 44:19:b6:01:02:03 [ether] on eth0\n"
        "fe80::4619:b6ff:fe01:203 dev eth0 lladdr 44:19:b6:01:02:03 router STALE\n"
        "192.0.2.9 dev eth0 FAILED\n? (192.0.2.10) at <incomplete> on eth0\n"
        "224.0.0.22 dev eth0 lladdr 01:00:5e:00:00:16 NOARP\nsomething else\n"
    )
    seen, summary = read_all(neighbours.read, text.encode())
    assert [(one.target, one.fields.get("host.name")) for one in seen] == [
        ("192.0.2.5", ("cam.example",)),
        ("fe80::4619:b6ff:fe01:203", None),
    ]
    assert summary.skipped == {
        "entry that never answered": 2,
        "group or broadcast address": 1,
        "line without an address and a MAC": 1,
    }


@pytest.mark.parametrize("indent", [None, 2])
def test_json(indent: int | None) -> None:
    entries = [
        {"dst": "192.0.2.5", "dev": "eth0", "lladdr": "44:19:b6:01:02:03", "state": ["REACHABLE"]},
        {"dst": "192.0.2.9", "dev": "eth0", "state": ["FAILED"]},
        {"dst": "192.0.2.8", "dev": "eth0", "lladdr": "44:19:b6:01:02:04", "state": ["FAILED"]},
        7,
    ]
    seen, summary = read_all(neighbours.read_neigh, json.dumps(entries, indent=indent).encode())
    assert [one.target for one in seen] == ["192.0.2.5"]
    assert summary.skipped == {"entry that never answered": 3}


def test_json_of_a_large_table_and_one_that_is_cut_off() -> None:
    entries = [{"dst": f"10.0.{n >> 8}.{n & 255}", "lladdr": "44:19:b6:01:02:03"} for n in range(1, 3000)]
    data = json.dumps(entries).encode()
    assert neighbours.sniff_neigh(data)
    seen, summary = read_all(neighbours.read_neigh, data)
    assert (len(seen), summary.whole, summary.cut) == (2999, 2999, "")
    seen, summary = read_all(neighbours.read_neigh, data[:-40])
    assert (len(seen), summary.broken) == (2998, 1)
    assert summary.cut.startswith("the list has no end")


@pytest.mark.parametrize(
    "line",
    [
        "fe80::4619:b6ff:fe01:203%en0            44:19:b6:1:2:3       en0 23h59m58s S R",
        "? (fe80::4619:b6ff:fe01:203%en0) at 44:19:b6:1:2:3 on en0",
    ],
)
def test_an_address_may_have_a_zone(line: str) -> None:
    assert neighbours.sniff_arp(line.encode())
    [one], _ = read_all(neighbours.read, line.encode())
    assert one.target == "fe80::4619:b6ff:fe01:203"


def test_an_endless_line_is_one_broken_record() -> None:
    data = b"x" * 300_000 + b"\n192.0.2.5 dev eth0 lladdr 44:19:b6:01:02:03 REACHABLE\n"
    seen, summary = read_all(neighbours.read, data)
    assert [one.target for one in seen] == ["192.0.2.5"]
    assert summary.broken == 1


def test_other_text_is_no_table() -> None:
    assert not neighbours.sniff_arp(b"<d:XAddrs>http://192.0.2.5/</d:XAddrs> MAC/44:19:b6:01:02:03")
    assert not neighbours.sniff_arp(b"MAC Address: 44:19:B6:01:02:03 (X)")
    assert not neighbours.sniff_neigh(b"192.0.2.5 is a device")


def test_ip_neigh_may_write_lines() -> None:
    text = "192.0.2.5 dev eth0 lladdr 44:19:b6:01:02:03 REACHABLE\n192.0.2.6 dev eth0 FAILED\n"
    (one,), summary = read_all(neighbours.read_neigh, text.encode())
    assert (one.target, one.fields["mac.address"]) == ("192.0.2.5", ("44:19:B6:01:02:03",))
    assert summary.skipped == {"entry that never answered": 1}


@pytest.mark.parametrize(
    "line", ["192.0.2.5 ether 01:00:5e:01:02:03 C eth0", "224.0.0.1 ether 44:19:b6:01:02:03 C eth0"]
)
def test_a_group_is_no_device_by_its_address_or_by_its_mac(line: str) -> None:
    seen, summary = read_all(neighbours.read, line.encode())
    assert (seen, summary.skipped) == ([], {"group or broadcast address": 1})


def test_a_switch_that_names_no_port_tells_no_place() -> None:
    bound = "44:19:B6:01:02:03   192.0.2.5        85000       dhcp-snooping  30    Vlan30"
    (one,), _ = read_all(neighbours.read, f"SW1#show ip dhcp snooping binding\n{bound}\n".encode())
    assert (one.asked, "switch.name" in one.fields) == ("", False)
