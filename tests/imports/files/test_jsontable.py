"""Lists of clients in JSON tell of each client by itself."""

from __future__ import annotations

import json

import pytest
from support.imported import AT, read_all

from camscan.imports.files import jsontable
from camscan.imports.registry import reader_for

FIRST, SECOND = ("192.0.2.5", "44:19:B6:01:02:03"), ("192.0.2.6", "3C:EF:8C:01:02:03")
UNIFI = {
    "meta": {"rc": "ok"},
    "data": [
        {"mac": "44:19:b6:01:02:03", "ip": "192.0.2.5", "hostname": "IPC", "oui": "X", "sw_port": 7, "sw_mac": "a0"},
        {"mac": "3c:ef:8c:01:02:03", "ip": "192.0.2.6", "is_wired": True},
    ],
}
MERAKI = [
    {"mac": "44:19:b6:01:02:03", "ip": "192.0.2.5", "ip6": None, "recentDeviceName": "sw-2", "switchport": "7"},
    {"mac": "3c:ef:8c:01:02:03", "ip": "192.0.2.6", "manufacturer": "Y", "switchport": None},
]
KEA = {
    "arguments": {
        "leases": [
            {"client-id": "01:44", "hw-address": "44:19:b6:01:02:03", "ip-address": "192.0.2.5", "hostname": "ipc"},
            {"hw-address": "3c:ef:8c:01:02:03", "ip-address": "192.0.2.6"},
        ]
    },
    "result": 0,
}
POWERSHELL = [
    {"IPAddress": {"Address": 1, "IPAddressToString": ip}, "ScopeId": {"IPAddressToString": "192.0.2.0"}, "ClientId": m}
    for ip, m in (("192.0.2.5", "44-19-b6-01-02-03"), ("192.0.2.6", "3c-ef-8c-01-02-03"))
]


@pytest.mark.parametrize("document", [UNIFI, MERAKI, KEA, POWERSHELL])
@pytest.mark.parametrize("indent", [None, 4])
def test_each_object_with_both_addresses_is_a_device(document: object, indent: int | None) -> None:
    data = json.dumps(document, indent=indent).encode()
    assert reader_for(data[:4096]).name == "json-table"
    seen, summary = read_all(jsontable.read, data)
    assert [(one.target, *one.fields["mac.address"]) for one in seen] == [FIRST, SECOND]
    assert {one.at for one in seen} == {AT}
    assert (summary.whole, summary.broken, summary.cut) == (2, 0, "")


@pytest.mark.parametrize("document", [UNIFI, MERAKI, KEA, POWERSHELL, {"sites": [{"name": "a", "clients": MERAKI}]}])
@pytest.mark.parametrize("indent", [None, 4])
def test_of_a_document_that_was_cut_off_every_whole_client_is_kept(document: object, indent: int | None) -> None:
    data = json.dumps(document, indent=indent).encode()
    seen, summary = read_all(jsontable.read, data[: data.index(b"3c")])
    assert [(one.target, *one.fields["mac.address"]) for one in seen] == [FIRST]
    assert (summary.whole, summary.broken, summary.cut[:19]) == (1, 1, "the list has no end")


def _of_first(value: object) -> object:
    """The value, with no more than the first item of each list."""
    if isinstance(value, dict):
        return {key: _of_first(member) for key, member in value.items()}
    return list(map(_of_first, value[:1])) if isinstance(value, list) else value


@pytest.mark.parametrize("document", [UNIFI, MERAKI, KEA, POWERSHELL])
def test_a_list_of_one_client_is_a_list_where_it_is_no_answer(document: object) -> None:
    one = json.dumps(_of_first(document)).encode()
    assert reader_for(one).name == "json-table"
    assert not jsontable.sniff(one), "of a device, maybe"
    seen, summary = read_all(jsontable.read, one)
    assert [(one.target, *one.fields["mac.address"]) for one in seen] == [FIRST]
    assert (summary.whole, summary.broken, summary.cut) == (1, 0, "")


@pytest.mark.parametrize(("document", "place"), [(UNIFI, "switch port 7 in a0"), (MERAKI, "switch port 7 in sw-2")])
def test_it_tells_where_a_client_hangs(document: object, place: str) -> None:
    seen, _ = read_all(jsontable.read, json.dumps(document).encode())
    assert [one.asked for one in seen] == [place, ""]


def test_one_object_a_line_costs_no_other() -> None:
    data = "\n".join((json.dumps(MERAKI[0]), '{"mac": ', json.dumps(MERAKI[1]))).encode()
    assert jsontable.sniff(data)
    seen, summary = read_all(jsontable.read, data)
    assert [one.target for one in seen] == ["192.0.2.5", "192.0.2.6"]
    assert summary.broken == 1


