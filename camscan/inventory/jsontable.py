"""JSON inventories: an array of objects, an object that holds some (a NetBox export, `camscan/1`), one object a line.

A file is read piece by piece and object by object; one that is broken costs only itself.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import TextIO, TypeAlias

from camscan.errors import UsageError
from camscan.inventory import values
from camscan.inventory.nested import Opener, is_of_none
from camscan.inventory.tables import Line, Sheet, line
from camscan.jsonwindow import Window

MAX_OBJECT = 1 << 18
"""Characters of one object; a device of NetBox with all that hangs on it has about 4,000."""
MAX_KEYS = 256
_MAX_DEPTH = 4
_MAX_ITEMS = 16
"""Items of a list in an object that are looked at."""

_ARRAY = re.compile(r"\[\s*(?=\{)")
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+("?)|[\[\]{}]', re.DOTALL)
_REST = re.compile(r'(?:[^"\\]++|\\.)*+("?)', re.DOTALL)
"""Of a text that is longer than what was read of it."""
_ANOTHER = re.compile(r"\]\s*\[\s*(?=\{)")
"""Where one list ends and another begins."""
_EMPTY = re.compile(r"\s*\[\s*\]\s*")
_GAP = re.compile(r"[\s,]*")
_NEXT = re.compile(r"(?:\}\s*+,|(?<![\[:\s])(?>\s*?\n)|(?<=[\[:])(?>\s+?\n))\s*+(?=\{)")
"""Where an object may begin after one that is broken: not within a list or a member of it.

