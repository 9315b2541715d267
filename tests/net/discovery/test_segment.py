from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from support.namespaces import Namespace, cable
from support.peers import descriptors, eventually

from camscan.net.base import BROADCAST, Datagram, Exchange, Inquiry
from camscan.net.discovery import segment as module
from camscan.net.discovery.segment import Segment
from camscan.net.exchange.udp import UdpSocket
from camscan.net.kernel.interfaces import Interface, interfaces
from camscan.net.pacing.pace import Pace
from camscan.records import Outcome

GROUP = "239.1.2.3"
PORT = 40_702
INQUIRY = Inquiry(PORT, [[b"who?"]], 1.0, groups=(GROUP,))
_IP_PKTINFO = 8

pytestmark = pytest.mark.netns


@dataclass(frozen=True)
class Site:
    """Our side of two cables, and theirs. `eligible` are our interfaces."""

    here: Namespace
    there: Namespace
    eligible: tuple[Interface, ...]

    async def ask(
        self, inquiry: Inquiry, hears: Callable[[str], bool] = lambda _: True, only: Sequence[Interface] | None = None
    ) -> tuple[list[Datagram | Exchange], Segment]:
        """Everything that one inquiry brings."""
        segment = Segment(inquiry, self.eligible if only is None else only, hears)
        with self.here.inside():
            return [item async for item in segment.run(Pace(1_000_000))], segment


@pytest.fixture
def site(new_namespace: Callable[[], Namespace]) -> Site:
    here, there = new_namespace(), new_namespace()
    cable(here, there, "v0", ("10.66.0.1/24", "10.66.0.2/24"))
    cable(here, there, "v1", ("10.66.1.1/24", "10.66.1.2/24"))
    with here.inside():
        found = interfaces()
    return Site(here, there, tuple(i for i in found if i.network.version == 4 and not i.loopback))