@pytest.mark.parametrize(
    "document",
    [
        {"ip": "192.0.2.5", "mac": "44:19:b6:01:02:03", "name": "one device"},
        [{"ip": "192.0.2.5", "mac": "44:19:b6:01:02:03"}, {"ip": "192.0.2.5", "mac": "3c:ef:8c:01:02:03"}],
        [{**row, "model": "DS-2CD2143G2-I"} for row in MERAKI],
        [{"id": "a", "raw": json.dumps(MERAKI), "truth": {}}],
        [{"mac": "44:19:b6:01:02:03"}, {"mac": "3c:ef:8c:01:02:03"}],
    ],
)
def test_what_is_no_list_of_clients(document: object) -> None:
    assert not jsontable.sniff(json.dumps(document).encode())


def test_what_is_nested_too_deeply_is_broken() -> None:
    seen, summary = read_all(jsontable.read, b"[" * 200_000)
    assert seen == []
    assert summary.broken == 1


def test_a_fault_in_the_middle_costs_its_own_client_alone() -> None:
    clients = [{**MERAKI[0], "ip": f"192.0.2.{n}", "tags": ["a", "b"]} for n in range(5, 9)]
    text = json.dumps({"meta": {"rc": "ok"}, "data": clients}, indent=1).replace('"a"', '"a', 1)
    seen, summary = read_all(jsontable.read, text.encode())
    assert [one.target for one in seen] == ["192.0.2.6", "192.0.2.7", "192.0.2.8"]
    assert (summary.broken, summary.cut) == (1, "")


def test_each_client_is_dated_by_its_own_record() -> None:
    clients = [
        {"mac": "44:19:b6:01:02:03", "ip": "192.0.2.5", "last_seen": 1600000000},
        {"mac": "3c:ef:8c:01:02:03", "ip": "192.0.2.6", "lastSeen": "2025-02-03T04:05:06Z", "status": "Offline"},
    ]
    seen, _ = read_all(jsontable.read, json.dumps(clients).encode())
    assert [one.at.isoformat() for one in seen] == ["2020-09-13T12:26:40+00:00", "2025-02-03T04:05:06+00:00"]


@pytest.mark.parametrize("state", [1, 2, 3])
def test_a_lease_of_kea_that_is_over_shows_no_device(state: int) -> None:
    lease = {"cltt": 1600000000, "valid-lft": 3600, "state": 0}
    over = {**lease, "hw-address": "44:19:b6:01:02:03", "ip-address": "192.0.2.5", "state": state}
    kept = {**lease, "hw-address": "3c:ef:8c:01:02:03", "ip-address": "192.0.2.6"}
    seen, summary = read_all(jsontable.read, json.dumps({"leases": [over, kept]}).encode())
    assert [(one.target, one.at.year) for one in seen] == [("192.0.2.6", 2020)]
    assert summary.skipped == {"lease that is not active": 1}


def test_a_number_is_no_state_of_a_lease_in_a_list_of_clients() -> None:
    clients = [{"mac": "44:19:b6:01:02:03", "ip": "192.0.2.5", "state": 1}]
    seen, _ = read_all(jsontable.read, json.dumps(clients).encode())
    assert [one.target for one in seen] == ["192.0.2.5"]


def test_a_lease_says_in_any_of_its_members_that_it_is_over() -> None:
    lease = {"starts": "2025/02/03 04:05:06", "ends": "2025/02/04 04:05:06", "cltt": "2025/02/03 04:05:06"}
    online = {**lease, "address": "192.0.2.5", "mac": "44:19:b6:01:02:03", "status": "online", "state": "active"}
    offline = {**online, "address": "192.0.2.6", "mac": "44:19:b6:01:02:04", "status": "offline"}
    expired = {**offline, "address": "192.0.2.7", "mac": "44:19:b6:01:02:05", "binding": "free", "state": "expired"}
    static = {**offline, "address": "192.0.2.8", "mac": "44:19:b6:01:02:06", "starts": "", "ends": "", "cltt": ""}
    seen, summary = read_all(jsontable.read, json.dumps({"rows": [online, offline, expired, static]}).encode())
    assert [one.target for one in seen] == ["192.0.2.5", "192.0.2.6"]
    assert {one.at.isoformat() for one in seen} == {"2025-02-03T04:05:06+00:00"}
    assert summary.skipped == {"lease that is not active": 2}
