from __future__ import annotations

import asyncio
import errno
import itertools
import socket
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, aclosing
from dataclasses import dataclass, field, replace
from ipaddress import ip_network
from typing import NoReturn

import pytest
from support.peers import (
    LOOPBACK,
    UNHURRIED,
    Deaf,
    Device,
    Serve,
    at_rest,
    descriptors,
    eventually,
    idle,
    most_in_a_second,
)

from camscan.net.base import Discovery, Inquiry, Question
from camscan.net.dialer import Dialer
from camscan.net.discovery.hostdiscovery import HostDiscovery
from camscan.net.exchange.connect import Connector
from camscan.net.exchange.tcp import TcpSocket
from camscan.net.exchange.udp import UdpEndpoint
from camscan.net.kernel.routes import Routes
from camscan.net.live import LiveNet
from camscan.net.pacing.pace import Pace
from camscan.net.pacing.profile import Profile
from camscan.net.scope import Scope
from camscan.records import Fields, Outcome
from camscan.targets import parse


@dataclass(frozen=True)
class Numbered(Question):
    """A question with its number."""

    number: int = 0


def nothing(_data: bytes) -> Sequence[Fields]:
    return ()


def asking(port: int, *rounds: list[bytes], wait: float = 0.15) -> Callable[[], Numbered]:
    numbers = itertools.count()
    return lambda: Numbered(Inquiry(port, rounds or [[b"who?"]], wait, pause=0.03), nothing, number=next(numbers))


async def looked(
    net: LiveNet,
    addresses: Iterable[str],
    ports: Sequence[int] = (),
    questions: Sequence[Callable[[], Numbered]] = (),
    at_once: int = 100,
) -> dict[str, Discovery]:
    return {found.address: found async for found in net.discover(addresses, ports, questions, at_once=at_once)}


def tried(found: Discovery) -> dict[int, Outcome]:
    return {attempt.port: attempt.outcome for attempt in found.tried}


def answers(found: Discovery) -> dict[int, tuple[Outcome, tuple[bytes, ...], str]]:
    return {place: (told.outcome, told.replies, told.reason) for place, _, told in found.answers}


def rested(net: LiveNet) -> bool:
    return at_rest(net._dialer) and not any(c._waiters for c in net._endpoints.values())


async def test_the_first_sign_of_life_ends_the_look(net: LiveNet, serve: Serve) -> None:
    peer = await serve(idle)
    found = await looked(net, ["127.88.0.1", "127.88.0.2"], [peer.port, *range(3, 9)])
    assert tried(found["127.88.0.1"]) == {peer.port: Outcome.ANSWERED}
    refusals = tried(found["127.88.0.2"])
    assert set(refusals.values()) == {Outcome.REFUSED}
    assert len(refusals) <= 2
    assert rested(net)


async def test_a_silent_address_is_tried_in_full(net: LiveNet) -> None:
    with Deaf("127.88.0.3") as (address, port), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute:
        mute.bind((address, 0))
        new_question = asking(mute.getsockname()[1], [b"a", b"b"], [b"c"])
        found = (await looked(net, [address], [port], [new_question]))[address]
        heard = [mute.recv(10) for _ in range(3)]
    assert tried(found) == {port: Outcome.SILENT}
    assert answers(found) == {0: (Outcome.SILENT, (), "")}
    assert heard == [b"a", b"b", b"c"]
    assert 2 <= net.sent.packets - 3 <= 5, "SYNs: the kernel sends more of them where this process is held up"
    assert rested(net)


async def test_an_answer_by_datagram_is_a_sign_of_life_and_kept(net: LiveNet, device: Callable[..., Device]) -> None:
    camera = device(b"me", b"and more")
    with Deaf(camera.address) as (address, port):
        new_question = asking(camera.port)
        found = (await looked(net, [address], [port], [new_question]))[address]
    assert answers(found) == {0: (Outcome.ANSWERED, (b"me", b"and more"), "")}
    assert [question for _, question, _ in found.answers] == [replace(new_question(), number=0)]
    assert camera.heard == [b"who?"]
    assert rested(net)


