from __future__ import annotations

import ipaddress
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.net.scope import EVERYTHING, NEVER_SEND, NOTHING, Refusal, Scope, port_refusal
from camscan.records import Outcome
from camscan.targets import TargetSet, parse

SITE = parse(["10.0.0.0/24", "fd00::/120", "fe80::1"], whole_networks=True)
OUTSIDE = Refusal(Outcome.NOT_SENT, "outside the scope")
NO_LITERAL = Refusal(Outcome.NOT_SENT, "not a literal address in its canonical form")


def test_a_target_may_be_sent_to() -> None:
    scope = Scope(SITE)
    assert scope.address_refusal("10.0.0.5") is None
    assert scope.address_refusal("fd00::5") is None
    assert scope.address_refusal("fe80::1") is None


def test_what_is_no_target_may_not() -> None:
    scope = Scope(SITE)
    assert scope.address_refusal("10.0.1.5") == OUTSIDE
    assert scope.address_refusal("fd00::1:5") == OUTSIDE
    assert scope.address_refusal("127.0.0.1") == OUTSIDE


def test_exclusions_win_over_everything() -> None:
    scope = Scope(EVERYTHING, parse(["10.0.0.5"]))
    assert scope.address_refusal("10.0.0.5") == Refusal(Outcome.EXCLUDED, "excluded")
    assert scope.address_refusal("10.0.0.6") is None


@pytest.mark.parametrize("address", ["0.0.0.0", "::"])  # noqa: S104
def test_the_unspecified_address_would_reach_this_host_whatever_is_excluded(address: str) -> None:
    refusal = Scope(EVERYTHING, parse(["127.0.0.0/8", "::1"])).address_refusal(address)
    assert refusal is not None
    assert refusal.outcome is Outcome.NOT_SENT


@pytest.mark.parametrize(
    "address",
    [
        "::ffff:10.0.0.1",  # reaches 10.0.0.1
        "::ffff:a00:1",
        "::FFFF:A00:1",
        "0:0:0:0:0:ffff:a00:1",
        "fe80::1%eth0",
        "fe80::1%1",
        "10.0.0.1%eth0",
        "FD00::1",
        "fd00:0::1",
        "fd00:0000:0000:0000:0000:0000:0000:0001",
        "[fd00::1]",
        "010.0.0.1",
        "10.0.0.01",
        "10.0.1",
        "10.1",
        "167772161",
        "0xa000001",
        "0x0a.0.0.1",
        "012.0.0.1",
        " 10.0.0.1",
        "10.0.0.1 ",
        "10.0.0.1\n",
        "10.0.0.1:80",
        "10.0.0.1/32",
        "user@10.0.0.1",
        "\u0661\u0660.0.0.1",
        "10。0。0。1",
        "camera.example",
        "localhost",
        "",
    ],
)
def test_what_sets_and_kernel_might_read_differently_never_passes(address: str) -> None:
    for scope in (Scope(SITE), Scope(EVERYTHING), Scope(EVERYTHING, parse(["10.0.0.1"]))):
        assert scope.address_refusal(address) == NO_LITERAL


@pytest.mark.parametrize("port", sorted(NEVER_SEND))
def test_ports_that_are_never_sent_to(port: int) -> None:
    assert port_refusal(port) == Refusal(Outcome.NOT_SENT, f"port {port} is never sent to")


def test_printers_and_controllers_are_among_them() -> None:
    assert {102, 502, 515, 631, 5060, 5061, 9100, 9107, 20000, 44818, 47808} <= NEVER_SEND
    assert not {80, 443, 554, 8000, 37777} & NEVER_SEND


@pytest.mark.parametrize("port", [0, -1, 65_536, 10**9])
def test_what_is_no_port(port: int) -> None:
    assert port_refusal(port) == Refusal(Outcome.NOT_SENT, f"{port} is no port")


@pytest.mark.parametrize("address", ["224.0.0.1", "239.255.255.250", "255.255.255.255", "ff02::c"])
def test_a_group_is_no_host(address: str) -> None:
    assert Scope(EVERYTHING).address_refusal(address) == Refusal(Outcome.NOT_SENT, "a group, not a host")


def test_a_broadcast_address_is_no_host() -> None:
    scope = Scope(EVERYTHING, broadcasts={"10.0.0.255"})
    told = Refusal(Outcome.NOT_SENT, "a group, not a host")
    assert [scope.address_refusal(address) for address in ("10.0.0.254", "10.0.0.255")] == [None, told]


@pytest.mark.parametrize("group", ["239.255.255.250", "255.255.255.255", "ff02::c"])
def test_groups_may_be_asked_unless_excluded(group: str) -> None:
    assert Scope(NOTHING).group_refusal(group, 3702) is None
    excluding = Scope(NOTHING, parse([group]) if ":" not in group else {group})
    assert excluding.group_refusal(group, 3702) == Refusal(Outcome.EXCLUDED, f"{group} is excluded")
    never = Refusal(Outcome.NOT_SENT, "port 9100 is never sent to")
    assert Scope(NOTHING).group_refusal(group, 9100) == never


@pytest.mark.parametrize("group", ["10.0.0.5", "10.0.0.255", "fd00::1", "::ffff:224.0.0.1", "ff02::c%eth0", "all"])
def test_a_host_is_no_group(group: str) -> None:
    assert Scope(EVERYTHING).group_refusal(group, 3702) == Refusal(Outcome.NOT_SENT, f"{group} is no multicast group")


def test_hears_targets_unless_told_otherwise() -> None:
    assert Scope(SITE).hears("10.0.0.5")
    assert not Scope(SITE).hears("192.168.1.108")
    assert Scope(NOTHING, listens=EVERYTHING).hears("192.168.1.108")
    assert not Scope(EVERYTHING, parse(["10.0.0.5"]), listens=EVERYTHING).hears("10.0.0.5")


NETWORKS = st.builds(
    lambda last, prefix: f"10.0.0.{last >> (32 - prefix) << (32 - prefix)}/{prefix}",
    st.integers(0, 255),
    st.integers(24, 32),
)


def members(networks: Sequence[str]) -> set[str]:
    return {str(address) for network in networks for address in ipaddress.ip_network(network)}


@given(st.lists(NETWORKS, max_size=4), st.lists(NETWORKS, max_size=4))
def test_exactly_targets_without_exclusions_may_be_sent_to(targets: list[str], excluded: list[str]) -> None:
    scope = Scope(parse(targets, whole_networks=True), parse(excluded, whole_networks=True))
    allowed, barred = members(targets), members(excluded)
    for address in members(["10.0.0.0/24"]):
        refusal = scope.address_refusal(address)
        if address in barred:
            assert refusal == Refusal(Outcome.EXCLUDED, "excluded")
        elif address in allowed:
            assert refusal is None
        else:
            assert refusal == OUTSIDE
        assert scope.hears(address) == (address in allowed and address not in barred)


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_no_spelling_of_an_excluded_address_passes(excluded: int, other: int) -> None:
    address = ipaddress.IPv4Address(excluded)
    scope = Scope(EVERYTHING, TargetSet.of([(excluded, excluded)]))
    mapped = ipaddress.IPv6Address((0xFFFF << 32) | excluded)
    for spelling in (str(address), str(mapped), mapped.exploded, str(excluded), hex(excluded), f"::ffff:{address}"):
        assert scope.address_refusal(spelling) is not None
    if other not in (excluded, 0, 2**32 - 1) and other >> 24 not in range(224, 240):
        assert scope.address_refusal(str(ipaddress.IPv4Address(other))) is None
