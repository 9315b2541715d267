from __future__ import annotations

import asyncio
import errno
import json
import random
import re
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from support.namespaces import Namespace, cable
from support.peers import (
    LOOPBACK,
    UNHURRIED,
    Certificate,
    Device,
    Peer,
    Reader,
    Serve,
    Writer,
    at_rest,
    descriptors,
    eventually,
    idle,
)

from camscan.net.base import BROADCAST, Datagram, Exchange, HttpRequest, Inquiry
from camscan.net.discovery.link import Link
from camscan.net.discovery.swept import parted
from camscan.net.exchange import udp
from camscan.net.exchange.tcp import TcpSocket
from camscan.net.kernel.interfaces import interfaces
from camscan.net.live import LiveNet
from camscan.net.pacing.profile import profile
from camscan.net.programs.portsource import PortQuery
from camscan.net.programs.portsweep import PortSweep
from camscan.net.scope import EVERYTHING, NOTHING, Scope
from camscan.records import Outcome, Sent
from camscan.targets import parse

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
GET = b"GET / HTTP/1.1\r\n\r\n"
ROOT = HttpRequest("/")
WHO = Inquiry(0, [[b"who?"]], 0.2, pause=0.03)


def whole(data: bytes) -> bool:
    return data.endswith(b"ok")


async def plain(reader: Reader, writer: Writer) -> None:
    await reader.read(100)
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    await writer.drain()


async def web(reader: Reader, writer: Writer) -> None:
    while await reader.readuntil(b"\r\n\r\n"):
        writer.write(OK)
        await writer.drain()


def told(exchange: Exchange) -> tuple[Outcome, tuple[bytes, ...], str]:
    return exchange.outcome, exchange.replies, exchange.reason


def rested(net: LiveNet) -> bool:
    return at_rest(net._dialer)


def inquiry(port: int, *rounds: list[bytes], wait: float = 0.15) -> Inquiry:
    return Inquiry(port, rounds or [[b"who?"]], wait, pause=0.3)


async def test_trying_a_port(net: LiveNet, serve: Serve) -> None:
    four, six = await serve(idle), await serve(idle, "::1")
    for peer in (four, six):
        exchange = await net.try_port(peer.address, peer.port)
        assert (exchange.address, exchange.port, *told(exchange)) == (
            peer.address,
            peer.port,
            Outcome.ANSWERED,
            (),
            "",
        )
    assert told(await net.try_port("127.88.0.1", 9)) == (Outcome.REFUSED, (), "")
    assert told(await net.try_port("127.88.0.1", 515)) == (Outcome.NOT_SENT, (), "port 515 is never sent to")
    assert told(await net.try_port("10.0.0.1", 80)) == (Outcome.NOT_SENT, (), "outside the scope")
    assert net.sent == Sent(2 + 2 + 1, 0, 2)
    assert rested(net)


async def test_conversing(net: LiveNet, serve: Serve, certificate: Certificate) -> None:
    plain, secure = await serve(web), await serve(web, tls=certificate.context())
    assert told(await net.converse(plain.address, plain.port, [GET], whole)) == (Outcome.ANSWERED, (OK,), "")
    exchange = await net.converse(secure.address, secure.port, [GET, GET], whole, tls=True)
    assert told(exchange) == (Outcome.ANSWERED, (OK, OK), "")
    assert (exchange.certificate, exchange.tls) == (certificate.der, "TLSv1.3 TLS_AES_256_GCM_SHA384")
    assert told(await net.converse("127.88.0.1", 9, [GET], whole)) == (Outcome.REFUSED, (), "")
    assert told(await net.converse("127.88.0.1", 9100, [GET], whole)) == (
        Outcome.NOT_SENT,
        (),
        "port 9100 is never sent to",
    )
    assert rested(net)


async def test_who_is_excluded_meanwhile_gets_nothing_more(net: LiveNet, serve: Serve) -> None:
    peer = await serve(web)

    def whole_and_enough(data: bytes) -> bool:
        net.exclude(parse([peer.address]))
        return whole(data)

    assert told(await net.converse(peer.address, peer.port, [GET, GET], whole_and_enough)) == (
        Outcome.TRUNCATED,
        (OK,),
        "excluded",
    )
    assert told(await net.try_port(peer.address, peer.port)) == (Outcome.EXCLUDED, (), "excluded")
    assert told(await net.ask(peer.address, WHO)) == (Outcome.EXCLUDED, (), "excluded")
    assert told(await net.try_port("::1", 9)) == (Outcome.REFUSED, (), "")
    assert rested(net)


