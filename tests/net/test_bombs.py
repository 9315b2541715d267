"""Small answers that would grow, and one that never ends a word: neither memory nor the event loop pays for them."""

from __future__ import annotations

import asyncio
import gzip
import time
import tracemalloc
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache, reduce

import pytest
from support.peers import Peer, Reader, Serve, Writer

from camscan.codecs import http
from camscan.net import budget
from camscan.net.base import HttpRequest
from camscan.net.live import LiveNet
from camscan.probes.base import Ask, Probe
from camscan.probes.description import DescriptionProbe
from camscan.probes.onvif import OnvifProbe
from camscan.probes.service import ServiceProbe
from camscan.records import Observation, Outcome

MIB = 1024 * 1024
SIZE = 64 * MIB
ZSTD = b"\x28\xb5\x2f\xfd\x00\x58" + b"".join(
    ((131_072 << 3 | 2 | (number == 511)).to_bytes(3, "little") + b"\0") for number in range(512)
)
"""A frame of 512 blocks of 128 KiB, each of which is one byte over and over (RFC 8878, 3.1.1.2)."""


@cache
def gzipped(times: int = 1) -> bytes:
    return gzip.compress(bytes(SIZE) if times == 1 else gzipped(times - 1), 9, mtime=0)


BOMBS: dict[str, Callable[[], bytes]] = {
    "gzip": gzipped,
    "x-gzip": gzipped,
    "deflate": cache(lambda: zlib.compress(bytes(SIZE), 9)),
    "zstd": lambda: ZSTD,
    "br": lambda: gzipped()[:20_000],  # whatever it is, nobody looks
    "gzip, gzip, gzip, gzip, gzip": lambda: gzipped(5),
    "identity, GZIP": gzipped,
}


def test_they_are_bombs() -> None:
    assert max(len(bomb()) for bomb in BOMBS.values()) < budget.MAX_BYTES
    assert len(zlib.decompress(BOMBS["deflate"]())) == SIZE
    assert len(reduce(lambda data, _: gzip.decompress(data), range(5), gzipped(5))) == SIZE


@pytest.mark.parametrize("coding", BOMBS)
@pytest.mark.parametrize("status", ["200 OK", "302 Found", "401 Unauthorized"])
async def test_nothing_is_unpacked(coding: str, status: str, serve: Serve, net: LiveNet) -> None:
    bomb = BOMBS[coding]()
    head = f"HTTP/1.1 {status}\r\nLocation: /\r\nContent-Encoding: {coding}\r\nContent-Length: {len(bomb)}\r\n"
    answer = head.encode() + b"\r\n" + bomb

    async def script(reader: Reader, writer: Writer) -> None:
        asked = await reader.readuntil(b"\r\n\r\n")
        assert b"\r\nAccept-Encoding: identity\r\n" in asked
        writer.write(answer)
        await reader.read()

    peer = await serve(script)
    tracemalloc.start()
    try:
        async with net.browse(peer.address, peer.port) as browser:
            got = await browser.fetch(HttpRequest("/"))
        fields = http.decode(got.raw)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (got.outcome, got.raw) == (Outcome.ANSWERED, answer)
    assert fields["http.status"] == (status[:3],)
    assert most < 2 * MIB


@pytest.fixture
def longest(monkeypatch: pytest.MonkeyPatch) -> Callable[[], float]:
    """The longest time that the event loop was held up by one callback, in seconds of CPU time."""
    spent = [0.0]
    run = asyncio.Handle._run

    def timed(self: asyncio.Handle) -> None:
        began = time.thread_time()
        run(self)
        spent.append(time.thread_time() - began)

    monkeypatch.setattr(asyncio.Handle, "_run", timed)
    return lambda: max(spent)


TOKENS = {
    "element": b"<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Body><" + b"A" * 8 * MIB,
    "attribute": b"<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Body a='" + b"A" * 8 * MIB,
    "comment": b"<!--" + b"A" * 8 * MIB,
    "instruction": b"<?xml " + b"A" * 8 * MIB,
    "text": b"<root><URLBase>" + b"A" * 8 * MIB,
    "title": b"<html><head><title>" + b"A" * 8 * MIB,
    "ampersands": b"<root>" + b"&" * 8 * MIB,
}
PROBES = {"onvif": OnvifProbe, "page": ServiceProbe, "description": DescriptionProbe}


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize("probe", PROBES)
async def test_a_giant_token_in_small_pieces_does_not_hold_up_the_loop(
    token: str, probe: str, serve: Serve, net: LiveNet, longest: Callable[[], float]
) -> None:
    async def script(reader: Reader, writer: Writer) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n")
        for start in range(0, len(TOKENS[token]), 700):
            writer.write(TOKENS[token][start : start + 700])
            await writer.drain()

    peer = await serve(script)
    found = [one async for one in made(probe).run(known(peer), net)]
    assert peer.accepted
    assert {one.outcome for one in found} <= {Outcome.TRUNCATED, Outcome.GARBLED}
    assert max(len(one.raw) for one in found) <= budget.MAX_BYTES
    assert longest() < 0.1


def made(probe: str) -> Probe:
    built: Probe = PROBES[probe]()
    return built


def known(peer: Peer) -> Ask:
    """What is known of a peer, so that each of the probes asks its port."""
    url = f"http://{peer.address}:{peer.port}/device.xml"
    at = datetime.now(UTC)
    seen = (
        Observation(peer.address, "ssdp", Outcome.ANSWERED, at, 1900, fields={"ssdp.location": (url,)}),
        Observation(peer.address, "wsd", Outcome.ANSWERED, at, 3702, fields={"wsd.xaddr": (url,)}),
        Observation(peer.address, "http", Outcome.ANSWERED, at, peer.port),
    )
    return Ask(peer.address, peer.port, seen)
