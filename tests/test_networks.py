"""The network of an address, however it is written."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.networks import bystanders, is_private, network_of
from camscan.records import Scan, Vantage
from camscan.scansettings import CHOICES, GATEWAYS


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("10.0.0.5", "10.0.0.0/24"),
        ("10.0.0.255", "10.0.0.0/24"),
        ("fe80::1%eth0", "fe80::/64"),
        ("2001:db8:0:1::5", "2001:db8:0:1::/64"),
        ("::ffff:10.0.0.5", "::/64"),
        *((text, "None") for text in ("10.0.0.256", "10.0.0.05", "10.0.5", "camera.5", "10.0.0.5/24", "gate", "", "%")),
    ],
)
def test_what_is_in_which_network(address: str, network: str) -> None:
    assert str(network_of(address)) == network


@given(st.ip_addresses())
def test_every_address_is_in_its_network(address: object) -> None:
    one = ip_address(str(address))
    assert network_of(str(one)) == ip_network(f"{one}/{24 if one.version == 4 else 64}", strict=False)


@pytest.mark.parametrize(
    ("host", "private"),
    [
        ("10.0.0.5", True),
        ("127.0.0.1", True),
        ("fd00::5", True),
        ("8.8.8.8", False),
        ("siem.example", False),
        ("", False),
    ],
)
def test_what_is_private(host: str, private: bool) -> None:
    assert is_private(host) is private


@pytest.mark.parametrize(
    ("settings", "aside"),
    [
        ({}, {"10.0.0.9"}),
        ({GATEWAYS: "10.0.0.1 fd00::1"}, {"10.0.0.9", "10.0.0.1", "fd00::1"}),
        ({GATEWAYS: "10.0.0.1", CHOICES: json.dumps({"expect_decoy": ["10.0.0.1"]})}, {"10.0.0.9"}),
    ],
    ids=["the host alone", "its gateways", "a gateway that is named as a decoy"],
)
def test_who_shows_nothing_of_others_by_answering(settings: dict[str, str], aside: set[str]) -> None:
    vantage = Vantage("host", ("eth0",), (("eth0", "10.0.0.9"),))
    assert bystanders(Scan("a", datetime.now(UTC), (), (), vantage=vantage, settings=settings)) == aside
