r"""Text that a peer chose, made storable and back again without loss.

PostgreSQL refuses NUL in text, and no UTF-8 database takes half a surrogate pair. Both, and the backslash itself, are
written as `\uXXXX`; everything else stays as it is. Whole structures are JSON whose strings are escaped likewise.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

_UNSAFE = re.compile(r"[\x00\\\ud800-\udfff]")
_ESCAPE = re.compile(r"\\u([0-9a-f]{4})")
_EMPTY = "{}"


def escape(text: str) -> str:
    """`text` in a form that every database stores and compares alike."""
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def unescape(text: str) -> str:
    """The text that `escape` was given."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text) if "\\" in text else text


def dump_list(values: Iterable[str]) -> str:
    """A sequence of texts as a JSON array."""
    return _dump([escape(value) for value in values])


def load_list(text: str) -> tuple[str, ...]:
    """What `dump_list` was given."""
    return tuple(unescape(value) for value in _list(json.loads(text)))


def dump_map(values: Mapping[str, str]) -> str:
    """A mapping of texts as a JSON object."""
    return _dump({escape(name): escape(value) for name, value in values.items()})


def load_map(text: str) -> dict[str, str]:
    """What `dump_map` was given."""
    if text == _EMPTY:
        return {}
    return {unescape(name): unescape(value) for name, value in json.loads(text).items()}


def dump_fields(fields: Mapping[str, tuple[str, ...]]) -> str:
    """The fields of an observation as a JSON object of arrays."""
    return _dump({escape(name): [escape(value) for value in values] for name, values in fields.items()})


def load_fields(text: str) -> dict[str, tuple[str, ...]]:
    """What `dump_fields` was given."""
    if "\\" not in text:  # nothing in it is escaped, neither by JSON nor by us
        return {name: _texts(values) for name, values in json.loads(text).items()}
    return {unescape(name): tuple(map(unescape, _list(values))) for name, values in json.loads(text).items()}


def _texts(values: object) -> tuple[str, ...]:
    found = tuple(_list(values))
    "".join(found)  # the quickest way to see that they are texts
    return found


def _list(values: object) -> list[Any]:
    if not isinstance(values, list):
        raise TypeError(f"{type(values).__name__} in place of a list")
    return values


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
