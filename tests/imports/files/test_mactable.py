from __future__ import annotations

from datetime import UTC, datetime

import pytest
from support.imported import AT, read_all

from camscan.imports.files import mactable
from camscan.inventory.synonyms import SYNONYMS, Field
from camscan.text.folding import compact


@pytest.mark.parametrize(
    "data",
    [
        b"address,mac,port\n192.0.2.5,44:19:b6:01:02:03,Gi1/0/7\n",
        b"\xef\xbb\xbfVLAN;IP-Address;MAC Address;Switch Port\r\n10;192.0.2.5;4419.b601.0203;Gi1/0/7\r\n",
        b"Interface\tHost IP\tHW Addr\nGi1/0/7\t192.0.2.5\t4419b6-010203\n",
        b'\xef\xbb\xbf#TYPE X\r\n"LinkLayerAddress","IPAddress","Port"\r\n44-19-B6-01-02-03,192.0.2.5,Gi1/0/7\r\n',
        b'"IPv4","Physical Address","Port"\n"192.0.2.5","44-19-B6-01-02-03","Gi1/0/7"\n',
        b'"IPAddress","ScopeId","ClientId","Port"\r\n"192.0.2.5","192.0.2.0","44-19-b6-01-02-03","Gi1/0/7"\r\n',
        b"Client IP Address\tLease Expiration\tUnique ID\tPort\r\n192.0.2.5\tNever\t4419b6010203\tGi1/0/7\r\n",
        "Puerto;Dirección IP;Dirección física\r\nGi1/0/7;192.0.2.5;44-19-B6-01-02-03\r\n".encode("cp1252"),
        b"Port;IP-Adresse;MAC-Adresse\nGi1/0/7;192.0.2.5;4419.b601.0203\n",
        "port,IP-адрес,MAC-адрес\nGi1/0/7,192.0.2.5,44:19:b6:01:02:03\n".encode(),
        b"Port,Primary IP,Wired MAC\nGi1/0/7,192.0.2.5,44:19:b6:01:02:03\n",
        b"Port;IP;MAC;Name, room, floor, and remark\nGi1/0/7;192.0.2.5;44:19:b6:01:02:03;a, b\n",
        b"Port,IPv6,IPv4,MACs,MAC\nGi1/0/7,,192.0.2.5,none,44:19:b6:01:02:03\n",
        "port,网络地址,mac位址\nGi1/0/7,192.0.2.5,44:19:b6:01:02:03\n".encode(),
        "port,IPアドレス,MACアドレス\nGi1/0/7,192.0.2.5,44:19:b6:01:02:03\n".encode(),
    ],
)
def test_headers_as_people_write_them(data: bytes) -> None:
    assert mactable.sniff(data)
    (one,), summary = read_all(mactable.read, data)
    assert (one.target, one.asked) == ("192.0.2.5", "switch port Gi1/0/7")
    assert one.fields["mac.prefix"] == ("4419B6",)
    assert one.fields["switch.port"] == ("Gi1/0/7",)
    assert summary.whole == 1


def test_each_name_that_lists_of_devices_have_is_known_here_too() -> None:
    ours = {
        name: {word for word, of in mactable.COLUMN_OF.items() if of == name} for name in ("address", "mac", "name")
    }
    assert {compact(word) for word in SYNONYMS[Field.IP].split()} <= ours["address"]
    assert {compact(word) for word in SYNONYMS[Field.MAC].split()} <= ours["mac"]
    assert {compact(word) for word in ("fqdn", "主机名", "ホスト名", "имяхоста")} <= ours["name"]


def test_the_interface_of_the_router_is_no_switch_port() -> None:
    data = b"ip,mac,interface,switch\n192.0.2.5,4419.b601.0203,Vlan10,\n192.0.2.6,4419.b601.0204,Gi1/0/7,sw-2\n"
    (router, hung), _ = read_all(mactable.read, data)
    assert (router.asked, "switch.port" in router.fields) == ("", False)
    assert hung.asked == "switch port Gi1/0/7 in sw-2"
    assert hung.fields["switch.name"] == ("sw-2",)


def test_a_list_of_clients_names_the_switch_as_the_recent_device() -> None:
    data = b"Description,IPv4 address,Recent device,Port,MAC address\nIPC,192.0.2.5,sw-2,7,44:19:b6:01:02:03\n"
    (one,), _ = read_all(mactable.read, data)
    assert one.asked == "switch port 7 in sw-2"