@pytest.mark.parametrize(("lost", "asked", "replies"), [(1, 2, (b"me",)), (2, 3, (b"me",)), (9, 3, ())])
async def test_who_is_silent_while_answers_are_lost_is_asked_again_but_not_for_ever(
    net: LiveNet, device: Callable[..., Device], lost: int, asked: int, replies: tuple[bytes, ...]
) -> None:
    camera = device(b"me")
    camera.lossy, camera.lost = net, lost
    found = (await looked(net, [camera.address], [], [asking(camera.port)]))[camera.address]
    assert answers(found)[0][1] == replies
    assert camera.heard == [b"who?"] * asked
    assert net.dropped >= min(lost, asked)
    assert rested(net)


@pytest.mark.parametrize("rounds", [[[b"who?"], [b"what?"]], [[b"who?"], [b"what?"], [b"where?"]]])
async def test_who_answers_one_form_alone_is_asked_in_that_form_again(
    net: LiveNet, device: Callable[..., Device], rounds: list[list[bytes]]
) -> None:
    camera = device(b"me")
    camera.lossy, camera.lost, camera.knows = net, 1, b"who?"
    found = (await looked(net, [camera.address], [], [asking(camera.port, *rounds)]))[camera.address]
    assert answers(found)[0][1] == (b"me",)
    assert camera.heard[: len(rounds) + 1] == [*(data for (data,) in rounds), b"who?"]
    assert rested(net)


async def test_a_refusal_by_datagram_is_a_sign_of_life(net: LiveNet) -> None:
    with Deaf("127.88.0.4") as (address, port):
        found = (await looked(net, [address], [port], [asking(9), asking(9)]))[address]
    assert (Outcome.REFUSED, (), "") in answers(found).values()
    assert port not in tried(found)
    assert rested(net)


async def test_each_address_is_asked_a_question_of_its_own(net: LiveNet, device: Callable[..., Device]) -> None:
    first = device(b"me", address="127.88.1.1")
    cameras = [first, *(device(b"me", address=f"127.88.1.{n}", port=first.port) for n in range(2, 21))]
    found = await looked(net, [camera.address for camera in cameras], (), [asking(first.port)])
    numbers = [
        question.number for each in found.values() for _, question, _ in each.answers if isinstance(question, Numbered)
    ]
    assert sorted(numbers) == list(range(20))


async def test_nothing_leaves_the_scope(serve: Serve, device: Callable[..., Device]) -> None:
    peer, camera = await serve(idle, "127.88.0.66"), device(b"me", address="127.88.0.66")
    async with LiveNet(Scope(LOOPBACK, parse(["127.88.0.66"])), UNHURRIED) as net:
        found = await looked(net, ["127.88.0.66", "10.0.0.1", "127.88.0.7"], [peer.port, 9100], [asking(camera.port)])
    assert tried(found["127.88.0.66"]) == {peer.port: Outcome.EXCLUDED, 9100: Outcome.EXCLUDED}
    assert answers(found["127.88.0.66"]) == {0: (Outcome.EXCLUDED, (), "excluded")}
    assert tried(found["10.0.0.1"]) == {peer.port: Outcome.NOT_SENT, 9100: Outcome.NOT_SENT}
    assert (peer.accepted, camera.heard) == (0, [])
    assert rested(net)


async def test_a_port_that_is_never_sent_to_is_left_out(net: LiveNet) -> None:
    with Deaf("127.88.0.5") as (address, port):
        found = (await looked(net, [address], [9100, port]))[address]
    assert tried(found) == {9100: Outcome.NOT_SENT, port: Outcome.SILENT}


