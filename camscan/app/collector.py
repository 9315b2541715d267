"""The collector of cycles, told to look less often: commands make very many records, and few cycles."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator

_YOUNG, _MIDDLE, _OLD = 50_000, 2_500_000, 100
"""Objects made beyond those let go, for a look at the young and at the middle-aged; and looks at these for one at all.

With the usual thresholds it takes two fifths of the CPU time of a /16; off, hostile XML fills the memory.
"""
_SWING = 16
"""Objects of each address under way by which their number goes up and down while as many are taken up as are done."""


@contextlib.contextmanager
def seldom(under_way: int = 0) -> Iterator[None]:
    """Let it look seldom for a while; a look at all that belongs to many addresses `under_way` takes 0.3 s."""
    usual, at_work = gc.get_threshold(), gc.isenabled()
    young = max(_YOUNG, _SWING * under_way)
    gc.set_threshold(young, max(1, _MIDDLE // young), _OLD)
    gc.enable()
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        if not at_work:
            gc.disable()


@contextlib.contextmanager
def never() -> Iterator[None]:
    """Let it rest while millions of records are read that stay and have no cycles; what reads answers wakes it.

    It does not walk through what is there in the end, now or later: that takes seconds, and finds nothing.
    """
    at_work = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if at_work:
            gc.enable()


def give_back() -> None:
    """Give what a large job leaves to whatever comes next: the C library keeps it in pieces that nothing fits."""
    import ctypes

    gc.collect()
    with contextlib.suppress(AttributeError, OSError):  # only glibc has it
        ctypes.CDLL(None).malloc_trim(0)
