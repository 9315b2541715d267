"""Connections that are neither HTTP nor RTSP: SDK ports, and servers that misbehave below either."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Awaitable, Callable, Mapping

from camscan.simulator.schema import Dvrip, Raw
from camscan.simulator.talk import Talk

_PIECE = 4096
_FLOOD = 64 * 1024


async def serve_dvrip(dvrip: Dvrip, talk: Talk) -> None:
    """Tell the realm to whoever asks for it; everything else goes unanswered."""
    while data := await talk.reader.read(_PIECE):
        if data.startswith(b"\xa0\x01"):
            text = f"Realm:{talk.filler.fill(dvrip.realm)}\r\nRandom:1838442541\r\n\r\n".encode()
            await talk.send(b"\xb0\x01\x00\x58" + len(text).to_bytes(4, "little") + bytes(24) + text)


async def serve_raw(raw: Raw, talk: Talk) -> None:
    """Behave as the port's behaviour says."""
    await _BEHAVIOURS[raw.behaviour](raw, talk)


async def _hold(raw: Raw, talk: Talk) -> None:
    if raw.first:
        await talk.send(raw.first)
    try:
        async with asyncio.timeout(raw.seconds):
            while await talk.reader.read(_PIECE):
                if raw.answer:
                    await talk.send(raw.answer)
    except TimeoutError:
        return


async def _drip(raw: Raw, talk: Talk) -> None:
    await _heard(raw, talk)
    content = _text(raw.content, raw, talk)
    position = 0
    while True:
        await talk.send(content[position : position + 1] or b" ")
        position += 1
        await asyncio.sleep(raw.seconds)


async def _endless(raw: Raw, talk: Talk) -> None:
    await _heard(raw, talk)
    await talk.send(_text(raw.content, raw, talk))
    chunk = _text(raw.chunk, raw, talk)
    flood = chunk * max(1, _FLOOD // len(chunk))
    while True:
        await talk.send(flood)
        await asyncio.sleep(0)  # a send that need not wait gives no turn to whoever tells that the peer is gone


async def _verbatim(raw: Raw, talk: Talk) -> None:
    contents = (raw.content, *raw.next_contents)
    content = contents[(talk.counters.connections - 1) % len(contents)]
    await _heard(raw, talk)
    await talk.send(_text(content, raw, talk))


async def _bomb(raw: Raw, talk: Talk) -> None:
    await _heard(raw, talk)
    body = await asyncio.to_thread(gzip.compress, bytes(raw.size))
    head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\nConnection: close\r\n"
    await talk.send(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)


async def _reset(raw: Raw, talk: Talk) -> None:
    await _heard(raw, talk)
    if raw.content:
        await talk.send(_text(raw.content, raw, talk))
    talk.reset()


async def _echo(_raw: Raw, talk: Talk) -> None:
    while data := await talk.reader.read(_PIECE):
        await talk.send(data)


_BEHAVIOURS: Mapping[str, Callable[[Raw, Talk], Awaitable[None]]] = {
    "hold": _hold,
    "drip": _drip,
    "endless": _endless,
    "verbatim": _verbatim,
    "bomb": _bomb,
    "reset": _reset,
    "echo": _echo,
}


async def _heard(raw: Raw, talk: Talk) -> None:
    """Wait for the request, where the behaviour is an answer."""
    if raw.asked:
        await talk.reader.read(_PIECE)


def _text(text: str, raw: Raw, talk: Talk) -> bytes:
    """A text with its places filled; Latin-1, so that an escape in YAML can give any byte."""
    filled = talk.filler.fill(text)
    return (filled.replace("\n", "\r\n") if raw.crlf else filled).encode("latin-1")