@dataclass
class Responder:
    """A device on both of the site's cables. `heard`: source, destination, and what; `answer` is given the asker."""

    sock: socket.socket
    answer: Callable[[socket.socket, tuple[str, int]], None] | None = None
    heard: list[tuple[str, str, bytes]] = field(default_factory=list)

    def read(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while True:
                data, extra, _, source = self.sock.recvmsg(2_000, 200)
                destination = next(socket.inet_ntoa(value[8:12]) for _, kind, value in extra if kind == _IP_PKTINFO)
                self.heard.append((source[0], destination, data))
                if self.answer is not None:
                    self.answer(self.sock, source[:2])


Respond = Callable[..., Responder]


@pytest.fixture
async def respond(site: Site) -> AsyncIterator[Respond]:
    """Put responders on the site: `respond(answer)`."""
    loop, made = asyncio.get_running_loop(), []

    def start(answer: Callable[[socket.socket, tuple[str, int]], None] | None = None) -> Responder:
        with site.there.inside():
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
            sock.bind(("", PORT))
            sock.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
            for name in ("v0", "v1"):
                member = struct.pack("@4s4si", socket.inet_aton(GROUP), bytes(4), socket.if_nametoindex(name))
                sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
        made.append(sock)
        responder = Responder(sock, answer)
        loop.add_reader(sock.fileno(), responder.read)
        return responder

    yield start
    for sock in made:
        loop.remove_reader(sock.fileno())
        sock.close()


def me(sock: socket.socket, asker: tuple[str, int]) -> None:
    sock.sendto(b"me", asker)


def from_address(sock: socket.socket, source: str, data: bytes, to: tuple[str, int]) -> None:
    """Send one datagram under another of the host's addresses."""
    packed = struct.pack("=I4s4s", 0, socket.inet_aton(source), bytes(4))
    sock.sendmsg([data], [(socket.IPPROTO_IP, _IP_PKTINFO, packed)], 0, to)


def brief(items: Sequence[Datagram | Exchange]) -> list[tuple[str, str, bytes]]:
    return sorted((i.interface, i.source, i.data) for i in items if isinstance(i, Datagram))


def notes(items: Sequence[Datagram | Exchange]) -> list[tuple[Outcome, str]]:
    return [(i.outcome, i.reason) for i in items if isinstance(i, Exchange)]


async def test_a_group_is_asked_on_every_interface(site: Site, respond: Respond) -> None:
    responder = respond(me)
    items, segment = await site.ask(INQUIRY)
    assert sorted(responder.heard) == [("10.66.0.1", GROUP, b"who?"), ("10.66.1.1", GROUP, b"who?")]
    assert brief(items) == [("v0", "10.66.0.2", b"me"), ("v1", "10.66.1.2", b"me")]
    assert {item.port for item in items} == {PORT}
    assert (segment.sent_packets, segment.sent_bytes, segment.dropped) == (2, 8, 0)


async def test_a_group_that_is_excluded_meanwhile_is_asked_no_more(site: Site) -> None:
    excluded: set[str] = set()

    def asks(group: str) -> bool:
        permitted = group not in excluded
        excluded.add(group)
        return permitted

    segment = Segment(replace(INQUIRY, rounds=[[b"1"], [b"2"]], pause=0.05, wait=0.1), site.eligible[:1], bool, asks)
    with site.here.inside():
        assert [item async for item in segment.run(Pace(1_000_000))] == []
    assert segment.sent_packets == 1


async def test_no_question_to_a_group_passes_a_router(
    site: Site, respond: Respond, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the kernel's own word, when each of them goes out."""
    hops: list[int] = []
    send = UdpSocket.send

    def noted(self: UdpSocket, data: bytes, address: str, port: int) -> None:
        hops.append(self.sock.getsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL))
        send(self, data, address, port)

    monkeypatch.setattr(UdpSocket, "send", noted)
    respond()
    await site.ask(INQUIRY)
    assert hops == [1, 1]


async def test_the_limited_broadcast_goes_out_on_every_interface_without_a_route(site: Site, respond: Respond) -> None:
    responder = respond(me)
    items, _ = await site.ask(replace(INQUIRY, groups=(BROADCAST,)))
    assert sorted(responder.heard) == [("10.66.0.1", BROADCAST, b"who?"), ("10.66.1.1", BROADCAST, b"who?")]
    assert brief(items) == [("v0", "10.66.0.2", b"me"), ("v1", "10.66.1.2", b"me")]


async def test_a_device_with_an_address_of_another_network_is_heard(site: Site, respond: Respond) -> None:
    """As one with factory settings has; the kernel takes it in where any route leads to it."""
    site.here.ip("route add default via 10.66.0.2")
    site.there.ip("addr add 192.168.1.108/24 dev v0")
    respond(lambda sock, asker: from_address(sock, "192.168.1.108", b"factory default", asker))
    items, _ = await site.ask(replace(INQUIRY, groups=(BROADCAST,)), only=site.eligible[:1])
    assert brief(items) == [("v0", "192.168.1.108", b"factory default")]


async def test_rounds_and_datagrams_go_out_in_order(site: Site, respond: Respond) -> None:
    responder = respond()
    inquiry = replace(INQUIRY, rounds=[[b"a", b"b"], [b"c"]], pause=0.02, groups=(GROUP, BROADCAST))
    _, segment = await site.ask(inquiry, only=site.eligible[:1])
    assert [(destination, data) for _, destination, data in responder.heard] == [
        (GROUP, b"a"),
        (GROUP, b"b"),
        (BROADCAST, b"a"),
        (BROADCAST, b"b"),
        (GROUP, b"c"),
        (BROADCAST, b"c"),
    ]
    assert (segment.sent_packets, segment.sent_bytes) == (6, 6)


async def test_each_datagram_waits_for_its_turn(site: Site, respond: Respond, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each goes out when one more has been waited for, and that is as slow as the pace says."""
    granted: list[float] = []
    sent: list[int] = []

    class Noted(Pace):
        async def take(self, count: float, **more: Any) -> None:
            await super().take(count, **more)
            granted.append(asyncio.get_running_loop().time())

    send = UdpSocket.send

    def noted(self: UdpSocket, data: bytes, address: str, port: int) -> None:
        sent.append(len(granted))
        send(self, data, address, port)

    monkeypatch.setattr(UdpSocket, "send", noted)
    responder = respond()
    segment = Segment(replace(INQUIRY, rounds=[[b"x"] * 10]), site.eligible[:1], lambda _: True)
    with site.here.inside():
        async for _ in segment.run(Noted(50)):
            pass
    assert sent == list(range(1, 11))
    assert granted[-1] - granted[0] >= 8 / 50
    assert len(responder.heard) == 10


async def test_answers_to_the_group_and_to_the_fixed_port_are_heard(site: Site, respond: Respond) -> None:
    def answer(sock: socket.socket, asker: tuple[str, int]) -> None:
        name = "v0" if asker[0] == "10.66.0.1" else "v1"
        with site.there.inside():
            index = socket.if_nametoindex(name)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, struct.pack("@4s4si", bytes(4), bytes(4), index))
        sock.sendto(b"to all", (GROUP, PORT + 1))
        sock.sendto(b"to you", (asker[0], PORT + 1))

    respond(answer)
    items, _ = await site.ask(replace(INQUIRY, listen_port=PORT + 1, listen_groups=(GROUP,)))
    assert brief(items) == [
        ("", "10.66.0.2", b"to all"),
        ("", "10.66.0.2", b"to you"),
        ("", "10.66.1.2", b"to all"),
        ("", "10.66.1.2", b"to you"),
    ]


async def ask_twice(site: Site, inquiry: Inquiry) -> list[list[Datagram | Exchange]]:
    """What two runs hear that ask at the same time, the second a moment later."""

    async def asked(delay: float) -> list[Datagram | Exchange]:
        await asyncio.sleep(delay)
        segment = Segment(inquiry, site.eligible, lambda _: True)
        return [item async for item in segment.run(Pace(1_000_000))]

    with site.here.inside():
        return [*await asyncio.gather(asked(0), asked(0.1))]


async def test_of_two_runs_each_hears_the_answers_to_a_fixed_port(site: Site, respond: Respond) -> None:
    """The kernel gives them to whoever has opened it last."""
    respond(lambda sock, asker: asyncio.get_running_loop().call_later(0.3, sock.sendto, b"you", (asker[0], PORT + 1)))
    both = await ask_twice(site, replace(INQUIRY, listen_port=PORT + 1))
    assert [brief(heard) for heard in both] == [[("", "10.66.0.2", b"you"), ("", "10.66.1.2", b"you")]] * 2


async def test_who_asks_nobody_waits_for_no_turn(site: Site) -> None:
    inquiry = replace(INQUIRY, listen_port=PORT + 1, wait=60)
    with site.here.inside(), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as taken:
        taken.bind(f"\0camscan-port-{PORT + 1}")
        start = asyncio.get_running_loop().time()
        assert [item async for item in Segment(inquiry, (), lambda _: True).run(Pace(1_000_000))] == []
        assert asyncio.get_running_loop().time() - start < 5


async def test_who_has_waited_too_long_for_a_fixed_port_asks_all_the_same_and_says_so(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PATIENCE", 0.3)
    first, second = await ask_twice(site, replace(INQUIRY, listen_port=PORT + 1))
    assert notes(first) == []
    assert notes(second) == [(Outcome.NOT_SENT, f"port {PORT + 1}: another scan on this host listens there")]


async def test_without_joining_the_group_is_not_heard(site: Site, respond: Respond) -> None:
    respond(lambda sock, _asker: sock.sendto(b"to all", (GROUP, PORT + 1)))
    items, _ = await site.ask(replace(INQUIRY, listen_port=PORT + 1))
    assert items == []


async def test_our_own_question_is_no_answer(site: Site) -> None:
    items, _ = await site.ask(replace(INQUIRY, listen_port=PORT, listen_groups=(GROUP,)))
    assert items == []


async def test_two_addresses_on_one_interface_join_once(site: Site, respond: Respond) -> None:
    site.here.ip("addr add 10.66.9.1/24 dev v0")
    site.there.ip("route add default via 10.66.0.1")
    responder = respond(me)
    with site.here.inside():
        eligible = tuple(i for i in interfaces() if i.name == "v0" and i.network.version == 4)
    items, _ = await site.ask(replace(INQUIRY, listen_port=PORT + 1, listen_groups=(GROUP,)), only=eligible)
    assert notes(items) == []
    assert [source for source, _, _ in responder.heard] == ["10.66.0.1", "10.66.9.1"]


async def test_an_interface_that_is_down_does_not_hurt_the_others(site: Site, respond: Respond) -> None:
    respond(me)
    site.here.ip("link set v1 down")
    inquiry = replace(INQUIRY, rounds=[[b"who?"], [b"who?"]], pause=0.02, groups=(GROUP, BROADCAST))
    items, segment = await site.ask(inquiry)
    assert {source for _, source, _ in brief(items)} == {"10.66.0.2"}
    assert notes(items) == [(Outcome.NOT_SENT, "v1: ENETUNREACH: Network is unreachable")]
    assert segment.sent_packets == 4


async def test_an_interface_that_is_gone_does_not_hurt_the_others(site: Site, respond: Respond) -> None:
    respond(me)
    site.here.ip("link del v1")
    items, _ = await site.ask(INQUIRY)
    assert brief(items) == [("v0", "10.66.0.2", b"me")]
    assert notes(items) in (
        [(Outcome.NOT_SENT, "v1: ENODEV: No such device")],
        [(Outcome.NOT_SENT, "v1: EADDRNOTAVAIL: Cannot assign requested address")],
    )


async def test_a_port_that_is_taken_does_not_hurt_the_rest(site: Site, respond: Respond) -> None:
    respond(me)
    with site.here.inside():
        taken = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        taken.bind(("", PORT + 1))
    items, _ = await site.ask(replace(INQUIRY, listen_port=PORT + 1))
    taken.close()
    assert len(brief(items)) == 2
    assert notes(items) == [(Outcome.NOT_SENT, f"port {PORT + 1}: EADDRINUSE: Address already in use")]


async def test_nothing_to_ask_ends_at_once(site: Site) -> None:
    start = asyncio.get_running_loop().time()
    items, _ = await site.ask(replace(INQUIRY, wait=60), only=())
    assert (items, asyncio.get_running_loop().time() - start < 2) == ([], True)


async def test_only_sources_in_scope_are_taken_in(site: Site, respond: Respond) -> None:
    respond(me)
    items, segment = await site.ask(INQUIRY, hears=lambda source: source == "10.66.1.2")
    assert brief(items) == [("v1", "10.66.1.2", b"me")]
    assert segment.dropped == 0


@pytest.mark.parametrize("prefix", ["fe80::", "fd66::"])
async def test_ipv6_is_answered_from_the_kind_of_address_that_asks(site: Site, prefix: str) -> None:
    for number, side in enumerate((site.here, site.there), start=1):
        side.ip(f"addr add fd66::{number}/64 dev v0 nodad")
        with side.inside():
            await eventually(lambda: any(i.name == "v0" and i.network.is_link_local for i in interfaces()))
    with site.here.inside():
        eligible = tuple(i for i in interfaces() if i.name == "v0" and i.address.startswith(prefix))
    with site.there.inside():
        sock = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        index = socket.if_nametoindex("v0")
        sock.bind(("", PORT))
        member = struct.pack("@16si", socket.inet_pton(socket.AF_INET6, "ff02::c"), index)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, member)
    heard: list[str] = []

    def read() -> None:
        _, asker = sock.recvfrom(100)
        heard.append(asker[0])
        sock.sendto(b"me", asker)

    asyncio.get_running_loop().add_reader(sock.fileno(), read)
    patient = replace(INQUIRY, groups=("ff02::c", GROUP), wait=3.0)  # a neighbour is asked for once a second
    items, segment = await site.ask(patient, only=eligible)
    asyncio.get_running_loop().remove_reader(sock.fileno())
    sock.close()
    assert notes(items) == []
    assert [(i.interface, i.source[:6], "%" in i.source, i.data) for i in items if isinstance(i, Datagram)] == [
        ("v0", prefix, False, b"me")
    ]
    assert (len(heard), heard[0][:6], segment.sent_packets) == (1, prefix, 1)


def crowd(site: Site) -> None:
    """Let the site own many addresses, and us accept them."""
    site.there.ip("route add local 10.70.0.0/16 dev lo")
    site.here.ip("route add 10.70.0.0/16 via 10.66.0.2")


async def test_honest_devices_are_heard_among_ten_thousand_forged_sources(site: Site, respond: Respond) -> None:
    def answer(sock: socket.socket, asker: tuple[str, int]) -> None:
        if asker[0] == "10.66.0.1":
            for number in range(10_000):
                source = f"10.70.{1 + number // 250}.{1 + number % 250}"
                from_address(sock, source, b"forged", asker)
                if number % 200 == 0:
                    from_address(sock, f"10.70.200.{1 + number // 200}", b"honest", asker)

    crowd(site)
    respond(answer)
    items, segment = await site.ask(replace(INQUIRY, wait=3))
    seen = Counter(data for _, _, data in brief(items))
    assert seen[b"honest"] + seen[b"forged"] + segment.dropped == 10_050
    assert seen[b"honest"] == 50 or segment.dropped
    assert len({source for _, source, _ in brief(items)}) == sum(seen.values())


async def test_of_five_thousand_answers_in_one_second_none_is_lost_uncounted(site: Site, respond: Respond) -> None:
    async def answers(sock: socket.socket, asker: tuple[str, int]) -> None:
        for tick in range(50):
            for number in range(100):
                from_address(sock, f"10.70.{1 + tick}.{1 + number}", b"answer", asker)
            await asyncio.sleep(0.02)

    def answer(sock: socket.socket, asker: tuple[str, int]) -> None:
        if asker[0] == "10.66.0.1":
            running.append(asyncio.get_running_loop().create_task(answers(sock, asker)))

    running: list[asyncio.Task[None]] = []
    crowd(site)
    respond(answer)
    items, segment = await site.ask(replace(INQUIRY, wait=6))  # a busy host takes longer to send them
    await asyncio.gather(*running)
    assert len({source for _, source, _ in brief(items)}) + segment.dropped == 5_000
    assert len(items) == 5_000 - segment.dropped


async def test_what_the_kernel_has_no_room_for_is_counted(
    site: Site, respond: Respond, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answers come at one go, while nobody reads."""
    monkeypatch.setattr("camscan.net.exchange.udp._RECEIVE_BUFFER", 16 * 1024)

    def answer(sock: socket.socket, asker: tuple[str, int]) -> None:
        for number in range(1_000):
            from_address(sock, f"10.70.{1 + number // 250}.{1 + number % 250}", bytes(500), asker)

    crowd(site)
    respond(answer)
    items, segment = await site.ask(INQUIRY, only=site.eligible[:1])
    assert len(items) + segment.dropped == 1_000
    assert segment.dropped > 500


async def test_sources_are_bounded(site: Site, respond: Respond, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_SOURCES", 100)

    def answer(sock: socket.socket, asker: tuple[str, int]) -> None:
        for number in range(250):
            from_address(sock, f"10.70.0.{1 + number}", b"%d" % number, asker)

    crowd(site)
    respond(answer)
    items, segment = await site.ask(INQUIRY, only=site.eligible[:1])
    assert [item[1] for item in sorted(brief(items), key=lambda i: int(i[2]))] == [
        f"10.70.0.{n}" for n in range(1, 101)
    ]
    assert segment.dropped == 150


async def test_what_one_source_says_is_bounded(site: Site, respond: Respond) -> None:
    def answer(sock: socket.socket, asker: tuple[str, int]) -> None:
        for number in range(100):
            sock.sendto(b"%d" % number, asker)

    respond(answer)
    items, segment = await site.ask(INQUIRY, only=site.eligible[:1])
    assert len(items) == module.MAX_PER_SOURCE
    assert segment.dropped == 100 - module.MAX_PER_SOURCE


async def test_a_slow_reader_fills_no_memory(site: Site, respond: Respond, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_WAITING", 10_000)

    def answer(sock: socket.socket, asker: tuple[str, int]) -> None:
        for number in range(40):
            sock.sendto(bytes([number]) * 1_000, asker)

    respond(answer)
    segment = Segment(INQUIRY, site.eligible[:1], lambda _: True)
    taken = []
    with site.here.inside():
        async for item in segment.run(Pace(1_000_000)):
            assert isinstance(item, Datagram)
            taken.append(item.data[0])
            await asyncio.sleep(0.05 if len(taken) == 1 else 0)
    assert taken == list(range(len(taken)))
    assert 10 <= len(taken) <= 12
    assert segment.dropped == 40 - len(taken)


async def test_left_early_it_closes_everything(site: Site, respond: Respond) -> None:
    respond(me)
    before = descriptors()
    segment = Segment(replace(INQUIRY, wait=60, listen_port=PORT + 1), site.eligible, lambda _: True)
    with site.here.inside():
        inquiry = segment.run(Pace(1_000_000))
        assert isinstance(await anext(inquiry), Datagram)
        assert descriptors() > before + 2  # the namespace files, and the sockets
        await inquiry.aclose()
    assert descriptors() == before


async def test_cancelled_it_closes_everything(site: Site, respond: Respond) -> None:
    respond()
    before = descriptors()
    with site.here.inside():
        task = asyncio.create_task(site.ask(replace(INQUIRY, wait=60)))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert descriptors() == before


async def test_a_fault_of_ours_is_not_swallowed(site: Site) -> None:
    with pytest.raises(OverflowError):
        await site.ask(replace(INQUIRY, port=70_000))