async def test_arp_has_what_a_sweep_of_ports_leaves_of_the_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    rates: list[int] = []
    monkeypatch.setattr(Link, "sweep", lambda _link, _pace, rate: rates.append(rate))
    pace = profile("default")
    for sweep in (None, PortSweep(PortQuery([("127.88.0.1", "127.88.0.4")], [80], parted(pace)[0], seed=1), "syn")):
        async with LiveNet(Scope(LOOPBACK), pace, sweep=sweep) as net:
            net.arp()
    assert rates == [1_000, 500]


async def test_a_sweep_ends_where_exclusions_are_added_for_it_was_told_of_fewer() -> None:
    sweep = PortSweep(PortQuery([("127.88.0.1", "127.88.0.4")], [80], UNHURRIED, seed=1), "syn")
    async with LiveNet(Scope(EVERYTHING), UNHURRIED, sweep=sweep) as net:
        net.exclude(NOTHING)
    assert (sweep.interrupted, sweep.notes) == (True, ["exclusions were added while it ran"])


async def test_conversing_over_tls_with_what_speaks_none(net: LiveNet, serve: Serve) -> None:
    peer = await serve(plain)
    exchange = await net.converse(peer.address, peer.port, [GET], whole, tls=True)
    assert told(exchange) == (Outcome.GARBLED, (), "TLS: WRONG_VERSION_NUMBER")
    await eventually(lambda: rested(net), 0.2)


async def test_browsing(net: LiveNet, serve: Serve, certificate: Certificate) -> None:
    for tls, address in ((None, "127.88.0.1"), (certificate.context(), "127.88.0.1"), (None, "::1")):
        peer = await serve(web, address, tls=tls)
        async with net.browse(address, peer.port, tls=tls is not None) as browser:
            for _ in range(3):
                assert told(await browser.fetch(ROOT)) == (Outcome.ANSWERED, (OK,), "")
        assert peer.accepted == 1
        await eventually(lambda: rested(net), 0.2)


@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize(
    ("address", "port", "outcome", "reason"),
    [
        ("127.88.0.1", 9, Outcome.REFUSED, ""),
        ("127.88.0.66", 80, Outcome.EXCLUDED, "excluded"),
        ("127.88.0.1", 9100, Outcome.NOT_SENT, "port 9100 is never sent to"),
        ("10.0.0.1", 80, Outcome.NOT_SENT, "outside the scope"),
        ("127.88.0.1", 0, Outcome.NOT_SENT, "0 is no port"),
    ],
)
async def test_browsing_where_no_connection_comes_about(
    address: str, port: int, outcome: Outcome, reason: str, tls: bool
) -> None:
    async with LiveNet(Scope(LOOPBACK, parse(["127.88.0.66"])), UNHURRIED) as net:
        async with net.browse(address, port, tls=tls) as browser:
            for _ in range(2):
                assert told(await browser.fetch(ROOT)) == (outcome, (), reason)
        assert rested(net)


async def test_browsing_over_tls_with_what_speaks_none(net: LiveNet, serve: Serve) -> None:
    peer = await serve(plain)
    async with net.browse(peer.address, peer.port, tls=True) as browser:
        for _ in range(2):
            assert told(await browser.fetch(ROOT)) == (Outcome.GARBLED, (), "TLS: WRONG_VERSION_NUMBER")
            await eventually(lambda: rested(net), 0.2)


async def test_two_lanes_that_browse_and_converse_do_not_block_each_other(net: LiveNet, serve: Serve) -> None:
    """Both connections of a host are held by kept-alive conversations whose answers make the probes converse."""

    async def odd(reader: Reader, writer: Writer) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"nonsense ok")
        await reader.read()

    async def lane(peer: Peer) -> Exchange:
        async with net.browse(peer.address, peer.port) as browser:
            assert (await browser.fetch(ROOT)).outcome is Outcome.GARBLED
            return await net.converse(peer.address, peer.port, [GET], whole)

    peers = [await serve(odd), await serve(odd)]
    async with asyncio.timeout(1):
        assert [told(e)[1] for e in await asyncio.gather(*map(lane, peers))] == [(b"nonsense ok",)] * 2


async def test_asking(net: LiveNet, device: Callable[..., Device]) -> None:
    for address in ("127.88.0.1", "::1"):
        camera = device(b"I am", b"a camera", address=address)
        exchange = await net.ask(address, inquiry(camera.port, [b"a", b"b"], [b"c"]))
        assert told(exchange) == (Outcome.ANSWERED, (b"I am", b"a camera") * 2, "")
        assert camera.heard == [b"a", b"b"]  # the second round is not needed
    assert net.sent == Sent(4, 4, 0)


