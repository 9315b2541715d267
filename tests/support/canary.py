"""A file and a port that nobody may touch, and what has become of them."""

from __future__ import annotations

import contextlib
import ctypes
import os
import secrets
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_IN_ACCESS, _IN_OPEN = 0x1, 0x20
"""Of inotify(7): it was read, it was opened."""


@dataclass(frozen=True)
class Canary:
    """`word` stands in the file; `file_url` and `http_url` name the file and the port."""

    word: str
    file_url: str
    http_url: str
    _watch: int
    _listener: socket.socket

    def touched(self) -> list[str]:
        """What was done to it since this was last asked, by this process or any other."""
        found = []
        with contextlib.suppress(BlockingIOError):
            found += ["the file was opened"] if os.read(self._watch, 65_536) else []
        with contextlib.suppress(BlockingIOError):
            self._listener.accept()[0].close()
            found.append("the port was connected to")
        return found


@contextlib.contextmanager
def canary(folder: Path) -> Iterator[Canary]:
    """Put one up, on loopback."""
    word = f"canary-{secrets.token_hex(8)}"
    file = folder / "canary.txt"
    file.write_text(word)
    libc = ctypes.CDLL(None, use_errno=True)
    watch = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    assert libc.inotify_add_watch(watch, os.fsencode(file), _IN_OPEN | _IN_ACCESS) >= 0
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        try:
            yield Canary(word, file.as_uri(), f"http://127.0.0.1:{listener.getsockname()[1]}", watch, listener)
        finally:
            os.close(watch)
