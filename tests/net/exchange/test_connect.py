from __future__ import annotations

import asyncio
import errno
import select
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from support.namespaces import Namespace, cable
from support.peers import Deaf, descriptors, eventually

from camscan.net.exchange.connect import Attempt, Connector
from camscan.net.exchange.tcp import TcpSocket
from camscan.system.icmperrors import RECVERR, REJECTED

TIMEOUT = 1.5


@pytest.fixture
def connector() -> Iterator[Connector]:
    made = Connector(TIMEOUT)
    yield made
    made._epoll.close()


@pytest.fixture
def listeners() -> Iterator[list[tuple[str, int]]]:
    """40 listening addresses."""
    socks = []
    for last in range(1, 41):
        sock = socket.socket()
        sock.bind((f"127.88.1.{last}", 0))
        sock.listen(4_096)
        socks.append(sock)
    yield [sock.getsockname() for sock in socks]
    for sock in socks:
        sock.close()


@pytest.fixture
def deaf() -> Iterator[tuple[str, int]]:
    with Deaf("127.88.2.1") as where:
        yield where


async def attempt(connector: Connector, address: str, port: int) -> int:
    """Connect and close again; what came of it, as an errno."""
    sock = TcpSocket(address)
    try:
        return await connector.connect(sock, address, port, lambda _: None)
    except OSError as error:
        return -(error.errno or 0)
    finally:
        sock.close()


@pytest.mark.usefixtures("held_up")
async def test_no_host_is_lost_under_load(connector: Connector, listeners: list[tuple[str, int]]) -> None:
    """4,000 connects, 2,000 at a time, and a callback that blocks the loop for most of an attempt's time."""
    at_once = asyncio.Semaphore(2_000)
    begun = 0

    async def connected(number: int) -> int:
        nonlocal begun
        async with at_once:
            begun += 1
            return await attempt(connector, *listeners[number % len(listeners)])

    tasks = [asyncio.create_task(connected(number)) for number in range(4_000)]
    await eventually(lambda: begun >= 1_500, 30)
    time.sleep(1.2)  # noqa: ASYNC251 - the blockage is the point
    assert Counter(await asyncio.gather(*tasks)) == {0: 4_000}


@pytest.mark.usefixtures("held_up")
async def test_a_blockage_longer_than_the_timeout_loses_nobody_who_had_answered(
    listeners: list[tuple[str, int]],
) -> None:
    quick = Connector(0.1)
    tasks = [asyncio.create_task(attempt(quick, *where)) for where in listeners]
    await asyncio.sleep(0)
    time.sleep(0.3)  # noqa: ASYNC251 - the blockage is the point
    assert set(await asyncio.gather(*tasks)) == {0}
    quick.close()


@pytest.mark.usefixtures("held_up")
async def test_what_is_ready_is_read_before_anything_is_expired(listeners: list[tuple[str, int]]) -> None:
    connector = Connector(0.05)
    tasks = [asyncio.create_task(attempt(connector, *where)) for where in listeners]
    await asyncio.sleep(0)
    time.sleep(0.1)  # noqa: ASYNC251 - all have connected, and nobody has looked
    connector._tick()
    assert set(await asyncio.gather(*tasks)) == {0}
    connector.close()


async def test_each_deadline_starts_at_its_own_connect(deaf: tuple[str, int]) -> None:
    connector, loop = Connector(0.4), asyncio.get_running_loop()

    async def timed(delay: float) -> tuple[int, float]:
        await asyncio.sleep(delay)
        start = loop.time()
        return await attempt(connector, *deaf), loop.time() - start

    for number, seconds in await asyncio.gather(*(timed(n * 0.05) for n in range(8))):
        assert number == errno.ETIMEDOUT
        assert 0.4 <= seconds < 2
    connector.close()


async def test_one_given_up_because_of_another_in_the_same_batch(listeners: list[tuple[str, int]]) -> None:
    connector = Connector(TIMEOUT)
    socks = [TcpSocket(address) for address, _ in listeners[:2]]
    attempts: list[Attempt] = []
    told: list[int] = []

    def first(number: int) -> None:
        told.append(number)
        for attempt in attempts:
            connector.forget(attempt)

    for sock, where in zip(socks, listeners, strict=False):
        attempts.append(connector.start(sock, *where, first, lambda _: None))
    time.sleep(0.05)  # noqa: ASYNC251 - both have connected, and nobody has looked
    connector._tick()
    await asyncio.sleep(0.05)
    assert told == [0]
    for sock in socks:
        sock.close()
    connector.close()


