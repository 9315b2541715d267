from __future__ import annotations

import pytest
from support.inventories import device, find

from camscan.inventory.agreement import Agreement, Found, Key, are_one_host, compare, contradict, host_key
from camscan.inventory.makes import Makes
from camscan.inventory.rows import Row
from camscan.records import Device, Identification, Judged, Level, Verdict

MAC, OTHER_MAC = "44:19:B6:00:0A:01", "44:19:B6:00:0A:02"


def test_every_point_in_which_both_speak_is_compared() -> None:
    found = device(
        *("10.0.0.5", "fd00::5%eth0"),
        serial="A1234567",
        mac=MAC,
        endpoints=("u1",),
        hostname="gate.example.org",
        maker="Axis",
        model="P3245",
    )
    row = Row(
        1,
        addresses=("fd00::5",),
        macs=(OTHER_MAC, MAC),
        serial="a123-4567",
        endpoint="u1",
        hostname="Gate",
        make_model="Axis P3245-LVE",
    )
    agreement = compare(row, found, Makes(find))
    assert agreement.agreeing == tuple(Key)
    assert agreement.differing == ()
    assert compare(Row(1), found, Makes(find)) == Agreement()


def test_differences_lower_the_score() -> None:
    sure = Agreement((Key.SERIAL, Key.ADDRESS))
    doubtful = Agreement((Key.SERIAL, Key.ADDRESS), (Key.MAKE,))
    assert (sure.score, doubtful.score, Agreement().score) == (0.97, 0.58, 0.0)


def test_what_rules_read_counts_beside_what_the_record_holds() -> None:
    rule = Identification("rule", Level.CERTAIN, None, None, {"serial": "B1234567", "mac": OTHER_MAC}, ())
    device = Device("10.0.0.5", ("10.0.0.5",), serial="A1234567", mac=MAC, identifications=(rule,))
    found = Found(Judged(device, Verdict.NOT_LISTED))
    assert found.serials == ("A1234567", "B1234567")
    assert found.macs == (MAC, OTHER_MAC)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (Row(1, serial="A1234567"), Row(2, serial="B1234567"), True),
        (Row(1, serial="DS-X20190507A1234567"), Row(2, serial="A1234567"), False),
        (Row(1, serial="A1234567"), Row(2, macs=(MAC,)), False),
        (Row(1, macs=(MAC,)), Row(2, macs=(OTHER_MAC,)), True),
        (Row(1, endpoint="u1"), Row(2, endpoint="u2"), True),
        (Row(1, addresses=("10.0.0.5",)), Row(2, addresses=("10.0.0.6",)), False),
    ],
)
def test_rows_contradict_each_other_by_what_is_unique(one: Row, other: Row, expected: bool) -> None:
    assert contradict(one, other) is expected
    assert contradict(other, one) is expected


def test_host_names_are_compared_without_domain() -> None:
    assert host_key("Gate.Example.org") == host_key("gate") != host_key("door.example.org")
    assert are_one_host("Gate.Example.org.", "gate")
    assert are_one_host("gate.local", "GATE.example.org")
    assert are_one_host("gate.depot", "gate.depot.example.org")
    for own in ("lan", "home", "localdomain", "home.arpa", "internal"):
        assert are_one_host(f"gate.{own}", "gate.example.org")
    assert not are_one_host("gate.plan", "gate.example.org")


@pytest.mark.parametrize("other", ["gate.harbour.example.org", "gate.example.org", "door.depot.example.org", "", None])
def test_hosts_of_two_domains_are_two(other: str | None) -> None:
    assert not are_one_host("gate.depot.example.org", other)


@pytest.mark.parametrize(
    ("listed", "own", "differs"),
    [
        ("4d454930-0000-1000-8000-4419b6000a01", "4d454930-0000-1000-8000-4419b6000a02", True),
        ("0b1c2d3e-4f50-4a6b-8c7d-9e0f1a2b3c4d", "4d454930-0000-1000-8000-4419b6000a02", False),
        ("0b1c2d3e-4f50-4a6b-8c7d-9e0f1a2b3c4d", "7a1c2d3e-4f50-4a6b-9c7d-9e0f1a2b3c4d", True),
    ],
)
def test_the_number_of_a_row_in_its_database_is_no_endpoint(listed: str, own: str, differs: bool) -> None:
    made = compare(Row(1, addresses=("10.0.0.5",), endpoint=listed), device("10.0.0.5", endpoints=(own,)), Makes(find))
    assert (Key.ENDPOINT in made.differing) is differs
    assert Key.ADDRESS in made.agreeing