async def test_asking_in_vain(net: LiveNet, device: Callable[..., Device]) -> None:
    deaf = device()
    assert told(await net.ask("127.88.0.1", inquiry(deaf.port, [b"a", b"b"], [b"c"]))) == (Outcome.SILENT, (), "")
    assert deaf.heard == [b"a", b"b", b"c"]


@pytest.mark.parametrize(("lost", "asked", "replies"), [(1, 2, (b"me",)), (2, 3, (b"me",)), (9, 4, ())])
async def test_who_is_silent_while_answers_are_lost_is_asked_again_but_not_for_ever(
    net: LiveNet, device: Callable[..., Device], lost: int, asked: int, replies: tuple[bytes, ...]
) -> None:
    camera = device(b"me")
    camera.lossy, camera.lost = net, lost
    assert (await net.ask(camera.address, inquiry(camera.port, [b"a"], [b"b"]))).replies == replies
    assert camera.heard == [b"a", b"b", b"a", b"b"][:asked]
    assert net.dropped >= min(lost, asked)


async def test_a_closed_port_ends_an_inquiry_at_once(net: LiveNet) -> None:
    loop = asyncio.get_running_loop()
    start = loop.time()
    assert told(await net.ask("127.88.0.1", inquiry(9, [b"a"], [b"b"], wait=60))) == (Outcome.REFUSED, (), "")
    assert loop.time() - start < 2
    assert net.sent.packets == 1


async def test_what_may_not_be_asked(net: LiveNet) -> None:
    assert told(await net.ask("10.0.0.1", inquiry(3702))) == (Outcome.NOT_SENT, (), "outside the scope")
    assert told(await net.ask("127.88.0.1", inquiry(5060))) == (Outcome.NOT_SENT, (), "port 5060 is never sent to")
    assert told(await net.ask("127.255.255.255", inquiry(3702)))[0] is Outcome.NOT_SENT
    assert net._endpoints == {}


async def test_two_inquiries_to_one_port_at_once(net: LiveNet, device: Callable[..., Device]) -> None:
    camera = device(b"me")
    both = await asyncio.gather(*(net.ask("127.88.0.1", inquiry(camera.port, [b"%d" % n])) for n in range(2)))
    assert [told(exchange)[0] for exchange in both] == [Outcome.ANSWERED] * 2
    assert all(b"me" in exchange.replies for exchange in both)


async def test_answers_before_a_failure_count(
    net: LiveNet, device: Callable[..., Device], monkeypatch: pytest.MonkeyPatch
) -> None:
    camera, sends = device(b"me"), 0
    original = udp.UdpEndpoint.send

    def send(self: udp.UdpEndpoint, data: bytes, address: str, port: int) -> None:
        nonlocal sends
        sends += 1
        if sends == 1:
            original(self, data, address, port)
            camera.read()
            self._sockets[0]._read()
        else:
            raise OSError(errno.EPERM, "")

    monkeypatch.setattr(udp.UdpEndpoint, "send", send)
    assert told(await net.ask("127.88.0.1", inquiry(camera.port, [b"a", b"b"]))) == (Outcome.ANSWERED, (b"me",), "")
    exchange = await net.ask("127.88.0.1", inquiry(camera.port))
    assert told(exchange) == (Outcome.NOT_SENT, (), "EPERM: Operation not permitted")


async def test_without_descriptors_nothing_is_asked_and_nothing_raised(
    net: LiveNet, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.EMFILE, "")

    monkeypatch.setattr("camscan.net.live.UdpEndpoint", fail)
    monkeypatch.setattr("camscan.net.outcomes.PAUSES", (0.01,))
    exchange = await net.ask("127.88.0.1", inquiry(9))
    assert told(exchange) == (Outcome.NOT_SENT, (), "EMFILE: Too many open files")


async def test_a_host_that_stops_answering_is_noticed(net: LiveNet, serve: Serve, hasty: None) -> None:
    tired = False

    async def fading(reader: Reader, writer: Writer) -> None:
        await reader.read(100)
        if not tired:
            writer.write(OK)
        await reader.read()

    peer = await serve(fading)
    async with net.attend(peer.address):
        assert (await net.converse(peer.address, peer.port, [GET], whole)).outcome is Outcome.ANSWERED
        tired = True
        await asyncio.gather(*(net.converse(peer.address, peer.port, [GET], whole) for _ in range(2)))
        await net.converse(peer.address, 9100, [GET], whole)  # not sent: no sign of anything
        assert not net._dialer.hosts[peer.address].faded
        async with net.browse(peer.address, peer.port) as browser:
            await browser.fetch(ROOT)
    assert net.faded == {peer.address}


