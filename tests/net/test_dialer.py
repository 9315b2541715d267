from __future__ import annotations

import asyncio
import contextlib
import errno
import random
import socket
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from ipaddress import ip_network
from typing import TypeAlias

import pytest
from support import clock
from support.namespaces import Namespace, cable
from support.peers import (
    LOOPBACK,
    UNHURRIED,
    Deaf,
    Peer,
    Reader,
    Serve,
    Writer,
    at_rest,
    descriptors,
    eventually,
    idle,
    most_in_a_second,
)

from camscan.net import dialer as module
from camscan.net.dialer import Dialer
from camscan.net.exchange.connect import Connector
from camscan.net.exchange.grab import Grabbed, gather
from camscan.net.exchange.tcp import TcpSocket
from camscan.net.kernel.privilege import descriptor_budget
from camscan.net.kernel.routes import Routes
from camscan.net.outcomes import PAUSES, EndedError, reason
from camscan.net.pacing.pace import FlowBudget
from camscan.net.pacing.profile import Profile, profile
from camscan.net.scope import EVERYTHING, Scope
from camscan.records import Outcome
from camscan.targets import parse


@pytest.fixture
async def dialer() -> Dialer:
    return Dialer(Scope(LOOPBACK, parse(["127.88.0.66"])), UNHURRIED)


async def ended(dialer: Dialer, address: str, port: int) -> tuple[Outcome, str]:
    with pytest.raises(EndedError) as caught:
        await dialer.open(address, port)
    assert not caught.value.connected
    return caught.value.outcome, caught.value.reason


async def test_a_line_holds_its_places_until_it_is_closed(dialer: Dialer, serve: Serve) -> None:
    peer = await serve(idle)
    sock = await dialer.open(peer.address, peer.port)
    assert dialer.hosts[peer.address].slots._value == UNHURRIED.host_connections - 1
    assert dialer._half_open._value == UNHURRIED.half_open  # it is open
    sock.close()
    assert at_rest(dialer)
    assert 2 <= dialer.packets <= 3  # SYN and reset, and the acknowledgement if it goes by itself
    assert (dialer.bytes, dialer.failures.total()) == (0, 0)


async def test_refused(dialer: Dialer) -> None:
    assert await ended(dialer, "127.88.0.1", 9) == (Outcome.REFUSED, "")
    assert (dialer.packets, dialer.failures.total()) == (1, 0)
    assert at_rest(dialer)


async def test_silent(dialer: Dialer) -> None:
    dialer._connector = Connector(0.1)
    with Deaf("127.88.0.9") as deaf:
        assert await ended(dialer, *deaf) == (Outcome.SILENT, "")
    assert (dialer.packets, dialer.failures.total()) == (1, 0)
    assert at_rest(dialer)


@pytest.mark.usefixtures("held_up")  # the kernel's clock goes on
async def test_an_answer_to_a_syn_that_was_sent_again_shows_a_loss(dialer: Dialer, serve: Serve) -> None:
    peer, queue = await serve(idle), Deaf("127.88.0.1")
    with queue as deaf:
        host = dialer.hosts[peer.address]
        (await dialer.open(peer.address, peer.port)).close()
        assert not host.loses
        opening = asyncio.create_task(dialer.open(*deaf))
        await eventually(lambda: bool(dialer._connector._attempts))
        await asyncio.sleep(0.3)  # its first SYN is dropped by now
        queue.make_room()
        (await opening).close()
        assert host.loses


async def test_silence_shows_no_loss(dialer: Dialer) -> None:
    with Deaf("127.88.0.9") as deaf:
        host = dialer.hosts[deaf[0]]
        assert await ended(dialer, *deaf) == (Outcome.SILENT, "")
        assert not host.loses


