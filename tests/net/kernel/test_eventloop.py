from __future__ import annotations

import asyncio
import errno
import os
import select
import selectors
import socket
import time
from collections.abc import Iterator

import pytest

from camscan.net.kernel import eventloop
from camscan.net.kernel.eventloop import WideSelector


class Full:
    """An epoll that has no room, or that does not let go, while `error` says so."""

    def __init__(self, epoll: select.epoll) -> None:
        self.epoll = epoll
        self.error = 0

    def _refuse(self) -> None:
        if self.error:
            raise OSError(self.error, os.strerror(self.error))

    def register(self, number: int, events: int) -> None:
        self._refuse()
        self.epoll.register(number, events)

    def modify(self, number: int, events: int) -> None:
        self._refuse()
        self.epoll.modify(number, events)

    def unregister(self, number: int) -> None:
        self._refuse()
        self.epoll.unregister(number)

    def poll(self, timeout: float, most: int) -> list[tuple[int, int]]:
        return self.epoll.poll(timeout, most)

    def close(self) -> None:
        self.epoll.close()


@pytest.fixture
def selector() -> Iterator[WideSelector]:
    made = WideSelector()
    made._selector = Full(made._selector)  # type: ignore[attr-defined]
    yield made
    made.close()


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    one, other = socket.socketpair()
    yield one, other
    one.close()
    other.close()


def fill(selector: WideSelector, error: int = errno.ENOSPC) -> None:
    selector._selector.error = error  # type: ignore[attr-defined]


READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.ENOMEM])
def test_what_does_not_fit_is_seen_nevertheless(
    selector: WideSelector, ends: tuple[socket.socket, socket.socket], error: int
) -> None:
    one, other = ends
    fill(selector, error)
    key = selector.register(one, READ, "data")
    fill(selector, 0)
    selector.register(other, READ)
    assert selector.get_key(one) == key
    assert {one.fileno(), other.fileno()} == set(selector.get_map())
    assert selector.select(0.01) == []
    other.send(b"x")
    assert selector.select(None) == [(key, READ)]
    assert selector.modify(one, READ | WRITE, "more").data == "more"
    assert [(found.data, events) for found, events in selector.select(0)] == [("more", READ | WRITE)]
    selector.unregister(one)
    assert selector.select(0) == []
    assert set(selector.get_map()) == {other.fileno()}
    with pytest.raises(KeyError):
        selector.get_key(one)


def test_what_cannot_be_changed_is_seen_nevertheless(
    selector: WideSelector, ends: tuple[socket.socket, socket.socket]
) -> None:
    one, other = ends
    selector.register(one, READ)
    fill(selector)
    key = selector.modify(one, WRITE, "data")
    assert selector.select(1) == [(key, WRITE)]
    other.send(b"x")
    assert selector.select(1) == [(key, WRITE)], "what epoll was told before counts no more"


def test_what_was_not_let_go_of_can_be_watched_again(
    selector: WideSelector, ends: tuple[socket.socket, socket.socket]
) -> None:
    one, other = ends
    selector.register(one, READ)
    fill(selector)
    selector.unregister(one)
    fill(selector, 0)
    other.send(b"x")
    assert selector.select(0) == []
    key = selector.register(one, READ, "again")
    assert selector.select(1) == [(key, READ)]


def test_what_cannot_be_watched_at_all_is_an_error_as_ever(selector: WideSelector) -> None:
    with pytest.raises(OSError, match="descriptor"):
        selector.register(1_000_000, READ)


def test_connections_are_read_in_full_while_epoll_has_no_room() -> None:
    """asyncio's own transports watch their sockets unseen, and could only log that they do not."""
    logged: list[dict[str, object]] = []

    async def talk() -> int:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: logged.append(context))
        selector = loop._selector  # type: ignore[attr-defined]
        assert isinstance(selector, WideSelector)
        selector._selector = Full(selector._selector)  # type: ignore[attr-defined]
        one, other = socket.socketpair()
        fill(selector)
        reader, writer = await asyncio.open_connection(sock=one, limit=1_000)  # which pauses over and over
        _, sending = await asyncio.open_connection(sock=other)
        sending.write(bytes(1_000_000))
        sending.write_eof()
        read = 0
        while data := await asyncio.wait_for(reader.read(10_000), 10):
            read += len(data)
        for each in (writer, sending):
            each.close()
            await each.wait_closed()
        return read

    assert eventloop.run(talk()) == 1_000_000
    assert logged == []


def test_a_thread_that_could_not_wake_the_loop_is_heard_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the kernel has no memory for the byte, which asyncio takes in silence."""

    async def work() -> float:
        loop = asyncio.get_running_loop()
        with monkeypatch.context() as patch:
            patch.setattr(loop, "_write_to_self", lambda: None)
            async with asyncio.timeout(20):
                await asyncio.to_thread(time.sleep, 0.1)
        return loop.time()

    started = time.monotonic()
    assert eventloop.run(work()) - started < 10


def test_its_clock_stands_still_while_the_process_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """As after Ctrl-Z and fg: what waits for a peer has all the time left that it had before."""
    monkeypatch.setattr(eventloop, "_LONGEST_ROUND", 0.1)

    async def work() -> float:
        loop = asyncio.get_running_loop()
        began = loop.time()
        async with asyncio.timeout(1.0):
            time.sleep(1.5)  # noqa: ASYNC251 - the whole loop is to stand still
            await asyncio.sleep(0.05)
        return loop.time() - began

    assert eventloop.run(work()) < 1.0
