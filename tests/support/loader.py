"""The program of `support.loaded`: it loads camscan, and forks itself for each command that it is sent."""

from __future__ import annotations

import array
import ctypes
import fcntl
import gc
import importlib
import io
import json
import os
import pkgutil
import resource
import runpy
import signal
import socket
import sys
from pathlib import Path
from typing import Any, TextIO

_LONGEST, _PASSED = 1 << 18, 5
"""Bytes of an order, and descriptors that come with it."""
_CLONE_NEWNS, _CLONE_NEWNET = 0x00020000, 0x40000000
_MS_SLAVE, _MS_REC, _MNT_DETACH = 0x00080000, 0x4000, 2
_APART = ("camscan.l2", "camscan.syn", "camscan.__main__")
"""Programs of their own, and what begins the command."""
_LIBRARIES = {
    "camscan": (
        *("aiohttp", "aiooui", "alembic.operations", "alembic.runtime.migration", "alembic.script", "asyncio"),
        *("cryptography.x509", "lxml.etree", "lxml.html", "pyrage", "re2", "rich.console", "rich.table"),
        *("sqlalchemy.dialects.sqlite", "yaml"),
    ),
    "camscan.net.services.notifier": ("apprise", "requests"),
}
"""Module that is run -> what it loads when it first uses it."""


def load(module: str) -> None:
    """Load everything that it may come to use; that is not looked through for cycles any more."""
    gc.disable()
    package = importlib.import_module(module.partition(".")[0])
    others = (one.name for one in pkgutil.walk_packages(package.__path__, "camscan.") if module == "camscan")
    for name in (*others, *_LIBRARIES[module]):
        if not name.startswith(_APART):
            importlib.import_module(name)
    gc.enable()
    gc.freeze()


def main() -> str:
    """Fork for each order; a child goes on as the command, whose module this returns."""
    module, line = sys.argv[1], socket.socket(fileno=int(sys.argv[2]))
    load(module)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # which is for the tests, and for commands
    while True:
        text, passed, _, _ = socket.recv_fds(line, _LONGEST, _PASSED)
        if not text:
            os._exit(0)
        reading, writing = os.pipe()
        between = os.fork()
        if not between:
            child = os.fork()
            if not child:
                break
            os.write(writing, array.array("i", [child]))
            os._exit(0)
        os.waitpid(between, 0)  # so that its child is one of whoever adopts it
        line.sendall(os.read(reading, 4))
        for descriptor in (reading, writing, *passed):
            os.close(descriptor)
    for descriptor in (reading, writing, line.detach()):
        os.close(descriptor)
    become(json.loads(text), passed)
    return module


def become(order: dict[str, Any], passed: list[int]) -> None:
    """Be the process that was asked for, to the kernel and to Python."""
    copies = [fcntl.fcntl(one, fcntl.F_DUPFD_CLOEXEC, 64) for one in passed]
    *streams, network, folder = copies
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    _enter(network, order["namespace"])
    os.fchdir(folder)
    if order["folder"] is not None:
        os.chdir(order["folder"])
    for descriptor in (*passed, *copies):
        if descriptor > 2:
            os.close(descriptor)
    if order["session"]:
        os.setsid()
    if order["group"] >= 0:
        os.setpgid(0, order["group"])
    os.umask(order["umask"])
    for limit, (soft, hard) in order["limits"]:
        if resource.getrlimit(limit) != (soft, hard):
            resource.setrlimit(limit, (soft, hard))
    _take_signals(set(order["ignored"]))
    os.environ.clear()
    os.environ.update(order["environment"])
    _begin(order["words"])


def _enter(network: int, namespace: str | None) -> None:
    """Go to a network, and from there to a namespace as ip-netns(8) does."""
    libc = ctypes.CDLL(None, use_errno=True)
    if os.fstat(network).st_ino != Path("/proc/self/ns/net").stat().st_ino:
        _must(libc.setns(network, _CLONE_NEWNET))
    if namespace is None:
        return
    with Path("/run/netns", namespace).open("rb") as there:
        _must(libc.setns(there.fileno(), _CLONE_NEWNET))
    _must(libc.unshare(_CLONE_NEWNS))
    _must(libc.mount(b"", b"/", b"none", _MS_SLAVE | _MS_REC, None))
    _must(libc.umount2(b"/sys", _MNT_DETACH))
    _must(libc.mount(namespace.encode(), b"/sys", b"sysfs", 0, None))


def _must(code: int) -> None:
    if code:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _take_signals(ignored: set[int]) -> None:
    """Ignore what the parent ignores, and nothing else; Python itself sets what it always does."""
    for number in signal.valid_signals() - {signal.SIGPIPE, signal.SIGXFSZ, signal.SIGKILL, signal.SIGSTOP}:
        if number in ignored:
            signal.signal(number, signal.SIG_IGN)
        elif signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)


def _begin(words: list[str]) -> None:
    """What Python sets before it runs a module."""
    if not sys.flags.safe_path:
        sys.path[0] = str(Path.cwd())
    sys.argv[1:] = words
    for number, (name, mode) in enumerate((("stdin", "rb"), ("stdout", "wb"), ("stderr", "wb"))):
        stream = _text(number, mode, getattr(sys, name), by_lines=number == 2 or os.isatty(number))
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _text(number: int, mode: str, like: TextIO, *, by_lines: bool) -> TextIO:
    binary = open(number, mode, closefd=False)  # noqa: SIM115 - as the interpreter leaves it open
    newline = None if mode == "rb" else "\n"
    return io.TextIOWrapper(
        binary, encoding=like.encoding, errors=like.errors, newline=newline, line_buffering=by_lines
    )


if __name__ == "__main__":
    runpy.run_module(main(), run_name="__main__", alter_sys=True)