async def test_what_is_out_of_scope_costs_nothing(dialer: Dialer) -> None:
    assert await ended(dialer, "127.88.0.66", 80) == (Outcome.EXCLUDED, "excluded")
    assert await ended(dialer, "127.88.0.66", 9100) == (Outcome.EXCLUDED, "excluded")
    assert await ended(dialer, "10.0.0.1", 80) == (Outcome.NOT_SENT, "outside the scope")
    assert await ended(dialer, "::ffff:127.88.0.1", 80) == (
        Outcome.NOT_SENT,
        "not a literal address in its canonical form",
    )
    assert await ended(dialer, "127.88.0.1", 9100) == (Outcome.NOT_SENT, "port 9100 is never sent to")
    with pytest.raises(EndedError, match="excluded"):
        await dialer.datagram("127.88.0.66", 80, lambda: pytest.fail("sent"), 1, new_flow=True)
    assert (dialer.packets, dialer.failures.total(), dialer.hosts.limits) == (0, 0, {})


async def test_who_is_excluded_while_its_turn_is_waited_for_is_sent_nothing(dialer: Dialer, serve: Serve) -> None:
    """Behind a router that may track few connections, a turn may take two minutes."""
    peer = await serve(idle)
    sock = await dialer.open(peer.address, peer.port)
    dialer.pace.charge(UNHURRIED.rate)  # as many as a second may have
    waiting = [
        asyncio.create_task(dialer.open(peer.address, peer.port)),
        asyncio.create_task(dialer.pause(peer.address, sock)),
        asyncio.create_task(dialer.datagram(peer.address, 9, lambda: pytest.fail("sent"), 1, new_flow=True)),
    ]
    await asyncio.sleep(0.01)
    dialer.set_scope(Scope(LOOPBACK, parse([peer.address])))
    found = await asyncio.gather(*waiting, return_exceptions=True)
    assert [(type(each), str(each)) for each in found] == [(EndedError, "excluded")] * 3
    assert peer.accepted == 1
    sock.close()
    assert at_rest(dialer)


async def test_who_is_excluded_while_this_host_is_short_of_something_is_sent_nothing(dialer: Dialer) -> None:
    """A datagram of host discovery is tried for three seconds."""
    tried = 0

    async def send() -> None:
        nonlocal tried
        tried += 1
        dialer.set_scope(Scope(LOOPBACK, parse(["127.88.0.1"])))
        raise OSError(errno.ENOBUFS, "no buffer")

    with pytest.raises(EndedError, match="excluded"):
        await dialer.transmit("127.88.0.1", 9, send, 1)
    assert (tried, dialer.packets) == (1, 0)


async def test_waiting_for_the_pace_takes_no_time_of_an_exchange(dialer: Dialer, serve: Serve) -> None:
    peer = await serve(idle)
    sock = await dialer.open(peer.address, peer.port)
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(0.3) as sock.deadline:
        began, end = loop.time(), sock.deadline.when()
        dialer.pace.charge(UNHURRIED.rate)  # as many as a second may have
        await dialer.pause(peer.address, sock)
        waited, put_off = loop.time() - began, (sock.deadline.when() or 0.0) - (end or 0.0)
    sock.close()
    assert waited > 0.5
    assert put_off == pytest.approx(waited, abs=0.1)


async def test_an_exchange_that_is_over_while_it_waits_for_the_pace_leaves_nothing(
    dialer: Dialer, serve: Serve
) -> None:
    peer = await serve(idle)
    sock = await dialer.open(peer.address, peer.port)
    async with asyncio.timeout(0.3) as sock.deadline:
        dialer.pace.charge(UNHURRIED.rate)
        pausing = asyncio.create_task(dialer.pause(peer.address, sock))
        await asyncio.sleep(0.01)
    sock.deadline = None
    pausing.cancel()
    await asyncio.gather(pausing, return_exceptions=True)
    assert pausing.cancelled()
    sock.close()
    assert at_rest(dialer)


async def test_a_host_has_two_connections_at_most(dialer: Dialer, serve: Serve) -> None:
    peer = await serve(idle)

    async def visit() -> None:
        sock = await dialer.open(peer.address, peer.port)
        sock.send(b"?")  # until then, the kernel keeps the acknowledgement back
        await asyncio.sleep(0.01)
        sock.close()

    await asyncio.gather(*(visit() for _ in range(20)))
    await eventually(lambda: peer.accepted == 20)
    assert peer.most_open <= 2
    assert at_rest(dialer)


