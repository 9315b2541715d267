"""Whether an interface is connected: where a cable is pulled, the kernel takes packets and drops them.

Scans and the sweeping program, which share nothing else, both have to know.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import socket
import struct

_SIOCETHTOOL, _GLINK = 0x8946, 0x0A  # of linux/sockios.h and linux/ethtool.h; everybody may ask
_SIOCGIFFLAGS, _UP, _RUNNING = 0x8913, 0x01, 0x40  # of netdevice(7)
_WITH_POINTER, _WITH_FLAGS = struct.Struct("@16sP16x"), struct.Struct("@16sH22x")  # struct ifreq (linux/if.h)


def has_carrier(interface: str) -> bool:
    """Whether an interface is up and connected; true where nobody can say. Raises OSError if it is not there."""
    for ask in (_by_driver, _by_kernel):
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
                return ask(sock, os.fsencode(interface))
        except OSError as error:
            if error.errno == errno.ENODEV:
                raise
    return True


def is_running(interface: str) -> bool:
    """Whether the kernel passes packets on to the driver of an interface, whatever that one says.

    Raises OSError if there is no such interface.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
        return _by_kernel(sock, os.fsencode(interface))


def _by_driver(sock: socket.socket, name: bytes) -> bool:
    """As its driver says at this moment; some cannot."""
    value = (ctypes.c_uint32 * 2)(_GLINK, 0)
    fcntl.ioctl(sock, _SIOCETHTOOL, _WITH_POINTER.pack(name, ctypes.addressof(value)))
    return bool(value[1])


def _by_kernel(sock: socket.socket, name: bytes) -> bool:
    """As the kernel says, which may hear of it a second late."""
    _, flags = _WITH_FLAGS.unpack(fcntl.ioctl(sock, _SIOCGIFFLAGS, _WITH_FLAGS.pack(name, 0)))
    return bool(flags & (_UP | _RUNNING) == _UP | _RUNNING)
