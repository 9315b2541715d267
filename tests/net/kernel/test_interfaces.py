from __future__ import annotations

import errno
import ipaddress
from collections.abc import Callable, Iterable

import ifaddr
import pytest
from ifaddr import IP, Adapter
from support.namespaces import Namespace, cable

from camscan.errors import HostError
from camscan.net.kernel.interfaces import Interface, broadcasts, interfaces


def names(found: tuple[Interface, ...]) -> list[tuple[str, str]]:
    return [(interface.name, interface.address) for interface in found]


def test_loopback_is_seen_as_such() -> None:
    loopback = next(i for i in interfaces() if i.address == "127.0.0.1")
    assert loopback == Interface("lo", 1, "127.0.0.1", ipaddress.IPv4Network("127.0.0.0/8"), True, False)
    assert not loopback.is_private


@pytest.mark.parametrize(
    ("network", "private"),
    [
        ("10.0.0.0/24", True),
        ("192.168.1.0/24", True),
        ("fd00::/64", True),
        ("8.8.8.0/24", False),
        ("2606:4700::/64", False),
        ("169.254.0.0/16", False),
        ("fe80::/64", False),
    ],
)
def test_which_networks_may_be_covered_unasked(network: str, private: bool) -> None:
    assert Interface("eth0", 2, "", ipaddress.ip_network(network), False, True).is_private == private
    assert not Interface("lo", 1, "", ipaddress.ip_network(network), True, True).is_private


@pytest.mark.netns
def test_every_address_of_what_is_up(new_namespace: Callable[[], Namespace]) -> None:
    here, there = new_namespace(), new_namespace()
    cable(here, there, "v0", ("10.66.0.1/24", "10.66.0.2/24"))
    cable(here, there, "v1", ("10.66.1.1/25", "10.66.1.2/25"))
    here.ip("addr add 10.66.9.1/30 dev v0 label v0:1")  # which is no interface of its own
    here.ip("addr add fd66::1/64 dev v1 nodad")
    here.ip("link set v1 multicast off")
    here.ip("link add down0 type veth peer name down1")
    here.ip("addr add 10.66.2.1/24 dev down0")
    with here.inside():
        found, groups = interfaces(), broadcasts()
    assert groups == {"127.255.255.255", "10.66.0.255", "10.66.9.3", "10.66.1.127"}
    four = [i for i in found if i.network.version == 4]
    assert list(found[: len(four)]) == four
    assert names(tuple(four)) == [
        ("lo", "127.0.0.1"),
        ("v0", "10.66.0.1"),
        ("v0", "10.66.9.1"),
        ("v1", "10.66.1.1"),
    ]
    assert [str(i.network) for i in four[1:]] == ["10.66.0.0/24", "10.66.9.0/30", "10.66.1.0/25"]
    assert [i.multicast for i in four] == [False, True, True, True]  # v1 can still broadcast
    assert ("v1", "fd66::1") in names(found)
    local = next(i for i in found if i.name == "v0" and i.network.is_link_local)
    assert local.address.startswith("fe80::")
    assert "%" not in local.address
    assert (str(local.network), local.index) == ("fe80::/64", four[1].index)


@pytest.mark.netns
def test_a_tunnel_without_broadcast_cannot_multicast(new_namespace: Callable[[], Namespace]) -> None:
    here = new_namespace()
    here.ip("tuntap add tun0 mode tun")
    here.ip("addr add 10.66.3.1/24 dev tun0")
    here.ip("link set tun0 multicast off up")
    with here.inside():
        tunnel = next(i for i in interfaces() if i.name == "tun0")
    assert (tunnel.multicast, tunnel.loopback) == (False, False)


def test_an_interface_that_goes_away_while_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = Adapter("gone0", "gone0", [IP("10.66.0.1", 24, "gone0")])
    monkeypatch.setattr("ifaddr.get_adapters", lambda: [gone])
    assert interfaces() == ()


@pytest.mark.parametrize("failures", [1, 2])
def test_a_list_that_fails_is_asked_for_again_once(failures: int, monkeypatch: pytest.MonkeyPatch) -> None:
    left, listed = [OSError(errno.ENOMEM, "no memory")] * failures, ifaddr.get_adapters

    def adapters() -> Iterable[Adapter]:
        if left:
            raise left.pop()
        return listed()

    monkeypatch.setattr("ifaddr.get_adapters", adapters)
    if failures == 1:
        assert interfaces()
        return
    with pytest.raises(HostError, match="cannot list the network interfaces: no memory: try again"):
        interfaces()
