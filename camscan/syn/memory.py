"""Memory that a process and those that it forks from then on have in common."""

from __future__ import annotations

import mmap

import numpy as np
from numpy.typing import NDArray


def shared(size: int) -> memoryview:
    """So many bytes, all zero. It is given back with the last view of it."""
    return memoryview(mmap.mmap(-1, size))


def shared_rows(count: int, width: int) -> NDArray[np.uint8]:
    """A matrix of bytes, all zero."""
    return np.frombuffer(shared(count * width), np.uint8).reshape(count, width)