async def test_nothing_to_ask_is_done_at_once(net: LiveNet) -> None:
    assert list(await looked(net, ["127.88.0.1"])) == ["127.88.0.1"]
    assert await looked(net, []) == {}


async def test_no_more_are_under_way_than_may_be(net: LiveNet) -> None:
    most = 0
    with Deaf("127.88.0.6") as (address, port):
        discovery = HostDiscovery(net._dialer, net._endpoint, [port], (), 3)
        taken = 0
        async with aclosing(discovery.run([address] * 6)) as looks:
            async for _ in looks:
                taken += 1
                most = max(most, len(discovery._candidates) + discovery._found.qsize())
    assert taken == 6
    assert 1 < most <= 3


@dataclass
class Sends:
    """When packets left for which host."""

    at: list[tuple[float, str]] = field(default_factory=list)

    def note(self, address: str) -> None:
        self.at.append((asyncio.get_running_loop().time(), address))


async def test_the_pace_holds_in_all_and_for_each_host(monkeypatch: pytest.MonkeyPatch) -> None:
    sends = Sends()
    start, send = Connector.start, UdpEndpoint.send

    def started(self: Connector, sock: TcpSocket, address: str, port: int, *told: Callable[..., None]) -> object:
        sends.note(address)
        return start(self, sock, address, port, *told)

    def sent(self: UdpEndpoint, data: bytes, address: str, port: int) -> None:
        sends.note(address)
        send(self, data, address, port)

    monkeypatch.setattr(Connector, "start", started)
    monkeypatch.setattr(UdpEndpoint, "send", sent)
    addresses = [f"127.88.2.{n}" for n in range(1, 41)]
    new_question = asking(40_405, *[[b"a", b"b", b"c"]] * 2)
    with ExitStack() as stack:
        for address in addresses:  # open sockets, or the kernel would refuse
            stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)).bind((address, 40_405))
        async with LiveNet(Scope(LOOPBACK), Profile("test", rate=200, host_rate=20)) as net:
            await looked(net, addresses, (), [new_question])
    assert len(sends.at) == 40 * 6
    assert most_in_a_second([(at, 1) for at, _ in sends.at]) <= 200
    for address in addresses:
        times = [at for at, where in sends.at if where == address]
        assert min(b - a for a, b in itertools.pairwise(times)) >= 1 / 20


async def test_what_was_granted_and_is_not_sent_is_given_back(net: LiveNet, monkeypatch: pytest.MonkeyPatch) -> None:
    """Several packets are waited for at once; hosts that show signs of life meanwhile need theirs no more."""
    taken: list[float] = []
    take, charge, give_back = Pace.take, Pace.charge, Pace.give_back

    async def took(self: Pace, count: float, *, discovering: bool = False) -> None:
        taken.append(count)
        await take(self, count, discovering=discovering)

    def charged(self: Pace, count: float, *, due: bool = False) -> None:
        if count < 0:
            taken.append(count)
        charge(self, count, due=due)

    def given_back(self: Pace, count: float, at: float) -> None:
        taken.append(-count)
        give_back(self, count, at)

    monkeypatch.setattr(Pace, "give_back", given_back)
    monkeypatch.setattr(Pace, "take", took)
    monkeypatch.setattr(Pace, "charge", charged)
    addresses = [f"127.88.3.{n}" for n in range(1, 31)]
    async with LiveNet(Scope(LOOPBACK), Profile("test", rate=1_000, host_rate=1_000)) as paced:
        await looked(paced, addresses, [3, 4, 5], [asking(9)])
        assert rested(paced)
        assert max(taken) == 5
        assert sum(taken) <= paced.sent.packets


