from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from ipaddress import IPv4Address, ip_network

import pytest
from support.peers import eventually, most_in_a_second
from support.segment import INTERFACE, TWICE, Segment, requests_in, segment

from camscan.net.base import Datagram, Exchange
from camscan.net.discovery import link as module
from camscan.net.discovery.link import Link, Range
from camscan.net.kernel.interfaces import Interface, interfaces
from camscan.net.pacing.pace import Pace
from camscan.net.programs import l2
from camscan.records import Outcome


@pytest.fixture(scope="module")
def site() -> Iterator[Segment]:
    with segment() as made:
        yield made


def span(first: str, last: str) -> Range:
    return int(IPv4Address(first)), int(IPv4Address(last))


IPV6 = (1 << 33, 1 << 34)
"""As targets number them: above every IPv4 address."""


async def swept(link: Link, pace: Pace, rate: int) -> list[Datagram | Exchange]:
    return [item async for item in link.sweep(pace, rate)]


@pytest.fixture
def second(site: Segment) -> Iterator[str]:
    """Another interface of the scanner, in 10.69.0.0/24."""
    site.scanner.ip("link add two0 type veth peer name two1")
    site.scanner.ip("addr add 10.69.0.1/24 dev two0")
    site.scanner.ip("link set two0 up")
    yield "two0"
    site.scanner.ip("link del two0")


@pytest.mark.netns
async def test_targets_on_the_link_are_asked_and_an_interface_that_fails_is_named(site: Segment, second: str) -> None:
    with site.scanner.inside():
        link = Link(interfaces(), [span("10.65.0.0", "10.66.0.40"), span("10.69.0.0", "10.70.0.0"), IPV6])
        site.scanner.ip(f"link set {second} down")
        found = await swept(link, Pace(5000), 5000)
    answers = [item for item in found if isinstance(item, Datagram)]
    assert Counter(item.source for item in answers) == Counter([*site.devices, TWICE, TWICE])
    assert {item.data[8:14].hex(":") for item in answers} == set(site.devices.values())
    assert [item.reason for item in found if isinstance(item, Exchange)] == [
        f"no target is in a network of {second}: see `ip route`"
    ]
    assert link.most_frames == 2 * (41 + 256)
    # 0 to 40 without the scanner's own; 21 answered in the first round.
    assert (link.sent_packets, link.sent_bytes, link.dropped) == (40 + 40 - 21, 28 * 59, 0)


@pytest.mark.netns
async def test_an_address_without_others_beside_it_has_nobody_to_be_asked(site: Segment, second: str) -> None:
    """Else the program would refuse it, and ARP would count as not asked at all."""
    site.scanner.ip(f"addr flush dev {second}")
    site.scanner.ip(f"addr add 10.69.1.1/32 dev {second}")
    with site.scanner.inside():
        link = Link(interfaces(), [span("10.69.1.0", "10.69.1.9")])
        assert (link.most_frames, await swept(link, Pace(5000), 5000)) == (0, [])


@pytest.mark.netns
async def test_who_is_behind_a_link_without_arp_counts_as_not_asked(site: Segment, second: str) -> None:
    """As behind a tunnel: silence would prove a device gone that only a lease has shown."""
    site.scanner.ip(f"link set {second} arp off")
    with site.scanner.inside():
        link = Link(interfaces(), [span("10.69.0.0", "10.69.0.9")])
        found = await swept(link, Pace(5000), 5000)
    assert link.sent_packets == 0
    assert [(item.outcome, item.reason) for item in found if isinstance(item, Exchange)] == [
        (Outcome.NOT_SENT, f"{second} uses no ARP, so nobody there was asked for a MAC")
    ]


@pytest.mark.netns
async def test_other_sends_wait_while_a_sweep_has_the_whole_pace(site: Segment) -> None:
    """However long its program takes to start, in no second more is sent than the scan may send in all."""
    rate, pace = 400, Pace(400)
    taken: list[float] = []
    with site.site_socket() as wire, site.scanner.inside():
        link = Link(interfaces(), [span("10.66.7.1", "10.66.7.250")])
        gathering = asyncio.create_task(_gather(link.sweep(pace, rate)))
        while not gathering.done():
            await pace.take(1)
            taken.append(time.time())
        await gathering
        asked = [at for at, _ in requests_in(wire)]
    assert link.sent_packets == len(asked) == 500
    assert len(taken) > 10
    assert most_in_a_second(sorted((at, 1) for at in (*taken, *asked))) <= 1.1 * rate


@pytest.mark.netns
async def test_what_a_sweep_that_is_broken_off_has_sent_is_counted(site: Segment) -> None:
    with site.site_socket() as wire, site.scanner.inside():
        link = Link(interfaces(), [span("10.66.7.1", "10.66.99.1")])
        gathering = asyncio.create_task(_gather(link.sweep(Pace(400), 400)))
        await eventually(lambda: link.sent_packets >= 100, 30)
        gathering.cancel()
        await asyncio.gather(gathering, return_exceptions=True)
        asked = len(requests_in(wire))
    assert 100 <= link.sent_packets <= asked <= link.sent_packets + 100


