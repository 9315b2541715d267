from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
import tracemalloc
from collections.abc import Iterator

import pytest

from camscan.net import budget
from camscan.net.exchange.tcp import TcpSocket


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.88.0.9", 0)) as made:
        yield made


def connected(server: socket.socket) -> tuple[TcpSocket, socket.socket]:
    sock = TcpSocket("127.88.0.9")
    sock.setblocking(True)
    sock.connect(server.getsockname())
    sock.setblocking(False)
    return sock, server.accept()[0]


def settled(sock: TcpSocket) -> bool:
    return sock.fileno() < 0


def test_the_place_is_given_back_once(server: socket.socket) -> None:
    sock, peer = connected(server)
    closed: list[bool] = []
    sock.at_close = lambda _: closed.append(settled(sock))
    sock.close()
    sock.close()
    assert closed == [True]
    peer.close()


def test_packets_and_payload_are_what_the_kernel_sent(server: socket.socket) -> None:
    sock, peer = connected(server)
    sock.send(b"x" * 100)
    peer.recv(100)
    peer.send(b"y" * 100)
    sock.setblocking(True)
    sock.recv(100)
    sock.close()
    assert sock.payload == 100
    assert 1 + 1 + 1 <= sock.packets <= 3 + 2  # SYN, data, the end; and an acknowledgement of each thing that came
    peer.close()


def test_an_open_connection_ends_with_a_reset(server: socket.socket) -> None:
    """One packet, and nothing that the peer says afterwards is acknowledged; so with a peer that never says a word."""
    sock, peer = connected(server)
    sock.send(b"x")
    peer.recv(1)
    sent = sock.count() and sock.packets
    sock.close()
    assert sock.packets == sent + 1
    assert sock.afterwards == 1  # what the peer says meanwhile crosses the reset, and gets another
    with pytest.raises(ConnectionResetError):
        peer.recv(1)
    peer.close()


def test_what_the_peer_has_ended_is_ended_in_order(server: socket.socket) -> None:
    sock, peer = connected(server)
    peer.shutdown(socket.SHUT_WR)
    sock.setblocking(True)
    assert sock.recv(1) == b""
    sent = sock.count() and sock.packets
    sock.close()
    assert sock.packets == sent + 1
    assert sock.afterwards == 0
    assert peer.recv(1) == b""
    peer.close()


def test_a_peer_may_not_send_more_ahead_than_the_window_holds(server: socket.socket) -> None:
    sock = TcpSocket("127.88.0.9", window=4)
    sock.setblocking(True)
    sock.connect(server.getsockname())
    peer = server.accept()[0]
    peer.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while True:
            peer.send(bytes(1_000))
    held = len(sock.recv(1_000_000, socket.MSG_PEEK))
    assert 1_000 <= held <= 2 * 4 * 1_448  # what the kernel takes of its buffer differs
    sock.count()
    assert sock.packets <= 2 + 2 * 4
    sock.close()
    peer.close()


def test_nothing_is_counted_for_what_never_left() -> None:
    sock = TcpSocket("127.88.0.9")
    sock.close()
    assert (sock.packets, sock.payload) == (0, 0)


def test_the_family_follows_the_address() -> None:
    with TcpSocket("::1") as six, TcpSocket("127.0.0.1") as four:
        assert (six.family, four.family) == (socket.AF_INET6, socket.AF_INET)
        assert six.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY) == 1
        assert not six.getblocking()
        assert not four.getblocking()


def test_room_is_made_for_what_may_come_and_not_for_what_asyncio_asks_for(server: socket.socket) -> None:
    sock, peer = connected(server)
    peer.send(b"x" * 100)
    sock.setblocking(True)
    tracemalloc.start()
    try:
        assert sock.recv(256 * 1024) == b"x" * 100
        assert tracemalloc.get_traced_memory()[1] < 64 * 1024
    finally:
        tracemalloc.stop()
    sock.close()
    peer.close()


@pytest.mark.parametrize("into", [False, True])
def test_nothing_is_read_where_there_is_no_room_for_what_that_causes(server: socket.socket, into: bool) -> None:
    sock, peer = connected(server)
    room, count = [False], list[int]()
    sock.may_read, sock.at_read = room.pop, count.append
    with sock, peer:
        peer.send(b"hello")
        buffer = bytearray(9)
        with pytest.raises(BlockingIOError) as caught:
            sock.recv_into(buffer) if into else sock.recv(9)
        assert (caught.value.errno, count, room) == (errno.EAGAIN, [], [])
        room.append(True)
        sock.setblocking(True)
        got = bytes(buffer[: sock.recv_into(buffer)]) if into else sock.recv(9)
    assert (got, count) == (b"hello", [5])


@pytest.mark.parametrize("grace", [budget.TOTAL, budget.ENROLLED_GRACE])
async def test_the_time_for_which_our_pace_holds_reading_is_not_the_peers(server: socket.socket, grace: float) -> None:
    sock, peer = connected(server)
    assert sock.grace == budget.TOTAL
    sock.grace = grace
    with sock, peer:
        async with asyncio.timeout(budget.TOTAL) as sock.deadline:  # noqa: ASYNC100 - its end is what is looked at
            before = sock.deadline.when()
            assert before is not None
            for seconds in (0.05, 2 * grace, 0.05):
                sock.hold()
                sock._held_since -= seconds
                sock.hold()
                sock.read_on()
            after = sock.deadline.when()
    assert after is not None
    assert after - before == pytest.approx(grace), "not more than that"


async def test_time_off_the_clock_is_counted_once_where_reading_is_held_too(server: socket.socket) -> None:
    sock, peer = connected(server)
    loop = asyncio.get_running_loop()
    with sock, peer:
        async with asyncio.timeout(budget.TOTAL) as sock.deadline:
            before = sock.deadline.when()
            assert before is not None
            sock.hold()
            sock._held_since -= 0.5
            began = loop.time()
            with sock.off_the_clock():
                assert sock.deadline.when() is None
                await asyncio.sleep(0.1)
                sock.read_on()
                sock.hold()
                await asyncio.sleep(0.1)
            passed = loop.time() - began
            sock.read_on()
            after = sock.deadline.when()
    assert after is not None
    assert after - before == pytest.approx(0.5 + passed, abs=0.02)
    assert sock.held_in_all == pytest.approx(0.5 + passed, abs=0.02)


async def test_off_the_clock_without_a_deadline_nothing_changes(server: socket.socket) -> None:
    sock, peer = connected(server)
    with sock, peer, sock.off_the_clock():
        assert sock.deadline is None
