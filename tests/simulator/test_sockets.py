from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
import time
from collections.abc import Callable
from unittest.mock import Mock

import pytest
from support.peers import eventually
from support.site import free_network

from camscan.errors import HostError
from camscan.simulator import sockets

HERE = free_network().replace(".0/24", ".200")


def test_the_true_port_where_it_is_to_be_had() -> None:
    with sockets.tcp_or_shifted(HERE, 8000) as sock:
        assert sock.getsockname() == (HERE, 8000)


def test_a_reserved_port_is_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    bind = sockets.tcp

    def reserved(address: str, port: int) -> socket.socket:
        if port < 1024:
            raise PermissionError
        return bind(address, port)

    monkeypatch.setattr(sockets, "tcp", reserved)
    with sockets.tcp_or_shifted(HERE, 554) as sock:
        assert sock.getsockname() == (HERE, 8554)


@pytest.mark.privileged_ports
def test_a_reserved_port_that_is_taken_is_moved() -> None:
    with sockets.tcp(HERE, 555), sockets.tcp_or_shifted(HERE, 555) as sock:
        assert sock.getsockname() == (HERE, 8555)


def test_another_port_that_is_taken_is_not_moved() -> None:
    with sockets.tcp(HERE, 8001), pytest.raises(OSError, match="in use"):
        sockets.tcp_or_shifted(HERE, 8001)


def test_udp_shares_a_port_with_a_listener_on_all_addresses() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as everywhere:
        everywhere.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        everywhere.bind(("", 37020))
        with sockets.udp(HERE, 37020) as sock:
            assert sock.getsockname() == (HERE, 37020)


def test_a_name_is_locked_once_at_a_time() -> None:
    for _ in range(2):
        with sockets.lock("test"), pytest.raises(HostError, match="test is running already: stop it first"):
            sockets.lock("test")


def test_an_address_of_somebody_else_is_refused_with_a_remedy() -> None:
    sockets.check(HERE)
    with pytest.raises(
        HostError, match=r"192\.0\.2\.1 cannot be used .* add this address to an interface of this host"
    ):
        sockets.check("192.0.2.1")


async def connected(address: str, port: int, *, within: float = 20) -> bool | None:
    """Whether a connection is made, refused (False), or unanswered within these seconds (None)."""
    with socket.socket() as sock:
        sock.setblocking(False)
        try:
            async with asyncio.timeout(within):
                await asyncio.get_running_loop().sock_connect(sock, (address, port))
        except TimeoutError:
            return None
        except ConnectionRefusedError:
            return False
        return True


async def test_a_listener_accepts_then_falls_silent_then_refuses() -> None:
    accepted: list[socket.socket] = []
    with contextlib.ExitStack() as stack:
        listener = sockets.Listener(sockets.tcp(HERE, 8002), lambda sock: accepted.append(stack.enter_context(sock)))
        assert await connected(HERE, 8002) is True
        await eventually(lambda: len(accepted) == 1)
        listener.fall_silent()
        assert await connected(HERE, 8002, within=0.3) is None
        listener.close()
        assert await connected(HERE, 8002) is False
        assert len(accepted) == 1


async def test_a_listener_without_a_descriptor_left_waits_and_then_accepts(monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[float] = []
    accepted: list[socket.socket] = []
    real = socket.socket.accept

    def accept(sock: socket.socket) -> tuple[socket.socket, object]:
        tries.append(time.monotonic())
        if len(tries) == 1:
            raise OSError(errno.EMFILE, "Too many open files")
        return real(sock)

    monkeypatch.setattr(sockets, "RETRY", 0.1)
    monkeypatch.setattr(socket.socket, "accept", accept)
    with contextlib.ExitStack() as stack:
        listener = sockets.Listener(sockets.tcp(HERE, 8003), lambda sock: accepted.append(stack.enter_context(sock)))
        stack.callback(listener.close)
        assert await connected(HERE, 8003) is True
        await eventually(lambda: bool(accepted))
        assert tries[1] - tries[0] > 0.09


@pytest.mark.parametrize("end", [sockets.Listener.close, sockets.Listener.fall_silent])
async def test_a_listener_that_waits_for_a_descriptor_can_end(
    end: Callable[[sockets.Listener], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "RETRY", 0.01)
    monkeypatch.setattr(socket.socket, "accept", Mock(side_effect=OSError(errno.ENFILE, "")))
    faults: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, fault: faults.append(fault))
    listener = sockets.Listener(sockets.tcp(HERE, 8004), lambda _: None)
    await connected(HERE, 8004)
    await asyncio.sleep(0)
    end(listener)
    await asyncio.sleep(0.05)
    listener.close()
    assert faults == []
