"""Peers on loopback, and nets that may talk to them and to nobody else."""

from __future__ import annotations

import asyncio
import socket
import ssl
import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from support.namespaces import Namespace
from support.peers import LOOPBACK, UNHURRIED, Certificate, Device, Peer, Reader, Script, Serve, Writer

from camscan.net import budget
from camscan.net.live import LiveNet
from camscan.net.scope import Scope


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Start peers: `await serve(script, address, port, tls=context, inside=namespace)`."""
    servers: list[asyncio.Server] = []
    tasks: set[asyncio.Task[None]] = set()

    async def talk(peer: Peer, script: Script, reader: Reader, writer: Writer) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        await peer.talk(script, reader, writer)
        tasks.discard(task)

    async def start(
        script: Script,
        address: str = "127.88.0.1",
        port: int = 0,
        *,
        tls: ssl.SSLContext | None = None,
        inside: Namespace | None = None,
    ) -> Peer:
        with inside.inside() if inside else nullcontext():
            sock = socket.create_server((address, port), family=socket.AF_INET6 if ":" in address else socket.AF_INET)
        peer = Peer(address, sock.getsockname()[1])
        servers.append(await asyncio.start_server(partial(talk, peer, script), sock=sock, ssl=tls, limit=2**20))
        return peer

    yield start
    for server in servers:
        server.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.sleep(0.01)


@pytest.fixture
async def device() -> AsyncIterator[Callable[..., Device]]:
    made: list[Device] = []

    def start(*answers: bytes, **where: Any) -> Device:
        device = Device(*answers, **where)
        asyncio.get_running_loop().add_reader(device.sock.fileno(), device.read)
        made.append(device)
        return device

    yield start
    for each in made:
        asyncio.get_running_loop().remove_reader(each.sock.fileno())
        each.sock.close()


@pytest.fixture
async def net() -> AsyncIterator[LiveNet]:
    """A net over loopback that nothing holds up."""
    async with LiveNet(Scope(LOOPBACK), UNHURRIED) as live:
        yield live


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short patience, so that tests of it are quick."""
    monkeypatch.setattr(budget, "SILENCE", 0.2)
    monkeypatch.setattr(budget, "TOTAL", 0.5)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """One certificate for all tests."""
    key = rsa.generate_private_key(65537, 1024)  # noqa: S505 - what such devices have
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "IPC")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=9000))
        .not_valid_after(datetime.now(UTC) - timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    file = tmp_path_factory.mktemp("tls") / "device.pem"
    plain = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(plain + made.public_bytes(pem))

    def context(version: ssl.TLSVersion | None = None, ciphers: str = "DEFAULT:@SECLEVEL=0") -> ssl.SSLContext:
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.set_ciphers(ciphers)
        server.load_cert_chain(file)
        if version is not None:
            server.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
            with warnings.catch_warnings(action="ignore"):  # deprecated, and what old devices speak
                server.maximum_version = version
        return server

    return Certificate(made.public_bytes(serialization.Encoding.DER), context)
