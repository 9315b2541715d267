"""Whether the interfaces of a sweep are connected: where a cable is pulled, the kernel takes packets and drops them."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import socket
import struct
import time
from collections.abc import Iterable

from camscan.l2.lines import RefusalError
from camscan.l2.sockets import Stop

_SIOCETHTOOL, _GLINK = 0x8946, 0x0A
"""Of linux/sockios.h and linux/ethtool.h; everybody may ask."""
_EVERY = 0.01
"""Seconds between two looks at one that is cut off."""
_PATIENCE = 30.0
"""Seconds that it is waited for: switches that restart and cables that are moved take some."""


class Carrier:
    """Looks after some interfaces. `cuts` is how often one of them was found cut off, or down."""

    def __init__(self, interfaces: Iterable[str], stop: Stop) -> None:
        self._interfaces = tuple(dict.fromkeys(interfaces))
        self._stop = stop
        self.cuts = 0

    def wait(self) -> None:
        """Wait while one is cut off.

        Raises:
            RefusalError: it is for too long.
        """
        cut, end = self._cut(), time.monotonic() + _PATIENCE
        self.cuts += cut is not None
        while cut is not None and not self._stop:
            if time.monotonic() > end:
                raise RefusalError(f"cannot use interface {cut} any more: it is not connected")
            time.sleep(_EVERY)
            cut = self._cut()

    def _cut(self) -> str | None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
            return next((interface for interface in self._interfaces if not _has_carrier(sock, interface)), None)


def _has_carrier(sock: socket.socket, interface: str) -> bool:
    """What cannot say so counts as connected, and so does what is gone: sending says that better."""
    value = (ctypes.c_uint32 * 2)(_GLINK, 1)
    with contextlib.suppress(OSError):
        fcntl.ioctl(sock, _SIOCETHTOOL, struct.pack("@16sP16x", interface.encode(), ctypes.addressof(value)))
    return bool(value[1])
