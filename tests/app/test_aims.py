"""From the command line to targets, plan and pace."""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from camscan.app import aims
from camscan.app.aims import Choices, aim, arp_requests, eligible, manner, silent_seconds, swept
from camscan.errors import HostError, TargetError, UsageError
from camscan.net import portsweep
from camscan.net.interfaces import Interface
from camscan.probes.ports import FIRST_PORTS, MORE_PORTS
from camscan.records import Observation, Outcome


def test_exclusions_win_and_network_edges_are_left_out() -> None:
    aimed = aim(Choices(("10.0.0.0/24",), exclude=("10.0.0.5", "10.0.0.64/26")))
    assert aimed.targets.count == 254
    assert aimed.asked.count == 254 - 1 - 64
    assert "10.0.0.64" not in aimed.asked


def test_a_file_without_a_target_is_no_leave_to_scan_what_is_connected(tmp_path: Path) -> None:
    file = tmp_path / "hosts.txt"
    file.write_text("# nothing yet\n")
    with pytest.raises(TargetError, match=r"hosts\.txt contains no target"):
        aim(Choices((f"@{file}",)))


def test_files_are_read_and_their_lines_named(tmp_path: Path) -> None:
    file = tmp_path / "hosts.txt"
    file.write_text("10.0.0.1 # gate\n10.0.0.300\n")
    with pytest.raises(TargetError, match=r"hosts\.txt:2: cannot use '10\.0\.0\.300' as a target"):
        aim(Choices((f"@{file}",)))


def test_exclusion_files_are_read(tmp_path: Path) -> None:
    file = tmp_path / "never.txt"
    file.write_text("10.0.0.0/25\n")
    assert aim(Choices(("10.0.0.0/24",), exclude_files=(str(file),))).asked.count == 127


@pytest.mark.parametrize(("targets", "flag"), [(("8.8.8.0/24",), "--allow-public"), (("10.0.0.0/8",), "--allow-large")])
def test_what_needs_a_flag_says_which(targets: tuple[str, ...], flag: str) -> None:
    with pytest.raises(TargetError, match=flag):
        aim(Choices(targets))


def test_an_empty_file_is_not_taken_for_no_target(tmp_path: Path) -> None:
    file = tmp_path / "empty.txt"
    file.write_text("# nothing\n")
    with pytest.raises(TargetError):
        aim(Choices((f"@{file}",)))


def test_ports_that_are_never_sent_to_are_left_out_and_named() -> None:
    asking = manner(Choices(ports="80,9100,515"))
    assert (asking.plan.first_ports, asking.barred) == ((80,), (9100, 515))
    with pytest.raises(UsageError, match="never sends to"):
        manner(Choices(ports="9100"))


def test_a_port_that_is_never_sent_to_is_not_asked_because_a_host_names_it() -> None:
    named = {"sadp.http_port": ("9100", "8081")}
    seen = [Observation("10.0.0.1", "sadp", Outcome.ANSWERED, datetime(2026, 11, 24, tzinfo=UTC), fields=named)]
    assert list(manner(Choices()).plan.named_ports("10.0.0.1", seen)) == [8081]


def test_ports_replace_the_usual_ones() -> None:
    plan = manner(Choices(ports="80,8000-8002,80")).plan
    assert (plan.first_ports, plan.more_ports) == ((80, 8000, 8001, 8002), ())
    assert manner(Choices()).plan.first_ports == FIRST_PORTS


@pytest.mark.parametrize("ports", ["x", "0", "65536", "9-8", "80,,81", "-5", "80-", "-"])
def test_ports_that_cannot_be_used(ports: str) -> None:
    with pytest.raises(UsageError, match="as ports"):
        manner(Choices(ports=ports))


def test_channels_without_tcp_knock_on_no_port() -> None:
    plan = manner(Choices(channels="wsd, sadp")).plan
    assert (plan.first_ports, plan.channels) == ((), ("wsd", "sadp"))


def test_a_silent_address_costs_what_the_plan_says() -> None:
    usual, thorough = manner(Choices()), manner(Choices(thorough=True))
    assert usual.silent_packets <= 40
    assert thorough.silent_packets - usual.silent_packets == 2 * len(MORE_PORTS)


def test_a_higher_rate_works_wider() -> None:
    fast = manner(Choices(rate=10_000))
    assert fast.covers() > manner(Choices()).covers() > manner(Choices(profile="gentle")).covers()
    assert fast.covers(9_500) == manner(Choices(rate=500)).covers() < fast.covers()
    assert manner(Choices(rate=10_000)).window > manner(Choices()).window > manner(Choices(profile="gentle")).window


def test_a_host_has_time_for_as_many_ports_as_are_asked() -> None:
    assert manner(Choices()).host_seconds == 30
    assert manner(Choices(ports="1-1024")).host_seconds == 1020  # four of them are never sent to
    assert manner(Choices(ports="1-1024", profile="gentle")).host_seconds == 20_400


def test_multicast_goes_out_only_where_the_targets_are() -> None:
    assert eligible(aim(Choices(("10.254.254.0/24",)))) == ()