async def test_a_connect_of_which_the_kernel_cannot_say_how_it_ended_harms_no_other(
    deaf: tuple[str, int], listeners: list[tuple[str, int]]
) -> None:
    connector = Connector(0.3)

    class Mute(TcpSocket):
        def getsockopt(self, level: int, name: int, size: int = 0) -> Any:
            if name == socket.SO_ERROR:
                raise OSError(errno.ENOBUFS, "no buffer")
            return super().getsockopt(level, name, size) if size else super().getsockopt(level, name)

    mute = Mute("127.0.0.1")
    ended, silent = await asyncio.gather(
        connector.connect(mute, *listeners[0], lambda _: None), attempt(connector, *deaf), return_exceptions=True
    )
    mute.close()
    connector.close()
    assert (ended, silent) == (errno.ENOBUFS, errno.ETIMEDOUT)


async def test_one_that_the_kernel_does_not_let_go_of_holds_up_no_other(listeners: list[tuple[str, int]]) -> None:
    """It is told of for as long as it is watched, and its socket is held open here."""
    connector = Connector(TIMEOUT)
    refused: list[int] = []

    class Clinging:
        def __init__(self, epoll: select.epoll) -> None:
            self.poll, self.register, self.fileno, self.close = epoll.poll, epoll.register, epoll.fileno, epoll.close
            self.closed, self._unregister = False, epoll.unregister

        def unregister(self, number: int) -> None:
            if number == sock.fileno() and len(refused) < 3:
                refused.append(number)
                raise OSError(errno.ENOSPC, "no space")
            self._unregister(number)

    sock = TcpSocket("127.0.0.1")
    connector._epoll = Clinging(connector._epoll)  # type: ignore[assignment]
    assert await connector.connect(sock, *listeners[0], lambda _: None) == 0
    assert [await attempt(connector, *where) for where in listeners] == [0] * len(listeners)
    assert refused == [sock.fileno()] * 3
    sock.close()
    connector.close()


