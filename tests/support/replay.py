"""Serves answers that real devices gave on true ports, each at an address of its own, for as long as the input is open.

python replay.py ANSWERS        a line of JSON each: address, port (80 or 554), and the text of the answer
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

WEB, STREAM = 80, 554
_Talk: TypeAlias = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
_NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
_CODING = re.compile(r"^(?:Transfer|Content)-Encoding:.*\n?", re.IGNORECASE | re.MULTILINE)
_LENGTH = re.compile(r"^(Content-Length:).*", re.IGNORECASE | re.MULTILINE)
_SEQUENCE = re.compile(rb"^CSeq:[ \t]*([0-9]+)", re.IGNORECASE | re.MULTILINE)
_SECONDS = 30


def wire(text: str) -> bytes:
    """An answer as it is sent, with a length that is true of what was written down of its body."""
    head, _, body = text.replace("\r\n", "\n").partition("\n\n")
    data = body.encode()
    head = _CODING.sub("", head + "\n").strip("\n")
    if not _LENGTH.search(head):
        head += "\nContent-Length:"
    head = _LENGTH.sub(rf"\1 {len(data)}", head)
    return head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + data


def talk(port: int, answer: bytes) -> _Talk:
    """One connection after the other: the answer to `GET /` or to each RTSP request."""

    def reply(request: bytes) -> bytes:
        if port == WEB:
            return answer if request.startswith(b"GET / ") else _NOT_FOUND
        number = _SEQUENCE.search(request)
        return _SEQUENCE.sub(b"CSeq: " + (number[1] if number else b"1"), answer)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                request = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), _SECONDS)
                writer.write(reply(request))
                await writer.drain()
        except (OSError, EOFError, TimeoutError, asyncio.LimitOverrunError):
            writer.close()

    return serve


async def main(answers: Iterable[Mapping[str, Any]]) -> None:
    for told in answers:
        await asyncio.start_server(talk(told["port"], wire(told["answer"])), told["address"], told["port"])
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(map(json.loads, Path(sys.argv[1]).read_text(encoding="utf-8").splitlines())))
