"""From the command line to targets, and the links to them."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from ipaddress import ip_network
from pathlib import Path

import pytest
from support.namespaces import Namespace, cable

from camscan.app.planning import scope as module
from camscan.app.planning.scope import Choices, arp_requests, eligible, scope_of
from camscan.app.planning.strategy import strategy_of
from camscan.errors import HostError, TargetError
from camscan.net.kernel.bridges import Bridge
from camscan.net.kernel.interfaces import Interface


def test_exclusions_win_and_network_edges_are_left_out() -> None:
    scope = scope_of(Choices(("10.0.0.0/24",), exclude=("10.0.0.5", "10.0.0.64/26")))
    assert scope.targets.count == 254
    assert scope.asked.count == 254 - 1 - 64
    assert "10.0.0.64" not in scope.asked


def test_a_file_without_a_target_is_no_leave_to_scan_what_is_connected(tmp_path: Path) -> None:
    file = tmp_path / "hosts.txt"
    file.write_text("# nothing yet\n")
    with pytest.raises(TargetError, match=r"hosts\.txt contains no target"):
        scope_of(Choices((f"@{file}",)))


def test_files_are_read_and_their_lines_named(tmp_path: Path) -> None:
    file = tmp_path / "hosts.txt"
    file.write_text("10.0.0.1 # gate\n10.0.0.300\n")
    with pytest.raises(TargetError, match=r"hosts\.txt:2: cannot use '10\.0\.0\.300' as a target"):
        scope_of(Choices((f"@{file}",)))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_files_may_come_from_windows(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "hosts.txt"
    file.write_bytes("10.0.0.0 255.255.255.0\r\n10.0.1.1\r\n".encode(encoding))
    assert [*scope_of(Choices((f"@{file}",))).asked.networks()] == ["10.0.0.0/24", "10.0.1.1"]


def test_a_network_with_its_mask_is_excluded_whole(tmp_path: Path) -> None:
    file = tmp_path / "never.txt"
    file.write_text("10.0.0.0 255.255.255.128\n")
    assert scope_of(Choices(("10.0.0.0/24",), exclude_files=(str(file),))).asked.count == 127


def test_a_word_that_is_a_file_is_said_to_lack_its_sign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("My subnets.txt", "10.0.0.5"):
        (tmp_path / name).write_text("10.0.0.0/24\n")
    assert scope_of(Choices(("10.0.0.5",))).asked.count == 1
    with pytest.raises(TargetError, match=r"^My subnets\.txt is a file: write @My subnets\.txt to read targets "):
        scope_of(Choices(("10.0.0.5", "My subnets.txt")))


def test_exclusion_files_are_read(tmp_path: Path) -> None:
    file = tmp_path / "never.txt"
    file.write_text("10.0.0.0/25\n")
    assert scope_of(Choices(("10.0.0.0/24",), exclude_files=(str(file),))).asked.count == 127


@pytest.mark.parametrize(("targets", "flag"), [(("8.8.8.0/24",), "--allow-public"), (("10.0.0.0/8",), "--allow-large")])
def test_what_needs_a_flag_says_which(targets: tuple[str, ...], flag: str) -> None:
    with pytest.raises(TargetError, match=flag):
        scope_of(Choices(targets))


def test_an_empty_file_is_not_taken_for_no_target(tmp_path: Path) -> None:
    file = tmp_path / "empty.txt"
    file.write_text("# nothing\n")
    with pytest.raises(TargetError):
        scope_of(Choices((f"@{file}",)))


def test_multicast_goes_out_only_where_the_targets_are() -> None:
    assert eligible(scope_of(Choices(("10.254.254.0/24",)))) == ()


def test_multicast_goes_out_once_in_each_network_and_from_the_kind_of_address_that_targets_have(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = ("10.0.0.1/24", "10.0.0.2/24", "10.0.1.1/24", "169.254.1.1/16", "fd00::1/64", "fd00::2/64", "fe80::1/64")
    interfaces = [
        Interface("eth0", 2, text.partition("/")[0], ip_network(text, strict=False), loopback=False, multicast=True)
        for text in own
    ]
    monkeypatch.setattr(module, "interfaces", lambda: interfaces)
    asking = eligible(scope_of(Choices(("10.0.0.0/24", "fd00::/120"))))
    assert [interface.address for interface in asking] == ["10.0.0.1", "fd00::1"]


def test_interfaces_that_are_named_are_the_only_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    interfaces = [
        Interface(name, number, f"10.0.{number}.1", ip_network(f"10.0.{number}.0/24"), loopback=False, multicast=True)
        for number, name in enumerate(("eth0", "eth1"))
    ]
    monkeypatch.setattr(module, "interfaces", lambda: interfaces)
    both = scope_of(Choices(("10.0.0.0/16",)))
    assert [interface.name for interface in eligible(both)] == ["eth0", "eth1"]
    one = scope_of(Choices(("10.0.0.0/16",), interface=("eth1",)))
    assert [interface.name for interface in eligible(one)] == ["eth1"]
    assert one.asked.count == both.asked.count
    assert scope_of(Choices(interface=("eth1",))).specs == ("10.0.1.0/24",)
    with pytest.raises(HostError, match="this host has no interface eth9: `ip link` lists those"):
        scope_of(Choices(("10.0.0.0/16",), interface=("eth1", "eth9")))


def test_arp_is_counted_where_it_will_be_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    class Linked:
        def __init__(self, *_: object) -> None:
            self.most_frames = 508

    monkeypatch.setattr(module, "Link", Linked)
    monkeypatch.setattr(module, "has_net_raw", lambda: True)
    assert arp_requests(strategy_of(Choices()).plan, (), ()) == 508
    assert arp_requests(strategy_of(Choices(channels="wsd,sadp")).plan, (), ()) == 0
    monkeypatch.setattr(module, "has_net_raw", lambda: False)
    assert arp_requests(strategy_of(Choices()).plan, (), ()) == 0


@pytest.mark.parametrize("name", ["@/dev/zero", "-"])
def test_of_a_list_without_end_no_more_is_read_than_one_may_hold(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with Path("/dev/zero").open(encoding="utf-8") as endless:
        monkeypatch.setattr("sys.stdin", endless)
        with pytest.raises(TargetError, match="has more than 33,554,432 characters: write networks"):
            scope_of(Choices((name,)))


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever interfaces a test makes up are."""
    monkeypatch.setattr(module, "is_connected", lambda _: True)


