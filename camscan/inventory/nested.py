"""Devices that lie in objects which are none themselves: sites with their cameras, floors in buildings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from camscan.inventory import values
from camscan.inventory.columns import find_columns
from camscan.inventory.synonyms import Field

_MAX_DEPTH = 5
"""How many objects may lie around a device."""

Object: TypeAlias = Mapping[str, object]
Flatten: TypeAlias = Callable[[Object], Mapping[str, str]]
"""Gives the texts in an object by their names."""
Label: TypeAlias = Callable[[Object], tuple[str, str]]
"""Gives the key of the name that an object has, and the name; "" where it has none."""

_READERS = ((Field.IP, values.addresses), (Field.MAC, values.macs), (Field.SERIAL, values.serial))


class Opener:
    """Takes devices out of what lies around them."""

    def __init__(self, flatten: Flatten, label: Label) -> None:
        self._flatten, self._label = flatten, label

    def opened(self, item: object, key: str = "") -> list[object]:
        """The devices in an object under `key`, each with what is said of all of them; else it alone."""
        found: list[object] = []
        if isinstance(item, dict) and any(_members(value) for value in item.values()) and not self._is_device(item):
            found += self._within(item, key, {}, 0)
        return found or [item]

    def _within(self, item: Object, key: str, told: Object, depth: int) -> Iterator[Object]:
        """The devices below an object that lies under `key`; of what is `told` around it, the nearest counts."""
        named, name = self._label(item)
        said = {other: text for other, text in item.items() if other != named and isinstance(text, str | int | float)}
        here = {**told, **said, **({key: name} if key and name else {})}
        if depth == _MAX_DEPTH:
            return
        for inner_key, value in item.items():
            for called, member in _members(value):
                if self._is_device(member):
                    yield {**here, **member}
                else:
                    inner = {**here, inner_key: called} if called else here
                    yield from self._within(member, inner_key, inner, depth + 1)

    def _is_device(self, item: Object) -> bool:
        """Whether an address, a MAC or a serial in it can be read."""
        flat = self._flatten(item)
        cells = tuple(flat.values())
        columns = find_columns(tuple(flat), [cells])
        return any(read(cell).values for which, read in _READERS for cell in columns.cells(cells, which))


def _members(value: object) -> list[tuple[str, Object]]:
    """The objects in a list, or in an object that holds nothing but objects and lists, each with its key there."""
    if isinstance(value, list):
        return [("", member) for member in value if isinstance(member, dict)]
    if not isinstance(value, dict) or not value:
        return []
    if all(isinstance(member, dict) for member in value.values()):
        return list(value.items())
    return [("", value)] if any(isinstance(member, dict | list) for member in value.values()) else []
