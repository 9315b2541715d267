"""How far this host's clock may be off."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping

_TIME_ERROR = 5  # of adjtimex(2), as are the others
_UNSYNCHRONISED = 0x0040
_NANOSECONDS = 0x2000
_LONGS = ("offset", "freq", "maxerror", "esterror")


class _Timex(ctypes.Structure):
    """The beginning of `struct timex` (linux/timex.h), with room for all of it."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        *((name, ctypes.c_long) for name in _LONGS),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 256),
    )


def clock() -> Mapping[str, str | int | bool]:
    """How far this host's clock may be off, in ns, as its kernel was told by what keeps its time; else "unknown".

    adjtimex(2) changes nothing when it is asked so.
    """
    try:
        ask = ctypes.CDLL(None, use_errno=True).adjtimex
    except (OSError, AttributeError):  # no Linux
        return {"source": "unknown"}
    told = _Timex()
    state = ask(ctypes.byref(told))
    if state < 0:
        return {"source": "unknown"}
    return {
        "source": "adjtimex",
        "synchronised": state != _TIME_ERROR and not told.status & _UNSYNCHRONISED,
        "offset_ns": told.offset * (1 if told.status & _NANOSECONDS else 1000),
        "max_error_ns": told.maxerror * 1000,
    }
