"""Peers on loopback for tests of the net, and what such tests look at."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from camscan.net.dialer import Dialer
from camscan.net.kernel.privilege import descriptor_budget
from camscan.net.live import LiveNet
from camscan.net.pacing.limits import TLS_AT_ONCE
from camscan.net.pacing.profile import NEIGHBOURS, Profile
from camscan.targets import parse

LOOPBACK = parse(["127.88.0.0/16", "::1"], whole_networks=True)
UNHURRIED = Profile("test", rate=1_000_000, host_rate=1_000_000, half_open=16_384)
"""A pace that never holds a test up."""

Reader: TypeAlias = asyncio.StreamReader
Writer: TypeAlias = asyncio.StreamWriter
Script: TypeAlias = Callable[[Reader, Writer], Awaitable[None]]


@dataclass
class Peer:
    """A TCP server under a script, and what it saw."""

    address: str
    port: int = 0
    accepted: int = 0
    open_now: int = 0
    most_open: int = 0

    async def talk(self, script: Script, reader: Reader, writer: Writer) -> None:
        """Follow the script on one connection, however that ends."""
        self.accepted += 1
        self.open_now += 1
        self.most_open = max(self.most_open, self.open_now)
        try:
            await script(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError, asyncio.CancelledError):
            pass
        finally:
            self.open_now -= 1
            writer.transport.abort()


Serve: TypeAlias = Callable[..., Awaitable[Peer]]


@dataclass(frozen=True, slots=True)
class Certificate:
    """A self-signed certificate with a 1,024-bit key, as cheap devices have it, and server contexts that show it."""

    der: bytes
    context: Callable[..., ssl.SSLContext]


class Device:
    """Answers datagrams on one address: `answers` are sent to each question, one after the other.

    `knows` is the only question that it answers; b"" is each. `lossy` is the asker whose buffer is full when the first
    answers come, `lost` to how many questions.
    """

    lossy: LiveNet
    lost = 0
    knows = b""

    def __init__(self, *answers: bytes, address: str = "127.88.0.1", port: int = 0) -> None:
        self.sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.setblocking(False)
        self.sock.bind((address, port))
        self.address, self.port = self.sock.getsockname()[:2]
        self.answers = answers
        self.heard: list[bytes] = []

    def read(self) -> None:
        """Answer the datagram that has come."""
        data, asker = self.sock.recvfrom(2_000)
        self.heard.append(data)
        if len(self.heard) <= self.lost:
            _drown(asker, self.lossy)
        for answer in self.answers if data.startswith(self.knows) else ():
            self.sock.sendto(answer, asker)


def _drown(asker: tuple[str, int], net: LiveNet) -> None:
    """Send datagrams to an asker, from another address, until the kernel has no room for more."""
    dropped = net.dropped
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as storm:
        storm.bind(("127.88.0.99", 0))
        while net.dropped == dropped:
            storm.sendto(b"x", asker)


@dataclass
class Deaf:
    """A listener whose queue is full: the kernel drops every further SYN, as a firewall does."""

    address: str
    socks: list[socket.socket] = field(default_factory=list)

    def __enter__(self) -> tuple[str, int]:
        listener = socket.create_server((self.address, 0), backlog=0)
        self.socks = [listener, socket.socket(), socket.socket()]
        for filler in self.socks[1:]:
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        return listener.getsockname()[0], listener.getsockname()[1]

    def make_room(self) -> None:
        """Let the next SYN in: its own waiting connections, of which each would take the place, end before."""
        listener, *fillers = self.socks
        for filler in fillers:
            filler.close()
        listener.accept()[0].close()

    def __exit__(self, *_: object) -> None:
        for sock in self.socks:
            sock.close()


async def idle(reader: Reader, writer: Writer) -> None:
    """A script: hear everything, say nothing, and end when the asker does."""
    await reader.read()


def end(writer: Writer) -> None:
    """Let the connection end orderly."""
    writer.close()


def end_with_reset(writer: Writer) -> None:
    """Let the connection end with a reset instead of orderly."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def descriptors() -> int:
    """How many files and sockets this process has open."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir()) - 1


async def eventually(true: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait until something is true; a busy host takes its time."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - nobody tells when
            await asyncio.sleep(0.005)


def at_rest(dialer: Dialer) -> bool:
    """Whether every place that the dialer gives out is free."""
    free = (dialer._descriptors, dialer._half_open, dialer._tls, *dialer.gateways.neighbours.values())
    started = (
        descriptor_budget(),
        dialer.profile.most_connecting,
        TLS_AT_ONCE,
        NEIGHBOURS,
        NEIGHBOURS,
    )
    hosts = {(host.slots._value, host.window.turn.locked(), host.window._held) for host in dialer.hosts.limits.values()}
    return tuple(s._value for s in free) == started and hosts <= {(dialer.profile.host_connections, False, 0)}


def most_in_a_second(sends: Sequence[tuple[float, float]]) -> float:
    """The largest sum over any half-open second of what was sent, given as (when, how much) in order."""
    return most_within(sends, 1)


def most_within(sends: Sequence[tuple[float, float]], seconds: float) -> float:
    """The same over any such time."""
    most, total, first = 0.0, 0.0, 0
    for at, count in sends:
        total += count
        while sends[first][0] <= at - seconds:
            total -= sends[first][1]
            first += 1
        most = max(most, total)
    return most
