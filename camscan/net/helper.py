"""Runs `python -m camscan.l2`, the program below IP, and reads what it says. Only that program needs CAP_NET_RAW.

It is run by this same Python, without a shell, and loads nothing from the working directory (`-P`).
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import shutil
import subprocess
import sys
import threading
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, BinaryIO, Self

from camscan.errors import HostError

ANY = "any"
"""Stands for every interface."""
MAX_LINE = 256 * 1024
"""Bytes of one line: a datagram of 64 KiB in base64, and what is said about it."""
_SAYING = ("arp", "packet")
_PYTHON = (sys.executable, "-P", "-m", "camscan.l2")
_NAME = "`python -m camscan.l2`"


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing that the program heard: an ARP packet, a datagram, or the beginning of a TCP answer.

    `mac` is where the frame came from, which behind a router is the router; of an ARP packet it is the MAC that the
    packet gives to `source`. `asked` is the request that is answered, where a capture holds it; `whole` is false where
    `data` was cut.
    """

    channel: str
    source: str
    data: bytes
    at: datetime
    mac: str
    interface: str = ""
    port: int | None = None
    asked: str = ""
    whole: bool = True


class Program:
    """One run: enter it, and iterate over what is heard. `counters` are filled in by the end.

    Entering raises HostError where the program cannot do what it is told to, and iterating where it cannot any longer;
    the message says what is missing.
    """

    def __init__(self, *arguments: str, stdin: bytes = b"") -> None:
        self._arguments = arguments
        self._stdin = stdin
        self._stopped = False
        self.counters: Mapping[str, int] = {}

    async def __aenter__(self) -> Self:
        # In a session of its own: Ctrl-C is for camscan, which calls `stop`.
        self._process = await asyncio.create_subprocess_exec(
            *_PYTHON, *self._arguments, stdin=PIPE, stdout=PIPE, limit=MAX_LINE, start_new_session=True
        )
        assert self._process.stdin is not None  # noqa: S101 - both were asked for
        assert self._process.stdout is not None  # noqa: S101
        self._output = self._process.stdout
        self._feeding = asyncio.create_task(_feed(self._process.stdin, self._stdin))
        self._messages = self._read()
        try:
            first = await anext(self._messages, {"type": "nothing"})
            if first["type"] != "begin":
                await self._finish(first)
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        self._feeding.cancel()
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._output.read()  # what nobody wants any more; else `wait` may wait for it
            await self._process.wait()

    def stop(self) -> None:
        """Tell the program to end; what it has heard until then is still there to be iterated over."""
        self._stopped = True
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()

    async def __aiter__(self) -> AsyncIterator[Heard]:
        last: Mapping[str, Any] = {"type": "nothing"}
        async for last in self._messages:
            if last["type"] in _SAYING:
                yield _heard(last)
        await self._finish(last)

    async def _finish(self, last: Mapping[str, Any]) -> None:
        code = await self._process.wait()
        if last["type"] == "end" or not self._stopped:
            self.counters = _counters(last, code)

    async def _read(self) -> AsyncIterator[dict[str, Any]]:
        try:
            async for line in self._output:
                yield json.loads(line)
        except ValueError as error:
            raise HostError(f"{_NAME} said what cannot be read: {error}") from error


def sweep(interface: str, ranges: Iterable[tuple[str, str]], rate: int) -> Program:
    """Ask for the MACs of IPv4 addresses, given as first and last of each range, `rate` requests a second."""
    return Program("arp", "--interface", interface, "--rate", str(rate), stdin=json.dumps(list(ranges)).encode())


def listen(interface: str, seconds: int) -> Program:
    """Hear what devices announce, on one interface or on `ANY`."""
    return Program("listen", "--interface", interface, "--seconds", str(seconds))


def replay(capture: BinaryIO, counters: dict[str, int]) -> Iterator[Heard]:
    """Hear the packets of a capture; `counters` is filled in by the end. No privilege is needed.

    A packet that bears no time is of the beginning of 1970.

    Raises:
        HostError: it is no capture.
    """
    last: Mapping[str, Any] = {"type": "nothing"}
    with subprocess.Popen([*_PYTHON, "pcap", "-"], stdin=PIPE, stdout=PIPE) as process:  # noqa: S603 - ours
        threading.Thread(target=_pour, args=(capture, process.stdin), daemon=True).start()
        try:
            for line in process.stdout or ():
                last = json.loads(line)
                if last["type"] in _SAYING:
                    yield _heard(last)
        finally:
            process.kill()
    counters.update(_counters(last, process.returncode))


def _pour(capture: BinaryIO, stdin: BinaryIO) -> None:
    with contextlib.suppress(OSError, ValueError), stdin:  # it may end without having read all
        shutil.copyfileobj(capture, stdin)


def _counters(last: Mapping[str, Any], code: int) -> dict[str, int]:
    if last["type"] == "end":
        return {name: int(value) for name, value in last.items() if name != "type"}
    raise HostError(last.get("message") or f"{_NAME} broke off with code {code}: see above")


async def _feed(stdin: asyncio.StreamWriter, data: bytes) -> None:
    with contextlib.suppress(ConnectionError):  # it may end without having read all
        stdin.write(data)
        await stdin.drain()
    stdin.close()


def _heard(message: Mapping[str, Any]) -> Heard:
    common = {
        "data": base64.b64decode(message["payload"]),
        "at": datetime.fromtimestamp(message["at"], UTC),
        "mac": message["mac"],
        "interface": message["interface"],
    }
    if message["type"] == "arp":
        return Heard("arp", message["address"], **common)
    named = {name: message[name] for name in ("port", "asked", "whole")}
    return Heard(message["channel"], message["source"], **common, **named)