async def test_tls_connections_are_bounded_over_all_hosts(dialer: Dialer, serve: Serve) -> None:
    dialer._tls = asyncio.Semaphore(3)
    peers = [await serve(idle, f"127.88.0.{last}") for last in range(1, 7)]
    tasks = [asyncio.create_task(dialer.open(peer.address, peer.port, tls=True)) for peer in peers]
    await asyncio.sleep(0.05)
    assert sum(task.done() for task in tasks) == 3
    for task in tasks:
        (await task).close()
    assert dialer._tls._value == 3


async def test_half_open_attempts_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    dialer = Dialer(Scope(LOOPBACK), Profile("test", 10**6, 10**6, host_connections=50, half_open=5))
    under_way: list[int] = []

    async def connect(self: Connector, sock: socket.socket, address: str, port: int, resent: object) -> int:
        under_way.append(5 - dialer._half_open._value)
        await asyncio.sleep(0.002)
        return errno.ETIMEDOUT

    monkeypatch.setattr(Connector, "connect", connect)
    done = await asyncio.gather(*(dialer.open("127.88.0.1", 80) for _ in range(40)), return_exceptions=True)
    assert {type(result) for result in done} == {EndedError}
    assert max(under_way) == 5
    assert at_rest(dialer)


async def test_who_gives_up_before_it_may_connect_keeps_no_place() -> None:
    dialer = Dialer(Scope(LOOPBACK), Profile("test", 10**6, half_open=1))
    with Deaf("127.88.0.9") as (address, port):
        first = await dialer.launch(address, port, lambda _: None)
        waiting = asyncio.create_task(dialer.launch(address, port, lambda _: None))
        await asyncio.sleep(0.01)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        dialer.forget(first)
        first.sock.close()
    assert at_rest(dialer)
    dialer.close()


async def test_who_is_excluded_before_it_may_connect_is_sent_nothing() -> None:
    dialer = Dialer(Scope(LOOPBACK), Profile("test", 10**6, half_open=1))
    with Deaf("127.88.0.9") as (address, port):
        first = await dialer.launch(address, port, lambda _: None)
        waiting = asyncio.create_task(dialer.launch(address, port, lambda _: pytest.fail("asked")))
        await asyncio.sleep(0.01)
        dialer.set_scope(Scope(LOOPBACK, parse([address])))
        dialer.forget(first)
        first.sock.close()
        with pytest.raises(EndedError, match="excluded"):
            await waiting
    assert at_rest(dialer)
    assert dialer.packets == first.sock.packets
    dialer.close()


async def test_who_waits_for_its_host_keeps_no_half_open_place_from_others() -> None:
    """One place in all: forty attempts wait for a slow host, and another host is asked meanwhile."""
    dialer = Dialer(Scope(LOOPBACK), Profile("test", 10**6, host_rate=4, host_connections=40, half_open=1))
    waiting = [asyncio.create_task(ended(dialer, "127.88.0.1", 9)) for _ in range(40)]
    await asyncio.sleep(0.1)
    assert dialer._half_open._value == 1
    assert await asyncio.wait_for(ended(dialer, "127.88.0.2", 9), 1) == (Outcome.REFUSED, "")
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert at_rest(dialer)


Sends: TypeAlias = dict[str, list[tuple[float, float]]]