async def test_waiting_for_our_own_pace_is_no_silence_of_the_peer(
    net: LiveNet, serve: Serve, certificate: Certificate, hasty: None
) -> None:
    async def web_of_a_busy_scan(reader: Reader, writer: Writer) -> None:
        for _ in range(2):
            await reader.readuntil(b"\r\n\r\n")
            net._dialer.pace.charge(UNHURRIED.rate)  # as many packets as a second may have
            writer.write(OK)
        await reader.read()

    for tls in (None, certificate.context()):
        peer = await serve(web_of_a_busy_scan, tls=tls)
        exchange = await net.converse(peer.address, peer.port, [GET, GET], whole, tls=tls is not None)
        assert told(exchange) == (Outcome.ANSWERED, (OK, OK), "")
        async with net.browse(peer.address, peer.port, tls=tls is not None) as browser:
            assert [(await browser.fetch(ROOT)).outcome for _ in range(2)] == [Outcome.ANSWERED] * 2


async def test_mute_ports_do_not_make_a_host_fade(net: LiveNet, serve: Serve, hasty: None) -> None:
    spoken, silent = await serve(web), await serve(idle)
    async with net.attend(spoken.address):
        await net.converse(spoken.address, spoken.port, [GET], whole)
        for tls in (False, True, False, True):
            await net.converse(silent.address, silent.port, [GET], whole, tls=tls)
    assert net.faded == frozenset()


async def test_calling_only_groups() -> None:
    async with LiveNet(Scope(NOTHING, parse(["239.255.255.250"]), listens=EVERYTHING), UNHURRIED) as net:
        groups = ("10.0.0.1", "239.255.255.250", BROADCAST)
        items = [item async for item in net.call(Inquiry(3702, [[b"x"]], 0.05, groups=groups))]
        assert [told(item) for item in items if isinstance(item, Exchange)] == [
            (Outcome.NOT_SENT, (), "10.0.0.1 is no multicast group"),
            (Outcome.EXCLUDED, (), "239.255.255.250 is excluded"),
        ]
        items = [item async for item in net.call(Inquiry(9100, [[b"x"]], 0.05, groups=(BROADCAST,)))]
        assert [told(item)[2] for item in items if isinstance(item, Exchange)] == ["port 9100 is never sent to"]
        assert net.sent == Sent(0, 0, 0)


async def test_what_a_peer_shows_is_kept_though_it_wants_a_certificate_of_ours(
    serve: Serve, certificate: Certificate
) -> None:
    """Until TLS 1.3, the handshake fails for want of ours, after it has shown its own."""
    context = certificate.context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cadata=certificate.der)
    context.verify_mode = ssl.CERT_REQUIRED
    peer = await serve(idle, tls=context)
    async with LiveNet(Scope(parse([peer.address])), UNHURRIED) as net:
        got = await net.converse(peer.address, peer.port, [GET], whole, tls=True)
    assert (got.certificate, got.tls, got.replies) == (certificate.der, "", ())
    assert got.outcome in {Outcome.RESET, Outcome.GARBLED}


async def test_a_question_to_this_host_is_no_answer_of_it() -> None:
    here = "127.0.0.1"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind((here, 0))
        port = other.getsockname()[1]

    async def heard() -> list[Exchange | Datagram]:
        call = Inquiry(port, [[b"x"], [b"y"]], 0, pause=0.3, listen_port=port)
        return [item async for item in net.call(call)]

    async with LiveNet(Scope(parse([here])), UNHURRIED) as net:
        listening = asyncio.create_task(heard())
        await asyncio.sleep(0.05)
        await net.ask(here, inquiry(port))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.sendto(b"ProbeMatch", (here, port))
        assert [item.data for item in await listening if isinstance(item, Datagram)] == [b"ProbeMatch"]


