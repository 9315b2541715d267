"""The texts in a JSON object, each under the path of its keys."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

_MAX_DEPTH = 4
_MAX_ITEMS = 16
"""Items of a list in an object that are looked at."""
_LABELS = ("address", "mac_address", "name", "display", "label", "display_value", "value")
"""Keys that stand for the object that they are in, the best first: NetBox nests everything that has a name."""
_OF_VALUES = frozenset(("display_value", "value"))
"""Keys of an object that is one value, as ServiceNow and Snipe-IT write it: what else it holds is about that."""
_OF_RECORDS = ("id", "url", "display_url", "slug", "family", "description")
"""Keys of such an object that say nothing about the device: they belong to the record of NetBox."""


def flat(item: Mapping[str, object], path: str, depth: int) -> Iterator[tuple[str, str]]:
    """Paths of keys and their texts. A nested object stands by its own name; what it holds besides comes after."""
    for key, value in item.items():
        name = f"{path}{key}"
        if isinstance(value, dict):
            label = _label(value)
            if label:
                yield name, label
            if depth < _MAX_DEPTH and _OF_VALUES.isdisjoint(value):
                known = (*_LABELS, *_OF_RECORDS) if label else _LABELS
                rest = {key: inner for key, inner in value.items() if key not in known}
                yield from flat(rest, f"{name}.", depth + 1)
        else:
            yield name, _text(value)


def _text(value: object) -> str:
    """A value as text; of a list, its items or their names; of an object, nothing."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        named = (_label(item) if isinstance(item, dict) else _scalar(item) for item in value[:_MAX_ITEMS])
        return ", ".join(filter(None, named))
    return _scalar(value)


def _scalar(value: object) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None or isinstance(value, list | dict) else json.dumps(value)


def _label(item: Mapping[str, object]) -> str:
    """The text of what stands for an object. The value of a reference is the number of another record."""
    keys = _LABELS[:-1] if "link" in item else _LABELS
    return next((text for key in keys if (text := _scalar(item.get(key)))), "")