class Wire:
    """Stands for the kernel and the peers: notes what would go out on connects, and when."""

    def __init__(self) -> None:
        self.sends: Sends = defaultdict(list)

    def note(self, address: str, later: float = 0) -> None:
        self.sends[address].append((asyncio.get_running_loop().time() + later, 1))

    async def connect(self, sock: TcpSocket, address: str, port: int) -> int:
        what = random.choice([0, errno.ECONNREFUSED, errno.ECONNREFUSED, errno.ETIMEDOUT])
        wait = 1.0 if what == errno.ETIMEDOUT else random.uniform(0.001, 0.01)
        self.note(address)
        out = [asyncio.get_running_loop().time()]
        if what != errno.ECONNREFUSED:  # the kernel sends again, or acknowledges
            self.note(address, wait)
            out.append(out[0] + wait)

        def count() -> int:
            sock.packets = sum(at <= asyncio.get_running_loop().time() for at in out)
            return 0

        sock.count = count  # type: ignore[method-assign]
        await asyncio.sleep(1.5 if what == errno.ETIMEDOUT else wait)
        return what


def paced(rate: int, hosts: int, seconds: float) -> tuple[Sends, Dialer]:
    """What goes out, and when, to hosts that are asked as fast as the dialer lets us, by TCP and UDP at once."""
    wire = Wire()

    async def tried(dialer: Dialer, address: str) -> None:
        while True:
            with contextlib.suppress(EndedError):
                (await dialer.open(address, 80)).close()

    async def asks(dialer: Dialer, address: str) -> None:
        while True:
            await dialer.datagram(address, 80, lambda: wire.note(address), 1, new_flow=False)
            await asyncio.sleep(random.uniform(0, 0.5))

    async def play() -> Dialer:
        dialer = Dialer(Scope(EVERYTHING), Profile("test", rate))
        dialer._connector.connect = wire.connect  # type: ignore[method-assign, assignment]
        addresses = [f"10.0.0.{last}" for last in range(1, hosts + 1)]
        tasks = [asyncio.create_task(work(dialer, a)) for a in addresses for work in (tried, tried, asks, asks)]
        for _ in range(int(seconds)):
            await asyncio.sleep(random.uniform(0.5, 1.5))
            clock.stall(random.choice([0, 0, 0.3, 1.2]))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert at_rest(dialer)
        return dialer

    dialer = clock.run(play())
    return {address: sorted(sends) for address, sends in wire.sends.items()}, dialer


@pytest.mark.parametrize(("rate", "hosts"), [(1_000, 3), (100, 10), (30, 40)])
def test_neither_a_host_nor_the_whole_is_sent_more_in_a_second_than_promised(rate: int, hosts: int) -> None:
    sends, dialer = paced(rate, hosts, 20)
    assert len(sends) == hosts
    assert max(map(most_in_a_second, sends.values())) <= 20
    assert most_in_a_second(sorted(send for host in sends.values() for send in host)) <= rate
    assert 1 <= dialer.max_host_rate <= 20


async def test_a_turn_that_is_cancelled_costs_the_host_nothing() -> None:
    dialer = Dialer(Scope(LOOPBACK), Profile("test", 1, 1_000))
    dialer.pace.charge(1)
    task = asyncio.create_task(dialer.open("127.88.0.1", 9))
    await asyncio.sleep(0.01)
    assert dialer.hosts["127.88.0.1"].window.turn.locked()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert at_rest(dialer)
    assert dialer.packets == 0


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM])
@pytest.mark.parametrize("fails", ["socket", "connect"])
async def test_an_exhausted_host_tries_again(
    dialer: Dialer, serve: Serve, monkeypatch: pytest.MonkeyPatch, number: int, fails: str
) -> None:
    peer, left = await serve(idle), [1, 1]

    class Failing(TcpSocket):
        def __init__(self, address: str, window: int = 4) -> None:
            if fails == "socket" and left:
                left.pop()
                raise OSError(number, "")
            super().__init__(address, window)

        def connect_ex(self, address: tuple[str, int]) -> int:  # type: ignore[override]
            if left:
                left.pop()
                return number
            return super().connect_ex(address)

    monkeypatch.setattr(module, "TcpSocket", Failing)
    monkeypatch.setattr("camscan.net.outcomes.PAUSES", (0.01, 0.02))
    (await dialer.open(peer.address, peer.port)).close()
    assert dialer.failures.total() == 0
    left.extend([1] * 3)
    assert (await ended(dialer, peer.address, peer.port))[0] is Outcome.NOT_SENT
    assert (await ended(dialer, "127.88.0.2", 9))[0] is Outcome.REFUSED
    assert dialer.failures.total() == 1
    assert at_rest(dialer)


