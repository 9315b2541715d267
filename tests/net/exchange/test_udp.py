from __future__ import annotations

import asyncio
import errno
import socket
import struct
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack

import pytest
from support.costs import waits_less_than
from support.namespaces import Namespace, cable
from support.peers import descriptors, eventually

from camscan.net import budget
from camscan.net.exchange.udp import MAX_REPLIES, UdpEndpoint, UdpSocket, Waiter
from camscan.system.icmperrors import REJECTED


@pytest.fixture
async def endpoint() -> AsyncIterator[UdpEndpoint]:
    made = UdpEndpoint(socket.AF_INET)
    made._sockets[0].sock.bind(("127.0.0.1", 0))  # so that devices can speak before they are asked
    yield made
    made.close()


def bound(address: str, port: int = 0) -> socket.socket:
    sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((address, port))
    sock.settimeout(30)  # what was sent is there, but for the moment that a busy kernel takes
    return sock


def port_of(endpoint: UdpEndpoint) -> int:
    return int(endpoint._sockets[0].sock.getsockname()[1])


async def test_answers_are_sorted_by_their_source(endpoint: UdpEndpoint) -> None:
    first = bound("127.88.4.1")
    port = first.getsockname()[1]
    devices = [first, *(bound(f"127.88.4.{last}", port) for last in range(2, 11))]
    waiters = {sock.getsockname()[0]: Waiter() for sock in devices}
    with ExitStack() as stack:
        for address, waiter in waiters.items():
            stack.enter_context(endpoint.waiting(address, waiter))
            endpoint.send(b"who?", address, port)
        for sock in reversed(devices):
            question, asker = sock.recvfrom(100)
            assert question == b"who?"
            sock.sendto(b"I am " + sock.getsockname()[0].encode(), asker)
        await eventually(lambda: all(waiter.event.is_set() for waiter in waiters.values()))
    assert {address: waiter.replies for address, waiter in waiters.items()} == {
        address: (b"I am " + address.encode(),) for address in waiters
    }
    for sock in devices:
        sock.close()


async def test_an_answer_from_another_port_counts(endpoint: UdpEndpoint) -> None:
    waiter = Waiter()
    with endpoint.waiting("127.88.4.1", waiter), bound("127.88.4.1") as asked, bound("127.88.4.1") as other:
        endpoint.send(b"who?", *asked.getsockname())
        other.sendto(b"me", ("127.0.0.1", port_of(endpoint)))
        await eventually(waiter.event.is_set)
    assert waiter.replies == (b"me",)


async def test_nobody_else_is_heard(endpoint: UdpEndpoint) -> None:
    waiter = Waiter()
    with endpoint.waiting("127.88.4.1", waiter), bound("127.88.4.1") as asked, bound("127.88.4.2") as stranger:
        endpoint.send(b"who?", *asked.getsockname())
        stranger.sendto(b"me, me!", ("127.0.0.1", port_of(endpoint)))
        asked.sendto(b"me", ("127.0.0.1", port_of(endpoint)))
        await eventually(waiter.event.is_set)
    assert waiter.replies == (b"me",)


async def test_after_the_inquiry_nothing_is_taken_in(endpoint: UdpEndpoint) -> None:
    waiter = Waiter()
    with bound("127.88.4.1") as asked:
        with endpoint.waiting("127.88.4.1", waiter):
            endpoint.send(b"who?", *asked.getsockname())
        asked.sendto(b"late", ("127.0.0.1", port_of(endpoint)))
        await asyncio.sleep(0.02)
    assert waiter.replies == ()
    assert endpoint._waiters == {}


async def test_two_inquiries_to_one_address_at_once(endpoint: UdpEndpoint) -> None:
    one, two = Waiter(), Waiter()
    with bound("127.88.4.1") as asked, endpoint.waiting("127.88.4.1", one):
        with endpoint.waiting("127.88.4.1", two):
            asked.sendto(b"both", ("127.0.0.1", port_of(endpoint)))
            await eventually(two.event.is_set)
        asked.sendto(b"one", ("127.0.0.1", port_of(endpoint)))
        await eventually(lambda: len(one.replies) == 2)
    assert (one.replies, two.replies) == ((b"both", b"one"), (b"both",))


async def test_replies_are_bounded_in_number(endpoint: UdpEndpoint) -> None:
    waiter = Waiter()
    with endpoint.waiting("127.88.4.1", waiter), bound("127.88.4.1") as asked:
        for number in range(MAX_REPLIES * 3):
            asked.sendto(b"%d" % number, ("127.0.0.1", port_of(endpoint)))
        await eventually(lambda: len(waiter.replies) >= MAX_REPLIES)
        await asyncio.sleep(0.02)
    assert waiter.replies == tuple(b"%d" % number for number in range(MAX_REPLIES))


