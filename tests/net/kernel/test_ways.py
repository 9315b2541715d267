from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address

import pytest
from support.namespaces import Namespace, cable

from camscan.net.kernel.ways import Hop, Span, interfaces_to, samples, ways

pytestmark = pytest.mark.netns


def span(first: str, last: str = "") -> Span:
    return int(ip_address(first)), int(ip_address(last or first))


@pytest.fixture
def here(new_namespace: Callable[[], Namespace]) -> Namespace:
    """Two cables, a route, a route out of service, a tunnel, and a default."""
    ours, left, right = new_namespace(), new_namespace(), new_namespace()
    cable(ours, left, "left", ("10.1.0.2/16", "10.1.0.1/16"))
    cable(ours, right, "right", ("10.2.0.2/24", "10.2.0.1/24"))
    ours.ip("addr add fd00:1::2/64 dev left nodad")
    ours.ip("tuntap add dev tun0 mode tun")
    ours.ip("addr add 10.3.0.1/24 dev tun0")
    ours.ip("link set tun0 up")
    ours.ip("route add 10.9.0.0/16 via 10.2.0.1")
    ours.ip("route add prohibit 10.9.9.0/24")
    return ours


def found(here: Namespace, version: int, *spans: Span) -> dict[tuple[Hop | None, str], tuple[Span, ...]]:
    with here.inside():
        return {(way.hop, way.reason): way.spans for way in ways(version, spans)}


def test_each_part_has_the_way_that_the_kernel_takes(here: Namespace) -> None:
    assert found(here, 4, span("10.0.255.255", "10.2.0.255"), span("10.9.0.0", "10.9.255.255"), span("10.3.0.9")) == {
        (None, "no route: Network is unreachable"): (span("10.0.255.255"),),
        (Hop("left", "10.1.0.2", frames=True), ""): (
            span("10.1.0.0", "10.1.0.1"),
            span("10.1.0.3", "10.1.255.255"),
        ),
        (Hop("lo", "10.1.0.2"), ""): (span("10.1.0.2"),),
        (Hop("right", "10.2.0.2", frames=True), ""): (span("10.2.0.0", "10.2.0.1"), span("10.2.0.3", "10.2.0.255")),
        (Hop("lo", "10.2.0.2"), ""): (span("10.2.0.2"),),
        (Hop("right", "10.2.0.2", "10.2.0.1", frames=True), ""): (
            span("10.9.0.0", "10.9.8.255"),
            span("10.9.10.0", "10.9.255.255"),
        ),
        (None, "no route: Permission denied"): (span("10.9.9.0", "10.9.9.255"),),
        (Hop("tun0", "10.3.0.1"), ""): (span("10.3.0.9"),),
    }


def test_tables_and_rules_beside_the_main_ones_are_heeded_within_one_route_of_it(here: Namespace) -> None:
    here.ip("route add default via 10.1.0.1")
    here.ip("route add 10.20.4.0/24 via 10.2.0.1 table 52")  # as those have it that join networks, such as Tailscale
    here.ip("rule add lookup 52")
    here.ip("route add default dev tun0 table 99")
    here.ip("rule add to 10.20.9.0/24 lookup 99")
    here.ip("-6 route add default via fd00:1::1")
    here.ip("-6 rule add to fd20::4:0/112 lookup 99")
    here.ip("-6 route add unreachable default table 99")
    assert found(here, 4, span("10.20.0.0", "10.20.15.255")) == {
        (Hop("left", "10.1.0.2", "10.1.0.1", frames=True), ""): (
            span("10.20.0.0", "10.20.3.255"),
            span("10.20.5.0", "10.20.8.255"),
            span("10.20.10.0", "10.20.15.255"),
        ),
        (Hop("right", "10.2.0.2", "10.2.0.1", frames=True), ""): (span("10.20.4.0", "10.20.4.255"),),
        (Hop("tun0", "10.3.0.1"), ""): (span("10.20.9.0", "10.20.9.255"),),
    }
    assert found(here, 6, span("fd20::3:ffff", "fd20::4:1")) == {
        (Hop("left", "fd00:1::2", "fd00:1::1", frames=True), ""): (span("fd20::3:ffff"),),
        (None, "no route: No route to host"): (span("fd20::4:0", "fd20::4:1"),),
    }


def test_loopback_and_ipv6(here: Namespace) -> None:
    assert found(here, 4, span("127.0.0.1", "127.0.0.9")) == {
        (Hop("lo", "127.0.0.1"), ""): (span("127.0.0.1", "127.0.0.9"),)
    }
    assert found(here, 6, span("::1"), span("fd00:1::3", "fd00:1::5")) == {
        (Hop("lo", "::1"), ""): (span("::1"),),
        (Hop("left", "fd00:1::2", frames=True), ""): (span("fd00:1::3", "fd00:1::5"),),
    }


def test_one_address_of_each_way_stands_for_it_and_shows_when_it_has_changed(here: Namespace) -> None:
    with here.inside():
        known = samples([("10.0.255.255", "10.2.0.255"), ("10.9.0.0", "10.9.255.255"), ("fd00:1::7", "fd00:1::9")])
        assert known == {"10.1.0.0": "left", "10.2.0.0": "right", "10.9.0.0": "right", "fd00:1::7": "left"}
        assert interfaces_to(known) == known
        here.ip("route replace 10.9.0.0/16 via 10.1.0.1")
        here.ip("addr del 10.2.0.2/24 dev right")
        changed = {"10.2.0.0": "", "10.9.0.0": "left"}
        assert interfaces_to(known) == {**known, **changed}


def test_without_the_kernel_no_way_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("socket.socket", refused)
    assert samples([("10.0.0.1", "10.0.0.9")]) == interfaces_to(["10.0.0.1"]) == {}
