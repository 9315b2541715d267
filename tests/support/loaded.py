"""`python -m camscan` as a process of its own, without the second that it takes to load; the notifier likewise.

A process that has loaded all of it (`support.loader`) is started once and forked for each command. What comes of it
is a child of the tests as any other, with its own arguments, environment, folder, network namespace and streams: it is
waited for, killed and told signals, and the interpreter ends as it does at the end of a program. Where a command is
started in a way that a fork would not show (by another program, with other variables for Python), it is started as is.
A test about the start itself, or about what is loaded, is marked `cold_start`.
"""

from __future__ import annotations

import array
import contextlib
import ctypes
import inspect
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

COMMAND = (sys.executable, "-m", "camscan")
NOTIFIER = (sys.executable, "-P", "-m", "camscan.net.services.notifier")
_COMMANDS = (COMMAND, NOTIFIER)
_IN_NAMESPACE = ("ip", "netns", "exec")
_SUBREAPER = 36  # prctl(2)
_READ_BY_PYTHON = ("PYTHON", "LC_", "LANG", "TZ", "LD_", "MALLOC_", "OPENBLAS_")
"""What the names of variables begin with that are read while a process starts, and not again."""
_PLAIN: Mapping[str, object] = {
    "executable": None,
    "preexec_fn": None,
    "close_fds": True,
    "pass_fds": (),
    "shell": False,
    "restore_signals": True,
    "gid": None,
    "gids": None,
    "uid": None,
    "umask": -1,
}
"""What a command is started with where nothing else is asked for."""
_LIMITS = tuple({getattr(resource, name) for name in dir(resource) if name.startswith("RLIMIT_")})
_PIPES = ("p2cread", "p2cwrite", "c2pread", "c2pwrite", "errread", "errwrite")
_NAMES = tuple(inspect.signature(subprocess.Popen._execute_child).parameters)[1:]  # type: ignore[attr-defined]
"""What the method of `subprocess.Popen` that makes the process is given."""


class Loader:
    """The process that is forked; it ends when its end of the line is closed."""

    def __init__(self, command: Sequence[str]) -> None:
        self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._turn = threading.Lock()
        self._environment = started_with(os.environ)
        with theirs:
            python, module = command[: command.index("-m")], command[-1]
            program = [*python, str(Path(__file__).with_name("loader.py")), module, str(theirs.fileno())]
            self._process = subprocess.Popen(program, pass_fds=(theirs.fileno(),), stdin=subprocess.DEVNULL)

    def close(self) -> None:
        """End it."""
        self._ours.close()
        self._process.wait(30)

    def fits(self, environment: Mapping[str, str]) -> bool:
        """Whether a command with these variables would have started as the forked process did."""
        return started_with(environment) == self._environment

    def fork(self, order: Mapping[str, object], streams: Sequence[int]) -> int:
        """Fork it; the number of a process that is a child of this one."""
        network = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        folder = os.open(".", os.O_RDONLY | os.O_CLOEXEC)
        try:
            with self._turn, _adopting():
                socket.send_fds(self._ours, [json.dumps(order).encode()], [*streams, network, folder])
                return int(array.array("i", self._ours.recv(4))[0])
        finally:
            os.close(network)
            os.close(folder)


class Popen(subprocess.Popen[Any]):
    """`subprocess.Popen`, which has a command forked from what is loaded, where that is the same."""

    is_cold: ClassVar[bool] = False
    """Whether the test that runs asks for commands that are started as they are."""

    def _execute_child(self, *given: Any) -> None:
        asked = dict(zip(_NAMES, given, strict=True))
        command, words, namespace = _command(asked["args"])
        environment = _texts(os.environ if asked["env"] is None else asked["env"])
        is_plain = all(asked[name] == value for name, value in _PLAIN.items())
        if self.is_cold or not command or not is_plain or not (loader := _loader(command)).fits(environment):
            super()._execute_child(*given)  # type: ignore[misc]
            return
        ends = [asked[name] for name in ("p2cread", "c2pwrite", "errwrite")]
        order = {
            "words": words,
            "namespace": namespace,
            "environment": environment,
            "folder": None if asked["cwd"] is None else os.fsdecode(asked["cwd"]),
            "session": asked["start_new_session"],
            "group": asked["process_group"],
            "umask": _umask(),
            "ignored": [number for number in signal.valid_signals() if signal.getsignal(number) is signal.SIG_IGN],
            "limits": [(number, resource.getrlimit(number)) for number in _LIMITS],
        }
        self.pid = loader.fork(order, [own if end == -1 else end for own, end in enumerate(ends)])
        self._child_created = True
        self._close_pipe_fds(*(asked[name] for name in _PIPES))  # type: ignore[attr-defined]


_loaders: dict[Sequence[str], Loader] = {}


def _loader(command: Sequence[str]) -> Loader:
    if command not in _loaders:
        _loaders[command] = Loader(command)
    return _loaders[command]


def close() -> None:
    """End what was loaded, if anything was."""
    while _loaders:
        _loaders.popitem()[1].close()


def started_with(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that a process reads while it starts."""
    return {name: value for name, value in environment.items() if name.startswith(_READ_BY_PYTHON)}


def _command(args: object) -> tuple[Sequence[str], list[str], str | None]:
    """The command that is started, its words, and the network namespace for it; nothing of any other program."""
    words, namespace = [os.fsdecode(word) for word in args] if isinstance(args, (list, tuple)) else [], None
    if tuple(words[:3]) == _IN_NAMESPACE:
        namespace, words = words[3], words[4:]
    command = next((known for known in _COMMANDS if tuple(words[: len(known)]) == known), ())
    return command, words[len(command) :], namespace


def _texts(environment: Any) -> dict[str, str]:
    return {os.fsdecode(name): os.fsdecode(value) for name, value in environment.items()}


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


@contextlib.contextmanager
def _adopting() -> Iterator[None]:
    """Whatever loses its parent meanwhile becomes a child of this process."""
    libc = ctypes.CDLL(None)
    libc.prctl(_SUBREAPER, 1, 0, 0, 0)
    try:
        yield
    finally:
        libc.prctl(_SUBREAPER, 0, 0, 0, 0)