async def test_replies_are_bounded_in_bytes(endpoint: UdpEndpoint) -> None:
    waiter = Waiter()
    with endpoint.waiting("127.88.4.1", waiter), bound("127.88.4.1") as asked:
        for size in (60_000, 60_000, 30_000, 10_000, 8_000):
            asked.sendto(bytes(size), ("127.0.0.1", port_of(endpoint)))
        await eventually(lambda: len(waiter.replies) >= 3)
        await asyncio.sleep(0.02)
    assert [len(reply) for reply in waiter.replies] == [60_000, 30_000, 8_000]
    assert sum(map(len, waiter.replies)) <= budget.MAX_BYTES


async def test_the_largest_and_the_smallest_datagram(endpoint: UdpEndpoint) -> None:
    waiter = Waiter()
    with endpoint.waiting("127.88.4.1", waiter), bound("127.88.4.1") as asked:
        for data in (b"", b"x" * 65_507, b"y"):
            asked.sendto(data, ("127.0.0.1", port_of(endpoint)))
        await eventually(lambda: len(waiter.replies) == 3)
    assert waiter.replies == (b"", b"x" * 65_507, b"y")


async def test_a_closed_port_is_told_at_once_and_to_its_asker_alone(endpoint: UdpEndpoint) -> None:
    with bound("127.88.4.200") as alive, ExitStack() as stack:
        port = alive.getsockname()[1]
        waiters = {f"127.88.4.{last}": Waiter() for last in (*range(1, 101), 200)}
        with waits_less_than(1.5):
            for address, waiter in waiters.items():
                stack.enter_context(endpoint.waiting(address, waiter))
                endpoint.send(b"who?", address, port)
            await eventually(lambda: sum(waiter.event.is_set() for waiter in waiters.values()) == 100)
        assert not waiters["127.88.4.200"].event.is_set()
        alive.sendto(b"me", alive.recvfrom(10)[1])
        await eventually(waiters["127.88.4.200"].event.is_set)
    survivor = waiters.pop("127.88.4.200")
    assert (survivor.error, survivor.replies) == (0, (b"me",))
    assert {waiter.error for waiter in waiters.values()} == {errno.ECONNREFUSED}


async def test_a_pending_error_of_one_address_does_not_stop_the_next_send(endpoint: UdpEndpoint) -> None:
    with bound("127.88.4.200") as alive:
        for _ in range(300):
            endpoint.send(b"x", "127.88.4.1", 9)  # comes back as an error before the loop runs again
        endpoint.send(b"who?", *alive.getsockname())
        assert alive.recv(10) == b"who?"


