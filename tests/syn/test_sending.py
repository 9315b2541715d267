from __future__ import annotations

import errno
import socket
from collections.abc import Callable, Iterator
from ipaddress import IPv4Address
from types import SimpleNamespace

import numpy as np
import pytest
from support.lab import Lab, lab
from support.namespaces import Namespace

from camscan.l2.sockets import packet_socket
from camscan.syn import sending
from camscan.syn.packets import BATCH, ETHERNET, IP, IPV4, IPV6, TcpPackets
from camscan.syn.sending import EthernetSender, RawSender

pytestmark = pytest.mark.netns

OURS, THEIRS = b"\2\0\0\0\0\1", b"\2\0\0\0\0\2"
Heard = Callable[[], list[bytes]]


@pytest.fixture
def site() -> Iterator[Lab]:
    with lab() as made:
        yield made


def packets_of(source: str, start: int = 0) -> TcpPackets:
    """A batch whose sequence numbers go on from one."""
    made = TcpPackets(source, OURS, THEIRS)
    numbers = np.arange(BATCH, dtype=np.uint32)
    addresses = np.stack([numbers] * 4, axis=1) if ":" in source else numbers
    sequences = np.arange(start, start + BATCH, dtype=np.uint32)
    assert made.fill(addresses, np.full(BATCH, 80, np.uint32), np.uint32(4_000), sequences) == BATCH
    return made


def frames_of(packets: TcpPackets, rows: slice) -> list[bytes]:
    return [row[ETHERNET : IP + packets.length].tobytes() for row in packets.rows[rows]]


@pytest.fixture(params=[IPV4, IPV6], ids=["IPv4", "IPv6"])
def version(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def heard(site: Lab, version: int) -> Iterator[Heard]:
    """Everything that has come to the other end since the last call."""
    with Namespace(site.site).inside():
        sock = packet_socket(socket.SOCK_RAW, version, site.interface)

    def read() -> list[bytes]:
        found: list[bytes] = []
        while True:
            try:
                frame = sock.recv(2_000)
            except BlockingIOError:
                return found
            if frame.startswith(THEIRS):  # the kernel asks for neighbours meanwhile
                found.append(frame)

    with sock:
        yield read


@pytest.fixture(params=[True, False], ids=["sendmmsg", "sendmsg"])
def sender(
    request: pytest.FixtureRequest, site: Lab, version: int, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[EthernetSender, TcpPackets]]:
    """Whichever call a sandbox leaves."""
    monkeypatch.setattr(sending, "has_sendmmsg", lambda: request.param)
    packets = packets_of("10.99.0.1" if version == IPV4 else "fd99::1")
    with Namespace(site.scanner).inside():
        made = EthernetSender(site.interface, packets.rows, packets.length)
    yield made, packets
    made.close()


def send_all(sender: EthernetSender, first: int, count: int) -> None:
    """Hand rows over, also where one call takes no more than some of them."""
    done = 0
    while done < count:
        sent, error = sender.send(first + done, count - done)
        assert sent
        assert error == 0
        done += sent


def test_each_row_leaves_once_and_in_order(sender: tuple[EthernetSender, TcpPackets], heard: Heard) -> None:
    made, packets = sender
    for first, count in ((0, 1_000), (1_000, 3_000), (0, BATCH), (5, 1), (0, BATCH)):
        send_all(made, first, count)
        assert heard() == frames_of(packets, slice(first, first + count))


def test_what_the_kernel_does_not_take_is_told(
    site: Lab, sender: tuple[EthernetSender, TcpPackets], heard: Heard
) -> None:
    made, packets = sender
    assert made.send(0, 10) == (10, 0)
    heard()
    site.run(["ip", "link", "set", site.interface, "down"])
    assert made.send(10, 100) == (0, errno.ENETDOWN)
    site.run(["ip", "link", "set", site.interface, "up"])
    assert made.send(200, 5) == (5, 0)
    assert heard() == frames_of(packets, slice(200, 205))


def test_what_the_kernel_routes_leaves_too_where_sendmmsg_may_not_be_called(
    site: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    packets = packets_of("10.99.0.1")
    with Namespace(site.scanner).inside():
        monkeypatch.setattr(sending, "_libc", SimpleNamespace(sendmmsg=lambda *_: -1, sendmsg=sending._libc.sendmsg))
        sending.has_sendmmsg.cache_clear()
        try:
            sender = RawSender(packets.rows, packets.length, 4)
        finally:
            sending.has_sendmmsg.cache_clear()
        sender.address(np.full(BATCH, int(IPv4Address("127.0.0.1")), np.uint32))
        assert sender.send(0, 100) == (100, 0)
    sender.close()