def test_multicast_goes_out_once_in_each_network_and_from_the_kind_of_address_that_targets_have(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = ("10.0.0.1/24", "10.0.0.2/24", "10.0.1.1/24", "169.254.1.1/16", "fd00::1/64", "fd00::2/64", "fe80::1/64")
    interfaces = [
        Interface("eth0", 2, text.partition("/")[0], ip_network(text, strict=False), loopback=False, multicast=True)
        for text in own
    ]
    monkeypatch.setattr(aims, "interfaces", lambda: interfaces)
    asking = eligible(aim(Choices(("10.0.0.0/24", "fd00::/120"))))
    assert [interface.address for interface in asking] == ["10.0.0.1", "fd00::1"]


def test_interfaces_that_are_named_are_the_only_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    interfaces = [
        Interface(name, number, f"10.0.{number}.1", ip_network(f"10.0.{number}.0/24"), loopback=False, multicast=True)
        for number, name in enumerate(("eth0", "eth1"))
    ]
    monkeypatch.setattr(aims, "interfaces", lambda: interfaces)
    both = aim(Choices(("10.0.0.0/16",)))
    assert [interface.name for interface in eligible(both)] == ["eth0", "eth1"]
    one = aim(Choices(("10.0.0.0/16",), interface=("eth1",)))
    assert [interface.name for interface in eligible(one)] == ["eth1"]
    assert one.asked.count == both.asked.count
    assert aim(Choices(interface=("eth1",))).specs == ("10.0.1.0/24",)
    with pytest.raises(HostError, match="this host has no interface eth9: `ip link` lists those"):
        aim(Choices(("10.0.0.0/16",), interface=("eth1", "eth9")))


def test_arp_is_counted_where_it_will_be_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    class Linked:
        def __init__(self, *_: object) -> None:
            self.most_frames = 508

    monkeypatch.setattr(aims, "Link", Linked)
    monkeypatch.setattr(aims, "has_net_raw", lambda: True)
    assert arp_requests(manner(Choices()).plan, (), ()) == 508
    assert arp_requests(manner(Choices(channels="wsd,sadp")).plan, (), ()) == 0
    monkeypatch.setattr(aims, "has_net_raw", lambda: False)
    assert arp_requests(manner(Choices()).plan, (), ()) == 0


WIDE = ("10.0.0.0/16",)


def how(**changed: Any) -> tuple[str, str]:
    usual: dict[str, Any] = {"targets": WIDE, "rate": 10_001}
    choices = Choices(**(usual | changed))
    method = swept(choices, aim(choices).asked, manner(choices))
    return method.name, method.reason


def test_open_ports_are_swept_where_they_are_many_and_it_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portsweep, "has_net_raw", lambda: True)
    assert how()[0] == "syn"
    assert how(targets=("10.0.0.0/20",)) == ("connect", "fewer than 65,536 ports in all")
    assert how(targets=("10.0.0.0/24",), sweep="syn") == ("syn", "asked for")
    assert how(sweep="connect") == ("connect", "asked for")
    assert how(rate=10_000) == ("connect", "connecting keeps up with 10,000 packets a second")
    assert how(rate=100, sweep="syn")[0] == "syn"
    assert how(targets=(*WIDE, "fd00::/120"), allow_large=True)[0] == "syn"
    monkeypatch.setattr(portsweep, "has_net_raw", lambda: False)
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
    monkeypatch.setattr(portsweep, "has_net_raw", lambda: True)
    assert how(**changed) == ("connect", why)
    with pytest.raises(UsageError, match="cannot be used"):
        how(**changed, sweep="syn")


def test_where_routers_are_spared_the_time_is_that_in_which_they_forget() -> None:
    aimed = aim(Choices(("10.20.0.0/24", "10.20.9.0/25")))
    gentle, usual = manner(Choices(profile="gentle")), manner(Choices())
    near = Interface("eth0", 2, "10.20.0.9", ip_network("10.20.0.0/24"), loopback=False, multicast=True)
    packets = 380 * gentle.silent_packets
    assert gentle.silent_tracked == 8 * 122 + 3 * 120
    assert silent_seconds(aimed, usual, (), packets) == packets / 1_000
    assert silent_seconds(aimed, gentle, (), packets) == pytest.approx(380 * 1_336 / 1_000 - 122)
    assert silent_seconds(aimed, gentle, (near,), packets) == pytest.approx(126 * 1_336 / 1_000 - 122)


def test_where_no_port_is_knocked_on_more_hosts_wait_at_once() -> None:
    fast, datagrams = Choices(rate=10_000), Choices(rate=10_000, channels="wsd,sadp,dhip")
    assert manner(fast).window <= 3_500
    asking = manner(datagrams)
    assert asking.window > 5 * 10_000 / asking.silent_packets  # a silent host is waited for about five seconds


@pytest.mark.parametrize("name", ["@/dev/zero", "-"])
def test_of_a_list_without_end_no_more_is_read_than_one_may_hold(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with Path("/dev/zero").open(encoding="utf-8") as endless:
        monkeypatch.setattr("sys.stdin", endless)
        with pytest.raises(TargetError, match="has more than 33,554,432 characters: write networks"):
            aim(Choices((name,)))