async def test_datagrams_too_are_tried_again(dialer: Dialer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("camscan.net.outcomes.PAUSES", (0.01, 0.02))
    left = [errno.ENOBUFS, errno.EAGAIN]

    def send() -> None:
        if left:
            raise OSError(left.pop(), "")

    await dialer.datagram("127.88.0.1", 80, send, 100, new_flow=True)
    assert (dialer.packets, dialer.bytes, dialer.failures.total()) == (1, 100, 0)
    left.append(errno.EPERM)
    with pytest.raises(EndedError, match="EPERM: Operation not permitted") as caught:
        await dialer.datagram("127.88.0.1", 80, send, 100, new_flow=True)
    assert caught.value.outcome is Outcome.NOT_SENT
    assert (dialer.packets, dialer.bytes, dialer.failures.total()) == (1, 100, 1)


async def test_what_a_peer_makes_the_kernel_send_is_made_room_for(serve: Serve) -> None:
    """A page of many segments is read on only as its acknowledgements keep to the pace; nothing of it is lost."""
    page = bytes(90_000) + b"end"

    async def chatty(reader: Reader, writer: Writer) -> None:
        await reader.read(1)
        writer.write(page)
        await reader.read()

    dialer = Dialer(Scope(LOOPBACK), Profile("test", rate=10**6, host_rate=20))
    peer, loop = await serve(chatty), asyncio.get_running_loop()
    sock = await dialer.open(peer.address, peer.port)
    sent: list[tuple[float, float]] = []
    looking = asyncio.create_task(watch(sock, sent))
    began = loop.time()
    got = await gather(sock, [b"?"], lambda data: data.endswith(b"end"))
    looking.cancel()
    assert got.replies == (page,)
    assert dialer.packets == sock.packets > 20
    assert loop.time() - began > 0.9
    assert most_in_a_second(sent) <= 20
    assert at_rest(dialer)


@pytest.mark.parametrize("rate", [10, 16, 20])
async def test_two_long_pages_leave_each_other_room(rate: int, serve: Serve) -> None:
    """What is held for one that waits must not keep the other from being read, which would hold as much."""
    page = bytes(20_000) + b"end"

    async def chatty(reader: Reader, writer: Writer) -> None:
        await reader.read(1)
        writer.write(page)
        await reader.read()

    dialer = Dialer(Scope(LOOPBACK), Profile("test", rate=10**6, host_rate=rate))
    sent: list[tuple[float, float]] = []
    both = await twice(await serve(chatty), dialer, sent)
    assert [got.replies for got in both] == [(page,)] * 2
    assert most_in_a_second(sent) <= rate
    assert at_rest(dialer)


async def twice(peer: Peer, dialer: Dialer, sent: list[tuple[float, float]]) -> Sequence[Grabbed]:
    """Two conversations with a peer at once; in `sent` is when the kernel sent something for them."""

    async def read() -> Grabbed:
        sock = await dialer.open(peer.address, peer.port)
        async with asyncio.TaskGroup() as group:
            looking = group.create_task(watch(sock, sent))
            got = await gather(sock, [b"?"], lambda data: data.endswith(b"end"))
            looking.cancel()
        return got

    both = await asyncio.gather(read(), read())
    sent.sort()
    return both


async def test_a_peer_that_sends_byte_by_byte_is_given_up_before_its_acknowledgements_exceed_the_pace(
    serve: Serve,
) -> None:
    """The kernel acknowledges every 40 ms what nobody reads, too."""

    async def drip(reader: Reader, writer: Writer) -> None:
        await reader.read(1)
        with contextlib.suppress(ConnectionError):
            while not writer.is_closing():
                writer.write(b"x")
                await asyncio.sleep(0.004)

    dialer = Dialer(Scope(LOOPBACK), Profile("test", rate=10**6, host_rate=20))
    sent: list[tuple[float, float]] = []
    both = await twice(await serve(drip), dialer, sent)
    assert {got.outcome for got in both} == {Outcome.TRUNCATED}
    assert all(set(got.replies[0]) == set(b"x") and "pieces" in got.reason for got in both)
    assert most_in_a_second(sent) <= 20
    assert at_rest(dialer)


async def test_a_page_that_comes_line_by_line_is_read_whole(serve: Serve) -> None:
    page = [b"X-Header-%d: value\r\n" % number for number in range(40)] + [b"end"]

    async def lines(reader: Reader, writer: Writer) -> None:
        await reader.read(1)
        for line in page:
            writer.write(line)
            await asyncio.sleep(0)
        await reader.read()

    dialer = Dialer(Scope(LOOPBACK), Profile("test", rate=10**6, host_rate=20))
    sent: list[tuple[float, float]] = []
    both = await twice(await serve(lines), dialer, sent)
    assert [got.replies for got in both] == [(b"".join(page),)] * 2
    assert most_in_a_second(sent) <= 20
    assert at_rest(dialer)


async def watch(sock: TcpSocket, sent: list[tuple[float, float]]) -> None:
    """Note when the kernel has sent something, to some milliseconds; of a closed socket it tells nothing more."""
    while sock.fileno() >= 0:
        seen = sock.packets
        sock.count()
        sent.append((asyncio.get_running_loop().time(), sock.packets - seen))
        await asyncio.sleep(0.002)


async def test_room_for_an_exchange_is_there_before_it_begins(serve: Serve) -> None:
    """What is sent beside it waits; what it did not take is free again, but for one answer to a late word."""
    dialer = Dialer(Scope(LOOPBACK), Profile("test", rate=10**6, host_rate=20))
    peer = await serve(idle)
    window = dialer.hosts[peer.address].window
    sock = await dialer.open(peer.address, peer.port)
    assert not window.fits(20 - 7)
    sock.close()
    assert window.fits(19 - sock.packets)
    assert not window.fits(20 - sock.packets)
    assert at_rest(dialer)


async def test_an_open_line_waits_for_its_turn(serve: Serve) -> None:
    dialer = Dialer(Scope(LOOPBACK), Profile("test", rate=10**6, host_rate=20))
    peer, loop = await serve(idle), asyncio.get_running_loop()
    sock = await dialer.open(peer.address, peer.port)
    began = loop.time()
    for _ in range(20):
        sock.send(b"hello")
        await dialer.pause(peer.address, sock)
    assert loop.time() - began > 0.8
    sock.close()
    assert dialer.packets == sock.packets
    assert at_rest(dialer)


async def test_what_was_sent_before_a_host_is_attended_counts() -> None:
    dialer = Dialer(Scope(LOOPBACK), Profile("test", rate=10**6, host_rate=20))
    dialer.recall("127.88.0.1", [asyncio.get_running_loop().time()] * 18)
    async with dialer.attend("127.88.0.1"):
        assert dialer.hosts["127.88.0.1"].window.fits(2)
        assert not dialer.hosts["127.88.0.1"].window.fits(3)


def test_a_router_is_spared() -> None:
    async def play() -> list[float]:
        loop, start = asyncio.get_running_loop(), asyncio.get_running_loop().time()
        routes = Routes([(ip_network("0.0.0.0/0"), "10.0.0.1"), (ip_network("10.0.0.0/24"), "")])
        dialer = Dialer(Scope(EVERYTHING), Profile("test", 1_000, 1_000, router_flows=3), routes)
        times: list[float] = []

        async def ask(address: str, *, new_flow: bool = True) -> None:
            await dialer.datagram(address, 80, lambda: times.append(loop.time() - start), 1, new_flow=new_flow)

        await asyncio.gather(*(ask(f"192.0.2.{last}") for last in range(1, 8)))
        await ask("192.0.2.1", new_flow=False)
        await ask("10.0.0.5")  # a neighbour: no router on the way
        return times

    times = clock.run(play())
    seconds = FlowBudget.UDP_SECONDS
    assert [round(at / seconds) for at in times] == [0, 0, 0, 1, 1, 1, 2, 2, 2]


async def test_neighbours_asked_at_once_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("camscan.net.pacing.gateways.NEIGHBOURS", 5)
    monkeypatch.setattr("camscan.net.pacing.gateways.FirstHop._is_known", lambda _: True)
    routes = Routes([(ip_network("10.0.0.0/24"), ""), (ip_network("0.0.0.0/0"), "10.0.0.1")])
    dialer = Dialer(Scope(EVERYTHING), UNHURRIED, routes)
    most = {"10.0.0.": 0, "192.0.2.": 0}
    now = dict.fromkeys(most, 0)

    async def visit(network: str, last: int) -> None:
        async with dialer.attend(f"{network}{last}"):
            now[network] += 1
            most[network] = max(most[network], now[network])
            await asyncio.sleep(0.001)
            now[network] -= 1

    await asyncio.gather(*(visit(network, last) for network in most for last in range(1, 31)))
    assert most == {"10.0.0.": 5, "192.0.2.": 30}
    assert dialer.gateways.neighbours[4]._value == 5


async def test_a_neighbour_waits_until_the_kernel_has_room_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    room = {bytes((10, 0, 0, 5)): [False, False, True], bytes((192, 0, 2, 5)): []}
    monkeypatch.setattr("camscan.net.pacing.gateways.Room.take", lambda _, address: room[address].pop(0))
    routes = Routes([(ip_network("10.0.0.0/24"), ""), (ip_network("0.0.0.0/0"), "10.0.0.1")])
    dialer = Dialer(Scope(EVERYTHING), UNHURRIED, routes)
    async with dialer.attend("192.0.2.5"), dialer.attend("10.0.0.5"):
        assert room[bytes((10, 0, 0, 5))] == []


async def test_who_gives_up_waiting_for_room_leaves_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("camscan.net.pacing.gateways.Room.take", lambda *_: False)
    dialer = Dialer(Scope(EVERYTHING), UNHURRIED, Routes([(ip_network("10.0.0.0/24"), "")]))
    before = dialer.gateways.neighbours[4]._value
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1), dialer.attend("10.0.0.5"):
            pytest.fail("there was no room")
    assert dialer.gateways.neighbours[4]._value == before