async def test_who_is_excluded_meanwhile_is_not_heard_any_more() -> None:
    here = "127.0.0.1"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind((here, 0))
        port = other.getsockname()[1]

    heard = []
    async with LiveNet(Scope(parse([here])), UNHURRIED) as net:
        call = Inquiry(port, [[b"x"], [b"y"]], 0, pause=0.5, listen_port=port)

        async def listen() -> None:
            async for item in net.call(call):
                assert isinstance(item, Datagram)
                heard.append(item.data)
                net.exclude(parse([here]))

        listening = asyncio.create_task(listen())
        await asyncio.sleep(0.05)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.sendto(b"before", (here, port))
            await eventually(lambda: bool(heard))
            other.sendto(b"after", (here, port))
        await listening
    assert heard == [b"before"]


@pytest.mark.netns
async def test_an_answer_from_an_address_of_no_network_here_is_noted_and_not_taken_in(
    new_namespace: Callable[[], Namespace],
) -> None:
    """As of a new camera, which has its factory address: what is excluded is never named."""
    here, there = new_namespace(), new_namespace()
    cable(here, there, "v0", ("10.66.0.1/24", "10.66.0.2/24"))
    cable(here, there, "v1", ("10.66.1.1/24", "10.66.1.2/24"))
    asked, beside, barred, stray = "10.66.0.2", "10.66.1.2", "192.168.1.65", "192.168.1.64"
    for address in (stray, barred):
        there.ip(f"addr add {address}/24 dev v0")
    with there.inside():
        device = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        device.bind(("", 3702))
        voices = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(4)]
        for voice, address in zip(voices, (beside, barred, stray, asked), strict=True):
            voice.bind((address, 0))

    def answer() -> None:
        _, asker = device.recvfrom(100)
        for voice in voices:
            voice.sendto(b"me", asker)

    loop = asyncio.get_running_loop()
    loop.add_reader(device.fileno(), answer)
    try:
        with here.inside():
            on_link = [one for one in interfaces() if one.address == "10.66.0.1"]
            async with LiveNet(Scope(parse([asked]), parse([barred])), UNHURRIED, on_link) as net:
                call = Inquiry(3702, [[b"who?"]], 0.5, groups=(BROADCAST,))
                heard = [item.source async for item in net.call(call) if isinstance(item, Datagram)]
                assert heard == [asked]
                assert net.strays.addresses == {stray}
    finally:
        loop.remove_reader(device.fileno())
        for sock in (device, *voices):
            sock.close()


@pytest.mark.netns
async def test_what_is_reported_as_sent_is_what_went_out(
    new_namespace: Callable[[], Namespace], serve: Serve, certificate: Certificate
) -> None:
    """Every packet, as the kernel's own counter saw it."""
    here, there = new_namespace(), new_namespace()
    cable(here, there, "v0", ("10.66.0.1/24", "10.66.0.2/24"))
    here.ip("link set v0 gso_max_segs 1")  # so that the counter sees every segment
    there.nft("table ip t { chain in { type filter hook input priority 0; tcp dport 7 drop; udp dport 7 drop; }; }")
    here.nft(
        "table ip t { chain out { type filter hook output priority 0; ip protocol { tcp, udp } counter; "
        "ip daddr 239.1.2.3 accept; }; }"
    )
    plain = await serve(web, "10.66.0.2", inside=there)
    secure = await serve(web, "10.66.0.2", tls=certificate.context(), inside=there)
    with here.inside():
        eligible = tuple(i for i in interfaces() if i.name == "v0")
        async with LiveNet(Scope(parse(["10.66.0.2"])), UNHURRIED, eligible) as net:
            await net.try_port("10.66.0.2", plain.port)
            await net.try_port("10.66.0.2", 9)
            await net.try_port("10.66.0.2", 7)
            await net.converse("10.66.0.2", plain.port, [GET, GET], whole)
            await net.converse("10.66.0.2", secure.port, [GET], whole, tls=True)
            async with net.browse("10.66.0.2", plain.port) as browser:
                await browser.fetch(ROOT)
                await browser.fetch(HttpRequest("/", b"x" * 5_000))
            await net.ask("10.66.0.2", inquiry(7, [b"12345"], [b"678"]))
            async for _ in net.call(Inquiry(3702, [[b"1", b"2"]], 0.05, groups=("239.1.2.3", BROADCAST))):
                pass
            await asyncio.sleep(0.05)
            sent = net.sent
            assert rested(net)
    assert sent.packets == packets(here)
    assert sent.max_host_connections_per_second == 3  # three before the silent one's time was up, and three after


def packets(here: Namespace) -> int:
    """What the namespace's counter has seen."""
    listed = subprocess.run(
        ["ip", "netns", "exec", here.name, "nft", "list", "ruleset"], capture_output=True, text=True, check=True
    )
    found = re.search(r"counter packets (\d+)", listed.stdout)
    assert found
    return int(found[1])


