"""Network namespaces that the calling process can step into, so that its own sockets live there. Root is needed."""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import os
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_CLONE_NEWNET = 0x40000000
_NUMBERS = itertools.count()


@dataclass(frozen=True, slots=True)
class Namespace:
    """A network namespace; sockets made inside stay there."""

    name: str

    @contextlib.contextmanager
    def inside(self) -> Iterator[None]:
        """Step in with this thread, and out again."""
        with _opened("/proc/thread-self/ns/net") as home, _opened(f"/run/netns/{self.name}") as here:
            _setns(here)
            try:
                yield
            finally:
                _setns(home)

    def ip(self, command: str) -> None:
        """Run `ip` on this namespace: "addr add 10.66.0.1/24 dev lo"."""
        _must(["ip", "-n", self.name, *command.split()])

    def set(self, name: str, value: str) -> None:
        """Set a sysctl: "net/ipv4/ip_forward"."""
        with self.inside():
            Path("/proc/sys", name).write_text(value, encoding="ascii")

    def nft(self, rules: str) -> None:
        """Load nftables rules."""
        _must(["ip", "netns", "exec", self.name, "nft", rules])


@contextlib.contextmanager
def namespace() -> Iterator[Namespace]:
    """A new namespace with its loopback up, whose IPv6 addresses may be used at once; gone at the end."""
    name = f"csn{os.getpid()}x{next(_NUMBERS)}"
    _must(["ip", "netns", "add", name])
    try:
        made = Namespace(name)
        made.set("net/ipv6/conf/default/accept_dad", "0")
        made.ip("link set lo up")
        yield made
    finally:
        _must(["ip", "netns", "del", name])


def cable(ours: Namespace, theirs: Namespace, name: str, addresses: tuple[str, str]) -> None:
    """Join two namespaces by a cable of this name on either side, with an address and prefix each."""
    ours.ip(f"link add {name} type veth peer name {name} netns {theirs.name}")
    for side, address in zip((ours, theirs), addresses, strict=True):
        side.ip(f"addr add {address} dev {name}")
        side.ip(f"link set {name} up")
    for side in (ours, theirs):
        _wait_until_up(side, name)


def _wait_until_up(side: Namespace, name: str) -> None:
    """Until then the kernel drops what is sent: it starts a cable's queues when it comes to it (linkwatch)."""
    command = ["ip", "-n", side.name, "-brief", "link", "show", name]
    until = time.monotonic() + 10
    while "UP" not in subprocess.run(command, capture_output=True, text=True, check=True, timeout=20).stdout.split():
        if time.monotonic() > until:
            raise TimeoutError(f"{name} of {side.name} does not come up")
        time.sleep(0.01)


@contextlib.contextmanager
def _opened(path: str) -> Iterator[int]:
    descriptor = os.open(Path(path), os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _setns(descriptor: int) -> None:
    if ctypes.CDLL(None, use_errno=True).setns(descriptor, _CLONE_NEWNET):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _must(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