async def test_what_only_an_icmp_error_has_woken_is_not_connected(
    connector: Connector, deaf: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel says of it a moment later how it has ended."""
    running = asyncio.create_task(attempt(connector, *deaf))
    await eventually(lambda: bool(connector._attempts), 10)

    class Woken:
        def poll(self, *_: object) -> list[tuple[int, int]]:
            return [(number, select.EPOLLERR) for number in connector._attempts]

    with monkeypatch.context() as patched:
        patched.setattr(connector, "_epoll", Woken())
        connector._read_ready()
    assert await running == errno.ETIMEDOUT


async def test_refused(connector: Connector) -> None:
    assert await attempt(connector, "127.88.3.1", 9) == errno.ECONNREFUSED
    assert await attempt(connector, "::1", 9) == errno.ECONNREFUSED


async def test_ipv6(connector: Connector) -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as server:
        assert await attempt(connector, "::1", server.getsockname()[1]) == 0


async def test_an_ipv6_socket_does_not_reach_ipv4(connector: Connector, listeners: list[tuple[str, int]]) -> None:
    address, port = listeners[0]
    assert await attempt(connector, f"::ffff:{address}", port) == -errno.ENETUNREACH


async def test_cancelled_attempts_leave_no_descriptor(connector: Connector, deaf: tuple[str, int]) -> None:
    await attempt(connector, "127.88.3.1", 9)
    before = descriptors()
    tasks = [asyncio.create_task(attempt(connector, *deaf)) for _ in range(50)]
    await asyncio.sleep(0.05)
    assert descriptors() == before + 50
    for task in tasks:
        task.cancel()
    done = await asyncio.gather(*tasks, return_exceptions=True)
    assert {type(result) for result in done} == {asyncio.CancelledError}
    assert descriptors() == before
    assert not connector._attempts
    assert await attempt(connector, "127.88.3.1", 9) == errno.ECONNREFUSED  # on a descriptor that was used before


async def test_closing_cancels_what_is_under_way(deaf: tuple[str, int]) -> None:
    before = descriptors()
    connector = Connector(TIMEOUT)
    task = asyncio.create_task(attempt(connector, *deaf))
    await asyncio.sleep(0.05)
    connector.close()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert descriptors() == before


async def test_closing_an_unused_one() -> None:
    before = descriptors()
    Connector(TIMEOUT).close()
    assert descriptors() == before


@pytest.mark.netns
async def test_what_this_host_does_not_let_out(connector: Connector, new_namespace: Callable[[], Namespace]) -> None:
    here = new_namespace()
    for kind in ("prohibit", "unreachable", "blackhole"):
        here.ip(f"route add {kind} 10.66.{len(kind)}.0/24")
    with here.inside():
        got = {
            kind: await attempt(connector, f"10.66.{len(kind)}.1", 80)
            for kind in ("prohibit", "unreachable", "blackhole")
        }
        no_route = await attempt(connector, "10.77.0.1", 80)
    assert got == {"prohibit": -errno.EACCES, "unreachable": -errno.EHOSTUNREACH, "blackhole": -errno.EINVAL}
    assert no_route == -errno.ENETUNREACH


@pytest.mark.netns
async def test_what_the_network_answers(new_namespace: Callable[[], Namespace]) -> None:
    connector = Connector(0.3)
    here, there = new_namespace(), new_namespace()
    cable(here, there, "v0", ("10.66.0.1/24", "10.66.0.2/24"))
    here.ip("route add default via 10.66.0.2")
    there.ip("route add blackhole 10.67.0.0/24")
    there.nft(
        "table ip t { chain in { type filter hook input priority 0; "
        "tcp dport 81 reject with icmp type admin-prohibited; tcp dport 82 reject with icmp type port-unreachable; "
        "tcp dport 83 drop; tcp dport 84 reject with tcp reset; tcp dport 85 reject with icmp host-unreachable; }; }"
    )
    with here.inside():
        socks = [attempt(connector, "10.66.0.2", port) for port in (80, 81, 82, 83, 84, 85)]
        assert await asyncio.gather(*socks) == [
            errno.ECONNREFUSED,
            errno.ECONNREFUSED,
            errno.ECONNREFUSED,
            errno.ETIMEDOUT,
            errno.ECONNREFUSED,
            errno.EHOSTUNREACH,
        ]
    connector.close()


@pytest.mark.netns
async def test_a_firewall_that_rejects_is_not_the_host_behind_it(new_namespace: Callable[[], Namespace]) -> None:
    """The kernel gives the errno of a closed port for it, which would be a sign of life at every address."""
    connector = Connector(0.3)
    here, there = new_namespace(), new_namespace()
    cable(here, there, "v0", ("10.66.0.1/24", "10.66.0.2/24"))
    for side, address in ((here, "fd66::1/64"), (there, "fd66::2/64")):
        side.ip(f"addr add {address} dev v0 nodad")
    here.ip("route add default via 10.66.0.2")
    here.ip("-6 route add default via fd66::2")
    there.nft(
        "table inet t { chain on_the_way { type filter hook prerouting priority 0; ip6 daddr fd67::/64 reject; "
        "ip daddr 10.67.0.0/24 tcp dport != 82 reject; ip daddr 10.67.0.0/24 reject with icmp host-prohibited; }; }"
    )
    with here.inside():
        asked = [("10.67.0.5", 80), ("10.67.0.6", 81), ("10.67.0.7", 82), ("fd67::5", 80), ("fd66::2", 80)]
        got = await asyncio.gather(*(attempt(connector, *each) for each in asked))
    assert got == [REJECTED] * 4 + [errno.ECONNREFUSED]
    connector.close()


async def test_what_is_open_is_not_broken_off_by_errors_on_the_way(connector: Connector) -> None:
    """While it is being opened, the kernel is to keep them, with whom they came from."""
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as server, TcpSocket("::1") as sock:
        assert sock.getsockopt(*RECVERR[socket.AF_INET6]) == 1
        assert await connector.connect(sock, "::1", server.getsockname()[1], lambda _: None) == 0
        assert sock.getsockopt(*RECVERR[socket.AF_INET6]) == 0


async def test_that_the_kernel_will_send_again_is_said_before_it_does(connector: Connector) -> None:
    """Else others would be let out in its place."""
    said: list[float] = []
    socks = [TcpSocket("127.0.0.1") for _ in range(3)]
    now = asyncio.get_running_loop().time()
    for sock, age in zip(socks, (1.0, 0.985, 0.95), strict=True):
        tell = partial(_append, said, age)
        connector._unsent.append(Attempt(sock, sock.fileno(), now - age, lambda _: None, tell))
    connector._tick()
    for sock in socks:
        sock.close()
    assert said == [1.0, 0.985]


def _append(said: list[float], age: float, _: TcpSocket) -> None:
    said.append(age)
