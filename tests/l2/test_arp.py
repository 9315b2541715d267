from __future__ import annotations

import contextlib
import json
import math
import socket
import subprocess
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address
from itertools import pairwise
from typing import IO

import pytest
from support import frames as made
from support.segment import INTERFACE, TWICE, Segment, frames_in, requests_in

from camscan.l2 import arp
from camscan.l2.arp import Pacer

WHOLE_24 = [("10.66.0.0", "10.66.0.255")]


def number(address: str) -> int:
    return int(IPv4Address(address))


@pytest.mark.netns
def test_a_sweep_finds_every_device_with_its_mac(site: Segment) -> None:
    code, (begin, *lines, end) = site.run("arp", "--interface", INTERFACE, "--rate", "2000", targets=WHOLE_24)
    assert (code, begin) == (0, {"type": "begin"})
    found, sent = [line for line in lines if line["type"] != "at"], [line["sent"] for line in lines if "sent" in line]
    assert sent == sorted({*sent})
    assert len(sent) > 10, "it says all the time how far it is"
    assert sent[-1] == end["sent"]
    macs: defaultdict[str, set[str]] = defaultdict(set)
    for line in found:
        assert (line["type"], line["interface"]) == ("arp", INTERFACE)
        assert abs(line["at"] - time.time()) < 30
        macs[line["address"]].add(line["mac"])
    twice = set(macs.pop(TWICE))
    assert macs == {address: {mac} for address, mac in site.devices.items()}
    assert twice == {"02:aa:00:00:00:03", "02:aa:00:00:00:07"}, "a conflict is evidence: both are said"
    # 255 without the scanner's own address; those that answered are not asked again.
    assert end == {
        "type": "end",
        "sent": 255 + 255 - 21,
        "answers": 22,
        "conflicts": 1,
        "over": 0,
        "failed": 0,
        "dropped": 0,
        "interrupted": False,
    }


@contextlib.contextmanager
def sweeping(
    site: Segment, rate: int, *targets: tuple[str, str], interface: str = INTERFACE
) -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes]]]:
    """A sweep that has begun, and its output."""
    with site.start("arp", "--interface", interface, "--rate", str(rate)) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(targets).encode())
        process.stdin.close()
        assert process.stdout.readline() == b'{"type":"begin"}\n'
        yield process, process.stdout


@pytest.mark.netns
def test_requests_leave_in_order_and_at_the_rate_that_was_asked_for(site: Segment) -> None:
    """On a busy host it may fall behind, and its packets arrive in bunches: not each time."""
    assert any(_keeps_pace(_times_of_requests(site, rate=1000), 1000) for _ in range(10))


def _keeps_pace(times: Sequence[float], rate: int) -> bool:
    """Whether it neither ran ahead nor fell far behind, and made up for no stall by a burst."""
    shortest = min((times[place + 100] - times[place] for place in range(len(times) - 100)), default=math.inf)
    in_a_row = max(sum(1 for at in times if start <= at < start + 0.01) for start in times)
    return 0.5 * rate < 100 / shortest < 1.1 * rate and in_a_row <= 2.5 * rate * 0.01


def _times_of_requests(site: Segment, rate: int) -> list[float]:
    """When each request of a sweep left, of which the targets follow each other."""
    begin = number("10.66.9.1")
    with site.site_socket() as sock, sweeping(site, rate, ("10.66.9.1", "10.66.99.1")) as (process, _):
        time.sleep(0.4)
        process.terminate()
        process.wait(30)
        requests = requests_in(sock)
    assert [target for _, target in requests] == [str(IPv4Address(begin + place)) for place in range(len(requests))]
    return [at for at, _ in requests]


@pytest.mark.netns
def test_only_the_interfaces_own_networks_are_asked(site: Segment) -> None:
    targets = [("10.65.255.250", "10.66.0.3"), ("10.67.0.1", "10.67.0.9"), ("192.0.2.1", "192.0.2.1")]
    with site.site_socket() as sock:
        code, _ = site.run("arp", "--interface", INTERFACE, "--rate", "1000", targets=targets)
        asked = {target for _, target in requests_in(sock)}
    assert (code, asked) == (0, {"10.66.0.0", "10.66.0.2", "10.66.0.3"})


@pytest.mark.netns
@pytest.mark.parametrize(
    ("beside", "asker"),
    [
        ("route add 10.66.0.0/16 dev seg0 metric 100", "10.66.0.1"),
        ("route add 10.66.4.0/22 dev seg0", "10.66.0.1"),
        ("addr add 10.66.5.254/24 dev seg0", "10.66.5.254"),
    ],
    ids=["again, without an address", "a part, without an address", "a narrower network"],
)
def test_where_several_routes_lead_each_address_is_asked_once_a_round_and_with_an_address(
    site: Segment, beside: str, asker: str
) -> None:
    site.scanner.ip(beside)
    try:
        with site.site_socket() as sock:
            targets = [("10.66.5.8", "10.66.5.9")]
            code, lines = site.run("arp", "--interface", INTERFACE, "--rate", "1000", targets=targets)
            asked = Counter(frame[28:32] + frame[38:42] for _, frame in frames_in(sock) if frame[12:14] == b"\x08\x06")
    finally:
        site.scanner.ip(beside.replace(" add ", " del "))
    assert (code, lines[-1]["sent"]) == (0, 2 * arp.ROUNDS)
    expected = (socket.inet_aton(asker) + socket.inet_aton(target) for target in ("10.66.5.8", "10.66.5.9"))
    assert asked == dict.fromkeys(expected, arp.ROUNDS)