def test_rows_that_cannot_be_used_cost_no_other() -> None:
    data = (
        b"ip,mac,name\n,44:19:b6:01:02:03,x\n192.0.2.6,none,y\n"
        b'192.0.2.7,"44:19:b6:01:02:04\n192.0.2.8,44:19:b6:01:02:05,cam-8\n192.0.2.9\n'
    )
    seen, summary = read_all(mactable.read, data)
    assert [(one.target, one.fields.get("host.name")) for one in seen] == [
        ("192.0.2.7", None),
        ("192.0.2.8", ("cam-8",)),
    ]
    assert summary.skipped == {"row without an address": 1, "row without a MAC": 2}


def test_a_table_without_its_columns() -> None:
    assert not mactable.sniff(b"vlan,mac,port\n1,44:19:b6:01:02:03,2\n")
    seen, summary = read_all(mactable.read, b"vlan,mac,port\n1,44:19:b6:01:02:03,2\n")
    assert seen == []
    assert "no column of addresses" in summary.cut


def test_a_row_may_begin_with_an_empty_cell() -> None:
    seen, _ = read_all(mactable.read, b"Port\tIP\tMAC\n\t192.0.2.5\t44:19:b6:01:02:03\n")
    assert [one.target for one in seen] == ["192.0.2.5"]


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("Device Type,Status,IPv4 Address,Port,HTTP Port,MAC Address", "IPC,Active,192.0.2.5,8000,80,{mac}"),
        ("Type,Model,IP,MAC,Version,Port", "IPC,X-1,192.0.2.5,{mac},2.8,37777"),
        ("IP,Hostname,Ports,MAC", '192.0.2.5,cam,"80,554/tcp",{mac}'),
        ("IP,MAC,Port", "192.0.2.5,{mac},80"),
    ],
)
def test_a_port_at_which_a_device_answers_is_no_port_of_a_switch(header: str, cells: str) -> None:
    (one,), _ = read_all(mactable.read, f"{header}\n{cells}\n".format(mac="44:19:b6:01:02:03").encode())
    assert (one.target, one.asked) == ("192.0.2.5", "")
    assert "switch.port" not in one.fields


@pytest.mark.parametrize(
    ("header", "port"), [("IP,MAC,Switch port", "101"), ("IP,MAC,Port", "48"), ("IP,MAC,Port", "A3")]
)
def test_ports_of_switches_that_are_but_numbers(header: str, port: str) -> None:
    (one,), _ = read_all(mactable.read, f"{header}\n192.0.2.5,44:19:b6:01:02:03,{port}\n".encode())
    assert one.asked == f"switch port {port}"


def test_a_large_number_is_a_port_where_the_switch_is_named() -> None:
    (one,), _ = read_all(mactable.read, b"IP,MAC,Switch,Port\n192.0.2.5,44:19:b6:01:02:03,sw-2,101\n")
    assert one.asked == "switch port 101 in sw-2"


@pytest.mark.parametrize("state", ["InactiveReservation", "Expired", "Declined", "Waiting", "Free", "Abandoned"])
def test_a_lease_that_no_device_has_shows_none(state: str) -> None:
    data = (
        '"IPAddress","ClientId","HostName","AddressState","LeaseExpiryTime"\n'
        f'"192.0.2.5","44-19-b6-01-02-03","cam","{state}",\n'
        '"192.0.2.6","44-19-b6-01-02-04","cam","ActiveReservation",\n'
    )
    seen, summary = read_all(mactable.read, data.encode())
    assert [one.target for one in seen] == ["192.0.2.6"]
    assert summary.skipped == {"lease that is not active": 1}


@pytest.mark.parametrize(
    ("header", "rest", "channel", "field"),
    [
        ("IPAddress,ClientId,HostName,AddressState,LeaseExpiryTime", "Active,", "dhcp", "dhcp.hostname"),
        ("address,mac,hostname,status,starts,ends", "offline,2026/02/28 11:00:00,", "dhcp", "dhcp.hostname"),
        ("address,mac,hostname,status,starts,ends", "online,,", "arp", "dhcp.hostname"),
        ("address,mac,hostname,status,starts,ends", "active/online,,", "arp", "dhcp.hostname"),
        ("address,mac,hostname,status,last seen", "offline,2026-02-03", "arp", "host.name"),
    ],
)
def test_a_lease_outlives_its_use_unless_its_table_says_that_somebody_answers(
    header: str, rest: str, channel: str, field: str
) -> None:
    (one,), _ = read_all(mactable.read, f"{header}\n192.0.2.5,44-19-b6-01-02-03,cam,{rest}\n".encode())
    assert (one.channel, one.fields[field]) == (channel, ("cam",))


