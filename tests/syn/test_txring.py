from __future__ import annotations

import errno
import socket
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from support.lab import Lab, lab
from support.namespaces import Namespace

from camscan.l2.lines import RefusalError
from camscan.l2.sockets import packet_socket
from camscan.syn import sending
from camscan.syn.packets import BATCH, ETHERNET, IP, IPV4, IPV6, TcpPackets
from camscan.syn.sending import EthernetSender, RawSender
from camscan.syn.txring import RingSender, ethernet_sender

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


def test_each_row_leaves_once_and_in_order_also_over_the_end_of_the_ring(site: Lab, heard: Heard, version: int) -> None:
    source = "10.99.0.1" if version == IPV4 else "fd99::1"
    packets = packets_of(source)
    with Namespace(site.scanner).inside():
        sender = RingSender(site.interface, packets.rows, packets.length)
    for first, count in ((0, 3_000), (1_000, 3_000), (0, BATCH), (5, 1), (0, BATCH)):
        assert sender.send(first, count) == (count, 0)
        assert heard() == frames_of(packets, slice(first, first + count))
    sender.close()


def test_what_the_kernel_does_not_take_is_taken_back(site: Lab, heard: Heard, version: int) -> None:
    source = "10.99.0.1" if version == IPV4 else "fd99::1"
    packets = packets_of(source)
    with Namespace(site.scanner).inside():
        sender = RingSender(site.interface, packets.rows, packets.length)
    assert sender.send(0, 10) == (10, 0)
    heard()
    site.run(["ip", "link", "set", site.interface, "down"])
    assert sender.send(10, 100) == (0, errno.ENETDOWN)
    site.run(["ip", "link", "set", site.interface, "up"])
    assert sender.send(200, 5) == (5, 0)
    assert heard() == frames_of(packets, slice(200, 205))
    sender.close()


def test_the_ring_serves_where_sendmmsg_may_not_be_called(site: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    packets = packets_of("10.99.0.1")
    with Namespace(site.scanner).inside():
        senders = [ethernet_sender(site.interface, packets.rows, packets.length)]
        monkeypatch.setattr(sending, "_libc", type("Refusing", (), {"sendmmsg": lambda *_: -1}))
        sending.has_sendmmsg.cache_clear()
        try:
            senders.append(ethernet_sender(site.interface, packets.rows, packets.length))
            with pytest.raises(RefusalError, match=r"sendmmsg\(2\) is refused here.*use --sweep connect"):
                RawSender(packets.rows, packets.length, 4)
        finally:
            sending.has_sendmmsg.cache_clear()
    assert [type(one) for one in senders] == [EthernetSender, RingSender]
    for sender in senders:
        sender.close()
