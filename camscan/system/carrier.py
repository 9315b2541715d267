"""Whether an interface is connected: where a cable is pulled, the kernel takes packets and drops them.

Scans and the sweeping program, which share nothing else, both have to know.
"""

from __future__ import annotations

import ctypes
import errno

from camscan.system import netdevice
from camscan.system.netdevice import RUNNING, UP

_GET_LINK = 0x0A  # ETHTOOL_GLINK (linux/ethtool.h)


def has_carrier(interface: str) -> bool:
    """Whether an interface is up and connected; true where nobody can say. Raises OSError if it is not there."""
    for ask in (_is_linked, is_running):
        try:
            return ask(interface)
        except OSError as error:
            if error.errno == errno.ENODEV:
                raise
    return True


def is_running(interface: str) -> bool:
    """Whether the kernel passes packets on to the driver of an interface, whatever that one says.

    It may hear of an interruption a second late. Raises OSError if there is no such interface.
    """
    return netdevice.number(netdevice.FLAGS, interface) & (UP | RUNNING) == UP | RUNNING


def _is_linked(interface: str) -> bool:
    """As its driver says at this moment; some cannot."""
    told = (ctypes.c_uint32 * 2)(_GET_LINK, 0)
    netdevice.ask_driver(interface, told)
    return bool(told[1])
