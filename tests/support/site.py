"""Simulated sites for tests: a network of one's own, personas made on the spot, and clients that speak in bytes."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import ssl
from typing import Any

from camscan.simulator import Persona, make_site
from camscan.simulator.site import Site
from camscan.simulator.template import Filler

PATIENCE = 30.0
"""How many seconds to wait for what comes in a moment, where the host is busy with something else."""
GET = b"GET / HTTP/1.1\r\nHost: device\r\nConnection: close\r\n\r\n"


def free_network() -> str:
    """A loopback /24 that tests in other processes do not use."""
    number = os.getpid()
    return f"127.{100 + number // 256 % 100}.{number % 256}.0/24"


def persona(**parts: Any) -> Persona:
    """A persona of which a test says only what matters to it."""
    given = {"name": "device", "truth": {"maker": None, "kind": "other"}, "mac": "02:00:00:00:00:01", **parts}
    return Persona.model_validate(given)


def site_of(*personas: Persona) -> Site:
    """A site of these personas on a network of its own."""
    return make_site(personas, free_network())


def filler(of: Persona, address: str = "127.77.0.9") -> Filler:
    """What fills a persona's texts, outside any site and with every port where it belongs."""
    return Filler(of, address, {})


def client_context() -> ssl.SSLContext:
    """A TLS client that talks to anybody."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


async def talk(
    address: str,
    port: int,
    request: bytes = GET,
    *,
    tls: bool = False,
    limit: int = 100_000,
    until: bytes = b"",
    seconds: float = PATIENCE,
) -> bytes:
    """What comes until the peer ends, `limit` bytes or those of `until` are there, or the time is over.

    Where something is to come, only the first three are an end: a shorter time is for silence.
    """
    reader, writer = await asyncio.open_connection(address, port, ssl=client_context() if tls else None)
    received = b""
    try:
        writer.write(request)
        with contextlib.suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(seconds):
                while len(received) < limit and (piece := await reader.read(limit - len(received))):
                    received += piece
                    if until and until in received:
                        break
    finally:
        writer.transport.abort()
    await asyncio.sleep(0)
    return received


async def ask(address: str, port: int, question: bytes, count: int = 0, *, local_port: int = 0) -> list[bytes]:
    """The datagrams that answer a question: so many are waited for, and a moment for more than these."""
    loop = asyncio.get_running_loop()
    answers: list[bytes] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)
        sock.bind(("127.0.0.1", local_port))
        await loop.sock_sendto(sock, question, (address, port))
        with contextlib.suppress(TimeoutError):
            while True:
                async with asyncio.timeout(PATIENCE if len(answers) < count else 0.15):
                    answers.append(await loop.sock_recv(sock, 65_535))
    return answers
