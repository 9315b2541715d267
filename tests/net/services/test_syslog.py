"""Syslog goes where the operator said, and what nobody took is not called taken."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest import mock

import pytest
from support.costs import waits_less_than

from camscan.net import names
from camscan.net.services.delivery import Delivery
from camscan.net.services.syslog import deliver
from camscan.simulator.certificates import context
from camscan.simulator.schema import Certificate

MESSAGES = [b"<134>1 first", "<134>1 zweite, äöü".encode()]


async def to(url: str, resolve: Callable[[str], Sequence[str]] = names.resolve, **options: object) -> Delivery:
    with mock.patch.object(names, "resolve", resolve):
        return await deliver(url, MESSAGES, **{"timeout": 5.0, "allow_private": True, **options})  # type: ignore[arg-type]


@contextmanager
def stream(behaviour: str = "reads", secured: ssl.SSLContext | None = None) -> Iterator[tuple[int, list[bytes]]]:
    """A collector for one connection: it reads all, keeps the connection open, or breaks off."""
    got: list[bytes] = []
    with ExitStack() as stack:
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        server.settimeout(30)

        def serve() -> None:
            try:
                connection, _ = server.accept()
                if secured is not None:
                    connection = secured.wrap_socket(connection, server_side=True)
            except OSError:
                return
            with connection:
                connection.settimeout(30)
                if behaviour == "breaks off":
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                    return
                try:
                    while data := connection.recv(65_536):
                        got.append(data)
                except OSError:
                    pass
                if behaviour == "stays":
                    time.sleep(1.5)

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1], got
        thread.join()


def trusting() -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    return made


async def test_datagrams() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(30)
        assert await to(f"udp://127.0.0.1:{server.getsockname()[1]}") == Delivery(taken=True)
        assert [server.recv(4096) for _ in MESSAGES] == MESSAGES


async def test_a_port_that_is_closed_is_heard_of() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        port = server.getsockname()[1]
    for scheme in ("udp", "tcp"):
        ended = await to(f"{scheme}://127.0.0.1:{port}")
        assert (ended.taken, ended.again) == (False, True)
        assert ended.reason == "cannot send: Connection refused"


@pytest.mark.parametrize("behaviour", ["reads", "stays"])
async def test_a_stream_counts_octets(behaviour: str) -> None:
    with stream(behaviour) as (port, got):
        assert await to(f"tcp://127.0.0.1:{port}") == Delivery(taken=True)
    assert b"".join(got) == b"12 <134>1 first21 " + MESSAGES[1]


async def test_a_stream_that_is_broken_off_is_not_taken() -> None:
    with stream("breaks off") as (port, _):
        ended = await to(f"tcp://127.0.0.1:{port}")
    assert (ended.taken, ended.again) == (False, True)


@pytest.mark.parametrize("scheme", ["tcp", "tls"])
async def test_a_stream_that_is_not_read_is_not_taken(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    secured = context(Certificate(subject="CN=siem.test")) if scheme == "tls" else None
    monkeypatch.setattr("camscan.net.services.syslog.ssl.create_default_context", trusting)
    with socket.create_server(("127.0.0.1", 0)) as server, ExitStack() as stack:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        address = server.getsockname()

        def accept() -> None:
            connection, _ = server.accept()
            stack.enter_context(secured.wrap_socket(connection, server_side=True) if secured else connection)

        _, measuring = await asyncio.open_connection(*address)
        stack.enter_context(server.accept()[0])
        measuring.write(bytes(1 << 24))
        left = -1
        while left != (left := measuring.transport.get_write_buffer_size()):  # noqa: ASYNC110 - nobody tells when
            await asyncio.sleep(0.1)
        held = (1 << 24) - left  # by the kernel, of what nobody reads
        measuring.transport.abort()
        thread = threading.Thread(target=accept)
        thread.start()
        with mock.patch.object(names, "resolve", return_value=["127.0.0.1"]):
            url = f"{scheme}://siem.test:{address[1]}"
            ended = await deliver(url, [bytes(held + 30_000)], timeout=2.5, allow_private=True)
        thread.join()
    assert (ended.taken, ended.again) == (False, True)


async def test_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("camscan.net.services.syslog.ssl.create_default_context", trusting)
    with stream("reads", context(Certificate(subject="CN=siem.test"))) as (port, got):
        assert await to(f"tls://siem.test:{port}", resolve=lambda _: ["127.0.0.1"]) == Delivery(taken=True)
    assert b"".join(got).startswith(b"12 <134>1 first21 ")


async def test_tls_trusts_no_stranger() -> None:
    with stream("reads", context(Certificate(subject="CN=siem.test", names=("siem.test",)))) as (port, got):
        ended = await to(f"tls://siem.test:{port}", resolve=lambda _: ["127.0.0.1"])
    assert (ended.taken, ended.again, got) == (False, False, [])
    assert ended.reason.startswith("cannot send: [SSL: CERTIFICATE_VERIFY_FAILED]")


async def test_a_socket_of_this_host(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        server.bind(str(path))
        server.settimeout(30)
        assert await to(f"unix:{path}", allow_private=False) == Delivery(taken=True)
        assert [server.recv(4096) for _ in MESSAGES] == MESSAGES
    ended = await to(f"unix:{tmp_path}/none")
    assert (ended.taken, ended.again) == (False, True)


@pytest.mark.parametrize(
    ("url", "answer", "private", "said"),
    [
        ("udp://siem.test", "169.254.169.254", True, "is never connected to"),
        ("tls://siem.test", "::ffff:169.254.169.254", True, "is never connected to"),
        ("udp://siem.test", "10.0.0.1", False, "set allow_private = true"),
        ("tcp://siem.test", "192.0.43.8", True, "public and the connection is not encrypted: write tls://"),
    ],
)
async def test_addresses_that_are_not_sent_to(
    url: str, answer: str, private: bool, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[object] = []
    monkeypatch.setattr("camscan.net.services.syslog.socket.socket", lambda *arguments: made.append(arguments))
    ended = await to(url, allow_private=private, resolve=lambda _: [answer])
    assert (ended.taken, ended.again, made) == (False, False, [])
    assert said in ended.reason


@pytest.mark.parametrize("before", [["127.88.0.9"], ["169.254.169.254"], ["169.254.169.254", "127.88.0.9"]])
async def test_of_several_addresses_one_that_takes_it_is_enough(before: list[str]) -> None:
    with stream() as (port, got):
        ended = await to(f"tcp://siem.test:{port}", resolve=lambda _: [*before, "127.0.0.1"])
    assert ended == Delivery(taken=True)
    assert b"".join(got).startswith(b"12 <134>1 first21 ")


async def test_where_none_takes_it_what_may_change_is_told() -> None:
    ended = await to("tcp://siem.test:9", resolve=lambda _: ["127.88.0.9", "169.254.169.254"])
    assert ended == Delivery(taken=False, reason="cannot send: Connection refused", again=True)


async def test_a_resolver_or_receiver_that_hangs_costs_the_timeout() -> None:
    def slowly(_name: str) -> list[str]:
        time.sleep(1)
        return []

    with waits_less_than(5):
        assert (await to("udp://siem.test", resolve=slowly, timeout=0.2)).reason == "not done within 0.2 s"
