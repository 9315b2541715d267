"""JSON inventories: an array of objects, an object that holds one (a NetBox export, `camscan/1`), or one object a line.

The array is read object by object; one that is broken costs only itself.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from camscan.errors import UsageError
from camscan.inventory.tables import Line, Sheet, line

MAX_BYTES = 1 << 30
"""Of a file that is one array: its text is held in memory, its objects are not."""
MAX_KEYS = 256
_MAX_DEPTH = 4
_MAX_ITEMS = 16
"""Items of a list in an object that are looked at."""

_ARRAY = re.compile(r"\[\s*(?=[{\]])")
_GAP = re.compile(r"[\s,]*")
_NEXT = re.compile(r"\}\s*,\s*(?=\{)|\n\s*(?=\{)")
_LABELS = ("address", "mac_address", "name", "display", "label", "value")
"""Keys that stand for the object that they are in, the best first: NetBox nests everything that has a name."""
_BROKEN = "it is no whole JSON object"

_decoder = json.JSONDecoder()


def read_json(path: Path) -> Sheet:
    """The objects in a file, as rows that bring their names with them.

    Raises:
        UsageError: the file is too large, is not Unicode, or holds no objects.
    """
    if path.stat().st_size > MAX_BYTES:
        raise UsageError(f"{path} is larger than {MAX_BYTES >> 20} MiB: save it as JSON lines or CSV")
    try:
        # json.detect_encoding knows UTF-16 and UTF-32 too (RFC 4627, 3).
        data = path.read_bytes()
        text = data.decode(json.detect_encoding(data))
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not Unicode at byte {error.start}: save it as UTF-8") from error
    del data
    pieces = _from_lines(text) if _is_lines(text) else _from_array(text, path)
    return Sheet("", _lines(pieces))


def _is_lines(text: str) -> bool:
    """Whether the first two lines are an object each."""
    first, _, rest = text.lstrip().partition("\n")
    if not first.startswith("{") or not rest.lstrip().startswith("{"):
        return False
    return isinstance(_parsed(first), dict)


def _from_lines(text: str) -> Iterator[tuple[int, object]]:
    for number, one in enumerate(io.StringIO(text), start=1):
        if one.strip():
            yield number, _parsed(one)


def _from_array(text: str, path: Path) -> Iterator[tuple[int, object]]:
    found = _ARRAY.search(text)
    if not found:
        whole = _parsed(text)
        if not isinstance(whole, dict):
            raise UsageError(f"{path} holds no array of JSON objects: export the list as one, or as CSV")
        yield 1, whole
        return
    yield from _items(text, found.end())


def _items(text: str, at: int) -> Iterator[tuple[int, object]]:
    number = 0
    while (at := _skipped(text, at)) < len(text) and text[at] != "]":
        number += 1
        try:
            item, at = _decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            item = None
            again = _NEXT.search(text, at + 1)
            at = again.end() if again else len(text)
        yield number, item


def _skipped(text: str, at: int) -> int:
    found = _GAP.match(text, at)
    return found.end() if found else at


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _lines(items: Iterator[tuple[int, object]]) -> Iterator[Line]:
    """Rows under one growing list of names; rows with the same names share it."""
    places: dict[str, int] = {}
    names: tuple[str, ...] = ()
    for number, item in items:
        if not isinstance(item, dict):
            yield line(number, (), _BROKEN, names)
            continue
        flat = dict(_flat(item, "", 0))
        fault = ""
        for name in flat:
            if name not in places and len(places) < MAX_KEYS:
                places[name] = len(places)
            elif name not in places:
                fault = f"keys after the first {MAX_KEYS} are not read"
        if len(names) != len(places):
            names = tuple(places)
        yield line(number, [flat.get(name, "") for name in names], fault, names)


def _flat(item: Mapping[str, object], path: str, depth: int) -> Iterator[tuple[str, str]]:
    """Paths of keys and their texts. A nested object stands by its own name; what it holds besides comes after."""
    for key, value in item.items():
        name = f"{path}{key}"
        if isinstance(value, dict):
            if label := _label(value):
                yield name, label
            if depth < _MAX_DEPTH:
                rest = {key: inner for key, inner in value.items() if key not in _LABELS}
                yield from _flat(rest, f"{name}.", depth + 1)
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
    return next((text for key in _LABELS if (text := _scalar(item.get(key)))), "")