def interfaces_of(addresses: Mapping[str, str]) -> list[Interface]:
    return [
        Interface(name, 2, text.partition("/")[0], ip_network(text, strict=False), loopback=False, multicast=True)
        for name, text in addresses.items()
    ]


@pytest.mark.usefixtures("connected")
def test_an_address_without_others_beside_it_is_no_network_to_scan_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a tunnel has, or a virtual machine in some clouds; only this host itself would be asked."""
    there = interfaces_of({"wg0": "10.66.0.9/32", "ppp0": "10.67.0.8/31", "lan0": "10.68.0.9/24"})
    monkeypatch.setattr(module, "interfaces", lambda: there)
    assert scope_of(Choices()).specs == ("10.67.0.8/31", "10.68.0.0/24")
    with pytest.raises(TargetError, match="no target given, and this host is connected to no private network"):
        scope_of(Choices(interface=("wg0",)))
    assert scope_of(Choices(("10.66.0.9",))).asked.count == 1


@pytest.mark.usefixtures("connected")
def test_a_containers_bridge_is_scanned_only_where_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    there = interfaces_of({"eth0": "172.17.0.2/16", "lan0": "10.66.0.9/24"})
    monkeypatch.setattr(module, "interfaces", lambda: there)
    monkeypatch.setattr(module, "bridged", lambda: ("eth0",))
    monkeypatch.setattr(module, "bridge", lambda: Bridge("a container's bridge", "run it with --network host"))
    assert scope_of(Choices()).specs == ("10.66.0.0/24",)
    assert scope_of(Choices(interface=("eth0",))).specs == ("172.17.0.0/16",)
    del there[1]
    with pytest.raises(TargetError, match=r"this host is only on a container's bridge: give one, .*--network host"):
        scope_of(Choices())
    monkeypatch.setattr(module, "bridged", lambda: ())
    there.clear()
    with pytest.raises(TargetError, match=r"connected to no private network: give one, such as 10\.0\.0\.0/24$"):
        scope_of(Choices())  # in a container that is on its host's network already


@pytest.mark.netns
def test_on_a_host_of_containers_their_bridges_are_no_networks_to_scan_unasked(
    new_namespace: Callable[[], Namespace],
) -> None:
    """Else no host with docker0, which is a /16, could scan its own networks without naming them."""
    here, container, there = new_namespace(), new_namespace(), new_namespace()
    cable(here, there, "lan0", ("10.66.0.1/24", "10.66.0.2/24"))
    for name, network in (("docker0", "172.17.0.1/16"), ("docker1", "172.18.0.1/16")):
        for setting in (f"link add {name} type bridge", f"addr add {network} dev {name}", f"link set {name} up"):
            here.ip(setting)
    cable(here, container, "port1", ("0.0.0.0/0", "172.18.0.2/16"))
    here.ip("link set port1 master docker1")
    here.ip("link add cut0 type veth peer name cut1")
    here.ip("addr add 10.67.0.1/24 dev cut0")
    here.ip("link set cut0 up")
    command = ["ip", "netns", "exec", here.name, sys.executable, "-m", "camscan", "plan"]  # which mounts /sys anew
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert re.findall(r"[\d.]+/\d+", done.stdout)[0] == "10.66.0.0/24"
    assert not re.search("172|10[.]67", done.stdout)
    named = subprocess.run([*command, "--interface", "docker1"], capture_output=True, text=True, check=True)
    assert "172.18.0.0/16" in named.stdout
