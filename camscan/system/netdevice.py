"""What the kernel, and the driver of an interface, say when they are asked by ioctl(2). No privilege is needed."""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct

FLAGS, HARDWARE = 0x8913, 0x8927  # SIOCGIFFLAGS and SIOCGIFHWADDR (netdevice(7)): flags, and the kind of hardware
UP, BROADCAST, LOOPBACK, RUNNING, NO_ARP, MULTICAST = 0x1, 0x2, 0x8, 0x40, 0x80, 0x1000  # flags: IFF_UP, ...
_ETHTOOL = 0x8946  # SIOCETHTOOL (linux/sockios.h)
_WITH_NUMBER, _WITH_POINTER = struct.Struct("@16sH22x"), struct.Struct("@16sP16x")  # struct ifreq (linux/if.h)


def number(request: int, interface: str) -> int:
    """What the kernel answers to a request for `FLAGS` or `HARDWARE`. Raises OSError."""
    return int(_WITH_NUMBER.unpack(_answer(request, _WITH_NUMBER.pack(os.fsencode(interface), 0)))[1])


def ask_driver(interface: str, command: ctypes.Array[ctypes.c_char] | ctypes.Array[ctypes.c_uint32]) -> None:
    """Have the driver fill in a command of ethtool (linux/ethtool.h). Raises OSError."""
    _answer(_ETHTOOL, _WITH_POINTER.pack(os.fsencode(interface), ctypes.addressof(command)))


def _answer(request: int, argument: bytes) -> bytes:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
        return fcntl.ioctl(sock, request, argument)
