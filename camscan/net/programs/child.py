"""Runs another program of this package as a child process and reads its JSON lines: `begin` first, `end` last.

It is run by this same Python, without a shell, and loads nothing from the working directory (`-P`).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Self

from camscan.errors import HostError
from camscan.system.exhaustion import EXHAUSTED

MAX_LINE = 256 * 1024  # bytes of one line: a datagram of 64 KiB in base64, and what is said about it

_AT_ONCE = 0.2  # seconds within which whoever stops all processes of a service has told this one, too


class ChildProcess:
    """One run: enter it, and iterate over its `messages`; `counters` are set by then.

    Entering raises HostError if the program cannot do its task, iterating if it fails later or is ended by others
    than `stop`; the message says why.
    """

    def __init__(self, command: Sequence[str], stdin: bytes = b"") -> None:
        self._command = command
        self._stdin = stdin
        self._stopped = False
        self.counters: Mapping[str, int] = {}

    async def __aenter__(self) -> Self:
        # In a session of its own: Ctrl-C is for camscan, which calls `stop`.
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._command, stdin=PIPE, stdout=PIPE, limit=MAX_LINE, start_new_session=True
            )
        except OSError as error:
            raise not_started(self._name, error) from error
        assert self._process.stdin is not None  # noqa: S101 - both were asked for
        assert self._process.stdout is not None  # noqa: S101
        self._output = self._process.stdout
        self._feeding = asyncio.create_task(_feed(self._process.stdin, self._stdin))
        self._lines = self._read()
        try:
            first = await anext(self._lines, {"type": "nothing"})
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
        """Tell the program to end; messages sent until then can still be iterated over."""
        self._stopped = True
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()

    async def messages(self) -> AsyncIterator[Mapping[str, Any]]:
        """Its messages after `begin`, including the last."""
        last: Mapping[str, Any] = {"type": "nothing"}
        async for last in self._lines:
            yield last
        await self._finish(last)

    async def _finish(self, last: Mapping[str, Any]) -> None:
        code = await self._process.wait()
        if last["type"] == "end" or not self._stopped:
            self.counters = counters_of(self._name, last, code)
        if self.counters.get("interrupted") and not self._stopped:
            await asyncio.sleep(_AT_ONCE)
            if not self._stopped:
                raise cut_short(self._name)

    async def _read(self) -> AsyncIterator[dict[str, Any]]:
        try:
            async for line in self._output:
                yield message_of(self._name, line)
        except ValueError as error:
            raise _unreadable(self._name, error) from error

    @property
    def _name(self) -> str:
        return next((word for word in self._command if word.startswith("camscan.")), self._command[0])


def message_of(name: str, line: bytes) -> dict[str, Any]:
    """One line of a program's output. Raises HostError if it is not JSON: the program was killed while it wrote it."""
    try:
        found: dict[str, Any] = json.loads(line)
    except ValueError as error:
        raise _unreadable(name, error) from error
    return found


def not_started(name: str, error: OSError) -> HostError:
    """Why a program could not be started."""
    why = f"`python -m {name}` cannot be started: {error.strerror}"
    if error.errno in EXHAUSTED:
        return HostError(f"{why}: free some memory, or allow this user more processes")
    return HostError(f"{why}: see that this user may run {sys.executable}")


def cut_short(name: str) -> HostError:
    """Why a program is not done although nothing of its own has failed."""
    return HostError(f"`python -m {name}` was ended from outside before it was done: try again")


def _unreadable(name: str, error: ValueError) -> HostError:
    why = f"`python -m {name}` wrote something that cannot be read: {error}"
    return HostError(f"{why}: see that the system did not kill it, as for want of memory, and try again")


def counters_of(name: str, last: Mapping[str, Any], code: int) -> dict[str, int]:
    """The counters in the last message of a program. Raises HostError if the program failed."""
    if last["type"] == "end":
        return {name: int(value) for name, value in last.items() if name != "type"}
    raise HostError(last.get("message") or f"`python -m {name}` failed with code {code}: see above")


async def _feed(stdin: asyncio.StreamWriter, data: bytes) -> None:
    with contextlib.suppress(ConnectionError):  # it may end without having read all
        stdin.write(data)
        await stdin.drain()
    stdin.close()
