"""Services that use neither HTTP nor RTSP: SDK ports, and servers that misbehave on the TCP level."""

from __future__ import annotations

import asyncio
import struct
import zlib
from collections.abc import Awaitable, Callable, Mapping
from functools import cache

from camscan.simulator.connection import ClientConnection
from camscan.simulator.schema import Dvrip, Raw

_PIECE = 4096
_FLOOD = 64 * 1024
_PIECE_OF_BOMB = 1024 * 1024
_GZIP_HEAD = b"\x1f\x8b\x08\0\0\0\0\0\2\xff"


async def serve_dvrip(dvrip: Dvrip, client: ClientConnection) -> None:
    """Answer requests for the realm, and nothing else."""
    while data := await client.reader.read(_PIECE):
        if data.startswith(b"\xa0\x01"):
            text = f"Realm:{client.filler.fill(dvrip.realm)}\r\nRandom:1838442541\r\n\r\n".encode()
            await client.send(b"\xb0\x01\x00\x58" + len(text).to_bytes(4, "little") + bytes(24) + text)


async def serve_raw(raw: Raw, client: ClientConnection) -> None:
    """Behave as the port's behaviour says."""
    await _BEHAVIOURS[raw.behaviour](raw, client)


async def _hold(raw: Raw, client: ClientConnection) -> None:
    if raw.first:
        await client.send(raw.first)
    try:
        async with asyncio.timeout(raw.seconds):
            while await client.reader.read(_PIECE):
                if raw.answer:
                    await client.send(raw.answer)
    except TimeoutError:
        return


async def _drip(raw: Raw, client: ClientConnection) -> None:
    await _wait_for_request(raw, client)
    content = _text(raw.content, raw, client)
    position = 0
    while True:
        await client.send(content[position : position + 1] or b" ")
        position += 1
        await asyncio.sleep(raw.seconds)


async def _endless(raw: Raw, client: ClientConnection) -> None:
    await _wait_for_request(raw, client)
    await client.send(_text(raw.content, raw, client))
    chunk = _text(raw.chunk, raw, client)
    flood = chunk * max(1, _FLOOD // len(chunk))
    while True:
        await client.send(flood)
        await asyncio.sleep(0)  # otherwise the loop would never notice that the peer has closed the connection


async def _verbatim(raw: Raw, client: ClientConnection) -> None:
    contents = (raw.content, *raw.next_contents)
    content = contents[(client.counters.connections - 1) % len(contents)]
    await _wait_for_request(raw, client)
    await client.send(_text(content, raw, client))


async def _bomb(raw: Raw, client: ClientConnection) -> None:
    await _wait_for_request(raw, client)
    body = _packed_zeros(raw.size)
    head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\nConnection: close\r\n"
    await client.send(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)


@cache
def _packed_zeros(size: int) -> bytes:
    """A gzip file of so many zeros: a piece of it, repeated. To pack the whole takes a busy machine seconds."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    piece = packer.compress(bytes(_PIECE_OF_BOMB)) + packer.flush(zlib.Z_FULL_FLUSH)
    times, rest = divmod(size, _PIECE_OF_BOMB)
    last = packer.compress(bytes(rest)) + packer.flush()
    return _GZIP_HEAD + piece * times + last + struct.pack("<LL", zlib.crc32(bytes(size)), size % (1 << 32))


async def _reset(raw: Raw, client: ClientConnection) -> None:
    await _wait_for_request(raw, client)
    if raw.content:
        await client.send(_text(raw.content, raw, client))
    client.reset()


async def _echo(_raw: Raw, client: ClientConnection) -> None:
    while data := await client.reader.read(_PIECE):
        await client.send(data)


_BEHAVIOURS: Mapping[str, Callable[[Raw, ClientConnection], Awaitable[None]]] = {
    "hold": _hold,
    "drip": _drip,
    "endless": _endless,
    "verbatim": _verbatim,
    "bomb": _bomb,
    "reset": _reset,
    "echo": _echo,
}


async def _wait_for_request(raw: Raw, client: ClientConnection) -> None:
    """Wait for a request, unless the behaviour starts at once."""
    if raw.asked:
        await client.reader.read(_PIECE)


def _text(text: str, raw: Raw, client: ClientConnection) -> bytes:
    """A text with its placeholders filled, in Latin-1, so that an escape in YAML can give any byte."""
    filled = client.filler.fill(text)
    return (filled.replace("\n", "\r\n") if raw.crlf else filled).encode("latin-1")