async def test_errors_that_come_while_others_are_cleared_do_not_stop_a_send_either(
    endpoint: UdpEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed, device, udp = bound("127.88.4.1"), bound("127.88.4.2"), endpoint._sockets[0]
    where = closed.getsockname()
    closed.close()
    read, left = udp._read_errors, iter(range(3))

    def read_and_refuse() -> None:
        read()
        if next(left, None) is not None:
            udp.sock.sendto(b"who?", where)  # refused at once: the next send finds the error pending

    monkeypatch.setattr(udp, "_read_errors", read_and_refuse)
    udp.sock.sendto(b"who?", where)
    endpoint.send(b"who?", *device.getsockname())
    assert device.recv(100) == b"who?"
    device.close()


@pytest.mark.parametrize("address", ["::1"])
async def test_ipv6(address: str) -> None:
    endpoint = UdpEndpoint(socket.AF_INET6)
    answered, refused = Waiter(), Waiter()
    with bound(address) as asked:
        with endpoint.waiting(address, answered):
            endpoint.send(b"who?", address, asked.getsockname()[1])
            asked.sendto(b"me", asked.recvfrom(10)[1])
            await eventually(answered.event.is_set)
        with endpoint.waiting(address, refused):
            endpoint.send(b"who?", address, 9)
            await eventually(refused.event.is_set)
    assert (answered.replies, refused.error) == ((b"me",), errno.ECONNREFUSED)
    endpoint.close()


async def test_an_ipv6_socket_does_not_reach_ipv4() -> None:
    endpoint = UdpEndpoint(socket.AF_INET6)
    with bound("127.88.4.1") as asked, pytest.raises(OSError, match="unreachable"):
        endpoint.send(b"x", "::ffff:127.88.4.1", asked.getsockname()[1])
    endpoint.close()


async def test_what_this_host_does_not_let_out_is_raised(endpoint: UdpEndpoint) -> None:
    with pytest.raises(PermissionError):
        endpoint.send(b"x", "255.255.255.255", 9)  # broadcast, from a socket that must not
    with pytest.raises(OSError, match="too long"):
        endpoint.send(bytes(65_535), "127.88.4.1", 9)


async def test_datagrams_that_found_no_room_are_counted() -> None:
    heard: list[bytes] = []
    udp = UdpSocket(bound("127.88.4.1"), lambda _source, _port, data: heard.append(data))
    udp.sock.setblocking(False)
    udp.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    with bound("127.88.4.2") as storm:
        for _ in range(5_000):
            storm.sendto(b"x" * 100, udp.sock.getsockname())
    await asyncio.sleep(0.02)
    assert 0 < len(heard) < 100
    udp.close()
    assert udp.dropped == 5_000 - len(heard)  # also those after the last one that came through


async def test_thousands_of_answers_in_a_second_are_all_heard(endpoint: UdpEndpoint) -> None:
    """5,000 sources within a second, while other work takes half of the time."""
    waiters = {f"127.88.{16 + n // 250}.{1 + n % 250}": Waiter() for n in range(5_000)}
    port = port_of(endpoint)

    def flood() -> None:
        source = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        for number, address in enumerate(waiters):
            # The source address of one datagram, by IP_PKTINFO, spares five thousand sockets.
            packed = struct.pack("=I4s4s", 0, socket.inet_aton(address), bytes(4))
            source.sendmsg([b"I am " + address.encode()], [(socket.IPPROTO_IP, 8, packed)], 0, ("127.0.0.1", port))
            if number % 100 == 0:
                time.sleep(0.005)
        source.close()

    with ExitStack() as stack:
        for address, waiter in waiters.items():
            stack.enter_context(endpoint.waiting(address, waiter))
        thread = threading.Thread(target=flood)
        thread.start()
        while thread.is_alive():
            time.sleep(0.005)  # noqa: ASYNC251 - work that holds the loop up
            await asyncio.sleep(0.005)
        told = {address: (b"I am " + address.encode(),) for address in waiters}
        await eventually(lambda: {address: waiter.replies for address, waiter in waiters.items()} == told)
    assert endpoint.dropped == 0


async def test_closing_leaves_nothing_open() -> None:
    before = descriptors()
    for family in (socket.AF_INET, socket.AF_INET6):
        endpoint = UdpEndpoint(family)
        assert descriptors() == before + 1
        endpoint.close()
        endpoint.close()
        assert descriptors() == before


@pytest.mark.netns
async def test_what_routers_report(new_namespace: Callable[[], Namespace]) -> None:
    here, there = new_namespace(), new_namespace()
    cable(here, there, "v0", ("10.66.0.1/24", "10.66.0.2/24"))
    here.ip("route add default via 10.66.0.2")
    there.ip("route add unreachable 10.67.1.0/24")
    there.ip("route add prohibit 10.67.2.0/24")
    with here.inside():
        endpoint = UdpEndpoint(socket.AF_INET)
    there.set("net/ipv4/ip_forward", "1")
    waiters = {address: Waiter() for address in ("10.67.1.1", "10.67.2.1", "10.66.0.2")}
    with ExitStack() as stack:
        for address, waiter in waiters.items():
            stack.enter_context(endpoint.waiting(address, waiter))
            endpoint.send(b"who?", address, 9)
        await eventually(lambda: all(waiter.event.is_set() for waiter in waiters.values()))
    assert [waiter.error for waiter in waiters.values()] == [errno.EHOSTUNREACH, REJECTED, errno.ECONNREFUSED]
    endpoint.close()


def ask_nobody(endpoint: UdpEndpoint, net: str, times: int) -> None:
    """Send to neighbours that do not exist: what waits for their MACs stays in the buffer of its socket for seconds."""
    for _ in range(times):
        for last in range(10, 60):
            endpoint.send(bytes(1_000), f"{net}{last}", 9)


@pytest.mark.netns
@pytest.mark.parametrize(("net", "prefix"), [("10.66.0.", 24), ("fd66::", 64)])
async def test_neighbours_that_do_not_exist_keep_nobody_from_being_asked(
    new_namespace: Callable[[], Namespace], net: str, prefix: int
) -> None:
    here, there = new_namespace(), new_namespace()
    cable(here, there, "v0", (f"{net}1/{prefix}", f"{net}2/{prefix}"))
    before, waiter = descriptors(), Waiter()
    with here.inside():
        endpoint = UdpEndpoint(socket.AF_INET if prefix == 24 else socket.AF_INET6)
        ask_nobody(endpoint, net, 10)
        with endpoint.waiting(f"{net}2", waiter):
            endpoint.send(b"who?", f"{net}2", 9)
            await eventually(waiter.event.is_set)
    assert waiter.error == errno.ECONNREFUSED
    assert len(endpoint.ports) > 1
    endpoint.close()
    assert descriptors() == before


@pytest.mark.netns
async def test_more_than_all_sockets_hold_is_not_sent(new_namespace: Callable[[], Namespace]) -> None:
    here, there = new_namespace(), new_namespace()
    cable(here, there, "v0", ("10.66.0.1/24", "10.66.0.2/24"))
    with here.inside():
        endpoint = UdpEndpoint(socket.AF_INET)
        with pytest.raises(BlockingIOError):
            ask_nobody(endpoint, "10.66.0.", 100)
    assert len(endpoint.ports) == 8
    endpoint.close()