@pytest.mark.parametrize("seed", range(2))
async def test_cancelled_anywhere_nothing_is_left(
    serve: Serve, certificate: Certificate, device: Callable[..., Device], seed: int, hasty: None
) -> None:
    chance = random.Random(seed)
    context = certificate.context()
    peers = [(await serve(script, f"127.88.0.{n}", tls=tls), tls is not None)
             for n in (1, 2) for script in (web, idle) for tls in (None, context)]  # fmt: skip
    camera = device(b"me")
    before = descriptors()
    net = LiveNet(Scope(LOOPBACK), UNHURRIED)

    async def browse(peer: Peer, tls: bool) -> None:
        async with net.browse(peer.address, peer.port, tls=tls) as browser:
            for _ in range(3):
                await browser.fetch(ROOT)

    async def visit() -> None:
        peer, tls = chance.choice(peers)
        work: list[Callable[[], Coroutine[Any, Any, Any]]] = [
            lambda: net.try_port(peer.address, peer.port),
            lambda: net.converse(peer.address, peer.port, [GET], whole, tls=tls),
            lambda: net.converse(peer.address, peer.port, [GET], whole, tls=not tls),
            lambda: browse(peer, tls),
            lambda: browse(peer, not tls),
            lambda: net.ask("127.88.0.1", inquiry(camera.port, [b"a"], [b"b"])),
        ]
        async with net.attend(peer.address):
            await chance.choice(work)()

    tasks = [asyncio.create_task(visit()) for _ in range(80)]
    for _ in range(100):
        await asyncio.sleep(chance.random() * 0.004)
        chance.choice(tasks).cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    faults = [task.exception() for task in tasks if not task.cancelled()]
    assert set(faults) <= {None}
    await eventually(lambda: rested(net))
    assert net._dialer.hosts.limits == {}
    await net.__aexit__()
    await eventually(lambda: descriptors() <= before)


COVER = """
import asyncio, json, resource, sys
soft, port, closed = map(int, sys.argv[1:])
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, soft))
from camscan.net.base import HttpRequest, Inquiry
from camscan.net.live import LiveNet
from camscan.net.pacing.profile import Profile
from camscan.net.scope import Scope
from camscan.targets import parse

async def cover(net, address, results):
    async with net.attend(address):
        got = [await net.try_port(address, port)]
        request = b"GET / HTTP/1.1\\r\\n\\r\\n"
        got.append(await net.converse(address, port, [request], lambda data: data.endswith(b"ok")))
        async with net.browse(address, port) as browser:
            got.append(await browser.fetch(HttpRequest("/")))
        got.append(await net.ask(address, Inquiry(closed, [[b"who?"]], 1.0)))
    results[address] = [[exchange.outcome, exchange.reason, len(exchange.raw)] for exchange in got]

async def main():
    results = {}
    async with LiveNet(Scope(parse(["127.88.5.0/24"])), Profile("test", 10**6, 10**6)) as net:
        await asyncio.gather(*(cover(net, f"127.88.5.{last}", results) for last in range(1, 201)))
        print(json.dumps({"results": results, "failures": net.failures.total()}))

asyncio.run(main())
"""


async def test_a_low_limit_of_descriptors_changes_no_result(serve: Serve) -> None:
    """120 hosts that serve pages, and 80 that refuse; 9 is closed everywhere."""
    port = (await serve(web, "127.88.5.1")).port
    for last in range(2, 121):
        await serve(web, f"127.88.5.{last}", port)
    found = [await covered(limit, port, 9) for limit in (64, 20_000)]
    page = ["answered", "", len(OK)]
    assert found[1]["failures"] == 0
    assert found[1]["results"] == {
        f"127.88.5.{last}": [
            *([["answered", "", 0], page, page] if last <= 120 else [["refused", "", 0]] * 3),
            ["refused", "", 0],
        ]
        for last in range(1, 201)
    }
    assert found[0] == found[1]


async def covered(limit: int, port: int, closed: int) -> Any:
    command = [sys.executable, "-c", COVER, str(limit), str(port), str(closed)]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    try:
        async with asyncio.timeout(60):
            out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode == 0, err.decode()
    return json.loads(out)


def test_a_line_is_an_ordinary_socket_to_everybody_else() -> None:
    with TcpSocket("127.0.0.1") as sock:
        assert isinstance(sock, socket.socket)
