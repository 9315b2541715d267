"""Where merging keeps what it has been given: in memory, or on disk where memory should not hold it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol


class Spool(Protocol):
    """A store of items, numbered from one as they are put; read by number, in order, or by label."""

    def put(self, thing: Any, place: bytes = b"", labels: Iterable[str] = ()) -> None:
        """Add an item; `place` is its sort key, and items with the same key stay in the order in which they are put."""

    def get(self, number: int) -> Any:
        """The item with this number."""

    def in_order(self) -> Iterator[tuple[int, Any]]:
        """All items with their numbers, sorted by place."""

    def sharing(self) -> Sequence[int]:
        """The numbers of items that have a label in common with another one."""

    def under(self, label: str, most: int) -> Sequence[Any]:
        """The first items with a label, at most `most`."""


class InMemory:
    """Implements `Spool` in memory."""

    def __init__(self) -> None:
        self._things: list[tuple[bytes, int, Any]] = []
        self._labels: defaultdict[str, list[int]] = defaultdict(list)

    def put(self, thing: Any, place: bytes = b"", labels: Iterable[str] = ()) -> None:
        """See `Spool.put`."""
        number = len(self._things) + 1
        self._things.append((place, number, thing))
        for label in dict.fromkeys(labels):
            self._labels[label].append(number)

    def get(self, number: int) -> Any:
        """See `Spool.get`."""
        return self._things[number - 1][2]

    def in_order(self) -> Iterator[tuple[int, Any]]:
        """See `Spool.in_order`."""
        return ((number, thing) for _, number, thing in sorted(self._things, key=lambda kept: kept[:2]))

    def sharing(self) -> Sequence[int]:
        """See `Spool.sharing`."""
        return list({number for numbers in self._labels.values() if len(numbers) > 1 for number in numbers})

    def under(self, label: str, most: int) -> Sequence[Any]:
        """See `Spool.under`."""
        return list(map(self.get, self._labels.get(label, ())[:most]))
