"""Waits while an interface of a sweep is not connected, or has lost the address that answers go to."""

from __future__ import annotations

import errno
import socket
import time
from collections.abc import Iterable

from camscan.l2.lines import RefusalError
from camscan.l2.sockets import Stop
from camscan.system.carrier import has_carrier

_EVERY = 0.01  # seconds between two looks at one that is cut off
_PATIENCE = 30.0  # seconds that it is waited for: switches that restart and cables that are moved take some


class Carrier:
    """Looks after some interfaces, and the addresses of this host there from which packets leave past the kernel.

    `cuts` is how often one of them was found cut off, down or gone.
    """

    def __init__(self, interfaces: Iterable[str], stop: Stop, sources: Iterable[tuple[str, str]] = ()) -> None:
        self._interfaces = tuple(dict.fromkeys(interfaces))
        self._sources = tuple(source for source in dict.fromkeys(sources) if _is_own(source[1]))
        self._stop = stop
        self.cuts = 0

    def wait(self) -> None:
        """Wait while one is cut off. Raises RefusalError if it is for too long."""
        cut, end = self._cut(), time.monotonic() + _PATIENCE
        self.cuts += bool(cut)
        while cut and not self._stop:
            if time.monotonic() > end:
                raise RefusalError(f"cannot use interface {cut}")
            time.sleep(_EVERY)
            cut = self._cut()

    def _cut(self) -> str:
        """Which interface is cut off, and how; "" where none is."""
        cut = (f"{name} any more: it is not connected" for name in self._interfaces if not _is_connected(name))
        lost = (f"{name} any more: it has lost {own}" for name, own in self._sources if not _is_own(own))
        return next(cut, "") or next(lost, "")


def _is_connected(interface: str) -> bool:
    """What is gone counts as connected: sending says that better."""
    try:
        return has_carrier(interface)
    except OSError:
        return True


def _is_own(address: str) -> bool:
    """Whether this host has an address; true where nobody can say."""
    try:
        with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind((address, 0))
    except OSError as error:
        return error.errno != errno.EADDRNOTAVAIL
    return True