@pytest.mark.parametrize(
    ("header", "row", "day"),
    [
        ("AddressState,LeaseExpiryTime", "Active,2/13/2026 4:05:06 PM", (2, 13)),
        ("AddressState,LeaseExpiryTime", "Active,2026-02-13 04:05", (2, 13)),
        ("AddressState,LeaseExpiryTime", "Active,02/03/2026 04:05", (3, 1)),  # which may be in March
        ("AddressState,LeaseExpiryTime", "Active,2026-03-01 02:00", (3, 1)),  # maybe by the clock of another zone
        ("AddressState,LeaseExpiryTime", "Active,3/9/2026 4:05:06 PM", (3, 1)),
        ("AddressState,LeaseExpiryTime", "Active,", (3, 1)),
        ("Lease Expiration,Type", "2/13/2026 4:05:06 PM,DHCP", (2, 13)),
        ("Lease Expiration,Type", "Reservation (active),DHCP", (3, 1)),
        ("starts,ends,status", "2026-02-12 01:00,2026-02-13 01:00,online", (3, 1)),
        ("starts,ends,status", "2026-02-12 01:00,2026-02-13 01:00,active", (2, 13)),
        ("Warranty end,Lens", "2026-02-13,4 mm", (3, 1)),
    ],
)
def test_nobody_had_a_lease_after_its_end(header: str, row: str, day: tuple[int, int]) -> None:
    """DHCP servers show it for a while: it would bring a removed device back."""
    (one,), summary = read_all(mactable.read, f"IP,MAC,{header}\n192.0.2.5,44:19:b6:01:02:03,{row}\n".encode())
    assert ((one.at.month, one.at.day), summary.undated) == (day, 0)


@pytest.mark.parametrize("state", ["Expired", "Waiting", "Free", "Failed", "Offline"])
@pytest.mark.parametrize("other", ["Firmware release", "Valid until", "Expiry date", "IPv4 DHCP"])
def test_elsewhere_a_state_is_no_lease_s(state: str, other: str) -> None:
    row = f"cam,192.0.2.5,44:19:b6:01:02:03,{state},x"
    seen, _ = read_all(mactable.read, f"Name,IP,MAC,Status,{other}\n{row}\n".encode())
    assert [one.target for one in seen] == ["192.0.2.5"]


@pytest.mark.parametrize("column", ["Valid until", "Validated", "Valid from"])
def test_what_is_valid_need_be_no_lease(column: str) -> None:
    data = f"IP,MAC,Status,{column}\n192.0.2.5,44:19:b6:01:02:03,Expired,2025-01-01\n"
    assert len(read_all(mactable.read, data.encode())[0]) == 1


def test_a_neighbour_that_did_not_answer_shows_no_device() -> None:
    data = (
        '"ifIndex","IPAddress","LinkLayerAddress","State"\n'
        '"4","192.0.2.5","44-19-B6-01-02-03","Unreachable"\n"4","192.0.2.6","44-19-B6-01-02-04","Stale"\n'
    )
    seen, _ = read_all(mactable.read, data.encode())
    assert [one.target for one in seen] == ["192.0.2.6"]


def test_a_row_says_in_any_of_its_states_that_nobody_has_the_lease() -> None:
    data = "ip,mac,status,state,lease end\n192.0.2.5,44:19:b6:01:02:03,offline,expired,x\n"
    assert read_all(mactable.read, data.encode())[0] == []


def test_who_is_offline_and_has_never_been_seen_has_a_reservation_alone() -> None:
    head, row = "ip,mac,status,last seen,lease end\n", "192.0.2.5,44:19:b6:01:02:03,offline,{},x\n"
    assert read_all(mactable.read, (head + row.format("")).encode())[0] == []
    (one,), _ = read_all(mactable.read, (head + row.format("2025-02-03")).encode())
    assert one.at == datetime(2025, 2, 3, tzinfo=UTC)
    assert read_all(mactable.read, f"ip,mac,last seen\n{'192.0.2.5,44:19:b6:01:02:03,never'}\n".encode())[0] == []


