"""The thresholds of Python's garbage collector: commands make very many records, and few cycles."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator

_YOUNG, _MIDDLE, _OLD = 50_000, 2_500_000, 100
"""The first threshold (gc.set_threshold); the second times the first, in objects; and the third.

With the usual ones it takes two fifths of the CPU time of a /16; off, hostile XML fills the memory.
"""
_SWING = 16
"""Objects of each address under way by which their number goes up and down while as many are taken up as are done."""


@contextlib.contextmanager
def relaxed(under_way: int = 0) -> Iterator[None]:
    """Collect seldom for a while; one full collection with many addresses `under_way` takes 0.3 s."""
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
def paused() -> Iterator[None]:
    """Collect nothing while millions of records are read that stay and have no cycles.

    They are frozen in the end (gc.freeze): to walk through them takes seconds, and finds nothing. `relaxed` goes before
    it, where answers are read meanwhile.
    """
    at_work = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if at_work:
            gc.enable()


def release_memory() -> None:
    """Return freed memory to the system after a large job: the C library keeps it in pieces that nothing fits."""
    import ctypes  # noqa: PLC0415 - slow to import, and most commands end without it

    gc.collect()
    with contextlib.suppress(AttributeError, OSError):  # only glibc has it
        ctypes.CDLL(None).malloc_trim(0)