async def test_two_connections_at_once_to_one_host(net: LiveNet) -> None:
    most = 0
    with ExitStack() as stack:
        ports = [stack.enter_context(Deaf("127.88.0.9"))[1] for _ in range(4)]
        discovery = HostDiscovery(net._dialer, net._endpoint, ports, (), 10)
        looks = discovery.run(["127.88.0.9"])
        task = asyncio.ensure_future(anext(looks))
        while not task.done():
            most = max([most, *(len(look.attempts) for look in discovery._candidates)])
            await asyncio.sleep(0.05)
        await looks.aclose()
    assert list(tried(await task)) == ports
    assert most == 2


async def test_a_router_is_spared() -> None:
    """With room for 4 flows on the way, the fifth waits until the first is forgotten."""
    profile = Profile("test", rate=10**6, host_rate=10**6, router_flows=4)
    routes = Routes([(ip_network("10.0.0.0/8"), "127.88.255.1")])
    dialer = Dialer(Scope(parse(["10.0.0.0/24"])), profile, routes)

    async def endpoint(address: str, port: int) -> UdpEndpoint:
        return Silence()

    looks = HostDiscovery(dialer, endpoint, (), [asking(9, wait=0.01)], 10).run([f"10.0.0.{n}" for n in range(1, 7)])
    done = [(await anext(looks)).address for _ in range(4)]
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(anext(looks), 1)
    await looks.aclose()
    assert sorted(done) == ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"]
    assert at_rest(dialer)
    dialer.close()


async def test_a_flow_that_is_tracked_already_waits_for_no_other() -> None:
    """The second round goes out in time, though a question after the first has no room at the router."""
    profile = Profile("test", rate=10**6, host_rate=10**6, router_flows=1)
    dialer = Dialer(Scope(parse(["10.0.0.0/24"])), profile, Routes([(ip_network("10.0.0.0/8"), "127.88.255.1")]))
    through = Silence()

    async def endpoint(address: str, port: int) -> UdpEndpoint:
        return through

    questions = [asking(9, [b"one"], [b"again"], wait=60), asking(10, [b"other"])]
    looks = HostDiscovery(dialer, endpoint, (), questions, 10).run(["10.0.0.1"])
    task = asyncio.ensure_future(anext(looks))
    await eventually(lambda: len(through.sent) >= 2, 5)
    assert through.sent == [b"one", b"again"]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await looks.aclose()
    dialer.close()


class Silence(UdpEndpoint):
    """Sends nothing, hears nothing, and remembers what it was to send."""

    def __init__(self) -> None:
        self._waiters, self._sockets = {}, []
        self.sent: list[bytes] = []

    def send(self, data: bytes, address: str, port: int) -> None:
        """See `UdpEndpoint.send`."""
        self.sent.append(data)