@pytest.mark.parametrize(
    ("state", "status", "day"), [("active", "offline", 3), ("active", "online", None), ("expired", "offline", 0)]
)
def test_who_is_offline_and_was_given_a_lease_was_there_when_it_began(state: str, status: str, day: int | None) -> None:
    """As OPNsense shows dynamic leases; its reservations are called active too, and never begin."""
    head = "address,mac,starts,ends,state,status,type\n"
    data = f"{head}192.0.2.5,44:19:b6:01:02:03,2025/02/03 04:05:06,2025/02/04 04:05:06,{state},{status},dynamic\n"
    seen, _ = read_all(mactable.read, f"{data}192.0.2.6,44:19:b6:01:02:04,,,active,offline,static\n".encode())
    assert [one.at for one in seen] == (
        [] if day == 0 else [datetime(2025, 2, day, 4, 5, 6, tzinfo=UTC) if day else AT]
    )


@pytest.mark.parametrize(("told", "count"), [("Reservation (inactive)", 0), ("Reservation (active)", 1), ("1/2/26", 1)])
def test_a_reservation_in_a_list_of_leases_may_be_nobodys(told: str, count: int) -> None:
    data = f"Client IP Address\tName\tLease Expiration\tUnique ID\r\n192.0.2.5\tcam\t{told}\t4419b6010203\r\n"
    seen, _ = read_all(mactable.read, data.encode("utf-8"))
    assert len(seen) == count


@pytest.mark.parametrize("title", ["DHCP leases", "Export,,\n2026-03-01,10:00,x\n"])
def test_titles_may_stand_above_the_header(title: str) -> None:
    data = f"{title}\nip,mac,name\n192.0.2.5,44:19:b6:01:02:03,cam\n".encode()
    assert mactable.sniff(data)
    (one,), summary = read_all(mactable.read, data)
    assert (one.target, summary.whole, summary.skipped) == ("192.0.2.5", 1, {})


def test_a_line_further_down_that_only_looks_like_a_header_makes_no_table() -> None:
    assert not mactable.sniff(b"port1\n  IP\t\tMAC-Address\tHostname\n  192.0.2.5\t44:19:b6:01:02:03\tcam\n")


def test_tables_below_each_other_have_their_own_columns() -> None:
    data = b"ip,mac\n192.0.2.5,44:19:b6:01:02:03\nheader,mac_address,x,address*\nh,44:19:b6:01:02:04,,192.0.2.6\n"
    seen, _ = read_all(mactable.read, data)
    assert [one.target for one in seen] == ["192.0.2.5", "192.0.2.6"]


@pytest.mark.parametrize("nothing", ["[n/a]", "-", "*", "N/A", "unknown", "192.0.2.5"])
def test_what_stands_for_a_name_that_is_not_known_is_none(nothing: str) -> None:
    (one,), _ = read_all(mactable.read, f"ip,mac,name\n192.0.2.5,44:19:b6:01:02:03,{nothing}\n".encode())
    assert "host.name" not in one.fields
    (one,), _ = read_all(mactable.read, b"ip,mac,ports\n192.0.2.5,44:19:b6:01:02:03,[n/a]\n")
    assert one.asked == ""


def test_a_device_that_is_not_activated_is_there() -> None:
    (one,), _ = read_all(mactable.read, b"Status,IPv4 Address,MAC\nInactive,192.0.2.5,44:19:b6:01:02:03\n")
    assert one.target == "192.0.2.5"