async def test_attending_drops_what_is_known_of_a_host_at_its_end(dialer: Dialer) -> None:
    async with dialer.attend("127.88.0.1"):
        first = dialer.hosts["127.88.0.1"]
        async with dialer.attend("127.88.0.1"):
            assert dialer.hosts["127.88.0.1"] is first
        assert dialer.hosts["127.88.0.1"] is first
        first.heard(80)
        for _ in range(3):
            first.missed(80, connected=True)
    with pytest.raises(ZeroDivisionError):
        async with dialer.attend("127.88.0.2"):
            raise ZeroDivisionError
    assert dialer.hosts.limits == {}
    assert dialer.hosts.faded == {"127.88.0.1"}
    assert dialer.hosts.spoke == 1
    assert at_rest(dialer)


@pytest.mark.parametrize("seed", range(5))
async def test_cancelled_anywhere_it_leaks_neither_places_nor_descriptors(serve: Serve, seed: int) -> None:
    chance = random.Random(seed)
    peers = [await serve(idle, f"127.88.0.{last}") for last in range(1, 6)]
    dialer = Dialer(Scope(LOOPBACK), Profile("test", rate=3_000, host_rate=3_000, half_open=7))
    dialer._descriptors = asyncio.Semaphore(9)
    before = descriptors()

    async def visit() -> None:
        peer = chance.choice(peers)
        async with dialer.attend(peer.address):
            port = peer.port if chance.random() < 0.7 else 9
            sock = await dialer.open(peer.address, port, tls=chance.random() < 0.5)
            try:
                await asyncio.sleep(chance.random() * 0.01)
            finally:
                sock.close()

    tasks = [asyncio.create_task(visit()) for _ in range(300)]
    for _ in tasks:
        if chance.random() < 0.3:
            await asyncio.sleep(chance.random() * 0.002)
        chance.choice(tasks).cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert dialer._descriptors._value == 9
    dialer._descriptors = asyncio.Semaphore(descriptor_budget())
    assert at_rest(dialer)
    assert dialer.hosts.limits == {}
    await eventually(lambda: descriptors() == before)
    dialer.close()


