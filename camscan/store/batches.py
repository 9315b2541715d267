"""Batches of what is too much to be worked on at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of `size` items each, the last of those that are left; as `itertools.batched`, which Python 3.12 brings."""
    left = iter(items)
    while batch := list(islice(left, size)):
        yield batch
