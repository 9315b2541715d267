from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Network
from pathlib import Path

import pytest
from support.costs import costs_less_than
from support.namespaces import Namespace, cable

from camscan.net.kernel.routes import Routes

ROUTE = """\
Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t0100000A\t0003\t0\t0\t100\t00000000\t0\t0\t0
eth0\t0000000A\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0
eth0\t0000140A\t0200000A\t0003\t0\t0\t0\t0000FFFF\t0\t0\t0
eth0\t0000150A\t0300000A\t0002\t0\t0\t0\t0000FFFF\t0\t0\t0
"""
NONE = "0" * 32
ROUTE6 = f"""\
fd{NONE[2:]} 40 {NONE} 00 {NONE} 00000100 00000001 00000000 00000001     eth0
{NONE} 00 {NONE} 00 fe80{NONE[5:]}1 00000400 00000001 00000000 00000003     eth0
{NONE[1:]}1 80 {NONE} 00 {NONE} 00000000 00000002 00000000 80200001       lo
{NONE} 00 {NONE} 00 {NONE} ffffffff 00000001 00000000 00200200       lo
"""


@pytest.fixture
def routes(tmp_path: Path) -> Routes:
    (tmp_path / "route").write_text(ROUTE)
    (tmp_path / "ipv6_route").write_text(ROUTE6)
    return Routes.read(tmp_path)


@pytest.mark.parametrize(
    ("address", "gateway", "on_link"),
    [
        ("10.0.0.5", "", True),
        ("10.20.1.1", "10.0.0.2", False),
        ("10.21.1.1", "10.0.0.1", False),  # the route of its own is down
        ("192.0.2.1", "10.0.0.1", False),
        ("127.0.0.1", "", False),
        ("fd00::5", "", True),
        ("fd01::5", "fe80::1", False),
        ("::1", "", False),
    ],
)
def test_the_longest_prefix_wins(routes: Routes, address: str, gateway: str, on_link: bool) -> None:
    assert (routes.gateway(address), routes.on_link(address)) == (gateway, on_link)


@pytest.mark.parametrize("name", ["büro", "a\x1cb", "büro\x85"])
def test_whatever_the_kernel_lets_an_interface_be_called_its_routes_are_read(tmp_path: Path, name: str) -> None:
    for encoding in ("utf-8", "latin-1"):
        (tmp_path / "route").write_bytes(ROUTE.replace("eth0", name).encode(encoding))
        (tmp_path / "ipv6_route").write_bytes(ROUTE6.replace("eth0", name).encode(encoding))
        routes = Routes.read(tmp_path)
        assert (routes.gateway("10.20.1.1"), routes.gateway("fd01::5")) == ("10.0.0.2", "fe80::1")


def test_of_very_many_routes_each_address_costs_no_more() -> None:
    """As on a router with all routes of the internet, or in a cluster."""
    first = int(IPv4Network("20.0.0.0/24")[0])
    many = [(IPv4Network((first + (number << 8), 24)), "10.0.0.2") for number in range(20_000)]
    routes = Routes([(IPv4Network("0.0.0.0/0"), "10.0.0.1"), *many])
    with costs_less_than(0.5):
        found = [routes.gateway(f"{net}.1.{number // 250}.{number % 250}") for number in range(500) for net in (10, 20)]
    assert found == ["10.0.0.1", "10.0.0.2"] * 500


def test_very_many_routes_are_read_soon(tmp_path: Path) -> None:
    """A million take some two seconds."""
    six = range(0x20010000, 0x20010000 + 20_000)
    (tmp_path / "route").write_text(
        ROUTE + "".join(f"eth0\t{n:06X}2C\t0300000A\t3\t0\t0\t0\t00FFFFFF\n" for n in range(20_000))
    )
    (tmp_path / "ipv6_route").write_text(
        "".join(f"{n:08x}{NONE[8:]} 20 {NONE} 00 {NONE[2:]}fe 0 0 0 3 eth0\n" for n in six)
    )
    with costs_less_than(0.4):
        routes = Routes.read(tmp_path)
    assert (routes.gateway("44.31.0.9"), routes.gateway("2001:1f::1")) == ("10.0.0.3", "::fe")


def test_without_tables_nothing_is_known(tmp_path: Path) -> None:
    routes = Routes.read(tmp_path)
    assert (routes.gateway("10.0.0.5"), routes.on_link("10.0.0.5")) == ("", False)


@pytest.mark.netns
def test_the_kernels_own_tables(new_namespace: Callable[[], Namespace]) -> None:
    here, there = new_namespace(), new_namespace()
    cable(here, there, "v0", ("10.66.0.1/24", "10.66.0.2/24"))
    cable(here, there, "v1", ("fd66::1/64", "fd66::2/64"))
    here.ip("route add default via 10.66.0.254 metric 200")
    here.ip("route add default via 10.66.0.2 metric 100")
    here.ip("route add 10.77.0.0/16 via 10.66.0.3")
    here.ip("route add fd77::/64 via fd66::2")
    with here.inside():
        routes = Routes.read()
    asked = ("10.66.0.9", "10.77.1.1", "192.0.2.1", "fd66::9", "fd77::1")
    assert [routes.gateway(address) for address in asked] == ["", "10.66.0.3", "10.66.0.2", "", "fd66::2"]
    assert [routes.on_link(address) for address in asked] == [True, False, False, True, False]


@pytest.mark.netns
def test_a_tunnel_has_a_router_at_its_other_end(new_namespace: Callable[[], Namespace]) -> None:
    """As VPNs have it: neither has the route a gateway nor the link MACs."""
    here, there = new_namespace(), new_namespace()
    cable(here, there, "v0", ("10.66.0.1/24", "10.66.0.2/24"))
    here.ip("link add link v0 name büro type macvlan")
    here.ip("tuntap add tun0 mode tun")
    for command in ("addr add 10.8.0.2/24 dev tun0", "link set tun0 up", "route add 10.20.0.0/16 dev tun0"):
        here.ip(command)
    for command in ("addr add 10.67.0.1/24 dev büro", "link set büro up", "route add default via 10.66.0.2"):
        here.ip(command)
    here.ip("-6 route add fd20::/64 dev tun0")
    with here.inside():
        routes = Routes.read()
    routers = {
        **dict.fromkeys(("10.8.0.1", "10.20.0.5", "fd20::5"), "tun0"),
        **dict.fromkeys(("10.66.0.9", "10.67.0.9", "127.0.0.1"), ""),
        "192.0.2.1": "10.66.0.2",
    }
    assert {address: routes.router(address) for address in routers} == routers
    assert [routes.gateway("10.20.0.5"), routes.on_link("10.20.0.5")] == ["", True]


@pytest.mark.netns
def test_behind_another_table_there_is_a_router_too(new_namespace: Callable[[], Namespace]) -> None:
    """Else a gentle scan by a rule or through a VPN would spare none."""
    here, there = new_namespace(), new_namespace()
    cable(here, there, "v0", ("10.66.0.1/24", "10.66.0.2/24"))
    here.ip("route add 10.77.0.0/16 via 10.66.0.2 table 77")
    here.ip("rule add to 10.77.0.0/16 lookup 77")
    with here.inside():
        routes = Routes.read()
        asked = ("10.77.1.1", "10.77.200.1", "10.78.0.1", "10.66.0.1", "10.66.0.9", "127.0.0.9")
        named = [bool(routes.router(address)) for address in asked]
        assert routes.router(asked[0]) == routes.router(asked[1])
    assert named == [True, True, False, False, False, False]