async def _gather(items: AsyncIterator[object]) -> None:
    async for _ in items:
        pass


async def test_without_targets_on_a_link_nothing_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(l2, "_PYTHON", ("/nonexistent",))
    network, loopback = ip_network("10.66.0.0/16"), ip_network("127.0.0.0/8")
    known = [
        Interface("eth0", 2, "10.66.0.1", network, loopback=False, multicast=True),
        Interface("lo", 1, "127.0.0.1", loopback, loopback=True, multicast=False),
    ]
    link = Link(known, [span("10.67.0.0", "10.67.0.255"), span("127.0.0.1", "127.0.0.9"), IPV6])
    assert await swept(link, Pace(1000), 1000) == []


@pytest.mark.netns
@pytest.mark.usefixtures("second")
async def test_a_sweep_that_is_stopped_asks_nobody_else(site: Segment) -> None:
    with site.scanner.inside():
        link = Link(interfaces(), [span("10.65.0.0", "10.66.255.255"), span("10.69.0.0", "10.69.0.255")])
        found = []
        async for item in link.sweep(Pace(1000), 1000):
            link.stop()
            found.append(item)
    assert 0 < link.sent_packets < 2000
    assert isinstance(found[-1], Exchange)
    assert found[-1].reason.startswith("broken off as exclusions were added")


async def test_a_sweep_that_is_stopped_while_its_program_starts_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes a second to load, and would ask whom the operator has excluded meanwhile."""
    slow = 'import time; time.sleep(0.2); print(\'{"type": "begin"}\', flush=True); time.sleep(60)'
    monkeypatch.setattr(l2, "_PYTHON", (sys.executable, "-c", slow))
    monkeypatch.setattr(module, "has_arp", lambda _: True)
    network = ip_network("10.66.0.0/16")
    link = Link(
        [Interface("eth0", 2, "10.66.0.1", network, loopback=False, multicast=True)], [span("10.66.0.0", "10.66.0.9")]
    )
    sweeping = asyncio.create_task(swept(link, Pace(1000), 1000))
    await asyncio.sleep(0.05)
    link.stop()
    assert [isinstance(item, Exchange) for item in await asyncio.wait_for(sweeping, 30)] == [True]


async def test_who_leaves_a_sweep_whose_program_has_failed_is_told_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where Ctrl-C ends a scan whose interface has gone."""
    lines = [
        {"type": "begin"},
        {"type": "arp", "address": "10.66.0.5", "mac": "", "interface": "eth0", "at": 0, "payload": ""},
        {"type": "error", "message": "the interface has gone"},
    ]
    said = "\n".join(map(json.dumps, lines))
    monkeypatch.setattr(l2, "_PYTHON", (sys.executable, "-c", f"print({said!r}); raise SystemExit(1)"))
    monkeypatch.setattr(module, "has_arp", lambda _: True)
    network = ip_network("10.66.0.0/16")
    eth0 = Interface("eth0", 2, "10.66.0.1", network, loopback=False, multicast=True)
    sweep = Link([eth0], [span("10.66.0.0", "10.66.0.9")]).sweep(Pace(1000), 1000)
    assert isinstance(await anext(sweep), Datagram)
    await asyncio.sleep(0.5)
    await sweep.aclose()


@pytest.mark.netns
@pytest.mark.usefixtures("second")
async def test_a_missing_privilege_is_said_once(site: Segment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(l2, "_PYTHON", ("setpriv", "--bounding-set=-all", "--inh-caps=-all", *l2._PYTHON))
    with site.scanner.inside():
        link = Link(interfaces(), [span("10.66.0.0", "10.66.0.9"), span("10.69.0.0", "10.69.0.9")])
        (missing,) = await swept(link, Pace(1000), 1000)
    assert isinstance(missing, Exchange)
    assert missing.outcome is Outcome.NOT_SENT
    assert missing.reason.startswith("no CAP_NET_RAW")


@pytest.mark.netns
async def test_a_network_in_which_this_host_has_two_addresses_is_asked_and_paid_for_once(site: Segment) -> None:
    with site.scanner.inside():
        once = Link(interfaces(), [span("10.66.0.0", "10.66.0.40")])
        site.scanner.ip(f"addr add 10.66.0.201/16 dev {INTERFACE}")
        twice = Link(interfaces(), [span("10.66.0.0", "10.66.0.40")])
        found = await swept(twice, Pace(5000), 5000)
        site.scanner.ip(f"addr del 10.66.0.201/16 dev {INTERFACE}")
    assert Counter(i.source for i in found if isinstance(i, Datagram)) == Counter([*site.devices, TWICE, TWICE])
    assert once.most_frames == twice.most_frames == 2 * 41
    assert twice.sent_packets <= 2 * 41
