"""From what the user chose to probes, ports and pace, and how long that takes."""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any

import pytest

from camscan.app.planning.scope import Choices, scope_of
from camscan.app.planning.strategy import Strategy, silent_seconds, strategy_of, sweep_method
from camscan.errors import HostError, UsageError
from camscan.net.kernel.interfaces import Interface
from camscan.net.programs import method
from camscan.net.programs.method import Method
from camscan.probes.ports import FIRST_PORTS, MORE_PORTS
from camscan.records import Observation, Outcome

BY_CONNECT = Method("connect", "")


def test_ports_that_are_never_sent_to_are_left_out_and_named() -> None:
    strategy = strategy_of(Choices(ports="80,9100,515"))
    assert (strategy.plan.first_ports, strategy.barred) == ((80,), (9100, 515))
    with pytest.raises(UsageError, match="never sends to"):
        strategy_of(Choices(ports="9100"))


def test_a_port_that_is_never_sent_to_is_not_asked_because_a_host_names_it() -> None:
    named = {"sadp.http_port": ("9100", "8081")}
    seen = [Observation("10.0.0.1", "sadp", Outcome.ANSWERED, datetime(2026, 11, 24, tzinfo=UTC), fields=named)]
    assert list(strategy_of(Choices()).plan.named_ports("10.0.0.1", seen)) == [8081]


def test_ports_replace_the_usual_ones() -> None:
    plan = strategy_of(Choices(ports="80,8000-8002,80")).plan
    assert (plan.first_ports, plan.more_ports) == ((80, 8000, 8001, 8002), ())
    assert strategy_of(Choices()).plan.first_ports == FIRST_PORTS


@pytest.mark.parametrize("ports", ["x", "0", "65536", "9-8", "80,,81", "-5", "80-", "-"])
def test_ports_that_cannot_be_used(ports: str) -> None:
    with pytest.raises(UsageError, match="as ports"):
        strategy_of(Choices(ports=ports))


def test_channels_without_tcp_try_no_port() -> None:
    plan = strategy_of(Choices(channels="wsd, SADP")).plan
    assert (plan.first_ports, plan.channels) == ((), ("wsd", "sadp"))


def test_a_silent_address_costs_what_the_plan_says() -> None:
    usual, thorough = strategy_of(Choices()), strategy_of(Choices(thorough=True))
    assert usual.silent_packets <= 40
    assert thorough.silent_packets - usual.silent_packets == 2 * len(MORE_PORTS)


def test_a_higher_rate_works_wider() -> None:
    fast = strategy_of(Choices(rate=10_000))
    assert fast.covers() > strategy_of(Choices()).covers() > strategy_of(Choices(profile="gentle")).covers()
    assert fast.covers(9_500) == strategy_of(Choices(rate=500)).covers() < fast.covers()
    assert (
        strategy_of(Choices(rate=10_000)).window
        > strategy_of(Choices()).window
        > strategy_of(Choices(profile="gentle")).window
    )


def test_a_host_has_time_for_as_many_ports_as_are_asked() -> None:
    assert strategy_of(Choices()).host_seconds == 30
    assert strategy_of(Choices(ports="1-1024")).host_seconds == 1020  # four of them are never sent to
    assert strategy_of(Choices(ports="1-1024", profile="gentle")).host_seconds == 20_400


@pytest.mark.parametrize("profile", ["default", "gentle"])
@pytest.mark.parametrize("rate", [1, 20, 40, 159])
def test_a_host_has_time_for_as_many_packets_at_a_low_rate(rate: int, profile: str) -> None:
    """Half of the pace is for hosts that live; those that are covered at once share it."""

    def packets(strategy: Strategy) -> float:
        return strategy.profile.rate / 2 / strategy.covers() * strategy.host_seconds

    assert packets(strategy_of(Choices(profile=profile, rate=rate))) >= packets(strategy_of(Choices()))


WIDE = ("10.0.0.0/16",)