@pytest.mark.parametrize(
    ("name", "rate", "limit"),
    [
        ("default", 1_000, 750),
        ("gentle", 200, 150),
        ("fast", 10_000, 7_500),
        ("default", 1, 1),
        ("default", 10**6, 16_384),
    ],
)
def test_silent_connects_alone_do_not_use_more_than_the_rate(name: str, rate: int, limit: int) -> None:
    assert profile(name).at_rate(rate).most_connecting == limit


@pytest.mark.netns
async def test_what_this_host_does_not_let_out_is_not_sent(new_namespace: Callable[[], Namespace]) -> None:
    here, there = new_namespace(), new_namespace()
    cable(here, there, "v0", ("10.66.0.1/24", "10.66.0.2/24"))
    here.ip("route add default via 10.66.0.2")
    for kind in ("prohibit", "unreachable", "blackhole"):
        here.ip(f"route add {kind} 10.67.{len(kind)}.0/24")
    here.nft("table ip t { chain out { type filter hook output priority 0; ip daddr 10.66.0.3 drop; }; }")
    dialer = Dialer(Scope(EVERYTHING), UNHURRIED, Routes([]))
    with here.inside():
        assert await ended(dialer, "10.67.8.1", 80) == (Outcome.NOT_SENT, reason(errno.EACCES))
        assert await ended(dialer, "10.67.11.1", 80) == (Outcome.NOT_SENT, "EHOSTUNREACH: No route to host")
        assert await ended(dialer, "10.67.9.1", 80) == (Outcome.NOT_SENT, "EINVAL: Invalid argument")
        here.ip("link set v0 down")
        assert await ended(dialer, "10.66.0.2", 80) == (Outcome.NOT_SENT, "ENETUNREACH: Network is unreachable")
        assert await ended(dialer, "192.0.2.1", 80) == (Outcome.NOT_SENT, "ENETUNREACH: Network is unreachable")
    assert (dialer.failures.total(), dialer.packets) == (5, 0)
    assert at_rest(dialer)