A run of blanks is looked at from its first character alone.
"""
_LABELS = ("address", "mac_address", "name", "display", "label", "display_value", "value")
"""Keys that stand for the object that they are in, the best first: NetBox nests everything that has a name."""
_OF_VALUES = frozenset(("display_value", "value"))
"""Keys of an object that is one value, as ServiceNow and Snipe-IT write it: what else it holds is about that."""
_OF_RECORDS = ("id", "url", "display_url", "slug", "family", "description")
"""Keys of such an object that say nothing about the device: they belong to the record of NetBox."""
_BROKEN = "it is not a complete JSON object"
_NOT_UNICODE = "it holds bytes that are not Unicode, read as \ufffd"

_UPPER, _ANY_DEPTH = 2, math.inf
"""How deep a list may lie: as the whole or a member of it, or anywhere."""

Item: TypeAlias = tuple[int, object, str]
"""Number, object and fault of one item. The number is that of the line where each object has its own."""

_decoder = json.JSONDecoder()


def read_json(path: Path) -> Iterator[Sheet]:
    """The objects in a file, as rows that bring their names with them; each list of the whole is a sheet.

    A sheet is read to its end before the next one is asked for.

    Raises:
        UsageError: the file holds no objects.
    """
    with path.open("rb") as file:
        encoding = json.detect_encoding(file.read(4))
    with path.open(encoding=encoding, errors="replace") as text:
        ahead = _ahead(text)
        begin = ahead.text
        if _is_lines(begin):
            text.seek(0)
            yield Sheet("", _lines(_from_lines(text)))
            return
        whole = _parsed(begin)
        if _opener.is_alone(whole):
            yield Sheet("", _lines(_numbered(_opener.opened(whole))))
            return
        lists = _lists(ahead, _UPPER)
        if (first := next(lists, None)) is not None:
            yield from (Sheet(name, _lines(_opened(_from_array(ahead), name))) for name in chain((first,), lists))
            return
        if named := _by_name(whole):
            yield from (Sheet(name, _lines(iter(items))) for name, items in named.items())
            return
        text.seek(0)
        yield Sheet("", _lines(_of_whole(path, begin, _ahead(text))))


def _by_name(whole: object) -> Mapping[str, Sequence[Item]]:
    """The devices in each member of an object that holds nothing but objects with devices in them, by its key."""
    members = whole.items() if isinstance(whole, dict) and len(whole) > 1 else ()
    opened = {key: _opener.opened(value) for key, value in members}
    if any(found == [value] for (_, value), found in zip(members, opened.values(), strict=True)):
        return {}
    return {key: [*_numbered(found)] for key, found in opened.items()}


def _numbered(found: Iterable[object]) -> Iterator[Item]:
    return ((number, one, "") for number, one in enumerate(found, start=1))


def _opened(items: Iterator[Item], key: str) -> Iterator[Item]:
    """The items of the list under a key; in place of those that only hold devices these, numbered on."""
    count = 0
    for _, item, fault in items:
        for one in _opener.opened(item, key):
            count += 1
            yield count, one, fault


def _of_whole(path: Path, begin: str, ahead: Window) -> Iterator[Item]:
    """The objects of a file without a list that is a member of the whole."""
    whole = _parsed(begin)
    if is_of_none(whole):
        return
    if isinstance(whole, dict) and (devices := list(_by_key(whole))):
        yield from devices
    elif isinstance(whole, dict) and (opened := _opener.opened(whole)) != [whole]:
        yield from _numbered(opened)
    elif _ARRAY.search(begin):
        items = chain.from_iterable(_from_array(ahead) for _ in _lists(ahead, _ANY_DEPTH))
        yield from ((number, item, fault) for number, (_, item, fault) in enumerate(items, start=1))
    elif isinstance(whole, dict):
        yield 1, whole, ""
    elif not _EMPTY.fullmatch(begin):
        raise UsageError(f"{path} contains no array of JSON objects: export the list as one, or as CSV")


def _by_key(whole: Mapping[str, object]) -> Iterator[Item]:
    """The devices of an object of which all keys are addresses, or all are MACs."""
    for name, read in (("ipaddress", values.addresses), ("macaddress", values.macs)):
        if all(read(key).values and isinstance(value, dict) for key, value in whole.items()):
            for number, (key, value) in enumerate(whole.items(), start=1):
                yield number, {name: key, **value} if isinstance(value, dict) else None, ""
            return


def _ahead(text: TextIO) -> Window:
    return Window(lambda: text.read(2 * MAX_OBJECT), MAX_OBJECT)


def _lists(ahead: Window, below: float) -> Iterator[str]:
    """Go to the first object of each list that lies less than `below` deep; gives the key of the list.

    The list is read to its end before the next one is asked for.
    """
    depth, key = 0, ""
    while ahead.at < len(ahead.text):
        found = _TOKEN.search(ahead.text, ahead.at)
        part = found[0] if found else ""
        if found and part == "[" and depth < below and (begin := _ARRAY.match(ahead.text, found.start())):
            ahead.at = begin.end()
            yield str(_parsed(key) or "")
            ahead.at += 1
        else:
            depth += 1 if part in ("[", "{") else -1 if part in ("]", "}") else 0
            ahead.at = found.end() if found else len(ahead.text)
            if part.startswith('"') and found and not found[1]:
                _go_behind_text(ahead)
        key = part
        ahead.refill()


def _go_behind_text(ahead: Window) -> None:
    """Go behind the end of a text that has begun before, or to the end of all."""
    ahead.refill()
    while (rest := _REST.match(ahead.text, ahead.at)) and not rest[1] and rest[0]:
        ahead.at = rest.end()
        ahead.refill()
    ahead.at = rest.end() if rest and rest[1] else len(ahead.text)


def _is_lines(text: str) -> bool:
    """Whether the first two lines are an object each."""
    first, _, rest = text.lstrip().partition("\n")
    if not first.startswith("{") or not rest.lstrip().startswith("{"):
        return False
    return isinstance(_parsed(first), dict)


def _from_lines(text: TextIO) -> Iterator[Item]:
    number = 0
    while one := text.readline(MAX_OBJECT):
        number += 1
        if one.strip():
            fault = _NOT_UNICODE if "\ufffd" in one else ""
            yield from ((number, item, fault) for item in _opener.opened(_parsed(one)))
        while not one.endswith("\n") and (one := text.readline(MAX_OBJECT)):
            pass  # the rest of a line that is too long


def _from_array(ahead: Window) -> Iterator[Item]:
    number = 0
    while True:
        ahead.skip(_GAP)
        if _ANOTHER.match(ahead.text, ahead.at):  # files were put together
            ahead.skip(_ANOTHER)
        if ahead.text[ahead.at : ahead.at + 1] in {"", "]"}:
            return
        number += 1
        ahead.forget()
        try:
            item, end = _decoder.raw_decode(ahead.text, ahead.at)
        except (ValueError, RecursionError):
            yield number, None, ""
            ahead.at += 1
            ahead.skip(_NEXT)
        else:
            yield number, item, _NOT_UNICODE if "\ufffd" in ahead.text[ahead.at : end] else ""
            ahead.at = end


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _lines(items: Iterator[Item]) -> Iterator[Line]:
    """Rows under one growing list of names; rows with the same names share it."""
    places: dict[str, int] = {}
    names: tuple[str, ...] = ()
    for number, item, damage in items:
        fault = damage
        if not isinstance(item, dict):
            yield line(number, (), _BROKEN, names)
            continue
        flat = dict(_flat(item, "", 0))
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
            label = _label(value)
            if label:
                yield name, label
            if depth < _MAX_DEPTH and _OF_VALUES.isdisjoint(value):
                known = (*_LABELS, *_OF_RECORDS) if label else _LABELS
                rest = {key: inner for key, inner in value.items() if key not in known}
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
    """The text of what stands for an object. The value of a reference is the number of another record."""
    keys = _LABELS[:-1] if "link" in item else _LABELS
    return next((text for key in keys if (text := _scalar(item.get(key)))), "")


_opener = Opener(lambda item: dict(_flat(item, "", 0)))