@pytest.mark.parametrize(
    ("told", "at"),
    [
        ("2025-02-03T04:05:06Z", datetime(2025, 2, 3, 4, 5, 6, tzinfo=UTC)),
        ("2025-02-03T05:05:06+01:00", datetime(2025, 2, 3, 4, 5, 6, tzinfo=UTC)),
        ("1738555506", datetime(2025, 2, 3, 4, 5, 6, tzinfo=UTC)),
        ("1738555506789", datetime(2025, 2, 3, 4, 5, 6, tzinfo=UTC)),
        ("1738555506.5", datetime(2025, 2, 3, 4, 5, 6, tzinfo=UTC)),
        ("", AT),
        ("120", AT),
        ("5 minutes ago", datetime(2026, 3, 1, 11, 55, tzinfo=UTC)),
        ("1w2d3h", datetime(2026, 2, 20, 9, 0, tzinfo=UTC)),
        ("2025/02/03 04:05:06", datetime(2025, 2, 3, 4, 5, 6, tzinfo=UTC)),
        ("2025-02-03 04:05:06 UTC", datetime(2025, 2, 3, 4, 5, 6, tzinfo=UTC)),
        ("13.02.2025 04:05", datetime(2025, 2, 13, 4, 5, tzinfo=UTC)),
        ("13/02/2025 04:05", datetime(2025, 2, 13, 4, 5, tzinfo=UTC)),
        ("2/13/25 4:05:06 PM", datetime(2025, 2, 13, 16, 5, 6, tzinfo=UTC)),
        ("04/03/2025", datetime(2025, 3, 4, tzinfo=UTC)),
        ("2/13/2025 4:05PM", datetime(2025, 2, 13, 16, 5, tzinfo=UTC)),
        ("2/13/2025 12:05:06am", datetime(2025, 2, 13, 0, 5, 6, tzinfo=UTC)),
        ("2/13/2025 16:05:06.5+01:00", datetime(2025, 2, 13, 16, 5, 6, tzinfo=UTC)),
        ("Feb 13 2025 12:05 AM", datetime(2025, 2, 13, 0, 5, tzinfo=UTC)),
        ("13-Feb-2025 04:05", datetime(2025, 2, 13, 4, 5, tzinfo=UTC)),
        ("Thu Feb 13 04:05:06 UTC 2025", datetime(2025, 2, 13, 4, 5, 6, tzinfo=UTC)),
        ('"Thursday, February 13, 2025 4:05 PM"', datetime(2025, 2, 13, 16, 5, tzinfo=UTC)),
        ("13. Feb 2025 04:05", datetime(2025, 2, 13, 4, 5, tzinfo=UTC)),
        ("Feb 13 04:05", datetime(2026, 2, 13, 4, 5, tzinfo=UTC)),
        ("Sep 13 04:05", datetime(2025, 9, 13, 4, 5, tzinfo=UTC)),
        ("31/02/2025", AT),
        ("99999w", AT),
        ("some time ago", AT),
        ("0001-01-01T00:00:00Z", AT),
        ("1970-01-01 00:00:00", AT),
    ],
)
def test_a_device_is_dated_by_when_its_row_says_that_it_was_seen(told: str, at: datetime) -> None:
    (one,), summary = read_all(mactable.read, f"IP,MAC,Last seen\n192.0.2.5,44:19:b6:01:02:03,{told}\n".encode())
    assert (one.at, summary.undated) == (at, int(at == AT and told != ""))


@pytest.mark.parametrize("told", ["2026-03-01 20:00", "01.03.2026 20:00", "Mar 2 2026 8:00 AM"])
def test_no_device_was_seen_after_its_table_was_written(told: str) -> None:
    (one,), summary = read_all(mactable.read, f"IP,MAC,Last seen\n192.0.2.5,44:19:b6:01:02:03,{told}\n".encode())
    assert (one.at, summary.undated) == (AT, 0)


@pytest.mark.parametrize(
    ("column", "is_told"), [("Device Type", True), ("Modell", True), ("Type", False), ("S/N", False)]
)
def test_models_in_a_table_are_for_another_command(column: str, is_told: bool) -> None:
    _, summary = read_all(mactable.read, f"IP,MAC,{column}\n192.0.2.5,44:19:b6:01:02:03,x\n".encode())
    assert ("`camscan identify` judges it by the models" in summary.remark) == is_told


def test_a_row_goes_on_where_a_quoted_cell_of_it_holds_ends_of_lines() -> None:
    data = (
        b'"IP","Notes","MAC"\r\n"192.0.2.5","above the gate\r\n\r\n2"" pipe, left","44:19:b6:01:02:03"\r\n'
        b"192.0.2.6,x,44:19:b6:01:02:04\r\n"
    )
    seen, summary = read_all(mactable.read, data)
    assert [(one.target, one.fields["mac.address"]) for one in seen] == [
        ("192.0.2.5", ("44:19:B6:01:02:03",)),
        ("192.0.2.6", ("44:19:B6:01:02:04",)),
    ]
    assert (summary.whole, summary.skipped.total()) == (2, 0)


@pytest.mark.parametrize("note", ['"x', 'dome 2"', '"a"b"', '"'])
def test_a_stray_quote_swallows_no_other_row(note: str) -> None:
    rows = [f"192.0.2.{number},44:19:b6:01:02:0{number},{note if number in (2, 4) else ''}" for number in range(1, 6)]
    seen, _ = read_all(mactable.read, "\n".join(("IP,MAC,Notes", *rows)).encode())
    assert [one.target for one in seen] == [f"192.0.2.{number}" for number in range(1, 6)]