@pytest.mark.netns
async def test_without_ipv6_no_time_is_lost_on_it(new_namespace: Callable[[], Namespace]) -> None:
    """As in a container: it is no shortage that could be over after some seconds, for which all others would wait."""
    here, dialer = new_namespace(), Dialer(Scope(EVERYTHING), UNHURRIED, Routes([]))
    here.set("net/ipv6/conf/all/disable_ipv6", "1")
    why = "EADDRNOTAVAIL: Cannot assign requested address"
    with here.inside():
        begin = asyncio.get_running_loop().time()
        assert await ended(dialer, "fd00::1", 80) == (Outcome.NOT_SENT, why)
        assert asyncio.get_running_loop().time() - begin < sum(PAUSES) / 2


def test_the_profiles_can_be_dialled_with() -> None:
    async def play() -> list[bool]:
        return [at_rest(Dialer(Scope(LOOPBACK), profile(name))) for name in ("default", "gentle", "fast")]

    assert clock.run(play()) == [True] * 3


@pytest.fixture(autouse=True)
def no_epoll_left_open(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close the dialers that a test has made."""
    made: list[Connector] = []
    original = Connector.__init__

    def note(self: Connector, timeout: float) -> None:
        original(self, timeout)
        made.append(self)

    monkeypatch.setattr(Connector, "__init__", note)
    yield
    for connector in made:
        connector._epoll.close()
