"""What an exchange took is free when it is over, and not at some later time when the collector of cycles looks."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from support.peers import Certificate, Reader, Script, Serve, Writer, end_with_reset, eventually

from camscan.net.base import HttpRequest
from camscan.net.exchange.drip import DripGuard
from camscan.net.exchange.grab import Grab
from camscan.net.exchange.http import Conversation
from camscan.net.exchange.secure import _Secured
from camscan.net.live import LiveNet
from camscan.net.pacing.reading import Reading

HELD = (Conversation, DripGuard, Grab, Reading, _Secured)
HEAD = b"HTTP/1.1 200 OK\r\n"


def sending(answer: bytes, *, reset: bool = False) -> Script:
    """A web server that gives this answer to each request, and ends."""

    async def script(reader: Reader, writer: Writer) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if reset:
            end_with_reset(writer)
        writer.write(answer)
        await writer.drain()

    return script


async def silent(reader: Reader, _writer: Writer) -> None:
    await reader.read()


@pytest.fixture
def uncollected() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def held() -> list[object]:
    """What is still there of exchanges; the peers are in this process, and have none of these."""
    return [each for each in gc.get_objects() if type(each) in HELD]


@pytest.mark.usefixtures("hasty", "uncollected")
@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize(
    "script",
    [
        sending(HEAD + b"Content-Length: 2\r\n\r\nok"),
        sending(HEAD + b"Content-Length: 200\r\n\r\nok"),
        sending(HEAD + b"Content-Length: 200\r\n\r\nok", reset=True),
        sending(HEAD + b"Transfer-Encoding: chunked\r\n\r\nno chunk\r\n"),
        sending(HEAD + b"X: y\r\n" * 300 + b"\r\n"),
        sending(b"no web server\r\n\r\n"),
        sending(b""),
        sending(b"", reset=True),
        silent,
    ],
)
async def test_nothing_of_an_exchange_is_left(
    net: LiveNet, serve: Serve, certificate: Certificate, script: Script, tls: bool
) -> None:
    peer = await serve(script, tls=certificate.context() if tls else None)
    async with net.browse(peer.address, peer.port, tls=tls) as browser:
        await browser.fetch(HttpRequest("/"))
        del browser
    await net.converse(peer.address, peer.port, [b"GET / HTTP/1.1\r\n\r\n"], lambda data: data.endswith(b"ok"), tls=tls)
    await eventually(lambda: not held())


@pytest.mark.usefixtures("hasty", "uncollected")
@pytest.mark.parametrize("script", [sending(b"HTTP/1.1 400 No\r\n\r\n"), silent])
async def test_nothing_is_left_where_tls_does_not_come_about(net: LiveNet, serve: Serve, script: Script) -> None:
    peer = await serve(script)
    await net.converse(peer.address, peer.port, [b"\r\n\r\n"], bool, tls=True)
    async with net.browse(peer.address, peer.port, tls=True) as browser:
        await browser.fetch(HttpRequest("/"))
        del browser
    await eventually(lambda: not held())
