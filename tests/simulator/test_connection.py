from __future__ import annotations

import asyncio
import socket

import pytest
from support.site import filler, persona

from camscan.simulator.connection import ClientConnection
from camscan.simulator.counters import Counters


@pytest.fixture
def pair() -> tuple[socket.socket, socket.socket]:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.settimeout(30)
    return ours, theirs


def connection() -> ClientConnection:
    return ClientConnection(80, filler(persona()), Counters())


async def test_head_and_body_are_read_and_counted(pair: tuple[socket.socket, socket.socket]) -> None:
    mine = connection()
    await mine.open(pair[0], None)
    with pair[1] as client:
        client.sendall(b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcREST")
        head = await mine.head()
        assert head == b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\n"
        assert await mine.body(head) == b"abc"
        assert mine.counters.payload == {80: 45}
        await mine.send(b"answer")
        await mine.close()
        assert client.recv(100) == b"answer"
        assert client.recv(100) == b""


async def test_a_head_without_length_has_no_body(pair: tuple[socket.socket, socket.socket]) -> None:
    mine = connection()
    await mine.open(pair[0], None)
    assert await mine.body(b"GET / HTTP/1.1\r\n\r\n") == b""
    mine.abort()
    pair[1].close()


async def test_a_client_that_left_ends_the_talk(pair: tuple[socket.socket, socket.socket]) -> None:
    mine = connection()
    await mine.open(pair[0], None)
    pair[1].close()
    with pytest.raises(EOFError):
        await mine.head()
    mine.abort()
    with pytest.raises(ConnectionResetError):
        await mine.send(b"to nobody")


async def test_a_reset_is_a_reset() -> None:
    with socket.socket() as server, socket.socket() as client:
        server.bind(("127.0.0.1", 0))
        server.listen()
        client.connect(server.getsockname())
        sock, _ = server.accept()
        sock.setblocking(False)
        mine = connection()
        await mine.open(sock, None)
        mine.reset()
        await asyncio.sleep(0)
        client.settimeout(30)
        with pytest.raises(ConnectionResetError):
            client.recv(1)


async def test_a_client_that_does_not_read_is_not_waited_for(
    pair: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("camscan.simulator.connection._FLUSH", 0.05)
    mine = connection()
    await mine.open(pair[0], None)
    with pair[1], pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await mine.send(bytes(10_000_000))
    await mine.close()
    await asyncio.sleep(0)