def how(**changed: Any) -> tuple[str, str]:
    usual: dict[str, Any] = {"targets": WIDE, "rate": 10_001}
    choices = Choices(**(usual | changed))
    method = sweep_method(choices, scope_of(choices).asked, strategy_of(choices))
    return method.name, method.reason


def test_open_ports_are_swept_where_they_are_many_and_it_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(method, "has_net_raw", lambda: True)
    assert how()[0] == "syn"
    assert how(targets=("10.0.0.0/20",)) == ("connect", "fewer than 65,536 ports in all")
    assert how(targets=("10.0.0.0/24",), sweep="syn") == ("syn", "asked for")
    assert how(sweep="connect") == ("connect", "asked for")
    assert how(rate=10_000) == ("connect", "connecting keeps up with 10,000 packets a second")
    assert how(rate=100, sweep="syn")[0] == "syn"
    assert how(targets=(*WIDE, "fd00::/120"), allow_large=True)[0] == "syn"
    monkeypatch.setattr(method, "has_net_raw", lambda: False)
    assert how() == ("connect", "no CAP_NET_RAW, which SYN packets need")
    with pytest.raises(HostError, match="needs CAP_NET_RAW"):
        how(sweep="syn")


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"thorough": True}, "--thorough asks every address in full"),
        ({"profile": "gentle", "rate": None}, "the profile gentle spares routers"),
        ({"channels": "wsd"}, "no channel needs open ports"),
    ],
)
def test_what_a_sweep_does_not_go_with(monkeypatch: pytest.MonkeyPatch, changed: dict[str, Any], why: str) -> None:
    monkeypatch.setattr(method, "has_net_raw", lambda: True)
    assert how(**changed) == ("connect", why)
    with pytest.raises(UsageError, match="cannot be used"):
        how(**changed, sweep="syn")


def test_where_routers_are_spared_the_time_is_that_in_which_they_forget() -> None:
    scope = scope_of(Choices(("10.20.0.0/24", "10.20.9.0/25")))
    gentle, usual = strategy_of(Choices(profile="gentle")), strategy_of(Choices())
    near = Interface("eth0", 2, "10.20.0.9", ip_network("10.20.0.0/24"), loopback=False, multicast=True)
    packets = 380 * gentle.silent_packets
    assert gentle.silent_tracked == 8 * 122 + 3 * 120
    assert silent_seconds(scope, usual, BY_CONNECT, (), packets) == packets / 1_000
    assert silent_seconds(scope, gentle, BY_CONNECT, (), packets) == pytest.approx(380 * 1_336 / 1_000 - 122)
    by_host = 6.5 * 380 / gentle.window
    assert silent_seconds(scope, gentle, BY_CONNECT, (near,), packets) == pytest.approx(by_host)


@pytest.mark.parametrize("profile", ["default", "fast"])
def test_the_more_ports_a_silent_host_has_the_more_hosts_are_asked_at_once(profile: str) -> None:
    many = strategy_of(Choices(ports="1000-1999", profile=profile))
    rate = min(many.window, many.profile.most_connecting // 2) * many.silent_packets / many.silent_host_seconds
    assert rate >= 0.9 * min(many.profile.rate, many.profile.most_connecting * 2 / 1.5)


def test_one_host_takes_as_long_as_its_ports_whatever_the_pace() -> None:
    one, strategy = scope_of(Choices(("10.20.0.1",))), strategy_of(Choices(ports="1000-1999"))
    assert silent_seconds(one, strategy, BY_CONNECT, (), strategy.silent_packets) == 1_000 * 1.5 / 2
    assert silent_seconds(one, strategy, Method("syn", ""), (), strategy.silent_packets) == 1_000 * 4 / 4


def test_where_no_port_is_tried_more_hosts_wait_at_once() -> None:
    fast, datagrams = Choices(rate=10_000), Choices(rate=10_000, channels="wsd,sadp,dhip")
    assert strategy_of(fast).window <= 3_500
    strategy = strategy_of(datagrams)
    assert strategy.window > 5 * 10_000 / strategy.silent_packets  # a silent host is waited for about five seconds
