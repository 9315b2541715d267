"""The network of an address, however it is written."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.networks import is_private, network_of


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
