"""What the net room costs on loopback: CPU time for each port, conversation and inquiry, and how even the pace is.

All happens in a network namespace of its own. The peers run in a second process, but on loopback the kernel's work
for both ends of a connection is charged to the sender.

Run as root, with iproute2 and nftables: python benchmarks/net.py
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import multiprocessing
import resource
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from camscan.net.base import HttpRequest, Inquiry  # noqa: E402  the checkout is put on the path first
from camscan.net.live import LiveNet  # noqa: E402
from camscan.net.pacing.profile import Profile  # noqa: E402
from camscan.net.scope import Scope  # noqa: E402
from camscan.records import Outcome  # noqa: E402
from camscan.targets import parse  # noqa: E402

NETWORK = parse(["127.88.0.0/16"], whole_networks=True)
ADDRESSES = [f"127.88.{third}.{last}" for third in range(40) for last in range(1, 251)]
UNHURRIED = Profile("unhurried", rate=10**7, host_rate=10**7, half_open=16_384)
PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"x" * 1_000
GET = b"GET / HTTP/1.1\r\nHost: camera\r\n\r\n"
CLOSED, DROPPED = 9, 7
AT_ONCE = 4_000
_CLONE_NEWNET = 0x40000000

Work = Callable[[LiveNet, str], Awaitable[Outcome]]


def main() -> None:
    enter_namespace()
    with peers() as (web, mute):
        asyncio.run(measure(web, mute))
    asyncio.run(evenness())


async def measure(web: int, mute: int) -> None:
    async def refused(net: LiveNet, address: str) -> Outcome:
        return (await net.try_port(address, CLOSED)).outcome

    async def opened(net: LiveNet, address: str) -> Outcome:
        return (await net.try_port(address, web)).outcome

    async def silent(net: LiveNet, address: str) -> Outcome:
        return (await net.try_port(address, DROPPED)).outcome

    async def conversed(net: LiveNet, address: str) -> Outcome:
        return (await net.converse(address, web, [GET], lambda data: len(data) >= len(PAGE))).outcome

    async def browsed(net: LiveNet, address: str) -> Outcome:
        async with net.browse(address, web) as browser:
            return (await browser.fetch(HttpRequest("/"))).outcome

    async def asked(net: LiveNet, address: str) -> Outcome:
        return (await net.ask(address, Inquiry(mute, [[b"who?"], [b"who?"]], 0.5, pause=0.5))).outcome

    async def asked_closed(net: LiveNet, address: str) -> Outcome:
        return (await net.ask(address, Inquiry(CLOSED, [[b"who?"]], 0.5))).outcome

    await show("refused port", refused, Outcome.REFUSED)
    await show("try an open port", opened, Outcome.ANSWERED)
    await show("silent port", silent, Outcome.SILENT)
    await show("conversation", conversed, Outcome.ANSWERED, addresses=ADDRESSES[:3_000])
    await show("page by aiohttp", browsed, Outcome.ANSWERED, addresses=ADDRESSES[:2_000])
    await show("inquiry of two datagrams, silent", asked, Outcome.SILENT)
    await show("inquiry of one datagram, refused", asked_closed, Outcome.REFUSED)


async def show(what: str, work: Work, expected: Outcome, *, addresses: Iterable[str] = ADDRESSES) -> None:
    left, wrong, done = iter(addresses), 0, 0

    async def lane() -> None:
        nonlocal wrong, done
        for address in left:
            async with net.attend(address):
                wrong += await work(net, address) is not expected
            done += 1

    async with LiveNet(Scope(NETWORK), UNHURRIED) as net:
        wall, cpu = time.perf_counter(), time.process_time()
        await asyncio.gather(*(lane() for _ in range(AT_ONCE)))
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    lost = f", {wrong} wrong" if wrong else ""
    print(f"{what:<34}{cpu / done * 1e6:7.1f} us CPU  {done / wall:9,.0f}/s  {memory} MiB{lost}")


async def evenness() -> None:
    """The pace as a receiver sees it: the most datagrams in any second, and in any 10 ms."""
    for rate in (200, 1_000, 10_000):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            times: list[float] = []
            async with LiveNet(Scope(NETWORK), Profile("paced", rate=rate, host_rate=10**7)) as net:
                await asyncio.gather(*(_stream(net, sender, times) for _ in range(20)))
        most, burst = _most(times, 1.0), _most(times, 0.01)
        average = len(times) / (times[-1] - times[0])
        print(f"pace {rate:>6,}/s: {average:9,.1f}/s on average, at most {most} a second and {burst} in 10 ms")


async def _stream(net: LiveNet, sender: socket.socket, times: list[float]) -> None:
    def send() -> None:
        times.append(time.perf_counter())
        sender.sendto(b"x", ("127.88.0.1", CLOSED))

    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(3):
            while True:
                await net._dialer.datagram("127.88.0.1", CLOSED, send, 1, new_flow=False)  # noqa: SLF001


def _most(times: list[float], seconds: float) -> int:
    most = first = 0
    for index, at in enumerate(times):
        while times[first] <= at - seconds:
            first += 1
        most = max(most, index - first + 1)
    return most


@contextlib.contextmanager
def peers() -> Iterator[tuple[int, int]]:
    """A web server and a mute UDP port on every address, in a process of their own; their ports."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        process.kill()
        process.join()


def _serve(pipe: Connection) -> None:
    async def serve() -> None:
        async with _web() as web:
            mute = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            mute.bind(("", 0))
            pipe.send((web, mute.getsockname()[1]))
            await asyncio.sleep(3_600)

    asyncio.run(serve())


@contextlib.asynccontextmanager
async def _web() -> AsyncIterator[int]:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(PAGE)
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "0.0.0.0", 0, backlog=4_096)  # noqa: S104
    async with server:
        yield server.sockets[0].getsockname()[1]


def enter_namespace() -> None:
    """Move this process into a new network namespace where port `DROPPED` never answers."""
    if ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWNET):
        sys.exit("this benchmark makes a network namespace: run it as root")
    rules = f"table ip t {{ chain in {{ type filter hook input priority 0; tcp dport {DROPPED} drop; }}; }}"
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["nft", rules], check=True)


if __name__ == "__main__":
    main()
