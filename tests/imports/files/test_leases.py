from __future__ import annotations

from datetime import UTC, datetime

import pytest
from support.imported import AT, cuts, read_all

from camscan.imports.files import leases

MAC = "44:19:b6:01:02:03"


def test_dnsmasq() -> None:
    data = (
        b"1900000000 44:19:b6:01:02:03 192.0.2.5 ipcam 01:44:19:b6:01:02:03\n"
        b"1900000000 3c:ef:8c:01:02:03 192.0.2.6 * 01:3c:ef:8c:01:02:03\n"
        b"duid 00:01:00:01\n1700000000 12345 2001:db8::5 box 00:01\n1700000000 T12345 2001:db8::6 * 00:01\n"
        b"nonsense\nmore\n"
    )
    seen, summary = read_all(leases.read_dnsmasq, data)
    assert [(one.target, one.channel, one.at, one.fields.get("dhcp.hostname")) for one in seen] == [
        ("192.0.2.5", "dhcp", AT, ("ipcam",)),
        ("192.0.2.6", "dhcp", AT, None),
    ]
    assert seen[0].fields["mac.prefix"] == ("4419B6",)
    assert (summary.whole, summary.broken, summary.skipped) == (2, 2, {"lease without an address and a MAC": 2})


@pytest.mark.parametrize(
    ("end", "at"), [("1700000000", datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)), ("0", AT), ("43200", AT)]
)
def test_a_lease_of_dnsmasq_that_has_ended_was_nobodys_since(end: str, at: datetime) -> None:
    [one], _ = read_all(leases.read_dnsmasq, f"{end} {MAC} 192.0.2.5 ipcam *\n".encode())
    assert one.at == at


def isc(address: str, mac: str = MAC, state: str = "active") -> str:
    return (
        f"lease {address} {{\n  starts 3 2023/08/16 10:00:00;\n  ends never;\n  binding state {state};\n"
        f"  next binding state free;\n  hardware ethernet {mac};\n"
        '  set vendor-class-identifier = "udhcp 1.2";\n  client-hostname "HIKVISION";\n}\n'
    )


def test_isc_dhcpd_and_the_last_lease_of_an_address_counts() -> None:
    text = "# The format of this file is documented in dhcpd.leases(5)\n"
    text += isc("192.0.2.5", "3c:ef:8c:01:02:03") + isc("192.0.2.6", state="free") + isc("192.0.2.5")
    seen, summary = read_all(leases.read_isc, text.encode())
    (one,) = seen
    assert (one.target, one.at) == ("192.0.2.5", datetime(2023, 8, 16, 10, tzinfo=UTC))
    assert one.fields["mac.address"] == ("44:19:B6:01:02:03",)
    assert one.fields["dhcp.hostname"] == ("HIKVISION",)
    assert one.fields["dhcp.vendor_class"] == ("udhcp 1.2",)
    assert summary.skipped == {"lease that is not active": 1}


def test_isc_dhcpd_may_write_seconds() -> None:
    text = isc("192.0.2.5").replace("3 2023/08/16 10:00:00;", "epoch 1700000000; # Tue Nov 14 22:13:20 2023")
    [one], _ = read_all(leases.read_isc, text.encode())
    assert one.at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


def test_what_isc_dhcpd_spells_out() -> None:
    text = isc("192.0.2.5").replace("udhcp 1.2", r"udhcp 1.2\000").replace("HIKVISION", r"K\303\274che \"1\"")
    [one], _ = read_all(leases.read_isc, text.encode())
    assert one.fields["dhcp.vendor_class"] == ("udhcp 1.2",)
    assert one.fields["dhcp.hostname"] == ('K\u00fcche "1"',)


def test_isc_cut_off() -> None:
    data = (isc("192.0.2.5") + isc("192.0.2.6")).encode()
    half = len(data) // 2
    for piece in cuts(data):
        seen, summary = read_all(leases.read_isc, piece)
        assert len(seen) == (len(piece) >= half - 1)
        assert summary.broken == bool(summary.cut)
        assert bool(summary.cut) == (piece.count(b"{") > piece.count(b"}"))


def test_a_lease_without_end_costs_only_itself() -> None:
    seen, summary = read_all(leases.read_isc, (isc("192.0.2.5")[:-2] + isc("192.0.2.6")).encode())
    assert [one.target for one in seen] == ["192.0.2.6"]
    assert summary.broken == 1


def test_kea() -> None:
    data = (
        b"address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context\n"
        b"192.0.2.5,44:19:b6:01:02:03,,3600,1700003600,1,0,0,cam.example.,0,\n"
        b"192.0.2.6,3c:ef:8c:01:02:03,,3600,1700003600,1,0,0,,1,\n"
        b"192.0.2.7,44:19:b6\n"
    )
    seen, summary = read_all(leases.read_kea, data)
    (one,) = seen
    assert (one.target, one.at) == ("192.0.2.5", datetime.fromtimestamp(1700000000, UTC))
    assert one.fields["dhcp.hostname"] == ("cam.example",)
    assert (summary.broken, summary.skipped) == (1, {"lease that is not active": 1})


def test_what_has_no_header_of_keas_is_not_taken_for_a_list_without_leases() -> None:
    seen, summary = read_all(leases.read_kea, b"Dear Sir, Madam\nor whoever reads this\n")
    assert (seen, summary.cut) == ([], "its header names no column of addresses")


def test_kea_marks_a_deleted_lease_by_a_lifetime_of_zero() -> None:
    header = b"address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context\n"
    row = b"192.0.2.5,44:19:b6:01:02:03,,%d,1700004000,1,0,0,cam,0,\n"
    seen, summary = read_all(leases.read_kea, header + row % 4000 + row % 0)
    assert (seen, summary.skipped) == ([], {"lease that is not active": 1})


def test_of_too_many_addresses_the_first_are_kept_with_their_last_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "MAX_ADDRESSES", 2)
    text = isc("192.0.2.5", "3c:ef:8c:01:02:03") + isc("192.0.2.6") + isc("192.0.2.7") + isc("192.0.2.5")
    seen, summary = read_all(leases.read_isc, text.encode())
    assert [(one.target, one.fields["mac.address"]) for one in seen] == [
        ("192.0.2.5", ("44:19:B6:01:02:03",)),
        ("192.0.2.6", ("44:19:B6:01:02:03",)),
    ]
    assert summary.skipped == {"address beyond the first 2": 1}


@pytest.mark.parametrize("lifetime", ["x", "", "-1", "\u0663600", "9" * 12])
def test_a_lease_of_kea_whose_lifetime_is_no_number_has_the_time_of_the_file(lifetime: str) -> None:
    header = "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context\n"
    row = f"192.0.2.5,44:19:b6:01:02:03,,{lifetime},1700003600,1,0,0,cam,0,\n"
    (one,), _ = read_all(leases.read_kea, (header + row).encode())
    assert one.at == AT


def test_a_lease_of_an_address_that_names_its_hardware_type_has_the_mac_behind_it() -> None:
    (one,), _ = read_all(leases.read_dnsmasq, b"1700000000 06-44:19:b6:01:02:03 192.0.2.5 cam *\n")
    assert one.fields["mac.address"] == ("44:19:B6:01:02:03",)


def test_other_files_are_not_taken_for_leases() -> None:
    assert leases.sniff_dnsmasq(b"1700000000 44:19:b6:01:02:03 192.0.2.5 cam *\n")
    assert not leases.sniff_dnsmasq(b"Server: App-webs/\n")
    assert leases.sniff_isc(isc("192.0.2.5").encode())
    assert not leases.sniff_isc(b"lease 192.0.2.5\n")
