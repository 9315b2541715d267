"""The collector of cycles, told to look less often: commands make very many records, and few cycles."""

from __future__ import annotations

import contextlib
import ctypes
import gc
from collections.abc import Iterator

_SELDOM = (50_000, 50, 100)
"""Thresholds. With the usual ones it takes two fifths of the CPU time of a /16; off, hostile XML fills the memory."""


@contextlib.contextmanager
def seldom() -> Iterator[None]:
    """Let it look seldom for a while."""
    usual = gc.get_threshold()
    gc.set_threshold(*_SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def give_back() -> None:
    """Give what a large job leaves to whatever comes next: the C library keeps it in pieces that nothing fits."""
    gc.collect()
    with contextlib.suppress(AttributeError, OSError):  # only glibc has it
        ctypes.CDLL(None).malloc_trim(0)