@pytest.mark.netns
def test_a_network_in_which_this_host_has_no_address_is_not_asked(site: Segment) -> None:
    """Who asks without one claims the address that it asks for, and a device that boots gives it up (RFC 5227)."""
    site.scanner.ip("link add bare0 type veth peer name bare1")
    for command in ("link set bare0 up", "link set bare1 up", "route add 10.69.0.0/24 dev bare0"):
        site.scanner.ip(command)
    try:
        targets = [("10.69.0.1", "10.69.0.9")]
        code, lines = site.run("arp", "--interface", "bare0", "--rate", "1000", targets=targets)
    finally:
        site.scanner.ip("link del bare0")
    assert (code, lines[-1]["message"]) == (1, "no target is in a network of bare0: see `ip route`")


@pytest.mark.netns
def test_targets_elsewhere_are_refused(site: Segment) -> None:
    code, lines = site.run("arp", "--interface", INTERFACE, "--rate", "10", targets=[("10.67.0.1", "10.67.0.9")])
    message = f"no target is in a network of {INTERFACE}: see `ip route`"
    assert (code, lines) == (1, [{"type": "error", "message": message}])


@pytest.mark.netns
def test_a_flood_of_forged_answers_is_bounded(site: Segment) -> None:
    targets = [("10.66.0.10", "10.66.0.10"), ("10.66.0.99", "10.66.0.99")]
    with site.site_socket() as sock, sweeping(site, 100, *targets) as (process, output):
        for forged in range(200):
            mac = f"06:00:00:00:00:{forged:02x}"
            for address in ("10.66.0.99", "10.66.0.100"):
                sock.send(made.ethernet(0x0806, made.arp(address, mac), source=mac))
        time.sleep(0.1)
        process.terminate()
        lines = [json.loads(line) for line in output]
    assert sum(line.get("address") == "10.66.0.99" for line in lines) == arp.MAX_MACS
    assert [line["mac"] for line in lines if line.get("address") == "10.66.0.10"] == ["02:aa:00:00:00:00"]
    assert not [line for line in lines if line.get("address") == "10.66.0.100"], "nobody asked for it"
    assert lines[-1]["over"] == 200 - arp.MAX_MACS


@pytest.mark.netns
def test_a_sweep_ends_when_it_is_told_to(site: Segment) -> None:
    with site.site_socket() as sock, sweeping(site, 500, ("10.66.0.0", "10.66.255.255")) as (process, output):
        time.sleep(0.2)
        told = time.time()
        process.terminate()
        end = json.loads(output.read().splitlines()[-1])
        assert process.wait(30) == 0
        requests = requests_in(sock)
    assert end["interrupted"] is True
    assert 0 < end["sent"] == len(requests) < 10_000
    assert sum(at > told for at, _ in requests) < 250, "half a second"


@pytest.mark.netns
def test_without_the_privilege_it_says_what_is_missing(site: Segment) -> None:
    code, lines = site.run("arp", "--interface", INTERFACE, "--rate", "10", targets=WHOLE_24, privileged=False)
    assert code == 77
    assert [line["type"] for line in lines] == ["error"]
    assert lines[0]["message"].startswith("no CAP_NET_RAW")
    assert "AmbientCapabilities=CAP_NET_RAW" in lines[0]["message"]


@pytest.mark.netns
@pytest.mark.parametrize(
    ("interface", "message"),
    [
        ("lo", "no ARP on lo: it is not an Ethernet or Wi-Fi interface"),
        ("any", "no ARP on any: it is not an Ethernet or Wi-Fi interface"),
        ("eth77", "cannot use interface eth77: No such device: see `ip link`"),
    ],
)
def test_an_interface_without_arp_is_refused(site: Segment, interface: str, message: str) -> None:
    code, lines = site.run("arp", "--interface", interface, "--rate", "10", targets=WHOLE_24)
    assert (code, lines) == (1, [{"type": "error", "message": message}])


@pytest.mark.netns
def test_an_interface_that_goes_away_ends_the_sweep(site: Segment) -> None:
    site.scanner.ip("link add gone0 type veth peer name gone1")
    for command in ("addr add 10.68.0.1/16 dev gone0", "link set gone0 up", "link set gone1 up"):
        site.scanner.ip(command)
    with sweeping(site, 100, ("10.68.0.2", "10.68.9.1"), interface="gone0") as (process, output):
        site.scanner.ip("link del gone0")
        last = json.loads(output.read().splitlines()[-1])
        assert process.wait(30) == 1
    assert last["type"] == "error"
    assert last["message"].startswith("cannot use interface gone0 any more: ")


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.mark.parametrize("rate", [1, 10, 333, 1000, 20_000])
def test_the_pacer_keeps_the_rate(rate: int, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(arp, "time", clock)
    pacer = Pacer(rate)
    sent: list[tuple[float, int]] = []
    while clock.now < 5:
        count = pacer.take()
        sent.append((clock.now, count))
        clock.now += 0.0001 if count else pacer.wait + 0.0001  # sleeping takes a little longer
    assert sum(count for _, count in sent) == pytest.approx(5 * rate, rel=0.02, abs=1.5)
    assert all(later >= earlier for (earlier, _), (later, _) in pairwise(sent))


def test_the_pacer_makes_up_for_no_long_stall(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(arp, "time", clock)
    pacer = Pacer(1000)
    clock.now = 60.0
    assert sum(pacer.take() for _ in range(1000)) == 5