@pytest.mark.parametrize("times", [1, 2])
async def test_what_this_host_had_no_room_for_is_sent_again(
    net: LiveNet, device: Callable[..., Device], monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    camera = device(b"me")
    send = UdpEndpoint.send
    failed: list[str] = []

    def short(self: UdpEndpoint, data: bytes, address: str, port: int) -> None:
        if len(failed) < times:
            failed.append(address)
            raise OSError(errno.ENOBUFS, "")
        send(self, data, address, port)

    monkeypatch.setattr(UdpEndpoint, "send", short)
    found = (await looked(net, [camera.address], (), [asking(camera.port)]))[camera.address]
    assert answers(found) == {0: (Outcome.ANSWERED, (b"me",), "")}
    assert (len(failed), net.sent.packets, net.failures.total()) == (times, 1, 0)
    assert rested(net)


@pytest.mark.parametrize("short_of", ["send", "__init__"])
async def test_who_answers_while_a_question_waits_for_room_is_found(
    net: LiveNet, monkeypatch: pytest.MonkeyPatch, short_of: str
) -> None:
    """The question is given up when its address has been settled long ago."""
    asked = asyncio.Event()

    def short(*_: object) -> NoReturn:
        asked.set()
        raise OSError(errno.ENOBUFS, "")

    monkeypatch.setattr(UdpEndpoint, short_of, short)
    deaf = Deaf("127.88.0.12")
    with deaf as (address, port):
        looking = asyncio.create_task(looked(net, [address, "127.88.0.13"], [port], [asking(9)]))
        await asked.wait()
        deaf.make_room()  # for the SYN that the kernel sends again
        found = await looking
    assert tried(found[address]) == {port: Outcome.ANSWERED}
    assert tried(found["127.88.0.13"]) == {port: Outcome.REFUSED}
    assert rested(net)


async def test_what_this_host_does_not_let_out_is_no_silence(net: LiveNet, monkeypatch: pytest.MonkeyPatch) -> None:
    def barred(*_: object) -> None:
        raise OSError(errno.EPERM, "")

    monkeypatch.setattr(UdpEndpoint, "send", barred)
    found = await looked(net, ["127.88.0.3", "127.88.0.4"], (), [asking(9)])
    refused = {0: (Outcome.NOT_SENT, (), "EPERM: Operation not permitted")}
    assert [answers(each) for each in found.values()] == [refused, refused]
    assert (net.sent.packets, net.failures.total()) == (0, 2)
    assert rested(net)


async def test_no_more_are_taken_up_than_the_pace_has_use_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("camscan.net.discovery.hostdiscovery._MOST_WAITING", 20)
    monkeypatch.setattr("camscan.net.discovery.hostdiscovery._MANY", 1)
    most = 0

    async def watch(discovery: HostDiscovery) -> None:
        nonlocal most
        while True:
            most = max(most, discovery._queue.waiting)
            await asyncio.sleep(0)

    async with LiveNet(Scope(LOOPBACK), Profile("test", rate=200, host_rate=20)) as net:
        discovery = HostDiscovery(net._dialer, net._endpoint, (), [asking(9)], 1_000)
        watching = asyncio.create_task(watch(discovery))
        async with aclosing(discovery.run([f"127.88.4.{n}" for n in range(1, 201)])) as looks:
            assert len([look async for look in looks]) == 200
        watching.cancel()
    assert 20 <= most <= 22


async def test_given_up_in_the_middle_nothing_is_left(net: LiveNet, device: Callable[..., Device]) -> None:
    before = descriptors()
    with Deaf("127.88.0.11") as (address, port):
        looks = net.discover([address] * 50, [port], [asking(40_406, wait=5)], at_once=40)
        task = asyncio.ensure_future(anext(looks))
        await asyncio.sleep(0.1)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await looks.aclose()
    assert rested(net)
    for endpoint in net._endpoints.values():
        endpoint.close()
    assert descriptors() == before


async def test_where_the_addresses_fail_nothing_is_left_running(net: LiveNet) -> None:
    def addresses() -> Iterator[str]:
        yield "127.88.0.3"
        raise ValueError("no more")

    before = asyncio.all_tasks()
    with pytest.raises(ValueError, match="no more"):
        await looked(net, addresses(), (), [asking(9, wait=5)])
    assert asyncio.all_tasks() == before
    assert rested(net)


async def test_what_a_look_sent_to_a_living_host_counts_when_it_is_covered(serve: Serve) -> None:
    """The cover begins within the same second; of silent hosts nothing is kept."""
    peer = await serve(idle)
    async with LiveNet(Scope(LOOPBACK), Profile("test", 10**6, host_rate=20)) as net:
        await looked(net, [peer.address, "127.88.0.77"], [peer.port], [asking(9)])
        assert list(net._dialer.hosts.limits) == [
            peer.address,
            "127.88.0.77",
        ]  # loopback refuses: that is a sign of life
        window = net._dialer.hosts[peer.address].window
        assert 2 <= len(window._sent) <= 3  # SYN and reset, and the datagram if it had its turn before
        with Deaf("127.88.0.9") as deaf:
            net._dialer._connector = Connector(0.05)
            await looked(net, [deaf[0]], [deaf[1]])
            assert deaf[0] not in net._dialer.hosts.limits
